"""Lines at the border, breakdowns and paper, in the browser: they follow the view, in three languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from test_access import violations
from visits import Visit

Visits = Callable[..., Visit]
ROLE = "adoption_firms_ai_role_pct"


@pytest.mark.parametrize(("lang", "words"), [("de", "Sprünge"), ("fr", "écarts"), ("en", "steps")])
def test_lines_at_the_border_follow_the_view(visit: Visits, lang: str, words: str) -> None:
    """Chosen by keyboard; another period, another level; Back; the same as the server draws for that address."""
    v = visit(f"/{lang}/map").settled()
    v.page.locator("a[data-lines=border]").focus()
    v.press("Enter")
    v.at_state(lines="border")
    v.page.locator(".am-steps .am-step").nth(2).wait_for(state="attached")
    assert words in v.page.locator("#lines").inner_text()
    v.level("nuts2")
    v.page.locator(".am-steps .am-step").nth(4).wait_for(state="attached")
    with v.page.expect_response(lambda answer: "/part/steps.json" in answer.url):
        v.slide(3)
    v.page.wait_for_timeout(200)  # the answer is being drawn
    live = v.page.locator(".am-steps").evaluate("(g) => g.innerHTML")
    plain = visit(v.page.url.removeprefix(v.at), java_script_enabled=False)
    again = plain.page.locator(".am-steps").evaluate("(g) => g.innerHTML")
    assert live == again
    assert violations(v) == []
    v.page.locator("a[data-lines='']").click()
    v.at_state(lines="")
    v.page.wait_for_function("!document.querySelector('.am-steps').firstChild")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_breakdown_follows_the_picked_region(visit: Visits, scheme: str) -> None:
    v = visit("/de/map", color_scheme=scheme).settled()
    assert v.page.locator("#breakdown table").count() == 0
    v.pick(ROLE)
    v.page.locator("#breakdown table").wait_for()
    assert "ergeben zusammen nicht 100" in v.page.locator("#breakdown").inner_text()
    v.region("DED")
    v.page.locator("#breakdown th", has_text="● Sachsen").wait_for()
    assert violations(v) == []
    v.page.set_viewport_size({"width": 390, "height": 844})
    assert v.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/de/map?region=FRF", "Grand Est"), ("/fr/map?level=nuts3&region=FRF11&lines=border", "Bas-Rhin")],
)
def test_the_map_on_paper_is_one_page_with_map_legend_table_and_source(visit: Visits, path: str, shown: str) -> None:
    v = visit(path, color_scheme="dark").settled()
    paper = v.page.pdf(prefer_css_page_size=True, print_background=True)
    assert re.findall(rb"/Type\s*/Pages.*?/Count (\d+)", paper, re.S) == [b"1"]
    width, height = map(float, re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper)[0])
    assert (round(width), round(height)) == (842, 595), "A4 across"
    v.page.emulate_media(media="print")
    text = v.page.locator("body").inner_text()
    assert shown in text
    assert v.page.url in text, "the address"
    assert v.page.locator("#table tbody tr:visible").count() in (20, 21)
    for part in (".am-svg", "#legend .am-classes", ".foot", "#title", "#table tr.picked"):
        assert v.page.locator(part).is_visible(), part
    for part in ("header.site", "#find", "#picker", "#time", ".am-zoom", "#chart-section"):
        assert not v.page.locator(part).is_visible(), part
