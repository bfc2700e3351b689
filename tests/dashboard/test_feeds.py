"""Atom feeds, from two real publications of the tiny project to XML; valid by the rules of RFC 4287."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import polars as pl
import pytest
import tiny_project
from flask.testing import FlaskClient

from dashboard import changed, changes, feeds
from dashboard.app import create
from dashboard.i18n import languages
from dashboard.settings import Settings
from dashboard.store import Store

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
SHARE = "adoption_share_pct"


def publish(root: Path, delivery: Path, data: Path, rows: list[list[str]]) -> None:
    tiny_project.write_csv(delivery / "office_survey" / "survey.csv", rows)
    done = subprocess.run(
        [sys.executable, "-c", tiny_project.MAIN, str(root), "build", "--from", str(delivery)],
        cwd=tiny_project.REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two publications: Germany's share of 2023 rose from 5.0 to 6.25, all of 2025 is new, DE1's of 2024 is gone."""
    folder = tmp_path_factory.mktemp("feeds")
    root, delivery = tiny_project.write_project(folder), tiny_project.write_delivery(folder / "from")
    for path in (root / "indicators").glob("*.toml"):  # none of them has a breakdown
        path.write_text(re.sub(r"\[words\.\w+\.members\]\nf = .*\nm = .*\n", "", path.read_text(encoding="utf-8")))
    rows = tiny_project.survey_rows()
    publish(root, delivery, folder / "data", rows)
    assert rows[1][:3] == ["DE", "2023", "5.0"]
    rows[1][2] = "6.25"
    next(row for row in rows if row[:2] == ["DE1", "2024"])[2] = ""
    rows += [[row[0], "2025", row[2], row[3]] for row in rows[1:] if row[1] == "2023"]
    publish(root, delivery, folder / "data", rows)
    return folder / "data"


@pytest.fixture(scope="module")
def settings(published: Path) -> Settings:
    return Settings(host="127.0.0.1", port=0, data=published, base_url="https://atlas.example", workers=1)


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    found: FlaskClient = create(settings).server.test_client()
    return found


def one(parent: Element, name: str) -> Element:
    """The only child of that name: RFC 4287 forbids a second id, title or updated."""
    found = parent.findall(ATOM + name)
    assert len(found) == 1, name
    return found[0]


def text(parent: Element, name: str) -> str:
    found = one(parent, name).text
    assert found
    assert found.strip() == found
    return found


def links(parent: Element) -> dict[str, str]:
    found = {link.get("rel", "alternate"): link.get("href", "") for link in parent.findall(f"{ATOM}link")}
    assert len(found) == len(parent.findall(f"{ATOM}link"))
    assert all(urlsplit(href).scheme and urlsplit(href).netloc for href in found.values()), "absolute addresses"
    return found


def read(xml: str) -> tuple[Element, list[Element]]:
    """The feed and its entries, after holding them to the rules."""
    feed = ElementTree.fromstring(xml.encode())
    assert feed.tag == f"{ATOM}feed"
    assert text(one(feed, "author"), "name")
    assert {"self", "alternate"} == set(links(feed))
    entries = feed.findall(f"{ATOM}entry")
    for part in (feed, *entries):
        assert text(part, "id").startswith("urn:uuid:")
        assert text(part, "title")
        assert RFC_3339.fullmatch(text(part, "updated"))
        assert "alternate" in links(part)
    ids = [text(part, "id") for part in (feed, *entries)]
    assert len(set(ids)) == len(ids)
    assert text(feed, "updated") == max((text(e, "updated") for e in entries), default=text(feed, "updated"))
    for entry in entries:
        content = one(entry, "content")
        assert content.get("type") == "html"
        ElementTree.fromstring(f"<div>{content.text}</div>")
        assert {c.get("term") for c in entry.findall(f"{ATOM}category")} <= {"new", "revised", "vanished", "status"}
    return feed, entries


def lines(entry: Element) -> list[str]:
    """The listed values of an entry."""
    return [unescape(found) for found in re.findall(r"<li>(.*?)</li>", one(entry, "content").text or "")]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("path", ["all", f"indicator/{SHARE}", "region/DE", "region/DE1", "region/FR-BRE"])
def test_every_feed_is_valid_atom_in_its_language(client: FlaskClient, lang: str, path: str) -> None:
    answer = client.get(f"/{lang}/feeds/{path}.xml")
    assert (answer.status_code, answer.content_type) == (200, "application/atom+xml; charset=utf-8")
    feed, entries = read(answer.text)
    assert entries
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
    own = links(feed)["self"]
    assert own.startswith(f"https://atlas.example/{lang}/feeds/")
    assert client.get(own).text == answer.text, "the address it names for itself gives the same feed"
    for part in (feed, *entries):
        assert client.get(links(part)["alternate"]).status_code == 200


def test_revised_new_and_vanished_are_counted_and_shown_with_their_values(client: FlaskClient) -> None:
    _, entries = read(client.get(f"/en/feeds/indicator/{SHARE}.xml").text)
    assert [text(entry, "title") for entry in entries] == [
        "title en, 2025 (new: 36)",
        "title en, 2024 (withdrawn: 1)",
        "title en, 2023 (revised: 1)",
    ]
    new, gone, revised = entries
    assert lines(revised) == ["Germany: 5.0% → 6.3%"]
    assert lines(gone) == ["Baden-Württemberg: 7.0%"]
    assert lines(new)[:2] == ["Germany: 6.3%", "France: 5.5%"], "the larger regions first"
    assert len(lines(new)) == feeds.VALUES + 1
    assert lines(new)[-1] == f"… and {36 - feeds.VALUES} more"


def test_german_and_french_write_numbers_and_words_their_way(client: FlaskClient) -> None:
    for lang, title, line in (
        ("de", "title de, 2023 (revidiert: 1)", "Deutschland: 5,0\u00a0% → 6,3\u00a0%"),
        ("fr", "title fr, 2023 (révision\u00a0: 1)", "Allemagne\u00a0: 5,0\u202f% → 6,3\u202f%"),
    ):
        _, entries = read(client.get(f"/{lang}/feeds/indicator/{SHARE}.xml").text)
        assert text(entries[-1], "title") == title
        assert lines(entries[-1]) == [line]


def test_a_feed_of_a_region_has_it_and_what_lies_in_it_and_nothing_else(client: FlaskClient) -> None:
    _, entries = read(client.get("/en/feeds/region/DE1.xml").text)
    told = {name for entry in entries for line in lines(entry) if (name := line.split(":")[0])}
    assert told == {"Baden-Württemberg"}
    _, entries = read(client.get("/en/feeds/region/DE.xml").text)
    told = {name for entry in entries for line in lines(entry) if not (name := line.split(":")[0]).startswith("…")}
    assert {"Germany", "Baden-Württemberg"} <= told
    assert not {"France", "Île-de-France", "Bretagne"} & told


def test_ids_are_the_same_on_another_host_and_other_in_another_language(settings: Settings) -> None:
    other = create(replace(settings, base_url="")).server.test_client()
    here = create(settings).server.test_client()
    ids = [
        [text(part, "id") for part in feed.iter() if part.tag in (f"{ATOM}feed", f"{ATOM}entry")]
        for feed, _ in (
            read(here.get("/de/feeds/all.xml").text),
            read(other.get("/de/feeds/all.xml", base_url="http://elsewhere.example:8050").text),
            read(here.get("/fr/feeds/all.xml").text),
        )
    ]
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])
    asked = other.get("/de/feeds/all.xml", base_url="http://elsewhere.example:8050").text
    assert 'href="http://elsewhere.example:8050/de/feeds/all.xml"' in asked, "without a setting: as asked"


def test_an_unchanged_feed_is_304_and_a_new_publication_another_one(settings: Settings, published: Path) -> None:
    client = create(settings).server.test_client()
    first = client.get("/en/feeds/all.xml")
    again = client.get("/en/feeds/all.xml", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    path = next((published / "changes").glob("*.parquet"))
    later = path.with_name("29990101T000000.000000Z-aaa-bbb.parquet")
    later.write_bytes(path.read_bytes())
    try:
        after = client.get("/en/feeds/all.xml", headers={"If-None-Match": first.headers["ETag"]})
        assert after.status_code == 200
        assert text(read(after.text)[0], "updated") == "2999-01-01T00:00:00Z"
    finally:
        later.unlink()


def test_a_damaged_file_costs_its_publication_and_not_the_feed(settings: Settings, published: Path) -> None:
    client = create(settings).server.test_client()
    good = len(read(client.get("/en/feeds/all.xml").text)[1])
    broken = published / "changes" / "29990101T000000.000000Z-aaa-bbb.parquet"
    broken.write_bytes(b"PAR1 nonsense")
    try:
        assert len(read(client.get("/en/feeds/all.xml").text)[1]) == good
    finally:
        broken.unlink()


def test_before_any_change_the_feed_is_empty_and_valid(settings: Settings, published: Path, tmp_path: Path) -> None:
    (tmp_path / "builds").symlink_to(published / "builds")
    (tmp_path / "current.json").write_bytes((published / "current.json").read_bytes())
    client = create(replace(settings, data=tmp_path)).server.test_client()
    feed, entries = read(client.get("/fr/feeds/all.xml").text)
    assert entries == []
    told = datetime.fromisoformat(Store(published).current().pointer["published"])
    assert text(feed, "updated") == told.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    "path",
    ["/xx/feeds/all.xml", "/de/feeds/none.xml", "/de/feeds/region/XX.xml", "/de/feeds/indicator/nope.xml",
     "/de/feeds/theme/jobs.xml", "/de/feeds/", "/feeds/all.xml"],
)  # fmt: skip
def test_an_unknown_feed_is_a_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_pages_name_the_feeds_that_fit_them(client: FlaskClient) -> None:
    def named(path: str) -> dict[str, str]:
        found = re.findall(
            r'<link rel="alternate" type="application/atom\+xml" title="([^"]+)" href="([^"]+)">', client.get(path).text
        )
        return {href.removeprefix("https://atlas.example"): unescape(title) for title, href in found}

    everything = {"/de/feeds/all.xml": "Alle Änderungen der Zahlen", "/de/feeds/alerts.xml": "Hinweise"}
    assert named("/de/data") == everything
    about = {**everything, f"/de/feeds/indicator/{SHARE}.xml": "Änderungen: title de"}
    assert named(f"/de/indicator/{SHARE}") == about
    picked = {**about, "/de/feeds/region/DE1.xml": "Änderungen: Baden-Württemberg"}
    assert named(f"/de/map?indicator={SHARE}&region=DE1") == picked
    for path in picked:
        assert client.get(path).status_code == 200


def test_data_and_indicator_pages_link_feeds_for_people(client: FlaskClient) -> None:
    data = client.get("/fr/data").text
    assert 'href="/fr/feeds/all.xml"' in data
    assert len(re.findall(r'href="/fr/feeds/region/\w+\.xml"', data)) == 36
    assert f'href="/fr/feeds/indicator/{SHARE}.xml"' in client.get(f"/fr/indicator/{SHARE}").text


# ── Grouping ─────────────────────────────────────────────────────────────────────────────────────────────────────


def kept(data: Path, stamp: str, cells: dict[str, list[str]]) -> None:
    """A file of changes: indicator → periods of one revised cell each."""
    (data / "changes").mkdir(exist_ok=True)
    rows = [
        {"change": "revised", "source": "s", "indicator": id_, "country": "DE", "region": "DE", "period": period,
         "dimension": "", "member": "", "old": 1.0, "new": 2.0, "old_status": "", "new_status": ""}
        for id_, periods in cells.items() for period in periods
    ]  # fmt: skip
    pl.DataFrame(rows).write_parquet(data / "changes" / f"{stamp}T000000.000000Z-a-b.parquet")


def told(data: Path, most: int = 100, **only: str) -> list[tuple[str, str, str, int]]:
    return [(r.indicator, r.first, r.last, r.cells.height) for r in changes.releases(data, most, **only)]


def test_few_periods_are_apart_and_many_are_one(tmp_path: Path) -> None:
    months = [f"2025-{month:02}" for month in range(1, 13)]
    kept(tmp_path, "20260101", {"ads": months, "jobs": ["2023", "2024"]})
    assert told(tmp_path) == [
        ("ads", "2025-01", "2025-12", 12),
        ("jobs", "2024", "2024", 1),
        ("jobs", "2023", "2023", 1),
    ]


def test_a_publication_of_too_many_entries_is_told_by_indicator(tmp_path: Path) -> None:
    kept(tmp_path, "20260101", {f"i{number}": ["2023", "2024"] for number in range(4)})
    assert len(told(tmp_path, most=8)) == 8
    assert told(tmp_path, most=7) == [(f"i{number}", "2023", "2024", 2) for number in range(4)]


def test_a_feed_is_bounded_and_the_newest_come_first(tmp_path: Path) -> None:
    kept(tmp_path, "20260101", {"old": ["2020"]})
    kept(tmp_path, "20260301", {"new": ["2024", "2025"]})
    kept(tmp_path, "20260201", {"middle": ["2023"]})
    assert [row[0] for row in told(tmp_path, most=3)] == ["new", "new", "middle"]
    assert [row[0] for row in told(tmp_path, indicator="old")] == ["old"]
    newest = changes.publications(tmp_path)[0]
    assert (newest.published, newest.old, newest.new) == (datetime(2026, 3, 1, tzinfo=UTC), "a", "b")


def test_files_that_are_no_publication_are_left_alone(tmp_path: Path) -> None:
    kept(tmp_path, "20260101", {"old": ["2020"]})
    for name in ("notes.parquet", ".20260101T000000.000000Z-a-b.parquet.7.tmp", "20261399T000000Z-a-b.parquet"):
        (tmp_path / "changes" / name).write_bytes(b"")
    assert len(changes.publications(tmp_path)) == 1


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (12.4, 13.1, ("12.4%", "13.1%")),
        (12.41, 12.43, ("12.41%", "12.43%")),
        (None, 3.0, ("", "3.0%")),
        (3.0, None, ("3.0%", "")),
    ],
)
def test_two_values_are_written_so_that_they_differ(old: float, new: float, expected: tuple[str, str]) -> None:
    from dashboard.i18n import words

    row = {"unit": "pct", "decimals": 1, "derive_kind": None}
    assert changed.values(words("en"), row, old, new) == expected


def test_millions_that_look_alike_are_written_in_euros() -> None:
    from dashboard.i18n import words

    row = {"unit": "eur", "decimals": 0, "derive_kind": None}
    told = changed.values(words("en"), row, 58_200_000.0, 58_200_400.0)
    assert told == ("58,200,000.0\u00a0€", "58,200,400.0\u00a0€")
