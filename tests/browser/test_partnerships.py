"""The page of partnerships for everybody: pointer, keyboard, no scripts, phone, dark, axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_access import violations
from visits import Visit

Visits = Callable[..., Visit]
VIEWS = {
    "picked": ("/de/partnerships?show=sap-mistral", "light", 1280),
    "dark phone": ("/fr/partnerships", "dark", 390),
    "nothing found": ("/en/partnerships?region=FRY4", "light", 390),
}


@pytest.mark.parametrize("name", VIEWS)
def test_no_violation_and_nothing_scrolls_sideways(visit: Visits, name: str) -> None:
    path, scheme, width = VIEWS[name]
    v = visit(path, color_scheme=scheme, viewport={"width": width, "height": 844})
    v.page.evaluate("document.querySelectorAll('#partnerships details').forEach((one) => { one.open = true; })")
    assert violations(v) == []
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_map_and_list_point_at_each_other(visit: Visits) -> None:
    v = visit("/en/partnerships")
    arc = v.page.locator("a.pm-arc[data-partnership=sap-mistral]")
    row = v.page.locator("tr[data-partnership=sap-mistral]")
    arc.focus()
    assert "near" in (row.get_attribute("class") or ""), "the entry is shown while the arc has the focus"
    v.press("Enter")
    assert v.page.url.endswith("/en/partnerships?show=sap-mistral#sap-mistral")
    assert row.get_attribute("aria-current") == arc.get_attribute("aria-current") == "true"
    assert v.page.evaluate("document.activeElement.id") == "sap-mistral"
    assert "SAP (Walldorf) – Mistral AI (Paris)" in v.page.locator("#pm-said").inner_text()
    v.page.locator("a[data-show=charite-gr-owkin]").click()
    assert v.page.evaluate("document.activeElement.dataset.partnership") == "charite-gr-owkin"
    assert v.page.locator("a.pm-arc[aria-current]").count() == 1
    assert len([url for url in v.urls if "/en/partnerships" in url]) == 1, "nothing was loaded again"


def test_it_works_without_scripts(visit: Visits) -> None:
    v = visit("/de/partnerships", java_script_enabled=False)
    v.page.locator("select[name=kind]").select_option("fr")
    v.page.locator(".pm-choice button").click()
    assert v.state["kind"] == "fr"
    assert v.page.locator("tr[data-partnership]").count() == 1
    v.page.locator(".pm-choice a").click()
    assert v.page.locator("tr[data-partnership]").count() == 18
    v.page.locator("tr#sap-mistral a[data-show]").click()
    assert v.page.locator("tr#sap-mistral").get_attribute("aria-current") == "true"
    v.page.locator("a.pm-place[aria-label^=Leipzig]").focus()
    v.press("Enter")
    v.page.wait_for_url("**region=DED51**")
    assert v.page.locator("tr[data-partnership]").count() == 3


def test_every_arc_and_place_is_a_stop_that_speaks(visit: Visits) -> None:
    v = visit("/fr/partnerships")
    stops = v.page.locator(".pm-svg a")
    labels = [stop.get_attribute("aria-label") or "" for stop in stops.all()]
    assert len(labels) > 30
    assert all(len(label) > 8 for label in labels)
    v.page.locator(".skip-map").focus()
    v.press("Tab")
    assert v.page.evaluate("document.activeElement.closest('.pm-svg') !== null")


@pytest.mark.parametrize(("lang", "scheme", "width"), [("de", "light", 1280), ("fr", "dark", 390)])
def test_the_page_on_small_firms_has_no_violation(visit: Visits, lang: str, scheme: str, width: int) -> None:
    v = visit(f"/{lang}/firms", color_scheme=scheme, viewport={"width": width, "height": 844})
    assert violations(v) == []
    assert v.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
