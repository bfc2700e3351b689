"""The outermost layer of the server: each request gets a number, a line in the log, and a place in the metrics."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from dashboard import measures
from dashboard.logs import FIELDS, NUMBER
from dashboard.pointer import USED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER: Final = "X-Request-Id"
#: Characters of a path that are written at most.
PATH: Final = 200
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")
log = logging.getLogger("atlas.request")


class Logged:
    """A WSGI application that is counted and logged. trusting: whether a web server in front may give the number."""

    def __init__(self, application: WSGIApplication, *, trusting: bool) -> None:
        self._application, self._trusting = application, trusting

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and say so once the answer is out."""
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._trusting else ""
        number = environ[NUMBER] = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(6)
        told = _Told(environ, number)
        USED.set("")

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            told.status = int(status[:3])
            whole = any(name.lower() == "content-length" for name, _ in headers)
            told.whole = whole and environ["REQUEST_METHOD"] != "HEAD"
            return start_response(status, [*headers, (HEADER, number)], exc_info)

        try:
            answer = self._application(environ, started)
            if not told.whole:
                return _Counted(answer, told)
            try:  # in one piece: the server sends a list faster than an iterator
                body = b"".join(answer)
            finally:
                if close := getattr(answer, "close", None):
                    close()
        except BaseException:
            told.status = 500
            told.end(0)
            raise
        told.end(len(body))
        return [body]


class _Told:
    """What is known of a request: when it began, and how it ended."""

    def __init__(self, environ: WSGIEnvironment, number: str) -> None:
        self.number, self.method, self.path = number, environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        self.status, self.whole, self.began = 500, False, time.perf_counter()
        self._running = measures.running()
        self._running.inc()

    def end(self, size: int) -> None:
        """It is answered, or has failed. size: bytes of the body as sent."""
        seconds = time.perf_counter() - self.began
        self._running.dec()
        measures.answered(self.path, self.status, seconds)
        if log.isEnabledFor(logging.INFO):
            fields = {
                "request": self.number,
                "method": self.method[:10],
                "path": self.path[:PATH],
                "status": self.status,
                "ms": round(seconds * 1000, 1),
                "bytes": size,
                "build": USED.get(),
            }
            log.info("request", extra={FIELDS: fields})


class _Counted:
    """An answer that is sent piece by piece; it counts, and ends with its last piece."""

    def __init__(self, answer: Iterable[bytes], told: _Told) -> None:
        self._answer, self._told, self._size = answer, told, 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._answer:
            self._size += len(piece)
            yield piece

    def close(self) -> None:
        """The server is done with it, also where the reader went away."""
        try:
            if close := getattr(self._answer, "close", None):
                close()
        finally:
            self._told.end(self._size)
