"""`python -m bench.start [DATA]`: how long a cold `python -m dashboard` takes until /health/ready answers.

Each start is a new process with the static files packed and the modules compiled before, as after an installation.
Seconds on the clock hold for the load the machine has; seconds of CPU for any.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench import building, report
from bench.serving import free_port

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 7


def start(data: Path, workers: int) -> tuple[float, float, int]:
    """(seconds until ready, seconds of CPU of all its processes, resident bytes of all together) of one start."""
    port = free_port()
    settings = {"ATLAS_DATA": str(data), "ATLAS_PORT": str(port), "ATLAS_WORKERS": str(workers), "ATLAS_LOG": "off"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard"], cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                break
        except httpx.HTTPError:
            time.sleep(0.01)
    seconds = time.monotonic() - began
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    memory = sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("atlas_memory_bytes{"))
    process.terminate()
    process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(memory)


def main() -> None:
    """Print a line per number of workers: the median, and the range."""
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder)
        if len(sys.argv) == 1:
            building.build(data)
        start(data, 1)  # packs the static files
        print(f"load of the machine before: {report.load()}")
        for workers in (1, 2):
            found = [start(data, workers) for _ in range(ROUNDS)]
            clock, cpu, memory = zip(*found, strict=True)
            print(
                f"{workers} worker(s): ready after {statistics.median(clock):.2f} s "
                f"({min(clock):.2f}–{max(clock):.2f}), {statistics.median(cpu):.2f} s of CPU, "
                f"{statistics.median(memory) / 1e6:.0f} MB resident in all"
            )


if __name__ == "__main__":
    main()
