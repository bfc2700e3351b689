"""Every page with a map: without scripts a picture with table, key and links; and still when the scripts come."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Route
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"


@dataclass(frozen=True)
class Drawn:
    """A page with a map: its address; the map; what must have a name of its own in it; key; rows that lead on."""

    path: str
    map: str = "svg.am-svg"
    parts: str = ".am-regions path:not([aria-hidden])"
    key: str = ".legend .am-legend-title"
    rows: int = 2
    wide: bool = True


#: All pages that have one, at least once; `wide`: looked at on a desk, else on a phone.
MAPS = {
    "map": Drawn("/de/map?region=DED", rows=34),
    "map on a phone": Drawn("/fr/map?region=FRK", rows=34, wide=False),
    "amounts at the finest level": Drawn("/fr/map?level=nuts3&region=FRK26&indicator=context_gdp_mio_eur", rows=501),
    "amounts on a phone": Drawn("/de/map?indicator=context_gdp_mio_eur&within=DED", rows=3, wide=False),
    "a display with lines": Drawn(f"/en/map?indicator={WEB}&view=change&level=nuts2&lines=border", rows=65),
    "map in a frame": Drawn("/embed/de/map", rows=34, wide=False),
    "region": Drawn("/de/region/DED51", "svg.locator", "", ".where", 20),
    "country on a phone": Drawn("/fr/region/FR", "svg.locator", "", ".where", 20, wide=False),
    "region in a frame": Drawn("/embed/fr/region/DED51", "svg.locator", "", ".where", 20),
    "compare": Drawn("/de/compare/DED+FRF", rows=20),
    "compare on a phone": Drawn("/fr/compare/DED+FRF?maps=periods", rows=20, wide=False),
    "territory": Drawn("/de/hub/oberrhein", rows=15),
    "territory in a frame": Drawn("/embed/fr/hub/oberrhein", rows=15, wide=False),
    "territories": Drawn("/de/hub", "svg.small-map", "", ".hub-cards h3", 0),
    "partnerships": Drawn("/de/partnerships", "svg.pm-svg", "a", ".pm-legend", 18),
    "partnerships on a phone": Drawn("/fr/partnerships?show=sap-mistral", "svg.pm-svg", "a", ".pm-legend", 18, False),
    "programmes": Drawn("/de/programmes", "svg.pg-map", "a", ".pg-legend", 100),
    "programmes on a phone": Drawn("/fr/programmes", "svg.pg-map", "a", ".pg-legend", 100, wide=False),
    "programme": Drawn("/de/programme/zakid", "svg.pg-map", "", "h1", 0),
    "brief of a territory": Drawn("/de/brief/hub/oberrhein", ".map-box svg", "", "h1", 0),
    "presentation": Drawn("/de/keynote/present?v=map&v=region/DED", "svg.am-svg", "", ".legend", 0),
}
#: Looked at while the scripts are still on their way: all scripts and layouts once.
LATE = [
    *("map", "map on a phone", "amounts on a phone", "a display with lines", "map in a frame"),
    *("country on a phone", "compare", "territory", "partnerships", "programmes", "presentation"),
]
LAYOUT_SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts.push([entry.value,
  entry.sources.map((source) => source.node && (source.node.outerHTML || source.node.data || "").slice(0, 90))])))
  .observe({type: "layout-shift", buffered: true});"""
#: Where everything with a name of its own stands: key → [left, top, width] on the page.
PLACES = """() => { const found = {}, seen = {};
  for (const e of document.querySelectorAll("main [id], main h2, main h3, main table, main figure, footer")) {
    if (e.closest("svg, #dash[hidden], .p-slide:not(#slide-1)") || !e.checkVisibility()) continue;
    const box = e.getBoundingClientRect(), key = e.id || e.tagName + (seen[e.tagName] = (seen[e.tagName] || 0) + 1);
    if (box.width && box.height) found[key] = [box.left, box.top + scrollY, box.width].map(Math.round);
  }
  return found; }"""
#: What a page says and shows of its map, of which no script has run.
READ = """([map, parts, key]) => {
  const all = (q, within) => q ? [...(within || document).querySelectorAll(q)] : [];
  const said = (e) => (e.getAttribute("aria-label") || "").trim();
  const maps = all("main " + map), svg = maps[0], box = svg.getBoundingClientRect();
  const hidden = (e) => !!e.closest("[aria-hidden=true]"), named = maps.flatMap((each) => all(parts, each));
  return {
    maps: maps.filter((each) => all("path[d], use", each).length)
      .map((each) => [each.getAttribute("role"), said(each), hidden(each)]),
    parts: named.length,
    nameless: [...named, ...all("main svg")].filter((e) => !hidden(e) && !said(e))
      .map((e) => e.outerHTML.slice(0, 100)),
    key: all("main " + key).map((e) => e.textContent.trim()).join(""),
    rows: all("main table tbody tr").filter((row) => row.querySelector("a[href]")).length,
    links: all("main a[href]").length,
    size: [box.width, box.height],
    fills: new Set(all("path", svg).map((path) => getComputedStyle(path).fill)).size,
    wider: document.documentElement.scrollWidth - innerWidth,
    // but for the heads of tables, which are their text as well
    dead: all("main button[type=button]:not(th *)").filter((e) => e.checkVisibility() && !e.popoverTargetElement)
      .map((e) => e.outerHTML.slice(0, 80)),
  };
}"""
FRAMES = """async () => { await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); }"""


def test_without_scripts_every_map_is_a_picture_with_names_table_key_and_links(visit: Visits) -> None:
    """The server's HTML alone: drawn in its colours, all of it named, and nothing to press that would do nothing."""
    v = visit("", java_script_enabled=False)
    for name, page in MAPS.items():
        v.page.set_viewport_size({"width": 1280, "height": 900} if page.wide else {"width": 390, "height": 844})
        v.open(page.path)
        assert v.status == 200
        seen = v.page.evaluate(READ, [page.map, page.parts, page.key])
        assert seen["maps"], name
        for role, label, hidden in seen["maps"]:
            # hidden from ears: beside a card that says the same
            assert hidden or (role in ("img", "group") and label), name
        assert seen["nameless"] == [], name
        assert seen["parts"] >= (min(page.rows, 15) if page.parts else 0), name
        assert seen["key"], name
        assert seen["rows"] >= page.rows, name
        assert seen["links"] > 0, name
        assert min(seen["size"]) > 40, name
        assert seen["fills"] >= (3 if page.parts.startswith(".am") else 1), name
        assert seen["wider"] <= 0, name
        assert not seen["dead"], (name, seen["dead"])


@pytest.mark.parametrize("name", LATE)
def test_nothing_moves_when_the_scripts_arrive(visit: Visits, name: str) -> None:
    """The page is painted while its scripts are held back; then they come, and nothing has another place."""
    page = MAPS[name]
    v = visit("", viewport={"width": 1280, "height": 900} if page.wide else {"width": 390, "height": 844})
    held: list[Route] = []
    late = True

    def hold(route: Route) -> None:
        held.append(route) if late else route.continue_()

    v.page.route(re.compile(r"\.js(\?|$)"), hold)
    v.page.add_init_script(LAYOUT_SHIFTS)
    v.page.goto(v.at + page.path, wait_until="commit")
    v.page.locator("body > script[src]").first.wait_for(state="attached")
    v.page.evaluate(FRAMES)
    before: dict[str, Any] = v.page.evaluate(PLACES)
    late = False
    for route in held:
        route.continue_()
    v.page.wait_for_load_state("networkidle")
    if page.path[3:].startswith("/map"):
        v.settled()
    v.page.evaluate(FRAMES)
    after: dict[str, Any] = v.page.evaluate(PLACES)
    assert len(held) >= 1, "there were scripts to wait for"
    moved = {key: (place, after[key]) for key, place in before.items() if key in after and not near(place, after[key])}
    assert not moved, sorted(moved.items())[:9]
    assert len(before.keys() & after.keys()) >= min(3, len(before))
    assert v.page.evaluate("window.shifts") == []


#: The browser tells of the first paint when the test says so; its clock stands still.
SILENT = """window.PerformanceObserver = class {
  constructor(told) { this.told = told; }
  observe() { window.painted = () => this.told(null, this); }
  disconnect() {}
};"""
DASH = "script[src*=dash-component-suites]"


def test_dash_is_asked_for_once_the_page_is_painted_or_long_loaded(visit: Visits) -> None:
    """Its 200 kB else keep styles and letters waiting on a slow line."""
    for say, shown in (("window.painted()", True), ("", False)):
        v = visit("")
        v.page.clock.install()
        v.page.add_init_script(SILENT)
        v.open("/de/map")
        assert v.page.locator(f"body > {DASH}").count() == 0
        assert not any("dash-component-suites" in url for url in v.urls)
        v.page.evaluate(say) if shown else v.page.clock.run_for(2100)
        v.page.locator(f"body > {DASH}").first.wait_for(state="attached")


def near(one: list[int], other: list[int]) -> bool:
    """The same place but for the rounding of a pixel."""
    return all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))
