"""Participations in preprints on artificial intelligence and deep learning, 2010–2020, Germany and France, NUTS 3 up.

Nesta, project EURITO: preprints whose abstract's topics are on AI, counted once for every place of an
institution of the authors. The lists hold regions with at least one participation and add up to the country, so an
absent region-year is a counted 0. The last year, 2021, ends in June and is left out.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.rollup import spread_upwards
from etl.tidy import expect_range, expect_unique, expect_values, expect_years, read_csv, to_tidy

_COMMIT: Final = "f2f457adeab052168790ff608e392df3e99d48ed"
_REPOSITORY: Final = "https://github.com/nestauk/eurito_indicators"
_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."

#: Measure → file key, which is also the name of the file and of its value column.
_MEASURES: Final = {"ai_preprints": "artificial_intelligence_count", "dl_preprints": "deep_learning_count"}

SOURCE: Final = Source(
    id="eurito_preprints",
    publisher="Nesta, EURITO",
    title={
        "de": "EURITO-Indikatoren: Preprints zu künstlicher Intelligenz",
        "fr": "Indicateurs EURITO : prépublications en intelligence artificielle",
        "en": "EURITO indicators: preprints on artificial intelligence",
    },
    licence=Licence(
        name="MIT",
        url=f"{_REPOSITORY}/blob/{_COMMIT}/LICENSE",
        credit="Nesta, EURITO indicators (Horizon 2020); carried to NUTS 2024 and summed by the atlas.",
    ),
    url=_REPOSITORY,
    files=tuple(File(key, (f"{key}.csv",), f"{_REPOSITORY}/raw/{_COMMIT}/{key}.csv") for key in _MEASURES.values()),
    folders=("eurito",),
    vintage=f"commit {_COMMIT[:7]}, data of 2021-07-01",
    rhythm="ended in 2021",
)

_COUNTRIES: Final = ("DE", "FR")
_INCOMPLETE_YEAR: Final = "2021"
#: Mayotte is a NUTS region since 2013 and can be in no list before.
_MAYOTTE: Final = "FRY5"


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows of ai_preprints and dl_preprints: participations per year on NUTS 2024, all levels."""
    frames = [_measure(delivery, measure, key) for measure, key in _MEASURES.items()]
    return to_tidy(pl.concat(frames))


def _measure(delivery: Delivery, measure: str, key: str) -> pl.DataFrame:
    path = delivery.path(key)
    frame = _lists(delivery, key)
    _expect_additive(frame, path.name)
    frame = frame.filter(pl.col("region_level") == 3, pl.col("period") != _INCOMPLETE_YEAR)
    parts = _carried(frame, path.name)
    versions = frame.group_by("period").agg(pl.col("region_year_spec").first())
    grid = pl.DataFrame({"region": codes.units("nuts3")}).join(versions, how="cross")
    grid = grid.filter((pl.col("region_year_spec") != "2010") | ~pl.col("region").str.starts_with(_MAYOTTE))
    parts = pl.concat([parts, grid.select("region", "period", value=pl.lit(0.0))])
    sums = spread_upwards(parts).group_by("region", "period").agg(pl.col("value").sum().round(6))
    # Only a split leaves a fraction; where both halves lie in the region, its sum is whole and nothing is estimated.
    split = pl.col("value") != pl.col("value").round()
    return sums.with_columns(
        measure=pl.lit(measure),
        file=pl.lit(key),
        status=pl.when(split).then(pl.lit(Status.ESTIMATED.value)).otherwise(pl.lit(Status.FINE.value)),
        reason=pl.when(split)
        .then(pl.lit("recoded"))
        .when(pl.col("region").str.len_chars() < 5)
        .then(pl.lit("own_sum"))
        .otherwise(pl.lit("")),
    )


def _lists(delivery: Delivery, key: str) -> pl.DataFrame:
    """The German and French rows of one file: period, region_year_spec, region_id, region_level, value, line."""
    path = delivery.path(key)
    text = dict.fromkeys(("year", "region_type", "region_year_spec", "region_id"), pl.String)
    frame = read_csv(path, {**text, "region_level": pl.Int64, key: pl.Int64})
    expect_values(frame, "region_type", ("NUTS",), path.name)
    expect_values(frame, "region_year_spec", codes.VERSIONS, path.name)
    expect_range(frame, key, 1, 100_000, path.name, meaning="number of participations")
    expect_unique(frame, ["year", "region_id"], path.name)
    wrong = frame.filter(pl.col("region_id").str.len_chars().cast(pl.Int64) - 2 != pl.col("region_level"))
    if wrong.height:
        raise DeliveryError(
            f"'{wrong['region_id'][0]}' is no code of NUTS level {wrong['region_level'][0]}",
            file=path.name,
            line=wrong["line"][0],
            column="region_id",
            remedy=_AGAIN,
        )
    expect_years(frame, "year", path.name, first=2000)
    frame = frame.rename({"year": "period", key: "value"})
    ours = frame.filter(pl.col("region_id").str.slice(0, 2).is_in(_COUNTRIES))
    if ours.filter(pl.col("period") != _INCOMPLETE_YEAR).is_empty():
        problem = f"no whole year of {' or '.join(_COUNTRIES)} is in the list"
        raise DeliveryError(problem, file=path.name, column="region_id", remedy=_AGAIN)
    return ours


def _expect_additive(frame: pl.DataFrame, file: str) -> None:
    """Refuse lists that do not add up to the country: only complete ones let an absent region be 0."""
    country = pl.col("region_id").str.slice(0, 2).alias("country")
    sums = frame.group_by(country, "period", "region_level").agg(pl.col("value").sum(), pl.col("line").min())
    totals = sums.filter(pl.col("region_level") == 0).select("country", "period", total="value")
    years = sums.group_by("country", "period").agg(first=pl.col("line").min())
    levels = years.join(pl.DataFrame({"region_level": range(4)}, schema={"region_level": pl.Int64}), how="cross")
    levels = levels.join(sums, on=["country", "period", "region_level"], how="left").with_columns(
        pl.col("value").fill_null(0), line=pl.coalesce("line", "first")
    )
    bad = levels.join(totals, on=["country", "period"], how="left").filter(pl.col("value").ne_missing(pl.col("total")))
    if bad.height:
        first = bad.sort("line").row(0, named=True)
        raise DeliveryError(
            f"the regions of level {first['region_level']} of {first['country']} in {first['period']} sum to "
            f"{first['value']}, the country has {first['total']}",
            file=file,
            line=first["line"],
            column="region_level",
            remedy=_AGAIN,
        )


def _carried(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """The rows on NUTS 2024: region, period, value; a region that was divided is split by population."""
    rows: list[dict[str, object]] = []
    for row in frame.iter_rows(named=True):
        try:
            targets = codes.to_2024(row["region_id"], row["region_year_spec"])
        except ValueError as error:
            raise DeliveryError(str(error), file=file, line=row["line"], column="region_id", remedy=_AGAIN) from error
        rows.extend(
            {"region": code, "period": row["period"], "value": row["value"] * weight} for code, weight in targets
        )
    return pl.DataFrame(rows, schema={"region": pl.String, "period": pl.String, "value": pl.Float64})
