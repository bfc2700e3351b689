"""The displays in the browser: the script shows what the server draws; the control works by key and without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from test_access import violations
from test_address import differing
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"
GDP = "context_gdp_per_inhabitant_eur"
#: lang, the display, then the steps a reader takes with it: (control, value).
WALKS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("de", "view=gap", [("region", "DED"), ("period", "2020")]),
    ("fr", "view=gap&classes=5", [("level", "nuts3"), ("period", "2018")]),
    ("en", "view=change&from=2022", [("level", "nuts3"), ("region", "FRK26"), ("period", "2023")]),
    ("de", "view=change&from=2018&indicator=context_population_count", [("drill", "DE2"), ("period", "2020")]),
    ("fr", "view=sure", [("drill", "FRK"), ("level", "nuts3"), ("period", "2019")]),
    ("de", "view=sure&indicator=jobs_it_employees_per_1000", [("level", "nuts3"), ("period", "2020")]),
    ("en", "scale=jenks&classes=7", [("drill", "DE2"), ("level", "nuts3")]),
    ("fr", "scale=continuous", [("level", "nuts2"), ("period", "2017")]),
    ("de", "scale=own:5,10,20", [("period", "2019")]),
    ("fr", f"against={GDP}", [("level", "nuts3"), ("period", "2019"), ("region", "FRK26")]),
]


def walk(v: Visit, steps: list[tuple[str, str]]) -> None:
    """Take a reader's steps; none of them asks for a document."""
    for control, value in steps:
        if control == "level":
            v.level(value)
        elif control == "region":
            v.region(value)
        elif control == "drill":
            v.region(value)
            v.page.locator(f"#card a[data-drill='{value}']").click()
            v.at_state(within=value)
        else:
            v.slide(v.page.evaluate("(period) => Atlas.slice.periods.indexOf(period)", value))
            v.at_state(period=value)


@pytest.mark.parametrize(("lang", "display", "steps"), WALKS, ids=[w[1] for w in WALKS])
def test_what_the_script_paints_is_what_the_server_draws(
    visit: Visits, lang: str, display: str, steps: list[tuple[str, str]]
) -> None:
    """Drawings, sentences, title, table, legend with its counts: by moving, from the server, and after scripts."""
    v = visit(f"/{lang}/map?{display}").dash().ready()
    walk(v, steps)
    assert len([request for request in v.requests if request.resource_type == "document"]) == 1
    reached, path = v.shown(), v.page.url.removeprefix(v.at)
    drawn = visit(path, java_script_enabled=False)
    assert drawn.status == 200
    served = drawn.shown()
    served["pickedRow"] = reached["pickedRow"]  # marked by script alone
    assert not (found := differing(reached, served)), f"{path}\n{json.dumps(found, ensure_ascii=False, indent=1)}"
    opened = visit(path).ready().shown()
    assert not (found := differing(reached, opened)), f"{path}\n{json.dumps(found, ensure_ascii=False, indent=1)}"
    assert reached["subtitle"].count(",") >= 3


@pytest.mark.parametrize(("lang", "scheme"), [("de", "light"), ("fr", "dark"), ("en", "light")])
def test_the_control_works_by_keyboard_and_has_no_violation(visit: Visits, lang: str, scheme: str) -> None:
    v = visit(f"/{lang}/map", color_scheme=scheme).dash().ready()
    before = v.shown()
    summary = v.page.locator("#display summary")
    summary.focus()
    v.press("Enter")
    expect(v.page.locator("#display-menu")).to_be_visible()
    assert violations(v) == []
    v.press("Escape")
    expect(v.page.locator("#display-menu")).not_to_be_visible()
    assert v.page.evaluate("document.activeElement.closest('#display') !== null"), "the focus is not lost"
    v.press("Enter", "Tab", "Tab", "Enter")  # value, gap
    v.at_state(view="gap")
    v.dash().ready()
    gap = v.shown()
    assert gap["title"] != before["title"]
    assert {kind[0][0] for kind in gap["map"].values()} <= {"d", "m"}
    assert violations(v) == []
    v.page.go_back()
    v.ready().at_state(view="")
    assert v.shown()["map"] == before["map"], "Back leads to the usual map"


@pytest.mark.parametrize(
    ("display", "scheme"),
    [(f"against={GDP}&level=nuts3", "light"), (f"against={GDP}", "dark"), ("view=change&from=2023", "dark"),
     ("scale=continuous", "light"), ("view=sure&indicator=jobs_it_employees_per_1000", "light")],
)  # fmt: skip
def test_no_display_has_a_violation_or_scrolls_sideways_on_a_phone(visit: Visits, display: str, scheme: str) -> None:
    v = visit(f"/de/map?{display}", viewport={"width": 390, "height": 844}, color_scheme=scheme).dash().ready()
    assert v.page.evaluate("document.documentElement.scrollWidth") <= 390
    v.page.locator("#display summary").click()
    assert v.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(v) == []


def test_the_menu_follows_the_state_that_the_script_reached(visit: Visits) -> None:
    v = visit("/fr/map").dash().ready()
    v.level("nuts3")
    v.slide(3)
    v.at_state(period="2019")
    with v.page.expect_response("**/slice/menu.json*"):
        v.page.locator("#display summary").click()
    link = v.page.locator("#view-choices a[data-view=sure]")
    expect(link).to_have_attribute("href", f"/fr/map?indicator={WEB}&period=2019&level=nuts3&view=sure")
    link.click()
    v.at_state(view="sure", level="nuts3", period="2019")


def test_forms_work_without_scripts_and_another_indicator_keeps_the_display(visit: Visits) -> None:
    v = visit("/en/map?period=2022", java_script_enabled=False)
    v.page.locator("#display summary").click()
    v.page.locator("#display-limits").fill("5; 7,5; 10")
    v.page.locator("#display-limits").press("Enter")
    assert v.state == {"indicator": WEB, "period": "2022", "level": "land", "limits": "5; 7,5; 10"}
    assert v.shown()["legend"][1:4] == ["5.0", "7.5", "10.0"]
    v.page.locator("#display summary").click()
    v.page.locator("#display-against").select_option(GDP)
    v.page.locator("form:has(#display-against) button").click()
    assert v.page.locator(".am-square").count() == 1
    live = visit("/de/map?view=sure").dash().ready()
    live.pick("adoption_firms_ai_type_pct")
    live.ready().at_state(view="sure", indicator="adoption_firms_ai_type_pct")
    assert live.page.locator("#table th.shown").count() == 1


def test_a_level_without_the_display_is_explained_by_the_page(visit: Visits) -> None:
    """The script asks in vain, and lets the page say why."""
    v = visit("/en/map?view=gap&region=DED", expected="404").dash().ready()
    v.page.evaluate("setTimeout(() => Atlas.go({ level: 'country', region: '' }))")
    v.page.locator("#notices p").wait_for()
    assert "needs regions below the country" in v.page.locator("#notices").inner_text()


def test_the_tooltip_says_what_is_shown_and_why_a_figure_is_doubted(visit: Visits) -> None:
    v = visit("/en/map?view=gap&level=nuts3").dash().ready()
    code = v.page.evaluate("Object.values(Atlas.drawn).find((f) => f.flag === 'a').code")
    tip = v.page.evaluate("(code) => Atlas.panel.tip(code)", code)
    assert "suspected artefact" in tip
    assert "against Germany" in tip or "against France" in tip
    reason = v.page.evaluate("(code) => Atlas.reason(Atlas.drawn[code])", code)
    assert reason
    assert reason[:40] in tip.replace("&amp;", "&")
    title = v.page.locator(f"#table tr[data-c='{code}'] abbr").get_attribute("title")
    assert title == f"suspected artefact: {reason}"
