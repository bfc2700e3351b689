"""Frozen views, citations and embedded views as readers have them: in Chromium, on two publications."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page
from republished import CHANGED, LATER, WEB, first_only, publish_later
from serving import free_port, serving
from test_access import violations
from visits import Visit

Visits = Callable[..., Visit]
PHONE = {"width": 390, "height": 844}
EMBED_BYTES = 150_000
KINDS = ("region/DED", "hub/ki-hub-sachsen-thueringen", "partnerships")


@dataclass(frozen=True)
class Atlas:
    """A server on two publications. first: the earlier; allowed, refused: ports of sites."""

    at: str
    first: str
    allowed: int
    refused: int


@pytest.fixture(scope="module")
def atlas(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    data = tmp_path_factory.mktemp("two")
    first = first_only(build, data)
    publish_later(data)
    allowed, refused = free_port(), free_port()
    more = {"ATLAS_EMBED_HOSTS": f"localhost:{allowed}"}
    with serving(data, tmp_path_factory.mktemp("log") / "log", more=more) as at:
        yield Atlas(at, first, allowed, refused)


def marked(v: Visit) -> tuple[int, set[str]]:
    """Signs on the map; regions whose row says that it is other today."""
    signs = v.page.locator(".am-since text").count()
    rows = v.page.eval_on_selector_all("#table .since", "(all) => all.map((e) => e.closest('tr').dataset.c)")
    return signs, set(rows)


def test_a_frozen_map_stays_frozen_while_it_is_used(visit: Visits, atlas: Atlas) -> None:
    v = visit(f"/de/map?indicator={WEB}&period=2024&asof={atlas.first}", at=atlas.at).settled()
    assert marked(v) == (len(CHANGED), set(CHANGED))
    v.slide(5)
    v.at_state(period="2021", asof=atlas.first)
    v.page.wait_for_function("() => !document.querySelector('.am-since text')")
    assert marked(v) == (0, set())
    v.slide(8)
    v.page.wait_for_function("(n) => document.querySelectorAll('#table .since').length === n", arg=len(CHANGED))
    assert marked(v) == (len(CHANGED), set(CHANGED))
    v.page.locator("#table th button[data-sort=name]").click()
    v.page.wait_for_function("(n) => document.querySelectorAll('#table .since').length === n", arg=len(CHANGED))
    v.level("nuts2")
    v.at_state(asof=atlas.first)
    slices = [url for url in v.urls if "/slice/" in url or "/part/" in url]
    assert slices
    for url in slices:
        query = parse_qs(urlsplit(url).query)
        assert atlas.first in (*query.get("v", []), *query.get("asof", [])), url
    live = v.page.locator(".frozen-mark a[data-live]")
    live.focus()
    assert "asof" not in str(live.get_attribute("href"))
    assert "level=nuts2" in str(live.get_attribute("href"))
    v.region("DED2")
    v.page.locator("#card .more a").click()
    v.page.wait_for_url(f"**/de/region/DED2?asof={atlas.first}")


def test_the_citation_follows_the_map_and_is_copied(visit: Visits, atlas: Atlas) -> None:
    v = visit(f"/fr/map?indicator={WEB}", at=atlas.at, permissions=["clipboard-read", "clipboard-write"]).settled()
    v.slide(3)
    v.at_state(period="2019")
    v.page.locator("details.cite summary").click()
    bibtex = v.page.locator("#copy-bibtex")
    assert f"url = {{{atlas.at}/fr/map?indicator={WEB}&period=2019" in bibtex.input_value()
    assert f"asof={LATER}}}" in bibtex.input_value()
    v.slide(4)
    v.at_state(period="2020")
    v.page.wait_for_function("() => document.getElementById('copy-bibtex')?.value.includes('period=2020') || "
                             "!document.querySelector('details.cite[open]')")  # fmt: skip
    if not v.page.locator("details.cite[open]").count():
        v.page.locator("details.cite summary").click()
    title = v.page.locator("#title").inner_text()
    assert title[:20] in v.page.locator("#copy-short").input_value()
    button = v.page.locator("[data-copy=copy-ris]")
    button.press("Enter")
    v.page.wait_for_function("() => document.querySelector('[data-copy=copy-ris]').textContent === 'Copié'")
    assert v.page.evaluate("navigator.clipboard.readText()") == v.page.locator("#copy-ris").input_value()


@pytest.mark.parametrize(("lang", "scheme"), [("de", "light"), ("fr", "dark")])
def test_frozen_pages_are_accessible_and_fit_a_phone(visit: Visits, atlas: Atlas, lang: str, scheme: str) -> None:
    v = visit("", at=atlas.at, viewport=PHONE, color_scheme=scheme)
    for page in (f"map?indicator={WEB}&period=2024&", "changed?", f"changed?indicator={WEB}&"):
        v.open(f"/{lang}/{page}asof={atlas.first}")
        if page.startswith("map"):
            v.dash().ready()
            v.page.locator("details.cite summary").click()
            v.page.locator("details.embed-code summary").click()
        assert violations(v) == [], page
        assert v.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page


# ── In a frame ───────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def other_site(port: int, framed: str) -> Iterator[str]:
    """A page of another origin with a frame; its address."""
    body = f'<!DOCTYPE html><title>x</title><iframe src="{framed}" title="Atlas" width="700" height="900"></iframe>'

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        server.shutdown()
        server.server_close()


def shown_in_frame(page: Page) -> str:
    """The heading in the frame; '' where the browser refused to show it."""
    page.wait_for_load_state("networkidle")
    frame = page.frames[1]
    return frame.locator("h1").inner_text() if frame.locator("h1").count() else ""


def test_a_site_that_may_shows_the_view_and_another_does_not(browser: Browser, atlas: Atlas) -> None:
    view = f"{atlas.at}/embed/de/map?indicator={WEB}&period=2024"
    context = browser.new_context()
    page = context.new_page()
    for port, framed, shows in (
        (atlas.allowed, view, True),
        (atlas.refused, view, False),
        (atlas.allowed, view.replace("/embed", ""), False),
    ):
        with other_site(port, framed) as address:
            page.goto(address)
            assert ("2024" in shown_in_frame(page)) is shows, (port, framed)
    context.close()


def test_a_frame_is_used_by_keyboard_and_its_links_open_elsewhere(visit: Visits, atlas: Atlas) -> None:
    v = visit(f"/embed/de/map?indicator={WEB}&period=2024&asof={atlas.first}", at=atlas.at).ready()
    for _ in range(8):
        v.press("Tab")
        if v.focused():
            break
    start = v.focused()
    assert start
    v.press("ArrowDown")
    assert v.focused() != start
    assert v.page.locator(".am-tip").is_visible()
    assert marked(v)[0] == len(CHANGED)
    with v.context.expect_page() as opened:
        v.page.locator(".embed-foot a").press("Enter")
    assert urlsplit(opened.value.url).path == "/de/map"
    assert f"asof={atlas.first}" in opened.value.url


@pytest.mark.parametrize("page", [f"map?indicator={WEB}", "map?level=nuts3", *KINDS])
def test_embedded_views_are_light_accessible_and_work_without_scripts(visit: Visits, atlas: Atlas, page: str) -> None:
    dark = page in KINDS[::2]
    v = visit(f"/embed/fr/{page}", at=atlas.at, viewport=PHONE, color_scheme="dark" if dark else "light")
    v.page.wait_for_load_state("networkidle")
    sizes = [answer.request.sizes() for answer in v.responses]
    assert sum(size["responseBodySize"] for size in sizes) <= EMBED_BYTES
    assert violations(v) == []
    assert v.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    plain = visit(f"/embed/fr/{page}", at=atlas.at, java_script_enabled=False)
    assert plain.page.locator("h1").first.inner_text()
    assert plain.page.locator(".embed-foot a").count() == 1
    if page.startswith("map"):
        assert plain.page.locator(".am-regions path").count() > 30


def test_theme_in_the_address_wins_over_the_browser(visit: Visits, atlas: Atlas) -> None:
    grounds = {}
    for theme in ("", "?theme=dark", "?theme=light"):
        v = visit(f"/embed/de/indicator/{WEB}{theme}", at=atlas.at, color_scheme="dark")
        grounds[theme] = v.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds[""] == grounds["?theme=dark"] != grounds["?theme=light"]
