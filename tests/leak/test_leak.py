"""What is internal or under embargo is in no exit of the public server, and is there the moment the embargo ends.

The canaries of canaries.py are planted in a copy of the shipped data; a real server on the public build is asked for
everything that exits.py finds. With the filter switched off, and after the embargo, the same search finds them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import polars as pl
import pytest
from canaries import ALL, IDS, INDICATOR, PROGRAMME, TEXTS, copy_of, found, plant
from exits import REVISED, Crawl
from serving import ROOT, serving

FAR = timedelta(hours=6)
#: Every embargoed thing that a reader can come to see, and where the others are that stay inside.
INSIDE_FOR_GOOD = {"programme", "claim", "organisation", "id of programme", "id of organisation", "value, claim"}
#: Never shown to anybody: the name that the desk gave a release.
NOWHERE = {"release"}
NAMES = {canary.name for canary in ALL}
_UNFILTERED = """
import sys
from etl.audience import View
from etl.cli import main
View.shows = lambda self, *_: True
sys.exit(main(["build"], print))
"""


@dataclass(frozen=True)
class Planted:
    """A data folder with canaries and builds, a server on its public build, and the seconds that building took."""

    data: Path
    address: str
    log: Path
    took: float


def run(data: Path, *command: str) -> str:
    """A Python command in a process of its own, on a data folder."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """Canaries under an embargo that ends in some hours, built and served."""
    data, log = copy_of(ROOT / "data", tmp_path_factory.mktemp("leak")), tmp_path_factory.mktemp("log") / "server"
    plant(data, datetime.now(UTC) + FAR)
    before = time.monotonic()
    run(data, "-m", "etl", "build")
    took = time.monotonic() - before
    with serving(data, log) as address:
        yield Planted(data, address, log, took)


def contents(build: Path) -> bytes:
    """What the columns of all tables hold, each value once: the build's own pages are compressed."""
    with duckdb.connect(str(build), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        frames = [connection.table(name).pl() for name in tables]
    columns = [frame.select(pl.col(name).unique()) for frame in frames for name in frame.columns]
    return b"\n".join(column.write_ndjson().encode() for column in columns)


def leaks(parts: dict[str, bytes]) -> dict[str, set[str]]:
    """Where canaries are, and which."""
    return {where: names for where, content in parts.items() if (names := found(content))}


def nonsense(where: str) -> str:
    """An address with ids that nobody ever had in place of the canaries'."""
    return re.sub("|".join(IDS), lambda match: "q" * len(match[0]), where)


def without_echo(content: bytes) -> bytes:
    """An answer without the ids that were asked for."""
    return re.sub("|".join(IDS).encode(), b"", content)


def shown(data: Path) -> Path:
    """The published build of a data folder."""
    return data / json.loads((data / "current.json").read_text())["file"]


def test_no_exit_of_the_public_server_shows_what_is_withheld(planted: Planted) -> None:
    crawl = Crawl(planted.address)
    answers = crawl.everything()
    for where in [where for where in answers if where != nonsense(where)]:
        # An address says back what was asked for; that must not differ from any nonsense.
        if where.startswith("/de/"):
            assert crawl.client.get(where).status_code == crawl.client.get(nonsense(where)).status_code, where
        answers[where] = without_echo(answers[where])
    for near in (f"/de/indicator/{INDICATOR[:-1]}", f"/de/programme/{PROGRAMME[:-1]}", "/de/hub/vampirtintenfisc"):
        answers[near] = crawl.get(near).content.replace(near.rpartition("/")[2].encode(), b"")
    assert len(answers) > 300, "too few exits were looked at"
    assert leaks(answers) == {}
    log = planted.log.read_bytes()
    assert found(without_echo(log)) == set()


def test_no_file_that_a_public_process_reads_holds_it(planted: Planted) -> None:
    files = [path for path in planted.data.rglob("*") if path.is_file()]
    public = [path for path in files if path.relative_to(planted.data).parts[0] != "internal"]
    assert {path.name for path in public} >= {"current.json", "status.json", shown(planted.data).name}
    made = {
        str(path): path.read_bytes() for path in public if "figures" not in path.parts and "ledger" not in path.parts
    }
    assert leaks(made) == {}
    assert leaks({"tables": contents(shown(planted.data))}) == {}
    assert not list(planted.data.rglob("*.wal"))
    inside = planted.data / "internal"
    assert found(contents(shown(inside))) == NAMES - NOWHERE, "the internal build has all of it"
    assert inside.stat().st_mode & 0o007 == 0 or os.name != "posix"


def test_no_address_frozen_to_a_build_of_the_inside_is_answered(planted: Planted) -> None:
    """Neither by its id, nor where somebody lays its file among the public ones."""
    inside = sorted((planted.data / "internal").rglob("*.duckdb"))
    assert len(inside) > 1, "the published one, and one that waits for the end of the embargo"
    laid = planted.data / "builds" / inside[0].name
    shutil.copyfile(inside[0], laid)
    try:
        for build in inside:
            for path in ("/de/map", "/embed/de/map", "/de/map.csv", "/de/changed", f"/de/indicator/{REVISED}"):
                assert httpx.get(f"{planted.address}{path}?asof={build.stem}").status_code == 404, (path, build)
            answer = httpx.get(f"{planted.address}/de/slice/{REVISED}/country.json?v={build.stem}").json()
            assert answer["build"] != build.stem
    finally:
        laid.unlink()


def test_the_public_build_is_that_of_a_house_without_secrets(planted: Planted, build: Path) -> None:
    if not os.environ.get("ATLAS_TEST_DATA"):  # else it may be one of other code
        assert shown(planted.data).stem == shown(build).stem, "not even the id tells that there is more"


def test_the_search_finds_what_a_build_without_the_filter_shows(planted: Planted, tmp_path: Path) -> None:
    wanted = {"label", "member", "note", "publisher", "id of indicator", "id of source", "value, desk"}
    data = tmp_path / "data"
    shutil.copytree(planted.data, data)
    run(data, "-c", _UNFILTERED)
    assert found(contents(shown(data))) == NAMES - NOWHERE
    assert found(shown(data).read_bytes()) >= NAMES - NOWHERE - {"value, official"}, "raw bytes, too"
    assert found(shown(data).with_suffix(".json").read_bytes()) == {"id of source"}
    with serving(data, tmp_path / "log") as address:
        seen: set[str] = set()
        for content in Crawl(address).each("de"):  # until it has found them all
            seen |= found(content)
            if seen >= wanted:
                break
    assert seen >= wanted


def test_at_the_end_of_the_embargo_the_value_is_there_and_nobody_acted(planted: Planted) -> None:
    page = f"{planted.address}/de/indicator/{INDICATOR}"
    revised = f"{planted.address}/de/slice/{REVISED}/country.json"
    assert httpx.get(page).status_code == 404
    before = httpx.get(revised).content
    watch = subprocess.Popen(
        [sys.executable, "-m", "etl", "lift", "--watch"],
        cwd=ROOT,
        env={**os.environ, "ATLAS_DATA": str(planted.data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        end = datetime.now(UTC) + timedelta(seconds=planted.took + 10)
        _move_embargo(planted.data, end)  # the watch sees it, and builds anew by itself
        while datetime.now(UTC) < end - timedelta(seconds=0.5):
            assert httpx.get(page).status_code == 404
            time.sleep(0.25)
        while httpx.get(page).status_code == 404:
            if datetime.now(UTC) > end + timedelta(seconds=60):
                watch.send_signal(signal.SIGTERM)
                pytest.fail(f"not within the minute:\n{watch.communicate(timeout=60)[0]}")
            time.sleep(0.1)
        text = httpx.get(page).text
        assert TEXTS["label"] in text
        assert httpx.get(revised).content != before
        while json.loads((planted.data / "internal" / "schedule.json").read_text())["ready"]:
            time.sleep(0.1)  # it tidies up
    finally:
        watch.send_signal(signal.SIGTERM)
        told = watch.communicate(timeout=60)[0]
    assert watch.returncode == 0, told
    assert "the embargo of" in told
    answers = Crawl(planted.address).everything("de")
    seen = set().union(*leaks(answers).values())
    assert seen >= {"label", "member", "note", "publisher", "id of indicator", "value, desk"}
    for names in leaks({where: without_echo(content) for where, content in answers.items()}).values():
        assert not names & INSIDE_FOR_GOOD, "what is internal stays inside"


def _move_embargo(data: Path, end: datetime) -> None:
    for path in (
        data / "internal" / "desk" / "released" / TEXTS["release"] / "release.json",
        *(data / "internal" / "figures").glob("*.json"),
    ):
        record = json.loads(path.read_text(encoding="utf-8"))
        for terms in (record, record.get("terms", {})):
            if "embargo_until" in terms:
                terms["embargo_until"] = end.isoformat()
        fresh = path.with_name(f".{path.name}")
        fresh.write_text(json.dumps(record), encoding="utf-8")
        fresh.replace(path)
