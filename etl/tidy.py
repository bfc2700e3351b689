"""Strict reading of deliveries: what a publisher changed must be noticed before a figure moves.

Every function raises DeliveryError naming file, line, column and remedy. Lines are counted as an editor shows them
(the header is line 1); frames read here carry them in the column `line` so that later rules can name them too.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet

from etl.model import TIDY, DeliveryError

#: What a compressed delivery may unpack to; the largest known one has about 120 MB.
LARGEST: Final = 1_000_000_000
_AGAIN = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its golden file."


#: A number as text; `mark` is the decimal mark. ASCII digits only: others pass for digits in patterns and in float().
_NUMBER: Final = "[+-]?[0-9]+({mark}[0-9]+)?([eE][+-]?[0-9]+)?"


def read_csv(
    path: Path,
    columns: Mapping[str, type[pl.DataType] | pl.DataType],
    *,
    ignore: Iterable[str] = (),
    others: bool = False,
    separator: str = ",",
    encoding: str = "utf-8",
    decimal: str = ".",
    missing: Sequence[str] = ("",),
) -> pl.DataFrame:
    """Read a delimited file whose header must be exactly `columns` plus `ignore`, in any order.

    columns: name → Polars type (String, Int64, Float64). missing: cell texts that mean "no value".
    others: further columns are no change (a publisher who adds some every year, and whose columns are bound by name).
    decimal: the decimal mark of Float64 cells; a cell with the other mark is refused, never guessed.
    Returns the columns in the given order plus `line` (Int64).
    """
    text = read_text(path, encoding)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = next(rows)
    except StopIteration:
        raise DeliveryError("the file is empty", file=path.name, remedy=_AGAIN) from None
    except csv.Error as error:
        raise DeliveryError(str(error), file=path.name, line=rows.line_num, remedy=_AGAIN) from error
    expect_columns(path, header, columns, header if others and set(columns) <= set(header) else ignore)
    cells: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in rows:
            if len(row) != len(header):
                raise DeliveryError(
                    f"{len(row)} cells where the header has {len(header)}; the file looks truncated or mis-quoted",
                    file=path.name,
                    line=rows.line_num,
                    remedy=_AGAIN,
                )
            cells.append(row)
            lines.append(rows.line_num)
    except csv.Error as error:
        raise DeliveryError(str(error), file=path.name, line=rows.line_num, remedy=_AGAIN) from error
    expect_end(text, path.name)
    if not cells:
        raise DeliveryError("the file has a header and no rows", file=path.name, line=1, remedy=_AGAIN)
    frame = pl.DataFrame(cells, schema=[(name, pl.String) for name in header], orient="row")
    frame = frame.select(*columns).with_columns(pl.Series("line", lines, dtype=pl.Int64))
    for name, kind in columns.items():
        frame = cast_column(frame, name, kind, path.name, decimal=decimal, missing=missing)
    return frame


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The file's text without byte-order mark, unpacked where it is gzip; refuses HTML and undecodable bytes."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path) as packed:
                raw = packed.read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise DeliveryError(
                f"the compressed file is damaged or cut short ({error})", file=path.name, remedy=_AGAIN
            ) from error
        if len(raw) > LARGEST:
            raise DeliveryError(f"unpacks to more than {LARGEST:,} bytes", file=path.name, remedy=_AGAIN)
    return decode(raw, path.name, encoding)


def decode(raw: bytes, file: str, encoding: str = "utf-8") -> str:
    """Bytes as text without byte-order mark; refuses HTML, NUL and undecodable bytes. file: as a message names it."""
    head = raw[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml")) or b"<html" in head:
        raise DeliveryError(
            "this is a web page, not the data file",
            file=file,
            line=1,
            remedy="the address answered with an error or consent page: open it in a browser, then fetch again.",
        )
    try:
        text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise DeliveryError(
            f"byte {error.start} is not {encoding}",
            file=file,
            line=raw[: error.start].count(b"\n") + 1,
            remedy=_AGAIN,
        ) from error
    if (hole := text.find("\0")) >= 0:
        raise DeliveryError(
            f"NUL bytes where text is: a hole in the file, or not {encoding}",
            file=file,
            line=text.count("\n", 0, hole) + 1,
            remedy=_AGAIN,
        )
    return text


def expect_end(text: str, file: str) -> None:
    """Refuse a table whose last line does not end: the last number may have lost its last digits."""
    if not text.endswith(("\n", "\r")):
        raise DeliveryError(
            "the last line does not end with a line break; the file looks truncated",
            file=file,
            line=text.count("\n") + 1,
            remedy="fetch the delivery again; in a table kept by hand, add the line break.",
        )


def read_number(text: str) -> float | None:
    """The number that a text of ASCII digits with a decimal point means; None where it is none.

    None also for what a computer cannot hold: 1e999 is not infinite, and 1e-999 is not 0.
    """
    if not re.fullmatch(_NUMBER.format(mark="[.]"), text):
        return None
    number = float(text)
    vanished = number == 0 and re.search("[1-9]", re.split("[eE]", text)[0])
    return None if vanished or not math.isfinite(number) else number


def expect_columns(
    path: Path, found: Sequence[str], wanted: Iterable[str], ignore: Iterable[str] = (), line: int | None = 1
) -> None:
    """Refuse a missing, renamed, new or repeated column; the message proposes the renamed one."""
    wanted, allowed = list(wanted), set(ignore)
    missing = [name for name in wanted if name not in found]
    new = [name for name in found if name not in wanted and name not in allowed]
    repeated = sorted({name for name in found if list(found).count(name) > 1})
    if repeated:
        raise DeliveryError(
            "the column stands twice in the header",
            file=path.name,
            line=line,
            column=repeated[0],
            remedy=_AGAIN,
        )
    if missing:
        hint = f"; new in the file: {', '.join(map(repr, new))} (renamed?)" if new else ""
        raise DeliveryError(f"the column is missing{hint}", file=path.name, line=line, column=missing[0], remedy=_AGAIN)
    if new:
        raise DeliveryError(
            "the publisher added a column this module does not know",
            file=path.name,
            line=line,
            column=new[0],
            remedy="decide whether it changes the figures, then add it to the module's columns or to `ignore`.",
        )


def cast_column(
    frame: pl.DataFrame,
    name: str,
    kind: type[pl.DataType] | pl.DataType,
    file: str,
    *,
    decimal: str = ".",
    missing: Sequence[str] = ("",),
) -> pl.DataFrame:
    """Cast one text column strictly; the first cell that is no such number is named with its line."""
    text = pl.col(name).str.strip_chars()
    text = pl.when(text.is_in(list(missing))).then(None).otherwise(text)
    if kind == pl.String:
        return frame.with_columns(text.alias(name))
    number = text.str.replace(",", ".", literal=True) if decimal == "," else text
    cast = frame.select(raw=text, cast=number.cast(kind, strict=False), line=pl.col("line"))
    pattern = f"^{_NUMBER.format(mark='[.]' if decimal == '.' else ',')}$"
    # A computer makes 1e999 infinite and 1e-999 0; neither is what the publisher wrote.
    lost = ~pl.col("cast").is_finite() | ((pl.col("cast") == 0) & pl.col("raw").str.contains("^[^eE]*[1-9]"))
    wrong = pl.col("cast").is_null() | lost | ~pl.col("raw").str.contains(pattern)
    bad = cast.filter(pl.col("raw").is_not_null() & wrong)
    if bad.height:
        cell, line = bad["raw"][0], bad["line"][0]
        comma = decimal == "." and "," in cell
        raise DeliveryError(
            f"'{cell[:40]}' is not a number" + (" with a decimal point (a decimal comma?)" if comma else ""),
            file=file,
            line=line,
            column=name,
            remedy=_AGAIN,
        )
    return frame.with_columns(cast["cast"].alias(name))


def read_parquet(
    path: Path, columns: Mapping[str, type[pl.DataType] | pl.DataType], *, ignore: Iterable[str] = ()
) -> pl.DataFrame:
    """Read a Parquet delivery with exactly `columns` plus `ignore`; adds `line` (row number, from 1).

    With Arrow's reader: that of Polars was seen to panic on a damaged page, which no `except` should have to catch.
    """
    try:
        with pa.parquet.ParquetFile(path) as file:
            expect_columns(path, file.schema_arrow.names, columns, ignore, line=None)
            table = file.read(columns=list(columns))
        table.validate(full=True)
        frame = pl.DataFrame({name: pl.from_arrow(table[name]) for name in columns})
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise DeliveryError(f"the file is not readable Parquet ({said})", file=path.name, remedy=_AGAIN) from error
    for name, kind in columns.items():
        found = frame.schema[name]
        widened = (found.is_integer() and kind in (pl.Int64, pl.Float64)) or (found.is_float() and kind == pl.Float64)
        if not (widened or found in (kind, pl.Null)):  # a cast would read "x" as no number, and 3.9 as 3
            raise DeliveryError(f"the column is {found}, expected {kind}", file=path.name, column=name, remedy=_AGAIN)
        frame = frame.with_columns(pl.col(name).cast(kind))
    return frame.with_row_index("line", offset=1).with_columns(pl.col("line").cast(pl.Int64))


def expect_unique(frame: pl.DataFrame, keys: Sequence[str], file: str) -> None:
    """Refuse a second row with the same keys."""
    twice = frame.filter(pl.struct(keys).is_duplicated()).sort([*keys, "line"])
    if twice.height:
        first = twice.row(0, named=True)
        key = ", ".join(f"{name}={first[name]}" for name in keys)
        raise DeliveryError(
            f"two rows have the same key ({key})",
            file=file,
            line=twice["line"][1],
            column=keys[0],
            remedy="ask the publisher which row is right; do not let the order of rows decide.",
        )


def expect_range(
    frame: pl.DataFrame,
    column: str,
    low: float | None,
    high: float | None,
    file: str,
    *,
    meaning: str = "value",
) -> None:
    """Refuse a value below `low` or above `high` (a negative share, a share over 100, a swapped unit)."""
    value = pl.col(column)
    outside = pl.lit(False)
    if low is not None:
        outside |= value < low
    if high is not None:
        outside |= value > high
    bad = frame.filter(outside)
    if bad.height:
        raise DeliveryError(
            f"{meaning} {bad[column][0]:g} is outside {'' if low is None else f'{low:g}'}…"
            f"{'' if high is None else f'{high:g}'}; a swapped unit or a broken cell",
            file=file,
            line=bad["line"][0],
            column=column,
            remedy=_AGAIN,
        )


def expect_years(frame: pl.DataFrame, column: str, file: str, *, first: int = 1900, last: int = 2100) -> None:
    """Refuse what is no year of four digits from `first` to `last`; an empty cell too."""
    year = pl.col(column).str.extract("^([0-9]{4})$").cast(pl.Int64)
    bad = frame.filter(~year.is_between(first, last).fill_null(value=False))
    if bad.height:
        raise DeliveryError(
            f"'{bad[column][0]}' is no year from {first} to {last}",
            file=file,
            line=bad["line"][0],
            column=column,
            remedy=_AGAIN,
        )


def expect_values(frame: pl.DataFrame, column: str, allowed: Iterable[object], file: str) -> None:
    """Refuse a category that the module does not know."""
    known = list(allowed)
    bad = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(known))
    if bad.height:
        raise DeliveryError(
            f"'{bad[column][0]}' is not one of {', '.join(map(str, known[:12]))}",
            file=file,
            line=bad["line"][0],
            column=column,
            remedy=_AGAIN,
        )


def expect_regions(frame: pl.DataFrame, column: str, wanted: Iterable[str], file: str, *, what: str) -> None:
    """Refuse a delivery in which one of the `wanted` regions is absent (a missing Land)."""
    absent = sorted(set(wanted) - set(frame[column].unique().to_list()))
    if absent:
        raise DeliveryError(
            f"{what} {', '.join(absent[:5])}{' …' if len(absent) > 5 else ''} missing",
            file=file,
            column=column,
            remedy=_AGAIN,
        )


def map_codes(frame: pl.DataFrame, column: str, resolve: Callable[[str], str], file: str) -> pl.DataFrame:
    """Replace codes by NUTS 2024 codes with `resolve`; an unknown code is named with its line and suggestion."""
    mapping: dict[str, str] = {}
    for code in frame[column].drop_nulls().unique().sort().to_list():
        try:
            mapping[code] = resolve(code)
        except ValueError as error:
            line = frame.filter(pl.col(column) == code)["line"][0]
            raise DeliveryError(str(error), file=file, line=line, column=column, remedy=_AGAIN) from error
    return frame.with_columns(pl.col(column).replace_strict(mapping, return_dtype=pl.String))


def to_tidy(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring a frame to the TIDY schema: absent columns are empty ('' or null), rows sorted, types exact."""
    blank = {"dimension": "", "member": "", "status": "", "reason": "", "n": None}
    frame = frame.with_columns(
        **{name: pl.lit(value, dtype=TIDY[name]) for name, value in blank.items() if name not in frame.columns}
    )
    frame = frame.select([pl.col(name).cast(kind) for name, kind in TIDY.items()])
    return frame.sort("measure", "dimension", "member", "region", "period")
