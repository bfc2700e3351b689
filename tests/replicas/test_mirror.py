"""A mirror follows a place, and whatever goes wrong there, what is here goes on being served."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from places import SECRET, Publisher, served, told
from troubles import Way

from etl.remote import head as heads
from etl.remote import mirror as mirroring
from etl.remote.head import Blob, Head
from etl.remote.mirror import Mirror
from etl.remote.store import DAMAGED, EMPTY, REFUSED, UNREACHABLE, Remote, StoreError

Mirrors = Callable[..., Mirror]


@pytest.fixture(autouse=True)
def tries_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirroring, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(mirroring, "DAMAGED_SECONDS", 0.0)


def test_a_mirror_brings_what_is_published_and_follows_it(publisher: Publisher, place: str, mirror: Mirrors) -> None:
    publisher.push(place)
    here = mirror()
    here.look()
    assert served(here.data) == publisher.ids[0]
    assert told(here.data)["problem"] == ""
    for name in ("publications.json", "status.json", "current.json"):
        assert (here.data / name).read_bytes() == (publisher.data / name).read_bytes()
    for number in (1, 2, 0):
        publisher.publish(number)
        publisher.push(place)
        here.look()
        assert served(here.data) == publisher.ids[number]
    assert {path.name for path in (here.data / "builds").iterdir()} == {
        f"{id_}.{form}" for id_ in publisher.ids for form in ("duckdb", "json")
    }


def test_an_unchanged_place_costs_one_small_question(
    publisher: Publisher, place: str, mirror: Mirrors, way: Way
) -> None:
    publisher.push(place)
    here = mirror()
    here.look()
    way.asked.clear()
    for _ in range(3):
        here.look()
    assert [(method, path.rpartition("/")[2]) for method, path in way.asked] == [("GET", "current.json")] * 3
    assert (here.data / "current.json").exists()


def test_other_status_without_another_build_arrives_too(publisher: Publisher, place: str, mirror: Mirrors) -> None:
    publisher.push(place)
    here = mirror()
    here.look()
    pointer = (here.data / "current.json").stat()
    (publisher.data / "status.json").write_text('{"format": 1, "sources": {}}')
    publisher.push(place)
    here.look()
    assert (here.data / "status.json").read_text() == '{"format": 1, "sources": {}}'
    assert (here.data / "current.json").stat().st_ino == pointer.st_ino, "the pointer is left alone"


def test_old_builds_go_as_they_go_at_the_publisher(publisher: Publisher, place: str, mirror: Mirrors) -> None:
    publisher.push(place)
    here = mirror()
    here.look()
    (here.data / "builds" / ".0.part").write_bytes(b"left by a killed mirror")
    for number in (1, 2):
        publisher.publish(number)
    (publisher.data / f"builds/{publisher.ids[0]}.duckdb").unlink()
    publisher.push(place)
    here.look()
    assert {path.stem for path in (here.data / "builds").iterdir()} == set(publisher.ids[1:])


def test_a_new_replica_has_kept_builds_before_it_serves(
    publisher: Publisher, place: str, mirror: Mirrors, way: Way
) -> None:
    """Else it would answer 410 to an address that others answer."""
    publisher.publish(1)
    publisher.push(place)
    old = json.loads((publisher.data / f"builds/{publisher.ids[0]}.json").read_text())["sha256"]
    way.trouble, way.only = "broken", old
    here = mirror()
    here.look()
    assert not (here.data / "current.json").exists()
    way.trouble = ""
    here.look()
    assert served(here.data) == publisher.ids[1]
    assert (here.data / f"builds/{publisher.ids[0]}.duckdb").exists()


TROUBLES = {
    "expired credentials": ("expired", "", REFUSED),
    "a store that answers 500": ("broken", "", UNREACHABLE),
    "too slow": ("slow", "", UNREACHABLE),
    "bytes that were changed": ("lie", "blobs", DAMAGED),
    "a body that ends in the middle": ("cut", "blobs", UNREACHABLE),
    "parts that vanished": ("gone", "blobs", EMPTY),
}


@pytest.mark.parametrize(("trouble", "only", "kind"), TROUBLES.values(), ids=TROUBLES)
def test_the_last_good_build_keeps_serving_and_what_is_wrong_is_said_once(
    publisher: Publisher,
    place: str,
    mirror: Mirrors,
    way: Way,
    trouble: str,
    only: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publisher.push(place)
    monkeypatch.setattr("etl.remote.store.SMALL_SECONDS", 0.3 if trouble == "slow" else 5.0)
    said: list[str] = []
    here = mirror(said=said)
    _look_until(here, (here.data / "current.json").exists)  # a loaded machine may need more than 0.3 s, too
    said.clear()
    publisher.publish(1)
    publisher.push(place)
    way.trouble, way.only, way.delay = trouble, only, 1.0
    if trouble == "gone":
        way.trouble = ""
        remote = Remote(place)
        gone = set(remote.names("blobs")) - {blob.name for blob in _brought(here.data)}
        remote.remove(gone)
    for _ in range(3):
        here.look()
        assert served(here.data) == publisher.ids[0]
    assert told(here.data)["problem"] == kind
    assert told(here.data)["since"]
    assert sum("error:" in line for line in said) == 1, said
    assert SECRET not in "".join(said) + (here.data / "mirror.json").read_text()
    assert "SECRET" not in "".join(said), "what the store answers is not repeated"
    way.trouble = ""
    if trouble == "gone":
        publisher.push(place, again=True)
    _look_until(here, lambda: served(here.data) == publisher.ids[1] and told(here.data)["problem"] == "")
    assert "all is well again" in said[-1]


def _brought(data: Path) -> Iterator[Blob]:
    for path in data.rglob("*"):
        if path.is_file():
            yield Blob(mirroring.sha256_of(path), path.stat().st_size)


def test_a_bucket_that_vanishes_leaves_the_last_good_build(
    publisher: Publisher, place: str, mirror: Mirrors, way: Way
) -> None:
    publisher.push(place)
    here = mirror()
    here.look()
    remote = Remote(place)
    remote.remove(list(remote.names("")))
    httpx.delete(f"{way.to}/{place.split('/')[2]}")
    here.look()
    assert served(here.data) == publisher.ids[0]
    assert told(here.data)["problem"] == REFUSED


def test_a_broken_download_goes_on_where_it_ended(
    publisher: Publisher, place: str, mirror: Mirrors, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.push(place)
    monkeypatch.setattr(mirroring, "STEP", 200_000)
    here, read, calls = mirror(), Remote.read, []

    def breaks_once(self: Remote, name: str, start: int, length: int) -> bytes:
        calls.append((name, start))
        if start == 400_000 and calls.count((name, start)) == 1:
            raise StoreError(UNREACHABLE, "the line broke.")
        return read(self, name, start, length)

    monkeypatch.setattr(Remote, "read", breaks_once)
    here.look()
    assert not (here.data / "current.json").exists()
    here.look()
    assert served(here.data) == publisher.ids[0]
    large = next(name for name, start in calls if start == 400_000)
    assert [start for name, start in calls if name == large].count(0) == 1


def test_what_is_not_public_is_not_brought(publisher: Publisher, place: str, mirror: Mirrors) -> None:
    """Also where somebody put it there by hand."""
    publisher.push(place)
    remote, id_ = Remote(place), publisher.ids[0]
    content, version = remote.head() or (b"", "")
    head = heads.read(content)
    beside = publisher.data / f"builds/{id_}.json"
    beside.write_text(beside.read_text().replace('"audience": "public"', '"audience": "internal"'))
    raw = json.loads(beside.read_text())
    raw.pop("seal")
    mirroring.manifest.write(beside, mirroring.manifest.Manifest(**{**raw, **_typed(raw)}))
    blob = Blob(mirroring.sha256_of(beside), beside.stat().st_size)
    remote.put(blob.name, beside)
    forged = Head(head.pointer, {**head.files, f"builds/{id_}.json": blob})
    remote.publish(forged.written(), version)
    said: list[str] = []
    here = mirror(said=said)
    here.look()
    assert not (here.data / "current.json").exists()
    assert "not public" in said[0]


def _typed(raw: dict[str, object]) -> dict[str, object]:
    inputs, tables = raw["inputs"], raw["tables"]
    assert isinstance(inputs, dict)
    assert isinstance(tables, dict)
    return {
        "inputs": {name: mirroring.manifest.Input(**one) for name, one in inputs.items()},
        "tables": {name: mirroring.manifest.Table(**one) for name, one in tables.items()},
    }


def test_a_file_that_was_changed_here_is_brought_again(publisher: Publisher, place: str, mirror: Mirrors) -> None:
    publisher.push(place)
    mirror().look()
    again = mirror()
    path = again.data / f"builds/{publisher.ids[0]}.duckdb"
    path.write_bytes(b"not a database")
    again.look()
    assert served(again.data) == publisher.ids[0]


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────


def command(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "etl", "mirror", *arguments]


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "ATLAS_DATA": str(data)}


def once(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(data, *arguments), env=environment(data), capture_output=True, text=True, timeout=120, check=False
    )


def test_without_a_local_build_and_without_the_store_there_is_a_sentence(
    place: str, tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = once(tmp_path / "new", place)
    assert done.returncode == 12
    assert "nothing is published at" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    done = once(tmp_path / "new", place)
    assert done.returncode == 12
    assert "does not answer" in done.stderr
    done = once(publisher.data, place)
    assert done.returncode == 2
    assert "has builds of its own" in done.stderr, "a mirror never writes over a pipeline's folder"
    assert served(publisher.data) == publisher.ids[0]


def test_a_watch_follows_until_it_is_stopped_and_is_alone(publisher: Publisher, place: str, tmp_path: Path) -> None:
    data = tmp_path / "watched"
    log = (tmp_path / "log").open("w+")
    watch = subprocess.Popen(
        command(data, place, "--watch", "--every", "0.1"), env=environment(data), stdout=log, stderr=log
    )
    try:
        _until(lambda: (data / "mirror.json").exists() and told(data)["problem"] == EMPTY)
        publisher.push(place)
        _until(lambda: (data / "current.json").exists() and served(data) == publisher.ids[0])
        done = once(data, place)
        assert done.returncode == 2
        assert "another mirror" in done.stderr
        publisher.publish(1)
        publisher.push(place)
        _until(lambda: served(data) == publisher.ids[1])
        _until(lambda: told(data)["problem"] == "")
    finally:
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(60) == 0
    log.seek(0)
    lines = log.read()
    assert "stopped watching" in lines
    assert "Traceback" not in lines
    assert f"build {publisher.ids[1]} is published" in lines


_FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing fails then with an error, as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from etl.cli import main
sys.exit(main(sys.argv[2:], print))
"""


def test_a_full_disk_leaves_what_is_here_and_the_next_one_goes_on(
    publisher: Publisher, place: str, tmp_path: Path
) -> None:
    data = tmp_path / "small"
    publisher.push(place)
    assert once(data, place).returncode == 0
    publisher.publish(1)
    publisher.push(place)
    size = (publisher.data / f"builds/{publisher.ids[1]}.duckdb").stat().st_size
    full = [sys.executable, "-c", _FULL, str(size // 2), "mirror", place]
    done = subprocess.run(full, env=environment(data), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 12, done.stderr
    assert f"{data} cannot be written" in done.stderr
    assert "Make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert served(data) == publisher.ids[0]
    assert not (data / f"builds/{publisher.ids[1]}.duckdb").exists()
    assert once(data, place).returncode == 0
    assert served(data) == publisher.ids[1]


def _look_until(mirror: Mirror, reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not reached():
        assert time.monotonic() < end
        mirror.look()


def _until(reached: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_folder_that_machines_share_can_be_mirrored_to_a_disk_of_their_own(
    publisher: Publisher, tmp_path: Path
) -> None:
    shared = f"file://{tmp_path}/share"
    publisher.push(shared)
    here = Mirror(Remote(shared), tmp_path / "local", print)
    here.look()
    assert served(here.data) == publisher.ids[0]
    publisher.publish(1)
    publisher.push(shared)
    here.look()
    assert served(here.data) == publisher.ids[1]
