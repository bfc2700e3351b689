"""The build that everything is measured on, and what making it costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figures import ROOT


@dataclass(frozen=True)
class Built:
    """What one `python -m etl build` cost. origin: 'shipped figures' or 'deliveries as published'."""

    seconds: float
    peak_mb: float
    origin: str


def build(data: Path) -> Built:
    """Build into `data` from the shipped figures, or where there are none from ../shared/sources.

    Raises RuntimeError with the builder's own words where it fails.
    """
    command = [sys.executable, "-m", "etl", "build"]
    shipped = ROOT / "data" / "figures"
    if shipped.is_dir():
        shutil.copytree(shipped, data / "figures")
    else:
        command += ["--from", str(ROOT.parent / "shared" / "sources")]
    started = time.monotonic()
    with (data / "build.log").open("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"ATLAS_DATA": str(data)}, stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        if process.returncode:
            log.seek(0)
            raise RuntimeError(log.read()[-2000:])
    origin = "shipped figures" if shipped.is_dir() else "deliveries as published"
    return Built(seconds, usage.ru_maxrss / 1024, origin)
