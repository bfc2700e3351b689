"""Own sums along the NUTS tree, for publishers who give Kreise or départements only."""

from __future__ import annotations

import polars as pl


def spread_upwards(frame: pl.DataFrame) -> pl.DataFrame:
    """Repeat every NUTS 3 row (column `region`) once for each region above it: NUTS 2, Land or région, country.

    The caller then groups by `region` and sums, so that all levels come from the same parts. FRY, which lumps the
    overseas régions, gets no rows: nothing shows it, and FRY1–FRY5 are NUTS 2. A code is its parents' code with more
    characters, that is how NUTS builds them.
    """
    region = pl.col("region")
    return pl.concat(
        [
            frame,
            frame.with_columns(region.str.slice(0, 4)),
            frame.with_columns(region.str.slice(0, 3)).filter(region != "FRY"),
            frame.with_columns(region.str.slice(0, 2)),
        ]
    )
