"""One real build and one real server for all tests that need them, made once per session as in a fresh clone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ROOT.parent / "shared" / "sources"


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a published build, made by `python -m etl build` from the shipped figures.

    ATLAS_TEST_DATA names a folder that is built already, to save the minute while writing tests.
    """
    if ready := os.environ.get("ATLAS_TEST_DATA"):
        return Path(ready)
    data = tmp_path_factory.mktemp("data")
    command = [sys.executable, "-m", "etl", "build"]
    if any((ROOT / "data/figures").glob("*.parquet")):
        (data / "figures").symlink_to(ROOT / "data/figures")
    elif SOURCES.is_dir():
        command += ["--from", str(SOURCES)]
    else:
        pytest.fail("neither shipped figures (data/figures) nor deliveries to build from")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return data


@pytest.fixture(scope="session")
def server(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real server on the build."""
    with serving(build, tmp_path_factory.mktemp("server") / "log") as address:
        yield address


@contextmanager
def serving(data: Path, log: Path) -> Iterator[str]:
    """`python -m dashboard` on a free port, until the block ends; yields its address once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"ATLAS_PORT": str(port), "ATLAS_DATA": str(data), "ATLAS_WORKERS": "1", "ATLAS_HOST": "127.0.0.1"}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard"],
            cwd=ROOT,
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
