"""`python -m bench.soak [--seconds 900]`: readers for a quarter of an hour on a server that is disturbed all the while.

Two builds are published in turn, workers are killed, clients are slow, posts are broken, decks are made. At the end: no
error that was not asked for, memory and file handles flat, no build open beyond the two, no process left. What breaks a
promise is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bench import building, disturbers, endurance, processes, report
from bench.disturbers import Events
from bench.endurance import Sample
from bench.etl_build import revise
from bench.figures import ROOT
from bench.readers import Answer, Crowd, explore
from bench.serving import free_port, wait

READERS, PAUSE = 6, 1.0
WORKERS = 2
RESULTS = Path(__file__).parent / "results"


@dataclass
class Soaked:
    """A run: what was answered, what happened, and what the processes held. left: names of processes still there."""

    began: float
    seconds: float
    visits: int
    answers: list[Answer]
    events: Events
    samples: list[Sample]
    left: list[str]


def two_builds(data: Path, given: Path | None) -> list[str]:
    """A data folder with two real builds, the second after one source was revised; their ids."""
    if given:
        shutil.copytree(given, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("history", "snapshots"))
        if not (data / "figures").is_dir():
            shutil.copytree(ROOT / "data/figures", data / "figures")
    else:
        building.build(data)
    first = _published(data)
    revise(data, "indeed_ai_postings")
    command = [sys.executable, "-m", "etl", "build"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"ATLAS_DATA": str(data)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-1000:])
    return [first, _published(data)]


def _published(data: Path) -> str:
    return str(json.loads((data / "current.json").read_text())["build"])


def soak(data: Path, builds: list[str], seconds: float) -> Soaked:
    """Start the real server, let everybody loose, stop it."""
    port = free_port()
    more = {"ATLAS_DATA": str(data), "ATLAS_PORT": str(port), "ATLAS_WORKERS": str(WORKERS), "ATLAS_HOST": "127.0.0.1"}
    base, log = f"http://127.0.0.1:{port}", (data / "server.log").open("w")
    with (
        log,
        subprocess.Popen(
            [sys.executable, "-m", "dashboard"], cwd=ROOT, env=os.environ | more, stdout=log, stderr=log
        ) as server,
    ):
        try:
            wait(server, base, "the server")
            run = _disturbed(base, server.pid, data, builds, seconds)
            known = processes.family(server.pid)
        finally:
            server.terminate()
            server.wait(90)
    until = time.monotonic() + 30
    while time.monotonic() < until and any(map(processes.alive, known)):
        time.sleep(0.2)
    run.left = [one.name for one in known if processes.alive(one)]
    return run


def _disturbed(base: str, root: int, data: Path, builds: list[str], seconds: float) -> Soaked:
    site = explore(base, data)
    began = time.monotonic()
    events = Events(over=began + seconds)
    crowd = Crowd(base, site, READERS, PAUSE)
    crowd.start(lambda: time.monotonic() >= events.over)
    others = [
        threading.Thread(target=run, name=name)
        for name, run in disturbers.threads(events, base, root, data, site, builds)
    ]
    for thread in others:
        thread.start()
    samples, every = [], min(5.0, seconds / 20)
    while time.monotonic() < events.over:
        samples.append(Sample(time.monotonic(), processes.family(root)))
        events.wait(every)
    crowd.join()
    for thread in others:
        thread.join()
    return Soaked(began, seconds, crowd.visits, [*crowd.answers, *events.answers], events, samples, [])


def told(run: Soaked, faults: list[str], load: str) -> str:
    """The result as Markdown."""
    events, kept = run.events, endurance.courses(run.samples, run.began, run.seconds)
    short = run.seconds < endurance.LONG_ENOUGH
    builds = max(len(p.builds) for sample in run.samples for p in sample.processes)
    return "\n".join(
        [
            f"{len(run.answers):,} requests in {run.seconds:.0f} s, {run.visits:,} whole visits by {READERS} readers; "
            f"{len(events.publications)} publications, {len(events.kills)} workers killed. "
            f"Load average {load} before, {report.load()} after.",
            "",
            endurance.table(run.answers, events),
            "",
            f"Processes that were there from {endurance.FROM:.0%} to {endurance.TO:.0%} of the time"
            + (" (too short to judge):" if short else ":"),
            "",
            endurance.memory_table(kept),
            "",
            f"Open builds of one process: at most {builds}. Processes left after the end: {len(run.left)}.",
            f"Not asked for: {len(faults)}." + "".join(f"\n- {fault}" for fault in faults[:40]),
        ]
    )


def main() -> int:
    """Soak, print, and with --write keep table and curve."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=900, help="how long (default: 900)")
    parser.add_argument("--data", type=Path, help="a folder with a published build, which is copied; else one is built")
    parser.add_argument("--write", action="store_true", help="also write bench/results/<date>-soak.md and .svg")
    arguments = parser.parse_args()
    load = report.load()
    with tempfile.TemporaryDirectory(prefix="atlas-soak-") as folder:
        data = Path(folder)
        run = soak(data, two_builds(data, arguments.data), arguments.seconds)
        print((data / "server.log").read_text()[-4000:], file=sys.stderr)
    faults = endurance.faults(run.answers, run.events, run.samples, run.began, run.seconds, run.left)
    text = told(run, faults, load)
    print(text)
    if arguments.write:
        RESULTS.mkdir(exist_ok=True)
        name = f"{report.today()}-soak"
        drawn = endurance.curve(run.samples, run.events, run.began, run.seconds)
        (RESULTS / f"{name}.svg").write_text(drawn)
        head = f"# Soak of {report.today()}\n\n{report.machine()}. What the rows mean: docs/performance.md.\n\n"
        (RESULTS / f"{name}.md").write_text(f"{head}{text}\n\n![Memory over time]({name}.svg)\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
