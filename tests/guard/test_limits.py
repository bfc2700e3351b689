"""One address may ask so often: counted over both workers, by network, and said in the reader's language."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape

import pytest
from guarded import LIMITS, Guarded

from dashboard.app import create
from dashboard.guard import limits
from dashboard.guard.limits import API, EXPORTS, PAGES, kind_of
from dashboard.settings import Settings, from_environment

REGIONS = "/de/regions.json"


def many(guarded: Guarded, path: str, times: int, reader: str) -> Counter[int]:
    """Statuses of requests at the same time, each on a connection of its own, so that both workers get some."""
    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(lambda _: guarded.get(path, reader).status_code, range(times)))


def test_both_workers_count_together_and_each_reader_alone(guarded: Guarded) -> None:
    most = int(LIMITS["ATLAS_REQUESTS_A_MINUTE"])
    found = many(guarded, REGIONS, 3 * most, "203.0.113.7")
    assert found.keys() == {200, 429}
    assert most <= found[200] < 2 * most, "two workers that count for themselves would let twice as many pass"
    assert guarded.get(REGIONS, "203.0.113.8").status_code == 200
    assert guarded.get("/health/live", "203.0.113.7").status_code == 200
    assert guarded.get("/assets/map.css", "203.0.113.7").status_code == 200
    assert guarded.get("/api/v1", "203.0.113.7").status_code == 200, "each kind has its own limit"


def test_it_is_said_calmly_in_three_languages(guarded: Guarded) -> None:
    many(guarded, REGIONS, 50, "203.0.113.20")
    for lang, title in (("de", "Zu viele Anfragen"), ("fr", "Trop de demandes"), ("en", "Too many requests")):
        answer = guarded.get(f"/{lang}/map", "203.0.113.20")
        assert answer.status_code == 429
        assert f'<html lang="{lang}">' in answer.text
        main = unescape(answer.text.split("<main")[1])
        assert title in main
        seconds = int(answer.headers["Retry-After"])
        assert 1 <= seconds <= 120
        assert f"{seconds}\u00a0s" in main
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in answer.headers


def test_the_api_says_it_to_programs(guarded: Guarded) -> None:
    first = guarded.get("/api/v1/sources", "203.0.113.30", Origin="https://elsewhere.example")
    assert first.status_code == 200
    assert first.headers["RateLimit-Policy"] == '"api";q=6;w=60'
    assert re.fullmatch(r'"api";r=5;t=\d+', first.headers["RateLimit"])
    assert "RateLimit" in first.headers["Access-Control-Expose-Headers"]
    found = many(guarded, "/api/v1/sources", 20, "203.0.113.30")
    assert found[429] > 0
    last = guarded.get("/api/v1/sources", "203.0.113.30")
    assert last.status_code == 429
    assert last.headers["Content-Type"] == "application/problem+json"
    assert last.json()["status"] == 429
    assert last.json()["type"].endswith("often")
    assert int(last.headers["Retry-After"]) >= 1
    assert re.fullmatch(r'"api";r=0;t=\d+', last.headers["RateLimit"])


def test_what_a_reader_claims_counts_for_nothing(guarded: Guarded) -> None:
    """Only the last entry is the web server's; what stands before it is the reader's own."""
    with ThreadPoolExecutor(8) as pool:
        claims = [f"198.51.100.{n}, 203.0.113.40" for n in range(20)]
        found = Counter(pool.map(lambda claim: guarded.get("/de/map.csv", claim).status_code, claims))
    assert found[429] >= 8


def test_a_household_of_ipv6_is_one_reader(guarded: Guarded) -> None:
    with ThreadPoolExecutor(8) as pool:
        readers = [f"2001:db8:1:2::{n:x}" for n in range(20)]
        found = Counter(pool.map(lambda reader: guarded.get("/de/map.csv", reader).status_code, readers))
    assert found[429] >= 8
    assert guarded.get("/de/map.csv", "2001:db8:1:3::1").status_code == 200


def test_this_machine_is_not_limited(guarded: Guarded) -> None:
    """A probe, a bench, or a web server that ATLAS_PROXIES does not name: else all its readers would be one."""
    assert many(guarded, "/de/map.csv", 12, "") == {200: 12}


def test_a_web_server_that_is_not_named_is_said_once(caplog: pytest.LogCaptureFixture, settings: Settings) -> None:
    limits._reminded = False
    client = create(replace(settings, requests=2)).server.test_client()
    for _ in range(5):
        answer = client.get("/health/live", headers={"X-Forwarded-For": "203.0.113.9"})
        assert answer.status_code == 200
    assert [record.getMessage() for record in caplog.records if "ATLAS_PROXIES=1" in record.getMessage()] != []
    assert len([record for record in caplog.records if "ATLAS_PROXIES" in record.getMessage()]) == 1


def test_every_route_is_of_the_kind_that_it_costs(application: object) -> None:
    """Files are made beside the worker or take as long; what all share and what probes ask is free."""
    kinds: dict[str, set[str]] = {}
    for rule in application.server.url_map.iter_rules():  # type: ignore[attr-defined]
        path = rule.rule.replace("<lang>", "de").replace("<path:rest>", "map")
        path = re.sub(r"<any\(([^,)]*)[^>]*>", r"\1", path)
        kinds.setdefault(kind_of(re.sub(r"<[^>]*>", "x", path)), set()).add(rule.rule)
    assert {rule for rule in kinds[EXPORTS] if not re.search(r"\.(<any\([^)]*\):form>|csv|pptx|pdf)$", rule)} == set()
    files = {
        rule
        for rules in kinds.values()
        for rule in rules
        if re.search(r"^/<lang>/.*\.(<any\(.*:form>|pptx|pdf)$", rule)
    }
    assert len(files) >= 4
    assert files <= kinds[EXPORTS]
    assert all(rule.startswith("/api") for rule in kinds[API])
    assert all(re.match(r"/(assets|shapes|_dash-component-suites|health|metrics)", rule) for rule in kinds[""])
    assert kind_of("/_dash-update-component") == kind_of("/de/map") == PAGES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATLAS_REQUESTS_A_MINUTE", "many"), ("ATLAS_API_A_MINUTE", "-1"), ("ATLAS_EXPORTS_A_MINUTE", "1.5"),
        ("ATLAS_PROXIES", "many"), ("ATLAS_PROXIES", "99"), ("ATLAS_SHARED", "10.0.0.5:6379"),
        ("ATLAS_SHARED", "https://:secret@valkey.example"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_without_its_secrets(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=name) as stopped:
        from_environment()
    assert "secret" not in str(stopped.value)


def test_nought_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIMITS:
        monkeypatch.setenv(name, "0")
    assert (found := from_environment()).requests == found.api == found.exports == 0
