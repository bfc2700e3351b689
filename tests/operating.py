"""A server as its operator has it: its processes, its end, and readers who ask all the while."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from serving import ROOT, _wait, free_port

#: Seconds until a test gives up waiting; on a loaded machine everything takes long, and nothing here is timed.
PATIENCE = 60


def until(met: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Ask until it is true; fails with `what` where it never is."""
    end = time.monotonic() + patience
    while not met():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.1)


@dataclass
class Running:
    """`python -m dashboard`, in a session of its own."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def ready(self) -> None:
        """Wait until it serves."""
        _wait(self.process, self.address, self.log)

    def workers(self) -> set[int]:
        """Its worker processes that serve: that of a starting one is not yet open to anybody."""
        return set(children(self.process.pid))

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def left(self) -> list[str]:
        """Processes of its session that are still there."""
        listed = subprocess.run(["ps", "-eo", "sid=,pid=,stat=,args="], capture_output=True, text=True, check=True)
        rows = (line.split(None, 3) for line in listed.stdout.splitlines())
        return [" ".join(row) for row in rows if row[0] == str(self.process.pid) and not row[2].startswith("Z")]


def children(pid: int) -> list[int]:
    """Child processes, whichever thread started them."""
    return [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]


#: What systemd does before it runs a service that has a socket.
_HANDED_OVER = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.executable, [sys.executable, "-m", "dashboard"])
"""


@contextmanager
def running(
    data: Path,
    log: Path,
    project: Path = ROOT,
    *,
    port: int = 0,
    more: Mapping[str, str] | None = None,
    socket: int = 0,
    before: Sequence[str] = (),
) -> Iterator[Running]:
    """A server that is being started; killed with all its processes when the block ends.

    socket: a listening file descriptor to hand over as systemd does, for `port`. before: a command that runs it.
    """
    port = port or free_port()
    settings = {"ATLAS_PORT": str(port), "ATLAS_DATA": str(data), "ATLAS_WORKERS": "2", "ATLAS_LOG": "json"}
    command = [sys.executable, "-m", "dashboard"]
    if socket:
        command = [sys.executable, "-c", _HANDED_OVER, str(socket)]
    with log.open("a") as out:
        process = subprocess.Popen(
            [*before, *command],
            cwd=project,
            env={**os.environ, **settings, **(more or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(socket,) if socket else (),
        )
    started = Running(process, f"http://127.0.0.1:{port}", log)
    try:
        yield started
    finally:
        if process.poll() is None or started.left():
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


@dataclass
class Readers:
    """Readers who ask one page after the other; what went wrong for them.

    Each over a new connection, where no client is given. One that ends without any answer is asked again once, as
    deploy/nginx/atlas.conf does: granian's worker closes what it has accepted and not yet read when it is told to end.
    """

    address: str
    #: Without queries: on a loaded machine one may reach its limit of two seconds, which is an answer, not a loss.
    paths: tuple[str, ...] = ("/shapes/nuts3.json", "/health/live", "/assets/page.css")
    wrong: list[str] = field(default_factory=list)
    answered: int = 0
    client: httpx.Client | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Readers:
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(3)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nobody asks any more."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _ask(self) -> None:
        number = 0
        while not self._over.is_set():
            path = self.paths[number % len(self.paths)]
            number += 1
            try:
                status = self._status(path)
                self.answered += 1
                if status != 200:
                    self.wrong.append(f"{path}: {status}")
            except httpx.HTTPError as error:
                self.wrong.append(f"{path}: {error!r}")

    def _status(self, path: str) -> int:
        if self.client:
            return self.client.get(self.address + path, timeout=PATIENCE).status_code
        try:
            return httpx.get(self.address + path, timeout=PATIENCE).status_code
        except (httpx.RemoteProtocolError, httpx.ReadError):
            return httpx.get(self.address + path, timeout=PATIENCE).status_code

    def more(self, number: int = 20) -> None:
        """Wait until so many further requests were answered."""
        goal = self.answered + number
        until(lambda: self.answered >= goal or self.wrong, f"{number} more answers")
