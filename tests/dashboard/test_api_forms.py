"""The forms of the API read back, what it refuses, and the document with its page."""

from __future__ import annotations

import io

import orjson
import polars as pl
import pytest
from api_client import ROLES, WEB, ask, held
from flask.testing import FlaskClient
from pysdmx.io.csv.sdmx20.reader import read as read_sdmx

from dashboard.api import forms, openapi, parameters, resources
from dashboard.store import Build, SlowQueryError

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


def test_jsonstat_is_a_cube_of_the_same_figures(client: FlaskClient) -> None:
    rows = ask(client, f"observations{SLICE}")["data"]
    answer = client.get(f"/api/v1/observations.jsonstat{SLICE}")
    assert answer.content_type == "application/vnd.json-stat+json"
    cube = orjson.loads(answer.data)
    assert (cube["version"], cube["class"]) == ("2.0", "dataset")
    places = {
        name: {code: at for at, code in enumerate(cube["dimension"][name]["category"]["index"])} for name in cube["id"]
    }
    for row in rows:
        where = {"figure": row["indicator"], "region": row["region"], "breakdown": "_T", "period": row["period"]}
        at = 0
        for name, size in zip(cube["id"], cube["size"], strict=True):
            at = at * size + places[name][where[name]]
        assert cube["value"].get(str(at)) == row["value"]
        assert cube.get("status", {}).get(str(at), "") == row["status"]
    assert cube["extension"]["next"] is None
    assert f"asof={cube['extension']['build']}" in cube["href"]


@pytest.mark.parametrize("form", ["json", "csv", "sdmx.csv", "jsonstat"])
def test_a_large_answer_is_made_beside_the_web_worker_and_is_the_same(
    client: FlaskClient, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/api/v1/observations.{form}?indicator={WEB}&level=nuts3&limit=2500"
    beside = client.get(address)
    assert beside.status_code == 200, beside.text[:300]
    monkeypatch.setattr("dashboard.api.serve._SMALL", 10_000)
    monkeypatch.setattr("dashboard.exports.pool.made", None)
    here = client.get(address)
    assert (here.data, here.headers["ETag"]) == (beside.data, beside.headers["ETag"])


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
    answer = client.get(f"/api/v1/observations?indicator={WEB}")
    assert "limit" in held(answer, 503)["remedy"]
    assert int(answer.headers["Retry-After"]) > 0


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
