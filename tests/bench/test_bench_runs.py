"""The benchmark itself: that it runs from a fresh clone and measures every row. No time is judged here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from bench.exports import MISSING, rows
from bench.exports import ROWS as ROWS_OF_EXPORTS
from bench.pages import PAGES
from bench.pressure import ASKING, PHASES
from bench.report import ROWS, percentile

ROOT = Path(__file__).resolve().parents[2]


def test_a_quick_run_fills_every_row_of_every_table() -> None:
    command = [sys.executable, "-m", "bench", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    cells = {
        line.split(" | ")[0].removeprefix("| "): re.findall(r"[\d.,]+|–", line.split(" | ", 1)[1])
        for line in run.stdout.splitlines()
        if line.startswith("| ") and " | " in line
    }
    for title in ROWS:
        assert len(cells[title]) == 5, f"{title}: atlas, Dash, floor and two ratios"
    for page in PAGES:
        assert len(cells[page]) == 3, f"{page}: first drawn, kB, requests"
        assert all(float(cell.replace(",", "")) > 0 for cell in cells[page])
    assert re.search(r"Drill → children painted, ms: median \d+, longest \d+", run.stdout)
    drawn = [float(cell.replace(",", "")) for cell in cells["first map drawn, ms"]]
    assert all(value > 0 for value in drawn)
    assert cells["requests for another year"][:3] == ["0", "1", "0"], "the atlas asks for nothing, Dash for a figure"
    for served in ("map document, land", "figures of one indicator, nuts3", "Plotly"):
        assert any(title.startswith(served) for title in cells), served
    assert str(ROOT) not in run.stdout, "a result names no path of the machine"


def test_the_build_equals_the_same_figures_in_pandas() -> None:
    """The run compares every cell of both before it tells what each cost."""
    command = [sys.executable, "-m", "bench.etl_build", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    for title in ("MAP-AI alone, full build", "MAP-AI alone, pandas"):
        assert re.search(rf"\| {title} \| [\d.]+ \| [\d.]+ \| [\d,]+ \|", run.stdout), title


def test_pictures_of_the_largest_view_are_made_and_measured(build: Path) -> None:
    command = [sys.executable, "-m", "bench.exports", "--quick", "--data", str(build)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    for title in rows():
        cells = re.search(rf"\| {title} \| [\d.]+ \| [\d.–]+ \| ([\d,]+) \| [\d,]+ \|", run.stdout)
        assert cells, title
        assert int(cells[1].replace(",", "")) > (100 if title[-3:] in ("SVG", "PNG", "PDF") else 10), "501 regions"
    assert (MISSING in run.stderr) == (len(rows()) < len(ROWS_OF_EXPORTS))


def test_pages_are_measured_beside_twenty_who_ask_for_decks(build: Path) -> None:
    """Nobody who asks for a page is sent away; who asks for a deck gets one, or is told to come again."""
    command = [sys.executable, "-m", "bench.pressure", "--quick", "--data", str(build)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    for phase in PHASES:
        assert re.search(rf"\| {phase} \| 8 \| \d+ \| \d+ \| [\d.]+ \|", run.stdout), phase
    told = run.stdout.partition(f"Answers to {ASKING} readers")[2]
    assert set(re.findall(r"× (\d{3})", told)) == {"200", "503"}


def test_percentile_is_a_measured_value() -> None:
    assert percentile(range(1, 11), 0.9) == 9
    assert percentile([3.0], 0.9) == 3.0
    assert percentile(range(1, 21), 0.95) == 19
