"""What only the atlas has: drilling into a region, and its pages besides the map, each by bytes and first drawing.

The peers are one page with one map: they have no drill, no comparison, no page to weigh beside these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Playwright

from bench.browser import Wire, settle, throttle
from bench.serving import running

#: Title → address of a page of each kind.
PAGES = {
    "map": "map",
    "region": "region/DED",
    "compare": "compare/DED+FRF",
    "territory": "hub/oberrhein",
    "partnerships": "partnerships",
    "data": "data",
}
#: Regions that are drilled into, each from the Länder and régions.
DRILLED = ("DED", "FRK", "DE2", "FRF", "DEA")

# From Enter on the selected region until two frames after the last change of the map, with its children painted.
_DRILL = """(code) => new Promise((done, failed) => {
  const map = document.querySelector("#map"), start = performance.now();
  let painted = 0, quiet = 0;
  const children = () => [...map.querySelectorAll(".am-regions path:not([aria-hidden])")];
  const finish = () => { watch.disconnect();
    done([painted - start, children().length > 1 && children().every((path) => path.dataset.c.startsWith(code))]); };
  const watch = new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    painted = performance.now();
    clearTimeout(quiet);
    quiet = setTimeout(finish, 250);
  })));
  watch.observe(map, {subtree: true, childList: true, attributeFilter: ["fill", "class", "style"]});
  setTimeout(() => painted || failed(new Error("no change within 20 s")), 20000);
  map.querySelector(`.am-regions path[data-c="${code}"]`)
    .dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
})"""


@dataclass
class Weighed:
    """One page: ms until it is drawn, bytes on the wire, requests; one entry for each round."""

    drawn: list[float] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)


def measure(playwright: Playwright, data: str, rounds: int, slow: bool) -> tuple[list[float], dict[str, Weighed]]:
    """(ms of each drill, page → what it weighs); every page in a browser of its own, drills at full speed.

    Raises RuntimeError where a drill did not end with the region's children.
    """
    drills: list[float] = []
    weighed = {title: Weighed() for title in PAGES}
    with running("-m", "dashboard", ATLAS_DATA=data, ATLAS_WORKERS="1") as address:
        for _ in range(rounds):
            for title, path in PAGES.items():
                _weigh(playwright, f"{address}/en/{path}", weighed[title], slow)
            drills += _drills(playwright, address, DRILLED if slow else DRILLED[:1])
    return drills, weighed


def _weigh(playwright: Playwright, url: str, found: Weighed, slow: bool) -> None:
    with playwright.chromium.launch(executable_path="/usr/bin/chromium") as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        wire = Wire(session)
        throttle(session, slow)
        page.goto(url, wait_until="load")
        settle(page, wire)
        paints = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        found.drawn.append(float(page.evaluate(paints)))
        found.bytes.append(wire.bytes())
        found.requests.append(wire.requests)


def _drills(playwright: Playwright, address: str, codes: Sequence[str]) -> list[float]:
    found = []
    with playwright.chromium.launch(executable_path="/usr/bin/chromium") as browser:
        for code in codes:
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto(f"{address}/en/map?region={code}", wait_until="networkidle")
            painted, whole = page.evaluate(_DRILL, code)
            if not whole:
                raise RuntimeError(f"the drill into {code} did not show its children")
            found.append(float(painted))
    return found
