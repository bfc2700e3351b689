"""The benchmark of `aggregate`: that it runs and that every subject counts the same rows. No time is judged here."""

from __future__ import annotations

import re
import subprocess
import sys

import micro

from bench.microdata import SUBJECTS


def test_a_quick_run_measures_every_subject() -> None:
    command = [sys.executable, "-m", "bench.microdata", "--quick"]
    run = subprocess.run(command, cwd=micro.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    for name in SUBJECTS:
        assert re.search(rf"\| {re.escape(name)} \| [\d.]+ \| [\d.]+ \| \d+ \| [\d,]+ \|", run.stdout), name
