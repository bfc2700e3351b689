"""The API on the real build: rows as declared, filters, pages, forms, caches, and what it refuses."""

from __future__ import annotations

import base64
import gzip
import io
import re
from typing import Any
from urllib.parse import urlencode

import brotli
import orjson
import polars as pl
import pytest
from flask.testing import FlaskClient
from pysdmx.io.csv.sdmx20.reader import read as read_sdmx
from werkzeug.test import TestResponse

from dashboard import queries
from dashboard.api import forms, openapi, parameters, resources
from dashboard.store import Build, SlowQueryError

WEB = "adoption_firms_ai_web_pct"
ROLES = "adoption_firms_ai_role_pct"
KEPT_BACK = "jobs_it_employment_fap_count"


def ask(client: FlaskClient, resource: str, status: int = 200, /, **query: object) -> Any:
    """The JSON of an answer."""
    answer = client.get(f"/api/v1/{resource}" + (f"?{urlencode(query)}" if query else ""))
    assert answer.status_code == status, answer.text[:500]
    return orjson.loads(answer.data)


def held(answer: TestResponse, status: int) -> Any:
    """A problem of RFC 9457 that says what to do."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.content_type == "application/problem+json"
    body = orjson.loads(answer.data)
    assert body["status"] == status
    assert body["type"].startswith("/en/api#")
    said = [body[name] for name in ("title", "detail", "remedy")]
    assert all(text.strip() and not re.search(r"\{[a-z]", text) for text in said), said
    return body


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", resources.ALL)
def test_every_row_is_as_the_document_declares_it(client: FlaskClient, name: str) -> None:
    body = ask(client, name, **({} if name == resources.BUILDS else {"limit": parameters.MOST // 5}))
    model = resources.model_of(name)
    assert body["data"]
    for row in body["data"]:
        model.model_validate(row)
        assert list(row) == list(model.model_fields), "in the order of the declaration"


def test_the_lists_are_whole(client: FlaskClient, opened: Build) -> None:
    counts = {"regions": "regions", "territories": "territories", "programmes": "ledger_programmes",
              "claims": "ledger_claims", "partnerships": "ledger_partnerships", "sources": "sources"}  # fmt: skip
    for name, query in counts.items():
        assert len(ask(client, name)["data"]) == len(opened.rows(query)), name
    assert [row["id"] for row in ask(client, "indicators")["data"]] == list(queries.indicators(opened, "en"))


def test_figures_are_those_of_the_map(client: FlaskClient, opened: Build) -> None:
    """Value, flag, limits and range of ranks of each, at the level asked for."""
    for level in ("land", "nuts2", "nuts3"):
        rows = ask(client, "observations", indicator=WEB, level=level, limit=10_000)["data"]
        shown = {(row["region"], row["period"]): row for row in queries.slice_rows(opened, WEB, level, "")}
        assert len(rows) == len(shown) > 100
        names = (
            "value",
            "status",
            "n",
            "ci_low",
            "ci_high",
            "rank",
            "rank_low",
            "rank_high",
            "of",
            "source",
            "delivery",
        )
        for row in rows:
            assert {n: row[n] for n in names} == {n: shown[row["region"], row["period"]][n] for n in names}
            assert row["level"] == level


def test_observations_are_filtered(client: FlaskClient, opened: Build) -> None:
    inside = queries.inside(opened, ["DED"]) - {"DED"}
    rows = ask(client, "observations", indicator=WEB, parent="DED")["data"]
    assert {row["region"] for row in rows} <= inside
    assert {row["level"] for row in rows} == {"nuts2", "nuts3"}
    rows = ask(client, "observations", indicator=WEB, region="DE-SN,FRF", period="2023,2024")["data"]
    assert {(row["region"], row["period"]) for row in rows} == {
        (r, p) for r in ("DED", "FRF") for p in ("2023", "2024")
    }
    rows = ask(client, "observations", indicator=ROLES, region="DED", member="1", **{"from": "2020", "to": "2022"})[
        "data"
    ]
    assert [(row["member"], row["period"]) for row in rows] == [("1", "2020"), ("1", "2021"), ("1", "2022")]
    rows = ask(client, "observations", country="FR", level="country", member="_T", to="2019", limit=10_000)["data"]
    assert {row["region"] for row in rows} == {"FR"}
    assert {row["member"] for row in rows} == {""}
    assert max(row["period"][:4] for row in rows) == "2019"
    assert any(len(row["period"]) == 7 for row in rows), "a year takes in its months"


def test_lists_are_filtered(client: FlaskClient) -> None:
    assert {row["country"] for row in ask(client, "regions", country="FR")["data"]} == {"FR"}
    assert len(ask(client, "regions", parent="FR", level="land")["data"]) == 18
    assert {row["theme"] for row in ask(client, "indicators", theme="jobs", country="FR")["data"]} == {"jobs"}
    assert {row["programme"] for row in ask(client, "claims", programme="zakid")["data"]} == {"zakid"}
    assert ask(client, "claims", programme="zakid", measure="jobs")["data"]
    assert all("DED" in row["within"] for row in ask(client, "programmes", region="DE-SN")["data"])
    members = [
        {one["organisation"] for one in row["members"]}
        for row in ask(client, "partnerships", organisation="sap")["data"]
    ]
    assert members
    assert all("sap" in one for one in members)


def test_one_row_by_its_id(client: FlaskClient, opened: Build) -> None:
    body = ask(client, f"indicators/{WEB}")
    assert body["build"] == opened.id
    assert body["data"]["id"] == WEB
    assert ask(client, "regions/DE-SN")["data"]["code"] == "DED"
    held(client.get("/api/v1/indicators/nope"), 404)
    assert "sachsen" in held(client.get("/api/v1/territories/ki-hub-sachsn-thueringen"), 404)["remedy"]


# ── Licences ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_licence_keeps_here_is_not_handed_out(client: FlaskClient, opened: Build) -> None:
    known = queries.indicators(opened, "en")
    kept = {name for name, row in known.items() if queries.withheld(opened, row)}
    assert KEPT_BACK in kept
    for ending in forms.FORMS:
        body = held(client.get(f"/api/v1/observations.{ending}?indicator={KEPT_BACK}"), 403)
        assert body["left_out"] == [KEPT_BACK]
    mixed = client.get(f"/api/v1/observations?indicator={KEPT_BACK},{WEB}&level=country")
    assert {row["indicator"] for row in orjson.loads(mixed.data)["data"]} == {WEB}
    assert orjson.loads(mixed.data)["left_out"] == [{"indicator": KEPT_BACK, "reason": "licence"}]
    assert mixed.headers["Atlas-Left-Out"] == KEPT_BACK
    closed = {name for name, row in queries.sources(opened).items() if not row["redistribute"]}
    pages = list(paged(client, "/api/v1/observations?level=land&limit=10000"))
    seen = {(row["indicator"], row["source"]) for page in pages for row in page["data"]}
    assert not {indicator for indicator, _ in seen} & kept
    assert not {source for _, source in seen} & closed
    assert all({one["indicator"] for one in page["left_out"]} == kept for page in pages)


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def paged(client: FlaskClient, address: str | None) -> Any:
    """Each page of a list, by following `next`."""
    while address:
        answer = client.get(address)
        body = orjson.loads(answer.data)
        assert answer.status_code == 200, body
        link = f'<{body["next"]}>; rel="next"' if body["next"] else None
        assert answer.headers.get("Link") == link
        yield body
        address = body["next"]


@pytest.mark.parametrize(
    "query", [f"observations?indicator={ROLES},{WEB}&level=land&period=2023,2024", "regions?level=nuts3", "claims?"]
)
def test_pages_put_together_are_the_whole(client: FlaskClient, query: str) -> None:
    whole = ask(client, f"{query}&limit=10000")
    pages = list(paged(client, f"/api/v1/{query}&limit=87"))
    assert [row for page in pages for row in page["data"]] == whole["data"]
    assert all(len(page["data"]) == 87 for page in pages[:-1])
    assert len(pages) > 2
    assert {page["build"] for page in pages} == {whole["build"]}


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def test_a_cursor_is_good_only_where_it_came_from(client: FlaskClient, opened: Build) -> None:
    first = ask(client, "regions", level="nuts3", limit=2)["next"]
    given = first.partition("cursor=")[2]
    held(client.get(f"/api/v1/regions?level=land&cursor={given}"), 404)
    held(client.get(f"/api/v1/observations?cursor={given}"), 404)
    asked = orjson.loads(base64.urlsafe_b64decode(given + "=="))[1]
    for forged in ("x", cursor(), cursor(opened.id), cursor(opened.id, asked, "3"), cursor(opened.id, asked, 1e9),
                   cursor(opened.id, asked, 2**40), cursor([], asked, 1), cursor(opened.id, asked, None)):  # fmt: skip
        held(client.get(f"/api/v1/regions?level=nuts3&cursor={forged}"), 404)
    far = cursor(opened.id, asked, 10**6)
    assert ask(client, "regions", level="nuts3", cursor=far)["data"] == []
    gone = held(client.get(f"/api/v1/regions?level=nuts3&cursor={cursor('abcdefabcdef', asked, 1)}"), 404)
    assert opened.id in gone["kept"]


# ── Forms ────────────────────────────────────────────────────────────────────────────────────────────────────────

SLICE = f"?indicator={WEB}&level=land"


def test_csv_and_parquet_say_the_same_as_json(client: FlaskClient) -> None:
    rows = ask(client, f"observations{SLICE}")["data"]
    parquet = client.get(f"/api/v1/observations.parquet{SLICE}")
    assert parquet.content_type == "application/vnd.apache.parquet"
    assert pl.read_parquet(io.BytesIO(parquet.data)).to_dicts() == rows
    comma = client.get(f"/api/v1/observations{SLICE}", headers={"Accept": "text/csv"})
    assert comma.content_type == "text/csv; charset=utf-8"
    found = pl.read_csv(io.BytesIO(comma.data), schema_overrides={"period": pl.String, "member": pl.String}).to_dicts()
    for row, wanted in zip(found, rows, strict=True):
        assert row["value"] == wanted["value"]
        assert (row["region"], row["period"], row["status"] or "") == (
            wanted["region"],
            wanted["period"],
            wanted["status"],
        )
        assert row["ci_low"] == pytest.approx(wanted["ci_low"], rel=1e-14)


def test_lists_in_csv_are_json(client: FlaskClient) -> None:
    wanted = {row["id"]: row for row in ask(client, "indicators")["data"]}
    for row in pl.read_csv(io.BytesIO(client.get("/api/v1/indicators.csv").data)).to_dicts():
        assert orjson.loads(row["levels"]) == wanted[row["id"]]["levels"]
        assert orjson.loads(row["members"]) == wanted[row["id"]]["members"]


def test_sdmx_is_read_by_the_statisticians_library(client: FlaskClient) -> None:
    query = f"?indicator={ROLES}&level=land&period=2024"
    rows = ask(client, f"observations{query}")["data"]
    answer = client.get(f"/api/v1/observations{query}", headers={"Accept": "application/vnd.sdmx.data+csv"})
    assert answer.content_type == "application/vnd.sdmx.data+csv;version=2.0.0"
    (dataset,) = read_sdmx(answer.text)
    assert dataset.short_urn == "DataFlow=ATLAS:OBSERVATIONS(1.0.0)".replace("DataFlow", "Dataflow")
    found = dataset.data.to_dict("records")
    assert len(found) == len(rows)
    for row, wanted in zip(found, rows, strict=True):
        assert row["INDICATOR"] == wanted["indicator"]
        assert (row["REF_AREA"], row["TIME_PERIOD"], row["FREQ"]) == (wanted["region"], wanted["period"], "A")
        assert row["BREAKDOWN"] == wanted["member"]
        assert row["OBS_STATUS"] == forms.OBS_STATUS[wanted["status"]]
        assert (row["OBS_VALUE"] == "" or row["OBS_VALUE"] is None) == (wanted["value"] is None) or float(
            row["OBS_VALUE"]
        ) == wanted["value"]


@pytest.mark.parametrize(
    ("accept", "type_"),
    [("", "application/json"), ("*/*", "application/json"), ("text/html,*/*;q=0.8", "application/json"),
     ("text/csv;q=0.5, application/vnd.apache.parquet", "application/vnd.apache.parquet"),
     ("text/*", "text/csv; charset=utf-8"), ("application/json;q=0, text/csv", "text/csv; charset=utf-8")],
)  # fmt: skip
def test_accept_chooses_the_form(client: FlaskClient, accept: str, type_: str) -> None:
    answer = client.get("/api/v1/regions?limit=3", headers={"Accept": accept} if accept else {})
    assert answer.content_type == type_
    assert {"Accept", "Accept-Encoding"} <= {part.strip() for part in answer.headers["Vary"].split(",")}


def test_a_form_that_there_is_not(client: FlaskClient) -> None:
    assert "text/csv" in held(client.get("/api/v1/regions", headers={"Accept": "text/html"}), 406)["remedy"]
    held(client.get("/api/v1/regions", headers={"Accept": "application/vnd.sdmx.data+csv"}), 406)
    assert ".csv" in held(client.get("/api/v1/regions.sdmx.csv"), 404)["remedy"]
    held(client.get("/api/v1/regions.xml"), 404)


# ── Caches and other sites ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address", ["", "/openapi.json", "/regions?limit=50", f"/observations.csv{SLICE}", f"/indicators/{WEB}"]
)
def test_an_answer_is_packed_and_asked_for_again_cheaply(client: FlaskClient, address: str, opened: Build) -> None:
    address = f"/api/v1{address}"
    plain = client.get(address)
    assert plain.headers["Atlas-Build"] == opened.id
    for coding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        packed = client.get(address, headers={"Accept-Encoding": coding})
        assert packed.headers["Content-Encoding"] == coding
        assert unpack(packed.data) == plain.data
        again = client.get(address, headers={"Accept-Encoding": coding, "If-None-Match": packed.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    head = client.head(address)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", plain.headers["ETag"])


def test_a_frozen_answer_is_kept_for_ever(client: FlaskClient, opened: Build) -> None:
    assert client.get("/api/v1/regions").headers["Cache-Control"] == "no-cache"
    assert "immutable" in client.get(f"/api/v1/regions?asof={opened.id}").headers["Cache-Control"]
    body = held(client.get("/api/v1/regions?asof=abcdefabcdef"), 404)
    assert opened.id in body["kept"]
    assert opened.id in body["remedy"]
    day = client.get("/api/v1/regions?asof=2000-01-01")
    assert held(day, 404)["kept"]


def test_scripts_of_other_sites_may_read_and_nobody_may_write(client: FlaskClient) -> None:
    for address in ("/api/v1/regions", "/api/v1/nope", "/api/v1/regions?x=1"):
        assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in client.get(address).headers
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    before = client.options("/api/v1/regions", headers=asked)
    assert before.status_code == 200
    assert "If-None-Match" in before.headers["Access-Control-Allow-Headers"]
    for method in ("post", "put", "patch", "delete"):
        refused = getattr(client, method)("/api/v1/regions", json={})
        held(refused, 405)
        assert {"GET", "HEAD", "OPTIONS"} <= {part.strip() for part in refused.headers["Allow"].split(",")}
    assert "Access-Control-Allow-Origin" not in client.get("/de/map").headers


# ── What it refuses ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_typo_is_refused_with_the_names_there_are(client: FlaskClient) -> None:
    body = held(client.get("/api/v1/observations?indicater=x"), 400)
    assert body["parameter"] == "indicater"
    assert "“indicator”" in body["remedy"]
    assert set(body["parameters"]) == set(parameters.names(parameters.Observations))
    assert "from" in body["parameters"]
    held(client.get("/api/v1/observations?since=2020"), 400)  # the name in the code
    held(client.get("/api/v1?x=1"), 400)
    held(client.get("/api/v1/regions/DED?limit=3"), 400)
    german = held(client.get("/api/v1/regions?levl=land", headers={"Accept-Language": "de"}), 400)
    assert "Meinten Sie" in german["remedy"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("limit=0", 400), ("limit=10001", 400), ("limit=x", 400), ("limit=1&limit=2", 400), ("level=kreis", 400),
     ("indicator=", 400), ("indicator=nope", 404), ("region=XX", 404), ("region=DED,XX", 404), ("parent=nowhere", 404),
     ("period=24", 400), ("from=2024-Q5", 400), ("member=nope", 404), ("asof=../../x", 400), ("asof=nope", 404),
     ("region=" + "DED," * 900, 400), ("indicator=" + "x" * 5000, 400), ("cursor=%00", 400), ("country=US", 400),
     ("indicator='; drop table region; --", 400), ("region=%3Cscript%3E", 400), ("limit=1e999", 400), ("%00=1", 400)],
)  # fmt: skip
def test_absurd_input_is_named(client: FlaskClient, query: str, status: int) -> None:
    body = held(client.get(f"/api/v1/observations?{query}"), status)
    assert len(orjson.dumps(body)) < 2000


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v2", "/api/v1/x/y/z", "/api/v1/regions/", "/api/v1/regions/%00", "/api/v1/../x"]
)
def test_an_address_that_there_is_not(client: FlaskClient, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    if path == "/api":
        assert answer.status_code == 404
    else:
        held(answer, 404)


def test_a_slow_query_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise SlowQueryError("api_observations")

    monkeypatch.setattr(Build, "frame", slow)
    assert "limit" in held(client.get(f"/api/v1/observations?indicator={WEB}"), 503)["remedy"]


# ── The document and its page ────────────────────────────────────────────────────────────────────────────────────


def test_the_document_is_openapi_3_1_and_names_what_there_is(client: FlaskClient) -> None:
    body = orjson.loads(client.get("/api/v1/openapi.json").data)
    assert body["openapi"] == "3.1.0"
    rules = {rule.rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/api/v1")}
    assert len(rules) == 7
    assert {path.split("/")[3].partition(".")[0] for path in body["paths"] if path.count("/") > 2} == {
        *resources.ALL,
        "openapi",
    }
    every = {one["name"] for one in body["paths"]["/api/v1/observations"]["get"]["parameters"]}
    assert every == set(parameters.names(parameters.Observations))


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_the_page_says_what_the_document_says(client: FlaskClient, lang: str) -> None:
    page = client.get(f"/{lang}/api").text
    for name in resources.ALL:
        assert f'id="{name}"' in page
        for parameter in parameters.names(resources.query_of(name)):
            assert f"<code>{parameter}</code>" in page
        for column in resources.model_of(name).model_fields:
            assert f"<code>{column}</code>" in page
    assert (openapi.ABOUT[:40] in page) == (lang == "en")
    assert "https://" not in page.partition("<main")[2].partition("</main>")[0], "no other host"
    for kind in ("parameter", "licence", "unknown", "gone"):
        assert f'id="{kind}"' in page
    assert f'href="/{lang}/api"' in client.get(f"/{lang}/data").text.partition("<footer")[2]
