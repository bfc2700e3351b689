"""The curves between seats: pure geometry on the shapes as shipped."""

from __future__ import annotations

from itertools import combinations

import pytest

from dashboard import drawing
from dashboard.map import arcs
from dashboard.map.arcs import Point

#: Both banks of the Rhine, and what lies behind them: straight lines between these cross the other country.
NEAR = {"DE": ("DE12", "DE13", "DEB3", "DEC0"), "FR": ("FRF1", "FRF3", "FRC2", "FR10")}


def border() -> list[list[Point]]:
    return arcs.polylines(drawing.geometry("country")["lines"]["border"])


def seats(country: str) -> list[Point]:
    shapes = drawing.geometry("nuts3")["regions"]
    return [(shape["x"], shape["y"]) for code, shape in sorted(shapes.items()) if code.startswith(NEAR[country])][::2]


def test_the_border_is_read_as_a_line_from_luxembourg_to_basel() -> None:
    (line,) = border()
    box = drawing.geometry("country")["regions"]["FR"]["box"]
    assert len(line) > 100
    assert line[0][0] < line[-1][0], "it leads to the east"
    assert line[0][1] < line[-1][1], "and to the south"
    assert all(box[0] <= x <= box[2] for x, _ in line)
    assert arcs.polylines("m10 20 5-3-2 4m1 1 2 2") == [[(10, 20), (15, 17), (13, 21)], [(14, 22), (16, 24)]]


@pytest.mark.parametrize("country", ["DE", "FR"])
def test_no_arc_inside_a_country_crosses_the_border(country: str) -> None:
    line = border()
    pairs = list(combinations(seats(country), 2))
    straight = [pair for pair in pairs if arcs.crosses(arcs.curve(*pair, 0), line)]
    assert straight or country == "FR", "else the test would show nothing"
    for a, b in pairs:
        drawn, _bend = arcs.arc(a, b, line)
        assert not arcs.crosses(drawn, line), (a, b)
        assert {drawn[0], drawn[2]} == {a, b}


def test_an_arc_is_the_same_from_both_ends() -> None:
    for a, b in combinations(seats("DE")[:12], 2):
        assert arcs.arc(a, b) == arcs.arc(b, a)
        drawn, bend = arcs.arc(a, b)
        assert bend == arcs.BENDS[0]
        middle = arcs.sampled(drawn)[16]
        assert middle[1] < (a[1] + b[1]) / 2 or a[0] == b[0], "it leans to the north"


def test_arcs_between_the_same_seats_fan_out() -> None:
    taken: set[float] = set()
    middles = []
    for _ in range(5):
        drawn, bend = arcs.arc((0, 0), (1000, 200), taken=taken)
        taken.add(bend)
        middles.append(arcs.sampled(drawn)[16])
    assert len(taken) == 5
    assert all(abs(a[1] - b[1]) > 50 for a, b in combinations(middles, 2))
    with pytest.raises(arcs.NoWayError):
        arcs.arc((0, 0), (1000, 200), taken=arcs.BENDS)


def test_three_seats_are_one_object_joined_in_a_point() -> None:
    corners = ((0.0, 0.0), (900.0, 0.0), (0.0, 900.0))
    star, _ = arcs.star(corners)
    assert star.middle == (300, 300)
    assert len(star.legs) == 3
    assert all(star.middle in (leg[0], leg[2]) for leg in star.legs)
    two, bend = arcs.star(corners[:2])
    assert (two.middle, len(two.legs), bend) == (None, 1, arcs.BENDS[0])
    assert arcs.star(corners[:1])[0].legs == ()


def test_a_star_whose_middle_lies_across_the_line_is_joined_in_a_seat() -> None:
    wall = [[(100.0, -1000.0), (100.0, 90.0), (500.0, 90.0), (500.0, -1000.0)]]
    corners = ((0.0, 0.0), (600.0, 0.0), (300.0, 100.0))
    star, _ = arcs.star(corners, wall)
    assert star.middle in corners
    assert not any(arcs.crosses(leg, wall) for leg in star.legs)
