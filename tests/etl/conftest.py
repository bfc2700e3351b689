"""Fixtures of the ETL tests: a tiny project, its data folder, and the command line in a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tiny_project
from publisher import Publisher, publishing
from tiny_project import MAIN, REPOSITORY, Make, Project

from etl.publish import Sealed


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """A publisher on the loopback, without answers yet."""
    with publishing() as server:
        yield server


@pytest.fixture
def tiny(tmp_path: Path) -> Project:
    """A project of one source and six indicators, with a good delivery and nothing built."""
    return Project(
        tiny_project.write_project(tmp_path), tiny_project.write_delivery(tmp_path / "from"), tmp_path / "data"
    )


@pytest.fixture
def make(tiny: Project) -> Make:
    """Build (and publish) the tiny project; `shift` is added to the first share, so that builds differ."""

    def make(shift: float = 0, data: Path = tiny.data, published: bool = True) -> Sealed:
        return tiny_project.make(tiny, shift, data, published=published)

    return make


@pytest.fixture
def run(tiny: Project) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line on the tiny project."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", MAIN, str(tiny.root), *map(str, arguments)],
            cwd=REPOSITORY,
            env={**os.environ, "ATLAS_DATA": str(tiny.data)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,  # type: ignore[call-overload]
        )

    return run
