"""Opening a page: it is there before any script, in its language, whole, and works without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from visits import Visit

Visits = Callable[..., Visit]
PAGES = {
    "map": {"de": "Regionen", "fr": "régions", "en": "regions"},
    "data/status": {"de": "Nächster Termin", "fr": "Prochaine échéance", "en": "Next due"},
    "api": {"de": "Adressen", "fr": "Adresses", "en": "Addresses"},
    "data": {"de": "Daten und Quellen", "fr": "Données et sources", "en": "Data and sources"},
    "partnerships": {"de": "6 von 18 genannt", "fr": "6 sur 18 nommés", "en": "6 of 18 named"},
    "programmes": {"de": "kein Bericht im Verzeichnis", "fr": "aucun compte rendu", "en": "no report in the ledger"},
    "programme/zakid": {"de": "noch kein Bericht", "fr": "pas encore de compte rendu", "en": "no report yet"},
    "brief/programme/zakid": {"de": "noch kein Bericht", "fr": "pas encore de compte rendu", "en": "no report yet"},
    "brief/hub/DED+FRF": {"de": "Zugesagt", "fr": "Promis", "en": "Promised"},
    "brief/region/DED": {"de": "Kennzahlen", "fr": "Chiffres clés", "en": "Key figures"},
    "firms": {"de": "Nach Größenklasse", "fr": "Par classe de taille", "en": "By size class"},
    "find": {"de": "Ort finden", "fr": "Trouver un lieu", "en": "Find a place"},
    "hub": {"de": "Ein eigenes Gebiet", "fr": "Composer son propre territoire", "en": "A territory of your own"},
    "hub/ki-hub-sachsen-thueringen": {"de": "Mittel aus 2 Regionen", "fr": "Moyenne de 2 régions", "en": "Mean of 2"},
    "compare": {"de": "Regionen vergleichen", "fr": "Comparer des régions", "en": "Compare regions"},
    "compare/DED+FRF": {"de": "signifikant", "fr": "significatif", "en": "significant"},
    "changed": {"de": "Seit welchem Tag", "fr": "Depuis quel jour", "en": "Choose the day"},
    "keynote": {"de": "Die Sammlung ist leer", "fr": "La sélection est vide", "en": "The tray is empty"},
    "keynote/present?v=region/DED": {"de": "Notizen", "fr": "Notes", "en": "Notes"},
    "indicator/adoption_firms_ai_web_pct": {"de": "Methode", "fr": "Méthode", "en": "Method"},
}


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_its_language(visit: Visits, page: str, lang: str) -> None:
    """html lang, its words, one heading, a title; what every visit is held to (no third party …) applies."""
    v = visit(f"/{lang}/{page}").dash()
    assert v.status == 200
    assert v.page.locator("html").get_attribute("lang") == lang
    heading = v.page.locator("h1")
    assert heading.count() == 1
    assert heading.inner_text().strip() in v.page.title(), "the title says what the page says"
    assert PAGES[page][lang] in v.page.locator("body").inner_text()
    assert v.page.locator(f".languages a[aria-current][hreflang={lang}]").count() == 1


def test_the_root_chooses_by_the_readers_language(visit: Visits) -> None:
    for locale, lang in (("fr-FR", "fr"), ("en-GB", "en"), ("de-AT", "de"), ("pl-PL", "de")):
        v = visit("/", locale=locale, java_script_enabled=False)
        assert v.page.url == f"{v.at}/{lang}/map"


def first(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_text_contents()]


@pytest.mark.parametrize(("lang", "leads"), [("de", "Höchstwert"), ("fr", "maximum"), ("en", "highest")])
def test_the_first_map_is_drawn_before_any_script(visit: Visits, lang: str, leads: str) -> None:
    v = visit(f"/{lang}/map", java_script_enabled=False)
    shown = v.shown()
    assert len(shown["map"]) == 34
    assert len(shown["table"]) == 34
    assert leads in shown["title"]
    assert f" – {shown['title']} · " in shown["head"]
    assert {"Berlin", "Île-de-France"} <= {row[2] for row in shown["table"]}
    fills = {kind for kind, _, _ in shown["map"].values()}
    assert len([kind for kind in fills if kind.startswith("q")]) >= 4, "regions have several colours"
    drawn = v.page.evaluate("""() => [...document.querySelectorAll(".am-regions path")]
        .map((p) => [getComputedStyle(p).fill, p.getBoundingClientRect().width])""")
    assert all(width > 0 for _, width in drawn)
    assert len({fill for fill, _ in drawn}) >= 4, "the colours arrive without scripts"
    assert not [url for url in v.urls if url.endswith(".json")], "figures are in the HTML, not fetched"


def test_links_work_without_scripts(visit: Visits) -> None:
    """Region, period, level, country, indicator, breakdown: all by plain links and forms."""
    v = visit("/de/map", java_script_enabled=False)
    v.page.locator("#table tr[data-c=DED] a").click()
    assert v.state["region"] == "DED"
    assert v.shown()["picked"] == ["DED"]
    assert v.page.locator("#card h2").inner_text() == "Sachsen"
    now = v.shown()["period"]
    v.page.locator("#period-steps a[rel=prev]").click()
    assert v.shown()["period"] == v.state["period"] == str(int(now) - 1)
    assert v.shown()["picked"] == ["DED"], "the region stays"
    v.page.locator("a[data-level=nuts3]").click()
    assert len(v.shown()["table"]) == 501
    v.page.locator("a[data-country=FR]").click()
    assert len(v.shown()["table"]) == 101
    v.page.locator("#picker summary").click()
    v.page.locator("a[data-indicator=adoption_firms_ai_type_pct]").click()
    v.page.locator("a[data-level=nuts2]").click()
    second = v.page.locator("#member option").nth(1)
    code, label = second.get_attribute("value"), second.inner_text()
    v.page.locator("#member").select_option(code)
    v.page.locator("#member-form button").click()
    assert (v.state["member"], v.state["level"]) == (code, "nuts2")
    assert v.shown()["member"] == label.strip()


def parts(v: Visit) -> dict[str, Any]:
    boxes: dict[str, Any] = v.page.evaluate(
        """() => Object.fromEntries(["title", "map", "legend", "time", "card", "table"].map((id) => {
        const box = document.getElementById(id).getBoundingClientRect();
        return [id, [box.x, box.y + scrollY, box.width, box.height].map(Math.round)]; }))"""
    )
    return boxes


ROUTE = re.compile("/_dash-update-component")
WATCH_SHIFTS = """window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())
if (!entry.hadRecentInput) window.shift += entry.value; }).observe({type: "layout-shift", buffered: true});"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/de/map", "/fr/map?level=nuts3&region=DE212", "/en/map?level=nuts3&within=FRK"])
def test_scripts_take_over_without_a_jump(visit: Visits, path: str, width: int) -> None:
    """The same map node lives on, nothing moves, before and after Dash."""
    held: list[Any] = []
    v = visit("", viewport={"width": width, "height": 844})
    v.page.add_init_script(WATCH_SHIFTS)
    v.page.route(ROUTE, lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks the handler)
    v.open(path)
    v.ready()
    v.page.evaluate("document.fonts.ready")
    v.page.evaluate("document.querySelector('.am-svg').mark = 'the first'")
    before, svg = parts(v), v.page.locator("#map").inner_html()
    assert v.page.locator("#first-paint").count() == 1, "Dash is still waiting"
    for route in held:
        route.continue_()
    v.page.unroute(ROUTE)
    v.dash()
    assert v.page.evaluate("document.querySelector('.am-svg').mark") == "the first"
    assert v.page.locator("#map").inner_html() == svg
    assert v.page.locator("#map").count() == 1
    v.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert parts(v) == before
    assert v.page.evaluate("shift") < 0.02


def test_the_script_takes_over_what_the_server_drew(visit: Visits) -> None:
    """The first paint stays as it was when scripts start: no second drawing with other words."""
    path = "/fr/map?indicator=adoption_firms_ai_web_pct&level=land&region=FRK"
    drawn = visit(path, java_script_enabled=False).shown()
    alive = visit(path).dash().ready().shown()
    differ = {key for key in drawn if drawn[key] != alive[key]} - {"pickedRow"}
    assert differ == set()
    assert alive["pickedRow"] == ["FRK"]
    assert re.search(r"rang", alive["map"]["FRK"][1])
