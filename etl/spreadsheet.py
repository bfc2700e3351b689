"""Reading one sheet of an .xlsx as text, as strictly as `etl/tidy.py` reads CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import fastexcel
import polars as pl

from etl.model import DeliveryError
from etl.packed import only_member
from etl.zipped import members

_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."
_NO_NAME: Final = re.compile(r"__UNNAMED__\d+")


def read_sheet(path: Path, sheet: re.Pattern[str], clean: Callable[[str], str] = str) -> tuple[str, pl.DataFrame]:
    """Name and rows of the only sheet whose name matches, first row as header, every cell as text.

    path: an .xlsx, or a zip that holds one. clean: what is done to each column name; two that become the same are
    refused. Adds `line` (Int64), the row as a spreadsheet counts it; rows without any cell are left out.
    """
    try:
        book = fastexcel.read_excel(_workbook(path))
        names = [name for name in book.sheet_names if sheet.fullmatch(name)]
        if len(names) != 1:
            raise DeliveryError(
                f"{len(names)} sheets are called like {sheet.pattern}; there are {', '.join(book.sheet_names[:8])}",
                file=path.name,
                remedy=_AGAIN,
            )
        frame = book.load_sheet(names[0], dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError) as error:
        raise DeliveryError(
            f"not readable as a spreadsheet ({str(error).splitlines()[0]})", file=path.name, remedy=_AGAIN
        ) from error
    # A formatted but empty column has neither name nor cells.
    empty = [name for name in frame.columns if _NO_NAME.fullmatch(name) and frame[name].null_count() == frame.height]
    frame = frame.drop(empty)
    cleaned = [clean(name) for name in frame.columns]
    twice = sorted({name for name in cleaned if cleaned.count(name) > 1})
    if twice:
        raise DeliveryError("the column stands twice", file=path.name, line=1, column=twice[0], remedy=_AGAIN)
    frame.columns = cleaned
    lines = pl.int_range(2, frame.height + 2, dtype=pl.Int64, eager=True)
    frame = frame.with_columns(lines.alias("line")).filter(~pl.all_horizontal(pl.col(cleaned).is_null()))
    if frame.is_empty():
        raise DeliveryError("the sheet has a header and no rows", file=path.name, line=1, remedy=_AGAIN)
    return names[0], frame


def _workbook(path: Path) -> bytes:
    """The bytes of the workbook; an .xlsx is itself a zip, and its size is checked before it is opened."""
    if "xl/workbook.xml" in members(path):
        return path.read_bytes()
    return only_member(path, ".xlsx")[1]
