"""What `etl aggregate` writes is a delivery like any other: a source reads it with `read`, without the extra."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import codes, tidy
from etl.model import TIDY, Delivery, DeliveryError

#: The columns of the delivered Parquet file: those of model.TIDY without `file`, and limits worked out from the design.
COLUMNS: Final = {name: TIDY[name] for name in TIDY if name != "file"} | {
    "ci_low": pl.Float64(),
    "ci_high": pl.Float64(),
}


def read(delivery: Delivery, key: str) -> pl.DataFrame:
    """The figures in the delivered file `key` as a table of model.TIDY; what a source's `parse` returns.

    `n` of a weighted share is the effective sample size, from which a build with interval = "wilson" calculates the
    limits that the file has. Raises DeliveryError where somebody changed the file by hand: a hidden cell with a value.
    """
    path = delivery.path(key)
    frame = tidy.read_parquet(path, COLUMNS)
    tidy.expect_unique(frame, ["measure", "region", "period", "dimension", "member"], path.name)
    tidy.expect_values(frame, "status", ("", "c", "z"), path.name)
    frame = tidy.map_codes(frame, "region", lambda code: codes.resolve(code, "nuts"), path.name)
    told = frame.filter((pl.col("status") == "c") & (pl.col("value").is_not_null() | pl.col("n").is_not_null()))
    if told.height:
        raise DeliveryError(
            "a suppressed cell has a value or an n",
            file=path.name, line=told["line"][0], column="value",
            remedy="deliver what `python -m etl aggregate` wrote, unchanged.",
        )  # fmt: skip
    return tidy.to_tidy(frame.drop("ci_low", "ci_high", "line").with_columns(file=pl.lit(key)))
