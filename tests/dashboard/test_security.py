"""What every answer carries, and that no request gets more than a calm page."""

from __future__ import annotations

import re
from types import SimpleNamespace

import orjson
import pytest
from dash import Dash
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from dashboard.app import create
from dashboard.pages import pages
from dashboard.settings import Settings
from dashboard.store import Build, SlowQueryError

CALLBACK = "/_dash-update-component"
ROUTE = {
    "output": "root.children",
    "outputs": {"id": "root", "property": "children"},
    "inputs": [{"id": "url", "property": "pathname", "value": "/de/map"}],
    "state": [{"id": "url", "property": "search", "value": ""}],
    "changedPropIds": ["url.pathname"],
}
UNKNOWN = [
    "/_dash-nope", "/_mcp", "/mcp", "/_alive_x", "/__", "/_favicon.icox",
    "/assets/nope", "/shapes/nope", "/health", "/health/", "/health/nope",
    "/nope", "/de/nope", "/de/map/x", "/de/map/x/y", "/de/indicator", "/de/indicator/", "/de/indicator/nope",
    "/de/indicator/a/b", "/de/slice/x/y.json", "/de/slice/x/land.json", "/xx/slice/x/land.json", "/xx/map",
    "/xx/regions.json", "/de/regions.jsonx", "/de/data/x", "/DE/map", "/de/MAP", "/de/../de/map/../x",
    "/de/%2e%2e/map", "/de/map%00", "/%F0%9F%97%BA", "/" + "x" * 5000, "/de/" + "a/" * 200, "/.git/config", "/.env",
    "/wp-admin.php", "/index.html", "/favicon.ico", "/dash/", "/unused-assets/map.css", "/robots.txt.bak",
]  # fmt: skip


def held(answer: TestResponse) -> None:
    """The promises of every answer, whatever its status."""
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["base-uri"] == "'none'"
    for source in " ".join(policy.values()).split():
        assert source in ("'none'", "'self'", "data:", "'unsafe-inline'"), source
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert policy["frame-ancestors"] == "'none'"
    assert "Permissions-Policy" in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    if answer.status_code >= 400:
        assert not re.search(r"Traceback|File \"|\.py\b|site-packages|werkzeug|dashboard/", answer.text)
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", UNKNOWN, ids=lambda path: path[:40])
def test_an_unknown_address_is_a_real_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    held(answer)


@pytest.mark.parametrize(
    "path", ["/", "/de", "/de/map", "/en/data", "/health/live", "/assets/map.css", "/fr/regions.json"]
)
def test_every_good_answer_has_the_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (200, 301, 302)
    held(answer)
    assert answer.headers.get("Server", "").find("Python") < 0


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("path", ["/", "/de/map", "/de/regions.json", "/health/live", "/assets/map.css"])
def test_nothing_can_be_written(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method.upper(), data=b"x")
    assert answer.status_code in ((200, 405) if method == "options" else (405,))
    held(answer) if answer.status_code != 200 else None


def test_no_page_has_an_inline_script_or_handler(client: FlaskClient) -> None:
    for path in ("/de/map", "/fr/data", "/en/nope"):
        answer = client.get(path)
        for attributes, code in re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.S):
            if "src=" in attributes or re.search(r'type="application/(ld\+)?json"', attributes):
                continue  # data, which no browser runs (tests/discovery/test_in_browser.py)
            pytest.fail(f"an inline script, which the policy forbids: {code[:80]}")
        assert not re.search(r"<[^>]+\son[a-z]+=", answer.text)
        assert not re.search(r"3\.1\d\.\d|python", answer.text, re.I), "what the server runs on is nobody's business"


@pytest.mark.parametrize("path", ["/de/map", "/fr/region/DED", "/en/compare/DED+FRF", "/embed/de/map", "/de/nope"])
def test_no_script_keeps_a_page_from_being_drawn(client: FlaskClient, path: str) -> None:
    """All scripts run after the document, in their order; on a phone the map else came two seconds later.

    Those in a template wait for assets/start.js.
    """
    page = re.sub(r"<template\b.*?</template>", "", client.get(path).text, flags=re.S)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert any(" src=" in attributes for attributes in scripts)
    for attributes in scripts:
        assert "defer " in attributes or "json" in attributes, attributes


# ── Callbacks ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_good_callback_is_answered(client: FlaskClient) -> None:
    answer = client.post(CALLBACK, json=ROUTE)
    assert answer.status_code == 200
    held(answer)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def mutated() -> st.SearchStrategy[object]:
    """The good body with one part of it, at any depth, replaced by anything or taken away."""

    def paths(node: object, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        return [at] * bool(at) + [p for key, value in inner for p in paths(value, (*at, key))]

    def change(path: tuple[object, ...], value: object, drop: bool) -> object:
        body = orjson.loads(orjson.dumps(ROUTE))
        node = body
        for key in path[:-1]:
            node = node[key]
        if drop:
            del node[path[-1]]
        else:
            node[path[-1]] = value
        return body

    return st.builds(change, st.sampled_from(paths(ROUTE)), anything, st.booleans())


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=anything | mutated())
def test_a_malformed_callback_is_never_an_error_of_ours(client: FlaskClient, body: object) -> None:
    try:
        raw = orjson.dumps(body)
    except (TypeError, orjson.JSONEncodeError):
        return
    answer = client.post(CALLBACK, data=raw, content_type="application/json")
    assert answer.status_code in (200, 204, 400), raw[:300]
    if not isinstance(body, dict) or body.get("output") != "root.children":
        assert answer.status_code == 400
    held(answer)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"output":', b"[" * 50_000, b'{"a":' * 5_000, b"1" * 4000, b"NaN"],
    ids=lambda raw: repr(raw[:12]),
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_what_is_no_json_is_400(client: FlaskClient, raw: bytes, kind: str) -> None:
    answer = client.post(CALLBACK, data=raw, content_type=kind)
    assert answer.status_code == 400
    assert answer.is_json
    held(answer)


UNREADABLE = {
    "too deep": "[" * 1000 + "]" * 1000,
    "deep": "[" * 190 + "]" * 190,
    "long": "1" * 5000,
    "huge": "-1e400",
    "surrogate": '"\\ud800"',
    "twice": '{"a":1,"a":2}',
}


@pytest.mark.parametrize("value", UNREADABLE.values(), ids=UNREADABLE)
def test_a_value_that_python_cannot_read_is_no_error_of_ours(client: FlaskClient, value: str) -> None:
    raw = orjson.dumps(ROUTE).decode().replace('"/de/map"', value)
    answer = client.post(CALLBACK, data=raw, content_type="application/json")
    assert answer.status_code in (200, 400)
    held(answer)


def test_a_callback_of_the_browser_cannot_be_asked_of_the_server(client: FlaskClient) -> None:
    body = {
        "output": "series.figure",
        "outputs": {"id": "series", "property": "figure"},
        "inputs": [{"id": "picked", "property": "data", "value": None}],
        "state": [{"id": "series", "property": "figure", "value": None}],
        "changedPropIds": ["picked.data"],
    }
    answer = client.post(CALLBACK, json=body)
    assert answer.status_code == 400
    held(answer)


def test_a_good_body_of_another_content_type_is_no_error_of_ours(client: FlaskClient) -> None:
    for kind in ("text/plain", "", "multipart/form-data; boundary=x"):
        answer = client.post(CALLBACK, data=orjson.dumps(ROUTE), content_type=kind)
        assert answer.status_code in (200, 400, 415)
        held(answer)


@pytest.mark.parametrize("path", [CALLBACK, "/de/map"])
def test_twenty_megabytes_are_refused(client: FlaskClient, path: str) -> None:
    answer = client.post(path, data=b"x" * 20_000_000, content_type="application/json")
    assert answer.status_code == (413 if path == CALLBACK else 405)
    held(answer)


@pytest.mark.parametrize("wanted", [None, 7, [], {"lang": 7}, {"lang": "xx"}, {"lang": ["de"]}, {"lang": {"a": 1}}])
def test_the_charts_callback_takes_any_value(client: FlaskClient, wanted: object) -> None:
    part = {"id": "wanted", "property": "data", "value": wanted}
    body = {
        "output": "chart.children",
        "outputs": {"id": "chart", "property": "children"},
        "inputs": [part],
        "state": [part],
        "changedPropIds": ["wanted.data"],
    }
    answer = client.post(CALLBACK, json=body)
    assert answer.status_code == 200
    held(answer)


@pytest.mark.parametrize(
    "pathname", ["/xx", "", "/de/map/x", "//", "/de/indicator/../x", 7, None, ["a"], {"b": 1}, "\x00"]
)
@pytest.mark.parametrize("search", ["?level=nope", 7, ["a"], "?" + "x" * 9000, None])
def test_the_routes_callback_takes_any_address(client: FlaskClient, pathname: object, search: object) -> None:
    body = orjson.loads(orjson.dumps(ROUTE))
    body["inputs"][0]["value"], body["state"][0]["value"] = pathname, search
    answer = client.post(CALLBACK, json=body)
    assert answer.status_code in (200, 400)
    held(answer)


# ── Errors of our own ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_an_error_in_a_page_is_a_calm_page_with_a_number(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, lang: str
) -> None:
    """The reader gets the number, the log gets the number and the cause."""

    def layout(_request: object) -> object:
        raise RuntimeError("secret-in-the-message /srv/secret/path")

    monkeypatch.setattr(pages()["data"], "layout", layout)
    answer = create(settings).server.test_client().get(f"/{lang}/data")
    assert answer.status_code == 500
    held(answer)
    assert "secret" not in answer.text
    assert f'<html lang="{lang}">' in answer.text
    number = re.search(r"\b[0-9a-f]{12}\b", answer.text.split("<main")[1])
    assert number
    assert number.group() == answer.headers["X-Request-Id"]
    assert number.group() in caplog.text
    assert "secret-in-the-message" in caplog.text


def test_an_error_in_a_callback_is_a_500_that_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not 200 with nothing in it, which would leave old figures standing."""

    def layout(_request: object) -> object:
        raise RuntimeError("secret")

    monkeypatch.setattr(pages()["map"], "layout", layout)
    answer = create(settings).server.test_client().post(CALLBACK, json=ROUTE)
    assert answer.status_code == 500
    held(answer)
    assert "secret" not in answer.text


def test_a_slow_query_is_503(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(_build: Build, query: str, **_values: object) -> object:
        if query == "slice":
            raise SlowQueryError(query)
        return frame(_build, query, **_values).to_dicts()

    frame = Build.frame
    monkeypatch.setattr(Build, "rows", rows)
    client = create(settings).server.test_client()
    answer = client.get("/de/map")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    held(answer)


def test_a_long_address_does_not_fill_the_log(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def title(_request: SimpleNamespace) -> str:
        raise RuntimeError("y" * 100_000)

    monkeypatch.setattr(pages()["data"], "title", title)
    create(settings).server.test_client().get("/de/data?" + "x" * 5_000)
    first = caplog.records[-1].getMessage()
    assert len(first) < 1_000


# ── The application itself ───────────────────────────────────────────────────────────────────────────────────────


def test_nothing_of_a_debugger_or_another_door_is_on(application: Dash) -> None:
    server = application.server
    assert server.debug is False
    assert server.testing is False
    assert server.secret_key is None
    assert application.config.serve_locally is not False
    assert getattr(application, "_enable_mcp", False) in (False, None)
    rules = {rule.rule for rule in server.url_map.iter_rules()}
    assert not [rule for rule in rules if "mcp" in rule or "console" in rule or "debug" in rule]
    assert server.config["MAX_CONTENT_LENGTH"] == 256 * 1024


def test_the_wsgi_application_is_the_same_one(data: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_DATA", str(data))
    from dashboard import wsgi

    assert wsgi.server.debug is False
    assert wsgi.server.test_client().get("/health/live").status_code == 200


def test_dashs_own_answers_tell_nothing(client: FlaskClient) -> None:
    """Layout and dependencies are public: they may hold no figure, no path, no setting."""
    for path in ("/_dash-layout", "/_dash-dependencies"):
        answer = client.get(path)
        held(answer)
        assert answer.status_code == 200
        assert len(answer.data) < 2_000
        assert not re.search(r"/tmp|\.py|\.duckdb|ATLAS_", answer.text)
