"""The one expression of a recipe, in Ibis: from rows to sums by raw region × period × breakdown, for any engine.

It only reduces: what comes out is small whatever went in, and places, levels and protection are worked out after it,
the same for every engine. Divisions are left to that part, since engines do not agree on division by zero. A row that
cannot be counted is not lost: it is counted under what is wrong with it (`fault`).

Rows are summed by their keys as they stand in the file (`_raw`), and only the sums, some thousands, are trimmed, mapped
to members and judged (`_settled`): a trimmed text is a new text for each row, and costs three times what summing does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce as fold
from typing import Any, Final

import ibis
import polars as pl
import pyarrow as pa

from etl.microdata.recipe import Breakdown, Condition, Recipe
from etl.microdata.terms import pattern

#: What a row may lack, in the order it is looked for, and what to do about it.
FAULTS: Final = {
    "region_missing": "the region is empty",
    "period_unreadable": "the period is empty or no date between 1900 and 2100",
    "breakdown_missing": "a breakdown is empty",
    "breakdown_unknown": "a breakdown has a value that `members` does not list",
    "hit_missing": "a column that `hit` looks at is empty",
    "unit_missing": "the unit is empty",
    "value_unreadable": "the value is empty or no number",
    "value_negative": "the value is negative, which the rules for amounts cannot judge",
    "weight_unreadable": "the weight is empty or no number",
    "weight_negative": "the weight is negative",
    "strata_missing": "the stratum or cluster is empty",
}
KEYS: Final = ("fault", "region", "period")
_BASE: Final = 1900, 2100


def reduced(table: Any, recipe: Recipe) -> Any:
    """fault × region (raw) × period (yyyymm, yyyyq or yyyy) × dimensions [× stratum × cluster]: rows, hits, sums."""
    kind = recipe.measure.kind
    rows = _raw(table, recipe)
    sums: dict[str, Any] = {"rows": rows.count()}
    if kind in ("share", "weighted_share"):
        sums["hits"] = rows.hit.sum()
    if kind == "sum":
        sums["total"] = rows.value.sum()
    if kind == "weighted_share":
        w, y = rows.weight, rows.hit
        sums |= {"w": w.sum(), "wy": (w * y).sum(), "w2": (w * w).sum(), "w2y": (w * w * y).sum()}
    settled = _settled(rows.group_by(_keys(rows)).agg(**sums), recipe)
    return settled.group_by(_by(recipe)).agg(**{name: settled[name].sum() for name in sums})


def top(table: Any, recipe: Recipe) -> Any:
    """The largest value of each key as it stands in the file, as `first`; what `largest` is given back."""
    rows = _raw(table, recipe)
    rows = rows.filter(rows.flaw == 0)
    return rows.group_by(_keys(rows)).agg(first=rows["value"].max())


def largest(table: Any, recipe: Recipe, tops: Any) -> Any:
    """The two largest values of each cell of `reduced`, as `first` and `second` (null where there is one row only).

    tops: what `top` found, as a table. The rows are read again for what is next to it and never ranked, which would
    keep and sort all of them; nor is it one expression with `top`, of which DuckDB would keep the rows in between. What
    is ranked are the keys that are the same once trimmed.
    """
    rows = _raw(table, recipe)
    rows = rows.filter(rows.flaw == 0)
    keys = _keys(rows)
    # A key that is empty meets none here; its rows are a fault and not looked for.
    met = rows.join(tops, keys).select(*(rows[name] for name in keys), rows["value"], tops["first"])
    found = met.group_by(keys).agg(
        first=met["first"].max(),
        ties=(met["value"] == met["first"]).cast("int64").sum(),
        below=met["value"].max(where=met["value"] < met["first"]),
    )
    good, by = _good(found, recipe), _by(recipe)
    second = good.select(*by, value=(good.ties > 1).ifelse(good["first"], good.below))
    both = good.select(*by, value=good["first"]).union(second.filter(second["value"].notnull()))
    place = ibis.row_number().over(group_by=by, order_by=ibis.desc(both["value"]))
    ranked = both.mutate(place=place)
    return ranked.group_by(by).agg(
        first=ranked["value"].max(where=ranked.place == 0),
        second=ranked["value"].max(where=ranked.place == 1),
    )


def per_unit(table: Any, recipe: Recipe, places: Any) -> Any:
    """Cell (region at each level × period × dimension × member) → contributors, first, second, by units.

    places: raw region → its code at each level; a unit that lies in several regions is one contributor above them.
    """
    rows = _raw(table, recipe)
    value = rows.value.sum() if recipe.measure.kind == "sum" else ibis.literal(0.0)
    by_unit = _good(rows.group_by([*_keys(rows), "unit"]).agg(value=value), recipe)

    def cell(part: Any) -> Any:
        units = part.group_by([*_CELL, "unit"]).agg(value=part["value"].sum())
        ranked = units.mutate(place=ibis.row_number().over(group_by=list(_CELL), order_by=ibis.desc(units["value"])))
        return ranked.group_by(list(_CELL)).agg(
            contributors=ranked.count(),
            first=ranked["value"].max(where=ranked.place == 0),
            second=ranked["value"].max(where=ranked.place == 1),
        )

    return fold(lambda a, b: a.union(b), [cell(part) for part in _spread(by_unit, recipe, places)])


def medians(table: Any, recipe: Recipe, places: Any) -> Any:
    """Cell → the median of its rows' values (the mean of the middle two where their number is even)."""
    parts = _spread(_good(_raw(table, recipe), recipe), recipe, places)
    return fold(
        lambda a, b: a.union(b), [part.group_by(list(_CELL)).agg(median=part["value"].median()) for part in parts]
    )


def sample(table: Any, recipe: Recipe) -> Any:
    """Period × stratum [× cluster] of the whole sample, whatever the filters leave: rows, population.

    A stratum's size is that of the sample; the units that a filter or a region leaves out count as zeros in it.
    """
    measure = recipe.measure
    named = {
        "period": _period(_coarse(table[recipe.period], recipe.grain), recipe.grain),
        "stratum": _text(table[measure.strata]) if measure.strata else ibis.literal(""),
        "cluster": _text(table[measure.cluster]) if measure.cluster else ibis.literal(""),
        "population": _number(table[measure.population]) if measure.population else ibis.null("float64"),
    }
    rows = table.select(**named).drop_null(["period", "stratum", "cluster"])
    return rows.group_by(["period", "stratum", "cluster"]).agg(rows=rows.count(), population=rows.population.max())


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────────────────

_CELL: Final = ("level", "region", "period", "dimension", "member")


def _raw(table: Any, recipe: Recipe) -> Any:
    """The filtered rows: region, period, d0… [stratum, cluster] as they stand there, hit, value, weight, unit as
    numbers and text, and, where there are such, `flaw`: what is wrong with them, its number in FAULTS or 0."""
    measure = recipe.measure
    rows = table.filter([_holds(table, one) for one in recipe.filters]) if recipe.filters else table
    columns: dict[str, Any] = {"region": rows[recipe.region], "period": _coarse(rows[recipe.period], recipe.grain)}
    columns |= {f"d{number}": rows[one.column] for number, one in enumerate(recipe.breakdowns)}
    if measure.hit:
        columns["hit"] = fold(lambda a, b: a & b, [_holds(rows, one) for one in measure.hit]).cast("int64")
        alone = measure.hit[0] if len(measure.hit) == 1 else None
        # Whether a text is there says whether its terms can be looked for, without looking for them.
        columns["looked"] = rows[alone.column] if alone and alone.op == "terms" else columns["hit"]
    if measure.value:
        columns["value"] = _number(rows[measure.value])
    if measure.weight:
        columns["weight"] = _number(rows[measure.weight])
    if measure.strata or measure.cluster:
        columns["stratum"] = rows[measure.strata] if measure.strata else ibis.literal("")
        columns["cluster"] = rows[measure.cluster] if measure.cluster else ibis.literal("")
    if recipe.disclosure.unit:
        columns["unit"] = _text(rows[recipe.disclosure.unit])
    named = rows.select(**columns)
    flaw = _flaw(named, recipe)
    return named if flaw is None else named.mutate(flaw=flaw)


def _keys(rows: Any) -> list[str]:
    """The columns of `_raw` that rows are summed by."""
    return [name for name in rows.columns if name not in ("hit", "looked", "value", "weight", "unit")]


def _settled(rows: Any, recipe: Recipe) -> Any:
    """The keys of `_raw` trimmed and mapped, with `fault`; what else the rows have stays. One for one."""
    dims = enumerate(recipe.breakdowns)
    columns: dict[str, Any] = {"region": _text(rows.region), "period": _period(rows.period, recipe.grain)}
    columns |= {f"d{number}": _member(rows[f"d{number}"], one) for number, one in dims}
    if "stratum" in rows.columns:
        columns |= {name: _text(rows[name]) for name in ("stratum", "cluster")}
    missing = [rows[f"d{number}"].isnull() for number in range(len(recipe.breakdowns))]
    named = rows.mutate(**columns, empty=fold(lambda a, b: a | b, missing, ibis.literal(value=False)))
    faulty = named.mutate(fault=_fault(named, recipe))
    # What is wrong with a row is counted as one number, not by all the keys it may have.
    blank = {name: (faulty.fault == "").ifelse(faulty[name], ibis.null()) for name in _by(recipe) if name != "fault"}
    return faulty.mutate(**blank)


def _good(rows: Any, recipe: Recipe) -> Any:
    settled = _settled(rows, recipe)
    return settled.filter(settled.fault == "")


def _by(recipe: Recipe) -> list[str]:
    design = ["stratum", "cluster"] if recipe.measure.strata or recipe.measure.cluster else []
    return [*KEYS, *(f"d{number}" for number in range(len(recipe.breakdowns))), *design]


def _flaw(rows: Any, recipe: Recipe) -> Any:
    """What can only be seen row by row: the number of the first of FAULTS that a measure's columns have.

    None where a measure has no such columns: another key to sum by would cost a tenth.
    """
    measure, found = recipe.measure, dict[str, Any]()
    if measure.hit:
        found["hit_missing"] = rows.looked.isnull()
    if recipe.disclosure.unit:
        found["unit_missing"] = rows.unit.isnull()
    if measure.value:
        found["value_unreadable"] = _no_number(rows.value)
    if measure.kind == "sum":
        found["value_negative"] = rows.value < 0
    if measure.weight:
        found["weight_unreadable"] = _no_number(rows.weight)
        found["weight_negative"] = rows.weight < 0
    numbered = [(found[name], number) for number, name in enumerate(FAULTS) if name in found]
    return ibis.cases(*((test, ibis.literal(number)) for test, number in numbered), else_=0) if numbered else None


def _fault(rows: Any, recipe: Recipe) -> Any:
    found: dict[str, Any] = {"region_missing": rows.region.isnull() | (rows.region == "")}
    found["period_unreadable"] = rows.period.isnull()
    if recipe.breakdowns:
        found["breakdown_missing"] = rows.empty
        unknown = [rows[f"d{number}"].isnull() for number in range(len(recipe.breakdowns))]
        found["breakdown_unknown"] = fold(lambda a, b: a | b, unknown)
    if "stratum" in rows.columns:
        found["strata_missing"] = rows.stratum.isnull() | rows.cluster.isnull()
    if "flaw" in rows.columns:
        found |= {name: rows.flaw == number for number, name in enumerate(FAULTS) if name not in found}
    return ibis.cases(*((found[name], ibis.literal(name)) for name in FAULTS if name in found), else_="")


def _no_number(column: Any) -> Any:
    return column.isnull() | column.isnan() | column.isinf()


def _spread(rows: Any, recipe: Recipe, places: Any) -> list[Any]:
    """The rows once for each level and dimension, with the columns of _CELL."""
    joined = rows.join(places, rows.region == places.raw, how="inner")
    dims = [("", ibis.literal("")), *((d.dimension, joined[f"d{i}"]) for i, d in enumerate(recipe.breakdowns))]
    kept = [name for name in ("unit", "value") if name in rows.columns]
    return [
        joined.select(
            *kept,
            level=ibis.literal(level),
            region=joined[level],
            period=joined.period,
            dimension=ibis.literal(dimension),
            member=member,
        )
        for level in recipe.levels
        for dimension, member in dims
    ]


def _holds(rows: Any, one: Condition) -> Any:
    column = rows[one.column]
    if one.op == "terms":
        return _text(column).lower().re_search(pattern(one.value))
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    if column.type().is_string() and not isinstance(values[0], str):
        column = column.lower() == "true" if isinstance(values[0], bool) else column.try_cast("float64")
    return {
        "eq": lambda: column == one.value,
        "ne": lambda: column != one.value,
        "in": lambda: column.isin(values),
        "not_in": lambda: column.notin(values),
        "lt": lambda: column < one.value,
        "le": lambda: column <= one.value,
        "gt": lambda: column > one.value,
        "ge": lambda: column >= one.value,
    }[one.op]()


def _text(column: Any) -> Any:
    return column.cast("string").strip()


def _number(column: Any) -> Any:
    """A number; what is none in a text is null (and then a fault), on every engine."""
    return column.strip().try_cast("float64") if column.type().is_string() else column.cast("float64")


def _member(column: Any, one: Breakdown) -> Any:
    text = _text(column)
    return text.cases(*one.members.items(), else_=ibis.null("string")) if one.members else text


def _coarse(column: Any, grain: str) -> Any:
    """As much of a date as the grain needs: a year as it stands there, the head of a text, yyyy or yyyymm."""
    if column.type().is_integer():
        return column if grain == "year" else ibis.null("int64")
    if column.type().is_string():
        return column.substr(0, 4 if grain == "year" else 7)
    year = column.year().cast("int64")
    return year if grain == "year" else year * 100 + column.month().cast("int64")


def _period(column: Any, grain: str) -> Any:
    """2024, 20241 (quarter) or 202401 (month) from `_coarse`; null where it cannot be read."""
    january = ibis.literal(1)
    if column.type().is_string():
        year = column.substr(0, 4).try_cast("int64")
        month = january if grain == "year" else column.substr(5, 2).try_cast("int64")
    elif grain == "year":
        year, month = column.cast("int64"), january
    else:
        year, month = (column // 100).cast("int64"), (column % 100).cast("int64")
    sure = year.between(*_BASE) & month.between(1, 12)
    number: Any = {
        "year": lambda: year,
        "quarter": lambda: year * 10 + ((month + 2) / 3).floor().cast("int64"),
        "month": lambda: year * 100 + month,
    }[grain]()
    return sure.ifelse(number, ibis.null("int64"))


def places_table(places: Sequence[dict[str, str]], levels: Sequence[str]) -> Any:
    """Raw region → code at each level, as a table that any engine takes along."""
    names = ("raw", *levels)
    # From Arrow: of plain rows Ibis would make a frame of pandas, and load it for that.
    return ibis.memtable(pa.table({name: pa.array([row[name] for row in places], pa.string()) for name in names}))


def table_of(frame: pl.DataFrame) -> Any:
    """What an engine gave, as a table that it takes along."""
    return ibis.memtable(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))
