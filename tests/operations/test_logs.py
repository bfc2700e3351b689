"""The log: one line per request, with its number, without what could name a person, and nothing a reader can forge."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from operating import Running, running, until
from serving import ROOT

from dashboard import answers, logs

KEYS = {"time", "level", "message", "request", "method", "path", "status", "ms", "bytes", "build", "pid"}
#: What would begin a line of its own, in text or for whoever splits lines as Unicode says.
FORGED = "a\nb\r\nc\x0bd\x1b[31me\x85f\u2028g\u202eh"
BUILD = re.compile(r"[0-9a-f]{12}")


def written(mode: str, record: logging.LogRecord) -> str:
    return logs.Lines(as_json=mode == logs.JSON).format(record)


def error(text: str) -> logging.LogRecord:
    try:
        raise RuntimeError(text)
    except RuntimeError as caught:
        info = (RuntimeError, caught, caught.__traceback__)
        return logging.LogRecord("atlas", logging.ERROR, "", 1, "error at %s", (text,), info)


def test_one_line_of_json_whatever_is_in_it() -> None:
    line = written(logs.JSON, error(FORGED))
    assert line.isascii()
    assert len(line.splitlines()) == 1
    told = json.loads(line)
    assert told["message"] == f"error at {FORGED}"
    assert "RuntimeError" in told["trace"]
    assert told["level"] == "error"


def test_in_plain_text_no_further_line_looks_like_one_of_ours() -> None:
    first, *others = written("plain", error(FORGED)).splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ERROR error at a", first)
    assert others, "the traceback"
    assert all(line.startswith("    | ") for line in others)
    assert all(line.isprintable() for line in (first, *others))


def test_a_line_has_an_end(caplog: pytest.LogCaptureFixture) -> None:
    line = written(logs.JSON, error("x" * 1_000_000))
    assert len(line) < logs.MESSAGE + logs.TRACE + 1000


@pytest.mark.parametrize(
    ("given", "trusting", "kept"),
    [
        ("0123456789abcdef0123456789abcdef", True, True),
        ("0123456789abcdef0123456789abcdef", False, False),
        ("short", True, False),
        ("x" * 65, True, False),
        ('12345678"\n{"level":"error"}', True, False),
        ("12345678 90", True, False),
        ("", True, False),
    ],
)
def test_a_number_is_taken_from_a_trusted_web_server_only_and_only_where_well_formed(
    given: str, trusting: bool, kept: bool
) -> None:
    sent: list[tuple[str, str]] = []

    def application(_environ: object, start: object) -> list[bytes]:
        start("200 OK", [("Content-Length", "2")])  # type: ignore[operator]
        return [b"ok"]

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_X_REQUEST_ID": given, "wsgi.input": io.BytesIO()}
    logged = answers.Logged(application, trusting=trusting)
    body = logged(environ, lambda _status, headers, _info=None: sent.extend(headers))  # type: ignore[arg-type, return-value]
    assert body == [b"ok"]
    number = dict(sent)[answers.HEADER]
    assert (number == given) is kept
    assert kept or re.fullmatch(r"[0-9a-f]{12}", number)


@pytest.fixture(scope="module")
def atlas(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Running:
    with running(build, tmp_path_factory.mktemp("logs") / "log", more={"ATLAS_WORKERS": "2"}) as server:
        server.ready()
        yield server  # type: ignore[misc]


def line_of(atlas: Running, number: str) -> dict[str, object]:
    def found() -> list[dict[str, object]]:
        told = [json.loads(line) for line in atlas.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in told if line.get("request") == number]

    until(found, f"a line on request {number}")
    (line,) = found()
    return line


def test_every_request_has_its_line_and_no_line_says_who_asked_for_what(atlas: Running) -> None:
    who = {"User-Agent": "Secretbrowser/7", "Referer": "https://secret.example/", "X-Request-Id": "forged-by-a-reader"}
    with httpx.Client(base_url=atlas.address, headers=who, timeout=60) as client:
        until(lambda: client.get("/de/partnerships").status_code == 200, "a page, also on a loaded machine")
        page = client.get("/de/partnerships?name=Jane+Doe&q=secret")
        line = line_of(atlas, page.headers["X-Request-Id"])
        assert line.keys() == KEYS
        assert (line["method"], line["path"], line["status"]) == ("GET", "/de/partnerships", 200)
        assert line["bytes"] == int(page.headers["Content-Length"])
        assert BUILD.fullmatch(str(line["build"]))
        assert line["pid"] in atlas.workers()
        assert float(str(line["ms"])) > 0
        again = client.get("/de/partnerships?name=Jane+Doe&q=secret", headers={"If-None-Match": page.headers["ETag"]})
        line = line_of(atlas, again.headers["X-Request-Id"])
        assert (line["status"], line["bytes"]) == (304, 0)
        head = client.head("/de/map")
        assert line_of(atlas, head.headers["X-Request-Id"])["bytes"] == 0
        for path in ("/de/%0A%7B%22level%22:%22error%22%7D", f"/de/{'x' * 3000}", "/de/%E2%80%A8%1B[31m"):
            line = line_of(atlas, client.get(path).headers["X-Request-Id"])
            assert line["status"] == 404
            assert len(str(line["path"])) <= answers.PATH
    text = atlas.log.read_text()
    for secret in ("Secretbrowser", "secret.example", "Jane", "127.0.0.1:1", "forged"):
        assert secret not in text, secret
    assert all(line.startswith(("{", "The atlas is at")) for line in text.splitlines())


def test_metrics_are_those_of_all_workers_whichever_is_asked(atlas: Running) -> None:
    def sample(name: str, text: str) -> float:
        (value,) = re.findall(rf"(?m)^{re.escape(name)} (\S+)$", text)
        return float(value)

    name = 'atlas_requests_total{class="page",status="404"}'
    with httpx.Client(base_url=atlas.address) as client:
        client.get("/de/unknown-1")
        before = sample(name, client.get("/metrics").text)
    for number in range(20):
        httpx.get(f"{atlas.address}/de/unknown-{number}")
    asked = {line_of(atlas, httpx.get(f"{atlas.address}/health/live").headers["X-Request-Id"])["pid"] for _ in range(3)}
    assert asked <= atlas.workers()
    for _ in range(5):
        text = httpx.get(f"{atlas.address}/metrics").text
        assert sample(name, text) == before + 20
        assert sample('atlas_request_seconds_count{class="page"}', text) >= before + 20
        assert sample('atlas_processes{process="worker"}', text) == 2
        assert sample('atlas_memory_bytes{process="worker"}', text) > 50e6
        assert sample("atlas_requests_running", text) >= 1


@pytest.mark.parametrize(("mode", "level"), [("off", logging.WARNING), ("json", logging.INFO), ("plain", logging.INFO)])
def test_off_leaves_warnings_and_errors(mode: str, level: int) -> None:
    told = logs.config(mode)
    assert logging.getLevelName(told["loggers"]["atlas.request"]["level"]) == level
    assert told["root"]["level"] == "WARNING"


ALL_AT_ONCE = """
import sys, threading
from dashboard import measures
sys.setswitchinterval(1e-6)
wrong, begin = [], threading.Barrier(24)
def ask(kind):
    begin.wait()
    try:
        (measures.running, measures.waiting, lambda: measures.answered("/de/map", 200, 0.1))[kind]()
    except Exception as error:
        wrong.append(repr(error))
threads = [threading.Thread(target=ask, args=(number % 3,)) for number in range(24)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert not wrong, wrong
assert 'atlas_requests_total{class="page",status="200"} 8.0' in measures.text()
"""


def test_the_first_requests_of_a_worker_may_come_all_at_once(tmp_path: Path) -> None:
    """They waited for it to start; one of them was answered 500, since two made the same count."""
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        shared = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
        command = [sys.executable, "-c", ALL_AT_ONCE]
        done = subprocess.run(command, cwd=ROOT, env=shared, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-1500:]
