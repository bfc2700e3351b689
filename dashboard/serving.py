"""The server's processes: one socket for all workers, so that none of them can end or be renewed at a reader's cost.

granian gives each worker a socket of its own on Linux, and what waits in it is lost with the worker. Here the main
process opens one (or is given it by systemd, `atlas-web.socket`), and what waits is taken by another worker, or by the
next server. The main process loads nothing of the application, so that a worker is always the code on disk.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.server.mp import MPServer

from dashboard import logs
from dashboard.guard import connections
from dashboard.settings import Settings

#: Seconds that running requests have to end once the server is told to stop: an export's turn, and its making.
STOP_SECONDS: Final = 55
#: Seconds that an old worker goes on beside the new one, when workers are renewed.
BESIDE: Final = 3.0
#: Connections that wait while all workers are busy or the server is exchanged; the kernel may allow fewer.
BACKLOG: Final = 2048
#: Where prometheus_client looks for the folder that processes share.
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
#: systemd's first handed-over file descriptor (sd_listen_fds(3)).
_HANDED_OVER: Final = 3


class Server(MPServer):
    """granian with one listening socket for all workers, whose worker ends at SIGTERM also while it is starting."""

    def __init__(self, listening: socket.socket, settings: Settings, threads: int) -> None:
        super().__init__(
            "dashboard.wsgi:server",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=threads,
            backlog=BACKLOG,
            respawn_failed_workers=True,
            respawn_interval=BESIDE,
            workers_kill_timeout=STOP_SECONDS,
            log_access=False,
            log_dictconfig=logs.config(settings.log),
            **connections.options(),
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        unix = self._listening.family == socket.AF_UNIX
        self._ssp = None
        self._shd: Any = SocketHolder(self._listening.fileno(), unix, BACKLOG)  # type: ignore[call-arg]
        self._sso = self._listening


def serve(settings: Settings, threads: int) -> None:
    """Serve until SIGTERM or SIGINT; then running requests are answered, for STOP_SECONDS at most."""
    multiprocessing.set_start_method("fork")  # the socket goes to the workers with it
    with shared_counts(), listening(settings) as taken:
        Server(taken, settings, threads).serve(target_loader=_load)


def _load(_target: str) -> Any:
    """The application, in a worker. Until it serves, SIGTERM ends it: granian's main handler, inherited, would not."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from dashboard.wsgi import server  # noqa: PLC0415 (only in workers)

    return server


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket that systemd hands over, else a new one on the host and port of the settings.

    Raises SystemExit with a sentence where that cannot be had.
    """
    if os.environ.pop("LISTEN_PID", "") == str(os.getpid()) and os.environ.pop("LISTEN_FDS", "") == "1":
        taken = socket.socket(fileno=_HANDED_OVER)
    else:
        try:
            taken = socket.create_server((settings.host, settings.port), family=_family(settings.host), backlog=BACKLOG)
        except OSError as error:
            sys.exit(f"Port {settings.port} of {settings.host} cannot be listened on: {error.strerror or error}.")
    taken.set_inheritable(True)
    taken.setblocking(False)
    with taken:
        yield taken


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextmanager
def shared_counts() -> Iterator[None]:
    """A folder for the counts of all workers that are started inside the block (measures.py); it goes with the block.

    In memory where the machine has that, else among its temporary files.
    """
    memory = Path("/dev/shm")  # noqa: S108 (a new folder of our own is made in it)
    place = str(memory) if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="atlas-metrics-", dir=place, ignore_cleanup_errors=True) as made:
        os.environ[SHARED] = made
        try:
            yield
        finally:
            os.environ.pop(SHARED, None)


def apart(check: Callable[[], object]) -> None:
    """Run a check that loads much in a process of its own, and end with its exit code where it exits."""
    process = multiprocessing.get_context("fork").Process(target=check)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)
