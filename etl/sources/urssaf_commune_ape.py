"""Employees in four IT activities (NAF 62) by département, end of year, from Urssaf's table commune × activity.

Establishments of employers in the private sector that pay contributions to Urssaf, placed where they are; the activity
(APE) is that of the establishment, so an IT specialist in a bank is not counted and a salesman of a software house is.
Apprentices are counted from 2023, which breaks the series. The whole table has 1.2 million rows; the address asks for
the four activities only, as an export, because the paged answer stops at the 10,000th row and there are more.
Opendatasoft asks for no key. Paris, Lyon and Marseille come as arrondissements.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.records import read_records
from etl.rollup import spread_upwards
from etl.tidy import expect_columns, expect_range, expect_regions, expect_unique, expect_values, map_codes, to_tidy

_DATASET: Final = "etablissements-et-effectifs-salaries-au-niveau-commune-x-ape-last"
_AGAIN: Final = "fetch the delivery again; if Urssaf really changed it, adapt the source's module and its test."

#: NAF rév. 2: programming; IT consultancy; management of IT installations; other IT activities. Division 62 has a
#: fifth, 6202B (maintenance of systems by third parties), which is not asked for.
APE: Final = ("6201Z", "6202A", "6203Z", "6209Z")

SOURCE: Final = Source(
    id="urssaf_commune_ape",
    publisher="Urssaf Caisse nationale",
    title={
        "de": "Betriebe und Beschäftigte der Privatwirtschaft nach Gemeinde und Wirtschaftszweig (APE)",
        "fr": "Établissements employeurs et effectifs salariés du secteur privé par commune et code APE",
        "en": "Employers and employees of the private sector by commune and activity (APE)",
    },
    licence=Licence(
        name="ODbL 1.0",
        url="https://opendatacommons.org/licenses/odbl/1-0/",
        credit="Source : Urssaf Caisse nationale, open.urssaf.fr ; sums by the atlas. This derived table is itself "
        "under the ODbL.",
    ),
    url=f"https://open.urssaf.fr/explore/dataset/{_DATASET}/",
    files=(
        File(
            "employees",
            ("urssaf_commune_ape.json",),
            f"https://open.urssaf.fr/api/explore/v2.1/catalog/datasets/{_DATASET}/exports/json"
            "?where=code_ape%20IN%20(%226201Z%22%2C%226202A%22%2C%226203Z%22%2C%226209Z%22)",
            max_bytes=200_000_000,
        ),
    ),
    folders=("urssaf",),
    rhythm="yearly, end of May",
    every_days=365,
)

_WANTED: Final = ("code_commune", "code_departement", "code_ape")
_EMPLOYEES: Final = re.compile(r"effectifs_salaries_(\d{4})")
_ESTABLISHMENTS: Final = re.compile(r"nombre_d_etablissements_(\d{4})")
_BREAK_YEAR: Final = "2023"
#: Saint-Pierre-et-Miquelon, Saint-Barthélemy, Saint-Martin: in no région the atlas shows.
_OUTSIDE: Final = ("975", "977", "978")
#: Paris as a whole had 97,806 in 2024.
_LARGEST_CELL: Final = 200_000


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows of it_employees_ape: employees of the four activities; départements up to France; end of each year."""
    path = delivery.path("employees")
    cells = _cells(path)
    sums = (
        spread_upwards(cells)
        .group_by("region", "period")
        .agg(
            pl.col("employees").sum().alias("sum"),
            pl.col("employees").is_not_null().sum().alias("known"),
            pl.col("employees").is_null().sum().alias("unknown"),
        )
    )
    none, some = pl.col("known") == 0, pl.col("unknown") > 0
    first = pl.col("period") == _BREAK_YEAR
    return to_tidy(
        sums.select(
            "region",
            "period",
            measure=pl.lit("it_employees_ape"),
            file=pl.lit("employees"),
            value=pl.when(none).then(None).otherwise(pl.col("sum")).cast(pl.Float64),
            status=pl.when(none)
            .then(pl.lit(Status.NOT_COLLECTED.value))
            .when(first)
            .then(pl.lit(Status.BREAK.value))
            .when(some)
            .then(pl.lit(Status.UNRELIABLE.value))
            .otherwise(pl.lit(Status.FINE.value)),
            reason=pl.when(none | (some & ~first))
            .then(pl.lit("headcount_missing"))
            .when(first & some)
            .then(pl.lit("apprentices_missing"))
            .when(first)
            .then(pl.lit("apprentices"))
            .otherwise(pl.lit("own_sum")),
        )
    )


def _cells(path: Path) -> pl.DataFrame:
    """region (NUTS 3), period, employees (null where establishments have no headcount); one per commune × APE × year.

    A year in which an activity has neither establishments nor employees in a commune is left out: nobody was there.
    """
    records = [
        (line, record)
        for line, record in read_records(path, "communes and activities")
        if not str(record.get("code_commune")).startswith(_OUTSIDE)
    ]
    years = _years(path, records)
    places = pl.DataFrame(
        [{"line": line, **{key: _code(record, key, path, line) for key in _WANTED}} for line, record in records],
        schema={"line": pl.Int64, **dict.fromkeys(_WANTED, pl.String)},
    )
    expect_values(places, "code_ape", APE, path.name)
    absent = sorted(set(APE) - set(places["code_ape"]))
    if absent:
        problem = f"the activity {absent[0]} is missing"
        raise DeliveryError(problem, file=path.name, column="code_ape", remedy=_AGAIN)
    expect_unique(places, ["code_commune", "code_ape"], path.name)
    places = _placed(places, path)
    rows = [
        {
            "line": line,
            "region": region,
            "period": year,
            "employees": _count(record, f"effectifs_salaries_{year}", path, line),
            "establishments": _count(record, f"nombre_d_etablissements_{year}", path, line),
        }
        for (line, record), region in zip(records, places["region"], strict=True)
        for year in years
    ]
    schema = {"line": pl.Int64, "region": pl.String, "period": pl.String}
    cells = pl.DataFrame(rows, schema={**schema, "employees": pl.Float64, "establishments": pl.Float64})
    expect_range(cells, "employees", 0, _LARGEST_CELL, path.name, meaning="number of employees")
    expect_range(cells, "establishments", 0, _LARGEST_CELL, path.name, meaning="number of establishments")
    nobody = pl.col("employees").is_null() & (pl.col("establishments").fill_null(0) == 0)
    return cells.filter(~nobody).select("region", "period", "employees")


def _years(path: Path, records: list[tuple[int, dict[str, Any]]]) -> list[str]:
    """The years of the table, without a gap; a new column of numbers is refused, a new label is not.

    A label (name of a commune, of a sector) can be added without changing a figure; the publisher has many.
    """
    first = records[0][1]
    counts = [name for name in first if _EMPLOYEES.fullmatch(name) or _ESTABLISHMENTS.fullmatch(name)]
    numbers = {
        name
        for _, record in records
        for name, value in record.items()
        if name not in counts and isinstance(value, int | float)
    }
    for line, record in records:
        expect_columns(path, list(record), [*_WANTED, *counts], set(first) - numbers, line=line)
    years = sorted(match[1] for name in counts if (match := _EMPLOYEES.fullmatch(name)))
    others = sorted(match[1] for name in counts if (match := _ESTABLISHMENTS.fullmatch(name)))
    if not years or years != others or len(years) != int(years[-1]) - int(years[0]) + 1:
        raise DeliveryError(
            "the years of employees and of establishments differ, or one is missing",
            file=path.name,
            line=records[0][0],
            column=f"effectifs_salaries_{years[-1]}" if years else "effectifs_salaries_…",
            remedy=_AGAIN,
        )
    return years


def _placed(places: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Adds `region`: the commune's département, which the published one must equal."""
    places = map_codes(
        places.with_columns(region=pl.col("code_commune")),
        "region",
        partial(codes.resolve, system="insee_com"),
        path.name,
    )
    places = map_codes(places, "code_departement", partial(codes.resolve, system="insee_dep"), path.name)
    other = places.filter(pl.col("region") != pl.col("code_departement"))
    if other.height:
        raise DeliveryError(
            f"the commune {other['code_commune'][0]} is not in the département given beside it",
            file=path.name,
            line=other["line"][0],
            column="code_departement",
            remedy=_AGAIN,
        )
    places = places.with_columns(pl.col("region").fill_null(pl.col("code_departement")))
    unplaced = places.filter(pl.col("region").is_null())
    if unplaced.height:
        raise DeliveryError(
            "the row has neither a commune nor a département",
            file=path.name,
            line=unplaced["line"][0],
            column="code_commune",
            remedy=_AGAIN,
        )
    land = pl.col("region").replace_strict({c: codes.region(c).land for c in codes.units("nuts3", "FR")})
    mainland = [code for code in codes.units("land", "FR") if not code.startswith("FRY")]
    expect_regions(places.with_columns(land=land), "land", mainland, path.name, what="région")
    return places


def _code(record: dict[str, Any], key: str, path: Path, line: int) -> str | None:
    value = record.get(key)
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise DeliveryError(
        f"the code {value!r} is not text, so zeros in front may be lost", file=path.name, line=line, column=key,
        remedy=_AGAIN,
    )  # fmt: skip


def _count(record: dict[str, Any], key: str, path: Path, line: int) -> float | None:
    value = record[key]
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise DeliveryError(f"'{value}' is not a number", file=path.name, line=line, column=key, remedy=_AGAIN)
