"""Killing a fetch at any moment, a full disk, two fetches at once, and the command line: real processes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from publisher import Publisher, head, page, status
from test_fetch import PLAIN, fetched, source
from tiny_project import survey_rows, write_delivery, write_project

from etl.model import Delivery, Source
from etl.snapshot import home, snapshot

REPOSITORY = Path(__file__).parents[2]
#: A fetch in a process of its own.
FETCH = """
import sys
from pathlib import Path
sys.path.insert(0, "tests/etl")
from test_fetch import settings, source
from etl.fetch import fetch_all
def fetch(data, urls):
    return fetch_all(Path(data), [source(*urls)], settings(attempts=1), lambda line: None, lambda delivery: None)[0]
if __name__ == "__main__" and not globals().get("imported"):
    result = fetch(sys.argv[1], sys.argv[2:])
    sys.stderr.write("\\n".join(result.problems))
    sys.exit(10 if result.problems else 0)
"""
#: The same fetch again and again on copies of a data folder. The N-th one kills itself before the N-th step that
#: changes the disk for good, until one comes to its end. Forked, because starting Python costs more than the fetch.
KILLED = (
    "imported = True"
    + FETCH
    + """
import os, shutil, signal
first, copies, urls = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
def counted(step):
    def wrapped(*arguments, **more):
        global left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*arguments, **more)
    return wrapped
for number in range(1, 100):
    shutil.copytree(first, copies / f"{number:02}" / "snapshots")
    pid = os.fork()
    if not pid:
        left = number
        os.replace, os.fsync, os.rename, os.unlink, os.mkdir = map(
            counted, (os.replace, os.fsync, os.rename, os.unlink, os.mkdir))
        os._exit(10 if fetch(copies / f"{number:02}", urls).problems else 0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != -signal.SIGKILL:
        sys.exit(code)
"""
)
MAIN = """
import sys
from pathlib import Path
from etl.cli import main
sys.exit(main(sys.argv[2:], lambda line: print(line, flush=True), Path(sys.argv[1])))
"""


def started(data: Path, *urls: str, **more: object) -> subprocess.Popen[str]:
    """A fetch in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, str(data), *urls],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,  # type: ignore[call-overload]
    )


def both(data: Path, what: Source) -> tuple[bytes, bytes] | None:
    """The bytes of both files a build would read, and None where there is no snapshot."""
    found: Delivery | None = snapshot(data, what)
    return found and (found.path("table").read_bytes(), found.path("table1").read_bytes())


def test_killed_before_any_step_there_is_the_old_delivery_or_the_new_one(tmp_path: Path, publisher: Publisher) -> None:
    urls = publisher.on("/a.csv", page(b"a1", '"1"')), publisher.on("/b.csv", page(b"b1", '"1"'))
    what = source(*urls)
    fetched(tmp_path, what)
    old, new = (b"a1", b"b1"), (b"a2", b"b2")
    publisher.on("/a.csv", page(b"a2", '"2"')), publisher.on("/b.csv", page(b"b2", '"2"'))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path / "snapshots", tmp_path / "copies", *urls],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    copies = sorted((tmp_path / "copies").iterdir())
    seen = [both(data, what) for data in copies]
    assert len(seen) > 15
    assert set(seen) == {old, new}
    assert seen == sorted(seen), "once the new delivery is there, it stays"
    for data in copies:
        assert not fetched(data, what).problems
        assert both(data, what) == new


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after", [0, 150_000])
def test_interrupted_within_a_download_nothing_half_is_a_snapshot_and_the_next_fetch_goes_on(
    tmp_path: Path, publisher: Publisher, how: signal.Signals, after: int
) -> None:
    body, there = os.urandom(300_000), threading.Event()
    release = threading.Event()

    def stuck(handler: BaseHTTPRequestHandler) -> None:
        head(handler, 200, {"content-length": str(len(body)), "etag": '"1"', "content-type": "text/csv"})
        handler.wfile.write(body[:after])
        there.set()
        release.wait(20)

    urls = publisher.on("/a.csv", page(b"a", '"1"')), publisher.on("/b.csv", stuck, page(body, '"1"'))
    what = source(*urls)
    process = started(tmp_path, *urls)
    assert there.wait(20)
    part = home(tmp_path, "office") / ".incoming" / "table1.part"
    while after and not (part.exists() and part.stat().st_size > 100_000):
        assert process.poll() is None
    process.send_signal(how)
    assert process.wait(20) != 0
    release.set()
    assert snapshot(tmp_path, what) is None
    assert not list(home(tmp_path, "office").glob("*.json"))
    assert not fetched(tmp_path, what).problems
    assert both(tmp_path, what) == (b"a", body)
    assert ("range" in publisher.asked[-1].headers) == bool(after)


def test_a_second_fetch_of_the_same_source_is_told_who_holds_it(tmp_path: Path, publisher: Publisher) -> None:
    there, release = threading.Event(), threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        there.set()
        release.wait(20)
        page(b"a")(handler)

    url = publisher.on("/a.csv", slow)
    process = started(tmp_path, url)
    assert there.wait(20)
    result = fetched(tmp_path, source(url))
    release.set()
    assert f"process {process.pid} is fetching it" in result.problems[0]
    assert (process.wait(20), len(publisher.asked)) == (0, 1)
    assert fetched(tmp_path, source(url)).state == "unchanged"


def test_a_full_disk_is_told_and_leaves_the_old_snapshot_and_no_part(tmp_path: Path, publisher: Publisher) -> None:
    urls = publisher.on("/a.csv", page(b"a", '"1"')), publisher.on("/b.csv", page(b"b", '"1"'))
    what = source(*urls)
    fetched(tmp_path, what)
    publisher.on("/b.csv", page(os.urandom(300_000), '"2"'))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    process = started(tmp_path, *urls, preexec_fn=limit)
    _, problems = process.communicate(timeout=20)
    assert (process.returncode, "File too large" in problems) == (10, True), problems
    assert both(tmp_path, what) == (b"a", b"b")
    assert not list(home(tmp_path, "office").rglob("*.part"))


def test_the_progress_bar_is_drawn_only_where_asked_for(
    tmp_path: Path, publisher: Publisher, capfd: pytest.CaptureFixture[str]
) -> None:
    what = source(publisher.on("/a.csv", page(b"x")))
    fetched(tmp_path / "quiet", what)
    assert capfd.readouterr().err == ""
    fetched(tmp_path / "bar", what, progress=True)
    assert "office table" in capfd.readouterr().err


# ── The command line ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def command(tmp_path: Path, publisher: Publisher) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`python -m etl` on the tiny project, whose addresses are on the loopback."""
    root = write_project(tmp_path)
    module = root / "sources" / "office_survey.py"
    text = module.read_text(encoding="utf-8").replace("https://example.org/", f"{publisher.address}/")
    module.write_text(text.replace('folders=("survey",)', "pause_seconds=0"), encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", MAIN, str(root), *arguments],
            cwd=REPOSITORY,
            env={**os.environ, "ATLAS_DATA": str(tmp_path / "data"), "ATLAS_CONTACT": "atlas@example.org"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def csv(rows: list[list[str]]) -> bytes:
    """Rows as the publisher's CSV."""
    return "".join(",".join(row) + "\n" for row in rows).encode()


def test_fetch_and_build_go_on_with_the_last_good_delivery(
    tmp_path: Path, publisher: Publisher, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    good = survey_rows()
    people = (write_delivery(tmp_path / "from") / "office_survey" / "people.csv").read_bytes()
    publisher.on("/survey.csv", page(csv(good), '"1"')), publisher.on("/people.csv", page(people, '"1"'))
    done = command("fetch")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "1/1 office_survey"
    assert lines[1].startswith("  office_survey 1/2 table: new, ")
    assert lines[-1].split() == ["office_survey", "new", "2", "0", "0", "0"]
    assert "contact: atlas@example.org" in publisher.asked[0].headers["user-agent"]
    built = command("build")
    assert (built.returncode, "snapshot of" in built.stdout) == (0, True), built.stderr
    pointer = (tmp_path / "data" / "current.json").read_text()

    bad = [[*good[0][:2], "anteil", good[0][3]], *good[1:]]
    publisher.on("/survey.csv", page(csv(bad), '"2"'))
    done = command("fetch", "office_survey", "office_survey")
    assert done.returncode == 10
    assert "anteil" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1].split() == ["office_survey", "rejected", "0", "1", "1", "0"]
    assert command("build").returncode == 0
    assert (tmp_path / "data" / "current.json").read_text() == pointer

    publisher.on("/survey.csv", status(404))
    done = command("fetch")
    assert (done.returncode, "404" in done.stderr, "nothing was lost" in done.stderr) == (10, True, True)
    assert done.stdout.splitlines()[-1].split() == ["office_survey", "failed", "0", "1", "0", "1"]
    assert command("fetch", "nowhere").returncode == 2


def test_ctrl_c_ends_the_command_with_130_and_no_traceback(
    tmp_path: Path, publisher: Publisher, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    def interrupting(handler: BaseHTTPRequestHandler) -> None:
        os.kill(pids[0], signal.SIGINT)
        threading.Event().wait(0.5)

    pids: list[int] = []
    publisher.on("/survey.csv", interrupting)
    root = tmp_path / "project"
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, str(root), "fetch"],
        cwd=REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(tmp_path / "data")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    pids.append(process.pid)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in errors) == (130, False), errors
    assert PLAIN.id not in errors
