"""The pages of programmes for everybody: no scripts, keyboard, phone, dark, print, axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_access import violations
from visits import Visit

Visits = Callable[..., Visit]
VIEWS = {
    "list": ("/de/programmes", "light", 1280),
    "dark phone": ("/fr/programmes?region=DEA&show=jobs.direct.jobs&sort=-amount", "dark", 390),
    "nothing found": ("/en/programmes?region=DEA&kind=event&report=overdue", "light", 390),
    "programme": ("/en/programme/zakid", "light", 1280),
    "programme, dark phone": ("/de/programme/by-hta-ki", "dark", 390),
    "programme without figures": ("/fr/programme/5standorte", "light", 390),
}


@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(visit: Visits, name: str) -> None:
    path, scheme, width = VIEWS[name]
    v = visit(path, color_scheme=scheme, viewport={"width": width, "height": 844})
    v.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    assert violations(v) == []
    assert v.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_reader_without_scripts_filters_sorts_and_opens_one(visit: Visits) -> None:
    v = visit("/de/programmes", java_script_enabled=False)
    v.page.select_option("select[name=region]", "DEA")
    v.page.select_option("select[name=report]", "none")
    v.page.click(".pg-choice button")
    v.page.wait_for_url("**region=DEA&**")
    before = v.page.locator("tr[data-programme]").count()
    v.page.click("th.amount a")
    v.page.wait_for_url("**sort=-amount**")
    assert "region=DEA" in v.page.url, "the choice is kept"
    assert v.page.locator("tr[data-programme]").count() == before
    assert v.page.locator("th.amount").get_attribute("aria-sort") == "descending"
    v.page.click("tr[data-programme=zakid] th a")
    v.page.wait_for_url("**/de/programme/zakid")
    assert v.page.locator(".pg-bar.empty").count() == 3


def test_circles_are_reached_and_opened_by_keyboard(visit: Visits) -> None:
    v = visit("/en/programmes?show=jobs.indirect.jobs")
    circle = v.page.locator("a.pg-circle[data-programme=zakid]")
    assert "500 jobs; no report yet" in (circle.get_attribute("aria-label") or "")
    circle.focus()
    v.page.keyboard.press("Enter")
    v.page.wait_for_url("**/en/programme/zakid")


def test_on_paper_there_is_no_form_and_the_bars_stay(visit: Visits) -> None:
    v = visit("/fr/programmes?region=DEA")
    v.page.emulate_media(media="print")
    assert not v.page.locator(".pg-choice").is_visible()
    assert v.page.locator(".pg-bar.empty").first.is_visible()
