"""The box for finding a place: by keyboard, by finger, without scripts; script and server find the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_access import violations
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"
TEXTS = [
    "leip",
    "München",
    "muenchen",
    "straß",
    "67",
    "67482",
    "14713",
    "DE-SN",
    "saxe",
    "bas rhin",
    "frankfurt",
    "L'Haÿ",
    "zz",
]


@pytest.mark.parametrize(
    ("lang", "said"), [("de", "Leipzig (Stadt): "), ("fr", "Leipzig (ville): "), ("en", "Leipzig (city): ")]
)
def test_leipzigs_value_by_keyboard_alone(visit: Visits, lang: str, said: str) -> None:
    """Four letters and Enter: its value is spoken, on the card, on the map; Back leads to where one came from."""
    v = visit(f"/{lang}/map").settled()
    v.page.locator("#find-text").focus()
    v.page.keyboard.type("leip")
    option = v.page.locator("#find-list [aria-selected=true]")
    option.wait_for()
    assert v.page.locator("#find-text").get_attribute("aria-activedescendant") == option.get_attribute("id")
    v.press("Enter")
    v.at_state(region="DED51", level="nuts3", within="DED")
    v.page.wait_for_function("(said) => document.getElementById('announce').textContent.startsWith(said)", arg=said)
    assert "%" in v.page.locator("#card .big").inner_text()
    assert v.shown()["picked"] == ["DED51"]
    assert v.page.evaluate("document.activeElement.id") == "find-text", "the focus stays where the reader is"
    assert not v.page.locator("#find-list").is_visible()
    v.page.go_back()
    v.at_state(region="", level="")


def test_the_arrows_choose_and_escape_closes(visit: Visits) -> None:
    v = visit("/de/map").settled()
    v.page.locator("#find-text").focus()
    v.page.keyboard.type("leipzig")
    v.page.locator("#find-list li").nth(2).wait_for()
    v.press("Escape")
    assert not v.page.locator("#find-list").is_visible()
    assert v.page.locator("#find-text").get_attribute("aria-expanded") == "false"
    v.press("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp")
    v.page.locator("#find-2[aria-selected=true]").wait_for()
    assert violations(v) == []
    v.press("Enter")
    v.at_state(region="DED5", level="nuts2")


def test_a_place_without_figures_leads_to_the_region_around_it(visit: Visits) -> None:
    v = visit("/de/map?indicator=adoption_firms_ai_ikt_pct").settled()
    v.page.locator("#find-text").fill("Leipzig (Stadt)")
    v.page.locator("#find-list li").first.click()
    v.at_state(region="DED", level="land")
    said = v.page.locator("#announce").text_content() or ""
    assert "keine Angaben für Leipzig (Stadt)" in said
    assert "Ausgewählt: Sachsen." in said


def test_a_tap_on_a_phone(visit: Visits) -> None:
    v = visit("/fr/map", viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark").settled()
    v.page.locator("#find-text").tap()
    v.page.keyboard.type("strasb")
    v.page.locator("#find-list li").first.tap()
    v.at_state(region="FRF11", level="nuts3", within="FRF")
    assert v.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert v.page.locator("#card h2").inner_text() == "Bas-Rhin"
    assert v.page.evaluate("document.getElementById('card').getBoundingClientRect().top") < 844


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_script_and_server_find_the_same(visit: Visits, lang: str) -> None:
    v = visit(f"/{lang}/map").settled()
    plain = visit("", java_script_enabled=False)
    for text in TEXTS:
        mine = v.page.evaluate("(text) => document.getElementById('find').search(text)", text)
        plain.page.goto(f"{v.at}/{lang}/find?q={text}&indicator={WEB}")
        theirs = plain.page.locator(".found li strong").all_inner_texts() if mine else []
        assert theirs == [place["name"] for place in mine][:30], text
        for place, link in list(zip(mine, plain.page.locator(".found a[href*='/map?']").all(), strict=False))[:3]:
            way = v.page.evaluate("(code) => document.getElementById('find').reach(code)", place["region"])
            href = link.get_attribute("href") or ""
            assert f"region={way['region']}" in href
            assert (f"within={way['within']}" in href) == bool(way["within"])


def test_without_scripts_the_form_leads_to_a_page(visit: Visits) -> None:
    v = visit(f"/de/map?indicator={WEB}", java_script_enabled=False)
    v.page.locator("#find-text").fill("Nürnberg")
    v.page.locator("#find button").click()
    assert "q=N" in v.page.url
    v.page.locator(".found a[href*='/map?']").first.click()
    assert v.state["region"] == "DE254"
    assert v.state["indicator"] == WEB


@pytest.mark.parametrize(
    ("lang", "query", "words"),
    [
        ("de", "", "Ort finden"),
        ("de", "?q=Lepizig", "Ähnlich geschrieben"),
        ("fr", "?q=%3Cscript%3Ealert(1)%3C/script%3E", "Lieux pour"),
        ("en", "?q=" + "x" * 3000 + "&indicator=nothing", "Nothing found."),
        ("en", "?q=%00%01", "Find a place"),
    ],
)
def test_the_page_answers_calmly_and_axe_finds_nothing(visit: Visits, lang: str, query: str, words: str) -> None:
    v = visit(f"/{lang}/find{query}").dash()
    assert v.status == 200
    assert words in v.page.locator("main").inner_text()
    assert violations(v) == []
