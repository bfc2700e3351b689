"""The region page for everybody: no violation, no sideways scroll, one printed page, no scripts needed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from test_access import violations
from visits import Visit

Visits = Callable[..., Visit]
VIEWS = {
    "city": ("/de/region/DED51", "light", 1280),
    "dark région on a phone": ("/fr/region/FRF", "dark", 390),
    "country": ("/en/region/DE", "light", 390),
    "all regions": ("/de/region", "dark", 1280),
}


@pytest.mark.parametrize("name", VIEWS)
def test_no_violation_and_nothing_scrolls_sideways(visit: Visits, name: str) -> None:
    path, scheme, width = VIEWS[name]
    v = visit(path, color_scheme=scheme, viewport={"width": width, "height": 844})
    v.page.wait_for_load_state("networkidle")
    v.page.evaluate("document.querySelectorAll('#region details').forEach((one) => { one.open = true; })")
    assert violations(v) == []
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_needs_no_scripts_and_leads_everywhere(visit: Visits) -> None:
    """From the list to a Land, its neighbour, a comparison, the map."""
    v = visit("/en/region", java_script_enabled=False)
    v.page.locator("#region").get_by_role("link", name="Saxony", exact=True).click()
    assert v.page.url.endswith("/en/region/DED")
    assert v.page.locator("svg.locator .here").count() == 1
    assert v.page.locator("svg.sparkline").count() > 5
    v.page.locator(".where").get_by_role("link", name="Thuringia").click()
    assert v.page.locator("h1").inner_text() == "Thuringia"
    v.page.locator(".actions").get_by_role("link", name="Show on the map").click()
    assert v.shown()["picked"] == ["DEG"]
    v.page.locator("#card .more a").click()
    assert v.page.url.endswith("/en/region/DEG")
    assert v.page.locator(".more-here a[href*='/en/compare/DEG+']").count() == 3


def test_a_region_prints_on_one_page(visit: Visits) -> None:
    v = visit("/de/region/DED51")
    v.page.wait_for_load_state("networkidle")
    assert v.page.locator("h1").inner_text() == "Leipzig (Stadt)"
    assert len(re.findall(rb"/Type\s*/Page\b", v.page.pdf(format="A4"))) == 1
