"""Differences of two shares against the worked examples of the paper whose method they follow."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.differences import NOT_SIGNIFICANT, SIGNIFICANT, UNKNOWN, difference

Z = 1.959964


def share(hits: int, n: int, status: str = "") -> dict[str, Any]:
    """A share in per cent with Wilson's limits, as the build has it (etl/transform/30_observation.sql)."""
    p, z2n = hits / n, Z * Z / n
    centre = (p + z2n / 2) / (1 + z2n)
    half = Z / (1 + z2n) * sqrt(p * (1 - p) / n + z2n / (4 * n))
    return {
        "value": 100 * p,
        "n": n,
        "ci_low": min(100 * max(centre - half, 0), 100 * p),
        "ci_high": max(100 * min(centre + half, 1), 100 * p),
        "status": status,
    }


def count(value: float | None, status: str = "") -> dict[str, Any]:
    """A figure of a register: no n, no limits."""
    return {"value": value, "n": None, "ci_low": None, "ci_high": None, "status": status}


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [  # Newcombe 1998, table II, method 10 (hybrid score, without continuity correction)
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_papers_examples(a: tuple[int, int], b: tuple[int, int], low: float, high: float) -> None:
    found = difference(share(*a), share(*b))
    assert found
    assert found.value == pytest.approx(100 * (a[0] / a[1] - b[0] / b[1]))
    assert found.low == pytest.approx(100 * low, abs=0.006)
    assert found.high == pytest.approx(100 * high, abs=0.006)
    assert found.verdict == (SIGNIFICANT if low > 0 else NOT_SIGNIFICANT)


def test_without_limits_there_is_a_difference_and_no_talk_of_significance() -> None:
    found = difference(count(1200.0), count(200.0))
    assert found
    assert (found.value, found.low, found.high, found.verdict) == (1000.0, None, None, UNKNOWN)
    half = difference(share(50, 100), count(1.0))
    assert half
    assert half.verdict == UNKNOWN


def test_without_a_value_there_is_no_difference() -> None:
    assert difference(count(None, "c"), count(1.0)) is None
    assert difference(count(1.0), count(None, "m")) is None
    assert difference(None, count(1.0)) is None
    zero = difference(count(0.0), count(0.0))
    assert zero
    assert zero.value == 0


def test_a_suspected_artefact_is_not_judged_by_its_sample() -> None:
    found = difference(share(90, 100, "a"), share(10, 100))
    assert found
    assert found.verdict == UNKNOWN
    assert found.low is not None


SHARES = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(SHARES, SHARES)
def test_an_interval_holds_its_difference_stays_possible_and_turns_round(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    there, back = difference(share(*a), share(*b)), difference(share(*b), share(*a))
    assert there
    assert back
    assert there.low is not None
    assert there.high is not None
    assert -100 - 1e-9 <= there.low <= there.value <= there.high <= 100 + 1e-9
    assert back.low == pytest.approx(-there.high)
    assert back.high == pytest.approx(-there.low)
    assert back.verdict == there.verdict
