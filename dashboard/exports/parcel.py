"""A table with all that must travel with it: title, address, sources, licences, notes; every form is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from dashboard import queries, urls
from dashboard.exports.columns import Column, columns
from dashboard.exports.csv import WITHHELD, Table
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.view import flag_word

#: The licence of the ledger as a compilation (data/LICENCES.md).
_LEDGER_LICENCE: Final = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
#: What makes rows figures by region and period.
_FIGURES: Final = frozenset({"indicator", "code", "period", "value"})
FLAGS: Final = ("b", "e", "p", "u", "a", "c", "m", "z")


@dataclass(frozen=True)
class Source:
    """Whose figures they are. of: the titles of the indicators from it; an address is '' where there is none."""

    title: str
    publisher: str
    licence: str
    licence_url: str
    credit: str
    address: str
    retrieved: date | None = None
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parcel:
    """A table and its papers. address: of the frozen view it was taken from, with the host."""

    table: Table
    words: Words
    build: Build
    title: str
    address: str
    _found: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def columns(self) -> list[Column]:
        """The table's columns with types and titles."""
        return columns(self.words, self.table.columns)

    @property
    def is_figures(self) -> bool:
        """Whether the rows are figures of indicators, so that a cube can be made of them."""
        return set(self.table.columns) >= _FIGURES

    @cached_property
    def indicators(self) -> dict[str, Row]:
        """The indicators of the rows that may be handed on, in picker order; none for other tables."""
        if not self.is_figures:
            return {}
        used = {row["indicator"] for row in self.table.rows if row.get("status") != WITHHELD}
        return {id_: row for id_, row in queries.indicators(self.build, self.words.lang).items() if id_ in used}

    @cached_property
    def left_out(self) -> list[str]:
        """The titles of indicators that a licence keeps out of the file."""
        return list(dict.fromkeys(row["title"] for row in self.table.rows if row.get("status") == WITHHELD))

    @cached_property
    def sources(self) -> list[Source]:
        """Every source behind the rows, once; of a table of the ledger the ledger itself and what it read."""
        return self._of_figures() if self.is_figures else self._of_ledger()

    def _of_figures(self) -> list[Source]:
        t, known = self.words, queries.sources(self.build)
        of: dict[str, list[str]] = {}
        for row in self.indicators.values():
            for name in row["sources"]:
                of.setdefault(name, []).append(row["title"])
        return [_source(t, known[name], titles) for name, titles in of.items()]

    def _of_ledger(self) -> list[Source]:
        t = self.words
        if self.table.sources:
            known = queries.sources(self.build)
            return [_source(t, known[name], []) for name in self.table.sources]
        credit = t("Regional AI Atlas, ledger of programmes")
        whole = Source(credit, t("Regional AI Atlas"), *_LEDGER_LICENCE, credit, self.address)
        said = (text for row in self.table.rows for text in str(row.get("sources") or "").split(" ; "))
        return [whole, *(_quoted(text) for text in dict.fromkeys(said) if text)]

    @cached_property
    def licences(self) -> dict[str, str]:
        """Licence → its address, of all sources that have one."""
        return {one.licence: one.licence_url for one in self.sources if one.licence}

    @cached_property
    def notes(self) -> list[str]:
        """What a reader must know beside the table: the page's own remarks, what was left out, definitions."""
        t, found = self.words, list(self.table.notes)
        if self.left_out:
            names = t.listed(self.left_out)
            found.append(t("Left out, because the licence does not let us hand them on: {names}", names=names))
        for row in self.indicators.values():
            found.append(t("{what}: {n}", what=row["title"], n=row["definition"]))
            found += row["caveats"]
            if row["verdict"] in ("similar", "none"):
                found.append(row["comparability"])
        return list(dict.fromkeys(found))

    @cached_property
    def flags(self) -> dict[str, str]:
        """Letter → word, of all flags there are; of tables without flags none."""
        return {letter: flag_word(self.words, letter) for letter in FLAGS} if "status" in self.table.columns else {}

    @property
    def host(self) -> str:
        """The site's own address, to be set before its paths."""
        return urls.site(self.address)

    @property
    def edition(self) -> str:
        """Which build of the data it is, in words."""
        return self.words("Edition of the data: {build}", build=self.build.id)


def _source(t: Words, row: Row, titles: Iterable[str]) -> Source:
    return Source(
        queries.source_title(row, t),
        row["publisher"],
        t.of(row["licence"]),
        row["licence_url"],
        t.of(row["credit"]),
        row["url"],
        row["retrieved"],
        tuple(titles),
    )


def _quoted(text: str) -> Source:
    """What the ledger read: an address, or the name of a document."""
    return Source(text, "", "", "", "", text if web(text) else "")


def web(text: str) -> bool:
    """Whether a text is an address that may be a link."""
    return text.startswith(("https://", "http://")) and not any(sign.isspace() or sign in '<>"' for sign in text)
