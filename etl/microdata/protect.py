"""Disclosure control of all cells, period by period, as the recipe says: suppression, controlled rounding, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from etl.microdata import rules
from etl.microdata.recipe import Recipe


@dataclass(frozen=True)
class Protected:
    """cells: as they came, with `hidden`, `why` (rule, 'secondary' or '') and `released` (the count as published).

    narrowest: component → the least width that an interval of a hidden cell was proven to have.
    ways: of `suppress.APART`, how many sums apart cells were moved together → so many periods (0: one by one).
    """

    cells: pl.DataFrame
    narrowest: Mapping[str, float]
    ways: Mapping[int, int] = field(default_factory=dict)


def protect(cells: pl.DataFrame, recipe: Recipe, parents: Mapping[str, str]) -> Protected:
    """Hide or round what must be; raises CheckError where that is impossible.

    cells: as `rules.primary` marked them. Every cell of a period is judged with all others of it, since they add up.
    """
    parts, narrowest, ways = [], dict[str, float](), Counter[int]()
    for _, period in cells.group_by("period", maintain_order=True):
        part, widths, way = _period(period, recipe, parents)
        parts.append(part)
        for name, width in widths.items():
            narrowest[name] = min(width, narrowest.get(name, width))
        ways.update([] if way is None else [way])
    return Protected(pl.concat(parts), narrowest, ways)


def _period(
    cells: pl.DataFrame, recipe: Recipe, parents: Mapping[str, str]
) -> tuple[pl.DataFrame, dict[str, float], int | None]:
    """The cells, the least width in each component, and how many sums apart cells were moved together."""
    method, rows = recipe.disclosure.method, pl.col("rows").cast(pl.Float64)
    if method == "none" or (method == "suppress" and (cells["why"] == "").all()):
        return cells.with_columns(released=rows, hidden=pl.lit(value=False), why=pl.lit("")), {}, None
    from etl.microdata.rounding import rounded  # noqa: PLC0415 - scipy takes as long to load as a million rows take
    from etl.microdata.suppress import suppress  # noqa: PLC0415
    from etl.microdata.tables import table  # noqa: PLC0415

    known = table(cells, recipe, parents)
    if method == "round":
        counts = pl.Series("released", rounded(known, recipe.disclosure.base))
        return cells.with_columns(counts, hidden=pl.lit(value=False), why=pl.lit("")), {}, None
    found = suppress(known)
    hidden = pl.Series("hidden", found.hidden)
    secondary = (pl.col("why") == "") & hidden
    why = pl.when(secondary).then(pl.lit(rules.SECONDARY)).otherwise(pl.col("why"))
    widths = {name: width[found.hidden] for name, width in found.widths.items() if found.hidden.any()}
    asked = {one.name: (one.width > 0) & found.hidden for one in known.components}
    narrowest = {
        name: float(np.min(width[asked[name][found.hidden]])) for name, width in widths.items() if asked[name].any()
    }
    return cells.with_columns(hidden, why=why, released=rows), narrowest, found.apart
