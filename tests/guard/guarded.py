"""A running server as an attacker meets it (raw bytes, connections) and as its machine sees it (processes, files)."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

#: Of the server under test, for everybody who is not this machine; and the address it is told to have.
LIMITS: Final = {"ATLAS_REQUESTS_A_MINUTE": "40", "ATLAS_API_A_MINUTE": "6", "ATLAS_EXPORTS_A_MINUTE": "4"}
BASE: Final = "https://atlas.example"
#: Nothing of this may stand in any answer.
TELLING = re.compile(r"Traceback|File \"|site-packages|werkzeug|(?<!\w)/(?:tmp|home)/|\.duckdb\b|dashboard/\w+\.py")
CLIENT: Final = httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
HEALTH = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
#: After which the server closes.
LAST = HEALTH.replace(b"Host", b"Connection: close\r\nHost")


@dataclass(frozen=True)
class Guarded:
    """Its address, port and log."""

    address: str
    port: int
    log: Path

    def get(self, path: str, reader: str = "", **headers: str) -> httpx.Response:
        """One request on a connection of its own. reader: the address that the web server in front reports."""
        told = {"X-Forwarded-For": reader} if reader else {}
        return CLIENT.get(self.address + path, headers={**told, **headers})

    def sent(self, data: bytes) -> socket.socket:
        """A connection on which these bytes were sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(data)
        return connection

    def exchange(self, data: bytes) -> list[int]:
        """The statuses of all answers to these bytes, until the server closes; none where it closed at once."""
        got = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            try:
                connection.sendall(data)
                while part := connection.recv(65536):
                    got += part
            except ConnectionError:  # closed before all was read
                pass
        return [int(status) for status in re.findall(rb"(?:^|\n|\}|>)HTTP/1\.[01] (\d{3})", got)]

    def workers(self) -> list[Path]:
        """/proc/… of every process of this server."""
        mark, found = f"ATLAS_PORT={self.port}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append(process)
            except OSError:
                continue
        return found

    def sockets(self) -> int:
        """Sockets that its processes have open."""
        return sum(_is_socket(file) for process in self.workers() for file in (process / "fd").glob("*"))


def _is_socket(file: Path) -> bool:
    try:
        return str(file.readlink()).startswith("socket:")
    except OSError:
        return False


def until(holds: Callable[[], bool], about: str) -> None:
    """Wait until something holds; generous, because the machine may be busy."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, about
        time.sleep(0.1)
