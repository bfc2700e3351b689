"""Exploring by pointer: pick an indicator, move through time, drill, go back; and what each costs on the wire."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"
SLICE_BYTES = 15_000


def costs(v: Visit, since: int) -> list[tuple[str, int]]:
    """(path, bytes on the wire) of every request after the first `since`; the tab's icon comes when Chromium likes."""
    v.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [
        (r.url.removeprefix(v.at).split("?")[0], r.sizes()["responseBodySize"])
        for r in v.requests[since:]
        if "/icon.svg" not in r.url
    ]


def test_an_indicator_picked_by_mouse_costs_one_small_request(visit: Visits) -> None:
    v = visit("/de/map").settled()
    before, asked = v.shown(), len(v.requests)
    v.page.locator("#picker summary").click()
    v.page.locator("#picker-search").fill("besch it-ber")
    expect(v.page.locator("#picker li:visible")).not_to_have_count(0)
    v.page.locator("a[data-indicator=jobs_it_employees_count]").click()
    v.at_state(indicator="jobs_it_employees_count")
    shown = v.shown()
    assert shown["indicator"] != before["indicator"]
    assert shown["title"] != before["title"]
    assert shown["foot"] != before["foot"], "source, licence and date follow the indicator"
    assert shown["legend"] != before["legend"]
    assert not v.page.locator("#picker[open]").count()
    drawn = v.page.title()
    fetched = re.search("<title>(.+?)</title>", httpx.get(v.page.url).text)
    assert fetched
    assert drawn == unescape(fetched[1]), "the tab names the indicator and the finding"
    [(path, size)] = costs(v, asked)
    assert path == "/de/slice/jobs_it_employees_count/land.json"
    assert 0 < size <= SLICE_BYTES
    v.page.go_back()
    v.titled(before["title"])
    assert v.shown() == before, "back is where the reader was, without a request"
    assert len(costs(v, asked)) == 1
    v.page.go_forward()
    v.at_state(indicator="jobs_it_employees_count")
    v.titled(shown["title"])


def test_an_indicator_can_be_searched_and_picked_by_keyboard(visit: Visits) -> None:
    v = visit("/fr/map").dash().ready()
    v.page.locator("#picker summary").focus()
    v.press("Enter", "Tab")
    assert v.page.evaluate("document.activeElement.id") == "picker-search"
    v.page.keyboard.type("zzzz")
    expect(v.page.locator("#picker-empty")).to_be_visible()
    v.page.locator("#picker-search").fill("")
    v.page.keyboard.type("prepublications 100 000")  # accents are not needed
    found = v.page.locator("#picker li:visible")
    expect(found).to_have_count(1)
    v.press("Tab", "Enter")
    v.at_state(indicator="research_ai_preprints_per_100k")
    v.page.locator("#picker summary").focus()
    v.press("Enter", "Escape")
    assert not v.page.locator("#picker[open]").count(), "Escape closes the picker"


@pytest.mark.parametrize(
    "indicator", [WEB, "adoption_firms_ai_role_pct", "context_gdp_mio_eur", "jobs_ai_postings_pct"]
)
def test_the_largest_slices_stay_in_their_budget(visit: Visits, indicator: str) -> None:
    """All years of all Kreise and départements (or all months) at once."""
    v = visit("/en/map?level=nuts3").ready()
    asked = len(v.requests)
    if indicator != WEB:
        v.pick(indicator)
        sizes = costs(v, asked)
    else:
        sizes = [c for c in costs(v, 0) if "/slice/" in c[0]]
    assert len([path for path, _ in sizes if "/slice/" in path]) == 1
    assert max(size for path, size in sizes if "/slice/" in path) <= SLICE_BYTES


def test_another_member_costs_its_figures_and_the_small_breakdown(visit: Visits) -> None:
    v = visit("/en/map?indicator=adoption_firms_ai_role_pct").settled()
    before, asked = v.shown(), len(v.requests)
    v.page.locator("#member").select_option(index=3)
    v.page.wait_for_function("(was) => document.getElementById('subtitle').textContent !== was", arg=before["subtitle"])
    assert v.shown()["member"] in v.shown()["subtitle"]
    assert v.shown()["table"] != before["table"]
    v.page.wait_for_load_state("networkidle")
    asked_for = sorted(costs(v, asked))
    assert [path for path, _ in asked_for] == [
        "/en/part/breakdown.json",
        "/en/slice/adoption_firms_ai_role_pct/land.json",
    ]
    assert sum(size for _, size in asked_for) <= SLICE_BYTES


def test_moving_and_playing_through_time_asks_for_nothing(visit: Visits) -> None:
    v = visit("/de/map?region=DED").settled()
    v.page.locator("#chart-section").scroll_into_view_if_needed()  # so that the chart is there and takes part
    v.page.locator("#series .js-plotly-plot .scatterlayer").wait_for()
    before, asked, steps = v.shown(), len(v.requests), v.page.evaluate("history.length")
    v.slide(3)
    v.at_state(period="2019")
    shown = v.shown()
    assert shown["period"] == "2019"
    assert shown["map"] != before["map"]
    assert shown["table"] != before["table"]
    assert "2019" in shown["title"]
    assert shown["big"] != before["big"]
    assert v.page.locator("#period").get_attribute("aria-valuetext") == "2019"
    v.page.locator("#period").focus()
    v.press("ArrowRight")
    v.at_state(period="2020")
    v.slide(6)
    play = v.page.locator("#play")
    label = play.get_attribute("aria-label")
    play.click()
    assert play.get_attribute("aria-label") != label, "the button now says pause"
    expect(v.page.locator("#period-now")).to_have_text("2024", timeout=8000)
    expect(play).to_have_attribute("aria-label", str(label), timeout=3000)
    assert v.shown()["table"] == before["table"], "the end of the film is where we came from"
    assert costs(v, asked) == []
    assert v.page.evaluate("history.length") == steps, "years do not fill the reader's history"


def drilled(v: Visit, code: str) -> None:
    v.at_state(within=code)
    assert {row[0][: len(code)] for row in v.shown()["table"]} == {code}


def test_drill_by_click_and_come_back_by_breadcrumb_and_back(visit: Visits) -> None:
    v = visit("/de/map").dash().ready()
    whole = v.shown()
    v.page.mouse.click(*v.spot("DED"))
    v.at_state(region="DED")
    assert v.shown()["picked"] == ["DED"]
    assert v.page.locator("#card h2").inner_text() == "Sachsen"
    v.page.mouse.click(*v.spot("DED"))
    drilled(v, "DED")
    inside = v.shown()
    assert inside["crumbs"] == ["Deutschland und Frankreich", "Sachsen"]
    assert inside["view"][2] < whole["view"][2] / 3, "the map is close"
    assert "Sachsen" in inside["title"]
    assert len(inside["table"]) == 3
    v.level("nuts3")
    assert len(v.shown()["table"]) == 13
    v.page.locator("#crumbs a").first.click()
    v.at_state(within="")
    shown = v.shown()
    assert shown["view"] == whole["view"]
    assert len(shown["table"]) == 34
    v.page.go_back()
    drilled(v, "DED")
    v.page.go_back()
    v.at_state(within="DED", level="nuts2")
    v.page.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 3")
    assert v.shown() == inside


def test_the_card_leads_down_where_there_is_a_below(visit: Visits) -> None:
    v = visit("/fr/map?region=FRK").dash().ready()
    v.page.locator("#card a[data-drill]").click()
    drilled(v, "FRK")
    assert v.page.locator("#card h2").inner_text() == "Auvergne-Rhône-Alpes"
    v = visit("/fr/map?region=FRY1&level=nuts3").ready()
    assert not v.page.locator("#card a[data-drill]").count()


def number(label: str) -> float | None:
    found = re.search(r": (−?[\d,.]+)", label)
    return float(found[1].replace(",", "").replace("−", "-")) if found else None


def test_the_scale_stays_while_drilling_and_moving_through_time(visit: Visits) -> None:
    """A colour means the same values at every level, inside every region and in every year."""
    v = visit(f"/en/map?indicator={WEB}").dash().ready()
    limits = v.shown()["legend"][:6]
    pairs: set[tuple[str, float]] = set()

    def collect() -> None:
        shown: dict[str, Any] = v.shown()
        assert shown["legend"][:6] == limits
        for kind, label, _ in shown["map"].values():
            if (value := number(label)) is not None:
                pairs.add((kind[:2], value))

    collect()
    for level in ("nuts2", "nuts3"):
        v.level(level)
        collect()
    v.slide(0)
    v.at_state(period="2016")
    collect()
    v.level("land")
    v.region("DE2")
    v.page.locator("#card a[data-drill]").click()
    drilled(v, "DE2")
    collect()
    classes = sorted({kind for kind, _ in pairs})
    assert len(classes) == 6
    spans = [[value for kind, value in pairs if kind == name] for name in classes]
    for lower, upper in pairwise(spans):
        assert max(lower) <= min(upper), "values are shown with one decimal, so neighbours may touch"
