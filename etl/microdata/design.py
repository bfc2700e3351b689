"""Sampling variance of weighted shares from a design with strata, clusters and finite populations.

The share of a cell is p = Σ w y ÷ Σ w over its units, a ratio of two totals. Its variance is that of the linearised
values z = w (y − p) ÷ Σ w (0 for units outside the cell), summed by cluster, between the clusters of each stratum
(Särndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, section 5.6; Wolter 2007, Introduction to Variance
Estimation, chapter 6):

    v(p) = Σ_h (1 − n_h ÷ N_h) · n_h ÷ (n_h − 1) · [ Σ_i z_hi² − (Σ_i z_hi)² ÷ n_h ]

h: strata; i: clusters (units, where there are none); n_h: clusters sampled in the stratum, also those without a unit in
the cell; N_h: clusters there are (column `population`; without it no correction). It is what `svymean` and `svyby` of
the R package survey give. Limits are Wilson's with the effective sample size n* = p (1 − p) ÷ v, made smaller by (z ÷
t)² for the degrees of freedom (Dean & Pagano 2015, J. Survey Statistics and Methodology 3, 484–503; Korn & Graubard
1998, Survey Methodology 24, 193–201). A build calculates the same limits from n*, which is the `n` that is delivered.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.model import DeliveryError

#: 97.5 % quantile of the normal distribution, as in etl/transform/30_observation.sql.
Z: Final = 1.959964
_CELL: Final = ("region", "period", "dimension", "member")


def sizes(sample: pl.DataFrame, *, clustered: bool) -> pl.DataFrame:
    """Period × stratum → n (clusters, or rows where there are none) and fraction (n ÷ population; 0 where unknown).

    Raises DeliveryError where a stratum has more sampled than its population.
    """
    found = sample.group_by("period", "stratum").agg(
        n=pl.len() if clustered else pl.col("rows").sum(), population=pl.col("population").max()
    )
    over = found.filter(pl.col("population") < pl.col("n"))
    if over.height:
        row = over.row(0, named=True)
        raise DeliveryError(
            f"stratum '{row['stratum']}' has {row['n']} sampled of a population of {row['population']:g}",
            remedy="`population` is the number of units (clusters, where there are some) in the stratum.",
        )
    fraction = (pl.col("n") / pl.col("population")).fill_null(0.0)
    return found.with_columns(fraction=fraction).sort("period", "stratum")


def single(strata: pl.DataFrame) -> list[str]:
    """The strata with one sampled unit that is not all there is: their variance cannot be known."""
    alone = strata.filter((pl.col("n") == 1) & (pl.col("fraction") < 1))
    return [f"{row['stratum']} ({row['period']})" for row in alone.sort("period", "stratum").iter_rows(named=True)]


def variances(cells: pl.DataFrame, strata: pl.DataFrame, *, clustered: bool, lonely: str) -> pl.DataFrame:
    """Cell → share (0–1), variance, freedom (degrees).

    cells: cell × stratum × cluster with sums w, wy, w2, w2y. lonely: what a stratum with one unit adds; 'adjust' its
    squared distance from the mean of all (which is 0), 'certainty' nothing.
    """
    total = cells.group_by(_CELL).agg(sum_w=pl.col("w").sum(), sum_wy=pl.col("wy").sum())
    total = total.with_columns(share=pl.col("sum_wy") / pl.col("sum_w"))
    p, size = pl.col("share"), pl.col("sum_w")
    joined = cells.join(total, on=_CELL)
    z = (pl.col("wy") - p * pl.col("w")) / size
    # Without clusters each row is one: its squares were summed before, and y² is y.
    square = z**2 if clustered else (pl.col("w2y") * (1 - 2 * p) + p**2 * pl.col("w2")) / size**2
    within = joined.with_columns(z=z, square=square).group_by(*_CELL, "stratum").agg(
        pl.col("z").sum(), pl.col("square").sum()
    )  # fmt: skip
    within = within.join(strata, on=["period", "stratum"])
    n = pl.col("n")
    spread = n / (n - 1) * (pl.col("square") - pl.col("z") ** 2 / n)
    alone = pl.col("z") ** 2 if lonely == "adjust" else pl.lit(0.0)
    part = (1 - pl.col("fraction")) * pl.when(n > 1).then(spread).otherwise(alone)
    found = within.group_by(_CELL).agg(variance=part.sum().clip(0, None), freedom=(n - 1).sum())
    return total.select(*_CELL, "share").join(found, on=_CELL).sort(_CELL)


def effective(share: float, variance: float, freedom: int, rows: int) -> float:
    """The sample size that a simple random sample would need for the same variance, less for few degrees of freedom.

    Where all or none of a cell have the mark the variance says nothing; then it is the number of rows.
    """
    size = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else float(rows)
    from scipy.special import stdtrit  # noqa: PLC0415 - a third of a second that only surveys need

    shrink = (Z / float(stdtrit(freedom, 0.975))) ** 2 if freedom > 0 else 0.0
    return max(size * shrink, 1.0)


def limits(share: float, size: float) -> tuple[float, float]:
    """Wilson's score interval of a share (0–1) with an effective sample size."""
    z2n = Z * Z / size
    centre = (share + z2n / 2) / (1 + z2n)
    half = Z / (1 + z2n) * (share * (1 - share) / size + z2n / (4 * size)) ** 0.5
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))
