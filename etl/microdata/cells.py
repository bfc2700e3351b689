"""From sums by raw region to the cells of the table: every level, every breakdown and its total."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import codes
from etl.microdata.places import Places
from etl.microdata.recipe import Recipe

#: What names a cell.
CELL: Final = ("region", "period", "dimension", "member")
_SUMS: Final = ("rows", "hits", "total", "w", "wy")


def spread(reduced: pl.DataFrame, places: Places, recipe: Recipe, *keep: str) -> pl.DataFrame:
    """The rows of `expression.reduced` once for each level and dimension, summed by cell and the columns of `keep`.

    Sorted by cell; `period` as the atlas writes it. A region that stands for two levels is one cell.
    """
    joined = _placed(reduced, places)
    sums = [name for name in (*_SUMS, "w2", "w2y") if name in joined.columns]
    found = []
    for level in recipe.levels:
        for dimension, member in _dimensions(recipe):
            part = joined.select(
                region=level, period="period", dimension=pl.lit(dimension), member=member,
                **{name: pl.col(name) for name in (*keep, *sums)},
            )  # fmt: skip
            found.append(part.group_by(*CELL, *keep).agg(pl.col(name).sum() for name in sums))
    merged = pl.concat(found).unique([*CELL, *keep], keep="first", maintain_order=True)
    return written(merged, recipe).sort(*CELL, *keep)


def largest_two(tops: pl.DataFrame, places: Places, recipe: Recipe) -> pl.DataFrame:
    """Cell → first, second: the two largest rows, from those of the finest cells."""
    joined = _placed(tops, places)
    long = pl.concat([joined.with_columns(value=pl.col(name)) for name in ("first", "second")]).drop_nulls("value")
    found = []
    for level in recipe.levels:
        for dimension, member in _dimensions(recipe):
            part = long.select(region=level, period="period", dimension=pl.lit(dimension), member=member, value="value")
            found.append(part.group_by(CELL).agg(pl.col("value").top_k(2)))
    merged = pl.concat(found).unique(CELL, keep="first", maintain_order=True)
    two = pl.col("value").list.sort(descending=True)
    return written(merged, recipe).select(
        *CELL, first=two.list.get(0), second=two.list.get(1, null_on_oob=True).fill_null(0.0)
    )


def by_cell(frame: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """A frame with `level` (of `expression.per_unit` or `medians`), one row a cell."""
    order = pl.col("level").replace_strict({level: number for number, level in enumerate(recipe.levels)})
    return written(frame.sort(order).unique(CELL, keep="first", maintain_order=True).drop("level"), recipe)


def complete(cells: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Cells of 0 for all regions of the countries that have rows, in every period and breakdown that occurs."""
    countries = {region[:2] for region in cells["region"].unique().to_list()}
    regions = {code for level in recipe.levels for country in countries for code in codes.units(level, country)}
    grid = pl.DataFrame({"region": sorted(regions)}).join(
        cells.select("period", "dimension", "member").unique(), how="cross"
    )
    return grid.join(cells, on=CELL, how="left").fill_null(0).select(cells.columns).sort(CELL)


def _placed(frame: pl.DataFrame, places: Places) -> pl.DataFrame:
    known = pl.DataFrame(list(places.rows))
    return frame.join(known, left_on="region", right_on="raw", how="inner", suffix="_place")


def _dimensions(recipe: Recipe) -> list[tuple[str, pl.Expr]]:
    numbered = enumerate(recipe.breakdowns)
    return [("", pl.lit("")), *((one.dimension, pl.col(f"d{number}")) for number, one in numbered)]


def written(frame: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Periods as text: 2024, 2024-Q1, 2024-01."""
    text = pl.col("period").cast(pl.String)
    if recipe.grain == "year":
        return frame.with_columns(period=text)
    mark = "-Q" if recipe.grain == "quarter" else "-"
    return frame.with_columns(period=text.str.slice(0, 4) + mark + text.str.slice(4))
