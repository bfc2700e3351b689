"""The API on the real build: rows as declared, filters, licences, pages, caches, other sites."""

from __future__ import annotations

import base64
import gzip
import io
from pathlib import Path

import brotli
import orjson
import polars as pl
import pytest
from api_client import KEPT_BACK, ROLES, WEB, ask, held, paged
from flask.testing import FlaskClient
from republished import LATER, first_only, publish_later

from dashboard import queries
from dashboard.api import forms, parameters, resources
from dashboard.app import create
from dashboard.settings import Settings
from dashboard.store import Build

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


# ── Caches and other sites ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address",
    ["", "/openapi.json", "/regions?limit=50", f"/observations.csv?indicator={WEB}&level=land", f"/indicators/{WEB}"],
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


@pytest.fixture(scope="module")
def two(build: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, str, Path]:
    """A client of an application on one publication, its build, and the folder in which a later one comes out."""
    data = tmp_path_factory.mktemp("two")
    first = first_only(build, data)
    application = create(Settings(host="", port=0, data=data, base_url="", workers=1))
    return application.server.test_client(), first, data


def test_pages_never_mix_two_builds_and_one_that_is_gone_says_which_are_kept(
    two: tuple[FlaskClient, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader in the middle of a list when another build is published; then when the old one is taken away."""
    monkeypatch.setattr("dashboard.store.POINTER_SECONDS", 0.0)
    client, first, data = two
    query = f"indicator={WEB}&level=land&period=2024"
    begun = ask(client, f"observations?{query}&limit=2")
    was = ask(client, f"observations?{query}")["data"]
    publish_later(data)
    now = ask(client, f"observations?{query}")
    assert now["build"] == LATER
    assert now["data"] != was
    rest = list(paged(client, begun["next"]))
    assert {page["build"] for page in rest} == {first}
    assert [*begun["data"], *(row for page in rest for row in page["data"])] == was
    assert ask(client, f"observations?{query}&asof={first}")["data"] == was
    crossed = begun["next"] + f"&asof={LATER}"
    assert first in held(client.get(crossed), 404)["detail"]
    day = client.get(f"/api/v1/observations?{query}&asof=2026-11-10")
    assert (day.status_code, day.headers["Location"].endswith(f"asof={first}")) == (302, True)
    kept = ask(client, "builds")["data"]
    assert [(row["id"], row["current"]) for row in kept] == [(LATER, True), (first, False)]
    assert pl.read_parquet(io.BytesIO(client.get("/api/v1/builds.parquet").data))["id"].to_list() == [LATER, first]
    (data / f"builds/{first}.duckdb").unlink()
    fresh = create(Settings(host="", port=0, data=data, base_url="", workers=1)).server.test_client()
    for gone in (f"/api/v1/observations?{query}&asof={first}", begun["next"], f"/api/v1/regions/DED?asof={first}"):
        body = held(fresh.get(gone), 410)
        assert body["kept"] == [LATER]
        assert LATER in body["remedy"]


def test_without_a_build_it_says_so(tmp_path: Path) -> None:
    client = create(Settings(host="", port=0, data=tmp_path, base_url="", workers=1)).server.test_client()
    for address in ("", "/regions", "/observations.csv", "/builds"):
        held(client.get(f"/api/v1{address}"), 503)


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
