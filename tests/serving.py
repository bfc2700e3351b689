"""The real server, for tests: started on a data folder, stopped when the block ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(
    data: Path, log: Path, project: Path = ROOT, *, more: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[str]:
    """`python -m dashboard` on a free port, until the block ends; yields its address once it is ready.

    more: further settings, which win.
    """
    port = port or free_port()
    settings = {"ATLAS_PORT": str(port), "ATLAS_DATA": str(data), "ATLAS_WORKERS": "1", "ATLAS_HOST": "127.0.0.1"}
    settings |= more or {}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard"],
            cwd=project,
            env={**os.environ, **settings},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + 120  # the first start compresses the assets
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"the server is not ready:\n{log.read_text()[-4000:]}")
