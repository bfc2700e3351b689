"""From single grants to figures by region and year, for funders whose files have one row per grant or participation.

Every grant counts at the most precise region its address gives, and in all regions above. The files are complete, so a
region without a grant is a true 0, unless a grant of that year is placed no more precisely than a region above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Final

import polars as pl

from etl import codes
from etl.model import DeliveryError, Status
from etl.rollup import spread_upwards

#: Files of this size always have some addresses with a code nobody knows; more of them is a new code system.
UNPLACED_SHARE: Final = 0.01
_EXTRA_REGIO: Final = re.compile(r"(DE|FR)Z+")


@lru_cache(maxsize=4096)
def resolve_nuts(code: str) -> str | None:
    """NUTS 2024 code for a code of any NUTS version; None where no version has it.

    Newest version first. Of the three Kreise that were divided (DEG0F, DEG0I, DEG0P) 97 % or more stayed together: all.
    """
    for version in reversed(codes.VERSIONS):
        try:
            found = codes.to_2024(code, version)
        except codes.CodeError:
            continue
        return only_part(max(found, key=lambda target: target[1])[0])
    return None


def only_part(region: str) -> str:
    """The region itself, or the one part it consists of, down to the finest: DE3 and DE30 are DE300."""
    while len(parts := [one.code for one in codes.regions() if one.parent == region]) == 1:
        region = parts[0]
    return region


def place(
    frame: pl.DataFrame, column: str, file: str, resolve: Callable[[str], str | None] = resolve_nuts
) -> pl.DataFrame:
    """Add `region`: the place (NUTS 2024, any level) of each row's code in `column`, at least its `country`.

    resolve: the region of a code, or None where there is none.
    Several codes, separated by '|', give the region that holds them all. An empty code or one for no region at all
    (DEZZZ) gives the country. Raises DeliveryError where more than UNPLACED_SHARE of the rows have an unknown code.
    """
    found = [_place(code, country, resolve) for code, country in frame.select(column, "country").iter_rows()]
    unknown = [number for number, region in enumerate(found) if region is None]
    if len(unknown) > UNPLACED_SHARE * frame.height:
        first = frame.row(unknown[0], named=True)
        raise DeliveryError(
            f"'{first[column]}' is no region code of {first['country']}, as {len(unknown)} of {frame.height} are not",
            file=file,
            line=first["line"],
            column=column,
            remedy="see whether the publisher changed its codes; single unknown ones would count for the country only.",
        )
    regions = [region or country for region, country in zip(found, frame["country"], strict=True)]
    return frame.with_columns(region=pl.Series(regions, dtype=pl.String))


def _place(code: str | None, country: str, resolve: Callable[[str], str | None]) -> str | None:
    parts = [part.strip().upper() for part in (code or "").split("|") if part.strip()]
    if not parts or all(_EXTRA_REGIO.fullmatch(part) for part in parts):
        return country
    found = [resolve(part) for part in parts]
    if any(region is None or not region.startswith(country) for region in found):
        return None
    # NUTS builds a code from its parent's, so what codes begin with alike is the region that holds them.
    shared = min(region for region in found if region is not None)
    while not all(region.startswith(shared) for region in found if region is not None):
        shared = shared[:-1]
    return country if shared == "FRY" else shared


def cells(grants: pl.DataFrame, countries: Collection[str], running: int) -> pl.DataFrame:
    """Region × year of all map levels: amount (EUR), unknown, projects, parts, status, reason, file.

    grants: region, period (a year), project, amount, file; one row per grant or participation; an amount is null where
    the publisher does not give it, and `unknown` counts these. running: the year in which the files were taken; it and
    later ones are not over, so their figures are provisional.
    projects are counted once per region, so that regions do not add up to their country. Reasons: own_sum,
    own_sum_unplaced (some parts are known no more precisely), none_placed (a 0 that may be wrong), year_running.
    """
    grid = _grid(grants, countries)
    spread = spread_upwards(grants)
    sums = spread.group_by("region", "period").agg(
        pl.col("amount").sum().round(2),
        pl.col("amount").is_null().sum().alias("unknown"),
        pl.col("project").n_unique().alias("projects"),
        pl.len().alias("parts"),
    )
    found = grid.join(sums, on=["region", "period"], how="left").with_columns(
        pl.col("amount", "unknown", "projects", "parts").fill_null(0)
    )
    found = found.join(_unplaced(grants, spread, grid), on=["region", "period"], how="left").with_columns(
        pl.col("above", "inside").fill_null(0)
    )
    unsure = (pl.col("parts") == 0) & (pl.col("above") > 0)
    provisional = pl.col("period").cast(pl.Int64) >= running
    summed = pl.when(pl.col("inside") > 0).then(pl.lit("own_sum_unplaced")).otherwise(pl.lit("own_sum"))
    finest = pl.col("region").str.len_chars() == 5
    return found.select(
        "region",
        "period",
        "amount",
        "unknown",
        "projects",
        "parts",
        "file",
        status=pl.when(unsure)
        .then(pl.lit(Status.UNRELIABLE.value))
        .when(provisional)
        .then(pl.lit(Status.PROVISIONAL.value))
        .otherwise(pl.lit(Status.FINE.value)),
        reason=pl.when(unsure)
        .then(pl.lit("none_placed"))
        .when(provisional)
        .then(pl.lit("year_running"))
        .when(finest)
        .then(pl.lit(""))
        .otherwise(summed),
    )


def _grid(grants: pl.DataFrame, countries: Collection[str]) -> pl.DataFrame:
    """region, period, file: every region of the map in every year; the newest file that knows of the year."""
    years = grants["period"].cast(pl.Int64)
    first, last = int(years.min() or 0), int(years.max() or 0)  # type: ignore[arg-type]
    periods = pl.DataFrame({"period": [str(year) for year in range(first, last + 1)]})
    units = {code for level in codes.MAP_LEVELS for country in countries for code in codes.units(level, country)}
    regions = pl.DataFrame({"region": sorted(units)}).with_columns(country=pl.col("region").str.slice(0, 2))
    files = grants.group_by("period", country=pl.col("region").str.slice(0, 2)).agg(pl.col("file").max())
    filled = pl.col("file").forward_fill().backward_fill().over("country", order_by="period")
    grid = regions.join(periods, how="cross").join(files, on=["period", "country"], how="left").with_columns(filled)
    return grid.with_columns(pl.col("file").fill_null(grants["file"].max())).drop("country")


def _unplaced(grants: pl.DataFrame, spread: pl.DataFrame, grid: pl.DataFrame) -> pl.DataFrame:
    """Of each region and year: parts placed only at a region above it, and parts inside it without a NUTS 3 code."""
    coarse = grants.filter(pl.col("region").str.len_chars() < 5)
    at = coarse.group_by("region", "period").agg(pl.len().alias("count")).rename({"region": "holder"})
    above = pl.concat(
        [
            grid.filter(pl.col("region").str.len_chars() > size)
            .with_columns(holder=pl.col("region").str.slice(0, size))
            .join(at, on=["holder", "period"])
            for size in (2, 3, 4)
        ]
    )
    inside = spread_upwards(coarse).group_by("region", "period").agg(pl.len().alias("inside"))
    counted = above.group_by("region", "period").agg(pl.col("count").sum().alias("above"))
    return counted.join(inside, on=["region", "period"], how="full", coalesce=True)


def counts(cells_: pl.DataFrame, name: str, column: str) -> pl.DataFrame:
    """`projects` or `parts` of `cells` as rows of a tidy table, under the measure `name`."""
    value = pl.col(column).cast(pl.Float64).alias("value")
    return cells_.select(pl.lit(name).alias("measure"), "region", "period", value, "status", "reason", "file")


def amounts(cells_: pl.DataFrame, name: str) -> pl.DataFrame:
    """The amounts of `cells` as rows of a tidy table; where some are unknown the sum is too low, and says so.

    Reason amounts_missing: status u where some are unknown, m and no value where all are.
    """
    some, every = pl.col("unknown") > 0, (pl.col("parts") > 0) & (pl.col("unknown") == pl.col("parts"))
    return cells_.select(
        pl.lit(name).alias("measure"),
        "region",
        "period",
        value=pl.when(every).then(None).otherwise("amount"),
        status=pl.when(every)
        .then(pl.lit(Status.NOT_COLLECTED.value))
        .when(some)
        .then(pl.lit(Status.UNRELIABLE.value))
        .otherwise("status"),
        reason=pl.when(some).then(pl.lit("amounts_missing")).otherwise("reason"),
        file="file",
    )
