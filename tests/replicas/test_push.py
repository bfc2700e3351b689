"""What `etl push` brings to a place, what it never brings, and that two publishers do not cross."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from places import SECRET, Publisher
from troubles import Way

from etl.manifest import Manifest
from etl.model import AtlasError, PublishError
from etl.remote import head as heads
from etl.remote import push as pushing
from etl.remote.store import CONFLICT, DAMAGED, REFUSED, UNREACHABLE, Remote, StoreError, parts


def head_at(place: str) -> heads.Head:
    found = Remote(place).head()
    assert found
    return heads.read(found[0])


def etl(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m etl` as an operator runs it."""
    return subprocess.run(
        [sys.executable, "-m", "etl", *arguments],
        env={**os.environ, "ATLAS_DATA": str(data), **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(params=["s3", "folder"])
def anywhere(request: pytest.FixtureRequest, place: str, tmp_path: Path) -> str:
    """A bucket, and a folder on a disk that machines share."""
    return place if request.param == "s3" else f"file://{tmp_path}/shared"


def test_a_push_brings_what_readers_need_and_is_done_once(publisher: Publisher, anywhere: str) -> None:
    assert publisher.push(anywhere)
    head = head_at(anywhere)
    assert head.build == publisher.ids[0]
    assert dict(head.pointer) == json.loads((publisher.data / "current.json").read_text())
    id_ = publisher.ids[0]
    assert set(head.files) == {f"builds/{id_}.duckdb", f"builds/{id_}.json", "publications.json", "status.json"}
    for name, blob in head.files.items():
        assert Remote(anywhere).read(blob.name, 0, blob.bytes) == (publisher.data / name).read_bytes()
    assert not publisher.push(anywhere), "it is there already"
    publisher.publish(1)
    assert publisher.push(anywhere)
    assert head_at(anywhere).build == publisher.ids[1]
    assert f"builds/{id_}.duckdb" in head_at(anywhere).files, "pages opened before still find theirs"


def test_the_head_comes_last_and_only_what_is_missing_is_uploaded(publisher: Publisher, place: str, way: Way) -> None:
    publisher.push(place)
    puts = [path for method, path in way.asked if method in ("PUT", "POST") and "/public/" in path]
    assert puts[-1].endswith("/public/current.json")
    assert sum(path.endswith("current.json") for path in puts) == 1
    way.asked.clear()
    publisher.publish(1)
    publisher.push(place)
    old = json.loads((publisher.data / f"builds/{publisher.ids[0]}.json").read_text())["sha256"]
    assert not [path for method, path in way.asked if method in ("PUT", "POST") and old in path]


def test_a_push_that_breaks_off_publishes_nothing_and_the_next_one_goes_on(
    publisher: Publisher, place: str, way: Way
) -> None:
    publisher.push(place)
    publisher.publish(1)
    way.trouble, way.only = (
        "broken",
        json.loads((publisher.data / f"builds/{publisher.ids[1]}.json").read_text())["sha256"],
    )
    with pytest.raises(StoreError) as caught:
        publisher.push(place)
    assert caught.value.kind == UNREACHABLE
    way.trouble = ""
    assert head_at(place).build == publisher.ids[0]
    assert publisher.push(place)
    assert head_at(place).build == publisher.ids[1]


def test_two_publishers_never_cross(publisher: Publisher, anywhere: str, tmp_path: Path) -> None:
    other = Publisher(tmp_path / "other", publisher.ids)
    shutil.copytree(publisher.data, other.data)
    publisher.push(anywhere)
    other.publish(1)
    assert other.push(anywhere), "it knows what stands there, and follows it"
    publisher.publish(2)
    with pytest.raises(StoreError, match="take-over") as caught:
        publisher.push(anywhere)
    assert caught.value.kind == CONFLICT
    assert head_at(anywhere).build == publisher.ids[1]
    assert publisher.push(anywhere, take_over=True)
    assert head_at(anywhere).build == publisher.ids[2]


def test_of_two_pushes_at_once_one_is_told(publisher: Publisher, anywhere: str) -> None:
    """Both have read the same head; the second to write it finds another one there."""
    remote = Remote(anywhere)
    remote.publish(b"{}", None)
    for over in (None, remote.head()):
        remote.publish(b'{"by": "somebody"}', remote.head()[1])  # type: ignore[index]
        with pytest.raises(StoreError) as caught:
            remote.publish(b'{"by": "me"}', over[1] if over else None)
        assert caught.value.kind == CONFLICT
    assert remote.head()[0] == b'{"by": "somebody"}'  # type: ignore[index]


def test_nothing_internal_nor_unpublished_is_under_the_public_prefix(publisher: Publisher, anywhere: str) -> None:
    inside = publisher.data / "internal" / "builds"
    inside.mkdir(parents=True)
    for path in (inside / "secret.duckdb", publisher.data / "internal" / "current.json", inside / "secret.json"):
        path.write_bytes(b"Zwerggarnelenindex")
    (publisher.data / "figures").mkdir()
    (publisher.data / "figures" / "x.parquet").write_bytes(b"Zwerggarnelenindex")
    (publisher.data / "notes.json").write_bytes(b"Zwerggarnelenindex")
    publisher.push(anywhere)
    remote = Remote(anywhere)
    objects = remote.names("")
    head = head_at(anywhere)
    assert set(objects) == {"current.json", *head.blobs()}, "only what the head names"
    assert not [name for name in objects if b"Zwerggarnelenindex" in remote.read(name, 0, objects[name][0])]
    for id_ in publisher.ids[1:]:
        assert id_ not in json.dumps(sorted(head.files)), "sealed, and never published"


def test_a_build_that_is_internal_is_not_pushed_whatever_the_pointer_says(
    publisher: Publisher, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = pushing.manifest.read

    def says_internal(path: Path) -> Manifest | None:
        told = read(path)
        return replace(told, audience="internal") if told else None

    monkeypatch.setattr(pushing.manifest, "read", says_internal)
    with pytest.raises(PublishError, match="is internal"):
        publisher.push(place)
    assert Remote(place).names("") == {}


def test_a_build_changed_after_it_was_sealed_is_not_pushed(publisher: Publisher, place: str) -> None:
    path = publisher.data / f"builds/{publisher.ids[0]}.duckdb"
    content = path.read_bytes()
    path.write_bytes(content[:5000] + b"!" + content[5001:])
    with pytest.raises(PublishError, match="sealed"):
        publisher.push(place)
    with pytest.raises(StoreError, match="nothing is published"):
        Remote(place).head()


def test_what_nobody_needs_any_more_goes_after_a_while(
    publisher: Publisher, anywhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.push(anywhere)
    first = head_at(anywhere)
    publisher.publish(1)
    (publisher.data / f"builds/{publisher.ids[0]}.duckdb").unlink()
    publisher.push(anywhere)
    remote = Remote(anywhere)
    assert first.blobs() <= set(remote.names("blobs")), "a slow mirror may still be at it"
    monkeypatch.setattr(pushing, "GRACE", timedelta(seconds=-5))
    (publisher.data / "status.json").write_text('{"format": 1}')
    publisher.push(anywhere)
    assert set(remote.names("blobs")) == head_at(anywhere).blobs() | {first.files["status.json"].name}


def test_damaged_bytes_in_the_store_are_replaced_on_demand(publisher: Publisher, anywhere: str, tmp_path: Path) -> None:
    publisher.push(anywhere)
    blob = head_at(anywhere).files[f"builds/{publisher.ids[0]}.duckdb"]
    (tmp_path / "bad").write_bytes(bytes(blob.bytes))
    Remote(anywhere).put(blob.name, tmp_path / "bad")
    publisher.push(anywhere, again=True)
    good = (publisher.data / f"builds/{publisher.ids[0]}.duckdb").read_bytes()
    assert Remote(anywhere).read(blob.name, 0, blob.bytes) == good


def test_every_command_that_publishes_pushes_and_says_what_hinders_it(
    publisher: Publisher, place: str, way: Way
) -> None:
    done = etl(publisher.data, "publish", publisher.ids[1], ATLAS_PUBLISH_TO=place)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert f"pushed to {place}" in done.stdout
    assert head_at(place).build == publisher.ids[1]
    way.trouble = "expired"
    done = etl(publisher.data, "rollback", ATLAS_PUBLISH_TO=place)
    assert done.returncode == 12
    assert f"published: build {publisher.ids[0]}" in done.stdout
    assert "refuses these credentials" in done.stderr
    assert "etl push" in done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert "AKIATEST" not in done.stderr
    way.trouble = ""
    done = etl(publisher.data, "push", ATLAS_PUBLISH_TO=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert head_at(place).build == publisher.ids[0]


def test_push_says_where_to(publisher: Publisher) -> None:
    done = etl(publisher.data, "push", ATLAS_PUBLISH_TO="")
    assert done.returncode == 2
    assert "ATLAS_PUBLISH_TO" in done.stderr


@pytest.mark.parametrize(
    "address",
    [
        *("", "s3://", "s3:///x", "http://h/x", "bucket/prefix", "s3://B_d/x", "s3://bucket/../x", "file://host/x"),
        *("file:///", "s3://bucket/x?y=1", "s3://bucket/#x", "gs://bucket/x"),
    ],
)
def test_an_address_that_is_none_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(AtlasError, match="s3://bucket/prefix"):
        parts(address)


def test_credentials_never_stand_in_an_address() -> None:
    with pytest.raises(AtlasError, match="AWS_ACCESS_KEY_ID") as caught:
        parts(f"s3://key:{SECRET}@bucket/x")
    assert SECRET not in str(caught.value)


def test_a_bucket_that_is_not_there_is_said(way: Way, publisher: Publisher) -> None:
    with pytest.raises(StoreError, match="no bucket") as caught:
        publisher.push("s3://atlas-nowhere/public")
    assert caught.value.kind == REFUSED


def test_credentials_can_come_from_a_file_that_is_renewed(
    publisher: Publisher, place: str, way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s\naws_session_token = t\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert publisher.push(place)
    monkeypatch.setenv("AWS_PROFILE", "other")
    with pytest.raises(StoreError) as caught:
        publisher.push(place)
    assert caught.value.kind in (REFUSED, UNREACHABLE)


GOOD = {"format": 1, "pointer": {"build": "b", "file": "builds/b.duckdb"}, "files": {}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        json.dumps({**GOOD, "format": 2}).encode(),
        json.dumps(GOOD).encode(),
        *(
            json.dumps({**GOOD, "files": {name: {"sha256": sha, "bytes": size}
                        for name in ("builds/b.duckdb", "builds/b.json", extra)}}).encode()
            for extra, sha, size in (
                ("../evil", "0" * 64, 1),
                ("/etc/passwd", "0" * 64, 1),
                ("internal/current.json", "0" * 64, 1),
                ("current.json", "0" * 64, 1),
                ("status.json", "../../x", 1),
                ("status.json", "0" * 64, -1),
                ("status.json", "0" * 64, 1 << 60),
                ("builds/c.duckdb", "0" * 64, 1),
            )
        ),
    ],
)  # fmt: skip
def test_a_head_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(StoreError) as caught:
        heads.read(content)
    assert caught.value.kind == DAMAGED
