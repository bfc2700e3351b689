"""Figures as CSV: one row per figure, each with its flag, limits, source, licence and how it came about.

UTF-8 with a byte-order mark, so that spreadsheets read the umlauts; commas, decimal points, CRLF (RFC 4180). A text
that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize

from dashboard import queries, urls
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.view import flag_word

COLUMNS: Final = (
    "entity", "code", "level", "indicator", "title", "unit", "breakdown", "period", "value", "status", "status_text",
    "n", "ci_low", "ci_high", "rank", "rank_low", "rank_high", "of", "source", "licence", "licence_url", "retrieved",
    "recipe",
)  # fmt: skip
#: The figures of a row of the build, as they stand in a table.
FIGURE: Final = ("value", "status", "n", "ci_low", "ci_high", "rank", "rank_low", "rank_high", "of")
#: Decimals of limits, so that every form has the same number.
LIMITS: Final = 6
#: Rows of the longest table that is handed out; the largest indicator of 2026 has 60,000.
MOST: Final = 100_000
#: The same of a workbook, which costs ten times as much to make: some seconds.
WORKBOOK: Final = 30_000
#: The status of a row that only says that the figures must stay here.
WITHHELD: Final = "withheld"
#: The full-width ones count, too: spreadsheets set to East Asian languages read them as formulas.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM: Final = "\ufeff"


@dataclass(frozen=True)
class Table:
    """A file to take along. name: of the file, without ending. rows: by columns, absent ones are empty.

    A row of figures has the key `member` besides, the code of its breakdown. title: where it is not the page's. notes:
    sentences that must travel with it. sources: ids, where neither the rows' indicators nor their own sources say it.
    """

    name: str
    rows: list[dict[str, Any]]
    columns: Sequence[str] = COLUMNS
    title: str = ""
    notes: Sequence[str] = ()
    sources: Sequence[str] = ()


def text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS, *, mark: str = _BOM) -> bytes:
    """The file; mark: what stands before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    return (mark + out.getvalue()).encode()


def cell(value: object) -> str:
    """A value as a cell; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.15g}"
    words = str(value)
    return f"'{words}" if words.startswith(_FORMULA) else words


def about(build: Build, t: Words, indicator: Row, member: str = "") -> dict[str, Any]:
    """The columns that say what a figure is and whose."""
    known = [queries.sources(build)[name] for name in indicator["sources"]]
    return {
        "indicator": indicator["id"],
        "title": indicator["title"],
        "unit": indicator["unit_words"],
        "breakdown": indicator["members"].get(member, ""),
        "member": member,
        "source": "; ".join(f"{queries.source_title(one, t)}, {one['publisher']}" for one in known),
        "licence": "; ".join(dict.fromkeys(t.of(one["licence"]) for one in known)),
        "licence_url": "; ".join(dict.fromkeys(one["licence_url"] for one in known if one["licence_url"])),
        "retrieved": max((one["retrieved"] for one in known), default=None),
    }


def figure(indicator: Row, row: Row, t: Words) -> dict[str, Any]:
    """The figure of a row of the build: value, flag, base, limits, range of ranks, and its reason as the remark."""
    found = {name: row.get(name) for name in FIGURE}
    found |= {name: round(row[name], LIMITS) for name in ("ci_low", "ci_high") if row.get(name) is not None}
    reason = indicator["reasons"].get(row.get("reason") or "", "")
    return found | {"status_text": flag_word(t, row["status"]), "recipe": reason}


def withheld_row(build: Build, t: Words, indicator: Row) -> dict[str, Any]:
    """The row that stands for all figures of an indicator which must stay here: it names them and has none."""
    said = t("Shown only: the licence does not let us hand these figures on.")
    return about(build, t, indicator) | {"status": WITHHELD, "recipe": said}


def file_name(*parts: str) -> str:
    """A name for a file out of words of any language: "KI-Nutzung", "nuts3" → "ki-nutzung-nuts3"."""
    plain = "-".join(filter(None, parts)).casefold()
    for letter, ascii_ in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("œ", "oe")):
        plain = plain.replace(letter, ascii_)
    plain = normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")


def digits(indicator: Row) -> int:
    """Decimals a value leaves with: those it is published with, shares with limits two (dashboard/slices.py)."""
    return max(2, indicator["decimals"]) if indicator["interval"] else int(indicator["decimals"])


def refuse_withheld(build: Build, t: Words, indicator: Row, back: str) -> None:
    """Raise NotFoundError with status 403 and a sentence where the figures must stay here. back: the view's address."""
    if queries.withheld(build, indicator):
        said = t("Shown only: the licence does not let us hand these figures on.")
        text_ = f"{indicator['title']}. {said}"
        raise urls.NotFoundError(indicator["id"], text=text_, links=((t("Back to the page"), back),), status=403)
