"""Readers for Eurostat's two flat formats, SDMX-CSV and TSV, into one long frame with Eurostat's own flags.

Both readers return the declared dimensions, `geo`, `period` (as published: 2024), `value` (Float64, null where
Eurostat gives none), `flag` (lower-case letters, '' where none) and `line`; only rows that match `where` and whose
geo lies in Germany or France. A not-asked year has no row at all in SDMX-CSV; in TSV it is a bare ':'.
Formats as published by the dissemination API of Eurostat (sdmx/2.1/data/<code>?format=SDMX-CSV or TSV).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from etl import tidy
from etl.model import DeliveryError, Status

COUNTRIES: Final = ("DE", "FR")

#: Eurostat's flags that the atlas knows, gravest first: a cell with several ('bu') shows the gravest.
#: s (Eurostat's own estimate) and f (forecast) are shown as estimated; r (revised) needs no mark.
FLAGS: Final[Mapping[str, Status]] = {
    "c": Status.SUPPRESSED,
    "z": Status.NOT_APPLICABLE,
    "u": Status.UNRELIABLE,
    "b": Status.BREAK,
    "e": Status.ESTIMATED,
    "s": Status.ESTIMATED,
    "f": Status.ESTIMATED,
    "p": Status.PROVISIONAL,
    "r": Status.FINE,
}

_CELL: Final = re.compile(r"(?P<number>:|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?) ?(?P<flag>[a-z]*) ?")
_AGAIN: Final = "fetch the delivery again; if Eurostat changed the format, adapt etl/sdmx.py and its tests."
_SCHEMA: Final = {"geo": pl.String, "period": pl.String, "value": pl.Float64, "flag": pl.String, "line": pl.Int64}


def read(path: Path, dims: Iterable[str], where: Mapping[str, str]) -> pl.DataFrame:
    """Read SDMX-CSV or TSV, plain or gzipped, whichever the file is (told apart by the header).

    dims: the dataset's dimensions without `freq`, geo and time. where: dimension → the one code wanted.
    Raises DeliveryError also when nothing matches `where` or when two rows have the same geo and period.
    """
    head = tidy.read_text(path).split("\n", 1)[0]
    long = _from_tsv(path, set(dims), where) if "\\" in head.split("\t")[0] else _from_csv(path, list(dims), where)
    if long.is_empty():
        wanted = ", ".join(f"{name}={code}" for name, code in where.items())
        raise DeliveryError(
            f"no row for Germany or France with {wanted}",
            file=path.name,
            remedy="fetch the whole table, or the block with these codes.",
        )
    tidy.expect_unique(long, ["geo", "period"], path.name)
    _expect_years(long, path)
    return long


def with_status(long: pl.DataFrame, file: str) -> pl.DataFrame:
    """Add `status` from `flag`: the gravest letter of several; a letter the atlas does not know is refused."""
    tidy.expect_values(long.with_columns(pl.col("flag").str.split("")).explode("flag"), "flag", ("", *FLAGS), file)
    status = pl.lit(Status.FINE.value)
    for letter, meaning in reversed(list(FLAGS.items())):
        status = (
            pl.when(pl.col("flag").str.contains(letter, literal=True)).then(pl.lit(meaning.value)).otherwise(status)
        )
    return long.with_columns(status=status)


def fill_missing(long: pl.DataFrame) -> pl.DataFrame:
    """Say what a value's absence means, where Eurostat prints ':' and no flag.

    A period in which no region of a country and level has a value was not published and gets no rows at all; a
    single gap among published values becomes status m. Needs `geo`, `period`, `value`, `status`.
    """
    group = [pl.col("geo").str.slice(0, 2), pl.col("geo").str.len_chars(), pl.col("period")]
    told = pl.col("value").is_not_null() | (pl.col("status") != "")
    long = long.filter(told.any().over(group))
    return long.with_columns(status=pl.when(told).then("status").otherwise(pl.lit(Status.NOT_COLLECTED.value)))


def _from_csv(path: Path, dims: list[str], where: Mapping[str, str]) -> pl.DataFrame:
    names = ["freq", *dims, "geo", "TIME_PERIOD", "OBS_FLAG", "CONF_STATUS"]
    columns: dict[str, type[pl.DataType]] = dict.fromkeys(names, pl.String)
    columns["OBS_VALUE"] = pl.Float64
    # LAST UPDATE changes daily and DATAFLOW carries the version; neither changes a figure.
    frame = tidy.read_csv(path, columns, ignore=("DATAFLOW", "LAST UPDATE"))
    flag = pl.concat_str(pl.col("OBS_FLAG").fill_null(""), pl.col("CONF_STATUS").fill_null("")).str.to_lowercase()
    frame = frame.rename({"TIME_PERIOD": "period", "OBS_VALUE": "value"}).with_columns(flag=flag)
    for name, code in {"freq": "A", **where}.items():
        frame = frame.filter(pl.col(name) == code)
    return frame.filter(pl.col("geo").str.slice(0, 2).is_in(COUNTRIES)).select(*_SCHEMA)


def _from_tsv(path: Path, dims: set[str], where: Mapping[str, str]) -> pl.DataFrame:
    lines = tidy.read_text(path).splitlines()
    names, periods = _tsv_header(lines[0], dims, path)
    rows: list[tuple[str, str, float | None, str, int]] = []
    for number, line in enumerate(lines[1:], start=2):
        key, *cells = line.split("\t")
        codes = key.split(",")
        if len(cells) != len(periods) or len(codes) != len(names):
            raise DeliveryError(
                f"{len(codes)} codes and {len(cells)} values where the header has {len(names)} and {len(periods)}; "
                "the file looks truncated",
                file=path.name,
                line=number,
                remedy=_AGAIN,
            )
        place = dict(zip(names, codes, strict=True))
        wanted = all(place[name] == code for name, code in where.items()) and place.get("freq", "A") == "A"
        if wanted and place["geo"].startswith(COUNTRIES):
            for period, cell in zip(periods, cells, strict=True):
                rows.append((place["geo"], period, *_tsv_cell(cell, path, number, period), number))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _tsv_header(header: str, dims: set[str], path: Path) -> tuple[list[str], list[str]]:
    """Names of the comma-joined key and the periods; tables from before 2023 have no freq and call time 'time'."""
    key, *periods = header.split("\t")
    joined, _, time = key.partition("\\")
    names = joined.split(",")
    tidy.expect_columns(path, [*names, time], [*sorted(dims), "geo"], ignore=("freq", "TIME_PERIOD", "time"))
    return names, [period.strip() for period in periods]


def _tsv_cell(cell: str, path: Path, line: int, column: str) -> tuple[float | None, str]:
    match = _CELL.fullmatch(cell)
    if match is None:
        raise DeliveryError(
            f"'{cell.strip()}' is not a number with an optional flag" + (" (a decimal comma?)" if "," in cell else ""),
            file=path.name,
            line=line,
            column=column,
            remedy=_AGAIN,
        )
    number = match["number"]
    return None if number == ":" else float(number), match["flag"]


def _expect_years(long: pl.DataFrame, path: Path) -> None:
    bad = long.filter(~pl.col("period").str.contains(r"^(19|20)\d\d$"))
    if bad.height:
        raise DeliveryError(
            f"'{bad['period'][0]}' is not a year", file=path.name, line=bad["line"][0], column="period", remedy=_AGAIN
        )
