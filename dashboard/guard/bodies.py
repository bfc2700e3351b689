"""Bodies that do not arrive: a few threads may wait for them at once, for a while, so that readers always find one.

The server hands a request over as soon as its head is there; who then sends a byte a minute would keep one thread of a
worker, and a dozen such the whole worker.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import Flask
from werkzeug.exceptions import RequestTimeout, ServiceUnavailable

#: Threads of a worker that may wait for bodies; it has eleven (__main__.THREADS).
PLACES: Final = 4
#: Seconds until one of them is free, at most.
_TURN: Final = 1.0
#: Seconds that a body may take, and bytes for each of which it gets a second more.
SECONDS: Final = 10.0
_BYTES_A_SECOND: Final = 20_000
_CHUNK: Final = 64 * 1024


class Body:
    """A body in place of the server's own, read by a thread of its own; only what a request's form needs of a file.

    Reading raises RequestTimeout where it does not arrive, ServiceUnavailable where too many are waited for.
    """

    def __init__(self, stream: Any, length: int, places: threading.BoundedSemaphore) -> None:
        self._stream, self._length, self._places = stream, length, places
        self._end = SECONDS + length / _BYTES_A_SECOND
        self._parts: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        self._wanted = threading.Semaphore(0)
        self._have = bytearray()
        self._state = "new"

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes, all where it is negative; fewer only at the end."""
        wanted = None if size is None or size < 0 else size
        while wanted is None or len(self._have) < wanted:
            if not (part := self._next()):
                break
            self._have += part
        taken = bytes(self._have if wanted is None else self._have[:wanted])
        del self._have[: len(taken)]
        return taken

    def readline(self, size: int | None = -1) -> bytes:
        """Up to the next line feed, `size` bytes at most where it is not negative."""
        most = None if size is None or size < 0 else size
        while (at := self._have.find(b"\n")) < 0 and (most is None or len(self._have) < most):
            if not (part := self._next()):
                break
            self._have += part
        cut = len(self._have) if at < 0 else at + 1
        return self.read(cut if most is None else min(cut, most))

    def __iter__(self) -> Body:
        return self

    def __next__(self) -> bytes:
        if line := self.readline():
            return line
        raise StopIteration

    def _next(self) -> bytes:
        """The next bytes as they come, empty at the end."""
        if self._state == "over":
            return b""
        if self._state == "new":
            if not self._places.acquire(timeout=_TURN):
                self._state = "over"
                raise ServiceUnavailable
            self._state, self._end = "open", time.monotonic() + self._end
            threading.Thread(target=self._pump, name="atlas-body", daemon=True).start()
        self._wanted.release()
        try:
            part = self._parts.get(timeout=max(0.0, self._end - time.monotonic()))
        except queue.Empty:
            self.close()
            raise RequestTimeout from None
        if isinstance(part, Exception):
            self.close()
            raise part
        if not part:
            self.close()
        return part

    def _pump(self) -> None:
        """One part whenever one is wanted. Where none comes it ends with the connection; so long it has its place."""
        part: bytes | Exception = b"x"
        left = self._length or sys.maxsize  # not past its end: not every server's stream ends there
        while part and not isinstance(part, Exception) and self._wanted.acquire() and self._state == "open":
            try:
                part = self._stream.read(min(_CHUNK, left)) if left else b""
                left -= len(part)
            except Exception as error:
                part = error
            self._parts.put(part)
        self._places.release()

    def close(self) -> None:
        """Nothing more is read."""
        was, self._state = self._state, "over"
        if was == "open":
            self._wanted.release()  # so that the thread ends


def register(server: Flask) -> None:
    """Put a `Body` in the place of every body that a request says it has."""
    places, inner = threading.BoundedSemaphore(PLACES), server.wsgi_app

    def patient(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length == "0" and not environ.get("HTTP_TRANSFER_ENCODING"):
            return inner(environ, start)
        body = Body(environ["wsgi.input"], int(length) if length.isdecimal() else 0, places)
        environ["wsgi.input"] = body
        try:
            return inner(environ, start)
        finally:
            body.close()

    server.wsgi_app = patient  # type: ignore[method-assign,assignment]
