"""What the server costs: a slice from the store, and requests a second over loopback with a bounded number of them."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

from bench.figures import FIRST
from bench.serving import running
from dashboard import queries
from dashboard.store import Store

CLIENTS = 8


def slice_times(data: Path, count: int) -> list[float]:
    """Milliseconds of `count` uncached slice queries through the store, over all indicators with the level nuts3."""
    build = Store(data).current()
    asked = [
        (id_, level, next(iter(row["members"]), ""))
        for id_, row in queries.indicators(build, "en").items()
        for level in ("land", "nuts3")
        if "nuts3" in row["levels"]
    ]
    times = []
    for indicator, level, member in islice(cycle(asked), count):
        started = time.perf_counter()
        build.rows("slice", indicator=indicator, level=level, member=member)
        times.append(1000 * (time.perf_counter() - started))
    return times


def throughput(data: Path, count: int) -> Iterator[tuple[str, float, float]]:
    """What was asked, requests a second, and the 95th percentile in ms, for the atlas as `make run` starts it."""
    page = f"/en/map?indicator={FIRST}&level="
    fresh = [
        f"/{lang}/map?indicator={FIRST}&level=land&period={year}" for year in range(2016, 2025) for lang in ("de", "fr")
    ]
    asked = {
        "map document, land": [page + "land"] * count,
        "map document, nuts3": [page + "nuts3"] * count,
        "map document, land, each view for the first time": fresh[: max(4, count // 10)],
        "figures of one indicator, nuts3": [f"/en/slice/{FIRST}/nuts3.json"] * count,
        "shapes, nuts3": ["/shapes/nuts3.json"] * count,
        "Plotly": ["/assets/vendor/plotly-basic.min.js"] * count,
    }
    with running("-m", "dashboard", ATLAS_DATA=str(data)) as address:
        for title, paths in asked.items():
            if len(set(paths)) == 1:
                _ask(address, paths[:CLIENTS] * 2)  # every worker has made it once
            started = time.perf_counter()
            times = sorted(_ask(address, paths))
            yield title, len(paths) / (time.perf_counter() - started), times[int(0.95 * (len(times) - 1))]


def _ask(address: str, paths: list[str]) -> list[float]:
    """Milliseconds of each request, asked by CLIENTS threads that keep their connections."""
    own = threading.local()
    host = urlsplit(address).netloc

    def one(path: str) -> float:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection(host, timeout=30)
        started = time.perf_counter()
        own.connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        answer = own.connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return 1000 * (time.perf_counter() - started)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, paths))
