"""Comparing regions in a browser: by form, by keyboard, on a phone, without scripts; maps that move together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from test_access import violations
from test_budgets import weight
from visits import Visit

Visits = Callable[..., Visit]
PAIR = "compare/DED+FRF"
PHONE = {"width": 390, "height": 844}
#: The view of each map as a share of its whole.
SHARES = """() => [...document.querySelectorAll("[data-maps] .am-svg")].map((svg) => {
  const [x, y, w] = svg.getAttribute("viewBox").split(" ").map(Number);
  const [bx, by, bw] = svg.dataset.base.split(" ").map(Number);
  return [(x - bx) / bw, (y - by) / bw, w / bw].map((n) => Math.round(n * 1000));
})"""


@pytest.mark.parametrize(
    ("path", "context"),
    [
        (f"/de/{PAIR}", {}),
        (f"/fr/{PAIR}+DEG+FR1?maps=indicators", {"color_scheme": "dark", "viewport": PHONE}),
        ("/en/compare/DE212+FR101", {"viewport": PHONE}),
        ("/fr/compare/DED", {"color_scheme": "dark"}),
    ],
)
def test_a_comparison_has_no_violation_and_no_sideways_scroll(
    visit: Visits, path: str, context: dict[str, Any]
) -> None:
    v = visit(path, **context).dash()
    for summary in v.page.locator(".apart summary, .charts summary").all()[:2]:
        summary.click()
    assert violations(v) == []
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_regions_are_compared_by_keyboard_alone(visit: Visits) -> None:
    """From the form to the comparison, to a third region, to the year before."""
    v = visit("/de/compare").dash()
    v.page.locator("#region-a").focus()
    v.page.keyboard.type("Sachsen")
    v.press("Tab")
    v.page.keyboard.type("Grand Est")
    v.press("Enter")
    v.page.wait_for_url("**/de/compare/DED+FRF")
    v.dash().page.locator("#region-a").focus()
    v.page.keyboard.type("Thüringen")
    v.press("Enter")
    v.page.wait_for_url("**/de/compare/DED+FRF+DEG")
    assert v.dash().page.locator("h1").inner_text() == "Sachsen, Grand Est und Thüringen im Vergleich"
    assert v.page.locator("[data-maps] [data-map]").count() == 3


def test_it_all_stands_there_without_scripts(visit: Visits) -> None:
    v = visit(f"/fr/{PAIR}", java_script_enabled=False)
    assert v.page.locator(".compared .whiskers").count() > 5
    assert v.page.locator(".charts .lines").count() > 3
    assert v.page.locator("[data-maps] .am-regions path").count() > 20
    v.page.locator("#period").select_option("2019")
    v.page.locator(".years button").click()
    assert v.state["period"] == "2019"
    assert "2019" in v.page.locator("#adoption_firms_ai_web_pct th").inner_text()
    v.page.locator("a[data-maps=periods]").click()
    v.page.locator("#maps-m1").select_option("2016")
    v.page.locator("#maps-m2").select_option("2020")
    v.page.locator(".choose button").click()
    assert v.page.locator("[data-maps] figcaption").all_inner_texts() == ["2016", "2020"]


def test_maps_zoom_together(visit: Visits) -> None:
    """By button, by key, from whichever map; also those of different places."""
    for path in (f"/de/{PAIR}", f"/de/{PAIR}?maps=periods&m1=2016&m2=2018&m3=2020&m4=2024"):
        v = visit(path).dash()
        maps = v.page.locator("[data-maps] [data-map]")
        start = v.page.evaluate(SHARES)
        assert start == [[0, 0, 1000]] * maps.count()
        maps.nth(1).locator("[data-zoom='1.6']").click()
        v.page.wait_for_function(f"({SHARES})().every(([, , width]) => width < 700)")
        near = v.page.evaluate(SHARES)
        assert len({tuple(each) for each in near}) == 1
        maps.first.locator("path[tabindex='0']").focus()
        v.press("+")
        v.page.wait_for_function(f"({SHARES})().every(([, , width]) => width < 450)")
        assert len({tuple(each) for each in v.page.evaluate(SHARES)}) == 1
        maps.last.locator("[data-zoom='0']").click()
        v.page.wait_for_function(f"({SHARES})().every(([, , width]) => width === 1000)")


def test_a_region_pointed_at_or_focused_is_named_under_each_map(visit: Visits) -> None:
    v = visit(f"/de/{PAIR}?maps=periods&m1=2016&m2=2024").dash()
    maps = v.page.locator("[data-maps] [data-map]")
    maps.first.scroll_into_view_if_needed()
    maps.first.locator("path[data-c=DE2]").hover()
    said = v.page.locator(".said").all_inner_texts()
    assert len(set(said)) == 2, "another year, another value"
    assert all(text.startswith("Bayern: ") for text in said)
    assert v.page.locator("path.met").count() == 2
    v.page.mouse.move(5, 5)
    maps.last.locator("path[tabindex='0']").focus()
    v.press("ArrowRight")
    code = v.focused()
    assert code
    assert v.page.locator(f"path.met[data-c={code}]").count() == 2
    assert len(set(v.page.locator(".said").all_inner_texts())) == 2


@pytest.mark.parametrize(
    "path", [PAIR, f"{PAIR}+DEG+FR1", "compare/DE212+FR101?maps=periods&m1=2016&m2=2018&m3=2020&m4=2024", "compare"]
)
@pytest.mark.parametrize("lang", ["de", "fr"])
def test_the_document_is_light(server: str, lang: str, path: str) -> None:
    assert weight(f"{server}/{lang}/{path}", "br") <= 150_000
