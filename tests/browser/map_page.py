"""The page on which the browser tests try the map widget: the project's own files, the committed shapes."""

from __future__ import annotations

import json
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Page

from dashboard.map import palette
from dashboard.map.scene import Row, Scale, scene
from dashboard.map.svg import LegendWords, Words, legend, widget

ROOT = Path(__file__).parents[2]
RATE = Scale("classes", (2.0, 4.0, 6.0, 8.0, 10.0))
COUNT = Scale("circles", (10.0,))
WORDS = Words("Zoom", "Näher", "Weiter weg", "Ganze Karte", "Pfeiltasten: Nachbarregion")
SIGNS = {"c": "geheim", "m": "nicht erhoben", "z": "entfällt", "0": "null", "u": "unsicher", "a": "auffällig"}
KEY = LegendWords(
    "Anteil in %", lambda v: f"{v:g}", "unter {0}", "{0} bis unter {1}", "{0} und mehr",
    {"DE": "Deutschland", "FR": "Frankreich"}, {"DE": (5.0, "5 %"), "FR": (3.0, "3 %")}, SIGNS,
)  # fmt: skip
TOKENS = (
    ":root{--surface:#fff;--ink:#17232b;--ink-2:#51606a;--line:#dcd9d1;--accent:#b3420e;--focus:#0b57d0}"
    "body{margin:16px;background:#fff;color:#17232b;font:15px sans-serif}"
)
SCRIPT = """
var log = [];
AtlasMap.legend(document.getElementById('legend'));
AtlasMap.mount(document.getElementById('map'), {
  onselect: (code) => log.push('select ' + code), ondrill: (code) => log.push('drill ' + code),
  onup: () => log.push('up'),
  tip: (code) => '<b>' + code + '</b><br>' + document.querySelector(`path[data-c="${code}"]`).getAttribute('aria-label')
});
"""


def shapes(level: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"shapes/{level}.json").read_bytes())
    return found


def rows(codes: list[str]) -> dict[str, Row]:
    """One row per region; the cycle makes every class, absence and overlay occur."""
    cycle: list[tuple[float | None, str]] = [(v, "") for v in (1.0, 3.0, 5.0, 7.0, 9.0, 10.0, 0.0)]
    cycle += [(None, "c"), (None, "m"), (None, "z"), (5.0, "u"), (7.0, "a")]
    made = {}
    for i, code in enumerate(codes):
        value, status = cycle[i % len(cycle)]
        made[code] = Row(code, value, status, None, None, None, None, None, None, str(value), f"{code}: {value}", code)
    return made


def document(level: str = "land", scale: Scale = RATE, within: str | None = None, selected: str | None = None) -> str:
    geometry = shapes(level)
    drawn = scene(
        geometry, rows(sorted(geometry["regions"])), {"DE": scale, "FR": scale}, level=level, countries=("DE", "FR"),
        within=within, selected=selected, title="Karte", desc="Beschreibung", label="Regionen",
    )  # fmt: skip
    return (
        "<!doctype html><html lang=de><head><meta charset=utf-8><title>Karte</title>"
        '<meta name="viewport" content="width=device-width"><link rel=icon href="data:,">'
        f'<style>{TOKENS}{palette.css()}</style><link rel=stylesheet href="/dashboard/assets/map.css"></head><body>'
        f"<main><h1>Karte</h1><div id=map data-map>{widget(drawn, WORDS)}</div>"
        f"<div id=legend>{legend(drawn, KEY)}</div></main>"
        '<script src="/dashboard/assets/map.js"></script><script src="/dashboard/assets/mapkey.js"></script>'
        '<script src="/dashboard/assets/mapmore.js"></script>'
        f"<script>{SCRIPT}</script></body></html>"
    )


class Handler(SimpleHTTPRequestHandler):
    """Serves the project's own files, and the test's documents under /page/<n>."""

    pages: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        if self.path not in self.pages:
            super().do_GET()
            return
        body = self.pages[self.path].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Map:
    """A page with the map on it, and what the tests ask of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def focused(self) -> str | None:
        code: str | None = self.page.evaluate("document.activeElement.dataset.c || null")
        return code

    def log(self) -> list[str]:
        calls: list[str] = self.page.evaluate("log")
        return calls

    def view(self) -> list[float]:
        return [float(side) for side in (self.page.locator(".am-svg").get_attribute("viewBox") or "").split()]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def spot(self, code: str) -> tuple[float, float]:
        """The window position of a region's anchor."""
        x, y = self.page.evaluate(
            """(code) => { const path = document.querySelector(`path[data-c="${code}"]`), m = path.getScreenCTM();
            const [x, y] = path.dataset.p.split(",").map(Number);
            return [x * m.a + m.e, y * m.d + m.f]; }""",
            code,
        )
        return x, y

    def tip(self) -> str | None:
        tip = self.page.locator(".am-tip")
        return tip.inner_text() if tip.is_visible() else None
