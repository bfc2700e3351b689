"""From a recipe to safe figures: reads, reduces, places, protects; returns what is to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from etl.command import Say
from etl.microdata import cells as tables_of
from etl.microdata import design, expression, inputs, rules
from etl.microdata.cells import CELL
from etl.microdata.engines import Engine, EngineError, Limits, engine
from etl.microdata.inputs import Input
from etl.microdata.places import Places, parents, place
from etl.microdata.protect import Protected, protect
from etl.microdata.recipe import Recipe
from etl.model import DeliveryError

#: At most so many codes are told of; the rest is a number.
_TOLD: Final = 12


@dataclass(frozen=True)
class Raw:
    """What the engine gave: `reduced` and, by measure, more; and what could not be counted."""

    frames: Mapping[str, pl.DataFrame]
    places: Places
    faults: Mapping[str, int]
    unplaced: Mapping[str, int]


@dataclass(frozen=True)
class Result:
    """figures: columns of handover.COLUMNS. cells: all cells with `why` and widths, not for publication."""

    figures: pl.DataFrame
    cells: pl.DataFrame
    engine: str
    files: tuple[Input, ...]
    bad_files: Mapping[Input, str]
    raw: Raw
    protected: Protected
    strata: Sequence[str] = field(default_factory=tuple)


def aggregate(recipe: Recipe, patterns: Sequence[str], name: str, limits: Limits, say: Say) -> Result:
    """Run a recipe on an engine; raises AtlasErrors naming file, column or code and the remedy."""
    files, bad = inputs.look(inputs.find(recipe, patterns), recipe)
    say(f"{recipe.id}: {len(files)} files" + (f", {len(bad)} left out as unreadable" if bad else ""))
    try:
        with engine(name, limits) as opened:
            raw, by = _gather(opened, files, recipe), opened.name
    except EngineError:
        # The head of each file was fine; one may be broken inside.
        files, more = inputs.look(files, recipe, deep=True)
        if not more:
            raise
        bad = {**bad, **more}
        with engine(name, limits) as opened:
            raw, by = _gather(opened, files, recipe), opened.name
    say(f"{by}: {raw.frames['reduced'].height:,} sums of {raw.frames['reduced']['rows'].sum():,} rows")
    cells, strata = _cells(raw, recipe)
    protected = protect(rules.primary(cells, recipe), recipe, parents(raw.places.rows, recipe.levels))
    figures = _figures(protected.cells, recipe)
    return Result(figures, protected.cells, by, tuple(files), bad, raw, protected, strata)


def _gather(opened: Engine, files: Sequence[Input], recipe: Recipe) -> Raw:
    table = opened.table(files, recipe)
    reduced = opened.run(expression.reduced(table, recipe))
    faults = _faults(reduced, recipe, files)
    good = reduced.filter(pl.col("fault") == "").drop("fault")
    places = place(good["region"].unique().to_list(), recipe)
    unplaced = _unplaced(good, places, recipe, files)
    if not places.rows:
        raise DeliveryError(
            "no row is left to count", column=recipe.region, remedy="see the recipe's filters and what was left out."
        )
    frames = {"reduced": good}
    if recipe.disclosure.unit or recipe.measure.kind == "median":
        known = expression.places_table(places.rows, recipe.levels)
    if recipe.disclosure.unit:
        frames["units"] = opened.run(expression.per_unit(table, recipe, known))
    elif recipe.measure.kind == "sum":
        tops = expression.table_of(opened.run(expression.top(table, recipe)))
        frames["largest"] = opened.run(expression.largest(table, recipe, tops))
    if recipe.measure.kind == "median":
        frames["medians"] = opened.run(expression.medians(table, recipe, known))
    if recipe.measure.strata or recipe.measure.cluster:
        frames["sample"] = opened.run(expression.sample(table, recipe))
    return Raw(frames, places, faults, unplaced)


def _faults(reduced: pl.DataFrame, recipe: Recipe, files: Sequence[Input]) -> dict[str, int]:
    """Fault → rows; raises DeliveryError for the most frequent where the recipe is strict."""
    found = reduced.filter(pl.col("fault") != "").group_by("fault").agg(pl.col("rows").sum()).sort("rows", "fault")
    counted = {row["fault"]: int(row["rows"]) for row in found.iter_rows(named=True)}
    if counted and recipe.bad_rows == "strict":
        told = "; ".join(f"{rows:,} rows: {expression.FAULTS[fault]}" for fault, rows in counted.items())
        raise DeliveryError(
            told,
            file=str(files[0]) if len(files) == 1 else f"{len(files)} files",
            remedy='mend the microdata, or write bad_rows = "skip" in the recipe to leave such rows out and say so.',
        )
    return counted


def _unplaced(good: pl.DataFrame, places: Places, recipe: Recipe, files: Sequence[Input]) -> dict[str, int]:
    """Code that cannot be placed → rows; raises DeliveryError naming the first ones where the recipe is strict."""
    rows = good.group_by("region").agg(pl.col("rows").sum()).filter(pl.col("region").is_in(list(places.unknown)))
    counted = dict(sorted(((row[0], int(row[1])) for row in rows.iter_rows()), key=lambda pair: (-pair[1], pair[0])))
    if counted and recipe.bad_rows == "strict":
        code = next(iter(counted))
        raise DeliveryError(
            f"{len(counted)} codes in {sum(counted.values()):,} rows cannot be placed, the first in {counted[code]:,}: "
            + places.unknown[code],
            file=inputs.holding(files, recipe, recipe.region, code),
            column=recipe.region,
            remedy='name the right region.system, mend the codes, or write bad_rows = "skip" in the recipe.',
        )
    return counted


def _cells(raw: Raw, recipe: Recipe) -> tuple[pl.DataFrame, list[str]]:
    """All cells with sums, contributors and what the rules need; and the strata with one unit."""
    measure = recipe.measure
    strata: list[str] = []
    cells = tables_of.spread(raw.frames["reduced"], raw.places, recipe)
    if "sample" in raw.frames:
        limited, strata = _limits(raw, recipe)
        cells = cells.join(limited, on=CELL, how="left")
    if "medians" in raw.frames:
        cells = cells.join(tables_of.by_cell(raw.frames["medians"], recipe), on=CELL, how="left")
    if "units" in raw.frames:
        cells = cells.join(tables_of.by_cell(raw.frames["units"], recipe), on=CELL, how="left")
    else:
        cells = cells.with_columns(contributors=pl.col("rows"))
    if "largest" in raw.frames:
        tops = tables_of.largest_two(raw.frames["largest"], raw.places, recipe)
        cells = cells.join(tops, on=CELL, how="left")
    if measure.complete:
        cells = tables_of.complete(cells, recipe)
    if measure.kind == "sum":
        first, second = pl.col("first").fill_null(0.0), pl.col("second").fill_null(0.0)
        top = first + second if recipe.disclosure.dominance_n == 2 else first
        cells = cells.with_columns(first=first, second=second, top=top)
    return cells.sort("period", *CELL), strata


def _limits(raw: Raw, recipe: Recipe) -> tuple[pl.DataFrame, list[str]]:
    """Cell → variance and freedom; raises DeliveryError for strata with one unit where the recipe refuses them."""
    measure, clustered = recipe.measure, bool(recipe.measure.cluster)
    strata = design.sizes(tables_of.written(raw.frames["sample"], recipe), clustered=clustered)
    alone = design.single(strata)
    if alone and measure.lonely == "refuse":
        raise DeliveryError(
            f"{len(alone)} strata have one sampled unit, so their variance is unknown: {', '.join(alone[:_TOLD])}",
            column=measure.strata or measure.cluster,
            remedy='join them with others, or write lonely = "adjust" (or "certainty") in [measure].',
        )
    keep = ("stratum", "cluster") if clustered else ("stratum",)
    parts = tables_of.spread(raw.frames["reduced"], raw.places, recipe, *keep)
    found = design.variances(parts, strata, clustered=clustered, lonely=measure.lonely)
    return found.drop("share"), alone


def _figures(cells: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """What is delivered: hidden cells without value and n, all with the same reason, whatever made them hidden."""
    rows = [_figure(cell, recipe) for cell in cells.iter_rows(named=True)]
    schema = {
        **{name: pl.String for name in ("measure", *CELL)},
        "value": pl.Float64, "status": pl.String, "reason": pl.String, "n": pl.Int64,
        "ci_low": pl.Float64, "ci_high": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("dimension", "member", "region", "period")


def _figure(cell: Mapping[str, Any], recipe: Recipe) -> dict[str, Any]:
    measure = recipe.measure
    named = {"measure": measure.name, **{name: cell[name] for name in CELL}}
    empty = {"value": None, "n": None, "ci_low": None, "ci_high": None}
    if cell["hidden"]:
        return {**named, **empty, "status": "c", "reason": "confidential"}
    rows, base = cell["rows"], measure.base
    n: int | None = rows
    low = high = None
    if measure.kind == "count":
        value, n = cell["released"], None
    elif measure.kind == "share":
        value = 100 * cell["hits"] / rows
    elif measure.kind == "weighted_share":
        if not cell["w"]:
            return {**named, **empty, "status": "z", "reason": "no_weight"}
        share = cell["wy"] / cell["w"]
        value = 100 * share
        if cell.get("variance") is not None:
            size = design.effective(share, cell["variance"], cell["freedom"], rows)
            low, high = (round(100 * limit, 6) for limit in design.limits(share, size))
            n = int(size)
    else:
        value = cell["total"] if measure.kind == "sum" else cell["median"]
    value = round(value / base) * base if base else value
    value = round(value, measure.decimals) + 0.0
    # A rounded share must not lie beside its own limits.
    low, high = (min(low, value), max(high, value)) if low is not None and high is not None else (low, high)
    return {**named, "value": value, "status": "", "reason": "", "n": n, "ci_low": low, "ci_high": high}
