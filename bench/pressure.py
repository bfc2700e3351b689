"""`python -m bench.pressure [--quick]`: what page views feel of twenty readers who ask for decks at once, as Markdown.

The real server with its own defaults, one process each. Pages are drawn, not remembered: every view is another address.
The same views are asked for thrice: alone, while twenty ask for a deck each again and again, and alone once more.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from bench import building, report
from bench.serving import running
from dashboard import queries, urls
from dashboard.store import Store

#: Readers who ask for decks at once, and seconds that one waits after an answer, as whoever was sent away is told.
ASKING: Final = 20
PAUSE: Final = 1.0
PHASES: Final = ("pages alone", "pages beside decks", "pages alone again")


def views(data: Path, count: int) -> list[str]:
    """Addresses of region pages and maps in turn, none twice."""
    build = Store(data).current()
    codes = sorted(queries.units(build, "nuts3")) + sorted(queries.units(build, "nuts2"))
    state = urls.MapState(level="nuts2")
    both = [(urls.page("de", "region", code), urls.map_url("fr", state.but(region=code))) for code in codes]
    return [address for pair in both for address in pair][:count]


def ask(client: httpx.Client, addresses: list[str]) -> list[float]:
    """Milliseconds until each page is whole, one after the other. Raises for an answer that is no page."""
    took = []
    for address in addresses:
        began = time.monotonic()
        client.get(address).raise_for_status()
        took.append(1000 * (time.monotonic() - began))
    return took


@contextmanager
def decks(base: str, codes: list[str]) -> Iterator[Counter[int]]:
    """ASKING readers who ask for decks as long as the block lasts; status → how many answers."""
    answers: Counter[int] = Counter()
    over = threading.Event()

    def reader(number: int) -> None:
        with httpx.Client(base_url=base, timeout=120) as client:
            turn = number
            while not over.is_set():
                answers[client.get(f"/de/region/{codes[turn % len(codes)]}.pptx").status_code] += 1
                turn += ASKING
                over.wait(PAUSE)

    readers = [threading.Thread(target=reader, args=(number,)) for number in range(ASKING)]
    for one in readers:
        one.start()
    time.sleep(2 * PAUSE)  # until the processes that make them have started
    try:
        yield answers
    finally:
        over.set()
        for one in readers:
            one.join()


def measure(data: Path, count: int) -> tuple[dict[str, list[float]], Counter[int]]:
    """Phase → milliseconds of each view, and the answers to those who asked for decks."""
    addresses = views(data, 3 * count)
    codes = sorted(queries.units(Store(data).current(), "nuts2"))
    found: dict[str, list[float]] = {}
    with running("-m", "dashboard", ATLAS_DATA=str(data)) as base, httpx.Client(base_url=base, timeout=120) as client:
        ask(client, ["/de/map", "/fr/map", "/de/region/DE", "/fr/region/FR"] * 2)  # both workers have begun
        found[PHASES[0]] = ask(client, addresses[:count])
        with decks(base, codes) as answers:
            found[PHASES[1]] = ask(client, addresses[count : 2 * count])
        found[PHASES[2]] = ask(client, addresses[2 * count :])
    return found, answers


def table(found: dict[str, list[float]], answers: Counter[int]) -> str:
    """Rows of phases: median, p95, and p95 as a ratio to the first."""
    idle = report.percentile(found[PHASES[0]], 0.95)
    lines = ["| | views | median, ms | p95, ms | p95, ratio |", "|---|--:|--:|--:|--:|"]
    for phase, took in found.items():
        middle, late = report.percentile(took, 0.5), report.percentile(took, 0.95)
        lines.append(f"| {phase} | {len(took)} | {middle:.0f} | {late:.0f} | {late / idle:.2f} |")
    told = ", ".join(f"{count} × {status}" for status, count in sorted(answers.items()))
    return "\n".join([*lines, "", f"Answers to {ASKING} readers who asked for decks: {told}."])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.pressure", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few views, to see that all runs")
    parser.add_argument("--data", type=Path, help="a folder with a published build; without it one is built")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        data = arguments.data or Path(folder)
        if not arguments.data:
            building.build(data)
        load = report.load()
        found = measure(data.resolve(), 8 if arguments.quick else 150)
    print(f"{report.machine()}. Load average {load} before.\n\n{table(*found)}")


if __name__ == "__main__":
    main()
