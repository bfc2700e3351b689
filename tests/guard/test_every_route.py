"""Every route of the real server with every parameter and header fuzzed: never an error of ours, nothing told.

The routes are read from the application, so that a new one is asked, too.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx
import pytest
from guarded import BASE, TELLING, Guarded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_bad_input import NAMES

from dashboard.api.openapi import document
from dashboard.pages import pages

API = tuple(
    dict.fromkeys(part["name"] for path in document()["paths"].values() for part in path["get"].get("parameters", ()))
)
GOOD = (
    "de",
    "map",
    "adoption_firms_ai_web_pct",
    "DED",
    "land",
    "country",
    "2024",
    "observations",
    "sources",
    "1",
    "csv",
)
STRANGE = (
    "\x00", "\r\nX-Forged: 1", "%0d%0aX-Forged: 1", "../../../etc/passwd", "..%2f..", "'; drop table region; --",
    "<script>", "{{7*7}}", "%s%n", "\ufffd", "1e999", "-1", "9" * 400, "x" * 3000, "\u202e", "own:3,2", "DED+DED",
)  # fmt: skip
value = (
    st.sampled_from(GOOD) | st.sampled_from(STRANGE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
)
#: What a client may send; httpx itself refuses line feeds, the raw ones are in test_hosts.py.
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
HEADERS = (
    "Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range", "Cookie", "Referer",
    "Origin", "Authorization", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Content-Type", "X-Request-Id",
    "X-HTTP-Method-Override", "User-Agent", "Expect", "TE", "Upgrade-Insecure-Requests",
)  # fmt: skip
METHODS = ("GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")


def routes(application: object) -> list[str]:
    """Every rule, and every page."""
    rules = {rule.rule for rule in application.server.url_map.iter_rules()}  # type: ignore[attr-defined]
    return sorted(rules | {f"/<lang>/{name}" for name in pages()} | {f"/<lang>/{name}/<item>" for name in pages()})


def filled(route: str, values: list[str]) -> str:
    """A route with a value for each of its placeholders, now and then one that it does not take."""
    places = iter(values)

    def one(found: re.Match[str]) -> str:
        given_, kind = next(places, "x"), found.group(1)
        if kind.startswith("any(") and len(given_) < 8:
            return kind[4:].split(")")[0].split(",")[len(given_) % kind.count(",")].strip() if "," in kind else "x"
        return quote(given_, safe="/+:,%" if kind.startswith("path:") else "+:,%")

    return re.sub(r"<([^>]*)>", one, route)


def held(answer: httpx.Response) -> None:
    """No error of ours, nothing of the machine, and the headers of every answer."""
    about = f"{answer.request.method} {str(answer.request.url)[:300]} {dict(answer.request.headers)}"
    assert answer.status_code < 500, about
    assert "x-forged" not in answer.headers, about
    assert "set-cookie" not in answer.headers, about
    assert answer.headers["X-Content-Type-Options"] == "nosniff", about
    if answer.headers.get("Content-Type", "").startswith(("text/", "application/json", "application/problem")):
        text = answer.text[:200_000]
        assert not TELLING.search(text), f"{about}: {TELLING.search(text)}"
        if answer.status_code >= 400:
            assert "<script>alert" not in text


@pytest.mark.parametrize("half", [0, 1])
def test_no_route_can_be_broken(guarded: Guarded, application: object, half: int) -> None:
    known = routes(application)[half::2]
    assert len(known) > 20
    client = httpx.Client(base_url=guarded.address, timeout=60)

    @given(
        route=st.sampled_from(known),
        values=st.lists(value, min_size=3, max_size=3),
        query=st.lists(st.tuples(st.sampled_from([*NAMES, *API]) | value, value), max_size=4),
        headers=st.dictionaries(st.sampled_from(HEADERS), printable, max_size=3),
        method=st.sampled_from(METHODS),
    )
    @settings(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def ask(route: str, values: list[str], query: list[tuple[str, str]], headers: dict[str, str], method: str) -> None:
        address = filled(route, values)
        parameters = "&".join(f"{quote(name)}={quote(one, safe='%')}" for name, one in query)
        try:
            url = httpx.URL(f"{guarded.address}{address}?{parameters}")
        except httpx.InvalidURL:  # longer than this client writes
            return
        held(client.request(method, url, headers=headers))

    ask()


def test_every_route_as_it_is_meant(guarded: Guarded, application: object) -> None:
    """Each once, with values that there are; links that name a host name the one of ATLAS_BASE_URL."""
    names = {"lang": "de", "level": "land", "indicator": GOOD[2], "code": "DED", "region": "DED", "item": "DED"}
    for route in routes(application):
        if route.endswith(".pptx") or "<path:path>" in route:  # a deck takes seconds; the other is Dash's own
            continue
        address = re.sub(r"<any\(([^,)]*)[^>]*>", r"\1", route)
        address = re.sub(r"<(?:[a-z]+:)?(\w+)>", lambda found: names.get(found.group(1), "map"), address)
        answer = guarded.get(address, Host="evil.example", **{"X-Forwarded-Host": "evil.example"})
        held(answer)
        assert "evil.example" not in answer.text, f"{route}: the reader's Host stands in the answer"
        assert "evil.example" not in str(answer.headers), route
    assert BASE in guarded.get("/de/feeds/all.xml").text
