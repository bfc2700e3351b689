"""Whom a process serves: which build it opens, which it refuses, and how an internal page is marked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from desking import LOCAL, pilot, signed_in
from flask.testing import FlaskClient

from dashboard import store as stores
from dashboard.app import create
from dashboard.components.announced import announced
from dashboard.firstpaint import draw
from dashboard.i18n import words
from dashboard.settings import INTERNAL, PUBLIC, Settings, from_environment
from dashboard.store import NoBuildError, Store

SCHEMA = Path(__file__).parents[2] / "etl" / "schema.sql"
MARKS = {"de": "Intern", "fr": "Usage interne", "en": "Internal"}


def publish(folder: Path, name: str, audience: str) -> None:
    """An empty build of an audience, and the pointer to it."""
    (folder / "builds").mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / "builds" / f"{name}.duckdb")) as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        connection.execute("insert into build values (?, ?, '{}', '', ?)", [name, name, audience])
    pointer = folder / "current.json.new"
    pointer.write_text(json.dumps({"build": name, "file": f"builds/{name}.duckdb"}))
    pointer.rename(folder / "current.json")


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "POINTER_SECONDS", 0.0)


def test_an_unknown_audience_does_not_start_and_none_is_the_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATLAS_AUDIENCE", raising=False)
    assert from_environment().audience == PUBLIC
    for wrong in ("Internal", "intern", "all", "internal "):
        monkeypatch.setenv("ATLAS_AUDIENCE", wrong)
        with pytest.raises(SystemExit, match="public, internal"):
            from_environment()


def test_each_audience_follows_its_own_pointer(tmp_path: Path) -> None:
    publish(tmp_path, "open", PUBLIC)
    inside, outside = Store(tmp_path, INTERNAL), Store(tmp_path)
    assert (inside.current().id, outside.current().id) == ("open", "open"), "nothing is internal: the same build"
    publish(tmp_path / "internal", "whole", INTERNAL)
    assert (inside.current().id, outside.current().id) == ("whole", "open")
    assert inside.current().data == tmp_path / "internal", "changes and status are its own, too"
    publish(tmp_path, "later", PUBLIC)
    assert (inside.current().id, outside.current().id) == ("whole", "later")
    (tmp_path / "internal" / "current.json").unlink()
    assert inside.current().id == "later", "all is public again"


@pytest.mark.parametrize("first", [True, False], ids=["at the start", "while serving"])
def test_the_public_is_never_served_an_internal_build(
    tmp_path: Path, first: bool, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path)
    if not first:
        publish(tmp_path, "open", PUBLIC)
        assert store.current().id == "open"
    publish(tmp_path, "whole", INTERNAL)  # a wrong copy, a wrong rename
    for _ in range(3):
        if first:
            with pytest.raises(NoBuildError):
                store.current()
        else:
            assert store.current().id == "open"
    assert [record.message for record in caplog.records] == [
        "build whole is internal: it is not served with ATLAS_AUDIENCE=public"
    ]
    assert Store(tmp_path, INTERNAL).current().id == "whole"


def test_a_folder_that_may_not_be_read_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, "open", PUBLIC)
    real = Path.stat

    def stat(path: Path, **options: bool) -> object:
        if path.parent.name == "internal":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(NoBuildError):
        Store(tmp_path, INTERNAL).current()
    assert Store(tmp_path).current().id == "open", "the public process has no business there"


@pytest.mark.parametrize(
    ("audience", "lang", "heading", "line"),
    [
        (PUBLIC, "de", "Angekündigt", "Umfrage: verfügbar ab 02.12.2100, 09:00"),
        (PUBLIC, "fr", "À paraître", "Enquête\N{NO-BREAK SPACE}: disponible à partir du 2 déc. 2100, 09:00"),
        (INTERNAL, "en", "Under embargo", "Survey: under embargo until Dec 2, 2100, 09:00"),
    ],
)
def test_what_may_be_told_of_an_embargo_is_told_until_it_is_over(
    tmp_path: Path, audience: str, lang: str, heading: str, line: str
) -> None:
    publish(tmp_path, "one", audience)
    with duckdb.connect(str(tmp_path / "builds" / "one.duckdb")) as connection:
        for end in ("2100-12-02 08:00", "2020-12-02 08:00"):
            connection.execute("insert into announcement values ('s', 'Umfrage', 'Enquête', 'Survey', ?)", [end])
    text = draw(announced(words(lang), Store(tmp_path, audience).current()))
    assert text == f'<h2 id="announced">{heading}</h2><ul><li>{line}</li></ul>'
    publish(tmp_path, "two", audience)
    assert announced(words(lang), Store(tmp_path, audience).current()) == []


@pytest.fixture(scope="module")
def inside(data: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """An internal process on the real build, asked by somebody who signed in."""
    folder = tmp_path_factory.mktemp("internal")
    shutil.copytree(data, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in pilot(folder).items():
            patch.setenv(name, value)
        client: FlaskClient = create(Settings("127.0.0.1", 0, folder, LOCAL, 1, INTERNAL)).server.test_client()
    return signed_in(client)


@pytest.mark.parametrize("lang", MARKS)
@pytest.mark.parametrize("path", ["map", "data", "data/status", "nowhere"])
def test_every_internal_page_says_so_and_is_kept_by_nobody(
    inside: FlaskClient, client: FlaskClient, path: str, lang: str
) -> None:
    mark = f'<p class="internal-mark" role="note"><b>{MARKS[lang]}</b>'
    answer, public = inside.get(f"/{lang}/{path}"), client.get(f"/{lang}/{path}")
    assert mark in answer.text
    assert "/assets/audience.css" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "internal-mark" not in public.text
    assert "audience.css" not in public.text
    assert "X-Robots-Tag" not in public.headers


@pytest.mark.parametrize("path", ["/de/regions.json", "/de/feeds/all.xml", "/health/ready", "/metrics", "/"])
def test_what_is_no_page_is_kept_by_nobody_either(inside: FlaskClient, path: str) -> None:
    assert inside.get(path).headers["Cache-Control"] == "private, no-store"


def test_files_that_are_the_same_for_everybody_stay_in_the_browser(inside: FlaskClient) -> None:
    assert "private" not in inside.get("/assets/page.css").headers["Cache-Control"]
