"""How two builds differ, per indicator and country."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

_OBSERVATIONS: Final = """select o.indicator, r.country, o.region, o.period, o.dimension, o.member, o.value, o.status
    from observation o join region r on r.code = o.region"""
_KEY: Final = ["indicator", "country", "region", "period", "dimension", "member"]
#: A value that moved by less, relative to its size, is the same value calculated in another order.
_DUST: Final = 1e-9


def differences(old: Path, new: Path) -> list[dict[str, Any]]:
    """How many observations are new, changed (value or status) or vanished; rows without any are left out."""
    before, after = _observations(old), _observations(new)
    both = before.with_columns(was=True).join(
        after.with_columns(here=True), on=_KEY, how="full", coalesce=True, suffix="_now"
    )
    value, now = pl.col("value"), pl.col("value_now")
    moved = (value.is_null() != now.is_null()) | (
        (value - now).abs() > _DUST * pl.max_horizontal(value.abs(), now.abs())
    ).fill_null(False)
    changed = pl.col("was").and_(pl.col("here")) & (moved | (pl.col("status") != pl.col("status_now")))
    counted = both.group_by("indicator", "country").agg(
        new=pl.col("was").is_null().sum(),
        changed=changed.sum(),
        vanished=pl.col("here").is_null().sum(),
    )
    any_ = pl.col("new") + pl.col("changed") + pl.col("vanished") > 0
    return counted.filter(any_).sort("indicator", "country").to_dicts()


def _observations(build: Path) -> pl.DataFrame:
    connection = duckdb.connect(str(build), read_only=True)
    try:
        return connection.sql(_OBSERVATIONS).pl()
    finally:
        connection.close()
