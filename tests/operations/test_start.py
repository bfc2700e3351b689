"""What is loaded before the server is ready; how long that takes measures `python -m bench.start`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from serving import ROOT

from dashboard.__main__ import THREADS
from dashboard.exports.pool import WAITING

#: Loaded in the process of exports, by the pipeline, by the internal audience, or never: not before the first page.
LATER = (
    "pptx", "lxml", "frictionless", "authlib", "joserfc", "rdflib", "pandas", "scipy", "geopandas", "openpyxl",
    "httpx", "fastexcel", "pyreadr", "smtplib", "valkey",
)  # fmt: skip
#: What the main process leaves to the workers: it is forked, and what it had loaded would be old after an upgrade.
WORKERS = ("duckdb", "polars", "pyarrow", "numpy", "dash", "plotly", "prometheus_client", "dashboard.app")
READY = """
import sys
from pathlib import Path
from dashboard.app import create
from dashboard.settings import Settings
client = create(Settings("", 0, Path(sys.argv[1]), "", 1)).server.test_client()
assert client.get("/health/ready").status_code == 200
print(*sys.modules)
"""


def loaded(code: str, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    return set(done.stdout.split())


def test_a_worker_is_ready_without_what_only_files_and_the_desk_need(build: Path) -> None:
    found = loaded(READY, str(build))
    assert set(WORKERS) - found == set(), "it is the application"
    assert found & set(LATER) == set()


def test_the_main_process_holds_nothing_of_the_application() -> None:
    assert loaded("import sys, dashboard.__main__; print(*sys.modules)") & {*WORKERS, *LATER} == set()


def test_pages_find_a_thread_while_exports_wait() -> None:
    assert THREADS > 1 + WAITING
