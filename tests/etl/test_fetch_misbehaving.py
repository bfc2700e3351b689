"""Publishers on a bad day: every misbehaviour ends in the file, or in a sentence and nothing on disk."""

from __future__ import annotations

import email.utils
import gzip
import threading
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from publisher import BIG, Answer, Publisher, head, nothing_left, page, status
from test_fetch import PLAIN, bytes_of, fetched, refuse_bad, source

from etl.download import OVERLAP
from etl.fetch import fetch_all
from etl.http import Settings
from etl.model import File
from etl.snapshot import home, latest

# ── What may pass ────────────────────────────────────────────────────────────────────────────────────────────────


def test_500_three_times_and_then_the_file(tmp_path: Path, publisher: Publisher) -> None:
    waits: list[float] = []
    what = source(publisher.on("/a.csv", *[status(500)] * 3, page(b"x")))
    assert fetched(tmp_path, what, waits=waits).state == "new"
    assert len(publisher.asked) == 4
    assert [1 <= waits[0] <= 2, 2 <= waits[1] <= 3, 4 <= waits[2] <= 5] == [True] * 3, waits
    assert len({wait % 1 for wait in waits}) == 3, "without jitter all clients come back at once"


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_it_gives_up_after_four_attempts(tmp_path: Path, publisher: Publisher, code: int) -> None:
    result = fetched(tmp_path, source(publisher.on("/a.csv", status(code))))
    assert f"{publisher.address}/a.csv: the address answered {code}" in result.problems[0]
    assert len(publisher.asked) == 4
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_waited_for(tmp_path: Path, publisher: Publisher, form: str) -> None:
    then = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=47), usegmt=True)
    text = "47" if form == "seconds" else then
    waits: list[float] = []
    what = source(publisher.on("/a.csv", status(429, retry_after=text), page(b"x")))
    assert fetched(tmp_path, what, waits=waits).state == "new"
    assert 40 < waits[0] <= 47


def test_a_retry_after_beyond_patience_is_told_and_not_waited_for(tmp_path: Path, publisher: Publisher) -> None:
    waits: list[float] = []
    what = source(publisher.on("/a.csv", status(503, retry_after="86400")))
    assert "come back in 86400 s" in fetched(tmp_path, what, waits=waits).problems[0]
    assert (len(publisher.asked), waits) == (1, [])


def test_an_unreachable_host_is_given_up_once_for_all_its_files(tmp_path: Path) -> None:
    waits: list[float] = []
    result = fetched(tmp_path, source("http://127.0.0.1:9/a.csv", "http://127.0.0.1:9/b.csv"), waits=waits)
    assert len(waits) == 3
    assert "does not answer" in result.problems[0]
    assert "not tried again" in result.problems[1]


def test_one_failing_source_does_not_stop_the_others(tmp_path: Path, publisher: Publisher) -> None:
    bad = replace(source("http://127.0.0.1:9/a.csv"), id="bad")
    good = source(publisher.on("/a.csv", page(b"x")))
    results = fetch_all(tmp_path, [bad, good], Settings(sleep=lambda _: None), lambda _: None, None)
    assert [result.state for result in results] == ["failed", "new"]


# ── Cut off, resumed ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("validator", [{"etag": '"1"'}, {"modified": "Sat, 21 Nov 2026 09:00:00 GMT"}])
def test_a_cut_off_download_goes_on_where_it_stopped(
    tmp_path: Path, publisher: Publisher, validator: dict[str, str]
) -> None:
    what = source(publisher.on("/a.csv", page(BIG, **validator, stop=100_000), page(BIG, **validator)))
    assert fetched(tmp_path, what).state == "new"
    assert bytes_of(tmp_path, what) == BIG
    assert publisher.asked[1].headers["range"] == f"bytes={100_000 - OVERLAP}-"
    assert publisher.asked[1].headers["if-range"] in validator.values()


def test_the_next_fetch_goes_on_with_the_part_of_the_last_one(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", page(BIG, '"1"', stop=50_000)))
    assert fetched(tmp_path, what, attempts=1).state == "failed"
    assert latest(tmp_path, what) == {}
    publisher.on("/a.csv", page(BIG, '"1"'))
    assert fetched(tmp_path, what).state == "new"
    assert (bytes_of(tmp_path, what), "range" in publisher.asked[-1].headers) == (BIG, True)


@pytest.mark.parametrize("etag", ["", 'W/"1"'])
def test_without_a_strong_validator_nothing_is_pieced_together(tmp_path: Path, publisher: Publisher, etag: str) -> None:
    what = source(publisher.on("/a.csv", page(BIG, etag, stop=100_000), page(BIG, etag)))
    assert fetched(tmp_path, what).state == "new"
    assert bytes_of(tmp_path, what) == BIG
    assert "range" not in publisher.asked[1].headers


def test_an_edition_that_changed_in_between_is_fetched_whole(tmp_path: Path, publisher: Publisher) -> None:
    new = BIG[::-1]
    what = source(publisher.on("/a.csv", page(BIG, '"1"', stop=100_000), page(new, '"2"')))
    fetched(tmp_path, what)
    assert bytes_of(tmp_path, what) == new


def test_a_server_that_lies_about_its_edition_is_found_out_by_the_overlap(tmp_path: Path, publisher: Publisher) -> None:
    new = BIG[::-1]
    what = source(publisher.on("/a.csv", page(BIG, '"1"', stop=100_000), page(new, '"1"')))
    assert fetched(tmp_path, what).state == "new"
    assert bytes_of(tmp_path, what) == new


@pytest.mark.parametrize("ranges", ["bytes 0-9/300000", "bytes 7-299999/300000", "nonsense", ""])
def test_a_wrong_content_range_starts_over(tmp_path: Path, publisher: Publisher, ranges: str) -> None:
    wrong = status(206, BIG[:10], content_range=ranges, etag='"1"')
    what = source(publisher.on("/a.csv", page(BIG, '"1"', stop=100_000), wrong, page(BIG, '"1"')))
    fetched(tmp_path, what)
    assert bytes_of(tmp_path, what) == BIG


def test_416_starts_over(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", page(BIG, '"1"', stop=100_000), status(416), page(BIG, '"1"')))
    fetched(tmp_path, what)
    assert bytes_of(tmp_path, what) == BIG


def test_a_206_or_304_that_nobody_asked_for_is_no_file(tmp_path: Path, publisher: Publisher) -> None:
    for code, headers in ((206, {"content_range": "bytes 0-0/9"}), (304, {})):
        assert fetched(tmp_path, source(publisher.on("/a.csv", status(code, b"", **headers)))).state == "failed"
        assert nothing_left(tmp_path)


# ── Wrong length, wrong kind ─────────────────────────────────────────────────────────────────────────────────────


def test_less_than_the_announced_length_is_refused(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", status(200, b"half", content_length="14")))
    assert "broke off" in fetched(tmp_path, what).problems[0]
    assert nothing_left(tmp_path)


def test_more_than_the_announced_length_is_cut_by_http_and_refused_by_the_module(
    tmp_path: Path, publisher: Publisher
) -> None:
    """HTTP ends a body at its announced length; only who reads the table can see that it was cut."""
    what = source(publisher.on("/a.csv", status(200, b"bad|good and more", content_length="4")))
    assert fetched(tmp_path, what, refuse_bad).state == "rejected"


def test_a_connection_closed_within_a_chunked_body_is_refused(tmp_path: Path, publisher: Publisher) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        head(handler, 200, {"transfer-encoding": "chunked"})
        handler.wfile.write(b"5\r\nhello\r\n5\r\nwo")

    assert fetched(tmp_path, source(publisher.on("/a.csv", answer))).state == "failed"
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"<!DOCTYPE html><title>Wartung</title>", "text/html; charset=utf-8", "a web page instead of table.csv"),
        (b"\xef\xbb\xbf\n <!doctype HTML><p>moved", "text/csv", "a web page instead of table.csv"),
        (b"<html lang='fr'>", "application/octet-stream", "a web page instead of table.csv"),
        (b"\x89PNG\r\n", "image/png", "'image/png' instead of table.csv."),
        (b'{"error": 413}', "application/json", "'application/json' instead of table.csv: {\"error\": 413}"),
        (b"<f:Fault><code>100</code> No results", "application/xml", "instead of table.csv: 100 No results."),
        (b"PK\x03\x04rest", "text/csv", "not those of table.csv"),
        (b"", "text/csv", "an empty file"),
    ],
)
def test_200_with_something_else_is_refused(
    tmp_path: Path, publisher: Publisher, body: bytes, kind: str, says: str
) -> None:
    result = fetched(tmp_path, source(publisher.on("/a.csv", page(body, '"1"', kind=kind))))
    assert says in result.problems[0]
    assert nothing_left(tmp_path)
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    ("names", "body", "kind", "kept"),
    [
        (("t.tsv.gz", "t.tsv"), gzip.compress(b"a\tb", mtime=0), "application/octet-stream", "t.tsv.gz"),
        (("t.tsv.gz", "t.tsv"), b"a\tb", "text/tab-separated-values", "t.tsv"),
        (("t.csv",), b"a,b", "application/vnd.sdmx.data+csv;version=1.0.0", "t.csv"),
        (("t.xlsx",), b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "t.xlsx"),
        (("t.zip",), b"PK\x03\x04", "application/x-zip-compressed", "t.zip"),
        (("t.parquet",), b"PAR1", "application/octet-stream", "t.parquet"),
        (("t.json",), b"{}", "application/json; charset=utf-8", "t.json"),
        (("t.rda",), b"\x1f\x8brest", "text/plain", "t.rda"),
    ],
)
def test_files_come_as_publishers_send_them(
    tmp_path: Path, publisher: Publisher, names: tuple[str, ...], body: bytes, kind: str, kept: str
) -> None:
    what = replace(PLAIN, files=(File("t", names, publisher.on("/t", page(body, kind=kind))),))
    assert fetched(tmp_path, what).problems == []
    assert latest(tmp_path, what)["t"].name == kept


def test_a_declared_content_type_is_the_only_one(tmp_path: Path, publisher: Publisher) -> None:
    url = publisher.on("/a.csv", page(b"x", kind="text/csv"))
    assert fetched(tmp_path, source(url, content_types=("application/x-own",))).state == "failed"
    assert fetched(tmp_path, source(url, content_types=("text/csv",))).state == "new"


def test_the_name_a_server_proposes_is_ignored(tmp_path: Path, publisher: Publisher) -> None:
    disposition = 'attachment; filename="../../../escaped.csv"'
    what = source(publisher.on("/..%2f..%2fescaped.csv", status(200, b"x", content_disposition=disposition)))
    fetched(tmp_path / "data", what)
    assert bytes_of(tmp_path / "data", what) == b"x"
    assert not list(tmp_path.rglob("*escaped*"))


# ── Too much, too slow ───────────────────────────────────────────────────────────────────────────────────────────


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A body without end."""
    head(handler, 200, {})
    while True:
        handler.wfile.write(BIG)


def bomb(coding: str, size: int = 200_000_000) -> Answer:
    """An answer that unpacks to `size` zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    body = b"".join([packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)]) + packer.flush()
    return status(200, body, content_encoding=coding)


def test_an_endless_body_ends_at_the_limit(tmp_path: Path, publisher: Publisher) -> None:
    result = fetched(tmp_path, source(publisher.on("/a.csv", endless), max_bytes=5_000_000))
    assert "more than the 5,000,000 bytes" in result.problems[0]
    assert nothing_left(tmp_path)


def test_an_announced_size_beyond_the_limit_is_not_even_begun(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", status(200, b"x", content_length="99999999999")))
    assert "more than the" in fetched(tmp_path, what).problems[0]
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compression_bomb_ends_at_the_limit(tmp_path: Path, publisher: Publisher, coding: str) -> None:
    result = fetched(tmp_path, source(publisher.on("/a.csv", bomb(coding)), max_bytes=5_000_000))
    assert "more than the 5,000,000 bytes" in result.problems[0]
    assert nothing_left(tmp_path)


def test_compression_we_did_not_ask_for_is_undone_or_refused(tmp_path: Path, publisher: Publisher) -> None:
    body = gzip.compress(b"region,year\n" * 9) + gzip.compress(b"DE,2024\n" * 200_000)
    what = source(publisher.on("/a.csv", status(200, body, content_encoding="gzip")))
    fetched(tmp_path, what)
    assert publisher.asked[0].headers["accept-encoding"] == "identity"
    assert bytes_of(tmp_path, what) == b"region,year\n" * 9 + b"DE,2024\n" * 200_000
    for coding, sent in (("br", b"x"), ("gzip", b"no gzip"), ("gzip", body[:-9])):
        publisher.on("/a.csv", status(200, sent, content_encoding=coding))
        assert fetched(tmp_path / "other", what).state == "failed"
        assert nothing_left(tmp_path / "other")


def dripping(part: str) -> Answer:
    """One byte every 20 ms, in the head or in the body of the answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            head(handler, 200, {"content-type": "text/csv", "etag": '"1"'})
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while True:
            handler.wfile.write(b"a")
            handler.wfile.flush()
            time.sleep(0.02)

    return answer


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_does_not_hold_us(tmp_path: Path, publisher: Publisher, part: str) -> None:
    what = source(publisher.on("/a.csv", dripping(part)))
    result = fetched(tmp_path, what, answer=0.2, slow=0.2, attempts=2)
    assert ("too slow" if part == "body" else "broke off") in result.problems[0]
    assert len(publisher.asked) == 2


def test_a_server_that_says_nothing_does_not_hold_us(tmp_path: Path, publisher: Publisher) -> None:
    done = threading.Event()
    what = source(publisher.on("/a.csv", lambda _: done.wait(5) and None))
    result = fetched(tmp_path, what, read=0.2, attempts=2)
    done.set()
    assert "ReadTimeout" in result.problems[0]


def test_a_file_that_takes_too_long_is_gone_on_with_next_time(tmp_path: Path, publisher: Publisher) -> None:
    what = source(publisher.on("/a.csv", dripping("body")))
    assert "not complete after" in fetched(tmp_path, what, whole=0.2).problems[0]
    assert [path.name for path in home(tmp_path, "office").rglob("*.part")] == ["table.part"]


def test_requests_to_one_host_keep_the_declared_pause(tmp_path: Path, publisher: Publisher) -> None:
    urls = [publisher.on(f"/{n}.csv", page(b"x")) for n in range(3)]
    waits: list[float] = []
    fetched(tmp_path, replace(source(*urls), pause_seconds=1000), waits=waits)
    assert len(waits) == 2
    assert all(500 < wait <= 1000 for wait in waits)
