"""Exports are made beside the web worker: in one process of low priority, started by the first export.

So that a deck of a second of Python never stands between a reader and a page. Who comes when too many wait is asked to
come again (BusyError, answered with 503). A job that hangs or breaks the process costs that job only.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Final, cast

from dashboard import measures
from dashboard.store import Build

#: Requests that may wait for the one being made (fewer than the server has threads), and for how many seconds.
WAITING: Final = 6
WAIT_SECONDS: Final = 20.0
#: Seconds after which a job is given up.
JOB_SECONDS: Final = 30.0
#: Seconds after which who was turned away may come again.
AGAIN: Final = 5
Job = Callable[..., bytes]


class BusyError(Exception):
    """More exports are asked for than can be made now."""


class BrokenError(Exception):
    """The process ended or was given up in the middle of a job."""


class Pool:
    """One process and its queue. Thread-safe; the process is started anew when it has ended."""

    def __init__(self, *, waiting: int = WAITING, wait: float = WAIT_SECONDS, job: float = JOB_SECONDS) -> None:
        self._places = threading.BoundedSemaphore(1 + waiting)
        self._turn = threading.Lock()
        self._wait, self._job = wait, job
        self._process: subprocess.Popen[bytes] | None = None

    def made(self, build: Build, make: Job, *args: object) -> bytes:
        """`make(build, *args)` as the process makes it; `make` is a function of a module, args can be pickled.

        Raises BusyError, BrokenError, and whatever `make` raises.
        """
        if not self._places.acquire(blocking=False):
            measures.exported("refused")
            raise BusyError
        measures.waiting().inc()
        try:
            if not self._turn.acquire(timeout=self._wait):
                measures.exported("refused")
                raise BusyError
            try:
                made = self._ask(pickle.dumps((_handed(build), make, args)))
            finally:
                self._turn.release()
            measures.exported("made")
            return made
        finally:
            measures.waiting().dec()
            self._places.release()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):
                    cast("BinaryIO", pipe).close()
            self._process = None

    def _ask(self, job: bytes) -> bytes:
        process = self._running()
        timer = threading.Timer(self._job, process.kill)
        timer.start()
        try:
            pipe = cast("BinaryIO", process.stdin)
            pipe.write(len(job).to_bytes(8, "big") + job)
            pipe.flush()
            fine, result, last = pickle.load(cast("BinaryIO", process.stdout))  # noqa: S301 (our own process)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self.close()
            measures.exported("broken")
            raise BrokenError(repr(error)) from error
        finally:
            timer.cancel()
        if last:  # it has grown too large, and ends
            self.close()
        if fine:
            return cast("bytes", result)
        raise result

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            command = [sys.executable, "-m", "dashboard.exports.worker"]
            paths = os.pathsep.join(path for path in sys.path if path)
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
            )
        return self._process


_POOL = Pool()
#: `made` of the worker's own pool.
made = _POOL.made


def _handed(build: Build) -> tuple[Any, ...]:
    return build.id, build.path, dict(build.pointer), build.data, build.audience
