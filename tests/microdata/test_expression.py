"""The expression on rows of every kind of mess, against the same rules applied row by row in Python."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from pathlib import Path
from typing import Any

import micro
import polars as pl
import pytest

from etl.microdata import expression
from etl.microdata.engines import Limits, engine
from etl.microdata.inputs import find
from etl.microdata.recipe import read_recipe

RECIPE = micro.RECIPE.replace('kind = "count"', 'kind = "sum"\nvalue = "amount"').replace(
    'dimension = "size"', 'dimension = "size"\nmembers = {small = "s", large = "l"}'
)
REGIONS = ("16051", " 16051", "16055\t", "", " ", None)
SIZES = ("small", "small ", "large", "huge", "", None)
AMOUNTS = (1.0, 2.5, 0.0, -1.0, float("nan"), float("inf"), None)


def fault(row: dict[str, Any], period: int | None) -> str:
    """What is wrong with a row, by the sentences of `expression.FAULTS`, the first that holds."""
    amount = row["amount"]
    if not (row["ags"] or "").strip():
        return "region_missing"
    if period is None:
        return "period_unreadable"
    if row["size"] is None:
        return "breakdown_missing"
    if row["size"].strip() not in ("small", "large"):
        return "breakdown_unknown"
    if amount is None or amount != amount or amount == float("inf"):
        return "value_unreadable"
    return "value_negative" if amount < 0 else ""


def period(day: Any, grain: str) -> int | None:
    """2024, 20242 or 202405; None where it is none."""
    try:
        year = int(str(day)[:4])
        month = 1 if grain == "year" else int(str(day)[5:7])
    except ValueError:
        return None
    if not (1900 <= year <= 2100 and 1 <= month <= 12):
        return None
    return {"year": year, "quarter": year * 10 + (month + 2) // 3, "month": year * 100 + month}[grain]


@pytest.mark.parametrize("kind", ["date", "text", "number"])
def test_sums_are_those_of_the_rows_one_by_one(tmp_path: Path, kind: str) -> None:
    chance = random.Random(7)
    dates: tuple[Any, ...] = (datetime.date(2024, 5, 3), datetime.date(2023, 12, 31), datetime.date(1850, 1, 1), None)
    if kind == "text":
        dates = ("2024-05-03", "2023-12", "2024", "2024-13-01", "soon", "", None)
    elif kind == "number":
        dates = (2024, 2023, 24, None)
    rows = [
        {"ags": chance.choice(REGIONS), "day": chance.choice(dates), "size": chance.choice(SIZES),
         "amount": chance.choice(AMOUNTS)}
        for _ in range(4000)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None)
    for grain in ("year", "quarter", "month"):
        recipe = read_recipe(micro.write(tmp_path / grain, RECIPE.replace('"year"', f'"{grain}"'), frame))
        counts: Counter[tuple[Any, ...]] = Counter()
        sums: Counter[tuple[Any, ...]] = Counter()
        values: dict[tuple[Any, ...], list[float]] = {}
        for row in rows:
            when = None if kind == "number" and grain != "year" else period(row["day"], grain)
            wrong = fault(row, when)
            key = (wrong, None, None, None) if wrong else ("", row["ags"].strip(), when, row["size"].strip()[0])
            counts[key] += 1
            sums[key] += 0 if wrong else row["amount"]
            if not wrong:
                values.setdefault(key[1:], []).append(row["amount"])
        with engine("duckdb", Limits()) as opened:
            table = opened.table(find(recipe), recipe)
            found = opened.run(expression.reduced(table, recipe))
            tops = opened.run(
                expression.largest(table, recipe, expression.table_of(opened.run(expression.top(table, recipe))))
            )
        got = {tuple(one[name] for name in ("fault", "region", "period", "d0")): one for one in found.to_dicts()}
        assert {key: one["rows"] for key, one in got.items()} == counts
        assert all(got[key]["total"] == pytest.approx(sums[key]) for key in counts if not key[0])
        largest = {key: tuple([*sorted(amounts, reverse=True), None][:2]) for key, amounts in values.items()}
        assert {
            tuple(one[:3]): one[3:] for one in tops.select("region", "period", "d0", "first", "second").rows()
        } == largest
