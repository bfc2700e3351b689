"""Class limits: against the library, DuckDB's quantiles and examples by hand; symmetrical; the reader's own refused."""

from __future__ import annotations

from itertools import combinations, pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.map.classify import METHODS, STEPS, LimitsError, limits, own, rounded

VALUES = [0.5, 1, 1.5, 4, 4.5, 5, 9, 9.5, 30]


def spread(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values)


def split(values: list[float], cuts: tuple[float, ...]) -> list[list[float]]:
    edges = [float("-inf"), *cuts, float("inf")]
    return [[v for v in values if a <= v < b] for a, b in pairwise(edges)]


def test_natural_breaks_are_the_best_of_all_partitions() -> None:
    """Jenks' criterion, least squares within classes, tried on every way to cut nine values into three and four."""
    for count in (3, 4):
        cuts = limits(VALUES, "jenks", count)
        ours = sum(spread(part) for part in split(VALUES, cuts))
        ways = combinations(sorted(VALUES)[1:], count - 1)
        assert ours == pytest.approx(min(sum(spread(part) for part in split(VALUES, way)) for way in ways))
    assert limits(VALUES, "jenks", 4) == (4, 9, 30)


def test_quantiles_are_those_of_the_builds_sql() -> None:
    shares = [1 / 3, 2 / 3]
    told = duckdb.sql(f"select quantile_cont(v, {shares}) from (select unnest({VALUES}::double[]) v)").fetchone()
    assert limits(VALUES, "quantile", 3) == pytest.approx(tuple(told[0]))


def test_equal_widths_and_the_ramp_by_hand() -> None:
    assert limits([10, 20, 35, 40], "equal", 3) == pytest.approx((20, 30))
    ramp = limits([float(v) for v in range(101)], "continuous", 3)
    assert len(ramp) == STEPS - 1
    assert ramp[0] == pytest.approx(2 + 96 / 25), "from the 2nd to the 98th percentile"
    assert ramp[-1] == pytest.approx(98 - 96 / 25)


def test_where_many_have_none_the_classes_are_of_those_above() -> None:
    """As in the build: a lowest value that fills a class alone makes no limits of itself."""
    found = limits([0.0] * 50 + [1, 2, 3, 4, 5, 6], "quantile", 3)
    assert all(limit > 0 for limit in found)
    assert len(found) == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 2)), min_size=1, max_size=60),
    st.sampled_from(METHODS),
    st.integers(3, 7),
)
def test_limits_ascend_divide_and_are_symmetrical_where_they_must(values: list[float], method: str, count: int) -> None:
    found = limits(values, method, count)
    assert len(found) <= (STEPS if method == "continuous" else count) - 1
    assert all(a < b for a, b in pairwise(found))
    assert all(min(values) < limit <= max(values) for limit in found), "no class is outside the figures"
    both = limits(values, method, count, two_sided=True)
    assert both == tuple(-limit for limit in reversed(both))
    assert all(a < b for a, b in pairwise(both))
    if count % 2 == 0 and method != "continuous":
        assert 0.0 in both, "an even number of classes parts at the middle"


def test_limits_are_rounded_as_figures_are_written_and_stay_apart() -> None:
    assert rounded([7.913, 9.94], 1) == (7.9, 9.9)
    assert rounded([0.0124, 0.0131], 1) == (0.012, 0.013)
    assert str(rounded([-0.004], 0)[0]) == "0.0", "no minus zero"


@pytest.mark.parametrize("text", ["own:5,7.5,10", "own:5; 7,5; 10", "own: 5 7.5 10 "])
def test_own_limits_are_read_as_people_write_them(text: str) -> None:
    assert own(text) == (5.0, 7.5, 10.0)
    assert own("own:−2;0;2", two_sided=True) == (-2.0, 0.0, 2.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("own:", LimitsError.COUNT),
        ("own:5", LimitsError.COUNT),
        ("own:" + ",".join(map(str, range(50))), LimitsError.COUNT),
        ("own:a,b", LimitsError.WORDS),
        ("own:5,", LimitsError.WORDS),
        ("own:nan,1", LimitsError.WORDS),
        ("own:1,inf", LimitsError.WORDS),
        ("own:<script>,1", LimitsError.WORDS),
        ("own:7,5", LimitsError.ORDER),
        ("own:5,5", LimitsError.ORDER),
        ("own:500,600", LimitsError.RANGE),
    ],
)
def test_own_limits_that_cannot_be_say_why(text: str, why: str) -> None:
    with pytest.raises(LimitsError, match=f"^{why}$"):
        own(text, span=(0.0, 40.0))


def test_own_limits_that_part_at_zero_must_be_symmetrical() -> None:
    with pytest.raises(LimitsError, match=LimitsError.SIDES):
        own("own:1,2", two_sided=True)
