"""Disk full, a build deleted, a broken pointer, a clock that jumps: the server serves on, or says that it cannot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from guarded import CLIENT, TELLING, until
from serving import ROOT, serving
from test_swap import point, write_build

from dashboard import alert_feed, compressed, feeds, metrics, status, store
from dashboard.app import create
from dashboard.settings import Settings


@dataclass(frozen=True)
class Served:
    """A real server on a data folder of its own."""

    address: str
    data: Path

    def build(self) -> str:
        """The id it says it serves, "" where it says that it cannot."""
        answer = CLIENT.get(f"{self.address}/health/ready")
        assert answer.status_code in (200, 503)
        return str(answer.json().get("build", ""))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Two workers on a small build."""
    data = tmp_path / "data"
    data.mkdir()
    write_build(data, "first")
    point(data, "first")
    with serving(data, tmp_path / "log", more={"ATLAS_WORKERS": "2"}) as address:
        # Ready is what one worker says; the other may still be starting, and would find what a test has done meanwhile.
        until(lambda: _opened(data / "builds/first.duckdb") == 2, "both workers have the build")
        yield Served(address, data)


def _opened(file: Path) -> int:
    """Processes of this machine that have a file open."""
    return sum(any(_leads_to(one, file) for one in process.glob("fd/*")) for process in Path("/proc").glob("[0-9]*"))


def _leads_to(link: Path, file: Path) -> bool:
    try:
        return link.readlink() == file
    except OSError:  # closed meanwhile, or of another user
        return False


def _garbage(data: Path) -> None:
    (data / "builds/text.duckdb").write_text("<html>" * 5000)
    point(data, "text")


BROKEN = {
    "half": lambda data: (data / "current.json").write_text('{"build": "second", "fi'),
    "empty": lambda data: (data / "current.json").write_text(""),
    "gone": lambda data: (data / "current.json").unlink(),
    "no database": _garbage,
    "names nothing": lambda data: point(data, "nowhere"),
}


def test_a_broken_pointer_and_a_deleted_build_change_nothing_for_readers(served: Served) -> None:
    """All in one run: each harm, then a good publication that is followed."""
    assert served.build() == "first"
    (served.data / "builds/first.duckdb").unlink()
    assert {served.build() for _ in range(12)} == {"first"}, "deleted while open: both workers serve it on"
    for number, harm in enumerate(BROKEN.values()):
        harm(served.data)
        found = {served.build() for _ in range(6)}
        good = f"good{number}"
        write_build(served.data, good)
        point(served.data, good)
        until(lambda good=good: {served.build() for _ in range(6)} == {good}, "a good pointer is followed")
        assert found <= {"first", f"good{number - 1}"}, "the last good one serves in between"


def test_without_any_good_build_it_says_so(settings: Settings, tmp_path: Path) -> None:
    for harm in BROKEN.values():
        data = tmp_path / "x"
        (data / "builds").mkdir(parents=True)
        (data / "current.json").touch()
        harm(data)
        client = create(Settings("", 0, data, "", 1)).server.test_client()
        answer = client.get("/de/map")
        assert answer.status_code == 503
        assert "Noch keine Zahlen" in answer.text or "make build" in answer.text
        assert not TELLING.search(answer.text)
        assert client.get("/assets/map.css").status_code == 200
        shutil.rmtree(data)


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing fails then with an error, as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from pathlib import Path
from dashboard import compressed
from dashboard.app import create
from dashboard.settings import Settings
compressed.CACHE = Path(sys.argv[2])
try:
    Path(sys.argv[2], "probe").write_text("x"); raise SystemExit("this disk is not full")
except OSError:
    pass
found = Settings("", 0, Path(sys.argv[1]), "", 1, requests=1000, runtime=sys.argv[2])
client = create(found).server.test_client()
for path in "/de/map /assets/map.css /fr/regions.json /de/map.csv /api/v1/sources.csv /health/ready".split():
    answer = client.get(path, headers={"Accept-Encoding": "br"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    print(path, answer.status_code, len(answer.data) > 15)
"""


def test_a_full_disk_does_not_keep_readers_out(settings: Settings, application: object, tmp_path: Path) -> None:
    """Neither the cache of packed files nor that of limits can be written: it packs in memory and counts nothing."""
    client = application.server.test_client()  # type: ignore[attr-defined]
    assert client.get("/assets/map.css").status_code == client.get("/de/map").status_code == 200
    shutil.copytree(compressed.CACHE, tmp_path, dirs_exist_ok=True)
    missing = compressed.packed_file(compressed.static_files()["/assets/map.css"]).etag[:32]
    (tmp_path / f"{missing}.br").unlink()
    command = [sys.executable, "-B", "-c", FULL, str(settings.data), str(tmp_path)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    assert all(line.endswith(" 200 True") for line in lines), done.stdout + done.stderr[-2000:]
    assert not (tmp_path / f"{missing}.br").exists()


# ── The clock ────────────────────────────────────────────────────────────────────────────────────────────────────


def _jump(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Every module that asks for the moment gets another one."""

    class Jumped(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Jumped:  # type: ignore[override]
            return cls.fromtimestamp(datetime.now().timestamp() + days * 86_400, tz)  # type: ignore[arg-type]

    found = [module for name, module in sys.modules.items() if name.startswith("dashboard.")]
    patched = [module for module in found if getattr(module, "datetime", None) is datetime]
    assert {metrics, feeds, alert_feed, store, status} & set(patched), "the modules that know of time"
    for module in patched:
        monkeypatch.setattr(module, "datetime", Jumped)


PATHS = (
    "/de/map", "/fr/data/status", "/en/data", "/de/region/DED", "/de/feeds/all.xml", "/de/feeds/alerts.xml", "/metrics",
    "/health/ready", "/de/changed", "/de/regions.json", "/api/v1/sources", "/de/map?asof=2031-01-01",
    "/de/map?asof=1999-01-01",
)  # fmt: skip


@pytest.mark.parametrize("days", [366, -366, 40_000, -15_000])
def test_a_clock_that_jumps_breaks_nothing(settings: Settings, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year, a century ahead or decades back: every page and feed answers, and figures keep their ETag."""
    client = create(settings).server.test_client()
    before = {path: client.get(path) for path in ("/de/regions.json", "/api/v1/sources")}
    _jump(monkeypatch, days)
    later = create(settings).server.test_client()
    for path in PATHS:
        answer = later.get(path)
        assert answer.status_code in (200, 302, 404), f"{path}: {answer.status_code}"
        if path.endswith("1999-01-01"):
            assert answer.status_code == 404
    for path, told in before.items():
        again = later.get(path, headers={"If-None-Match": told.headers["ETag"]})
        assert again.status_code == 304, "what a reader keeps is still right"
    updated = [text.split("<")[0] for text in later.get("/de/feeds/all.xml").text.split("<updated>")[1:]]
    now = datetime.now().astimezone()
    assert all(datetime.fromisoformat(text) <= now + timedelta(days=1) for text in updated), "feeds tell publications"


def test_an_answer_of_too_many_rows_is_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store, "ROWS", 20)
    answer = create(settings).server.test_client().get("/fr/regions.json")
    assert answer.status_code == 503
    assert re.search(r"query stopped at /fr/regions.json: \w+: \d+ rows", caplog.text)
    assert store.Store(settings.data).current().rows("build"), "small answers still come"
