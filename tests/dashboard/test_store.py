"""The only door to DuckDB: what it refuses, that it stops runaway queries, and that threads get their own rows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from dashboard import store as stores
from dashboard.store import Build, SlowQueryError

FORBIDDEN = {
    "read_csv": "select * from read_csv('{file}')",
    "read_text": "select * from read_text('{file}')",
    "glob": "select * from glob('/*')",
    "file by name": "select * from '{file}'",
    "copy out": "copy (select 1) to '{folder}/out.csv'",
    "export": "export database '{folder}/out'",
    "attach": "attach '{folder}/other.duckdb'",
    "set": "set enable_external_access = true",
    "set threads": "set threads = 8",
    "reset": "reset enable_external_access",
    "pragma": "pragma threads = 8",
    "install": "install httpfs",
    "load": "load httpfs",
    "create": "create table mine (i integer)",
    "insert": "insert into build values ('x', 'x', 'x', 'x', 'public')",
    "update": "update observation set value = 0",
    "delete": "delete from observation",
    "drop": "drop table observation",
    "macro": "create macro f(x) as x",
}


@pytest.fixture
def query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that stands in for `queries/`, so that a test can ask what no query of the project asks."""
    monkeypatch.setattr(stores, "QUERIES", tmp_path)
    stores.sql.cache_clear()
    yield tmp_path
    stores.sql.cache_clear()


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_connection_reads_the_build_and_nothing_else(opened: Build, query: Path, statement: str) -> None:
    (query / "secret.csv").write_text("a\n1\n")
    (query / "asked.sql").write_text(statement.format(file=query / "secret.csv", folder=query))
    with pytest.raises(duckdb.Error):
        opened.rows("asked")
    assert {path.name for path in query.iterdir()} == {"secret.csv", "asked.sql"}
    (query / "again.sql").write_text("select count(*) as n from observation where value is not null")
    assert opened.rows("again")[0]["n"] > 100_000


def test_frames_of_python_cannot_be_reached_from_sql(opened: Build, query: Path) -> None:
    import polars as pl

    hidden = pl.DataFrame({"a": [1]})
    (query / "asked.sql").write_text("select * from hidden")
    with pytest.raises(duckdb.Error):
        opened.rows("asked")
    assert hidden.height == 1


def test_a_value_is_bound_and_never_read_as_sql(opened: Build) -> None:
    evil = "x' or '1'='1"
    assert opened.rows("slice", indicator=evil, level="land", member="") == []
    assert opened.rows("slice", indicator="'; drop table observation; --", level="land", member="") == []


def test_a_runaway_query_is_stopped(opened: Build, query: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "QUERY_SECONDS", 0.2)
    (query / "endless.sql").write_text(
        "select count(*) from range(10000000) a, range(10000000) b where a.range <> b.range"
    )
    with pytest.raises(SlowQueryError, match="endless"):
        opened.rows("endless")
    (query / "quick.sql").write_text("select 1 as one")
    assert opened.rows("quick") == [{"one": 1}]


def test_a_timer_never_outlives_its_query(opened: Build) -> None:
    opened.rows("build")
    waiting = [t for t in threading.enumerate() if isinstance(t, threading.Timer) and not t.finished.is_set()]
    assert not waiting


def test_eight_threads_get_their_own_rows(opened: Build, query: Path) -> None:
    """A connection shared by threads hands out other callers' rows; a cursor per query must not."""
    (query / "echo.sql").write_text("select $i::int as i, sum(range)::bigint as s from range($i::int)")

    def ask(thread: int) -> int:
        wrong = 0
        for turn in range(200):
            i = thread * 1000 + turn
            wrong += opened.rows("echo", i=i) != [{"i": i, "s": i * (i - 1) // 2 if i else None}]
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [0] * 8


def test_remembered_values_are_computed_once_and_recent_ones_are_bounded(opened: Build) -> None:
    fresh = Build("x", opened.path, {}, opened.data)
    made: list[int] = []
    for _ in range(3):
        assert fresh.remember("key", lambda: made.append(1) or 7) == 7  # type: ignore[func-returns-value]
    assert made == [1]
    for i in range(3 * stores.RECENT):
        fresh.recent(i, lambda i=i: i)  # type: ignore[misc]
    assert len(fresh._recent) == stores.RECENT
    assert fresh.recent(3 * stores.RECENT - 1, lambda: -1) == 3 * stores.RECENT - 1
    assert fresh.recent(0, lambda: -1) == -1


def test_a_closed_build_opens_again_when_it_is_asked(opened: Build) -> None:
    fresh = Build("x", opened.path, {}, opened.data)
    before = fresh.rows("build")
    fresh.close()
    fresh.close()
    assert fresh.rows("build") == before


def test_the_file_is_opened_lazily_in_the_process_that_asks(opened: Build) -> None:
    """DuckDB does not survive a fork: no connection may exist before the first question."""
    fresh = Build("x", opened.path, {}, opened.data)
    assert fresh._connection is None
    fresh.rows("build")
    assert fresh._connection is not None
