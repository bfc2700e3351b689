"""`python -m bench.lighthouse [--write]`: Lighthouse on the pages people land on, offline, where node is found.

npm installs it into a folder under the temporary files (or --scratch), never into the project. The server is the real
one with its own address in the settings, as an operator gives it. Median of the runs; a score below its goal is
said, and the exit code is 1. Without npm and node nothing is measured, which is said, too (exit code 0).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import building, report
from bench.serving import running

#: The last that runs on Node 20.
VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
GOALS = {"desktop": {"performance": 0.95, "accessibility": 1.0}, "mobile": {"performance": 0.90, "accessibility": 1.0}}
PAGES = ("map", "region/DED51", "compare/DED+FRF", "programmes")
RUNS = 3
RESULTS = Path(__file__).parent / "results"
#: Audits that a server without TLS on this machine cannot pass; a proxy in front does that part.
_ELSEWHERE = frozenset({"is-on-https", "redirects-http", "uses-http2"})


@dataclass(frozen=True)
class Score:
    """The medians of a page: category → 0 to 1, what was measured (ms, and shift), and the audits that lost points."""

    page: str
    device: str
    scores: dict[str, float]
    figures: dict[str, float]
    lost: list[str]

    @property
    def missed(self) -> list[str]:
        """Goals that were not met, as sentences."""
        return [
            f"{self.page}, {self.device}: {name} {self.scores[name]:.2f}, the goal is {goal:.2f}"
            for name, goal in GOALS[self.device].items()
            if self.scores[name] < goal
        ]


_FIGURES = {
    "first-contentful-paint": "first paint, ms",
    "largest-contentful-paint": "largest paint, ms",
    "total-blocking-time": "blocked, ms",
    "cumulative-layout-shift": "shift",
    "total-byte-weight": "bytes",
}


def installed(scratch: Path) -> Path | None:
    """The command, installed where it is not there yet; None where npm or node is missing."""
    command = scratch / "node_modules" / ".bin" / "lighthouse"
    if not shutil.which("node"):
        return None
    if not command.exists():
        npm = shutil.which("npm")
        if npm is None:
            return None
        arguments = ["install", "--no-audit", "--no-fund", "--silent", f"lighthouse@{VERSION}"]
        subprocess.run([npm, *arguments], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    return command


def once(command: Path, url: str, device: str, scratch: Path) -> dict[str, Any]:
    """One report."""
    out = scratch / "report.json"
    more = ["--preset=desktop"] if device == "desktop" else []
    flags = "--headless=new" + (" --no-sandbox" if os.geteuid() == 0 else "")
    subprocess.run(
        [
            *(str(command), url, "--quiet", "--no-enable-error-reporting", f"--chrome-flags={flags}"),
            *("--output=json", f"--output-path={out}", f"--only-categories={','.join(CATEGORIES)}", *more),
        ],
        env=os.environ | {"CHROME_PATH": "/usr/bin/chromium"},
        cwd=scratch,
        check=True,
        capture_output=True,
    )
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def scored(command: Path, base: str, page: str, device: str, scratch: Path, runs: int) -> Score:
    """The medians of some runs; an audit counts as lost where it lost points in any."""
    reports = [once(command, f"{base}/{page}", device, scratch) for _ in range(runs)]
    return Score(
        page,
        device,
        {name: median(float(one["categories"][name]["score"]) for one in reports) for name in CATEGORIES},
        {
            title: median(float(one["audits"][id_]["numericValue"]) for one in reports)
            for id_, title in _FIGURES.items()
        },
        sorted({id_ for one in reports for id_ in _lost(one)}),
    )


def _lost(found: dict[str, Any]) -> Iterator[str]:
    for category in found["categories"].values():
        for part in category["auditRefs"]:
            score = found["audits"][part["id"]]["score"]
            if part["weight"] and score is not None and score < 0.9 and part["id"] not in _ELSEWHERE:
                yield part["id"]


def table(found: list[Score]) -> str:
    """A row per page and device."""
    heads = ["page", "device", *CATEGORIES, *_FIGURES.values(), "points lost by"]
    lines = ["| " + " | ".join(heads) + " |", "|---|---" + "|--:" * (len(heads) - 3) + "|---|"]
    for one in found:
        figures = [f"{value:.3f}" if title == "shift" else f"{value:,.0f}" for title, value in one.figures.items()]
        scores = [f"{one.scores[name]:.2f}" for name in CATEGORIES]
        lines.append("| " + " | ".join([one.page, one.device, *scores, *figures, ", ".join(one.lost)]) + " |")
    return "\n".join(lines)


def measure(data: Path, scratch: Path, command: Path, pages: list[str], runs: int) -> list[Score]:
    """Every page on both devices."""
    found = []
    with running(
        "-m", "dashboard", ATLAS_WORKERS="1", ATLAS_DATA=str(data), ATLAS_BASE_URL="http://127.0.0.1:{port}"
    ) as base:
        for page in pages:
            for _ in range(2):  # it is drawn, for somebody was there before
                urllib.request.urlopen(f"{base}/{page}", timeout=60).close()
            for device in GOALS:
                found.append(scored(command, base, page, device, scratch, runs))
                print(f"{page}, {device}: {found[-1].scores} {found[-1].lost}", file=sys.stderr, flush=True)
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run of one page, to see that it runs")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"of each page and device (default: {RUNS})")
    parser.add_argument("--data", type=Path, help="a folder with a published build; without it one is built")
    parser.add_argument("--scratch", type=Path, help="where Lighthouse is installed and kept; else it goes again")
    parser.add_argument("--write", action="store_true", help="also write bench/results/<date>-lighthouse.md")
    arguments = parser.parse_args()
    pages = [f"{lang}/{page}" for page in PAGES for lang in ("de", "fr")][: 1 if arguments.quick else None]
    load = report.load()
    with tempfile.TemporaryDirectory(prefix="atlas-lighthouse-") as made:
        scratch = arguments.scratch.resolve() if arguments.scratch else Path(made)
        command = installed(scratch)
        if command is None:
            print("Lighthouse needs node and npm, which are not here: nothing measured.")
            return 0
        data = arguments.data.resolve() if arguments.data else Path(made) / "data"
        if not arguments.data:
            data.mkdir()
            building.build(data)
        found = measure(data, scratch, command, pages, 1 if arguments.quick else arguments.runs)
    missed = [sentence for one in found for sentence in one.missed]
    about = f"Lighthouse {VERSION}, median of {arguments.runs}, {report.machine()}. "
    about += f"Load average {load} before, {report.load()} after."
    goals = "\n".join(f"- {sentence}" for sentence in missed) or "All goals met."
    text = f"# Lighthouse on {report.today()}\n\n{about}\n\n{table(found)}\n\n{goals}\n"
    print(text)
    if arguments.write:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{report.today()}-lighthouse.md").write_text(text)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
