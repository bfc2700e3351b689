"""The store opens kept builds by their id: only published ones, a few at once, closed while nobody is hurt."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_swap import point, write_build

from dashboard import store as stores
from dashboard.store import NotKeptError, Store

IDS = [f"b{number}" for number in range(8)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight publications, a day apart; the last is the published build."""
    folder = tmp_path_factory.mktemp("made")
    for id_ in IDS:
        write_build(folder, id_)
    told = [{"at": f"2026-11-{day:02}T08:00:00+00:00", "build": id_} for day, id_ in enumerate(IDS, 1)]
    (folder / "publications.json").write_text(json.dumps(told))
    point(folder, IDS[-1])
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of them."""
    monkeypatch.setattr(stores, "POINTER_SECONDS", 0.0)
    return Path(shutil.copytree(made, tmp_path / "data"))


def test_each_published_build_says_its_own_name(data: Path) -> None:
    store = Store(data)
    for id_ in (*IDS, *reversed(IDS)):
        build = store.asof(id_)
        assert [row["id"] for row in build.rows("build")] == [id_]
    assert store.asof(IDS[0]).published == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert [id_ for id_, _ in store.kept()] == list(reversed(IDS))


def test_only_a_few_are_open_at_once_and_the_last_asked_for_stay(data: Path) -> None:
    store = Store(data)
    opened = {id_: store.asof(id_) for id_ in IDS[:-1]}
    still = {id_ for id_, build in opened.items() if build._connection is not None}
    assert still == set(IDS[-1 - stores.OPEN : -1])
    store.asof(IDS[3])
    store.asof(IDS[0])
    assert opened[IDS[3]]._connection is not None
    assert opened[IDS[4]]._connection is None


def test_a_build_is_closed_while_queries_run_and_none_is_hurt(data: Path) -> None:
    store, wrong = Store(data), []

    def ask(id_: str) -> None:
        for _ in range(8):
            found = store.asof(id_).rows("build")[0]["id"]
            if found != id_:
                wrong.append((id_, found))

    threads = [threading.Thread(target=ask, args=(id_,)) for id_ in IDS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []
    assert len(store._kept) <= stores.OPEN


@pytest.mark.parametrize("id_", ["../b0", "b0/../b1", "b0.duckdb", "", "b" * 65, "b0\n", "b0\x00", "nope"])
def test_a_name_that_is_none_asks_no_file(data: Path, id_: str) -> None:
    (data / "b0.duckdb").write_bytes((data / "builds/b0.duckdb").read_bytes())
    with pytest.raises(NotKeptError) as caught:
        Store(data).asof(id_)
    assert not caught.value.gone
    assert len(caught.value.kept) == len(IDS)


def test_a_removed_build_is_gone_and_its_file_let_go(data: Path) -> None:
    store = Store(data)
    held = store.asof("b2")
    (data / "builds/b2.duckdb").unlink()
    with pytest.raises(NotKeptError) as caught:
        store.asof("b2")
    assert caught.value.gone
    assert held._connection is None


def test_a_page_opened_before_two_publications_keeps_its_build(data: Path) -> None:
    assert Store(data).named("b1").id == "b1"
    assert Store(data).named("nope").id == IDS[-1]


def test_without_a_list_the_pointer_and_the_feeds_files_say_what_was_published(data: Path) -> None:
    (data / "publications.json").write_text("{")
    (data / "changes").mkdir()
    (data / "changes/20261102T080000.000000Z-b3-b4.parquet").write_bytes(b"")
    store = Store(data)
    assert store.asof("b4").published == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert store.asof("b3").id == "b3"
    with pytest.raises(NotKeptError):
        store.asof("b0")
