"""What a figure looks like on the map: classes, circles, the four absences and zero, and what stays constant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboard.map.scene import RADIUS, Region, Row, Scale, Scene, fit, mark, scene, shade

RATE = Scale("classes", (5.0, 10.0, 15.0, 20.0, 25.0))
COUNT = Scale("circles", (400.0,))
GAP = Scale("classes", (-4.0, -2.0, 0.0, 2.0, 4.0), diverging=True)


def row(code: str, value: float | None, status: str = "", name: str = "") -> Row:
    return Row(code, value, status, 100, None, None, 1, 2, 3, str(value), f"{name or code}: {value}", name or code)


def shape(x: int, y: int, size: int = 100) -> dict[str, Any]:
    return {
        "d": f"M{x} {y}h{size}v{size}h-{size}z",
        "x": x + size // 2,
        "y": y + size // 2,
        "box": [x, y, x + size, y + size],
    }


#: Three Kreise of two Länder, two départements, one overseas, in the format of shapes/*.json.
GEOMETRY: dict[str, Any] = {
    "level": "nuts3",
    "width": 1000,
    "height": 800,
    "regions": {
        "DE211": shape(600, 100),
        "DED21": shape(700, 100),
        "DED51": shape(800, 100),
        "FRF11": shape(500, 200),
        "FRK26": shape(400, 400),
        "FRY10": shape(20, 600, 60),
    },
    "frames": [{"code": "FRY1", "x": 10, "y": 590, "width": 100, "height": 90, "scale": 1.2}],
    "lines": {"border": "M600 100l0 100", "land": "M700 100l0 100"},
}


def draw(rows: dict[str, Row], scale: Scale = RATE, **more: Any) -> Scene:
    wanted: dict[str, Any] = {"level": "nuts3", "countries": ("DE", "FR"), "within": None, "selected": None}
    wanted |= {"title": "T", "desc": "D", "label": "L", **more}
    return scene(GEOMETRY, rows, {"DE": scale, "FR": scale}, **wanted)


def region(drawn: Scene, code: str) -> Region:
    return next(r for r in drawn.regions if r.code == code)


@pytest.mark.parametrize(
    ("value", "status", "scale", "classes", "radius"),
    [
        (4.99, "", RATE, "q0", None),
        (5.0, "", RATE, "q1", None),  # a limit belongs to the class above it
        (25.0, "", RATE, "q5", None),
        (0.0, "", RATE, "q0", 0.0),  # zero has its own drawing, also as a rate
        (12.0, "u", RATE, "q2 u", None),
        (12.0, "a", RATE, "q2 a", None),
        (12.0, "b", RATE, "q2", None),  # break, estimate, provisional are said, not drawn
        (12.0, "e", RATE, "q2", None),
        (12.0, "p", RATE, "q2", None),
        (None, "c", RATE, "c", None),
        (None, "m", RATE, "m", None),
        (None, "z", RATE, "z", None),
        (None, "", RATE, "m", None),
        (100.0, "", COUNT, "n", 0.5),
        (400.0, "u", COUNT, "n u", 1.0),
        (0.0, "", COUNT, "n", 0.0),
        (None, "c", COUNT, "c", None),
        (0.0, "", GAP, "d3", None),  # the turning point is a value like any other
        (-5.0, "a", GAP, "d0 a", None),
        (3.0, "", None, "m", None),
    ],
)
def test_mark(value: float | None, status: str, scale: Scale | None, classes: str, radius: float | None) -> None:
    assert mark(value, status, scale) == (classes, radius)


def test_the_four_absences_and_zero_are_five_different_drawings() -> None:
    for scale in (RATE, COUNT):
        drawings = [mark(None, "c", scale), mark(None, "m", scale), mark(None, "z", scale), mark(0.0, "", scale)]
        assert len(set(drawings)) == 4
        assert mark(1.0, "", scale) not in drawings


def test_circle_area_is_proportional_to_the_value() -> None:
    small, large = mark(50.0, "", COUNT)[1], mark(200.0, "", COUNT)[1]
    assert [small, large] == pytest.approx([(50 / 400) ** 0.5, (200 / 400) ** 0.5])


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="diverging"):
        mark(-1.0, "", COUNT)


def test_fewer_classes_spread_over_the_whole_scale() -> None:
    assert [shade(i, 5) for i in range(6)] == [0, 1, 2, 3, 4, 5]
    assert [shade(i, 3) for i in range(4)] == [0, 2, 3, 5]
    assert [shade(i, 1) for i in range(2)] == [0, 5]
    assert shade(0, 0) == 0


@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        ("classes", (3.0, 2.0)),
        ("classes", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)),
        ("circles", ()),
        ("circles", (0.0,)),
        ("bars", ()),
    ],
)
def test_an_impossible_scale_is_refused(kind: str, limits: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"limit|scale"):
        Scale(kind, limits)


def test_a_region_without_a_row_and_a_country_without_a_scale_are_not_collected() -> None:
    drawn = scene(
        GEOMETRY, {"DE211": row("DE211", 12.0), "FRF11": row("FRF11", 12.0)}, {"DE": RATE},
        level="nuts3", countries=("DE", "FR"), within=None, selected=None, title="", desc="", label="",
    )  # fmt: skip
    assert region(drawn, "DE211").classes == "q2"
    assert {r.classes for r in drawn.regions if r.code != "DE211"} == {"m"}
    assert region(drawn, "DED21").label == "DED21"


def test_rows_outside_the_geometry_are_ignored() -> None:
    assert len(draw({"XX": row("XX", 1.0)}).regions) == len(GEOMETRY["regions"])


def test_drilling_keeps_every_colour_and_circle() -> None:
    """Rule 6: the same figure is drawn alike at the whole map and inside a Land."""
    rows = {code: row(code, 3.0 + 4 * i) for i, code in enumerate(GEOMETRY["regions"])}
    for scale in (RATE, COUNT):
        whole, inside = draw(rows, scale), draw(rows, scale, within="DED")
        for a, b in zip(whole.regions, inside.regions, strict=True):
            assert replace(a, shown=b.shown) == b
        assert [r.code for r in inside.regions if r.shown] == ["DED21", "DED51"]
    assert region(draw({"DED21": row("DED21", 400.0)}, COUNT), "DED21").radius == RADIUS * GEOMETRY["width"]


def test_the_view_shows_the_part_in_the_maps_proportions_and_within_the_map() -> None:
    drawn = draw({}, within="DED")
    x, y, width, height = drawn.view
    assert drawn.base == (0, 0, 1000, 800)
    assert 0 <= x <= 700
    assert 900 <= x + width <= 1000
    assert 0 <= y <= 100
    assert 200 <= y + height <= 800
    assert width / height == pytest.approx(1000 / 800)
    assert fit((0, 0, 1000, 800), drawn.base) == drawn.base


def test_one_country_leaves_the_other_as_land_without_data() -> None:
    drawn = draw({code: row(code, 9.0) for code in GEOMETRY["regions"]}, countries=("DE",))
    assert {r.code for r in drawn.regions if r.classes == "x"} == {"FRF11", "FRK26", "FRY10"}
    assert all(not r.shown and not r.label and r.radius is None for r in drawn.regions if r.classes == "x")
    assert drawn.frames == ()
    assert drawn.base[0] > 0
    assert drawn.base[2] < 1000


def test_frames_carry_the_name_of_their_region_also_where_the_level_has_another_code() -> None:
    drawn = draw({"FRY10": row("FRY10", 1.0, name="Guadeloupe")})
    assert drawn.frames[0].name == "Guadeloupe"


def test_only_a_region_that_is_shown_can_be_selected() -> None:
    assert draw({}, selected="DED21").selected == "DED21"
    assert draw({}, selected="DED21", within="FRF").selected is None
    assert draw({}, selected="nowhere").selected is None
