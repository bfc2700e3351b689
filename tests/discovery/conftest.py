"""The public application with an address of its own, on the real build, asked without a network."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from finding import BASE
from flask.testing import FlaskClient

from dashboard.app import create
from dashboard.settings import Settings
from dashboard.store import Build, Store


@pytest.fixture(scope="session")
def data(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data folder: within one process DuckDB opens a file with one set of settings only."""
    copy = tmp_path_factory.mktemp("found")
    shutil.copytree(build / "builds", copy / "builds")
    shutil.copy(build / "current.json", copy)
    return copy


@pytest.fixture(scope="session")
def opened(data: Path) -> Build:
    """The published build."""
    return Store(data).current()


@pytest.fixture(scope="session")
def application(data: Path) -> object:
    """The Dash application of a site that knows its own address; one for all tests, as in a worker."""
    return create(Settings("127.0.0.1", 0, data, BASE, 1))


@pytest.fixture
def client(application: object) -> FlaskClient:
    """A client of it."""
    found: FlaskClient = application.server.test_client()  # type: ignore[attr-defined]
    return found


@pytest.fixture(scope="session")
def nameless(data: Path) -> FlaskClient:
    """A client of a site that was not told its address."""
    found: FlaskClient = create(Settings("127.0.0.1", 0, data, "", 1)).server.test_client()
    return found
