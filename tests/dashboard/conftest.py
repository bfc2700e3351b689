"""The application on the real build, asked without a network."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create
from dashboard.settings import Settings
from dashboard.store import Build, Store


@pytest.fixture(scope="session")
def data(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data folder: within one process DuckDB opens a file with one set of settings only."""
    copy = tmp_path_factory.mktemp("served")
    shutil.copytree(build / "builds", copy / "builds")
    for name in ("current.json", "status.json"):
        shutil.copy(build / name, copy)
    return copy


@pytest.fixture(scope="session")
def settings(data: Path) -> Settings:
    """The settings of the tests' application."""
    return Settings(host="127.0.0.1", port=0, data=data, base_url="", workers=1)


@pytest.fixture(scope="session")
def opened(data: Path) -> Build:
    """The published build, as a page gets it."""
    return Store(data).current()


@pytest.fixture(scope="session")
def application(settings: Settings) -> object:
    """The Dash application; one for all tests, as in a worker."""
    return create(settings)


@pytest.fixture
def client(application: object) -> FlaskClient:
    """A client of it without cookies or state of another test."""
    found: FlaskClient = application.server.test_client()  # type: ignore[attr-defined]
    return found
