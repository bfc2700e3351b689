"""Employees, registered vacancies and unemployed in IT occupations by Kreis, from the R package badata.

The package repackages a paid special evaluation (Sonderauswertung, order 408036) of the statistics of the
Bundesagentur für Arbeit. Employees are persons at their place of work on the reference day of a year; vacancies and
unemployed are annual means of twelve monthly stocks, hence multiples of 1/12. A cell without a number is either
secret or nil; the delivery cannot tell them apart, so it is never read as 0. Among the employees no cell holds 1 or 2,
so a missing one stands for few persons; among the unemployed whole Kreise are missing in single years.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl
import pyreadr
from pyreadr.custom_errors import LibrdataError, PyreadrError

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.rollup import spread_upwards
from etl.tidy import expect_columns, expect_range, expect_regions, expect_unique, expect_values, map_codes, to_tidy

_COMMIT: Final = "2d6c6183beecb565837740639d9e3ed3dc6f809c"
_REPOSITORY: Final = "https://github.com/RegioHub/badata"
_AGAIN: Final = "fetch the delivery again; if the package really changed it, adapt the source's module and its test."

SOURCE: Final = Source(
    id="ba_badata",
    publisher="Statistik der Bundesagentur für Arbeit",
    title={
        "de": "Beschäftigte, gemeldete Stellen und Arbeitslose nach Kreisen und Berufsgruppen (badata)",
        "fr": "Salariés, offres enregistrées et chômeurs par Kreis et groupe de professions (badata)",
        "en": "Employees, registered vacancies and unemployed by Kreis and occupational group (badata)",
    },
    licence=Licence(
        name="Bezugsbedingungen der Statistik der BA",
        url="https://statistik.arbeitsagentur.de/DE/Home/Service/Impressum/impressum_node.html",
        credit="© Statistik der Bundesagentur für Arbeit; sums and ratios are the atlas's own calculation. "
        "Commercial use needs the consent of the Bundesagentur für Arbeit.",
    ),
    url=_REPOSITORY,
    files=tuple(
        File(
            key,
            (f"{table}.rda",),
            f"{_REPOSITORY}/raw/{_COMMIT}/data/{table}.rda",
            latest=f"{_REPOSITORY}/raw/HEAD/data/{table}.rda",
        )
        for key, table in {
            "employees": "employees_by_workplace",
            "vacancies": "jobs",
            "unemployed": "unemployed_total",
        }.items()
    ),
    vintage=f"badata 0.2.0, commit {_COMMIT[:7]} of 2026-07-30, territory of July 2026",
    citation="Nguyen HL, Tsolak D, Wandel K (2026): badata, version 0.2.0. https://doi.org/10.5281/zenodo.7636114",
    rhythm="irregular, about yearly",
    every_days=365,
)

#: KldB 2010, the four groups of main group 43: what the atlas calls IT occupations.
IT_GROUPS: Final = ("431", "432", "433", "434")
#: The largest cell seen has 137,084 employees; the largest Kreis has about 1.6 million.
_LARGEST_CELL: Final = 1_000_000
_LAENDER: Final = tuple(f"{number:02}" for number in range(1, 17))
_CELL: Final = {"region": pl.String, "occupational_group": pl.String, "year": pl.Int32}
_EMPLOYEES: Final = {**_CELL, "type": pl.String, "group": pl.String, "n": pl.Float64}
_VACANCIES: Final = {**_CELL, "total": pl.Float64, "social_insurance": pl.Float64}
_UNEMPLOYED: Final = {**_CELL, "total": pl.Float64, "women": pl.Float64}

#: In Halle (Saale) group 432 falls from 1,329 (2018) to 676 (2019) while the other groups rise; that alone turns
#: Sachsen-Anhalt's total down. Re-coding at an employer is suspected, the cause is not documented.
_BREAK_REGIONS: Final = ("DEE02", "DEE0", "DEE")
_BREAK_YEAR: Final = 2019
_BREAK_MEMBERS: Final = ("", "432")


@dataclass(frozen=True)
class _Gap:
    """What a missing cell means in one table.

    tolerated: the share of missing cells up to which a sum is not flagged as unreliable. status, reason: of a region
    without any figure. part: the reason of a sum that lacks cells.
    """

    tolerated: float
    status: Status
    reason: str
    part: str


_SECRET: Final = _Gap(0.01, Status.SUPPRESSED, "secret_or_nil", "own_sum_part_missing")
#: One cell in 25 of all occupations, mostly of one or two persons: said in words, not in a flag on every figure.
_SMALL: Final = _Gap(1.0, Status.SUPPRESSED, "secret_or_nil", "own_sum_small_cells")
_ABSENT: Final = _Gap(0.0, Status.NOT_COLLECTED, "kreis_without_figures", "own_sum_kreis_missing")


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows: it_employees (total and by `kldb`), employees, it_vacancies, it_unemployed; NUTS 3 up to Germany.

    Persons or vacancies. Everything that is a sum of published cells has the reason 'own_sum' (or says which part is
    missing), as the BA's terms ask.
    """
    employees = _employees(delivery.path("employees"))
    it = employees.filter(pl.col("occupational_group").is_in(IT_GROUPS))
    groups = it.with_columns(dimension=pl.lit("kldb"), member=pl.col("occupational_group"))
    persons = _mark_break(pl.concat([_sums(it, _SECRET), _sums(groups, _SECRET)]))
    vacancies = _stocks(delivery.path("vacancies"), "jobs", _VACANCIES)
    unemployed = _stocks(delivery.path("unemployed"), "unemployed_total", _UNEMPLOYED)
    frames = [
        persons.with_columns(measure=pl.lit("it_employees"), file=pl.lit("employees")),
        _sums(employees, _SMALL).with_columns(measure=pl.lit("employees"), file=pl.lit("employees")),
        vacancies.with_columns(measure=pl.lit("it_vacancies"), file=pl.lit("vacancies")),
        unemployed.with_columns(measure=pl.lit("it_unemployed"), file=pl.lit("unemployed")),
    ]
    return to_tidy(pl.concat(frames).with_columns(period=pl.col("year").cast(pl.String)))


def read_rda(path: Path, table: str, columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """The data frame `table` of an R workspace, exactly `columns`, plus `line` (row number, from 1)."""
    try:
        _expect_undamaged(path)
        tables = pyreadr.read_r(str(path))
    except (LibrdataError, PyreadrError, lzma.LZMAError, zlib.error, EOFError, OSError, ValueError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        problem = f"the file is not a readable R workspace ({said})"
        raise DeliveryError(problem, file=path.name, remedy=_AGAIN) from error
    if table not in tables:
        raise DeliveryError(
            f"the workspace has no table '{table}', only {', '.join(map(str, tables)) or 'nothing'}",
            file=path.name,
            remedy=_AGAIN,
        )
    expect_columns(path, [str(name) for name in tables[table].columns], columns, line=None)
    frame = pl.from_pandas(tables[table]).select(*columns)
    for name, kind in columns.items():
        if frame.schema[name] != kind:
            raise DeliveryError(
                f"the column is {frame.schema[name]}, expected {kind.__name__}",
                file=path.name,
                column=name,
                remedy=_AGAIN,
            )
    if frame.is_empty():
        raise DeliveryError(f"the table '{table}' has no rows", file=path.name, remedy=_AGAIN)
    return frame.with_row_index("line", offset=1).with_columns(pl.col("line").cast(pl.Int64))


def _expect_undamaged(path: Path) -> None:
    """Unpack the file once, whichever of R's three packings it has: pyreadr does not compare their checksums."""
    head = path.read_bytes()[:6]
    for begins, unpack in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open)):
        if head.startswith(begins):
            with unpack(path) as packed:
                while packed.read(1 << 20):
                    pass


def _employees(path: Path) -> pl.DataFrame:
    """Employees liable to social insurance, all persons: region (NUTS 3), year, occupational_group, value."""
    frame = read_rda(path, "employees_by_workplace", _EMPLOYEES)
    expect_values(frame, "type", ("social insurance", "marginal part-time"), path.name)
    expect_values(frame, "group", ("total", "foreigners", "women"), path.name)
    expect_range(frame, "n", 0, _LARGEST_CELL, path.name, meaning="number of employees")
    frame = frame.filter(pl.col("type") == "social insurance", pl.col("group") == "total")
    expect_unique(frame, list(_CELL), path.name)
    return _placed(frame.rename({"n": "value"}), path)


def _stocks(path: Path, table: str, columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Annual means of IT vacancies or unemployed, summed up to Germany; cells without a Kreis count there only."""
    frame = read_rda(path, table, columns)
    expect_range(frame, "total", 0, _LARGEST_CELL, path.name, meaning="annual mean")
    frame = frame.filter(pl.col("occupational_group").is_in(IT_GROUPS)).with_columns(value=pl.col("total") * 12)
    expect_unique(frame, list(_CELL), path.name)
    # Sums are made in whole twelfths: exact, and the same on every machine. It also notices a changed unit.
    uneven = frame.filter((pl.col("value") - pl.col("value").round()).abs() > 1e-4)
    if uneven.height:
        raise DeliveryError(
            f"{uneven['total'][0]:g} is no mean of twelve monthly stocks",
            file=path.name,
            line=uneven["line"][0],
            column="total",
            remedy=_AGAIN,
        )
    frame = frame.with_columns(pl.col("value").round())
    placed = _placed(frame.filter(pl.col("region").is_not_null()), path)
    sums = _sums(placed, _ABSENT)
    nowhere = frame.filter(pl.col("region").is_null()).group_by("year").agg(extra=pl.col("value").sum())
    national = (pl.col("region") == "DE") & (pl.col("extra") > 0)
    sums = sums.join(nowhere, on="year", how="left").with_columns(
        value=((pl.col("value") + pl.when(national).then("extra").otherwise(0)) / 12).round(6),
        reason=pl.when(national).then(pl.lit("own_sum_unallocated")).otherwise("reason"),
    )
    return sums.drop("extra")


def _placed(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Check that no Land and no cell is absent; Kreise become NUTS 3."""
    for (year,), rows in frame.group_by("year", maintain_order=True):
        laender = rows.select(land=pl.col("region").str.slice(0, 2))
        expect_regions(laender, "land", _LAENDER, f"{path.name}, year {year}", what="Land (AGS)")
    groups = frame["occupational_group"].n_unique()
    short = frame.group_by("region", "year").agg(pl.len(), pl.col("line").min()).filter(pl.col("len") < groups)
    if short.height:
        first = short.sort("line").row(0, named=True)
        raise DeliveryError(
            f"Kreis {first['region']} has {first['len']} of {groups} occupational groups in {first['year']}",
            file=path.name,
            line=first["line"],
            column="occupational_group",
            remedy="a secret cell must be an empty row, not an absent one; fetch the delivery again.",
        )
    return map_codes(frame, "region", partial(codes.resolve, system="ags"), path.name)


def _sums(cells: pl.DataFrame, gap: _Gap) -> pl.DataFrame:
    """Sum cells per region, year and breakdown on all levels; what is missing is neither 0 nor silent."""
    if "member" not in cells.columns:
        cells = cells.with_columns(dimension=pl.lit(""), member=pl.lit(""))
    keys = ["region", "year", "dimension", "member"]
    sums = (
        spread_upwards(cells.select(*keys, "value"))
        .group_by(keys)
        .agg(pl.col("value").sum(), cells=pl.len(), missing=pl.col("value").null_count())
    )
    missing, of = pl.col("missing"), pl.col("cells")
    sums = sums.with_columns(
        value=pl.when(missing == of).then(None).otherwise("value"),
        status=pl.when(missing == of)
        .then(pl.lit(gap.status.value))
        .when(missing > gap.tolerated * of)
        .then(pl.lit(Status.UNRELIABLE.value))
        .otherwise(pl.lit(Status.FINE.value)),
        reason=pl.when(missing == of)
        .then(pl.lit(gap.reason))
        .when(missing > 0)
        .then(pl.lit(gap.part))
        .when(of > 1)
        .then(pl.lit("own_sum"))
        .otherwise(pl.lit("")),
    )
    return sums.drop("cells", "missing")


def _mark_break(sums: pl.DataFrame) -> pl.DataFrame:
    broken = (
        pl.col("region").is_in(_BREAK_REGIONS)
        & (pl.col("year") == _BREAK_YEAR)
        & pl.col("member").is_in(_BREAK_MEMBERS)
        & (pl.col("status") == Status.FINE.value)
    )
    return sums.with_columns(
        status=pl.when(broken).then(pl.lit(Status.BREAK.value)).otherwise("status"),
        reason=pl.when(broken).then(pl.lit("recoding_suspected")).otherwise("reason"),
    )
