"""Readers, for `bench.load` and `bench.soak`: the way of one from landing to CSV, as a browser asks for it.

Threads with http.client: what the standard library has costs the client less of the shared processor than httpx or
requests do, keeps connections, and needs no further package; locust would bring its own server and event loop.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench import figures
from dashboard import queries, urls
from dashboard.store import Store

LANGUAGES = ("de", "fr", "en")
_ASSET = re.compile(r'(?:href|src)="(/(?:assets|_dash-component-suites)/[^"]+)"')
#: What a browser sends on a connection that was closed behind its back is sent once more on a new one (RFC 9110 9.2.2).
_CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True)
class Answer:
    """What became of a request. began, took: seconds, of the monotonic clock. status: 0 where none came (`error`)."""

    kind: str
    path: str
    began: float
    took: float
    status: int
    size: int = 0
    error: str = ""
    reopened: bool = False


@dataclass(frozen=True)
class Site:
    """What readers choose from: indicators with levels, regions by level, and what each kind of page loads besides."""

    build: str
    indicators: dict[str, list[str]]
    regions: dict[str, list[str]]
    assets: dict[str, list[str]]


def explore(base: str, data: Path) -> Site:
    """The site at an address, served from a data folder."""
    build = Store(data).current()
    indicators = {id_: list(queries.indicators(build, "en")[id_]["levels"]) for id_ in figures.indicators(build)}
    regions = {level: sorted(queries.units(build, level)) for level in ("land", "nuts2", "nuts3")}
    pages = {"map": "/de/map", "region": "/de/region/DED", "compare": "/de/compare/DED+FRF"}
    assets = {}
    for name, path in pages.items():
        with urllib.request.urlopen(base + path, timeout=60) as answer:
            assets[name] = list(dict.fromkeys(_ASSET.findall(answer.read().decode())))
    return Site(build.id, indicators, regions, assets)


def way(site: Site, chance: random.Random) -> Iterator[tuple[str, str]]:
    """(kind, path) of one visit: the map, three more indicators, a region, a comparison, the figures to take along."""
    lang, seen = chance.choice(LANGUAGES), set[str]()

    def page(name: str, path: str) -> Iterator[tuple[str, str]]:
        yield "page", path
        for asset in site.assets[name]:
            if asset not in seen:
                seen.add(asset)
                yield "asset", asset

    yield from page("map", urls.page(lang, "map"))
    yield "figures", urls.regions_url(lang, site.build)
    level = "land"
    for indicator in chance.sample(list(site.indicators), 4):
        yield "figures", urls.slice_url(lang, indicator, level, "", site.build)
        level = chance.choice([each for each in site.indicators[indicator] if each != "country"])
    yield from page("region", urls.page(lang, "region", chance.choice(site.regions[chance.choice(("land", "nuts3"))])))
    yield from page("compare", urls.compare_url(lang, chance.sample(site.regions["land"][:16], 2)))
    yield "csv", urls.map_url(lang, urls.MapState(indicator=indicator), "csv")


class Reader:
    """One connection, kept as long as the server keeps it."""

    def __init__(self, base: str, timeout: float = 120) -> None:
        self._host, self._timeout = urlsplit(base).netloc, timeout
        self._connection: http.client.HTTPConnection | None = None

    def get(self, kind: str, path: str) -> Answer:
        """Ask and read all; never raises."""
        began, reopened = time.monotonic(), False
        while True:
            fresh = self._connection is None
            try:
                status, size = self._ask(path)
                return Answer(kind, path, began, time.monotonic() - began, status, size, reopened=reopened)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if fresh or not isinstance(error, _CLOSED):
                    said = f"{type(error).__name__}: {error}"[:120]
                    return Answer(kind, path, began, time.monotonic() - began, 0, error=said, reopened=reopened)
                reopened = True

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, path: str) -> tuple[int, int]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, timeout=self._timeout)
        self._connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        answer = self._connection.getresponse()
        return answer.status, len(answer.read())


@dataclass
class Crowd:
    """Readers in threads, each on visit after visit until `over`. pause: seconds between two clicks, at most.

    With every visit a reader is another: a new connection and an empty cache.
    """

    base: str
    site: Site
    count: int
    pause: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    visits: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, over: Callable[[], bool], seed: int = 1) -> None:
        """Let all come in. over: asked before every request."""
        for number in range(self.count):
            thread = threading.Thread(target=self._come, args=(over, random.Random(1000 * seed + number)))
            thread.start()
            self._threads.append(thread)

    def join(self) -> None:
        """Wait until the last has gone."""
        for thread in self._threads:
            thread.join()

    def _come(self, over: Callable[[], bool], chance: random.Random) -> None:
        while not over():
            reader = Reader(self.base)
            for kind, path in way(self.site, chance):
                if over():
                    break
                self.answers.append(reader.get(kind, path))
                if self.pause and kind != "asset":
                    time.sleep(chance.uniform(0, self.pause))
            else:
                self.visits += 1
            reader.close()
