"""A parcel as XLSX: the table, its sources with licences, and its notes, in the reader's language.

Nothing in it is a formula: texts are written as texts whatever they begin with. Numbers keep all their decimals and are
shown with those of their indicator. What a source says once for all rows stands on the sheet of sources.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from math import ceil
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dashboard.exports import columns
from dashboard.exports.parcel import Parcel, web

#: Not beside every figure: a flag stands there as a word, its source on a sheet of its own.
_ELSEWHERE: Final = ("status", "source", "licence", "licence_url", "retrieved")
#: Flag → the ground of its row, light enough for black letters; what has no value is grey.
_GROUNDS: Final = {
    "b": "#E8EEF7", "e": "#FFF6D6", "p": "#FFF6D6", "u": "#FBE9D9", "a": "#F8D9D9", "c": "#EAEAEA", "m": "#EAEAEA",
    "z": "#EAEAEA", "withheld": "#EAEAEA", "refused": "#EAEAEA",
}  # fmt: skip
#: Columns whose numbers are written as their indicator's values are.
_AS_VALUE: Final = ("value", "ci_low", "ci_high", "difference", "difference_low", "difference_high")
_WIDE: Final = {
    "entity": 28,
    "status_text": 22,
    "indicator": 30,
    "title": 44,
    "name": 44,
    "recipe": 60,
    "note": 60,
    "quote": 60,
    "sources": 60,
    "unit": 22,
}
_WIDTH: Final = 14
#: A day of its own, so that the same parcel is the same file.
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST: Final = 32_767
#: Points of a line of text.
_LINE: Final = 15


def xlsx(parcel: Parcel) -> bytes:
    """The workbook."""
    t, out = parcel.words, io.BytesIO()
    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": parcel.title,
                "subject": parcel.address,
                "author": t("Regional AI Atlas"),
                "company": "; ".join(dict.fromkeys(one.publisher for one in parcel.sources if one.publisher))[:255],
                "keywords": parcel.build.id,
                "comments": _licences(parcel),
                "created": _MADE.replace(tzinfo=None),
            }
        )
        book.set_custom_property("licence", _licences(parcel)[:255])
        book.set_custom_property("build", parcel.build.id)
        book.set_custom_property("address", parcel.address[:255])
        _table(parcel, Sheet(book, t("Table")))
        _sources(parcel, Sheet(book, t("Sources and licences")))
        _notes(parcel, Sheet(book, t("Flags and notes")))
    return out.getvalue()


def _licences(parcel: Parcel) -> str:
    return "; ".join(f"{name} {address}".strip() for name, address in parcel.licences.items())


class Sheet:
    """One sheet and the formats of its book; every text is written as text."""

    def __init__(self, book: xlsxwriter.Workbook, name: str) -> None:
        self.book: Any = book
        self.sheet: Worksheet = book.add_worksheet(name[:31])
        self._formats: dict[tuple[str, str, bool], Format] = {}
        self._plain: set[Format] = set()
        self.widths: Sequence[int] = ()

    def look(self, number: str = "", ground: str = "", *, bold: bool = False, wrap: bool = False) -> Format:
        """A format; number: of numbers; ground: a colour."""
        key = (number, ground, bold or wrap)
        if key not in self._formats:
            found = {"valign": "top", "font_name": "Calibri"} | ({"bold": True, "bottom": 1} if bold else {})
            found |= {"num_format": number} if number else {}
            found |= {"bg_color": ground} if ground else {}
            found |= {"text_wrap": True} if wrap or bold else {}
            self._formats[key] = self.book.add_format(found)
            if not ground:
                self._plain.add(self._formats[key])
        return self._formats[key]

    def heads(self, texts: Sequence[str], widths: Sequence[int]) -> None:
        """The first row, which stays in sight."""
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width)
        self.widths = widths
        self.row(0, texts, [self.look(bold=True)] * len(texts), tall=True)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.repeat_rows(0)
        self.sheet.fit_to_pages(1, 0)

    def row(self, at: int, values: Sequence[object], looks: Sequence[Format], *, tall: bool = False) -> None:
        """A row of numbers, days, addresses and texts; tall: as high as its longest text needs."""
        if tall:
            lines = max(
                ceil(len(str(value or "")) * 1.1 / width) for value, width in zip(values, self.widths, strict=True)
            )
            self.sheet.set_row(at, _LINE * min(max(lines, 1), 25))
        for place, (value, look) in enumerate(zip(values, looks, strict=True)):
            self.cell(at, place, value, look)

    def cell(self, at: int, place: int, value: object, look: Format) -> None:
        """One cell; nothing for None. Only addresses of the web are links."""
        if value is None or value == "":
            if look not in self._plain:
                self.sheet.write_blank(at, place, None, look)
        elif isinstance(value, int | float):
            self.sheet.write_number(at, place, value, look)
        elif isinstance(value, date):
            self.sheet.write_datetime(at, place, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001
        elif web(text := str(value)) and len(text) <= 2000:
            self.sheet.write_url(at, place, text, look, string=text)
        else:
            self.sheet.write_string(at, place, text[:_LONGEST], look)


def _table(parcel: Parcel, sheet: Sheet) -> None:
    """The rows under a head that stays, with a filter; a flag is a word, and the row's ground."""
    figures = parcel.is_figures
    shown = [one for one in parcel.columns if not (figures and one.name in _ELSEWHERE)]
    sheet.heads([one.title for one in shown], [_WIDE.get(one.name, _WIDTH) for one in shown])
    sheet.sheet.freeze_panes(1, 1 if figures else 2)
    decimals = {id_: row["decimals"] for id_, row in parcel.indicators.items()}
    looks: dict[tuple[int, str], list[Format]] = {}
    for at, row in enumerate(parcel.table.rows, 1):
        places = decimals.get(row.get("indicator", ""), 2)
        ground = _GROUNDS.get(row.get("status") or "", "")
        if (places, ground) not in looks:
            looks[places, ground] = [sheet.look(_number(one, places), ground) for one in shown]
        sheet.row(at, [_value(parcel, one, row) for one in shown], looks[places, ground])
    sheet.sheet.autofilter(0, 0, max(1, len(parcel.table.rows)), len(shown) - 1)
    sheet.sheet.set_footer(f"&L{_plain(parcel.title[:120])}&R&P / &N")


def _plain(text: str) -> str:
    """A text for head or foot, where & begins a command."""
    return text.replace("&", "&&")


def _value(parcel: Parcel, column: columns.Column, row: Mapping[str, Any]) -> object:
    value = row.get(column.name)
    if column.name == "page" and value:
        return parcel.host + str(value)
    return value


def _number(column: columns.Column, places: int) -> str:
    """The number format of a column: with the decimals of the indicator, of counts none, of days a day."""
    if column.kind == columns.DATE:
        return "yyyy-mm-dd"
    if column.kind == columns.INTEGER:
        return "#,##0"
    if column.kind != columns.NUMBER:
        return "@"
    if column.name not in _AS_VALUE:
        return "#,##0.##"
    return "#,##0" + ("." + "0" * places if places else "")


def _sources(parcel: Parcel, sheet: Sheet) -> None:
    """One row for each source, with the line that must be printed wherever its figures are."""
    t = parcel.words
    heads = (t("Source"), t("Publisher"), t("Credit"), t("Licence"), t("Address of the licence"), t("Address"))
    sheet.heads([*heads, t("Delivered"), t("Indicators")], [44, 28, 44, 28, 44, 44, 12, 60])
    text, day = sheet.look("@", wrap=True), sheet.look("yyyy-mm-dd")
    for at, one in enumerate(parcel.sources, 1):
        values = (one.title, one.publisher, one.credit, one.licence, one.licence_url, one.address, one.retrieved)
        sheet.row(at, [*values, "; ".join(one.of)], [text] * 6 + [day, text], tall=True)


def _notes(parcel: Parcel, sheet: Sheet) -> None:
    """Where the table is from, what its flags and columns mean, and what must be known beside it."""
    t = parcel.words
    sheet.heads([t("What"), t("Meaning")], [34, 110])
    lines = [(t("Title"), parcel.title), (t("Address"), parcel.address), (t("Edition"), parcel.edition)]
    lines += [(t("Licence"), name) for name in parcel.licences]
    lines += [(t("Remark"), note) for note in parcel.notes]
    lines += [(f"{t('Flag')} {letter}", word) for letter, word in parcel.flags.items()]
    lines += [(one.title, one.about) for one in parcel.columns if one.about]
    for at, line in enumerate(lines, 1):
        sheet.row(at, line, [sheet.look("@"), sheet.look("@", wrap=True)], tall=True)
