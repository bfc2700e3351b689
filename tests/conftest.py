"""One real build and one real server for all tests that need them, made once per session as in a fresh clone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from serving import ROOT, serving

SOURCES = ROOT.parent / "shared" / "sources"
#: The files that take longest, the longest first: begun last, one of them would keep one core busy beside idle ones.
LONG = (
    "leak/test_leak.py",
    "bench/test_bench_runs.py",
    "etl/test_kill.py",
    "etl/test_embargo.py",
    "leak/test_scopes.py",
    "browser/test_every_page.py",
    "docs/test_docs_followed.py",
    "bench/test_endurance.py",
    "etl/test_readers.py",
    "microdata/test_spark.py",
    "desk/test_to_the_page.py",
    "desk/test_desk_browser.py",
    "replicas/test_replicas.py",
    "browser/test_access.py",
    "desk/test_failures.py",
    "etl/test_reuse.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first (`make test` tells xdist to keep this order)."""
    place = {Path(__file__).parent / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(LONG)))


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a published build, made by `python -m etl build` from the shipped figures.

    ATLAS_TEST_DATA names a folder that is built already, to save the minute while writing tests.
    """
    if ready := os.environ.get("ATLAS_TEST_DATA"):
        return Path(ready)
    data = tmp_path_factory.mktemp("data")
    command = [sys.executable, "-m", "etl", "build"]
    if any((ROOT / "data/figures").glob("*.parquet")):
        for part in ("figures", "ledger"):
            (data / part).symlink_to(ROOT / "data" / part)
    elif SOURCES.is_dir():
        command += ["--from", str(SOURCES)]
    else:
        pytest.fail("neither shipped figures (data/figures) nor deliveries to build from")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return data


@pytest.fixture(scope="session")
def server(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real server on the build."""
    with serving(build, tmp_path_factory.mktemp("server") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium here; tests/ensure-chromium says how to get one")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield opened
        opened.close()
