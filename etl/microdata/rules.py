"""Which cells name somebody: the primary rules of disclosure control, with their numbers.

Sources: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, sections 4.2 and 4.3; the Handbook on
Statistical Disclosure Control of the ESSnet-SDC (version 1.2, 2010), section 4.2. The numbers are the recipe's to
raise.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from etl.microdata.recipe import Recipe

#: Contributors that a cell needs (persons, firms, advertisements). Ours; offices use 3 to 10.
MINIMUM: Final = 5
#: No recipe may go below: with two contributors each knows the other.
LEAST_MINIMUM: Final = 3
#: (n,k) dominance: unsafe where the largest n contributors hold more than k per cent of an amount.
DOMINANCE_N: Final = 2
DOMINANCE_K: Final = 85.0
#: p% rule: unsafe where the second largest contributor can estimate the largest to within p per cent.
P_PERCENT: Final = 10.0
#: Controlled rounding: all counts become multiples of it.
ROUNDING_BASE: Final = 5
#: How wide a secondarily suppressed cell must stay, as a share of its value (counts: at least 1).
SECONDARY_SHARE: Final = 0.01

#: Why a cell is unsafe, as the report names it; the order in which the first that holds is given.
FREQUENCY, EXTREME, DOMINANCE, P_RULE, SECONDARY = "minimum", "few_on_one_side", "dominance", "p_percent", "secondary"
PRIMARY: Final = (FREQUENCY, EXTREME, DOMINANCE, P_RULE)


def primary(cells: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Add to each cell `why` ('' where it is safe) and how far attackers must stay off it.

    cells: `rows` and `contributors`, for shares `hits`; for sums `total`, `first`, `second` and `top` (what the
    largest, the second and the largest n hold together, absolute). A count of 0 is safe: it is about nobody.
    protect_count and protect_total: the protection levels, in rows and in the amount's unit; 0 for safe cells. The
    former is the minimum itself; the latter is what an amount lacks to be safe, by the stricter of the two rules.
    """
    rules, kind = recipe.disclosure, recipe.measure.kind
    people = pl.col("contributors")
    rare = (people > 0) & (people < rules.minimum)
    when: Any = pl.when(rare).then(pl.lit(FREQUENCY))
    missing = pl.lit(0.0)
    if kind in ("share", "weighted_share"):
        hits, others = pl.col("hits"), pl.col("rows") - pl.col("hits")
        few = ((hits > 0) & (hits < rules.minimum)) | ((others > 0) & (others < rules.minimum))
        # All of a group have the mark, or none: what holds for the group then holds for each member.
        when = when.when(few | ((people > 0) & (others == 0))).then(pl.lit(EXTREME))
    if kind == "sum":
        total, first, second, top = (pl.col(name) for name in ("total", "first", "second", "top"))
        dominated = (total > 0) & (top > total * rules.dominance_k / 100)
        lacking_p = first * rules.p_percent / 100 - (total - first - second)
        lacking_k = top * 100 / rules.dominance_k - total
        when = when.when(dominated).then(pl.lit(DOMINANCE)).when((total > 0) & (lacking_p > 0)).then(pl.lit(P_RULE))
        missing = pl.max_horizontal(lacking_p, lacking_k, first * rules.p_percent / 100)
    marked = cells.with_columns(why=when.otherwise(pl.lit("")))
    unsafe = pl.col("why") != ""
    return marked.with_columns(
        protect_count=pl.when(unsafe).then(float(rules.minimum)).otherwise(0.0),
        protect_total=pl.when(unsafe).then(missing).otherwise(0.0),
    )
