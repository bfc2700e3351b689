"""CSV in which every cell is quoted, read by its quotes and separators together.

CORDIS writes a free text that itself begins with a quotation mark as `;""The action ""X"" works"";`. By the rules of
CSV that is an empty cell with rubbish behind it: strict readers refuse it, forgiving ones drop the line or run on into
the next. As every cell is quoted, `";"` ends one and begins the next whatever the text holds.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from etl.model import DeliveryError
from etl.tidy import expect_columns

#: A line ends a record only where the next one begins with a number as its first cell; texts have line breaks too.
_END: Final = re.compile(r'"\r?\n(?="\d+"(?:;"|\r?\n|$))')
_BETWEEN: Final = '";"'
_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."


def read_quoted(text: str, file: str, columns: Sequence[str]) -> pl.DataFrame:
    """The given columns, found by name in any order among others, as text, and `line` (Int64).

    Separator `;`, first cell of each record a number. Raises DeliveryError naming file, line and column.
    """
    records = _records(text, file)
    _, first = next(records)
    header = first.split(_BETWEEN)
    expect_columns(Path(file), header, columns, header if set(columns) <= set(header) else ())
    wanted = [header.index(name) for name in columns]
    rows: list[list[str | int]] = []
    for line, record in records:
        cells = _cells(record, len(header))
        if len(cells) != len(header):
            raise DeliveryError(
                f"{len(cells)} cells where the header has {len(header)}; the file looks truncated or mis-quoted",
                file=file,
                line=line,
                remedy=_AGAIN,
            )
        rows.append([*(cells[at].replace('""', '"').strip() for at in wanted), line])
    if not rows:
        raise DeliveryError("the file has a header and no rows", file=file, line=1, remedy=_AGAIN)
    return pl.DataFrame(rows, schema={**dict.fromkeys(columns, pl.String), "line": pl.Int64}, orient="row")


def _records(text: str, file: str) -> Iterator[tuple[int, str]]:
    """Each record without its outer quotes, and the line it begins on."""
    text = text.rstrip("\r\n")
    if not text:
        raise DeliveryError("the file is empty", file=file, remedy=_AGAIN)
    if len(text) < 2 or not text.startswith('"') or not text.endswith('"'):
        line = 1 if not text.startswith('"') else text.count("\n") + 1
        raise DeliveryError("a cell is not quoted, or the file is cut short", file=file, line=line, remedy=_AGAIN)
    start, line = 0, 1
    for end in _END.finditer(text):
        yield line, text[start + 1 : end.start()]
        line += text.count("\n", start, end.end())
        start = end.end()
    yield line, text[start + 1 : -1]


def _cells(record: str, width: int) -> list[str]:
    """The cells, with their quotes still doubled; where a text holds `";"` itself the rules of CSV decide."""
    cells = record.split(_BETWEEN)
    if len(cells) == width:
        return cells
    try:
        strict = next(csv.reader([f'"{record}"'], delimiter=";", strict=True))
    except csv.Error:
        return cells
    return [cell.replace('"', '""') for cell in strict]
