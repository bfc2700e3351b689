"""The map's markup: escaped, small, without anything foreign, with the roles a screen reader needs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_scene import COUNT, GAP, GEOMETRY, RATE, draw, row

from dashboard.map.scene import Scale, Scene
from dashboard.map.svg import LegendWords, Words, legend, to_svg, widget
from dashboard.pictures.plate import plate

ASSETS = Path(__file__).parents[2] / "dashboard/assets"
WORDS = Words("Zoom", "Näher", "Weiter weg", "Ganze Karte", "Pfeiltasten: Nachbarregion")
SIGNS = {"c": "geheim", "m": "nicht erhoben", "z": "entfällt", "0": "null", "u": "unsicher", "a": "auffällig"}
KEY = LegendWords(
    "Anteil in %", lambda v: f"{v:g}", "unter {0}", "{0} bis unter {1}", "{0} und mehr",
    {"DE": "Deutschland", "FR": "Frankreich"}, {"DE": (12.5, "12,5 %"), "FR": (9.0, "9 %")}, SIGNS,
)  # fmt: skip
EVIL = "<script>alert(\"&'</script>"


def parse(markup: str) -> ElementTree.Element:
    """Both forms are well-formed XML: what is not escaped would fail here."""
    return ElementTree.fromstring(markup)


def alone(drawn: Scene, *, dark: bool = False) -> str:
    """The map as pictures have it."""
    return f"<svg>{plate(drawn, (0, 0, 900, 800), dark)}</svg>"


def test_the_markup_of_one_region() -> None:
    """The golden line: path, class, code, anchor, role, state, name."""
    svg = to_svg(draw({"DED21": row("DED21", 12.0, "u", "Dresden")}, selected="DED21"))
    assert (
        '<path d="M700 100h100v100h-100z" class="q2 u" data-c="DED21" data-p="750,150" role="option" '
        'aria-selected="true" aria-label="Dresden: 12.0" tabindex="0"/>'
    ) in svg


def test_everything_from_data_is_escaped() -> None:
    evil = replace(row("FRY10", 4.0), sentence=EVIL, name=EVIL)
    drawn = draw({"FRY10": evil}, title=EVIL, desc=EVIL, label=EVIL)
    signs = dict.fromkeys(SIGNS, EVIL)
    means = {"DE": (1.0, EVIL)}
    words = replace(
        KEY, title=EVIL, number=lambda _: EVIL, below=EVIL, signs=signs, means=means, countries={"DE": EVIL, "FR": EVIL}
    )
    for text in (to_svg(drawn), alone(drawn), legend(drawn, words), legend(draw({}, COUNT), words)):
        assert "<script" not in text
        assert 'alert("' not in text
    assert parse(to_svg(drawn)).get("aria-label") == EVIL
    assert "<script" not in widget(drawn, Words(*[EVIL] * 5))


def test_nothing_is_fetched_from_anywhere() -> None:
    drawn = draw({code: row(code, 9.0, "a") for code in GEOMETRY["regions"]})
    texts = [to_svg(drawn), alone(drawn), legend(drawn, KEY), widget(drawn, WORDS)]
    texts += [(ASSETS / name).read_text() for name in ("map.css", "map.js", "mapkey.js")]
    for text in texts:
        assert re.findall(r"(?:https?:)?//[\w.]+", text.replace("http://www.w3.org/2000/svg", "")) == []
        assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))


def test_there_is_one_tab_stop_and_one_listbox_of_options() -> None:
    root = parse(to_svg(draw({}, within="DED")))
    options = root.findall(".//*[@role='option']")
    assert len(root.findall(".//*[@role='listbox']")) == 1
    assert len(options) == len(GEOMETRY["regions"])
    assert [o.get("data-c") for o in options if o.get("tabindex") == "0"] == ["DED21"]
    assert {o.get("data-c") for o in options if o.get("aria-hidden") is None} == {"DED21", "DED51"}


def test_every_pattern_and_class_that_is_used_is_defined() -> None:
    """A class without a rule or a rule without a pattern would draw black."""
    css = (ASSETS / "map.css").read_text()
    defined = set(re.findall(r'id="([\w-]+)"', to_svg(draw({}))))
    assert set(re.findall(r"url\(#([\w-]+)\)", css)) == {name for name in defined if name != "am-keys"}
    for dark in (False, True):
        drawn = alone(draw({}), dark=dark)
        assert set(re.findall(r"url\(#([\w-]+)\)", drawn)) <= set(re.findall(r'id="([\w-]+)"', drawn))


def test_circles_lie_large_below_small_and_zero_is_hollow() -> None:
    rows = {
        "DE211": row("DE211", 100.0),
        "DED21": row("DED21", 400.0),
        "DED51": row("DED51", 0.0),
        "FRF11": row("FRF11", None, "c"),
    }
    circles = parse(to_svg(draw(rows, COUNT))).findall(".//*[@class='am-circles']/*")
    assert [(c.get("data-c"), c.get("class")) for c in circles] == [("DED21", "n"), ("DE211", "n"), ("DED51", "zero")]
    assert [c.get("r") for c in circles][:2] == ["45", "22.5"]


def test_a_map_that_leaves_the_page_stands_alone() -> None:
    drawn = alone(draw({"DED21": row("DED21", 12.0)}))
    assert re.findall(r"var\(|role=|tabindex|aria-label=", drawn) == []
    regions = parse(drawn).findall(".//*[@class='am-regions']//path")
    named = {region.get("id"): region.find("title").text for region in regions}  # type: ignore[union-attr]
    assert set(named) == set(GEOMETRY["regions"])
    assert named["DED21"] == "DED21: 12.0"


def test_what_lies_around_the_part_shown_is_faded_and_what_is_out_of_sight_left_out() -> None:
    root = parse(alone(draw({}, within="DED")))
    every = {path.get("id") for path in root.findall(".//*[@class='am-regions']//path")}
    faded = {path.get("id") for path in root.findall(".//*[@class='am-regions']/g[@fill-opacity]/path")}
    assert every - faded == {"DED21", "DED51"}
    assert faded
    assert "FRF11" not in every


def test_the_legend_names_classes_means_and_the_signs_that_occur_in_constant_order() -> None:
    rows = {"DE211": row("DE211", 12.0, "u"), "DED21": row("DED21", None, "c"), "DED51": row("DED51", 0.0)}
    html = legend(draw(rows), KEY)
    spoken = re.findall(r'am-spoken">([^<]*)', html)
    assert spoken == [
        "unter 5",
        "5 bis unter 10",
        "10 bis unter 15",
        "15 bis unter 20",
        "20 bis unter 25",
        "25 und mehr",
    ]
    assert re.findall(r"<span data-mean=\"..\" data-sign=\".\">([^<]*)", html) == [
        "▲ Deutschland 12,5 %",
        "△ Frankreich 9 %",
    ]
    assert 'data-mean="DE" data-sign="▲" style="left:41.7%"' in html  # the middle of the third of six classes
    signs = re.findall(r'<li data-k="(.)"( hidden)?>', html)
    assert [key for key, _ in signs] == ["c", "m", "z", "0", "u", "a"]
    assert [key for key, hidden in signs if not hidden] == ["c", "m", "0", "u"]


def test_one_bar_for_a_joint_scale_two_for_two() -> None:
    """Rule 2: where the countries are not comparable each has its own scale, and the legend says whose it is."""
    joint = legend(draw({}), KEY)
    assert joint.count('class="am-scale"') == 1
    assert "am-scale-name" not in joint
    apart = replace(draw({}), scales={"DE": RATE, "FR": Scale("classes", (1.0, 2.0, 3.0))})
    html = legend(apart, KEY)
    assert re.findall(r'am-scale-name">([^<]*)', html) == ["Deutschland", "Frankreich"]
    assert html.count("data-mean") == 4


@pytest.mark.parametrize("measure", [None, COUNT, GAP])
def test_a_legend_brings_the_hatchings_that_it_shows_and_no_other(measure: object) -> None:
    """Each slice has one, and at most 15 kB."""
    html = legend(draw({}) if measure is None else draw({}, measure), KEY)  # type: ignore[arg-type]
    assert set(re.findall(r'<pattern id="([^"]+)"', html)) == set(re.findall(r"url\(#([^)]+)\)", html))


def test_circle_legend_shows_round_values_in_the_maps_own_size() -> None:
    html = legend(draw({}, COUNT), KEY)
    sizes = re.findall(r'data-r="([\d.]+)".*?<span>([^<]*)', html)
    assert [value for _, value in sizes] == ["200", "100", "20", "5", "1"]
    assert float(sizes[0][0]) == pytest.approx(45 * (200 / 400) ** 0.5, abs=0.01)
    assert "am-classes" not in html


def test_a_diverging_legend_uses_the_diverging_colours() -> None:
    assert re.findall(r'<i class="(\w+)"', legend(draw({}, GAP), KEY)) == [f"d{i}" for i in range(6)]


def test_the_script_keeps_its_budget() -> None:
    assert len((ASSETS / "map.js").read_bytes()) < 10_000
