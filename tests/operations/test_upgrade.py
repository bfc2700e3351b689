"""New software on old figures and the other way round: it works, or says plainly that it cannot, and what to do."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import duckdb
import pytest

from dashboard import store
from dashboard.app import create
from dashboard.settings import Settings

OTHER = "0123456789ab"


def published(build: Path, data: Path) -> dict[str, str]:
    """A data folder of its own with the published build; its pointer."""
    pointer: dict[str, str] = json.loads((build / "current.json").read_text())
    (data / "builds").mkdir(parents=True)
    shutil.copyfile(build / pointer["file"], data / pointer["file"])
    (data / "current.json").write_text(json.dumps(pointer))
    return pointer


def publish_other(data: Path, pointer: dict[str, str], change: str) -> None:
    """Publish the same build as another version of the software would have made it."""
    path = data / f"builds/{OTHER}.duckdb"
    shutil.copyfile(data / pointer["file"], path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update build set id = ?", [OTHER])
        connection.execute(change)
    fresh = data / "next.json"
    fresh.write_text(json.dumps(pointer | {"build": OTHER, "file": f"builds/{OTHER}.duckdb"}))
    fresh.replace(data / "current.json")


@pytest.mark.parametrize("change", ["drop table twin", "alter table indicator rename column theme to subject"])
def test_a_build_of_another_form_is_not_shown_half(
    build: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store, "POINTER_SECONDS", 0.0)
    pointer = published(build, tmp_path)
    client = create(Settings("", 0, tmp_path, "", 1)).server.test_client()
    assert client.get("/health/ready").json["build"] == pointer["build"]
    publish_other(tmp_path, pointer, change)
    for _ in range(3):
        assert client.get("/health/ready").json["build"] == pointer["build"], "the last one that can be shown"
        assert client.get("/de/map").status_code == 200
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 1, "said once"
    assert OTHER in told[0].getMessage()
    assert "make build" in told[0].getMessage()

    started = create(Settings("", 0, tmp_path, "", 1)).server.test_client()
    ready = started.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json["reason"] == (
        f"The published build {OTHER} was made by another version of the atlas. Run `make build`."
    )
    page = started.get("/fr/map")
    assert page.status_code == 503
    assert "make build" in page.text
    assert "\natlas_up 0" in started.get("/metrics").text

    (tmp_path / "current.json").write_text(json.dumps(pointer))  # `etl rollback`
    assert started.get("/health/ready").json["build"] == pointer["build"]


def test_a_build_with_more_than_is_asked_for_is_shown(build: Path, tmp_path: Path) -> None:
    pointer = published(build, tmp_path)
    publish_other(tmp_path, pointer, "create table newer as select 1 as one")
    client = create(Settings("", 0, tmp_path, "", 1)).server.test_client()
    assert client.get("/health/ready").json["build"] == OTHER
    assert client.get("/de/map").status_code == 200
