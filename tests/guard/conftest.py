"""The application, and the real server with two workers behind one web server, with small limits for other machines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from guarded import BASE, LIMITS, Guarded
from serving import free_port, serving

from dashboard.app import create
from dashboard.settings import Settings


@pytest.fixture(scope="session")
def settings(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of an application on a copy: within one process DuckDB opens a file with one set of settings."""
    copy = tmp_path_factory.mktemp("guard")
    shutil.copytree(build / "builds", copy / "builds")
    shutil.copy(build / "current.json", copy)
    return Settings(host="127.0.0.1", port=0, data=copy, base_url="", workers=1)


@pytest.fixture(scope="session")
def application(settings: Settings) -> object:
    """The application, asked without a network."""
    return create(settings)


@pytest.fixture(scope="module")
def guarded(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Requests without X-Forwarded-For come from this machine, which no limit holds for."""
    folder, port = tmp_path_factory.mktemp("guarded"), free_port()
    more = LIMITS | {"ATLAS_WORKERS": "2", "ATLAS_PROXIES": "1", "ATLAS_RUNTIME": str(folder), "ATLAS_BASE_URL": BASE}
    with serving(build, folder / "log", more=more, port=port) as address:
        yield Guarded(address, port, folder / "log")
