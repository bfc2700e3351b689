"""Raw bytes at the real server: shapes of request smuggling, late heads and bodies, thousands of connections left open.

Whatever comes, the server answers 400 or closes, and never takes bytes of one request for another's.
"""

from __future__ import annotations

import resource
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from guarded import HEALTH, LAST, Guarded, until

from dashboard.guard.bodies import PLACES

POST = b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
GET = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
#: What two servers in a row could read differently → the statuses that are right. Each hides a second request.
SMUGGLED = {
    "CL.TE": (POST + b"Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "TE.CL": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n26\r\n" + HEALTH + b"\r\n0\r\n\r\n", [400]
    ),
    "TE.TE": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "TE unknown": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "TE and more": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "TE with a space": (POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "TE with a tab": (POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "TE folded": (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "TE in HTTP/1.0": (POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HEALTH, [400]),
    "two lengths": (POST + b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + HEALTH, [400]),
    "a list of lengths": (POST + b"Content-Length: 0, 40\r\n\r\n" + HEALTH, [400]),
    "length with a sign": (POST + b"Content-Length: +0\r\n\r\n" + HEALTH, [400]),
    "negative length": (POST + b"Content-Length: -1\r\n\r\n" + HEALTH, [400]),
    "length in hex": (POST + b"Content-Length: 0x0\r\n\r\n" + HEALTH, [400]),
    "endless length": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n" + HEALTH, [400]),
    "obs-fold": (GET + b"X: a\r\n b\r\n\r\n" + HEALTH, [400]),
    "bare CR in a header": (GET + b"X: a\rContent-Length: 40\r\n\r\n" + HEALTH, [400]),
    "NUL in a header": (GET + b"X: a\0b\r\n\r\n" + HEALTH, [400]),
    "space in the target": (b"GET /health/live x HTTP/1.1\r\nHost: a\r\n\r\n" + HEALTH, [400]),
    "no version": (b"GET /health/live\r\n\r\n" + HEALTH, [400]),
    "endless chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n" + HEALTH, [400]),
    "negative chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n" + HEALTH, [400]),
    "LF in an extension": (POST + b"Transfer-Encoding: chunked\r\n\r\n2;a\nx\r\n{}\r\n0\r\n\r\n" + HEALTH, [400]),
    "chunks with bare LF": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n" + HEALTH, [400]),
    "endless extension": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"a" * 99_999 + b"\r\n{}\r\n0\r\n\r\n" + HEALTH, [400]
    ),
    "no host": (b"GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n" + HEALTH, [400]),
    "two hosts": (GET + b"Host: b\r\nConnection: close\r\n\r\n" + HEALTH, [400]),
    "host of another": (b"GET /health/live HTTP/1.1\r\nHost: a<script>\r\nConnection: close\r\n\r\n" + HEALTH, [400]),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100 + HEALTH, [400]),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HEALTH, [400]),
    "huge head": (GET + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n" + HEALTH, [431]),
    "huge target": (b"GET /" + b"a" * 600_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n" + HEALTH, [431]),
    "thousands of headers": (GET + b"X: a\r\n" * 5000 + b"\r\n" + HEALTH, [431]),
}  # fmt: skip
#: What is well formed: each request gets its own answer, in order.
PLAIN = {
    "pipelined": (HEALTH + GET.replace(b"/health/live", b"/nope") + b"\r\n" + LAST, [200, 404, 200]),
    "same length twice": (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + LAST, [400, 200]),
    "chunk extension": (POST + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n" + LAST, [400, 200]),
    "trailers": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n" + LAST, [400, 200]
    ),
    "100-continue": (POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}" + LAST, [100, 400, 200]),
    "body of a GET": (GET + b"Content-Length: 38\r\n\r\n" + HEALTH + LAST, [200, 200]),
    "body of a page": (b"POST /de/map HTTP/1.1\r\nHost: a\r\nContent-Length: 38\r\n\r\n" + HEALTH + LAST, [405, 200]),
    "bare LF": (b"GET /health/live HTTP/1.1\nHost: a\n\n" + LAST, [200, 200]),
    "no upgrade": (GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + LAST, [200, 200]),
    "another's address": (b"GET http://evil.example/health/live HTTP/1.1\r\nHost: a\r\n\r\n" + LAST, [200, 200]),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "statuses"), SMUGGLED.values(), ids=SMUGGLED)
def test_no_request_hides_in_another(guarded: Guarded, sent: bytes, statuses: list[int]) -> None:
    assert guarded.exchange(sent) in (statuses, []), "refused, or closed at once; never an answer to what was hidden"
    assert guarded.exchange(LAST) == [200], "the next connection is not hurt"


@pytest.mark.parametrize(("sent", "statuses"), PLAIN.values(), ids=PLAIN)
def test_each_request_gets_its_own_answer(guarded: Guarded, sent: bytes, statuses: list[int]) -> None:
    assert len(HEALTH) == 38
    assert guarded.exchange(sent) == statuses


LATE = {
    "head": GET + b"X: ",
    "body": POST + b"Content-Length: 1000\r\n\r\n{",
    "chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "sign": b"PUT /de/map HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{",
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_who_sends_slowly_keeps_nobody_out(guarded: Guarded, late: bytes) -> None:
    """Forty at once: two workers have 22 threads."""
    with ExitStack() as open_:
        for _ in range(40):
            open_.enter_context(guarded.sent(late))
        for _ in range(3):
            assert guarded.get("/de/map").status_code == 200


def test_a_body_that_does_not_come_is_given_up(guarded: Guarded) -> None:
    """Most are told so; whoever holds a place longer leaves with its connection, and places are free again."""
    with ExitStack() as open_:
        late = [open_.enter_context(guarded.sent(LATE["body"])) for _ in range(6 * PLACES)]
        # At most the places of both workers are waited for.
        until(lambda: len(select.select(late, [], [], 0)[0]) >= len(late) - 2 * PLACES, "the others are told")
        told = {one.recv(12) for one in select.select(late, [], [], 0)[0]}
        assert told <= {b"HTTP/1.1 503", b"HTTP/1.1 408"}
    ask = POST + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"
    until(lambda: guarded.exchange(ask) == [400], "parts of pages are answered again")


@contextmanager
def files(wanted: int) -> Iterator[int]:
    """So many open files for this process, or as many as it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    try:
        yield max(soft, allowed)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_ten_thousand_connections_left_open_keep_nobody_out(guarded: Guarded) -> None:
    """Half of them say nothing, half begin a request; afterwards no handle is left."""
    before = guarded.sockets()
    with files(12_000) as allowed, ExitStack() as open_:
        many = min(10_000, allowed - 500)
        for number in range(many):
            one = open_.enter_context(socket.socket())
            one.settimeout(60)
            one.connect(("127.0.0.1", guarded.port))
            if number % 2:
                one.sendall(GET)
            if number % 2000 == 0:
                assert guarded.get("/de/map").status_code == 200, f"with {number} open"
        for path in ("/de/map", "/fr/regions.json", "/health/ready"):
            assert guarded.get(path).status_code == 200
        assert guarded.sockets() > many // 2, "they were really open"
    until(lambda: guarded.sockets() <= before + 8, "every one was let go")
    if many < 10_000:
        pytest.skip(f"only {many} connections could be opened here (RLIMIT_NOFILE); those did no harm")
