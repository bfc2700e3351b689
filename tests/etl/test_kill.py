"""`kill -9` and a full disk at every step: what is published stays intact, and the next build puts all right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tiny_project import REPOSITORY, Project, survey_rows, write_csv

from etl import history, manifest
from etl.publish import read_pointer, verify

Ask = Callable[..., tuple[int, list[str]]]
KILLED = -9

#: Runs the real command line in a child for every line it reads: {"run", "at", "how", "after"}. Steps are the lines
#: that the command says, and every file it opens for writing, renames or removes in the data folder, as Python's audit
#: events report them just before they happen; the code under test knows nothing of it. At step `at` the child kills
#: itself ("kill"), or no file can grow beyond 20 bytes from there on ("full"). after: kill it from outside, after so
#: many seconds.
DRIVER = """
__file__ = "driver"  # else DuckDB takes it for a console and draws progress bars into the answers
import json, os, resource, signal, sys, time
from pathlib import Path
import duckdb, polars
from etl.cli import main

root, data = Path(sys.argv[1]), sys.argv[2]

def child(asked):
    steps = []
    def step(what):
        steps.append(what)
        if len(steps) == asked["at"]:
            if asked["how"] == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
    def hook(event, given):
        writes = event == "open" and given[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in ("os.rename", "os.remove")) and str(given[0]).startswith(data):
            step(event + str(given[0])[len(data):])
    sys.addaudithook(hook)
    return [main(asked["run"], lambda line: step("says " + line[:30]), root), steps]

for line in sys.stdin:
    asked = json.loads(line)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.write(writing, json.dumps(child(asked)).encode())
        os._exit(0)
    os.close(writing)
    if asked["after"]:
        time.sleep(asked["after"])
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(told if status == 0 else json.dumps([status, []]), flush=True)
"""


@pytest.fixture
def project(tiny: Project) -> Project:
    """The tiny project, whose source keeps its history."""
    module = tiny.root / "sources" / "office_survey.py"
    module.write_text(module.read_text().replace('rhythm="yearly"', 'rhythm="yearly", keeps_history=True'))
    return tiny


@pytest.fixture
def ask(project: Project) -> Iterator[Ask]:
    """Run a command, killed or starved at a step; gives its exit code (KILLED) and its steps."""
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(project.root), str(project.data)],
        cwd=REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(project.data), "ATLAS_KEEP": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(*run: str, at: int = 0, how: str = "kill", after: float = 0) -> tuple[int, list[str]]:
        assert driver.stdin is not None
        assert driver.stdout is not None
        driver.stdin.write(json.dumps({"run": [*map(str, run)], "at": at, "how": how, "after": after}) + "\n")
        driver.stdin.flush()
        code, steps = json.loads(driver.stdout.readline())
        return code, steps

    yield ask
    driver.communicate(timeout=60)


def deliver(project: Project, number: int) -> None:
    """The delivery number so-and-so: one share is different in each."""
    rows = survey_rows()
    rows[1][2] = f"{5 + number / 10_000:.4f}"
    write_csv(project.delivery / "office_survey" / "survey.csv", rows)


def intact(data: Path) -> str:
    """The published build, after it was compared with its manifest byte by byte."""
    pointer = read_pointer(data)
    assert pointer is not None
    sealed = verify(data / pointer["file"])
    assert (sealed.id, sealed.content, sealed.observations) == (
        pointer["build"],
        pointer["content"],
        pointer["observations"],
    )
    assert verify(data / "builds" / f"{pointer['previous']}.duckdb").id == pointer["previous"]
    return sealed.id


def whole(data: Path) -> None:
    """No half file, every build with its manifest, and the published state kept."""
    names = [path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()]
    assert not [name for name in names if Path(name).name.startswith(".") or name.endswith((".tmp", ".wal"))], names
    builds = {path.stem for path in (data / "builds").glob("*.duckdb")}
    assert builds == {path.stem for path in (data / "builds").glob("*.json")}
    for build in builds:
        assert manifest.read(data / "builds" / f"{build}.duckdb") is not None
    since, _ = history.as_of(data, "office_survey", datetime.now(UTC))
    assert since == datetime.fromisoformat((read_pointer(data) or {})["published"])


def prepare(project: Project, ask: Ask) -> list[str]:
    """Two publications, so that there is one to go back to; gives the steps of the second."""
    for number in (1, 2):
        deliver(project, number)
        code, steps = ask("build", "--from", project.delivery)
        assert code == 0
    whole(project.data)
    return steps


def building(steps: list[str]) -> dict[int, str]:
    """The steps, by number, between which the files of a build are in another state: DuckDB's half file, the manifest
    half and whole, the build with its name. What comes after is a publication."""
    states = ("says   transform 6/", "open/builds", "os.rename/builds", "says   against")
    return {at: step for at, step in enumerate(steps, 1) if step.startswith(states)}


def test_a_build_killed_at_any_step_leaves_the_last_one_serving(project: Project, ask: Ask) -> None:
    steps = building(prepare(project, ask))
    assert len(steps) == 5
    for at, step in steps.items():
        before = intact(project.data)
        deliver(project, 10 * at)
        assert ask("build", "--from", project.delivery, at=at)[0] == KILLED
        assert intact(project.data) == before, step
        deliver(project, 10 * at + 1)
        assert ask("build", "--from", project.delivery)[0] == 0, step
        assert intact(project.data) != before
        whole(project.data)


def test_a_full_disk_at_any_step_of_a_build_leaves_the_last_one_serving(project: Project, ask: Ask) -> None:
    """Full for DuckDB's file from the start or when it is sealed, or for the manifest."""
    full = ("says 3/4", "says   checked", "open/builds")
    steps = {at: step for at, step in enumerate(prepare(project, ask), 1) if step.startswith(full)}
    assert len(steps) == 3
    before = intact(project.data)
    deliver(project, 10)
    for at, step in steps.items():
        assert ask("build", "--from", project.delivery, at=at, how="full")[0] == 12, step
        assert intact(project.data) == before
        whole(project.data)
    assert ask("build", "--from", project.delivery)[0] == 0
    assert intact(project.data) != before


@pytest.mark.parametrize("how", ["kill", "full"])
def test_a_publication_stopped_at_any_step_shows_the_old_build_or_the_new(project: Project, ask: Ask, how: str) -> None:
    prepare(project, ask)
    pointer = read_pointer(project.data) or {}
    code, steps = ask("rollback")
    assert code == 0
    for needed in ("open/build.lock", "os.rename/.current.json", "os.rename/history/", "os.remove/.current.json"):
        assert [step for step in steps if step.startswith(needed)], (needed, steps)
    ends = set()
    for at, step in enumerate(steps, 1):
        if not step.startswith("open/" if how == "full" else ("open/", "os.rename/", "os.remove/.current", "says")):
            continue  # nothing is lost at the others: a temporary file that is renamed is there no more to be removed
        here = intact(project.data)
        other = ({pointer["build"], pointer["previous"]} - {here}).pop()
        code, _ = ask("rollback", at=at, how=how)
        assert code == KILLED if how == "kill" else code in (0, 12), (step, code)
        ends.add((code, intact(project.data) == other))
        assert intact(project.data) in (here, other)
        assert code != 0 or intact(project.data) == other
        assert ask("publish", other)[0] == 0
        assert intact(project.data) == other
        whole(project.data)
    # Stopped before the pointer was flipped, and after it.
    assert {(KILLED, False), (KILLED, True)} <= ends if how == "kill" else {(12, False), (12, True)} <= ends


def test_a_build_killed_at_any_moment_leaves_an_intact_one(project: Project, ask: Ask) -> None:
    """Between the steps too, while DuckDB writes: at moments spread over the time a build takes."""
    prepare(project, ask)
    killed = 0
    for turn in range(8):
        before = intact(project.data)
        deliver(project, 1000 + turn)
        code, _ = ask("build", "--from", project.delivery, after=0.05 + 0.05 * turn)
        killed += code == KILLED
        assert intact(project.data) != before or code == KILLED
    assert killed > 2
    assert ask("build", "--from", project.delivery)[0] == 0
    whole(project.data)
