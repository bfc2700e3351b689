"""A real S3 server on loopback, three sealed builds of a tiny project, and a folder that publishes them."""

from __future__ import annotations

import itertools
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import tiny_project
from moto.server import ThreadedMotoServer
from places import SECRET, Publisher
from tiny_project import Project
from troubles import Way, way_to

from etl.publish import Sealed
from etl.remote.mirror import Mirror
from etl.remote.store import Remote

_BUCKETS = itertools.count()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def way(s3: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """The way to it, that everything of this test goes by; credentials as AWS's tools read them."""
    with way_to(s3) as way:
        for name, value in (
            ("AWS_ENDPOINT_URL", way.address),
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_REGION", "eu-central-1"),
        ):
            monkeypatch.setenv(name, value)
        yield way


@pytest.fixture
def place(way: Way) -> str:
    """A new bucket, and a prefix in it."""
    bucket = f"atlas-{next(_BUCKETS)}"
    body = (
        "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
    )
    assert httpx.put(f"{way.to}/{bucket}", content=body).status_code == 200
    return f"s3://{bucket}/public"


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> list[Sealed]:
    """Three builds, sealed and not published."""
    folder = tmp_path_factory.mktemp("tiny")
    delivery = tiny_project.write_delivery(folder / "from")
    tiny = Project(tiny_project.write_project(folder), delivery, folder / "data")
    return [tiny_project.make(tiny, shift, tiny.data, published=False) for shift in (0, 1, 2)]


@pytest.fixture
def publisher(sealed: list[Sealed], tmp_path: Path) -> Publisher:
    """A folder with the three builds, the first of them published."""
    data = tmp_path / "publisher"
    shutil.copytree(sealed[0].path.parent, data / "builds")
    found = Publisher(data, [one.id for one in sealed])
    found.publish(0)
    (data / "status.json").write_text(json.dumps({"format": 1, "written": "2026-11-21T10:00:00+00:00", "sources": {}}))
    return found


@pytest.fixture
def mirror(place: str, tmp_path: Path) -> Callable[..., Mirror]:
    """Make a mirror of the place in a folder of a name; what it says goes into `said`."""

    def make(name: str = "replica", said: list[str] | None = None) -> Mirror:
        data = tmp_path / name
        data.mkdir(exist_ok=True)
        return Mirror(Remote(place), data, (said if said is not None else []).append)

    return make
