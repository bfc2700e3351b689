"""At 390 px: nothing wider than the screen, tapping works, targets are large enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from visits import Visit

Visits = Callable[..., Visit]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATHS = [
    "/de/map",
    "/fr/map?indicator=adoption_firms_ai_type_pct&level=nuts3&within=FRK&region=FRK26",
    "/en/map?indicator=funding_inov_ai_grants_eur",
    "/de/data",
    "/de/hub",
    "/fr/hub/oberrhein",
    "/fr/indicator/adoption_firms_ai_web_pct",
    "/de/nowhere",
]
#: Links and controls that one can tap; inline links in running text and hidden ones are exempt (WCAG 2.2, 2.5.8).
SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")].filter((e) => {
  const box = e.getBoundingClientRect(), inline = getComputedStyle(e).display === "inline";
  const seen = e.checkVisibility({visibilityProperty: true}) && !e.closest(".unseen") && box.left > -900;
  return seen && !inline && box.width > 1.5 && Math.min(box.width, box.height) < 24;
}).map((e) => e.outerHTML.slice(0, 90) + " " + JSON.stringify(e.getBoundingClientRect()))"""
#: Inline links may be small where their neighbours are 24 px away: two centres closer than that make a slip.
CLOSE = """() => {
  const links = [...document.querySelectorAll("header a, header button, nav a, #table a, .time button")]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().left > -900)
    .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
    .map(([text, b]) => [text, b.x + b.width / 2, b.y + b.height / 2, Math.min(b.width, b.height)]);
  return links.filter(([text, x, y, side]) => side < 24 && links.some(([other, u, v]) =>
    other !== text && Math.hypot(x - u, y - v) < 24)).map((l) => l.join(" "));
}"""


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_the_screen_and_targets_are_large_enough(visit: Visits, path: str) -> None:
    v = visit(path, expected="404", **PHONE)
    if "/map" in path:
        v.dash().ready()
    assert v.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert v.page.evaluate("innerWidth") == 390, "the page is not zoomed out to fit something wider"
    assert v.page.evaluate(SMALL) + v.page.evaluate(CLOSE) == []


def test_a_tap_selects_and_a_second_one_drills(visit: Visits) -> None:
    v = visit("/fr/map", **PHONE).dash().ready()
    v.page.touchscreen.tap(*v.spot("FRK"))
    v.at_state(region="FRK")
    assert v.page.locator("#card h2").inner_text() == "Auvergne-Rhône-Alpes"
    v.page.touchscreen.tap(*v.spot("FRK"))
    v.at_state(within="FRK")
    assert v.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_picker_opens_within_the_screen(visit: Visits) -> None:
    v = visit("/de/map", **PHONE).dash().ready()
    v.page.locator("#picker summary").tap()
    box = v.page.locator("#picker .panel").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    v.page.locator("#picker-search").fill("patente")
    assert v.page.locator("#picker-empty").is_visible() or v.page.locator("#picker li:visible").count()
    v.page.locator("#picker-search").fill("Bruttoinlandsprodukt")
    v.page.locator("#picker li a:visible").first.tap()
    v.page.wait_for_function("() => location.search.includes('indicator=context_gdp')")
    assert v.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_menu_opens_from_a_button_without_any_script(visit: Visits) -> None:
    v = visit("/fr/data", **PHONE, java_script_enabled=False)
    links = v.page.locator("#menu a")
    assert links.count() >= 3
    assert not links.first.is_visible()
    v.page.locator("button.menu").tap()
    assert links.first.is_visible()
    v.page.get_by_role("link", name="Carte", exact=True).tap()
    v.page.wait_for_url("**/fr/map")
