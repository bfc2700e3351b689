"""Counting: exact over processes, sliding, untouched by the clock; and what happens where it cannot be done."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from guarded import until
from serving import ROOT, free_port

from dashboard.app import create
from dashboard.guard import backing, counts
from dashboard.guard.address import network
from dashboard.guard.counts import Counts
from dashboard.settings import VARIABLES, Settings

COUNTING = """
import sys; from pathlib import Path; from dashboard.guard.counts import Counts
found = Counts(path=Path(sys.argv[1]))
print(sum(found.acquire_sliding_window_entry("reader", 100, 1700) for _ in range(60)))
"""


def test_four_processes_count_exactly(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COUNTING, str(tmp_path / "counts.sqlite")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    passed = [int(process.communicate(timeout=120)[0]) for process in running]
    assert sum(passed) == 100


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 6_000_000.0

    def monotonic(self) -> float:
        return self.now


def test_the_window_slides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(counts, "time", clock)
    found = Counts(path=tmp_path / "counts.sqlite")

    def passed(times: int) -> int:
        return sum(found.acquire_sliding_window_entry("reader", 60, 60) for _ in range(times))

    assert passed(100) == 60
    assert passed(1) == 0
    clock.now += 60  # the window before still counts whole
    assert passed(1) == 0
    clock.now += 30  # now half of it
    assert passed(100) == 30
    clock.now += 3600
    assert passed(100) == 60
    rows = sqlite3.connect(tmp_path / "counts.sqlite").execute("SELECT count(*) FROM count").fetchone()
    assert rows == (1,), "what is over is cleared"


def test_the_usual_limits_let_a_class_of_thirty_work_and_stop_a_program(tmp_path: Path) -> None:
    """Thirty readers behind one address, each with forty steps, three files and fifteen calls of the API."""
    one = backing.of_machine(tmp_path / "counts.sqlite")
    usual = {name: int(VARIABLES[f"ATLAS_{name}_A_MINUTE"][0]) for name in ("REQUESTS", "API", "EXPORTS")}
    for name, each in (("REQUESTS", 40), ("API", 15), ("EXPORTS", 3)):
        rule = backing.per_minute(usual[name], name)
        asked = [one.hit(rule, "203.0.113.7") for _ in range(30 * each)]
        assert all(found is not None and found.passes for found in asked), name
        storage = one.storage
        assert isinstance(storage, Counts)
        more = storage.acquire_sliding_window_entry(rule.key_for("203.0.113.7"), rule.amount, 60, usual[name])
        assert not more, f"{name}: a program that asks for as much again is stopped"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", "unknown"), ("x" * 5000, "unknown"),
        ("203.0.113.7, 1.2.3.4", "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_networks(address: str | None, place: str) -> None:
    assert network(address) == place


# ── Where it cannot be done ──────────────────────────────────────────────────────────────────────────────────────

RULE = backing.per_minute(1000, "pages")


def test_a_damaged_file_lets_requests_pass_and_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backing, "AGAIN", 0.05)
    path = tmp_path / "counts.sqlite"
    path.write_bytes(b"<html>" * 1000)
    one = backing.of_machine(path)
    assert one.hit(RULE, "a") is None
    until(lambda: one.works, "a new file is begun")
    assert (found := one.hit(RULE, "a")) is not None
    assert found.left == 999
    told = [record.getMessage() for record in caplog.records]
    assert len([text for text in told if "cannot count" in text]) == 1
    assert len([text for text in told if "counts requests again" in text]) == 1


def test_a_folder_that_is_not_there_lets_requests_pass(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    chosen = replace(settings, requests=2, runtime=str(tmp_path / "file" / "folder"))
    client = create(chosen).server.test_client()
    for _ in range(5):
        answer = client.get("/de/regions.json", environ_base={"REMOTE_ADDR": "203.0.113.7"})
        assert answer.status_code == 200
    assert "ATLAS_RUNTIME" in caplog.text


def test_a_folder_of_somebody_else_is_not_used(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that all may write somebody could lay a link under our name."""
    monkeypatch.setattr(counts, "_MEMORY", tmp_path)
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    assert counts.folder(settings).stat().st_mode & 0o777 == 0o700
    counts.folder(settings).rename(tmp_path / "elsewhere")
    (tmp_path / f"atlas-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        counts.folder(settings)


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_valkey_that_is_gone_or_silent_costs_nobody_a_page(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each machine counts for itself then: the limit still holds."""
    for number, place in enumerate([free_port(), None]):
        with silent() as port:
            shared = f"valkey://:secret@127.0.0.1:{place or port}/0"
            chosen = replace(settings, requests=3, shared=shared, runtime=str(tmp_path / str(number)))
            client = create(chosen).server.test_client()
            ask = {"REMOTE_ADDR": "203.0.113.7"}
            found = [client.get("/de/regions.json", environ_base=ask).status_code for _ in range(6)]
            assert found[:3] == [200] * 3
            assert 429 in found
            until(lambda: "Valkey cannot count" in caplog.text, "it is logged")
            assert "secret" not in caplog.text
            caplog.clear()


@contextmanager
def valkey(port: int, folder: Path) -> Iterator[None]:
    """A real server on this port."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        pytest.skip("neither valkey-server nor redis-server is here: the shared count was not tried")
    command = [program, "--port", str(port), "--save", "", "--dir", str(folder), "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_two_machines_count_together_and_alone_while_the_valkey_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing, "AGAIN", 0.1)
    port = free_port()
    with valkey(port, tmp_path):
        machines = [backing.of_all(f"redis://127.0.0.1:{port}/0") for _ in range(2)]
        until(lambda: all(one.works for one in machines), "both have found it")
        rule = backing.per_minute(10, "pages")
        found = [machines[n % 2].hit(rule, "203.0.113.7") for n in range(20)]
        assert all(found)
        assert 10 <= sum(one.passes for one in found if one) <= 12
    until(lambda: machines[0].hit(RULE, "b") is None, "it is gone")
    with valkey(port, tmp_path):
        until(lambda: machines[0].works, "it is back")
        assert machines[0].hit(RULE, "b") is not None
