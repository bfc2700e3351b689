"""Own sums along the NUTS tree, for publishers who give Kreise or départements only."""

from __future__ import annotations

import polars as pl


def spread_upwards(frame: pl.DataFrame) -> pl.DataFrame:
    """Repeat every row (column `region`, any NUTS level) once for each region above it, up to the country.

    The caller then groups by `region` and sums, so that all levels come from the same parts; a part whose place is
    known less precisely counts from there upwards only. FRY, which lumps the overseas régions, gets no rows: nothing
    shows it, and FRY1–FRY5 are NUTS 2. A code is its parents' code with more characters, that is how NUTS builds them.
    """
    region = pl.col("region")
    deep_enough = region.str.len_chars()
    return pl.concat(
        [frame.filter(deep_enough >= size).with_columns(region.str.slice(0, size)) for size in (5, 4, 3, 2)]
    ).filter(region != "FRY")
