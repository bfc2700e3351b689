"""`etl backup` and `etl restore`: a whole moment while everybody writes, and nothing that is damaged comes back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tiny_project
from serving import ROOT
from tiny_project import Project

from dashboard.desk.audit import Audit
from dashboard.desk.records import Records
from etl.lock import lock
from etl.model import PublishError
from etl.publish import Sealed, publish


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Sealed, Sealed]]:
    """A data folder with two real builds, a snapshot, and a desk."""
    folder = tmp_path_factory.mktemp("stock")
    tiny = Project(tiny_project.write_project(folder), tiny_project.write_delivery(folder / "from"), folder / "data")
    sealed = tiny_project.make(tiny, 0, tiny.data), tiny_project.make(tiny, 1, tiny.data)
    snapshot = tiny.data / "snapshots/office_survey/survey.csv"
    snapshot.parent.mkdir(parents=True)
    shutil.copyfile(tiny.delivery / "office_survey/survey.csv", snapshot)
    desk = tiny.data / "internal/desk"
    Records(desk)
    Audit(desk).write("someone", "began")
    (tiny.data / "internal").chmod(0o750)
    return tiny.data, sealed


def etl(data: Path, *arguments: object, module: str = "etl") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ATLAS_DATA": str(data), "ATLAS_AUDIENCE": "internal"}
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def contents(data: Path) -> dict[str, bytes]:
    own = [path for path in data.rglob("*") if path.is_file() and path.name != "build.lock"]
    plain = {path.relative_to(data).as_posix(): path.read_bytes() for path in own if ".sqlite" not in path.name}
    for path in (one for one in own if one.suffix == ".sqlite"):  # what is in it; its pages may lie otherwise
        with contextlib.closing(sqlite3.connect(path)) as file:
            plain[path.relative_to(data).as_posix()] = "\n".join(file.iterdump()).encode()
    return plain


@contextlib.contextmanager
def busily(data: Path, sealed: tuple[Sealed, Sealed]) -> Iterator[list[int]]:
    """Publications one after the other, and a desk that writes all the while; the number of each at its end."""
    over, done = threading.Event(), [0, 0]

    def publications() -> None:
        while not over.is_set():
            with contextlib.suppress(PublishError), lock(data):  # the backup has it
                publish(data, sealed[done[0] % 2])
                done[0] += 1
            over.wait(0.3)

    def desk() -> None:
        audit, folder = Audit(data / "internal/desk"), data / "internal/desk"
        while not over.is_set():
            audit.write("someone", "step", number=done[1])
            with contextlib.closing(sqlite3.connect(folder / "sign-in.sqlite", isolation_level=None)) as file:
                file.execute("BEGIN IMMEDIATE")
                for _ in range(2):  # never one of the two alone
                    file.execute("INSERT INTO attempt VALUES (?, ?)", ("there", done[1]))
                file.execute("COMMIT")
            done[1] += 1

    threads = [threading.Thread(target=one, daemon=True) for one in (publications, desk)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def test_a_backup_is_one_moment_while_builds_are_published_and_the_desk_writes(
    stock: tuple[Path, tuple[Sealed, Sealed]], tmp_path: Path
) -> None:
    data, sealed = stock
    archive, other = tmp_path / "atlas.tar.zst", tmp_path / "data"
    with busily(data, sealed) as done:
        made = etl(data, "backup", archive)
    assert made.returncode == 0, made.stderr
    assert min(done) > 1, "all wrote while it was made"
    assert archive.stat().st_mode & 0o777 == 0o600, "it holds what is internal"
    assert not [path for path in data.iterdir() if path.name.startswith(".")], "nothing is left over"

    back = etl(other, "restore", archive)
    assert back.returncode == 0, back.stderr
    assert etl(other, "verify").returncode == 0
    proved = etl(other, "verify-audit", module="dashboard.desk")
    assert proved.returncode == 0, proved.stdout + proved.stderr
    pointer = json.loads((other / "current.json").read_text())
    shown = json.loads((other / "publications.json").read_text())
    assert shown[-1]["build"] == pointer["build"], "pointer and history of one moment"
    assert {path.name for path in (other / "builds").iterdir()} == {path.name for path in (data / "builds").iterdir()}
    assert (other / "snapshots/office_survey/survey.csv").is_file()
    with contextlib.closing(sqlite3.connect(other / "internal/desk/sign-in.sqlite")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ((attempts,),) = file.execute("SELECT count(*) FROM attempt").fetchall()
    assert attempts % 2 == 0, "whole transactions only"
    desk = other / "internal/desk"
    assert (desk / "sign-in.sqlite").stat().st_mode == (data / "internal/desk/sign-in.sqlite").stat().st_mode
    assert (desk / "audit.jsonl").stat().st_mode == (data / "internal/desk/audit.jsonl").stat().st_mode


def test_a_restore_brings_back_all_and_keeps_what_was_there(
    stock: tuple[Path, tuple[Sealed, Sealed]], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(stock[0], data)
    archive = tmp_path / "atlas.tar.zst"
    assert etl(data, "backup", archive).returncode == 0
    before = contents(data)
    again = etl(data, "backup", archive)
    assert again.returncode == 12
    assert "there already" in again.stderr
    (data / "current.json").write_text("{}")
    (data / "later.json").write_text("{}")
    next((data / "builds").glob("*.duckdb")).unlink()
    done = etl(data, "restore", archive)
    assert done.returncode == 0, done.stderr
    (aside,) = data.glob("replaced-*")
    assert str(aside) in done.stdout
    assert (aside / "later.json").is_file()
    assert (aside / "current.json").read_text() == "{}"
    kept = {name: content for name, content in contents(data).items() if not name.startswith("replaced-")}
    assert kept == before
    assert etl(data, "verify").returncode == 0


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def changed(content: bytes) -> bytes:
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@pytest.mark.parametrize("damage", [cut, changed, lambda _content: b"", lambda _content: b"no archive at all"])
def test_a_damaged_archive_changes_nothing(
    stock: tuple[Path, tuple[Sealed, Sealed]], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(stock[0], data)
    whole, archive = tmp_path / "whole", tmp_path / "damaged"
    assert etl(data, "backup", whole).returncode == 0
    archive.write_bytes(damage(whole.read_bytes()))
    before = contents(data)
    done = etl(data, "restore", archive)
    assert done.returncode == 12
    assert "Nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(data) == before
