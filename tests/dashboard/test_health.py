"""/health for operators: alive is the process, ready is a build that answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flask.testing import FlaskClient

from dashboard.app import create
from dashboard.settings import Settings
from dashboard.store import Build


def test_ready_says_which_build_with_how_much_from_where(client: FlaskClient, opened: Build) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.get_json()
    assert told["build"] == opened.id == opened.pointer["build"]
    assert told["observations"] == opened.pointer["observations"] > 100_000
    assert sum(source["observations"] for source in told["sources"].values()) == told["observations"]
    assert len(told["sources"]) >= 11
    assert all(date.fromisoformat(source["retrieved"]) for source in told["sources"].values())


def test_not_ready_says_why_and_what_to_do(tmp_path: Path) -> None:
    client = create(Settings("", 0, tmp_path, "", 1)).server.test_client()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "not ready",
        "reason": "No published build: current.json is missing or broken. Run `make build`.",
    }
    assert client.get("/health/live").get_json() == {"status": "alive"}


def test_a_process_without_a_build_tells_the_shell(tmp_path: Path) -> None:
    """`make run` before `make build`: a sentence and an exit code, no traceback."""
    import os
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "dashboard"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "ATLAS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "make build" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_is_no_number_is_a_sentence() -> None:
    import pytest

    from dashboard.settings import from_environment

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_PORT", "eighty")
        with pytest.raises(SystemExit, match="ATLAS_PORT"):
            from_environment()
