"""Stopping, renewing and exchanging the server: no reader notices, nothing is left behind."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import ExitStack
from pathlib import Path

import httpx
from operating import PATIENCE, Readers, running, until


def metrics(address: str) -> str:
    return httpx.get(f"{address}/metrics", timeout=PATIENCE).text


def test_sigterm_lets_a_deck_in_the_making_be_finished_and_leaves_no_process(build: Path, tmp_path: Path) -> None:
    got: list[httpx.Response | Exception] = []

    def ask(address: str) -> None:
        try:
            got.append(httpx.get(f"{address}/de/region/DED.pptx", timeout=PATIENCE))
        except httpx.HTTPError as error:
            got.append(error)

    with running(build, tmp_path / "log") as server:
        server.ready()
        reader = threading.Thread(target=ask, args=(server.address,))
        reader.start()
        until(lambda: got or "\natlas_exports_waiting 1" in metrics(server.address), "the deck is begun")
        assert not got, "the deck is still being made"
        assert server.stop() == 0
        reader.join(PATIENCE)
        (answer,) = got
        assert isinstance(answer, httpx.Response), answer
        assert answer.status_code == 200
        assert answer.content.startswith(b"PK")
        assert len(answer.content) == int(answer.headers["Content-Length"])
        until(lambda: not server.left(), f"all processes are gone: {server.left()}")


def test_a_server_told_to_stop_while_it_starts_stops(build: Path, tmp_path: Path) -> None:
    """Its workers inherit handlers that only note the signal; one of them would have gone on for ever."""
    with running(build, tmp_path / "log") as server:
        until(lambda: len(server.workers()) == 2, "its workers are being started")
        assert server.stop() == 0
        until(lambda: not server.left(), f"all processes are gone: {server.left()}")


def test_workers_are_renewed_and_replaced_without_a_failed_request(build: Path, tmp_path: Path) -> None:
    with running(build, tmp_path / "log") as server:
        server.ready()
        before = server.workers()
        with Readers(server.address) as readers:
            readers.more()
            server.process.send_signal(signal.SIGHUP)
            until(lambda: not before & server.workers() and len(server.workers()) == 2, "both workers are new")
            readers.more()
        assert readers.wrong == []
        renewed = server.workers()
        os.kill(min(renewed), signal.SIGKILL)
        until(lambda: len(server.workers() - renewed) == 1, "a worker that was killed is replaced")
        server.ready()
        assert server.stop() == 0


def test_a_server_is_exchanged_behind_its_socket_without_a_failed_request(build: Path, tmp_path: Path) -> None:
    """As `systemctl restart atlas-web` does with atlas-web.socket: readers wait in the socket while none is running."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as held, ExitStack() as asking:
        port = held.getsockname()[1]
        with running(build, tmp_path / "old", port=port, socket=held.fileno()) as old:
            readers = asking.enter_context(Readers(old.address))
            readers.more()
            assert old.stop() == 0
        with running(build, tmp_path / "new", port=port, socket=held.fileno()):
            readers.more()
            asking.close()
        assert readers.wrong == []
