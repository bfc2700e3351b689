"""`python -m bench [--quick] [--write]`: build, measure, print; with --write also to `bench/results/`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from bench import building, figures, pages, report, server
from bench.browser import Visit, visit, warm
from bench.subjects import serve
from dashboard.store import Store

#: What is shown at which level. The address of the shapes only matters where there are many of them.
SUBJECTS = {"land": ("atlas", "dash", "floor"), "nuts3": ("atlas", "dash", "dash_address", "floor")}
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Everything in one run, so that what else the machine does weighs on all subjects alike."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one tiny round at full speed, to see that all runs")
    parser.add_argument("--write", action="store_true", help="also write bench/results/<date>-<cores>-cores.md")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an end from outside must stop the servers too
    rounds, count = (1, 40) if arguments.quick else (3, 300)
    started, load = time.monotonic(), report.load()
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        data = Path(folder)
        built = building.build(data)
        _say(f"built in {built.seconds:.0f} s")
        slices = server.slice_times(data, count)
        requests = report.server_table(built, slices, server.throughput(data, count))
        tables = []
        with sync_playwright() as playwright:
            own = report.pages_table(*pages.measure(playwright, folder, rounds, not arguments.quick))
            for level in list(SUBJECTS)[: 1 if arguments.quick else None]:
                tables.append(report.level_table(level, _level(playwright, data, level, rounds, not arguments.quick)))
    profile = "at full speed" if arguments.quick else "under the slow profile"
    about = (
        f"{report.machine()}. First maps and reloads {profile}. Load average {load} before, {report.load()} after; "
        f"the run took {time.monotonic() - started:.0f} s. What the rows mean: docs/performance.md."
    )
    text = "\n".join([f"# Measured on {report.today()}\n", f"{about}\n", *tables, own, requests])
    print(text)
    if arguments.write:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{report.today()}-{os.cpu_count()}-cores.md").write_text(text + "\n")


def _level(playwright: Playwright, data: Path, level: str, rounds: int, slow: bool) -> dict[str, list[Visit]]:
    """Visits of every subject at one map level; one subject at a time, so that no other server uses the processor."""
    build = Store(data).current()
    others = list(figures.indicators(build))[1:]
    rows = figures.rows(build, figures.FIRST, level)
    last = max(row["period"] for row in rows)
    count = sum(row["period"] == last for row in rows)
    found: dict[str, list[Visit]] = {}
    for name in SUBJECTS[level]:
        with serve(name, str(data), level) as subject:
            if slow:
                warm(playwright, subject)
            found[name] = [
                visit(playwright, subject, count, *_changes(others, turn, 5 if slow else 1), slow)
                for turn in range(rounds)
            ]
        _say(f"{level}, {name}: drawn in " + ", ".join(f"{one.drawn:.0f}" for one in found[name]) + " ms")
    return found


def _changes(indicators: Sequence[str], turn: int, count: int) -> tuple[list[str], list[int]]:
    """Which indicators, each round others, and how many years back one visit goes.

    Five years at most: before, all Länder lie in the lowest class, and a change would not be seen.
    """
    start = turn * count % len(indicators)
    return (list(indicators) * 2)[start : start + count], list(range(1, 1 + min(count, 5)))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
