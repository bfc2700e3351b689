"""Tables as the fuzzer sees them, and writers that bring them back into the publishers' formats."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl import tidy
from tests.golden import workbooks
from tests.golden.test_ba_badata import as_rda

Cell = str | int | float | bool | None


class UnwritableError(Exception):
    """The format has no way to write such a table, so no publisher can deliver it."""


class Raw(float):
    """A number by its text, as only a file can hold it (1e999, -0x1F); every writer puts the text as it is."""

    def __new__(cls, text: str) -> Raw:
        self = super().__new__(cls, 0.0)
        self.text = text
        return self

    text: str

    def __repr__(self) -> str:
        return self.text

    def __format__(self, _: str) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """One table: columns that may change places stand in the same group of `groups` (positions; all by default)."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    groups: tuple[range, ...] = ()

    def grouped(self) -> tuple[range, ...]:
        return self.groups or (range(len(self.header)),)


Tables = Mapping[str, Table]
Write = Callable[[Tables], bytes]


@dataclass(frozen=True)
class File:
    """One file of a delivery: its tables and how they become bytes."""

    tables: Tables
    write: Write

    def bytes(self) -> bytes:
        return self.write(self.tables)


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def table(text: str, separator: str = ",") -> Table:
    """A table from CSV text."""
    header, *rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator)
    return Table(tuple(header), tuple(map(tuple, rows)))


def only(tables: Tables) -> Table:
    (found,) = tables.values()
    return found


def csv_writer(separator: str = ",", end: str = "\n", mark: str = "") -> Write:
    def write(tables: Tables) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=separator, lineterminator=end)
        writer.writerow(only(tables).header)
        writer.writerows(only(tables).rows)
        return (mark + out.getvalue()).encode("utf-8", "surrogateescape")

    return write


def csv_file(text: str, separator: str = ",", end: str = "\n") -> File:
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return File({"": table(text, separator)}, csv_writer(separator, end, mark))


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def token(cell: Cell) -> str:
    return cell.text if isinstance(cell, Raw) else json.dumps(cell, ensure_ascii=False)


def json_records(tables: Tables) -> bytes:
    """A list of objects, one per line; a doubled column is a key that stands twice, as a text can hold it."""
    header, rows = only(tables).header, only(tables).rows
    records = [
        "{" + ", ".join(f"{token(name)}: {token(cell)}" for name, cell in zip(header, row, strict=True)) + "}"
        for row in rows
    ]
    return ("[" + ",\n".join(records) + "]\n").encode("utf-8", "surrogateescape")


def records_table(records: Sequence[Mapping[str, Cell]]) -> Table:
    header = tuple(records[0])
    return Table(header, tuple(tuple(record[name] for name in header) for record in records))


def json_split(tables: Tables) -> bytes:
    """pandas' orientation "split": columns, index, data."""
    one = only(tables)
    rows = ",\n".join("[" + ", ".join(map(token, row)) + "]" for row in one.rows)
    columns = ", ".join(map(token, one.header))
    index = ", ".join(map(str, range(len(one.rows))))
    text = f'{{"columns": [{columns}], "index": [{index}], "data": [{rows}]}}\n'
    return text.encode("utf-8", "surrogateescape")


# ── Eurostat: one wide table (dimensions, geo, then periods; cells like "10.88 u") in three formats ──────────────


def wide(dims: Sequence[str], text: str, first: str = "") -> Table:
    """From `eurostat_forms.rows` text: a header of periods, then `code,code,geo cell | cell`."""
    head, *lines = text.strip().splitlines()
    periods = [period.strip() for period in head.split("|")]
    rows = []
    for line in lines:
        key, cells = line.split(" ", 1)
        rows.append((*f"{first}{key}".split(","), *(cell.strip() for cell in cells.split("|"))))
    keys = len(dims) + 1
    header = (*dims, "geo", *periods)
    return Table(header, tuple(rows), (range(keys), range(keys, len(header))))


def tsv_writer(time: str = "TIME_PERIOD", packed: bool = False) -> Write:
    def write(tables: Tables) -> bytes:
        one = only(tables)
        keys = len(one.groups[0])
        head = ",".join(["freq", *one.header[:keys]]) + f"\\{time}"
        lines = ["\t".join([head, *(f"{period} " for period in one.header[keys:])])]
        for row in one.rows:
            cells = [str(cell) if " " in str(cell) else f"{cell} " for cell in row[keys:]]
            lines.append("\t".join([",".join(["A", *map(str, row[:keys])]), *cells]))
        raw = ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")
        return gzip.compress(raw, mtime=0) if packed else raw

    return write


def long(one: Table, code: str) -> Table:
    """The wide table as rows of SDMX-CSV: no row for a bare ':', confidentiality in a column of its own."""
    keys = len(one.groups[0])
    head = (
        "DATAFLOW",
        "LAST UPDATE",
        "freq",
        *one.header[:keys],
        "TIME_PERIOD",
        "OBS_VALUE",
        "OBS_FLAG",
        "CONF_STATUS",
    )
    rows = []
    for row in one.rows:
        for period, cell in zip(one.header[keys:], row[keys:], strict=True):
            number, _, flag = str(cell).partition(" ")
            if cell != ":":
                texts = ("" if number == ":" else number, flag.replace("c", ""), "C" if "c" in flag else "")
                first = (f"ESTAT:{code.upper()}(1.0)", "27/02/26 11:00:00", "A")
                rows.append((*first, *row[:keys], period, *texts))
    return Table(head, tuple(rows))


def json_stat(tables: Tables) -> bytes:
    """JSON-stat 2.0 with the dimensions in the table's order; of two cells at one place the text holds both."""
    one = only(tables)
    keys = len(one.groups[0])
    ids = ["freq", *one.header[:keys], "time"]
    axes = [["A"], *([*dict.fromkeys(str(row[at]) for row in one.rows)] for at in range(keys)), [*one.header[keys:]]]
    values, flags = [], []
    for row, (at_time, period) in itertools.product(one.rows, enumerate(one.header[keys:])):
        at = 0
        for axis, code in zip(axes[:-1], ["A", *map(str, row[:keys])], strict=True):
            at = at * len(axis) + axis.index(code)
        at = at * len(axes[-1]) + at_time
        cell = row[one.header.index(period, keys)] if one.header.count(period) == 1 else row[keys + at_time]
        number, _, flag = str(cell).partition(" ")
        if number != ":":
            plain = re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", number)
            values.append(f'"{at}":{number if plain else json.dumps(number)}')
        if flag:
            flags.append(f'"{at}":{json.dumps(flag)}')
    dimension = ",".join(
        f"{json.dumps(name)}:" + '{"category":{"index":' + json.dumps({code: n for n, code in enumerate(axis)}) + "}}"
        for name, axis in zip(ids, axes, strict=True)
    )
    sizes = json.dumps([len(axis) for axis in axes])
    text = '{"version":"2.0","class":"dataset","label":"constructed, not a real delivery","value":{' + ",".join(values)
    text += '},"status":{' + ",".join(flags) + f'}},"id":{json.dumps(ids)},"size":{sizes},"dimension":{{{dimension}}}}}'
    return text.encode("utf-8", "surrogateescape")


# ── Containers ───────────────────────────────────────────────────────────────────────────────────────────────────


def zip_of(name: str, write: Write) -> Write:
    return lambda tables: workbooks.zipped({name: write(tables)})


def xlsx_writer(about: Mapping[str, workbooks.Rows]) -> Write:
    """The table as one sheet, named like the table, behind sheets that describe it."""

    def write(tables: Tables) -> bytes:
        sheets = {name: [list(one.header), *map(list, one.rows)] for name, one in tables.items()}
        try:
            return workbooks.xlsx({**about, **sheets})
        except UnicodeEncodeError as error:
            raise UnwritableError from error

    return write


def parquet(tables: Tables) -> bytes:
    """Columns of one type each; one that a change has mixed becomes text."""
    one = only(tables)
    arrays = []
    for at in range(len(one.header)):
        cells = [row[at] for row in one.rows]
        arrays.append(_array([_typed(cell) for cell in cells]))
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(one.header)), out, compression="zstd")
    return out.getvalue()


def _typed(cell: Cell) -> Cell:
    """What a typed format holds of a number that was given as text: the number, or the text where it is none."""
    if not isinstance(cell, Raw):
        return cell
    try:
        number = float(cell.text)
        return cell.text if number == 0 and tidy.read_number(cell.text) is None else number
    except ValueError:
        return cell.text


def _array(cells: list[Cell]) -> pa.Array:
    try:
        return pa.array(cells)
    except (pa.ArrowException, TypeError, OverflowError):
        try:
            return pa.array([None if cell is None else str(cell) for cell in cells])
        except (pa.ArrowException, UnicodeEncodeError) as error:
            raise UnwritableError from error


def rda_writer(name: str) -> Write:
    def write(tables: Tables) -> bytes:
        one = only(tables)
        if len(set(one.header)) < len(one.header) or not one.header or not one.rows:
            raise UnwritableError  # an R data frame has no two columns of one name
        columns = {}
        for at, column in enumerate(one.header):
            cells = [row[at] for row in one.rows]
            numbers = [_typed(cell) for cell in cells]
            if column == "year" and all(type(cell) is int for cell in numbers):
                columns[column] = np.array(cells, dtype="int32")
            elif all(cell is None or isinstance(cell, int | float) for cell in numbers):
                columns[column] = np.array([np.nan if cell is None else cell for cell in numbers], dtype="float64")
            else:
                columns[column] = np.array([None if cell is None else str(cell) for cell in numbers], dtype="object")
        with tempfile.TemporaryDirectory() as folder:
            try:
                return as_rda(Path(folder), pd.DataFrame(columns), name)
            except Exception as error:
                raise UnwritableError from error

    return write


def frame_table(frame: pd.DataFrame) -> Table:
    cells = frame.astype(object).where(frame.notna(), None)
    return Table(tuple(frame.columns), tuple(map(tuple, cells.itertuples(index=False))))
