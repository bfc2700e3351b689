"""What a visit weighs on the wire. Sizes only, no timing."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from kinds import KINDS
from visits import Visit

Visits = Callable[..., Visit]
HTML_BYTES = 120_000
FIRST_LOAD_BYTES = 700_000
WEB = "adoption_firms_ai_web_pct"


def weight(address: str, encoding: str) -> int:
    """Bytes of the body as sent, in the encoding asked for."""
    with httpx.stream("GET", address, headers={"Accept-Encoding": encoding}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == encoding
        return sum(map(len, answer.iter_raw()))


@pytest.mark.parametrize(
    ("encoding", "query"),
    [
        ("br", ""),
        ("gzip", ""),
        ("br", "?level=nuts2"),
        ("gzip", "?level=nuts2"),
        ("br", "?level=nuts3"),
        ("br", f"?indicator={WEB}&level=nuts3&within=DED&region=DED21"),
        ("br", "?indicator=context_gdp_mio_eur&level=nuts3"),
    ],
)
@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_the_document_with_the_drawn_map_is_light(server: str, lang: str, encoding: str, query: str) -> None:
    assert weight(f"{server}/{lang}/map{query}", encoding) <= HTML_BYTES


#: Bytes of the document as sent (brotli), with what is drawn in it; and of all that its first load asks for.
USUAL = (60_000, 150_000)
#: Kinds of pages that may weigh more, or must weigh less.
WEIGHTS = {
    "region": (60_000, 200_000),
    "country": (60_000, 200_000),
    "territory": (HTML_BYTES, 300_000),
    "what has changed": (20_000, 100_000),
    "keynote": (20_000, 150_000),
    "api": (20_000, 100_000),
}
REQUESTS = 20


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("map") and kind != "nowhere"])
def test_a_page_without_callbacks_is_light_and_loads_no_dash(visit: Visits, kind: str) -> None:
    """The document, all of its first load, the number of requests; nothing of Dash, no callback."""
    document, whole = WEIGHTS.get(kind, USUAL)
    v = visit(f"/de/{KINDS[kind]}")
    v.page.wait_for_load_state("networkidle")
    assert not [url for url in v.urls if "/_dash" in url or "plotly" in url]
    assert weight(f"{v.at}/de/{KINDS[kind]}", "br") <= document
    sizes = wire(v)
    assert 20_000 < sum(sizes.values()) <= whole, sorted(sizes.items(), key=lambda item: -item[1])[:8]
    assert len(v.requests) <= REQUESTS, sorted(sizes)


@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("map", 60_000),
        ("map?level=nuts3", HTML_BYTES),
        ("hub/oberrhein", HTML_BYTES),
        ("compare/DED+FRF", 60_000),
        ("region/DED51", 60_000),
        ("partnerships", 60_000),
        ("programmes", 60_000),
        (f"indicator/{WEB}", 60_000),
    ],
)
def test_a_view_in_a_frame_is_light(visit: Visits, path: str, budget: int) -> None:
    """On a page of somebody else it must not be what everybody waits for."""
    v = visit(f"/embed/fr/{path}")
    v.page.wait_for_load_state("networkidle")
    assert not [url for url in v.urls if "/_dash" in url or "plotly" in url]
    assert weight(f"{v.at}/embed/fr/{path}", "br") <= budget
    assert sum(wire(v).values()) <= budget + 100_000
    assert len(v.requests) <= REQUESTS


def wire(v: Visit) -> dict[str, int]:
    """Address → bytes of the body on the wire, for all that was asked for so far."""
    return {r.url.removeprefix(v.at): max(r.sizes()["responseBodySize"], 0) for r in v.requests}


@pytest.mark.parametrize(("path", "with_chart"), [("/de/map", True), ("/fr/map?level=nuts3&region=FRK26", False)])
def test_the_whole_first_load_is_light_and_the_chart_comes_last(visit: Visits, path: str, with_chart: bool) -> None:
    """Document, styles, fonts, scripts, Dash, figures; for the home page also the chart the reader scrolls to."""
    v = visit(path, viewport={"width": 1100, "height": 700}).settled()
    assert not [url for url in v.urls if "plotly" in url], "the chart is far below the window"
    if with_chart:
        v.page.locator("#chart-section").scroll_into_view_if_needed()
        v.page.locator("#series .js-plotly-plot .scatterlayer .trace").first.wait_for()
        assert [url for url in v.urls if "plotly-basic" in url]
    sizes = wire(v)
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:12]
    assert sum(sizes.values()) > 200_000, "the sizes are those of the wire"


def test_everything_is_compressed_and_hashed_files_are_kept_for_ever(visit: Visits) -> None:
    v = visit("/de/map").settled()
    v.page.locator("#chart-section").scroll_into_view_if_needed()
    v.page.locator("#series .js-plotly-plot").wait_for()
    v.level("nuts3")
    seen = set()
    for response in v.responses:
        path, headers = response.url.removeprefix(v.at), response.headers
        if response.request.resource_type in ("script", "stylesheet", "document") or ".json" in path:
            assert headers.get("content-encoding") in ("br", "gzip"), path
            seen.add(path.split("?")[0].rsplit(".", 1)[-1])
        fixed = re.search(r"[?&](h|v)=|\.woff2|_dash-component-suites/.*\.v\d", path)
        assert bool(fixed) == ("immutable" in headers.get("cache-control", "")), path
    assert {"js", "css", "json", "/de/map"} <= seen


def test_a_second_visit_asks_for_no_file_again(visit: Visits) -> None:
    v = visit("/de/map").settled()
    asked = len(v.requests)
    v.open("/fr/data")
    v.dash().page.wait_for_load_state("networkidle")
    again = [request for request in v.requests[asked:] if request.sizes()["responseBodySize"] > 0]
    assert {r.resource_type for r in again} <= {"document", "fetch", "xhr", "other"}, [r.url for r in again]


def test_an_unchanged_document_is_not_sent_again(server: str) -> None:
    first = httpx.get(f"{server}/de/map", headers={"Accept-Encoding": "br"})
    second = httpx.get(f"{server}/de/map", headers={"Accept-Encoding": "br", "If-None-Match": first.headers["etag"]})
    assert second.status_code == 304
    assert second.content == b""
