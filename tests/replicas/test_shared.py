"""Drawn files in a real Valkey: what one has made the others take, and nothing that is not ours is ever served."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from keepers import Keeper, keeping

from dashboard import shared
from dashboard.app import create
from dashboard.compressed import Packed, pack
from dashboard.exports import pool
from dashboard.settings import INTERNAL, Settings
from dashboard.store import Store

SLICE = "/en/slice/adoption_firms_ai_web_pct/land.json"
DECK, BRIEF, TABLE = "/de/region/DED.pptx", "/de/brief/region/DED.pdf", "/en/map.xlsx"
KEY = b"a secret that nobody can guess, 32 bytes"


@pytest.fixture(scope="module")
def running() -> Iterator[Keeper]:
    with keeping() as found:
        yield found


@pytest.fixture
def keeper(running: Keeper) -> Keeper:
    running.client.flushall()
    return running


@pytest.fixture
def settings(build: Path, keeper: Keeper, tmp_path: Path) -> Settings:
    (tmp_path / "key").write_bytes(KEY)
    base = "https://atlas.example"
    return Settings("", 0, build, base, 1, shared=keeper.address, shared_key=str(tmp_path / "key"))


def replica(settings: Settings) -> FlaskClient:
    """An application of its own, as on another machine."""
    found: FlaskClient = create(settings).server.test_client()
    return found


def busy(*_: object) -> bytes:
    raise AssertionError("it was made again")


def test_what_one_has_made_the_others_take(settings: Settings, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = (SLICE, DECK, BRIEF, TABLE)
    first = {path: replica(settings).get(path) for path in paths}
    assert {answer.status_code for answer in first.values()} == {200}
    assert len(keeper.names()) == len(paths)
    assert all(0 < keeper.client.ttl(name) <= shared.TTL for name in keeper.names())
    monkeypatch.setattr(pool, "made", busy)
    monkeypatch.setattr("dashboard.brief.pdf.pdf", busy)
    monkeypatch.setattr("dashboard.slices.slice_json", busy)
    other = replica(settings)
    for path, answer in first.items():
        again = other.get(path)
        assert again.data == answer.data
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert again.headers.get("Content-Disposition") == answer.headers.get("Content-Disposition")
    packed = other.get(SLICE, headers={"Accept-Encoding": "br"})
    assert packed.headers["Content-Encoding"] == "br"


def test_pages_are_not_shared(settings: Settings, keeper: Keeper) -> None:
    """They hold what the operator writes, too, which is no part of a build."""
    for path in ("/en/map", "/de/region/DED", "/fr/data", "/health/ready", "/en/map.csv"):
        assert replica(settings).get(path).status_code == 200
    assert keeper.names() == []


@pytest.mark.parametrize("harm", ["another's", "cut", "turned", "unsealed", "huge", "another answer's", "a list"])
def test_bytes_that_are_not_ours_are_never_served(
    settings: Settings, keeper: Keeper, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    right = replica(settings).get(SLICE).data
    (name,) = keeper.names()
    raw = keeper.client.get(name)
    assert isinstance(raw, bytes)
    evil = pack(b"<script>alert(1)</script>")
    put: dict[str, bytes] = {
        "another's": shared.sealed(evil, name, b"k" * 40),
        "cut": raw[:-1],
        "turned": raw[:500] + bytes([raw[500] ^ 1]) + raw[501:],
        "unsealed": raw[32:],
        "huge": b"x" * (shared.MOST + 1_000_000),
        "another answer's": shared.sealed(evil, b"another name", KEY),
    }
    if harm == "a list":
        keeper.client.delete(name)
        keeper.client.rpush(name, "x")
    else:
        keeper.client.set(name, put[harm])
    answer = replica(settings).get(SLICE)
    assert (answer.status_code, answer.data) == (200, right)
    assert "Valkey" in caplog.text


def test_a_seal_holds_every_byte_and_its_name() -> None:
    packed = Packed(b"plain" * 9, b"br", b"", "e" * 64)
    raw = shared.sealed(packed, b"n", KEY)
    assert shared.opened(raw, b"n", KEY) == packed
    chance = random.Random(7)
    for _ in range(300):
        place, bit = chance.randrange(len(raw)), 1 << chance.randrange(8)
        assert shared.opened(raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :], b"n", KEY) is None
    for end in range(len(raw)):
        assert shared.opened(raw[:end], b"n", KEY) is None
    assert shared.opened(raw, b"m", KEY) is None


def test_a_valkey_that_is_gone_or_hangs_breaks_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared, "AGAIN", 0.0)
    with keeping() as keeper:
        mine = replace(settings, shared=keeper.address)
        right = replica(mine).get(SLICE).data
        keeper.freeze()
        asked = replica(mine)
        assert asked.get(SLICE).data == right
        keeper.stop()
        assert replica(mine).get(SLICE).data == right
        assert caplog.text.count("keeps no files") == 2, "once for each process"
        keeper.start()
        assert asked.get(SLICE.replace("land", "country")).status_code == 200
        assert len(keeper.names()) == 1
        assert "keeps files again" in caplog.text


def test_while_it_is_gone_it_is_not_asked_each_time(settings: Settings, keeper: Keeper) -> None:
    found = shared.of(replace(settings, shared="valkey://127.0.0.1:9/0"))
    assert found
    asked: list[int] = []

    def question() -> None:
        asked.append(1)
        found._client.get("x")

    for _ in range(5):
        assert found._ask(question) is None
    assert len(asked) == 1


@pytest.mark.parametrize("other", ["key", "base", "code", "build"])
def test_only_the_same_atlas_shares(
    settings: Settings, keeper: Keeper, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica(settings).get(SLICE)
    (before,) = keeper.names()
    content = keeper.client.get(before)
    if other == "key":
        (tmp_path / "second").write_bytes(b"another secret that nobody can guess, too")
        settings = replace(settings, shared_key=str(tmp_path / "second"))
    elif other == "base":
        settings = replace(settings, base_url="https://other.example")
    elif other == "code":
        monkeypatch.setattr(shared, "code", lambda: "another version")
    found, build = shared.of(settings), Store(settings.data).current()
    assert found
    if other == "build":
        build = replace(build, id="another")
    name = found.name(build, ("slice json", "en", "adoption_firms_ai_web_pct", "land", ""))
    assert name
    assert (name == before) == (other == "key")
    assert content
    assert found.get(name) is None


def test_what_another_process_would_write_otherwise_is_not_shared(settings: Settings) -> None:
    found = shared.of(settings)
    assert found
    assert found.name(Store(settings.data).current(), ("x", object())) is None


def test_nothing_internal_is_shared(settings: Settings, keeper: Keeper) -> None:
    assert shared.of(replace(settings, audience=INTERNAL)) is None
    build = replace(Store(settings.data).current(), audience=INTERNAL, shared=shared.of(settings))
    assert shared.kept(build, "x", lambda: pack(b"secret")).plain == b"secret"
    assert keeper.names() == []


def test_without_a_key_only_limits_are_shared(settings: Settings, keeper: Keeper, tmp_path: Path) -> None:
    assert shared.of(replace(settings, shared_key="")) is None
    assert shared.of(replace(settings, shared="")) is None
    with pytest.raises(SystemExit, match="cannot be read"):
        shared.of(replace(settings, shared_key=str(tmp_path / "none")))
    (tmp_path / "short").write_text("short")
    with pytest.raises(SystemExit, match="32"):
        shared.of(replace(settings, shared_key=str(tmp_path / "short")))


def test_large_files_are_not_kept(settings: Settings, keeper: Keeper) -> None:
    build = replace(Store(settings.data).current(), shared=shared.of(settings))
    large = Packed(bytes(shared.MOST), b"", b"", "e")
    assert shared.kept(build, "x", lambda: large) is large
    assert keeper.names() == []
