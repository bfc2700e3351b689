"""The small drawings of a comparison: numbers in, marks where they belong."""

from __future__ import annotations

import re

import pytest

from dashboard.figures.lines import Point, lines, nice_ticks
from dashboard.figures.whiskers import WIDTH, Dot, whiskers


def places(svg: str) -> list[tuple[float, float]]:
    """Where the marks stand."""
    return [(float(x), float(y)) for x, y in re.findall(r"translate\(([\d.-]+) ([\d.-]+)\)", svg)]


def test_dots_stand_at_their_values_and_whiskers_reach_their_limits() -> None:
    svg = whiskers([Dot(0, 10, 8, 12), Dot(1, 20)], [("▲", 5)], "{:g}".format, "a <b>")
    (first, _), (second, _) = places(svg)
    start, end = 10, WIDTH - 10
    assert (first - start) / (end - start) == pytest.approx(0.5, abs=0.01), "the axis goes from 0 to the highest"
    assert second == pytest.approx(end)
    whisker = re.search(r'class="whisker r0" d="M([\d.]+) [\d.]+H([\d.]+)', svg)
    assert whisker
    assert float(whisker.group(1)) < first < float(whisker.group(2))
    assert "whisker r1" not in svg, "without limits no whisker"
    assert 'aria-label="a &lt;b&gt;"' in svg


def test_below_zero_the_axis_begins_at_the_lowest_and_zero_is_marked() -> None:
    svg = whiskers([Dot(0, -2), Dot(1, 3)], [], "{:g}".format, "")
    assert [x for x, _ in places(svg)] == pytest.approx([10, WIDTH - 10])
    assert 'class="zero"' in svg
    assert 'class="zero"' not in whiskers([Dot(0, 2)], [], "{:g}".format, "")
    assert places(whiskers([Dot(0, 0), Dot(1, 0)], [], "{:g}".format, ""))


def test_a_doubtful_value_is_hollow() -> None:
    assert "hollow" in whiskers([Dot(0, 1, doubtful=True)], [], "{:g}".format, "")
    assert "hollow" not in whiskers([Dot(0, 1)], [], "{:g}".format, "")


def test_a_line_has_a_gap_where_a_period_is_missing_or_the_series_breaks() -> None:
    def runs(points: list[Point]) -> int:
        return lines([points], ["a"] * 6, "{:g}".format, "").count('class="line r0"')

    whole = [Point(i, i + 1.0) for i in range(6)]
    assert runs(whole) == 1
    assert runs([point for point in whole if point.at != 2]) == 2
    assert runs([*whole[:3], Point(3, 4.0, broken=True), *whole[4:]]) == 2


def test_a_band_is_drawn_only_where_all_have_limits() -> None:
    sure = [Point(i, 5.0, 4.0, 6.0) for i in range(3)]
    assert "band r0" in lines([sure], ["a", "b", "c"], "{:g}".format, "")
    assert "band" not in lines([[*sure[:2], Point(2, 5.0)]], ["a", "b", "c"], "{:g}".format, "")


def test_shares_begin_at_zero_and_an_index_does_not_have_to() -> None:
    points = [Point(0, 100.0), Point(1, 104.0)]
    assert ">0<" in lines([points], ["a", "b"], "{:g}".format, "")
    index = lines([points], ["a", "b"], "{:g}".format, "", 100.0)
    assert ">0<" not in index
    assert 'class="base"' in index


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (0, 15.8), (99.2, 101.7), (-3, 4), (0, 0), (5, 5), (0, 178_925), (0.1, 0.11), (-2, -1)]
)
def test_ticks_are_few_round_and_ascend(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert 1 <= len(ticks) <= 7
    assert ticks == sorted(set(ticks))
    assert ticks[0] <= low
    assert ticks[-1] <= high + 1e-9
    assert all(len(f"{abs(tick):.10g}".replace(".", "").strip("0")) <= 5 for tick in ticks)
