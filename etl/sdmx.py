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

from etl import codes, tidy
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

    A period in which fewer than half of a country's regions of a level have a value was not published at that level
    and gets no rows (the newest GDP year at NUTS 3 has only the regions that are also NUTS 2, whose value stands
    there); a gap among published values becomes status m. Needs `geo`, `period`, `value`, `status`.
    """
    group = [pl.col("geo").str.slice(0, 2), pl.col("geo").str.len_chars(), pl.col("period")]
    told = pl.col("value").is_not_null() | (pl.col("status") != "")
    long = long.filter(told.mean().over(group) >= 0.5)
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


def to_nuts_2024(long: pl.DataFrame, file: str) -> pl.DataFrame:
    """Carry figures from the NUTS version of the delivery to NUTS 2024; `geo` becomes `region`.

    A code that NUTS 2024 still has keeps its figure: the municipal moves between two Kreise that keep their codes
    (52 km², 4,000 people in Thüringen) are in no Eurostat recoding table. Of the others, a renamed region keeps its
    figure, merged ones are added up (reason own_sum; no value where one part has none; the gravest status). Where
    Eurostat gives a figure for the new region too, that one stands. Extra-regio rows (FRX, FRZ …), which belong to no
    region, are left out. Needs `geo`, `period`, `value`, `status`, `line`; raises DeliveryError for an unknown code.
    """
    long = long.filter(~pl.col("geo").str.contains(r"^..[XZ]"))
    today = {code: _today(code, file, long) for code in long["geo"].unique().sort().to_list()}
    kept = long.with_columns(region=pl.col("geo").replace_strict(today, return_dtype=pl.String))
    older = pl.col("geo") != pl.col("region")
    published = (~older & pl.col("value").is_not_null()).any().over("region", "period")
    kept = kept.filter(pl.when(published).then(~older).otherwise(older | ~older.any().over("region", "period")))
    gravity = list(dict.fromkeys(status.value for status in (Status.NOT_COLLECTED, *FLAGS.values())))
    order = pl.col("status").replace_strict({status: rank for rank, status in enumerate(gravity)})
    return kept.group_by("region", "period").agg(
        value=pl.when(pl.col("value").is_null().any()).then(None).otherwise(pl.col("value").sum()),
        status=pl.col("status").sort_by(order).first(),
        reason=pl.when(pl.len() > 1).then(pl.lit("own_sum")).otherwise(pl.lit("")),
        line=pl.col("line").first(),
    )


def _today(code: str, file: str, long: pl.DataFrame) -> str:
    """The one NUTS 2024 region that holds all of an older one; a region that was split cannot be carried over."""
    problem: str
    try:
        return codes.resolve(code, "nuts")
    except codes.CodeError as error:
        problem = str(error)
    for version in ("2021", "2016", "2013"):
        try:
            parts = codes.to_2024(code, version)
        except codes.CodeError:
            continue
        if len(parts) == 1:
            return parts[0][0]
        problem = f"{code} of NUTS {version} was split between " + ", ".join(region for region, _ in parts)
        break
    line = long.filter(pl.col("geo") == code)["line"][0]
    raise DeliveryError(problem, file=file, line=line, column="geo", remedy=_AGAIN)


def expect_whole(frame: pl.DataFrame, file: str, *, tolerance: float) -> None:
    """Refuse a period without one of the 16 Länder or 18 régions, or whose parts do not add up to the country.

    tolerance: how far the sum of the parts may lie from the national value, as a share of it (extra-regio, rounding).
    Needs `region`, `period`, `value`, `line`, after `to_nuts_2024`.
    """
    for (period,), part in frame.sort("period").group_by("period", maintain_order=True):
        for country in COUNTRIES:
            parts = codes.units("land", country)
            tidy.expect_regions(part, "region", (country, *parts), file, what=f"in {period}, region")
            whole = part.filter(pl.col("region") == country).row(0, named=True)
            summed = part.filter(pl.col("region").is_in(parts))["value"]
            if whole["value"] is None or summed.has_nulls():
                continue
            if abs(summed.sum() - whole["value"]) > tolerance * whole["value"]:
                raise DeliveryError(
                    f"{country} has {whole['value']:,.0f} in {period}, its Länder or régions add up to "
                    f"{summed.sum():,.0f}; a swapped unit or a broken cell",
                    file=file,
                    line=whole["line"],
                    column=str(period),
                    remedy=_AGAIN,
                )
