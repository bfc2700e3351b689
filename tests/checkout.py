"""A copy of the project for tests that add files to it, as a contributor would; the real one is never written to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PARTS = ("etl", "dashboard", "shapes", "tests", "docs", "pyproject.toml")


def copy_project(folder: Path) -> Path:
    """Copy what commands need into `folder`, without shipped figures; .venv/bin has this interpreter."""
    ignored = shutil.ignore_patterns("__pycache__", ".compressed", "screenshots")
    for part in _PARTS:
        place = ROOT / part
        if place.is_dir():
            shutil.copytree(place, folder / part, ignore=ignored)
        else:
            shutil.copy(place, folder / part)
    scripts = folder / ".venv/bin"
    scripts.mkdir(parents=True)
    for name, how in (("python", ""), ("ruff", " -m ruff")):
        script = scripts / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}"{how} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return folder


def in_project(folder: Path, command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in the copy, with its own `data` and none of this process's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ATLAS_", "PYTEST_"))}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**kept, "PYTHONPATH": "", "NO_COLOR": "1", **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
