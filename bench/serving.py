"""Starting and stopping the servers: the atlas as `make run` starts it, the peers under the same granian."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from granian import Granian
from granian.constants import Interfaces

from bench.figures import ROOT

STARTED_WITHIN = 120.0  # the first start of a fresh clone packs every static file, Plotly for some ten seconds


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*command: str, **environment: str) -> Iterator[str]:
    """Start `python <command>` with ATLAS_PORT set, wait until it answers, yield its address, stop it.

    environment: further variables, in which `{port}` is filled.

    Raises RuntimeError where it does not answer within STARTED_WITHIN seconds.
    """
    port = free_port()
    more = {name: value.replace("{port}", str(port)) for name, value in environment.items()}
    variables = os.environ | more | {"ATLAS_PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait(server, f"http://127.0.0.1:{port}", " ".join(command))
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def wait(server: subprocess.Popen[bytes], address: str, name: str) -> None:
    """Wait until a server answers; raises RuntimeError where it does not within STARTED_WITHIN seconds."""
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"{name} does not answer")


def main(peer: str) -> None:
    """Serve `bench.<peer>:create` until terminated."""
    Granian(
        f"bench.{peer}:create",
        factory=True,
        address="127.0.0.1",
        port=int(os.environ["ATLAS_PORT"]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1])
