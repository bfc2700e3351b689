"""Two replicas behind nginx, each with a mirror of its own on one bucket; publications, a killed server, readers.

Not one answer fails, and each comes from one build as a whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import editions
import httpx
from proxy import before
from serving import ROOT, free_port, serving

from etl.remote.push import push
from etl.remote.store import Remote

PAGE = f"/en/map?indicator={editions.WEB}&level=land&period=2024&region=DED"
#: Pages of every kind of layout; each process has another order of sets.
SAME = (PAGE, "/de/region/DED", "/fr/compare/DED+FRF", "/de/data", "/en/keynote", "/en/map.csv", "/de/region/DED.svg")
PATIENCE = 90.0


class Readers:
    """Threads that open the page, and then ask for its data as its script does, until the block ends."""

    def __init__(self, address: str) -> None:
        self.address, self.wrong, self.reads = address, [], 0
        self.pages: set[tuple[str, str]] = set()
        self.slices: set[tuple[str, str]] = set()
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._read) for _ in range(2)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def more(self, number: int = 8) -> None:
        """Wait until so many more pages were read."""
        wanted = self.reads + number
        until(lambda: self.reads >= wanted or bool(self.wrong))

    def _read(self) -> None:
        with httpx.Client(base_url=self.address, timeout=PATIENCE) as client:
            while not self._stop.is_set():
                try:
                    self._once(client)
                except Exception as error:  # whatever a reader would have seen fail
                    self.wrong.append(repr(error))

    def _once(self, client: httpx.Client) -> None:
        page = client.get(PAGE).raise_for_status().text
        said = set(re.findall(r'"build":"(\w+)"|data-build="(\w+)"|Edition of the data: (\w+)', page))
        builds = {name for names in said for name in names if name}
        (build,) = builds  # a page that names two would fail here
        figure = re.search(r'<p class="big">([\d.]+)%', page)
        assert figure
        data = client.get(f"/en/slice/{editions.WEB}/land.json", params={"v": build}).raise_for_status()
        with self._lock:
            self.pages.add((build, figure[1]))
            self.slices.add((data.json()["build"], hashlib.sha256(data.content).hexdigest()))
            self.reads += 1


def until(reached: Callable[[], bool]) -> None:
    """Poll; fails after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def mirroring(place: str, data: Path, log: Path) -> Iterator[None]:
    """`python -m etl mirror --watch`, until the block ends."""
    with log.open("w") as out:
        watch = subprocess.Popen(
            [sys.executable, "-m", "etl", "mirror", place, "--watch", "--every", "0.2"],
            cwd=ROOT,
            env={**os.environ, "ATLAS_DATA": str(data)},
            stdout=out,
            stderr=out,
        )
    try:
        until(lambda: (data / "current.json").exists() or watch.poll() is not None)
        yield
    finally:
        watch.terminate()
        assert watch.wait(PATIENCE) == 0, log.read_text()


def shows(address: str, build: str) -> bool:
    """Whether a replica serves this build."""
    return bool(httpx.get(f"{address}/health/ready", timeout=PATIENCE).json().get("build") == build)


def tag(address: str, path: str) -> str:
    """The ETag that a reader of the public address gets from one replica."""
    return httpx.get(address + path, headers={"Host": "atlas.example"}, timeout=PATIENCE).headers["ETag"]


def kill(port: int) -> None:
    """The whole server that listens there, at once."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            mine = f"ATLAS_PORT={port}".encode() in path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mine and int(path.parent.name) != os.getpid():
            os.kill(int(path.parent.name), signal.SIGKILL)


def test_two_replicas_follow_publications_and_survive_the_death_of_one(build: Path, place: str, tmp_path: Path) -> None:
    data = tmp_path / "publisher"
    shown = [editions.first(build, data)]
    shown += [editions.seal(data, number) for number in (10, 20)]
    push(data, Remote(place), print)
    with ExitStack() as stack:
        homes = [tmp_path / name for name in ("one", "two")]
        for home in homes:
            stack.enter_context(mirroring(place, home, tmp_path / f"{home.name}.mirror.log"))
        port = free_port()
        server = serving(homes[0], tmp_path / "one.log", port=port)
        one = stack.enter_context(server)
        two = stack.enter_context(serving(homes[1], tmp_path / "two.log"))
        readers = stack.enter_context(Readers(stack.enter_context(before([one, two], tmp_path / "nginx"))))
        readers.more()
        editions.show(data, shown[1])
        push(data, Remote(place), print)
        until(lambda: all(shows(address, shown[1]) for address in (one, two)))
        readers.more()
        kill(port)
        readers.more()
        editions.show(data, shown[2])
        push(data, Remote(place), print)
        until(lambda: shows(two, shown[2]))
        readers.more()
        stack.enter_context(serving(homes[0], tmp_path / "again.log", port=port))
        assert shows(one, shown[2]), "the mirror went on while its server was dead"
        readers.more()
        for path in SAME:
            tags = {tag(address, path) for address in (one, two)}
            assert len(tags) == 1, f"{path}: a browser that goes from one to the other would load it again"
    assert readers.wrong == []
    right = {(id_, f"{editions.value(data, id_):.1f}") for id_ in shown}
    assert readers.pages <= right, "a page whose figure is another build's"
    assert {build for build, _ in readers.pages} == set(shown), "every publication was seen"
    assert len(readers.slices) == len({build for build, _ in readers.slices}), "one content for each build"
    log = (tmp_path / "two.mirror.log").read_text()
    assert "Traceback" not in log
    assert json.loads((homes[1] / "mirror.json").read_text())["problem"] == ""
