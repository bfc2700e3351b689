"""The store follows the pointer, survives a broken one, and never mixes two builds."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboard import store as stores
from dashboard.app import create
from dashboard.settings import Settings
from dashboard.store import NoBuildError, Store

SCHEMA = Path(__file__).parents[2] / "etl" / "schema.sql"
ROUNDS = 30


def write_build(data: Path, name: str) -> None:
    """A small sealed build: the real schema, one source that carries the build's name."""
    (data / "builds").mkdir(exist_ok=True)
    with duckdb.connect(str(data / "builds" / f"{name}.duckdb")) as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        connection.execute("insert into build values (?, ?, '{}', '', 'public')", [name, name])
        connection.execute(
            "insert into source values ('s', ?, '', '', '', '', '', '', '', '', '', '', '2026-01-01', true)", [name]
        )


def point(data: Path, name: str) -> None:
    """Flip the pointer as `etl publish` does: written beside, then renamed."""
    fresh = data / "current.json.new"
    fresh.write_text(json.dumps({"build": name, "file": f"builds/{name}.duckdb"}))
    fresh.rename(data / "current.json")


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "POINTER_SECONDS", 0.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the published build `first`."""
    write_build(tmp_path, "first")
    point(tmp_path, "first")
    return tmp_path


def serves(store: Store) -> str:
    """The id of what the store serves, after the file itself has said so."""
    build = store.current()
    assert [row["id"] for row in build.rows("build")] == [build.id]
    return build.id


def test_the_store_follows_the_pointer(data: Path) -> None:
    store = Store(data)
    assert serves(store) == "first"
    write_build(data, "second")
    assert serves(store) == "first"
    point(data, "second")
    assert serves(store) == "second"
    point(data, "first")
    assert serves(store) == "first"


def test_an_unchanged_pointer_keeps_the_very_same_build(data: Path) -> None:
    store = Store(data)
    build = store.current()
    assert store.current() is build
    point(data, "first")  # written again, same content
    assert store.current() is build


def test_the_pointer_is_looked_at_once_a_second_at_most(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "POINTER_SECONDS", 3600.0)
    store = Store(data)
    assert serves(store) == "first"
    write_build(data, "second")
    point(data, "second")
    assert serves(store) == "first"


def broken_text(text: str) -> Callable[[Path], object]:
    return lambda data: (data / "current.json").write_text(text)


def names_nothing(data: Path) -> None:
    point(data, "nowhere")


def cut_short(data: Path) -> None:
    write_build(data, "cut")
    path = data / "builds" / "cut.duckdb"
    path.write_bytes(path.read_bytes()[:20_000])
    point(data, "cut")


def not_a_database(data: Path) -> None:
    (data / "builds" / "text.duckdb").write_text("<html>" * 5000)
    point(data, "text")


def empty_file(data: Path) -> None:
    (data / "builds" / "empty.duckdb").write_bytes(b"")
    point(data, "empty")


def without_tables(data: Path) -> None:
    duckdb.connect(str(data / "builds" / "bare.duckdb")).close()
    point(data, "bare")


def gone(data: Path) -> None:
    (data / "current.json").unlink()


BROKEN = {
    "half-written": broken_text('{"build": "second", "fi'),
    "empty": broken_text(""),
    "no file": broken_text('{"build": "second"}'),
    "a list": broken_text('["second"]'),
    "a number": broken_text("7"),
    "file is no text": broken_text('{"build": "second", "file": 7}'),
    "NUL in the name": broken_text('{"build": "second", "file": "a\\u0000b"}'),
    "names nothing": names_nothing,
    "cut short": cut_short,
    "not a database": not_a_database,
    "empty file": empty_file,
    "without tables": without_tables,
    "gone": gone,
}


@pytest.mark.parametrize("harm", BROKEN.values(), ids=BROKEN)
def test_the_last_good_build_keeps_serving_and_a_mended_pointer_is_followed(
    data: Path, harm: Callable[[Path], object]
) -> None:
    store = Store(data)
    assert serves(store) == "first"
    harm(data)
    assert serves(store) == "first"
    assert serves(store) == "first"
    write_build(data, "mended")
    point(data, "mended")
    assert serves(store) == "mended"


@pytest.mark.parametrize("harm", BROKEN.values(), ids=BROKEN)
def test_without_any_good_build_there_is_a_sentence(data: Path, harm: Callable[[Path], object]) -> None:
    harm(data)
    with pytest.raises(NoBuildError, match="make build"):
        Store(data).current()


def test_a_build_that_breaks_while_it_is_not_yet_open_does_not_replace_the_good_one(data: Path) -> None:
    """The file comes later than the pointer (a slow copy): the pointer is tried again, not given up."""
    store = Store(data)
    assert serves(store) == "first"
    point(data, "late")
    assert serves(store) == "first"
    write_build(data, "late")
    assert serves(store) == "late"


def test_no_build_is_503_with_a_reason_everywhere_and_recovers(tmp_path: Path) -> None:
    settings = Settings(host="", port=0, data=tmp_path, base_url="", workers=1)
    client = create(settings).server.test_client()
    for path in ("/de/map", "/fr/data", "/en/indicator/x", "/de/regions.json", "/de/slice/a/land.json"):
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert "make build" in answer.text
        assert str(tmp_path) not in answer.text, "a reader need not know the server's folders"
        assert answer.headers["Cache-Control"] == "no-store"
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "make build" in answer.get_json()["reason"]
    assert str(tmp_path) not in answer.text
    assert client.get("/health/live").status_code == 200
    assert client.get("/").status_code == 302
    assert client.get("/assets/map.css").status_code == 200
    write_build(tmp_path, "first")
    point(tmp_path, "first")
    assert client.get("/health/ready").get_json()["build"] == "first"


def test_thirty_publishes_under_six_reading_threads_give_no_error_and_mix_nothing(data: Path) -> None:
    names = ["first", "second", "third"]
    for name in names[1:]:
        write_build(data, name)
    store, stop, wrong, reads = Store(data), threading.Event(), [], [0] * 6

    def read(thread: int) -> None:
        while not stop.is_set():
            try:
                build = store.current()
                told = {build.id, build.rows("build")[0]["id"], build.rows("build")[0]["content"]}
                told |= {row["publisher"] for row in build.rows("sources")}
                if len(told) != 1:
                    wrong.append(told)
                reads[thread] += 1
            except Exception as error:  # the test counts every kind of failure
                wrong.append({repr(error)})

    threads = [threading.Thread(target=read, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for turn in range(ROUNDS):
        point(data, names[turn % 3])
        target = sum(reads) + 12
        while sum(reads) < target and not wrong:
            stop.wait(0.001)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert min(reads) > 0


def test_what_builds_held_that_are_no_longer_served_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a worker grows with every publication: 519 MB after twenty in place of 425."""
    given = threading.Event()
    monkeypatch.setattr(stores, "give_back", given.set)
    store = Store(tmp_path)
    for number, name in enumerate(("one", "two", "three")):
        assert not given.is_set(), "the one before is still asked for"
        write_build(tmp_path, name)
        point(tmp_path, name)
        assert store.current().id == name
        assert number < 2 or given.wait(30)
