"""What docs/api.md tells people to run really runs, against the real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from serving import ROOT

from dashboard import queries
from dashboard.store import Store

WEB = "adoption_firms_ai_web_pct"


def run(command: list[str], server: str, folder: Path) -> str:
    """A command as a reader runs it, with the project's Python first on the path; what it prints."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    settings = {**os.environ, "ATLAS": server, "PATH": path, "POLARS_FMT_MAX_COLS": "10"}
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_one_line_for_duckdb(server: str, tmp_path: Path) -> None:
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"<!-- run by tests/docs/test_api_docs.py -->\n```sh\n(.*)\n```", page)
    said = run(["sh", "-c", line], server, tmp_path)
    assert len(re.findall(r"│ (DE|FR)\w ", said)) == 5, said


def test_the_notebook(server: str, build: Path, tmp_path: Path) -> None:
    notebook = ROOT / "docs/api_notebook.py"
    assert len(notebook.read_text(encoding="utf-8").splitlines()) <= 32
    said = run([sys.executable, str(notebook)], server, tmp_path)
    opened = Store(build).current()
    values = {(r["region"], r["period"]): r["value"] for r in queries.slice_rows(opened, WEB, "land", "")}
    opened.close()
    (gained, now) = re.search(r"│ DE3 +┆ ([\d.]+) +┆ ([\d.]+)", said).groups()  # type: ignore[union-attr]
    assert float(now) == values["DE3", "2024"]
    assert float(gained) == round(values["DE3", "2024"] - values["DE3", "2016"], 2)
    assert opened.id in said
