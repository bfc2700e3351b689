"""Frozen addresses: the build they name answers, whatever is published later; what has changed since is told."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import duckdb
import pytest
from flask.testing import FlaskClient
from republished import CHANGED, LATER, WEB, first_only, publish_later

from dashboard import urls
from dashboard.app import create
from dashboard.i18n import languages
from dashboard.settings import INTERNAL, Settings

MAP = f"/de/map?indicator={WEB}&period=2024"
PAGES = ("region/DED", "hub/ki-hub-sachsen-thueringen", "compare/DED+FRF", "programmes", "partnerships", "data",
         f"indicator/{WEB}", "programme/zakid", "find?q=saint")  # fmt: skip


@pytest.fixture(scope="module")
def two(build: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, str, Path]:
    """A client of an application on two publications, the id of the first, and the data folder."""
    data = tmp_path_factory.mktemp("two")
    first = first_only(build, data)
    publish_later(data)
    application = create(Settings(host="", port=0, data=data, base_url="https://atlas.example", workers=1))
    return application.server.test_client(), first, data


def value(text: str, code: str) -> str:
    """The figure in a region's row of the map's table."""
    found = re.search(rf'<tr data-c="{code}">.*?<td class="value[^"]*">([^<]*)', text)
    assert found, code
    return found[1]


def test_a_frozen_map_shows_what_was_there_and_marks_what_is_other_today(two: tuple[FlaskClient, str, Path]) -> None:
    client, first, _ = two
    live, frozen = client.get(MAP).text, client.get(f"{MAP}&asof={first}").text
    assert "frozen-mark" not in live
    assert "◆" not in live
    was, now = (float(value(text, "DED").split("\N{NO-BREAK SPACE}")[0].replace(",", ".")) for text in (frozen, live))
    assert now == pytest.approx(was + 10, abs=0.06)
    assert "Stand" in frozen
    assert f"(Datenstand {first})" in frozen
    assert "01.11.2026" in frozen
    assert frozen.count('<text x="') >= len(CHANGED)
    rows = {code: text for code, text in re.findall(r'<tr data-c="(\w+)">(.*?)</tr>', frozen) if "◆" in text}
    assert set(rows) == set(CHANGED)
    assert "geheim gehalten" in rows["DE5"]
    assert value(live, "DED") in rows["DED"]


@pytest.mark.parametrize("page", ["map?period=2024", *PAGES])
def test_every_link_and_form_of_a_frozen_page_stays_frozen(two: tuple[FlaskClient, str, Path], page: str) -> None:
    client, first, _ = two
    text = client.get(urls.frozen(f"/fr/{page}", first)).text
    links = re.findall(r'<a\b[^>]*? href="(/[^"]*)"[^>]*>', text)
    inside = [one for one in links if not re.match(r"/../feeds/|/catalog", one)]  # of what is published
    loose = [one for one in inside if f"asof={first}" not in one]
    live = re.findall(r"<a\b[^>]*data-live[^>]*>", text)
    assert len(live) == 1
    assert len(loose) == 1, loose
    assert loose[0] in live[0]
    assert len(inside) > 5
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        assert f'name="asof" value="{first}"' in form, form[:200]
    assert client.get(urls.frozen(f"/fr/{page}", LATER)).text.count("data-live") == 1


def test_files_slices_and_parts_of_a_frozen_view_are_those_of_its_build(two: tuple[FlaskClient, str, Path]) -> None:
    client, first, _ = two
    for address, forever in (
        (f"/de/map.csv?indicator={WEB}&period=2024", True),
        (f"/de/slice/{WEB}/land.json?period=2024", True),
        (f"/de/part/steps.json?indicator={WEB}&lines=all", True),
        ("/de/programmes.csv?", False),
    ):
        live, frozen = client.get(address), client.get(f"{address}&asof={first}")
        assert (live.status_code, frozen.status_code) == (200, 200), address
        assert live.headers["Cache-Control"] == "no-cache"
        assert ("immutable" in frozen.headers["Cache-Control"]) is forever, address
        assert (live.data != frozen.data) is forever, address
    named = client.get(f"/de/slice/{WEB}/land.json?v={first}").json
    assert named["build"] == first
    assert client.get(f"{MAP}&asof={first}").headers["Cache-Control"] == "public, max-age=3600"


def test_what_has_changed_is_listed_and_taken_along(two: tuple[FlaskClient, str, Path]) -> None:
    client, first, _ = two
    answer = client.get(f"/en/changed?asof={first}")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "What has changed since (4)" in answer.text
    for words in ("Saxony", "Bremen", "revised", "withdrawn", "other flag", "suppressed"):
        assert words in answer.text, words
    rows = list(csv.DictReader(io.StringIO(client.get(f"/en/changed.csv?asof={first}").data.decode("utf-8-sig"))))
    assert {(row["code"], row["change"]) for row in rows} == {
        ("DED", "revised"), ("FR1", "revised"), ("DE5", "withdrawn"), ("DE7", "other flag"),
    }  # fmt: skip
    revised = next(row for row in rows if row["code"] == "DED")
    assert float(revised["today"]) == pytest.approx(float(revised["then"]) + 10)
    assert (revised["build_then"], revised["build_today"]) == (first, LATER)
    assert revised["licence"]
    part = client.get(f"/en/part/changed.json?indicator={WEB}&period=2024&asof={first}")
    assert set(part.json["regions"]) == set(CHANGED)
    assert part.headers["Cache-Control"] == "no-cache"
    assert client.get(f"/en/part/changed.json?indicator={WEB}&period=2020&asof={first}").json["regions"] == {}
    assert "Nothing newer is published" in client.get(f"/en/map?asof={LATER}").text
    for lang in languages():
        listed = client.get(f"/{lang}/changed").text
        assert re.findall(r'href="/../changed\?asof=([0-9a-f]+)"', listed) == [first], "all but today's can be chosen"
    assert client.get("/de/changed.csv").status_code == 404
    assert client.get(f"/de/changed.csv?asof={first}&indicator=nope").status_code == 404


def test_a_day_leads_to_the_build_of_its_end(two: tuple[FlaskClient, str, Path]) -> None:
    client, first, _ = two
    for day, build in (("2026-11-01", first), ("2026-11-19", first), ("2026-11-20", LATER)):
        answer = client.get(f"{MAP}&asof={day}")
        assert answer.status_code == 302
        assert answer.location == f"{MAP}&asof={build}"
    for day in ("2026-10-31", "2999-01-01", "2026-13-45", "2026-02-30"):
        assert client.get(f"{MAP}&asof={day}").status_code == 404, day


@pytest.mark.parametrize(
    "asof",
    ["../../x", "..", "/etc/passwd", "x" * 5_000, "<script>alert(1)</script>", "current.json", "%00", "é", "{0}"],
)
def test_what_is_no_kept_build_is_a_calm_404_with_ways_on(two: tuple[FlaskClient, str, Path], asof: str) -> None:
    client, first, _ = two
    for path in ("/de/map", "/de/region/DED", "/embed/fr/map", "/de/map.csv", "/de/changed", "/de/part/changed.json"):
        answer = client.get(path, query_string={"asof": asof})
        assert answer.status_code == 404, path
        if answer.content_type.startswith("text/html"):
            assert "<script>alert" not in answer.text
            assert f"asof={first}" in answer.text, "the kept builds are named"


def test_a_build_that_is_gone_or_was_never_published_is_not_shown(build: Path, tmp_path: Path) -> None:
    first = first_only(build, tmp_path)
    publish_later(tmp_path)
    publish_later(tmp_path, "aaaaaaaaaaaa", "2026-11-20T09:00:00+00:00")
    sealed = tmp_path / "builds/bbbbbbbbbbbb.duckdb"  # made, and refused or waiting: in no list of publications
    sealed.write_bytes((tmp_path / f"builds/{LATER}.duckdb").read_bytes())
    client = create(Settings(host="", port=0, data=tmp_path, base_url="", workers=1)).server.test_client()
    assert client.get(f"{MAP}&asof=bbbbbbbbbbbb").status_code == 404
    assert client.get(f"{MAP}&asof={first}").status_code == 200
    (tmp_path / f"builds/{first}.duckdb").unlink()
    gone = client.get(f"{MAP}&asof={first}")
    assert gone.status_code == 410
    assert MAP.replace("&", "&amp;") in gone.text
    assert f"asof={LATER}" in gone.text
    assert "bbbbbbbbbbbb" not in gone.text


def test_an_internal_build_is_refused_to_a_public_process(build: Path, tmp_path: Path) -> None:
    """Even where somebody has laid it among the public ones and listed it as published; its name is told to nobody."""
    first_only(build, tmp_path)
    publish_later(tmp_path)
    inside = tmp_path / "builds/cccccccccccc.duckdb"
    inside.write_bytes((tmp_path / f"builds/{LATER}.duckdb").read_bytes())
    with duckdb.connect(str(inside)) as connection:
        connection.execute("update build set id = 'cccccccccccc', audience = ?", [INTERNAL])
    told = json.loads((tmp_path / "publications.json").read_text())
    told.append({"at": "2026-11-10T08:00:00+00:00", "build": "cccccccccccc"})
    (tmp_path / "publications.json").write_text(json.dumps(told))
    client = create(Settings(host="", port=0, data=tmp_path, base_url="", workers=1)).server.test_client()
    for address in (f"{MAP}&asof=cccccccccccc", "/embed/de/map?asof=cccccccccccc", "/de/map.csv?asof=cccccccccccc"):
        assert client.get(address).status_code == 404
    slice_ = client.get(f"/de/slice/{WEB}/land.json?v=cccccccccccc").json
    assert slice_["build"] == LATER


def test_a_build_of_another_form_is_a_calm_410(build: Path, tmp_path: Path) -> None:
    first = first_only(build, tmp_path)
    publish_later(tmp_path)
    with duckdb.connect(str(tmp_path / f"builds/{first}.duckdb")) as connection:
        connection.execute("drop table neighbour")
        connection.execute("drop table scale")
    client = create(Settings(host="", port=0, data=tmp_path, base_url="", workers=1)).server.test_client()
    answer = client.get(f"{MAP}&asof={first}")
    assert answer.status_code == 410
    assert "anderen Fassung" in answer.text


def test_addresses_are_frozen_and_thawed() -> None:
    assert urls.frozen("/de/map", "a1") == "/de/map?asof=a1"
    assert urls.frozen("/de/map?x=1#top", "a1") == "/de/map?x=1&asof=a1#top"
    assert urls.frozen("/de/map?asof=b2&x=1", "a1") == "/de/map?x=1&asof=a1"
    assert urls.frozen("/de/map?asof=b2", "") == "/de/map"
    page = (
        '<a class="x" href="/de/map?a=1&amp;b=2">m</a><a href="https://x.org/de/">o</a><a href="#t">t</a>'
        '<a href="/de/feeds/all.xml">f</a><a data-live="" href="/de/map">l</a><form action="/de/find"></form>'
        '<form method="post" action="/de/x"></form><link rel="alternate" href="/de/map">'
    )
    stays = urls.stay(page, "a1")
    assert 'href="/de/map?a=1&amp;b=2&amp;asof=a1"' in stays
    assert stays.count("asof") == 2
    assert '<form action="/de/find"><input type="hidden" name="asof" value="a1"></form>' in stays
