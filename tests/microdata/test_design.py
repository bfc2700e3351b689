"""Sampling variance against published results of the R package survey, on the data of its documentation.

Data: the Academic Performance Index of Californian schools (California Department of Education), samples `apistrat` and
`apiclus1` of the R package survey (Lumley), reduced to the counts that the estimates need.
"""

from __future__ import annotations

import math
from pathlib import Path

import micro
import polars as pl
import pytest

from etl.microdata import design
from etl.microdata.aggregate import aggregate
from etl.microdata.engines import Limits
from etl.microdata.recipe import read_recipe
from etl.model import DeliveryError

#: apistrat: school type → (schools sampled, schools there are, of those sampled without an award).
STRATIFIED = {"E": (100, 4421, 27), "H": (50, 755, 34), "M": (50, 1018, 26)}
#: apiclus1: the 15 sampled of 757 districts → elementary, high and middle schools.
DISTRICTS = (
    (8, 1, 2), (2, 1, 1), (1, 0, 1), (10, 0, 3), (2, 0, 0), (2, 1, 1), (2, 1, 1), (13, 0, 3), (4, 4, 1), (34, 0, 0),
    (16, 2, 3), (30, 3, 4), (10, 0, 3), (1, 0, 0), (9, 1, 2),
)  # fmt: skip

RECIPE = """
[input]
files = ["*.parquet"]
format = "parquet"
[region]
column = "nuts"
system = "nuts"
levels = ["country", "nuts3"]
[period]
column = "year"
grain = "year"
[measure]
name = "share"
kind = "weighted_share"
weight = "weight"
strata = "stratum"
population = "population"
decimals = 6
[[measure.hit]]
column = "hit"
op = "eq"
value = true
[disclosure]
method = "none"
reason = "published data"
"""


def schools(nuts: str = "DE300") -> pl.DataFrame:
    rows = []
    for stratum, (sampled, there_are, without) in STRATIFIED.items():
        for number in range(sampled):
            rows.append((nuts, 2000, stratum, there_are, there_are / sampled, number < without))
    names = ["nuts", "year", "stratum", "population", "weight", "hit"]
    return pl.DataFrame(rows, schema=names, orient="row")


def clustered(kind: int) -> pl.DataFrame:
    rows = [
        ("DE300", 2000, f"district {district}", 757, 757 / 15, which == kind)
        for district, counts in enumerate(DISTRICTS)
        for which, count in enumerate(counts)
        for _ in range(count)
    ]
    return pl.DataFrame(rows, schema=["nuts", "year", "cluster", "population", "weight", "hit"], orient="row")


def cell(folder: Path, recipe: str, frame: pl.DataFrame, region: str = "DE") -> dict[str, float]:
    """The aggregated cell of a region with variance and limits, through the whole expression on DuckDB."""
    path = micro.write(folder, recipe, frame, name="share")
    result = aggregate(read_recipe(path), (), "duckdb", Limits(), lambda line: None)
    one = result.cells.filter(pl.col("region") == region).row(0, named=True)
    return {**one, **result.figures.filter(pl.col("region") == region).row(0, named=True)}


def test_a_stratified_share_is_that_of_the_r_package_survey(tmp_path: Path) -> None:
    """svymean(~awards, dstrat) with svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat).

    R gives 0.36106393283823 and 0.0344059182016133 for awardsNo: the reference file of Survey.jl,
    test/r_reference/proportions.csv at commit 60f46a8ac3a3, design strat_fpc; without fpc 0.0348975177769063.
    """
    found = cell(tmp_path / "a", RECIPE, schools())
    assert found["value"] == pytest.approx(36.106393, abs=1e-6)
    assert math.sqrt(found["variance"]) == pytest.approx(0.0344059182016133, rel=1e-9)
    assert found["freedom"] == 197
    without = cell(tmp_path / "b", RECIPE.replace('population = "population"\n', ""), schools())
    assert math.sqrt(without["variance"]) == pytest.approx(0.0348975177769063, rel=1e-7)


@pytest.mark.parametrize(
    ("kind", "share", "error"),
    [(0, 0.786885, 0.0463), (1, 0.076503, 0.0268), (2, 0.136612, 0.0296)],
)
def test_a_share_from_clusters_is_the_published_one(tmp_path: Path, kind: int, share: float, error: float) -> None:
    """svymean(~stype, dclus1), as printed in Lumley's "Summary statistics for survey data" on the page of the package.

    faculty.washington.edu/tlumley/old-survey/example-summary.html: stypeE 0.786885 0.0463, stypeH 0.076503 0.0268,
    stypeM 0.136612 0.0296.
    """
    recipe = RECIPE.replace('strata = "stratum"', 'cluster = "cluster"')
    found = cell(tmp_path, recipe, clustered(kind))
    assert found["value"] / 100 == pytest.approx(share, abs=1e-6)
    assert round(math.sqrt(found["variance"]), 4) == error
    assert found["freedom"] == 14


def test_a_region_is_a_domain_whose_absent_units_count_as_zeros(tmp_path: Path) -> None:
    """Against the formula written out over all units, with z = 0 outside the region."""
    frame = pl.concat([schools("DE300").gather_every(2), schools("DE212").gather_every(2, offset=1)])
    found = cell(tmp_path, RECIPE, frame, "DE300")
    inside = (frame["nuts"] == "DE300").cast(pl.Float64)
    weight = (inside * frame["weight"]).sum()
    share = (inside * frame["weight"] * frame["hit"]).sum() / weight
    variance = 0.0
    for stratum, (sampled, there_are, _) in STRATIFIED.items():
        own = frame.with_columns(z=inside * frame["weight"] * (frame["hit"] - share) / weight)
        z = own.filter(pl.col("stratum") == stratum)["z"]
        assert len(z) == sampled
        variance += (1 - sampled / there_are) * sampled * z.var()  # type: ignore[operator]
    assert found["variance"] == pytest.approx(variance, rel=1e-9)
    assert found["value"] / 100 == pytest.approx(share, abs=1e-7)


def test_a_stratum_with_one_unit_is_refused_or_treated_as_said(tmp_path: Path) -> None:
    frame = pl.concat([schools(), schools().head(1).with_columns(stratum=pl.lit("alone"), hit=pl.lit(value=True))])
    with pytest.raises(DeliveryError, match=r"1 strata have one sampled unit.*alone \(2000\).*lonely"):
        cell(tmp_path / "a", RECIPE, frame)
    known = {}
    for lonely in ("adjust", "certainty"):
        recipe = RECIPE.replace("decimals = 6", f'decimals = 6\nlonely = "{lonely}"')
        known[lonely] = cell(tmp_path / lonely, recipe, frame)["variance"]
    weight = frame["weight"].sum()
    share = (frame["weight"] * frame["hit"]).sum() / weight
    z = 44.21 * (1 - share) / weight
    assert known["adjust"] - known["certainty"] == pytest.approx((1 - 1 / 4421) * z**2, rel=1e-6)


def test_more_sampled_than_there_are_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="has 100 sampled of a population of 90"):
        cell(tmp_path, RECIPE, schools().with_columns(population=pl.lit(90)))


def test_limits_are_wilsons_with_the_effective_sample_size() -> None:
    """Wilson (1927) for 15 of 148 by Newcombe 1998, Statistics in Medicine 17, 857–872, table I: 0.0624 to 0.1605."""
    low, high = design.limits(15 / 148, 148)
    assert (round(low, 4), round(high, 4)) == (0.0624, 0.1605)
    size = design.effective(0.5, 0.5 * 0.5 / 400, 10**9, 100)
    assert size == pytest.approx(400, rel=1e-5)
    assert design.effective(0.5, 0.5 * 0.5 / 400, 14, 100) == pytest.approx(400 * (1.959964 / 2.144787) ** 2, rel=1e-5)
    assert design.effective(0.0, 0.0, 10**9, 80) == pytest.approx(80, rel=1e-5)
