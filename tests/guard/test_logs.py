"""What a request can write into the log: neither its body, nor its query, nor a line of its own, nor much."""

from __future__ import annotations

import re

from guarded import LAST, Guarded, until

MARK = b"Nacktschnecke"
CALL = b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ |    \| |The atlas is at ")


def test_no_body_gets_into_the_log_and_no_line_is_forged(guarded: Guarded) -> None:
    for body in (
        b'{"output":"' + MARK + b'"}',
        MARK * 10_000,
        b'"\n2026-01-01T00:00:00Z ERROR ' + MARK,
        b"[" * 9_000 + MARK,
    ):
        statuses = guarded.exchange(CALL + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert statuses == [400]
    for path in ("/de/map?x=" + MARK.decode(), "/de/map?region=%0a2026-01-01T00:00:00Z%20ERROR%20forged"):
        assert guarded.get(path).status_code < 500
    for path in ("/%0a2026-01-01T00:00:00Z%20ERROR%20forged", "/%1b[2J%0d%0aforged", "/" + "y" * 30_000):
        guarded.get(path)
    guarded.get("/de/map", **{"User-Agent": MARK.decode(), "Referer": MARK.decode(), "Cookie": f"a={MARK.decode()}"})
    guarded.exchange(LAST)
    until(lambda: "forged" in guarded.log.read_text(), "the requests are logged")
    text = guarded.log.read_text()
    assert MARK.decode() not in text
    assert "\x1b" not in text
    for line in text.splitlines():
        assert LINE.match(line), line[:200]
        assert len(line) < 4000
    assert not re.search(r"^2026-01-01", text, re.MULTILINE)
    assert "203.0.113" not in text, "no reader's address"
