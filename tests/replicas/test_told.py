"""What the dashboard says of its mirror: at /health/ready, at /metrics, at the start, and to who reads."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from places import SECRET, Publisher
from serving import serving
from troubles import Way

from dashboard.app import create
from dashboard.settings import Settings
from etl.remote.mirror import Mirror

Mirrors = Callable[..., Mirror]


def client(data: Path) -> FlaskClient:
    found: FlaskClient = create(Settings(host="", port=0, data=data, base_url="", workers=1)).server.test_client()
    return found


def test_a_mirror_that_fails_is_told_and_the_build_goes_on_being_served(
    publisher: Publisher, place: str, mirror: Mirrors, way: Way
) -> None:
    here = mirror()
    here.look()
    asked = client(here.data)
    answer = asked.get("/health/ready")
    assert answer.status_code == 503
    assert answer.get_json()["mirror"]["problem"] == "empty"
    assert "has not brought one yet" in answer.get_json()["reason"]
    assert asked.get("/de/map").status_code == 503
    publisher.push(place)
    here.look()
    answer = asked.get("/health/ready")
    assert (answer.status_code, answer.get_json()["build"]) == (200, publisher.ids[0])
    assert "problem" not in answer.get_json()["mirror"]
    assert "\natlas_mirror_up 1\n" in asked.get("/metrics").text
    way.trouble = "expired"
    here.look()
    answer = asked.get("/health/ready")
    assert answer.status_code == 200, "a replica with a good build is ready"
    assert answer.get_json()["mirror"]["problem"] == "refused"
    assert answer.get_json()["mirror"]["since"]
    metrics = asked.get("/metrics").text
    assert "\natlas_mirror_up 0\n" in metrics
    assert '\natlas_mirror_problem{problem="refused"} 1\n' in metrics
    assert not [word for word in (SECRET, place, way.address) if word in metrics + answer.text]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1, "looked": 7}'])
def test_a_broken_note_of_the_mirror_changes_nothing(sealed: object, publisher: Publisher, text: str) -> None:
    (publisher.data / "mirror.json").write_text(text)
    answer = client(publisher.data).get("/health/ready")
    assert answer.status_code == 200
    assert "mirror" not in answer.get_json()


def test_without_a_mirror_nothing_is_told_of_one(publisher: Publisher) -> None:
    asked = client(publisher.data)
    assert "mirror" not in asked.get("/health/ready").get_json()
    assert "atlas_mirror" not in asked.get("/metrics").text


def test_servers_on_a_shared_disk_follow_one_pointer(publisher: Publisher, tmp_path: Path) -> None:
    """Two machines, one folder, no mirror: what a publication changes, both show."""
    with (
        serving(publisher.data, tmp_path / "one.log") as one,
        serving(publisher.data, tmp_path / "two.log") as two,
    ):
        for number in (1, 2):
            publisher.publish(number)
            _both_show((one, two), publisher.ids[number])
        (publisher.data / "current.json").write_text("{")
        _both_show((one, two), publisher.ids[2])


def _both_show(addresses: tuple[str, ...], build: str) -> None:
    for address in addresses:
        assert _wait_for(address, build)["status"] == "ready"


def _wait_for(address: str, build: str, seconds: float = 60) -> dict[str, object]:
    """What a server says of itself, once it serves this build."""
    end = time.monotonic() + seconds
    while True:
        told: dict[str, object] = json.loads(httpx.get(f"{address}/health/ready", timeout=30).text)
        if told.get("build") == build:
            return told
        assert time.monotonic() < end, told
        time.sleep(0.1)
