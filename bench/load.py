"""`python -m bench.load [--write]`: readers on the server under granian and gunicorn, and the map beside its rivals.

Eight readers without pauses (closed loop) go the way of `bench.readers` on one server after the other, each with one
and with two workers. What is measured shares the cores with who measures it: ratios within one run are what counts.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench import beside, building, processes, report
from bench.figures import ROOT
from bench.readers import Answer, Crowd, Reader, explore
from bench.serving import free_port, wait
from dashboard.__main__ import THREADS

READERS = 8
#: Clients that have sent half a request, and seconds that a page beside them is waited for.
UNFINISHED, PATIENCE = 4, 10.0
RESULTS = Path(__file__).parent / "results"
SERVERS = ("granian", "gunicorn gthread", "gunicorn sync")


@dataclass(frozen=True)
class Loaded:
    """What one server did. processor: its seconds; memory: MB of all its processes at the end.

    beside_unfinished: ms until a page came while UNFINISHED clients had sent half a request (PATIENCE: none came).
    """

    seconds: float
    visits: int
    answers: list[Answer]
    processor: float
    memory: float
    beside_unfinished: float

    def took(self, kinds: tuple[str, ...], share: float) -> float:
        """Milliseconds that a share of the answers of these kinds took at most."""
        return report.percentile((1000 * one.took for one in self.answers if one.kind in kinds), share)

    @property
    def errors(self) -> int:
        """Answers that were none, or not 200."""
        return sum(one.status != 200 for one in self.answers)


@contextmanager
def served(server: str, workers: int, data: Path, scratch: Path) -> Iterator[tuple[str, int]]:
    """The atlas under a server: (address, pid)."""
    port = free_port()
    more = {"ATLAS_DATA": str(data), "ATLAS_PORT": str(port), "ATLAS_WORKERS": str(workers)}
    command = [sys.executable, "-m", "dashboard"]
    if server != "granian":
        kind = server.split()[1]
        command = [sys.executable, "-m", "gunicorn", "dashboard.wsgi:server", "--worker-class", kind]
        command += ["--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--backlog", "2048"]
        command += ["--threads", str(THREADS)] if kind == "gthread" else []
        more["PYTHONPATH"] = str(beside.package("gunicorn", scratch))
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            wait(process, base, server)
            yield base, process.pid
        finally:
            process.terminate()
            process.wait(60)


def drive(base: str, root: int, data: Path, seconds: float) -> Loaded:
    """Let readers in for a while, first for a fifth of it without counting."""
    site = explore(base, data)
    _crowd(Crowd(base, site, READERS), seconds / 5, 1)
    crowd, processor, began = Crowd(base, site, READERS), processes.processor(root), time.monotonic()
    _crowd(crowd, seconds, 2)
    took = time.monotonic() - began
    used, memory = processes.processor(root) - processor, processes.memory(root)
    return Loaded(took, crowd.visits, crowd.answers, used, memory, beside_unfinished(base))


def beside_unfinished(base: str) -> float:
    """Milliseconds until a page comes while others have sent half a request and wait."""
    host, port = urlsplit(base).netloc.split(":")
    with ExitStack() as held:
        for _ in range(UNFINISHED):
            line = held.enter_context(socket.create_connection((host, int(port)), timeout=PATIENCE))
            line.sendall(f"GET /de/map HTTP/1.1\r\nHost: {host}\r\n".encode())
        answer = Reader(base, PATIENCE).get("page", "/de/map")
    return 1000 * (answer.took if answer.status == 200 else PATIENCE)


def _crowd(crowd: Crowd, seconds: float, seed: int) -> None:
    over = time.monotonic() + seconds
    crowd.start(lambda: time.monotonic() >= over, seed)
    crowd.join()


ROWS: dict[str, Callable[[Loaded], float]] = {
    "requests a second": lambda one: len(one.answers) / one.seconds,
    "whole visits a minute": lambda one: 60 * one.visits / one.seconds,
    "all answers, p50, ms": lambda one: one.took(("page", "asset", "figures", "csv"), 0.5),
    "all answers, p95, ms": lambda one: one.took(("page", "asset", "figures", "csv"), 0.95),
    "all answers, p99, ms": lambda one: one.took(("page", "asset", "figures", "csv"), 0.99),
    "pages, p50, ms": lambda one: one.took(("page",), 0.5),
    "pages, p95, ms": lambda one: one.took(("page",), 0.95),
    "server's processor for a request, ms": lambda one: 1000 * one.processor / len(one.answers),
    "a page beside four unfinished requests, ms (10,000: none came)": lambda one: one.beside_unfinished,
    "errors": lambda one: one.errors,
    "memory of all processes, MB": lambda one: one.memory,
}


def table(found: dict[tuple[str, int], Loaded]) -> str:
    """A row per figure, a column per server; a ratio to granian with as many workers below each of the others."""
    heads = ["", *(f"{server}, {workers}" for server, workers in found)]
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|--:" * len(found) + "|"]
    for title, figure in ROWS.items():
        cells = []
        for (server, workers), one in found.items():
            value, own = figure(one), figure(found["granian", workers])
            ratio = f" ({value / own:.2f})" if own and server != "granian" else ""
            cells.append((f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}") + ratio)
        lines.append("| " + " | ".join([title, *cells]) + " |")
    return "\n".join(lines)


def measure(data: Path, scratch: Path, quick: bool) -> dict[tuple[str, int], Loaded]:
    """(server, workers) → what it did."""
    servers, seconds, found = SERVERS[:1] if quick else SERVERS, 2.0 if quick else 15.0, {}
    for workers in (1,) if quick else (1, 2):
        for server in servers:
            with served(server, workers, data, scratch) as (base, root):
                found[server, workers] = drive(base, root, data, seconds)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="granian alone, for seconds, to see that it runs")
    parser.add_argument("--data", type=Path, help="a folder with a published build; without it one is built")
    parser.add_argument("--scratch", type=Path, help="where the rivals are installed and kept; else they go again")
    parser.add_argument("--write", action="store_true", help="also write bench/results/<date>-load.md")
    arguments = parser.parse_args()
    load = report.load()
    with tempfile.TemporaryDirectory(prefix="atlas-load-") as made:
        folder = Path(made)
        data = arguments.data.resolve() if arguments.data else folder / "data"
        if not arguments.data:
            data.mkdir()
            building.build(data)
        scratch = arguments.scratch.resolve() if arguments.scratch else folder / "scratch"
        text = table(measure(data, scratch, arguments.quick))
        if not arguments.quick:
            rivals = beside.measure(data, folder / "rivals", scratch, 10)
            text += f"\n\n## The same map beside Streamlit and Vizro\n\n{beside.table(rivals)}"
    about = f"{report.machine()}. Load average {load} before, {report.load()} after."
    text = f"# Load on {report.today()}\n\n{about} What the rows mean: docs/performance.md.\n\n{text}\n"
    print(text)
    if arguments.write:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{report.today()}-load.md").write_text(text)


if __name__ == "__main__":
    main()
