"""A publisher on the loopback that behaves well or badly on purpose, over real HTTP."""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from etl.snapshot import home

Answer = Callable[[BaseHTTPRequestHandler], None]

#: Larger than what the kernel's buffers swallow, and not compressible.
BIG = random.Random(1).randbytes(300_000)


def nothing_left(data: Path) -> bool:
    """Whether neither a snapshot nor a part of one lies on disk."""
    folder = home(data, "office")
    return not list(folder.glob("*.json")) and not list(folder.rglob("*.csv*")) and not list(folder.rglob("*.part"))


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Publisher:
    """What it answers per path, in turn, the last answer again and again; and what it was asked."""

    address: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def on(self, path: str, *answers: Answer) -> str:
        """Set the answers of a path; returns its address."""
        self.answers[path] = list(answers)
        return self.address + path


@contextmanager
def publishing(tls: ssl.SSLContext | None = None) -> Iterator[Publisher]:
    """A publisher on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            publisher.asked.append(Asked(self.command, self.path, headers, body))
            self.close_connection = True
            left = publisher.answers.get(self.path.partition("?")[0], [status(404)])
            answer = left[0] if len(left) == 1 else left.pop(0)
            with suppress(OSError):  # the fetcher hung up, as it should on an endless body
                answer(self)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Quiet: a refused certificate is what some tests want."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    publisher = Publisher(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()


def head(handler: BaseHTTPRequestHandler, code: int, headers: dict[str, str]) -> None:
    """Status line and headers; the connection closes after the body."""
    handler.send_response(code)
    for name, value in {"connection": "close", **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    """This status, body and headers (`_` stands for `-`)."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        head(handler, code, {"content-length": str(len(body)), **given})
        handler.wfile.write(body)

    return answer


def page(body: bytes, etag: str = "", modified: str = "", kind: str = "text/csv", stop: int | None = None) -> Answer:
    """A well-behaved file with 304 and ranges; with `stop`, it hangs up after so many bytes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = {"etag": etag, "last-modified": modified, "content-type": kind}
        headers = {name: value for name, value in known.items() if value}
        asked = handler.headers
        same = (etag and asked["if-none-match"] == etag, modified and asked["if-modified-since"] == modified)
        if any(same):
            head(handler, 304, headers)
            return
        start = 0
        if asked["range"] and asked["if-range"] in (etag, modified):
            start = int(asked["range"].removeprefix("bytes=").rstrip("-"))
            headers["content-range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        rest = body[start:]
        head(handler, 206 if start else 200, {**headers, "content-length": str(len(rest))})
        handler.wfile.write(rest if stop is None else rest[:stop])

    return answer


def write(path: Path, body: bytes) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path
