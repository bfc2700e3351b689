"""A workbook that was handed in, as lines of text. What an officer cannot see, or a program would compute, is refused.

The structure is looked at in the XML itself, stream by stream and bounded; values, with dates out of serial numbers,
come from calamine, which never computes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree as ET

import fastexcel

from dashboard.desk.problems import FileError

#: A workbook of 50 MB holds about eight times as much; nothing honest comes near.
MOST_UNPACKED: Final = 600 * 1024 * 1024
MOST_RATIO: Final = 200
_SMALL: Final = 20 * 1024 * 1024
#: Sheets of the template that explain it.
HELP: Final = ("columns", "lists")
_TOLD: Final = 8
_MIDNIGHT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00(\.0+)?")
_LONG: Final = re.compile(r"-?\d+\.\d{12,}")


@dataclass
class _Sheet:
    """What a sheet hides or computes: names of cells, rows, columns. filled: whether it has a value."""

    formulas: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    filled: bool = False


def workbook_lines(path: Path, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """(row, its cells), heading first, empty rows passed by. sheet: which, if there are several. Raises FileError."""
    try:
        with zipfile.ZipFile(path) as packed:
            _expect_harmless(packed)
            name, found = _chosen(packed, sheet)
        _expect_plain(found)
        table = fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string", skip_rows=0).to_polars()
    except (
        zipfile.BadZipFile,
        ET.ParseError,
        KeyError,
        NotImplementedError,
        EOFError,
        RuntimeError,
        ValueError,
    ) as error:
        raise FileError("workbook") from error
    except fastexcel.FastExcelError as error:
        raise FileError("workbook") from error
    for number, row in enumerate(table.iter_rows(), 1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield number, cells


def _text(cell: str | None) -> str:
    text = (cell or "").strip()
    if whole := _MIDNIGHT.fullmatch(text):
        return whole[1]
    return f"{float(text):.15g}" if _LONG.fullmatch(text) else text


def _expect_harmless(packed: zipfile.ZipFile) -> None:
    """Raise FileError for macros, and for what unpacks to absurd sizes."""
    parts = packed.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise FileError("type")
    if any("vbaproject" in name.casefold() or "macrosheets/" in name.casefold() for name in names):
        raise FileError("macros")
    whole, inside = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if len(parts) > 2000 or whole > MOST_UNPACKED or (whole > _SMALL and whole > MOST_RATIO * max(1, inside)):
        raise FileError("bomb")


def _chosen(packed: zipfile.ZipFile, wanted: str) -> tuple[str, _Sheet]:
    """The name and the findings of the sheet that holds the lines."""
    targets = {
        one.get("Id", ""): one.get("Target", "").removeprefix("/xl/")
        for one in _elements(packed, "xl/_rels/workbook.xml.rels", {"Relationship"})
    }
    there: dict[str, _Sheet] = {}
    hidden: list[str] = []
    for one in _elements(packed, "xl/workbook.xml", {"sheet"}):
        key = next((value for name, value in one.attrib.items() if name.endswith("}id")), "")
        name = one.get("name", "")
        if one.get("state", "visible") != "visible":
            hidden.append(name)
        elif name not in HELP and (found := _looked_at(packed, f"xl/{targets[key]}")).filled:
            there[name] = found
    if hidden:
        raise FileError("hidden", cells=", ".join(hidden[:_TOLD]))
    if not there:
        raise FileError("empty")
    name = wanted or (next(iter(there)) if len(there) == 1 else "")
    if name not in there:
        raise FileError("sheets", sheets=", ".join(list(there)[:_TOLD]))
    return name, there[name]


def _looked_at(packed: zipfile.ZipFile, part: str) -> _Sheet:
    sheet = _Sheet()
    for one in _elements(packed, part, {"row", "col", "mergeCell", "c"}):
        kind, place = _name(one), one.get("r", "")
        if kind == "c":
            children = {_name(child) for child in one}
            if "f" in children or one.get("t") == "e":
                sheet.formulas.append(place)
            sheet.filled |= bool(children)
        elif kind == "mergeCell":
            sheet.merged.append(one.get("ref", ""))
        elif one.get("hidden") in ("1", "true"):
            sheet.hidden.append(
                place if kind == "row" else f"{_letters(one.get('min', '1'))}:{_letters(one.get('max', '1'))}"
            )
    return sheet


def _expect_plain(sheet: _Sheet) -> None:
    for what in ("formulas", "hidden", "merged"):
        if found := getattr(sheet, what):
            raise FileError(what, cells=", ".join(found[:_TOLD]) + (" …" if len(found) > _TOLD else ""))


def _elements(packed: zipfile.ZipFile, part: str, wanted: set[str]) -> Iterator[ET.Element]:
    """The elements of these names, each forgotten after it was looked at."""
    with packed.open(part) as stream:
        _expect_no_entities(stream)
    with packed.open(part) as stream:
        root: ET.Element | None = None
        for event, element in ET.iterparse(stream, ("start", "end")):  # noqa: S314 - no entities, sizes bounded
            root = element if root is None else root
            if event == "end" and _name(element) in wanted:
                yield element
            if event == "end" and _name(element) in ("row", "c", "col", "mergeCell"):
                element.clear()
                if _name(element) == "row" and (data := root.find("{*}sheetData")) is not None:
                    data.clear()


def _expect_no_entities(stream: IO[bytes]) -> None:
    """A workbook needs no document type, and only there can entities be declared."""
    start = stream.read(4096).replace(b"\0", b"")
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise FileError("workbook")


def _name(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _letters(number: str) -> str:
    """27 → AA."""
    left, text = min(int(number), 16384), ""
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(65 + rest) + text
    return text
