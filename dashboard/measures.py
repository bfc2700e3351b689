"""What each worker counts, and how all are summed: requests, their seconds, memory.

The processes of one server share a folder (`prometheus_client`'s multiprocess mode, `serving.shared_counts`); whichever
worker is scraped adds them up. Without one, as in tests, a process counts for itself alone. Counts
begin at zero with each start of the server; what a worker counted outlives it. Memory is read from the kernel at each
scrape, for every process of the server.
"""

from __future__ import annotations

import os
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

#: Where prometheus_client looks for the folder that processes share (serving.shared_counts).
_SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
#: First match counts.
_CLASSES: Final = (
    ("static", re.compile(r"/(assets|shapes|_dash-component-suites)/")),
    ("operations", re.compile(r"/(health/|metrics$)")),
    ("api", re.compile(r"/api(/|$)")),
    ("data", re.compile(r"/_dash|/[a-z]{2}/((slice|part)/|(regions|places)\.json$)")),
    ("export", re.compile(r"/[a-z]{2}/.+\.(csv|xlsx|parquet|json|zip|svg|png|pdf|pptx)$")),
    ("desk", re.compile(r"/desk(/|$)|/[a-z]{2}/desk(/|$)")),
)
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def class_of(path: str) -> str:
    """What kind of address it is; `page` for the rest."""
    return next((name for name, pattern in _CLASSES if pattern.match(path)), "page")


def answered(path: str, status: int, seconds: float) -> None:
    """Count one answer. status: of HTTP. seconds: until the body was ready or sent."""
    kind = class_of(path)
    counts = _counts()
    counts.requests.labels(kind, str(status)).inc()
    counts.seconds.labels(kind).observe(seconds)


def exported(outcome: str) -> None:
    """Count one export: made, refused (too many wait) or broken."""
    _counts().exports.labels(outcome).inc()


def running() -> Gauge:
    """Requests that are being answered."""
    return _counts().running


def waiting() -> Gauge:
    """Exports that are being made or wait for it."""
    return _counts().waiting


class _Counts:
    """All of them; a second of any in one process is an error (prometheus_client)."""

    def __init__(self) -> None:
        self.running = Gauge("atlas_requests_running", "Requests being answered.", multiprocess_mode="livesum")
        self.waiting = Gauge("atlas_exports_waiting", "Exports being made or waiting.", multiprocess_mode="livesum")
        self.requests = Counter("atlas_requests", "Answers by class of address and status.", ["class", "status"])
        self.seconds = Histogram(
            "atlas_request_seconds", "Seconds until an answer was ready.", ["class"], buckets=_SECONDS
        )
        self.exports = Counter("atlas_exports", "Exports by outcome.", ["outcome"])


_making = threading.Lock()


def _counts() -> _Counts:
    """Made on first use: only then is it known whether the processes share a folder.

    One at a time: readers who wait for a worker that starts come all at once, and `cache` alone lets each make its own.
    """
    with _making:
        return _made()


@cache
def _made() -> _Counts:
    return _Counts()


def text() -> str:
    """All of it in Prometheus' text format."""
    registry = CollectorRegistry()
    if folder := os.environ.get(_SHARED):
        _forget_the_dead(Path(folder))
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for made in vars(_counts()).values():
            registry.register(made)
    registry.register(_Processes())
    return generate_latest(registry).decode()


def _forget_the_dead(folder: Path) -> None:
    """A worker that was killed is no longer answering anything."""
    for path in folder.glob("gauge_live*.db"):
        pid = int(path.stem.rpartition("_")[2])
        if not Path(f"/proc/{pid}").exists():
            multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


class _Processes:
    """Memory of every process of this server, from /proc; nothing on systems without."""

    def collect(self) -> Iterable[Metric]:
        """Resident bytes and the number of processes, by what they do."""
        resident: defaultdict[str, float] = defaultdict(float)
        number: defaultdict[str, float] = defaultdict(float)
        shared = _SHARED in os.environ  # else this process is the only one
        server = os.getppid() if shared else os.getpid()
        for pid, kind in _family(server) if shared else [(server, "worker")]:
            with suppress(OSError):
                found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
                resident[kind] += int(found[1]) * 1024 if found else 0
                number[kind] += 1
        for name, text_, values in (
            ("atlas_memory_bytes", "Resident memory, shared pages counted in each process.", resident),
            ("atlas_processes", "Processes of the server.", number),
        ):
            family = GaugeMetricFamily(name, text_, labels=["process"])
            for kind, value in values.items():
                family.add_metric([kind], value)
            yield family


def _family(server: int) -> Iterator[tuple[int, str]]:
    yield server, "server"
    for worker in _children(server):
        yield worker, "worker"
        for export in _children(worker):
            yield export, "export"


def _children(pid: int) -> list[int]:
    """Its child processes, whichever of its threads started them."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, path.read_text(encoding="ascii").split())
    return found
