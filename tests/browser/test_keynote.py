"""The tray by click, key and address; the presentation by keys and swipes, without a network once it is loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_access import violations
from visits import Visit

Visits = Callable[..., Visit]
#: What is not hidden of the slides: their numbers.
SEEN = """() => [...document.querySelectorAll(".p-slide:not([aria-hidden])")].filter((e) =>
  getComputedStyle(e).visibility === "visible").map((e) => +e.dataset.slide)"""
#: Each map of the slides: its role, whether something is said of it, what can be reached in it.
MAPS = """() => [...document.querySelectorAll(".p-slide svg.am-svg")].map((e) => [e.getAttribute("role"),
  (e.getAttribute("aria-label") || "").length > 5, e.querySelectorAll("[tabindex],[role=option]").length])"""

#: A circle of a legend beside one of its map: the quotient of width by radius, 1 where both have one scale.
CIRCLES = """() => { const slide = document.querySelector(".p-slide:nth-of-type(3)"),
  on = [...slide.querySelectorAll(".am-circles circle")].find((e) => +e.getAttribute("r") > 0),
  key = slide.querySelector(".am-sizes i"), width = (e) => e.getBoundingClientRect().width;
  return width(key) / getComputedStyle(key).getPropertyValue("--r") / (width(on) / on.getAttribute("r")); }"""
PATTERN = """() => getComputedStyle(document.querySelector(".p-slide[aria-hidden] pattern path")).visibility"""


def test_views_go_into_the_tray_by_a_click_and_are_remembered(visit: Visits) -> None:
    v = visit("/de/region/DED")
    v.page.locator("a[data-keynote]").click()
    assert v.page.url.endswith("/de/region/DED"), "the reader stays where she is"
    said = v.page.locator(".keynote-said a")
    assert said.inner_text() == "Hinzugefügt. Ansichten in der Sammlung: 1"
    v.open("/de/map?level=nuts2")
    v.ready()
    v.level("nuts3")  # the link follows what is on screen
    v.page.locator("a[data-keynote]").click()
    v.page.locator(".keynote-said a").click()
    names = v.page.locator(".keynote-name a")
    assert names.nth(0).get_attribute("href") == "/de/region/DED"
    assert "level=nuts3" in (names.nth(1).get_attribute("href") or "")
    v.page.get_by_role("link", name="Nach unten: Sachsen").press("Enter")
    assert v.page.locator(".keynote-name a").nth(1).inner_text() == "Sachsen"
    v.page.locator("#view-2 summary").click()
    v.page.locator("#view-2 input[type=text]").fill("Wo wir stehen")
    v.page.locator("#view-2 button").click()
    assert v.page.locator(".keynote-name a").nth(1).inner_text() == "Wo wir stehen"
    v.page.locator("#name").fill("Status quo")
    v.page.locator("#name ~ button").click()
    v.open("/de/region/FRF")
    assert v.page.locator(".keynote-said a").inner_text() == "Ansichten in der Sammlung: 2", "the way back to the tray"
    v.open("/de/keynote")
    assert not v.page.get_by_text("Die Sammlung ist leer").is_visible()
    assert "auf diesem Gerät: 2" in v.page.locator("#keynote-said").inner_text()
    v.page.locator("#keynote-said a").click()
    assert v.page.locator("#name").input_value() == "Status quo"
    assert v.page.locator(".keynote-name a").nth(1).inner_text() == "Wo wir stehen"
    with v.page.expect_download() as taken:
        v.page.get_by_role("link", name="Foliensatz mitnehmen").click()
    assert taken.value.suggested_filename == "atlas-keynote-de.pptx"


def test_without_scripts_the_link_leads_to_a_tray_of_that_view(visit: Visits) -> None:
    v = visit("/fr/region/FRF", java_script_enabled=False)
    v.page.locator("a[data-keynote]").click()
    assert v.page.url == f"{v.at}/fr/keynote?v=region/FRF"
    v.page.locator("#add").fill(f"{v.at}/fr/map?level=nuts3")
    v.page.get_by_role("button", name="Ajouter").click()
    assert v.page.locator(".keynote-name").count() == 2
    v.open("/fr/keynote/present?v=region/FRF&v=map")
    assert v.page.locator(".p-slide").count() == 3
    assert v.page.locator(".p-slide").nth(2).is_visible(), "all slides one below the other"


def test_the_presentation_goes_by_keys_and_needs_no_network(visit: Visits) -> None:
    v = visit("/de/keynote/present?deck=region/DED")
    page = v.page
    page.wait_for_load_state("networkidle")
    assert not page.locator("body > header").is_visible()
    assert violations(v) == []
    v.context.set_offline(True)
    asked = len(v.requests)
    assert page.evaluate(SEEN) == [1]
    for key, at in (
        ("ArrowRight", 2),
        ("PageDown", 3),
        ("Space", 4),
        ("ArrowLeft", 3),
        ("PageUp", 2),
        ("End", 10),
        ("Home", 1),
    ):
        v.press(key)
        assert page.evaluate(SEEN) == [at], key
    v.press("ArrowLeft")
    assert page.evaluate(SEEN) == [1], "there is none before the first"
    v.press("End", "n")
    said = page.locator("#p-said").inner_text()
    assert said.startswith("Folie 10 von 10: ")
    assert page.locator(".now .p-notes").is_visible()
    assert page.evaluate(PATTERN) == "visible", "maps of later slides are drawn with the patterns of earlier ones"
    drawn = page.evaluate(MAPS)
    assert len(drawn) > 3
    assert all(each == ["img", True, 0] for each in drawn)
    assert page.url.endswith("#slide-10")
    assert [url for url in v.urls[asked:] if "/assets/icon" not in url] == []  # Chromium asks for that at each address
    v.context.set_offline(False)
    v.press("Escape")
    page.wait_for_url(f"{v.at}/de/region/DED")


def test_a_swipe_turns_the_page_on_a_phone(visit: Visits) -> None:
    v = visit(
        "/fr/keynote/present?v=region/FRF&v=map?indicator=jobs_it_employees_count",
        viewport={"width": 390, "height": 844},
        has_touch=True,
    )
    swipe = """(dx) => { const root = document.getElementById("present");
      const at = (x) => new Touch({identifier: 1, target: root, clientX: x, clientY: 400});
      root.dispatchEvent(new TouchEvent("touchstart", {touches: [at(200)], changedTouches: [at(200)], bubbles: true}));
      root.dispatchEvent(new TouchEvent("touchend", {touches: [], changedTouches: [at(200 + dx)], bubbles: true})); }"""
    for dx, at in ((-120, 2), (-120, 3), (120, 2), (20, 2)):
        v.page.evaluate(swipe, dx)
        assert v.page.evaluate(SEEN) == [at]
    assert v.page.evaluate("document.documentElement.scrollWidth") == 390
    for width, height in ((390, 844), (1280, 720)):
        v.page.set_viewport_size({"width": width, "height": height})
        assert v.page.evaluate(CIRCLES) == pytest.approx(1, abs=0.03), "a legend's circles are to the map's scale"
