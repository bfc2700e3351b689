"""One writer at a time: the second is told who holds the lock, and a dead holder holds nothing."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_project import MAIN, REPOSITORY, Project

from etl.lock import lock
from etl.model import PublishError
from etl.publish import read_pointer, verify

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_of_two_builds_at_once_the_second_is_told_who_holds_the_lock(run: Run, tiny: Project) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", MAIN, str(tiny.root), "build", "--from", str(tiny.delivery)],
        cwd=REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(tiny.data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout is not None
    try:
        next(line for line in first.stdout if line.startswith("3/4"))
        os.kill(first.pid, signal.SIGSTOP)  # it holds the lock as long as the test wants
        for arguments in (["build", "--from", tiny.delivery], ["rollback"]):
            second = run(*arguments)
            assert second.returncode == 12
            assert f"`etl build`, process {first.pid} on {os.uname().nodename}, since 20" in second.stderr
            assert "Traceback" not in second.stderr
    finally:
        os.kill(first.pid, signal.SIGCONT)
    first.stdout.read()
    assert first.wait(60) == 0
    pointer = read_pointer(tiny.data)
    assert pointer is not None
    assert verify(tiny.data / pointer["file"]).id == pointer["build"]


def test_what_a_killed_holder_wrote_neither_locks_nor_accuses(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    note = {"pid": dead.pid, "command": "etl build", "since": "2026-01-01", "host": os.uname().nodename}
    (tmp_path / "build.lock").write_text(json.dumps(note))
    with (tmp_path / "build.lock").open() as other:  # another one holds it and has not yet written its name
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(PublishError, match="not yet said who it is"), lock(tmp_path):
            pass
    with lock(tmp_path, "etl publish"):
        told = json.loads((tmp_path / "build.lock").read_text())
        assert (told["pid"], told["command"]) == (os.getpid(), "etl publish")
    assert (tmp_path / "build.lock").read_text() == ""


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1e400}', "\0"])
def test_an_unreadable_note_is_no_error(tmp_path: Path, note: str) -> None:
    (tmp_path / "build.lock").write_text(note)
    with (tmp_path / "build.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(PublishError, match="not yet said who it is"), lock(tmp_path):
            pass
    with lock(tmp_path):
        pass
