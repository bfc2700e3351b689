"""A file that was handed in as lines of text: CSV in the encodings and with the separators that offices use."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dashboard.desk.problems import FileError
from dashboard.desk.workbook import workbook_lines

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS: Final = ";,\t"
_ZIP: Final = b"PK"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"


def lines(path: Path, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """(line, its cells) of a CSV file or a workbook: what it is, its content tells, not its name. Raises FileError."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLD_OFFICE:
        raise FileError("workbook")
    return workbook_lines(path, sheet) if start.startswith(_ZIP) else csv_lines(path)


def csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line in the file, its cells), heading first, empty lines passed by. Raises FileError."""
    text = decoded(path.read_bytes())
    if "\0" in text:
        raise FileError("encoding")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                yield line, trimmed
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileError("csv") from error


def decoded(content: bytes) -> str:
    """The text: by its mark, as UTF-8, UTF-16 without mark, or Windows-1252. Raises FileError."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not encoding:
        start = content[:400]
        zeros = (start[1::2].count(0), start[0::2].count(0))
        encoding = "utf-8" if max(zeros) * 4 < len(start) else "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    for name in (encoding, "cp1252") if encoding == "utf-8" else (encoding,):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise FileError("encoding")
