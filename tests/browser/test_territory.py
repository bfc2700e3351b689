"""A territory is clicked together on the map, by pointer or keyboard; the address holds it; its page has a map."""

from __future__ import annotations

from collections.abc import Callable

from visits import Visit

Visits = Callable[..., Visit]


def chosen(v: Visit) -> str:
    """The set in the address."""
    return v.state.get("with", "").replace(" ", "+")


def test_a_territory_is_built_by_click_and_keyboard_and_undone_by_back(visit: Visits) -> None:
    v = visit("/de/map").settled()
    page = v.page
    page.locator("#choose-begin").click()
    assert page.locator("#choose-count").inner_text() == "Noch keine Region gewählt"
    page.mouse.click(*v.spot("DED"))
    assert page.locator("#choose-count").inner_text() == "Sachsen hinzugefügt. 1 Region gewählt."
    page.locator("#table tr[data-c='DEG'] a").focus()
    v.press(" ")
    assert chosen(v) == "DED+DEG"
    assert page.locator("[aria-checked=true]").count() == 2
    v.level("nuts3")
    page.locator("#table tbody tr.chosen").nth(34).wait_for()
    assert chosen(v) == "DED+DEG", "the set stays while the map changes"
    page.locator("#table tr[data-c='DED51'] a").click()
    assert page.locator("#choose-count").inner_text() == "Leipzig (Stadt) liegt in Sachsen und ist damit schon gewählt."
    page.locator(".am-regions path[tabindex='0']").focus()
    first = v.focused()
    v.press("Enter")
    assert chosen(v).split("+").count(str(first)) == 1, "Enter chooses and does not drill"
    assert "within" not in v.state
    page.go_back()
    page.locator("[data-remove]").nth(1).wait_for()
    assert chosen(v) == "DED+DEG"
    page.locator("#choose-show").click()
    page.wait_for_url("**/de/hub/DED+DEG")
    assert page.locator("h1").inner_text() == "Sachsen und Thüringen"


def test_an_address_with_a_set_opens_with_it_and_it_can_be_cleared(visit: Visits) -> None:
    v = visit("/fr/map?with=DED+FRF").settled()
    page = v.page
    assert page.locator("#choose-list button").all_inner_texts() == ["Saxe", "Grand Est"]
    assert page.locator(".am-chosen path").count() == 2
    page.get_by_role("button", name="Retirer Saxe").click()
    assert chosen(v) == "FRF"
    page.locator("#choose-clear").click()
    assert page.locator("#choose-show").is_hidden()
    page.locator("#choose-done").click()
    assert "with" not in page.url
    assert page.locator("#choose-begin").is_visible()
    page.locator("#table tr[data-c='DED'] a").click()
    v.at_state(region="DED")


def test_the_map_of_a_territory_is_walked_by_keyboard_and_leads_to_the_regions(visit: Visits) -> None:
    v = visit("/de/hub/ki-hub-sachsen-thueringen").ready()
    page = v.page
    page.locator(".am-regions path[tabindex='0']").focus()
    seen = {v.focused()}
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "Home", "End"):
        v.press(key)
        seen.add(v.focused())
    assert seen == {"DED", "DEG"}, "the keys stay inside the territory"
    assert page.locator(".am-tip").is_visible()
    at = v.focused()
    v.press("Enter", "Enter")
    page.wait_for_url(f"**/de/region/{at}")


def test_without_scripts_the_form_makes_a_territory_and_its_page_is_whole(visit: Visits) -> None:
    v = visit("/en/hub", java_script_enabled=False)
    page = v.page
    page.get_by_label("Saxony", exact=True).check()
    page.locator("#with-names").fill("Strasbourg, Thuringia")
    page.get_by_role("button", name="Show the territory").click()
    assert page.url.endswith("/en/hub/DED+DEG+FRF11")
    assert page.locator("#hub-map svg").is_visible()
    page.locator("#hub-indicator").select_option("context_population_count")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "Population" in page.locator(".side caption").inner_text()


def test_the_link_to_take_along_is_the_view_on_screen(visit: Visits) -> None:
    v = visit("/de/map").settled()
    v.level("nuts3")
    v.region("DED51")
    v.page.locator("details:has(a[data-take=csv]) > summary").click()
    with v.page.expect_download() as waiting:
        v.page.locator("a[data-take=csv]").click()
    saved = waiting.value
    assert saved.suggested_filename.endswith("-nuts3-2024.csv")
    assert "level=nuts3" in saved.url
