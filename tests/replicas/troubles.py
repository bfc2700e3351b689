"""A way to the S3 server on which things go wrong: a proxy on loopback that a test tells what to do."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

#: What S3 answers once a session's credentials have ended, in its own words.
EXPIRED = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>SECRET</Token-0></Error>"""


class Way:
    """to: the real server. trouble: '' (none), 'expired', 'slow', 'cut', 'lie' (another byte) or 'broken' (500).

    asked: (method, path) of every request. only: a part of the paths that the trouble is for.
    """

    def __init__(self, to: str) -> None:
        self.to, self.trouble, self.only, self.delay = to, "", "", 0.0
        self.asked: list[tuple[str, str]] = []
        self.address = ""

    def count(self, part: str) -> int:
        """How many requests had this in their path."""
        return sum(part in path for _, path in self.asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _pass_on(self) -> None:
        way = self.server.way
        way.asked.append((self.command, self.path))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        trouble = way.trouble if way.only in self.path else ""
        if trouble == "expired":
            return self._answer(400, {"Content-Type": "application/xml"}, EXPIRED)
        if trouble == "broken":
            return self._answer(500, {}, b"<Error><Code>InternalError</Code></Error>")
        if trouble == "slow":
            time.sleep(way.delay)
        real = http.client.HTTPConnection(urlsplit(way.to).netloc, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        real.request(self.command, self.path, body, headers)
        got = real.getresponse()
        content = got.read()
        told = {name: value for name, value in got.getheaders() if name.lower() not in ("transfer-encoding", "server")}
        if trouble == "lie" and len(content) > 100:
            content = content[:50] + bytes([content[50] ^ 1]) + content[51:]
        if trouble == "cut" and len(content) > 100:
            self.close_connection = True
            return self._answer(got.status, told | {"Content-Length": str(len(content))}, content[: len(content) // 2])
        return self._answer(got.status, told, content, head=self.command == "HEAD")

    def _answer(self, status: int, headers: dict[str, str], body: bytes, *, head: bool = False) -> None:
        with suppress(OSError):  # who asked may have given up
            self.send_response(status)
            names = {name.lower() for name in headers}
            for name, value in headers.items():
                if name.lower() not in ("date", "connection"):
                    self.send_header(name, value)
            if "content-length" not in names:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not head:
                self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815 (the library's names)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, way: Way) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.way = way


@contextmanager
def way_to(server: str) -> Iterator[Way]:
    """A proxy in front of a server, until the block ends."""
    way = Way(server)
    proxy = _Server(way)
    way.address = f"http://127.0.0.1:{proxy.server_address[1]}"
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield way
    finally:
        proxy.shutdown()
        proxy.server_close()
