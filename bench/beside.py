"""The same map beside Streamlit and Vizro: real sessions in Chromium, and what each costs the server.

The three have nothing in common on the wire (documents and GETs, a WebSocket, callbacks), so what is compared is what a
reader has: the map painted. One server at a time, one process each; every session a fresh browser context that stays
open. The rivals live in environments of their own, installed from `bench/rivals/*.txt` by hash.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Playwright, sync_playwright

from bench import figures, processes
from bench.browser import PROBE, Wire, drawn, settle
from bench.figures import ROOT
from bench.plain_dash import WORLD
from bench.serving import free_port, wait
from dashboard.store import Store

LEVEL = "nuts3"
RIVALS = Path(__file__).parent / "rivals"
TITLES = {"atlas": "atlas", "streamlit": "Streamlit", "vizro": "Vizro"}
PATHS = {"atlas": ".am-regions path[data-c]"}
CHOROPLETH = ".choroplethlayer path"


@dataclass
class Sessions:
    """What the sessions of one subject cost. first: ms, kB and requests of the very first one, on a warm server.

    drawn: ms of each. processor: seconds of the server for all of them. memory: MB before, and with all open.
    """

    drawn: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    processor: float = 0.0
    memory: tuple[float, float] = (0.0, 0.0)

    @property
    def per_second(self) -> float:
        """Sessions that one core of the server could bring to a painted map in a second."""
        return len(self.drawn) / self.processor

    @property
    def megabytes(self) -> float:
        """Memory that an open session holds on the server, MB; below zero is noise."""
        return (self.memory[1] - self.memory[0]) / len(self.drawn)


class AllWire(Wire):
    """Also what comes over WebSockets, as its frames were sent (Streamlit's do not shrink them)."""

    def __init__(self, session: CDPSession) -> None:
        super().__init__(session)
        session.on("Network.webSocketCreated", self._opened)
        session.on("Network.webSocketFrameReceived", self._frame)

    def _opened(self, _event: dict[str, Any]) -> None:
        self.requests += 1

    def _frame(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        data = frame["payloadData"]
        length = len(base64.b64decode(data)) if frame["opcode"] == 2 else len(data.encode())
        self.chunks.append((event["timestamp"], length))


def installed(name: str, scratch: Path) -> Path:
    """The Python of a rival's environment under `scratch`, made where it is not there yet."""
    python = scratch / name / "bin" / "python"
    if not python.exists():
        venv.create(scratch / name, with_pip=True)
        _pip(str(python), "-r", str(RIVALS / f"{name}.txt"))
    return python


def package(name: str, scratch: Path) -> Path:
    """A folder with a package that the atlas does not depend on, for PYTHONPATH."""
    folder = scratch / name
    if not folder.exists():
        _pip(sys.executable, "--target", str(folder), "-r", str(RIVALS / f"{name}.txt"))
    return folder


def _pip(python: str, *arguments: str) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--require-hashes", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def files(data: Path, folder: Path) -> int:
    """Figures and shapes for the rivals; returns how many regions must be painted."""
    build = Store(data).current()
    titles = figures.indicators(build)
    rows = {id_: figures.rows(build, id_, LEVEL) for id_ in titles}
    (folder / "static").mkdir(parents=True)
    (folder / "figures.json").write_text(json.dumps({"titles": titles, "rows": rows}))
    (folder / "shapes.json").write_text(json.dumps(figures.geojson(LEVEL)))
    for name in ("world.json", "static/world_110m.json"):
        (folder / name).write_text(json.dumps(WORLD))
    for name in ("streamlit_app.py", "vizro_app.py"):
        shutil.copy(RIVALS / name, folder)
    last = max(row["period"] for row in rows[figures.FIRST])
    return sum(row["period"] == last for row in rows[figures.FIRST])


@contextmanager
def started(name: str, data: Path, folder: Path, scratch: Path) -> Iterator[tuple[str, int]]:
    """A subject with one process: (address of its page, pid)."""
    port = str(free_port())
    commands = {
        "atlas": [sys.executable, "-m", "dashboard"],
        "streamlit": [
            *(str(installed("streamlit", scratch)), "-m", "streamlit", "run", "streamlit_app.py"),
            *("--server.port", port, "--server.address", "127.0.0.1", "--server.headless", "true"),
            *("--server.enableStaticServing", "true", "--browser.gatherUsageStats", "false"),
        ] if name == "streamlit" else [],
        "vizro": [
            *(str(installed("vizro", scratch)), "-m", "gunicorn", "vizro_app:server"),
            *("--workers", "1", "--threads", "11", "--bind", f"127.0.0.1:{port}"),
        ] if name == "vizro" else [],
    }  # fmt: skip
    more = {"ATLAS_DATA": str(data), "ATLAS_PORT": port, "ATLAS_WORKERS": "1", "BENCH_FILES": str(folder)}
    with subprocess.Popen(
        commands[name],
        cwd=ROOT if name == "atlas" else folder,
        env=os.environ | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            wait(server, base, name)
            yield (f"{base}/en/map?indicator={figures.FIRST}&level={LEVEL}" if name == "atlas" else base), server.pid
        finally:
            server.terminate()
            server.wait(60)


def sessions(playwright: Playwright, name: str, url: str, root: int, regions: int, count: int) -> Sessions:
    """One session that is not counted, then `count`, one after the other, all kept open."""
    found = Sessions()
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
    try:
        _session(browser, name, url, regions, None)
        processor, before = processes.processor(root), processes.memory(root)
        for _ in range(count):
            _session(browser, name, url, regions, found)
        found.processor = processes.processor(root) - processor
        found.memory = before, processes.memory(root)
    finally:
        browser.close()
    return found


def _session(browser: Browser, name: str, url: str, regions: int, found: Sessions | None) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    wire = AllWire(session)
    selector = json.dumps(PATHS.get(name, CHOROPLETH))
    page.add_init_script(PROBE.replace("SELECTOR", selector).replace("COUNT", str(regions)))
    painted = drawn(page, lambda: page.goto(url, wait_until="commit"))
    settle(page, wire)
    if found is None:
        page.context.close()
        return
    found.drawn.append(painted)
    found.kilobytes.append(wire.bytes() / 1000)
    found.requests.append(wire.requests)


def measure(data: Path, folder: Path, scratch: Path, count: int) -> dict[str, Sessions]:
    """Subject → what its sessions cost."""
    regions, found = files(data, folder), {}
    with sync_playwright() as playwright:
        for name in TITLES:
            with started(name, data, folder, scratch) as (url, root):
                found[name] = sessions(playwright, name, url, root, regions, count)
    return found


def table(found: dict[str, Sessions]) -> str:
    """A row per figure, a column per subject, then ratios to the atlas."""
    rows: dict[str, Callable[[Sessions], float]] = {
        "first map drawn, full speed, median, ms": lambda one: median(one.drawn),
        "received, kB": lambda one: median(one.kilobytes),
        "requests": lambda one: median(one.requests),
        "server's processor for a session, ms": lambda one: 1000 * one.processor / len(one.drawn),
        "sessions a second and core": lambda one: one.per_second,
        "server's memory with one session or none, MB": lambda one: one.memory[0],
        "more memory for each open session, MB": lambda one: one.megabytes,
    }
    names = list(found)
    heads = ["", *(TITLES[name] for name in names), *(f"{TITLES[name]} ÷ atlas" for name in names if name != "atlas")]
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|--:" * (len(heads) - 1) + "|"]
    for title, figure in rows.items():
        values = {name: figure(one) for name, one in found.items()}
        own = values["atlas"]
        cells = [f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2f}" for value in values.values()]
        ratios = [f"{values[name] / own:.2f}" if own > 0 else "–" for name in names if name != "atlas"]
        lines.append("| " + " | ".join([title, *cells, *ratios]) + " |")
    return "\n".join(lines)
