"""The real build, opened as anybody may open it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest


@pytest.fixture(scope="session")
def sealed(build: Path) -> Path:
    """The file of the published build."""
    return build / json.loads((build / "current.json").read_text(encoding="utf-8"))["file"]


@pytest.fixture(scope="session")
def database(sealed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to a copy: one process cannot open the dashboard's file with other settings as well."""
    copy = shutil.copy(sealed, tmp_path_factory.mktemp("sealed"))
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection
