"""What correct rows are, after a change that the delivery's readers did not refuse.

Always: the columns and types of model.TIDY, one row per key, known regions, measures and members of the good delivery,
statuses of model.Status, a status where there is no value, values finite, not negative and believable in size. Then, by
what was changed (mutators.May):

- NOTHING, SAME: exactly the rows of the good delivery; at NOTHING the delivery must not be refused either.
- LOSE (a row less): no value that was not there. Where figures are sums (`Golden.sums`) one may be lower than before,
  in one region and those that hold it. LOSE_TAIL (the end cut off, a year gone): the same in any number of regions.
- CELL: values differ in two places at most, where the cell's row was and where it is now, with the regions above each.
- COLUMN: as CELL, or in two periods at most (the header of a period, a category of JSON-stat).
- ENTRY: a Parquet file has no checksums and writes a value that several cells share once; only the first rule holds.

A value that becomes 0 is a silent zero, unless the changed cell says 0, the row has a status that says it may be wrong,
or the list is complete and documents that no row is a counted 0 (`Golden.complete`). Such a list begins with its first
year and ends with its last, so that a year more or less brings or takes that year's zeros and running totals.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import codes
from etl.model import TIDY, Status
from tests.fuzz.goldens import Golden
from tests.fuzz.mutators import May, Mutant

KEY: Final = ["measure", "region", "period", "dimension", "member"]
#: No figure of the atlas is larger in its unit: inhabitants, euros of grants, millions of euros of GDP.
LARGEST: Final = 1e11


def broken_rule(before: pl.DataFrame, after: pl.DataFrame, mutant: Mutant, golden: Golden) -> str:
    """The first rule that the rows break, in words; '' where they are correct."""
    return _malformed(before, after) or _changed(before, after, mutant, golden)


def _malformed(before: pl.DataFrame, after: pl.DataFrame) -> str:
    if after.schema != TIDY:
        return f"the columns are {after.schema}"
    value = pl.col("value")
    bad = {
        "a text is null": pl.any_horizontal(pl.col(name).is_null() for name, kind in TIDY.items() if kind == pl.String),
        "two rows have one key": pl.struct(KEY).is_duplicated(),
        "an unknown status": ~pl.col("status").is_in([status.value for status in Status]),
        "no value and no status": value.is_null() & (pl.col("status") == ""),
        "no believable value": value.is_not_null() & ~(value.is_finite() & value.is_between(0, LARGEST)),
        "no period": ~pl.col("period").str.contains("^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$"),
        "a negative n": pl.col("n") < 0,
    }
    for problem, rule in bad.items():
        if (rows := after.filter(rule)).height:
            return f"{problem}: {rows.row(0, named=True)}"
    unknown = set(after["region"]) - {one.code for one in codes.regions()}
    other = set(after.select("measure", "dimension", "member").rows()) - set(
        before.select("measure", "dimension", "member").rows()
    )
    return f"unknown region {min(unknown)}" if unknown else f"unknown slice {min(other)}" if other else ""


def _changed(before: pl.DataFrame, after: pl.DataFrame, mutant: Mutant, golden: Golden) -> str:
    if mutant.may in (May.NOTHING, May.SAME):
        return "" if after.equals(before) else f"other rows: {_difference(before, after)}"
    moved, gone = _differences(before, after, golden)
    zeros = moved.filter(pl.col("now") == 0, pl.col("status") == "", pl.col("measure") != golden.counts)
    if zeros.height and not (golden.complete or mutant.zero):
        return f"a silent zero: {zeros.row(0, named=True)}"
    if mutant.may in (May.LOSE, May.LOSE_TAIL):
        new = _new(before, moved, golden)
        if new.height:
            return f"a value that was not there: {new.row(0, named=True)}"
    return "" if golden.joined and mutant.may == May.LOSE else _spread(moved, gone, mutant.may)


def _differences(before: pl.DataFrame, after: pl.DataFrame, golden: Golden) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values that are other than before (columns was, now, status), and values that are no more."""
    both = before.select(*KEY, was="value").join(
        after.select(*KEY, "status", now="value"), on=KEY, how="full", coalesce=True
    )
    moved = both.filter(pl.col("now").is_not_null(), pl.col("was").ne_missing(pl.col("now")))
    gone = both.filter(pl.col("was").is_not_null(), pl.col("now").is_null())
    if golden.complete:
        told = before.select("measure", "region", now="value").unique()
        years = ["measure", "period"]
        added = moved.join(before, on=years, how="anti").filter(pl.col("now") != 0)
        added = added.join(told, on=["measure", "region", "now"], how="anti")
        moved = pl.concat([moved.join(before, on=years, how="semi"), added])
        taken = gone.join(after, on=years, how="anti").filter(pl.col("was") != 0)
        gone = pl.concat([gone.join(after, on=years, how="semi"), taken])
    return moved, gone


def _new(before: pl.DataFrame, moved: pl.DataFrame, golden: Golden) -> pl.DataFrame:
    """Of the values that are other after a loss, those that no loss explains."""
    was = pl.col("was").fill_null(0 if golden.complete else -1)
    if golden.withholds:
        moved = moved.filter(pl.col("was").is_not_null())
    if golden.joined:  # what was known of a larger region only may now be known of one in it
        above = before.select("measure", "period", holder="region", most="value").drop_nulls()
        held = moved.join(above, on=["measure", "period"]).filter(
            pl.col("region").str.starts_with(pl.col("holder")), pl.col("now") <= pl.col("most")
        )
        moved = moved.join(held.select(KEY).unique(), on=KEY, how="anti")
    return moved.filter(pl.col("now") > was) if golden.sums else moved


def _spread(moved: pl.DataFrame, gone: pl.DataFrame, may: May) -> str:
    if may in (May.ENTRY, May.LOSE_TAIL):
        return ""
    for name, frame in (("values", moved), ("losses", gone)):
        places = _finest(set(frame["region"]))
        few = len(places) <= (1 if may == May.LOSE else 2)
        if not few and not (may == May.COLUMN and frame["period"].n_unique() <= 2):
            return f"{name} in {len(places)} places: {sorted(places)[:5]}; {frame.head(3).rows()}"
    return ""


def _finest(regions: set[str]) -> set[str]:
    return {one for one in regions if not any(other != one and other.startswith(one) for other in regions)}


def _difference(before: pl.DataFrame, after: pl.DataFrame) -> str:
    gone = before.join(after, on=before.columns, how="anti", nulls_equal=True)
    new = after.join(before, on=before.columns, how="anti", nulls_equal=True)
    return f"{gone.height} gone {gone.head(2).rows()}, {new.height} new {new.head(2).rows()}"
