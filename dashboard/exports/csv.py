"""Figures as CSV: one row per figure, each with its flag, limits, source, licence and how it came about.

UTF-8 with a byte-order mark, so that spreadsheets read the umlauts; commas, decimal points, CRLF (RFC 4180). A text
that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboard import queries, urls
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build

COLUMNS: Final = (
    "entity", "code", "indicator", "title", "unit", "breakdown", "period", "value", "status", "status_text", "n",
    "ci_low", "ci_high", "source", "licence", "licence_url", "retrieved", "recipe",
)  # fmt: skip
#: The full-width ones count, too: spreadsheets set to East Asian languages read them as formulas.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM: Final = "\ufeff"


@dataclass(frozen=True)
class Table:
    """A file to take along. name: of the file, without ending. rows: by columns, absent ones are empty."""

    name: str
    rows: list[dict[str, Any]]
    columns: Sequence[str] = COLUMNS


def text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> bytes:
    """The file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    return (_BOM + out.getvalue()).encode()


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
        "source": "; ".join(f"{queries.source_title(one, t)}, {one['publisher']}" for one in known),
        "licence": "; ".join(dict.fromkeys(t.of(one["licence"]) for one in known)),
        "licence_url": "; ".join(dict.fromkeys(one["licence_url"] for one in known if one["licence_url"])),
        "retrieved": max((one["retrieved"] for one in known), default=None),
    }


def digits(indicator: Row) -> int:
    """Decimals a value leaves with: those it is published with, shares with limits two (dashboard/slices.py)."""
    return max(2, indicator["decimals"]) if indicator["interval"] else int(indicator["decimals"])


def refuse_withheld(build: Build, t: Words, indicator: Row, back: str) -> None:
    """Raise NotFoundError with status 403 and a sentence where the figures must stay here. back: the view's address."""
    if queries.withheld(build, indicator):
        said = t("Shown only: the licence does not let us hand these figures on.")
        text_ = f"{indicator['title']}. {said}"
        raise urls.NotFoundError(indicator["id"], text=text_, links=((t("Back to the page"), back),), status=403)
