"""axe-core finds nothing against WCAG 2.0 to 2.2 A and AA; light and dark are both readable and remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from axe_record import note, target
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

#: Rows beyond the thirtieth of a table or list are written by the same code; contrast is costly to look at.
ALIKE = {"exclude": [["tbody tr:nth-child(n+31)"], ["li:nth-child(n+31)"]]}


def violations(v: Visit, within: str = "") -> list[tuple[str, str, str]]:
    """(rule, element, why) of what axe finds on the page, or within one of its elements."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    response: dict[str, Any] = Axe().run(v.page, within or ALIKE, options=options).response
    assert response["passes"], "axe has looked"
    if target() and not within:
        note(v.page, response)
    return [
        (found["id"], node["html"][:160], node["failureSummary"].splitlines()[-1][:200])
        for found in response["violations"]
        for node in found["nodes"][:3]
    ]


VIEWS = {
    "land": "/de/map",
    "dark land": "/fr/map",
    "nuts3 within a region": f"/fr/map?indicator={WEB}&level=nuts3&within=FRK&region=FRK26",
    "dark nuts3 with a region": f"/de/map?indicator={WEB}&level=nuts3&region=DE212",
    "circles": "/en/map?indicator=funding_inov_ai_grants_eur&region=FR1",
    "dark circles": "/de/map?indicator=jobs_it_employees_count",
    "diverging": "/en/map?indicator=adoption_firms_ai_web_change_pp&region=DED",
    "countries only": "/fr/map?indicator=adoption_firms_ai_survey_pct",
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_map_page_has_no_violation(visit: Visits, name: str) -> None:
    """With and without scripts' chart on screen."""
    v = visit(VIEWS[name], color_scheme="dark" if "dark" in name else "light").dash().ready()
    if name in ("land", "dark land"):
        v.page.locator("#chart-section").scroll_into_view_if_needed()
        v.page.locator("#series .js-plotly-plot .scatterlayer").wait_for()
    assert violations(v) == []


def test_the_open_picker_has_no_violation(visit: Visits) -> None:
    for lang, scheme in (("de", "dark"), ("fr", "light")):
        v = visit(f"/{lang}/map?indicator=adoption_firms_ai_type_pct", color_scheme=scheme).dash().ready()
        v.page.locator("#picker summary").click()
        assert violations(v, "#picker") == []
        v.page.locator("#picker-search").fill("zzzz")
        assert violations(v, "#picker") == []


def test_a_focused_region_with_its_tooltip_has_no_violation(visit: Visits) -> None:
    v = visit("/de/map?region=DED", viewport={"width": 390, "height": 844}).dash().ready()
    v.page.locator("#level-choices a").last.focus()
    while not v.focused():
        v.press("Tab")
    v.press("ArrowLeft")
    assert v.page.locator(".am-tip").is_visible()
    assert violations(v) == []


def test_light_and_dark_are_chosen_and_remembered(visit: Visits) -> None:
    v = visit("/de/map", color_scheme="light").dash().ready()

    def ground() -> str:
        return str(v.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    def ink() -> str:
        return str(v.page.evaluate("getComputedStyle(document.querySelector('path[data-c=DE3]')).fill"))

    light = ground(), ink()
    v.page.locator("#theme").click()
    dark = ground(), ink()
    assert dark[0] != light[0]
    assert violations(v) == []
    v.page.reload()
    assert (ground(), ink()) == dark, "remembered, before Dash is there"
    v.dash().ready()
    v.page.locator(".languages a[hreflang=fr]").click()
    v.dash().ready()
    assert ground() == dark[0]
    v.page.locator("#theme").click()
    assert (ground(), ink()) == light
    assert violations(v) == []
