"""What soak and load say: a leak, an error nobody asked for, a missed goal are found; a short run keeps all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import lighthouse
from bench.disturbers import Events
from bench.endurance import Course, Sample, asked_for, courses, curve, faults
from bench.load import ROWS
from bench.processes import Process, alive, family
from bench.readers import Answer

ROOT = Path(__file__).resolve().parents[2]


def course(memory: list[float], handles: list[int] | None = None) -> Course:
    return Course("web worker", [(10.0 * i, size) for i, size in enumerate(memory)], handles or [40] * len(memory), 1)


def process(pid: int, memory: float, builds: frozenset[str] = frozenset({"a.duckdb"})) -> Process:
    return Process(pid, 1, 7, "python -m dashboard", memory, 40, builds, 0.0)


def test_memory_that_climbs_is_not_flat() -> None:
    assert course([400, 404, 398, 402, 400, 401] * 3).flat
    assert not course([400.0 + 5 * i for i in range(18)]).flat
    assert course([400.0 + 5 * i for i in range(18)]).rise == pytest.approx(85)


def test_handles_that_climb_are_not_flat() -> None:
    assert course([400.0] * 18, [40, 60, 44] * 6).flat, "they come and go with connections"
    assert not course([400.0] * 18, [40 + 5 * i for i in range(18)]).flat


@pytest.mark.parametrize(
    ("kind", "status", "kills", "good"),
    [
        ("page", 200, [], True),
        ("page", 500, [], False),
        ("page", 503, [], True),
        ("page", 0, [], False),
        ("page", 0, [10.4], True),
        ("page", 0, [13.0], False),
        ("export", 503, [], True),
        ("export", 500, [], False),
        ("malformed, refused", 400, [], True),
        ("malformed, refused", 200, [], False),
        ("malformed, refused", 500, [], False),
        ("malformed, refused", 0, [], False),
        ("not HTTP", 0, [], True),
        ("not HTTP", 500, [], False),
    ],
)
def test_only_what_was_asked_for_or_killed_is_excused(kind: str, status: int, kills: list[float], good: bool) -> None:
    assert asked_for(Answer(kind, "/", 10.0, 0.5, status), kills) is good


def test_every_broken_promise_is_told() -> None:
    three = frozenset({"a.duckdb", "b.duckdb", "c.duckdb"})
    samples = [Sample(10.0 * i, [process(5, 300.0 + 3 * i, three), process(6, 300.0)]) for i in range(100)]
    events = Events(over=1000, kills=[100.0], publications=[200.0], failed=["etl publish: exit 1"])
    found = faults([Answer("page", "/de/map", 500.0, 0.1, 500)], events, samples, 0.0, 1000.0, ["an export process"])
    assert len(found) == 5
    away = [Answer("page", "/de/map", 500.0, 0.1, 503 if i < 3 else 200) for i in range(100)]
    assert "3 of 100 were told to come again" in faults(away, Events(over=1000), samples, 0.0, 1000.0, [])
    assert len(courses(samples, 0.0, 1000.0)) == 2
    text = curve(samples, events, 0.0, 1000.0)
    drawn = ElementTree.fromstring(text)
    assert len([part for part in drawn if part.tag.endswith("polyline")]) == 2


def test_a_process_is_known_with_its_descendants_and_its_end() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        until = time.monotonic() + 120
        while len(both := family(parent.pid)) < 2 or both[1].memory < 1:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert both[1].parent == parent.pid == both[0].pid
        assert all(one.memory > 1 and one.handles >= 3 and alive(one) for one in both)
        assert parent.stdin
        parent.stdin.close()
    assert not any(map(alive, both))


def bench(name: str, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"bench.{name}", *arguments]
    environment = os.environ | ({"PATH": path} if path is not None else {})
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False)


def test_a_short_soak_keeps_every_promise(build: Path) -> None:
    """Readers, two real builds in turn, a killed worker, slow clients, broken posts, exports; nothing is left."""
    run = bench("soak", "--seconds", "15", "--data", str(build))
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "Not asked for: 0." in run.stdout
    assert "Processes left after the end: 0." in run.stdout
    assert int(re.search(r"(\d+) publications", run.stdout)[1]) >= 1  # type: ignore[index]
    assert int(re.search(r"(\d+) workers killed", run.stdout)[1]) >= 1  # type: ignore[index]
    for kind in ("page", "asset", "malformed, refused", "not HTTP", "slow request", "slow reading"):
        assert re.search(rf"\| {kind} \| [\d,]+ \| ", run.stdout), kind


def test_readers_are_measured_on_the_real_server(build: Path) -> None:
    run = bench("load", "--quick", "--data", str(build))
    assert run.returncode == 0, run.stderr[-2000:]
    for title in ROWS:
        assert re.search(rf"\| {re.escape(title)} \| [\d,.]+ \|", run.stdout), title
    assert "| errors | 0 |" in run.stdout
    assert str(ROOT) not in run.stdout, "a result names no path of the machine"


def test_what_the_rivals_are_installed_from_is_fixed_by_hash_and_names_no_host() -> None:
    for name in ("streamlit", "vizro", "gunicorn"):
        text = (ROOT / "bench/rivals" / f"{name}.txt").read_text()
        packages = re.findall(r"^([\w.-]+)==\S+", text, re.MULTILINE)
        assert name in packages
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in block for block in blocks), name
        assert "http" not in text


def test_lighthouse_says_which_goal_is_missed_and_what_is_missing(tmp_path: Path) -> None:
    good = {"performance": 0.93, "accessibility": 1.0, "best-practices": 1.0, "seo": 1.0}
    figures = dict.fromkeys(lighthouse._FIGURES.values(), 1.0)
    assert lighthouse.Score("de/map", "mobile", good, figures, []).missed == []
    assert lighthouse.Score("de/map", "desktop", good, figures, []).missed == [
        "de/map, desktop: performance 0.93, the goal is 0.95"
    ]
    run = bench("lighthouse", "--quick", "--scratch", str(tmp_path), path=str(tmp_path))
    assert run.returncode == 0
    assert "nothing measured" in run.stdout
