"""What a power failure, a full disk or a flood leaves behind: an upload as it was, or one step further, never half."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from desking import Atlas, copied, token
from handing import CLAIM, CONNY, FIGURE, ROSA, as_csv, drafted, entered, hand_in
from serving import ROOT

from dashboard.desk import checking
from dashboard.desk.audit import Audit, AuditError
from dashboard.desk.known import Known, known
from dashboard.desk.releasing import mend, release, take_back
from dashboard.desk.uploads import DRAFT, RECEIVED, RELEASED, TAKEN_BACK, Uploads
from dashboard.store import Build
from etl import desk as reading

#: What Python tells its audit hooks of steps that touch the disk.
TOUCHES = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


def child(work: Callable[[], object]) -> int:
    """Do something in a process of its own; how it ended: 0 well, 1 refused, -9 killed."""
    if (pid := os.fork()) == 0:
        try:
            work()
        except (OSError, AuditError):
            os._exit(1)
        except BaseException:
            os._exit(2)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_at(number: int) -> None:
    """From now on the process kills itself before the numberth step that touches the disk."""
    left = [number]

    def hook(event: str, _arguments: object) -> None:
        if event in TOUCHES:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


@pytest.fixture
def waiting(home: Path, made: Build, tmp_path: Path) -> tuple[Path, str, Known]:
    """A desk of its own with a draft."""
    data = tmp_path / "data"
    folder = data / "internal" / "desk"
    shutil.copytree(home, folder)
    uploads = Uploads(folder)
    # Not figures: Polars, which writes them, does not live in forked processes.
    upload = drafted(uploads, made, as_csv(CLAIM | {"programme": "sn-ki-2021"}), "claim")
    return data, upload.id, known(made, uploads.released)


def again(data: Path, folder: Path) -> Path:
    """The same desk, untouched."""
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(folder, data)
    return data / "internal" / "desk"


def sound(data: Path, id_: str) -> str:
    """The state after a restart; the pipeline reads what is there, the log is whole."""
    folder = data / "internal" / "desk"
    uploads, audit = Uploads(folder), Audit(folder)
    with uploads.held(id_) as upload:
        state = mend(uploads, audit, upload).state
    there = {one.id for one in reading.read(data)}
    assert (id_ in there) == (state == RELEASED)
    audit.verify()
    return state


def test_a_release_that_is_killed_at_any_step_is_whole_or_not_there_and_can_be_repeated(
    waiting: tuple[Path, str, Known], tmp_path: Path
) -> None:
    data, id_, there = waiting
    states, number, ended = set(), 0, -9
    while ended == -9:
        number += 1
        folder = again(tmp_path / "again", data)
        uploads, audit = Uploads(folder), Audit(folder)
        upload = uploads.get(id_)

        def work(number: int = number) -> None:
            killed_at(number)
            release(uploads, audit, upload, ROSA, token=upload.token, known=there)  # noqa: B023

        ended = child(work)
        states.add(state := sound(tmp_path / "again", id_))
        if state == DRAFT:
            with uploads.held(id_) as now:
                release(uploads, audit, now, ROSA, token=now.token, known=there)
        assert sound(tmp_path / "again", id_) == RELEASED
    assert ended == 0
    assert states == {DRAFT, RELEASED}
    assert number > 10


def test_taking_back_that_is_killed_at_any_step_leaves_all_or_nothing(
    waiting: tuple[Path, str, Known], tmp_path: Path
) -> None:
    data, id_, there = waiting
    desk = data / "internal" / "desk"
    upload = Uploads(desk).get(id_)
    done = release(Uploads(desk), Audit(desk), upload, ROSA, token=upload.token, known=there)
    states, number, ended = set(), 0, -9
    while ended == -9:
        number += 1
        folder = again(tmp_path / "again", data)

        def work(number: int = number, folder: Path = folder) -> None:
            killed_at(number)
            take_back(Uploads(folder), Audit(folder), done, ROSA, "wrong")

        ended = child(work)
        states.add(sound(tmp_path / "again", id_))
    assert (ended, states) == (0, {RELEASED, TAKEN_BACK})


def test_a_full_disk_changes_nothing_and_says_so(waiting: tuple[Path, str, Known], tmp_path: Path) -> None:
    data, id_, there = waiting
    ends = set()
    for most in (0, 100, 400, 1000, 2000, 3000, 100_000):
        folder = again(tmp_path / "again", data)
        uploads, audit = Uploads(folder), Audit(folder)
        upload = uploads.get(id_)

        def work(most: int = most) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            release(uploads, audit, upload, ROSA, token=upload.token, known=there)  # noqa: B023

        ends.add(ended := child(work))
        state = sound(tmp_path / "again", id_)
        assert state == (RELEASED if ended == 0 else DRAFT)
        if state == DRAFT:
            with uploads.held(id_) as now:
                release(uploads, audit, now, ROSA, token=now.token, known=there)
    assert ends == {0, 1}


def test_a_check_that_is_killed_is_begun_again(build: Path, home: Path, made: Build, tmp_path: Path) -> None:
    data = copied(build, tmp_path)
    shutil.copytree(home, data / "internal" / "desk")
    uploads = Uploads(data / "internal" / "desk")
    content = as_csv(*(FIGURE | {"region": "DED44", "period": str(1901 + n % 190)} for n in range(60_000)))
    digest = hashlib.sha256(content).hexdigest()
    (uploads.files / digest).write_bytes(content)
    upload = uploads.begin("figure", CONNY, "file", (digest, len(content)))
    command = [sys.executable, "-m", "dashboard.desk", "check", upload.id]
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "ATLAS_DATA": str(data)})
    deadline = time.monotonic() + 60
    while not (uploads.folder(upload.id) / "attempts").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    running.kill()
    running.wait(10)
    assert uploads.get(upload.id).state == RECEIVED
    checking.run(uploads, upload.id, made)
    assert uploads.get(upload.id).result["accepted"] + uploads.get(upload.id).result["refused"] == 60_000


# ── Floods ──


def test_two_gigabytes_are_refused_by_their_length_and_while_streaming(pilot: Atlas) -> None:
    folder = pilot.data / "internal" / "desk"
    with entered(pilot, "conny") as conny:
        page = conny.get("/en/desk/upload").text
        cookie = conny.cookies["atlas"]
        said = flood(pilot, cookie, "Content-Length: 2147483648", b"")
        assert b" 413 " in said.split(b"\r\n")[0]
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        head = part(token(page))
        first = f"{len(head):x}\r\n".encode() + head + b"\r\n"
        said = flood(pilot, cookie, "Transfer-Encoding: chunked", first, chunk, 2048)
        assert b" 413 " in said.split(b"\r\n")[0]
        assert hand_in(conny, "figure", as_csv(FIGURE)).status_code == 303, "the server is well"
    assert pilot.audit().count("too large") == 2
    time.sleep(0.5)
    assert not list(folder.glob("files/part-*"))


def part(csrf: str) -> bytes:
    """The beginning of a form with a file."""
    field = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{csrf}\r\n'
    return (field + '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n').encode()


def flood(pilot: Atlas, cookie: str, length: str, first: bytes, chunk: bytes = b"", most: int = 0) -> bytes:
    """Send a request that does not end, until the server has enough; what it answers."""
    host = pilot.address.removeprefix("http://")
    lines = [
        *("POST /en/desk/upload HTTP/1.1", f"Host: {host}", f"Origin: {pilot.address}", f"Cookie: atlas={cookie}"),
        *("Content-Type: multipart/form-data; boundary=b", length, "", ""),
    ]
    with socket.create_connection((host.split(":")[0], int(host.split(":")[1])), 60) as wire:
        try:
            wire.sendall("\r\n".join(lines).encode() + first)
            for _ in range(most):
                wire.sendall(chunk)
        except OSError:
            pass
        try:
            return wire.recv(4000)
        except OSError:
            return b""
