"""Sitemap, robots, humans, security.txt."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from finding import BASE
from flask.testing import FlaskClient

from dashboard import queries, urls
from dashboard.app import create
from dashboard.discovery import head, sitemap
from dashboard.i18n import languages
from dashboard.pages import pages
from dashboard.settings import Settings
from dashboard.store import Build

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}link"


def locs(client: FlaskClient, address: str, tag: str) -> list[ElementTree.Element]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "application/xml; charset=utf-8"
    assert len(answer.data) < 50_000_000
    return list(ElementTree.fromstring(answer.data).iter(SITEMAP + tag))


def text(element: ElementTree.Element, tag: str) -> str:
    return element.findtext(SITEMAP + tag) or ""


def test_the_index_names_a_file_for_each_language(client: FlaskClient) -> None:
    found = [text(one, "loc") for one in locs(client, urls.SITEMAP, "sitemap")]
    assert found == [f"{BASE}/sitemap-{lang}-1.xml" for lang in languages()]


def test_every_page_is_listed_in_every_language(client: FlaskClient, opened: Build) -> None:
    known = queries.indicators(opened, "en")
    for lang in languages():
        entries = locs(client, f"/sitemap-{lang}-1.xml", "url")
        found = {text(one, "loc").removeprefix(f"{BASE}/{lang}/") for one in entries}
        assert len(found) == len(entries) < 50_000
        assert {f"region/{code}" for code in queries.regions(opened)} <= found
        assert {f"indicator/{id_}" for id_ in known} <= found
        assert {f"map?indicator={id_}" for id_ in list(known)[1:]} <= found
        assert {"map", "data", "data/status", "hub", "hub/oberrhein", "programmes", "partnerships", "compare"} <= found
        assert sum(one.startswith("programme/") for one in found) > 100
        assert not [one for one in found if one.startswith(("brief/", "keynote", "changed"))]
        for one in entries:
            there = {link.get("hreflang"): link.get("href") for link in one.iter(XHTML)}
            assert set(there) == {*languages(), "x-default"}
            assert there[lang] == text(one, "loc")


def test_what_is_listed_is_there_and_its_own_canonical_address(client: FlaskClient, opened: Build) -> None:
    """One of each kind of page; the language by turns."""
    kinds = {entry.path.split("/")[1].split("?")[0] + str(entry.path.count("/")): entry.path
             for entry in sitemap.entries(opened)}  # fmt: skip
    assert len(kinds) >= 14
    for number, path in enumerate(kinds.values()):
        address = f"/{languages()[number % 3]}{path}"
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert f'<link rel="canonical" href="{BASE}{address}">' in answer.text, address


def test_every_page_with_items_names_them_or_is_not_listed() -> None:
    for name, page in pages().items():
        if getattr(page, "ITEM", False) is True and head.listed(name):
            assert hasattr(page, "items"), f"page {name}: say its items, or LISTED = False"


def test_a_day_is_that_of_the_publication_that_changed_the_figures(opened: Build, tmp_path: Path) -> None:
    """Not of the request, and not of a publication that changed something else."""
    told = tmp_path / "changes"
    told.mkdir()
    known = list(queries.indicators(opened, "en"))
    early, late = opened.published - timedelta(days=30), opened.published - timedelta(days=3)
    for moment, old, id_ in ((early, "a", known[0]), (late, "b", known[1])):
        frame = pl.DataFrame({"indicator": [id_], "region": ["DE"], "period": ["2024"], "change": ["revised"]})
        frame.write_parquet(told / f"{moment:%Y%m%dT%H%M%S.%f}Z-{old}-{opened.id}.parquet")
    days = sitemap.changed(replace(opened, data=tmp_path))
    assert days[known[0]] == early
    assert days[known[1]] == late
    assert days[known[2]] == early, "the first publication that is known"


def test_many_addresses_are_split(client: FlaskClient, opened: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(sitemap.entries(opened))
    monkeypatch.setattr(sitemap, "MOST", 300)
    assert sitemap.files(opened) == -(-whole // 300)
    last = ElementTree.fromstring(sitemap.part(opened, BASE, "de", sitemap.files(opened)))
    assert len(list(last.iter(SITEMAP + "url"))) == whole % 300 or 300
    assert len(list(ElementTree.fromstring(sitemap.index(opened, BASE)))) == 3 * sitemap.files(opened)
    for address in ("/sitemap-de-0.xml", "/sitemap-xx-1.xml", "/sitemap-de-99.xml", "/sitemap-de-x.xml"):
        assert client.get(address).status_code == 404


def test_without_an_address_of_its_own_a_sitemap_has_the_one_asked_at(nameless: FlaskClient) -> None:
    assert "http://localhost/sitemap-de-1.xml" in nameless.get(urls.SITEMAP).text


# ── robots.txt ───────────────────────────────────────────────────────────────────────────────────────────────────


def may(rules: str, path: str) -> bool:
    """RFC 9309: the longest rule that fits counts, `*` is anything, `$` the end; where both fit, it may."""
    fitting = []
    for kind, rule in re.findall(r"^(Allow|Disallow): (\S+)$", rules, re.M):
        pattern = re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$")
        if re.match(pattern, path):
            fitting.append((len(rule), kind == "Allow"))
    return max(fitting, default=(0, True))[1]


def test_crawlers_take_pages_and_leave_other_forms_of_them(client: FlaskClient) -> None:
    rules = client.get(urls.ROBOTS).text
    assert rules.splitlines()[0] == "User-agent: *"
    assert f"Sitemap: {BASE}/sitemap.xml" in rules
    for path in (
        "/", "/de/map", "/de/map?indicator=x", "/fr/region/DED", "/en/data", "/de/region/DED.png", "/catalog.ttl",
        "/assets/map.css?h=1", "/shapes/arcs.json.br"[:7], "/de/indicator/x.csv", "/api/v1/openapi.json", "/de/api",
    ):  # fmt: skip
        assert may(rules, path), path
    for path in (
        "/de/map?asof=2026-01-01", "/de/map?indicator=x&level=nuts3", "/de/region/DED.csv", "/fr/map.xlsx",
        "/de/region/DED?asof=abc", "/fr/slice/x/land.json?v=1", "/embed/de/map", "/api/v1/observations", "/de/map.pptx",
        "/de/region/DED.pdf", "/de/regions.json",
    ):  # fmt: skip
        assert not may(rules, path), path


def test_all_that_is_listed_may_be_taken(client: FlaskClient, opened: Build) -> None:
    rules = client.get(urls.ROBOTS).text
    assert [entry.path for entry in sitemap.entries(opened) if not may(rules, f"/de{entry.path}")] == []


def test_humans_read_what_it_is_made_of(client: FlaskClient, opened: Build) -> None:
    answer = client.get(urls.HUMANS)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert opened.id in answer.text


# ── security.txt ─────────────────────────────────────────────────────────────────────────────────────────────────


def site(data: Path, folder: Path, base: str = BASE) -> FlaskClient:
    found: FlaskClient = create(Settings("127.0.0.1", 0, data, base, 1, operator=folder)).server.test_client()
    return found


def test_a_contact_is_the_operators_and_ends(data: Path, tmp_path: Path) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=90)
    told = '[security]\ncontact = ["mailto:security@amt.example.org"]\nexpires = {}\npolicy = "https://amt.example.org/p"\n'
    (tmp_path / "operator.toml").write_text(told.format(soon))
    client = site(data, tmp_path)
    answer = client.get(urls.SECURITY)
    assert answer.content_type == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert lines["Contact"] == "mailto:security@amt.example.org"
    assert datetime.fromisoformat(lines["Expires"]).date() == soon
    assert lines["Canonical"] == BASE + urls.SECURITY
    assert lines["Preferred-Languages"] == "de, fr, en"
    (tmp_path / "operator.toml").write_text(told.format(date(2026, 1, 1)))
    assert client.get(urls.SECURITY).status_code == 404, "one that has ended is worse than none"


def test_without_a_contact_there_is_no_security_txt(client: FlaskClient) -> None:
    assert client.get(urls.SECURITY).status_code == 404
