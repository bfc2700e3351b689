"""Internal servers with two workers: one with a password file, one with a hostile provider, one with a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import desking
import httpx
import pytest
from desking import BEHIND, Atlas, copied, process, with_provider
from handing import INDICATOR, ROSA, as_csv, drafted
from serving import free_port, serving

from dashboard.desk.audit import Audit
from dashboard.desk.known import known
from dashboard.desk.releasing import release
from dashboard.desk.uploads import Uploads
from dashboard.store import Build, Store


@pytest.fixture(scope="session")
def pilot(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """An internal atlas with a password file and two workers."""
    data, port = copied(build, tmp_path_factory.mktemp("pilot")), free_port()
    more = desking.pilot(data, f"http://127.0.0.1:{port}") | BEHIND
    log = data / "log"
    with serving(data, log, more=more, port=port) as address:
        yield Atlas(address, data, log, environment=tuple(more.items()))


@pytest.fixture(scope="session")
def hostile(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """An internal atlas whose provider does what a test tells it."""
    data, port, theirs = copied(build, tmp_path_factory.mktemp("hostile")), free_port(), free_port()
    desking.roles(data, desking.person("email", "officer@ministry.example", "contributor", ["DED"]))
    issuer = f"http://127.0.0.1:{theirs}"
    with process("hostile_provider.py", str(theirs), probe=f"{issuer}/seen"):
        yield from with_provider(data, data / "log", f"http://127.0.0.1:{port}", port, issuer)


@pytest.fixture(scope="session")
def ministry(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """An internal atlas with a real provider, whose addresses of people are its own."""
    data, port, theirs = copied(build, tmp_path_factory.mktemp("ministry")), free_port(), free_port()
    group = desking.person("group", "saxony", "releaser", ["DED"])
    desking.roles(data, desking.person("subject", "nobody", "reader", ["*"]), group)
    base, issuer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{theirs}"
    probe = f"{issuer}/.well-known/openid-configuration"
    with process("canaille_provider.py", str(theirs), base, desking.PASSWORD, probe=probe):
        yield from with_provider(data, data / "log", base, port, issuer)


@pytest.fixture
def told(hostile: Atlas) -> Iterator[Callable[..., None]]:
    """Tell the hostile provider how to behave; afterwards it is good again."""

    def tell(**mode: object) -> None:
        httpx.post(f"{hostile.provider}/mode", json=mode, timeout=10).raise_for_status()

    tell()
    yield tell
    tell()


@pytest.fixture(scope="session")
def made(build: Path) -> Build:
    return Store(build).current()


@pytest.fixture(scope="session")
def home(made: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk on which an indicator is released."""
    folder = tmp_path_factory.mktemp("desk")
    uploads = Uploads(folder)
    uploads.make()
    upload = drafted(uploads, made, as_csv(INDICATOR), "indicator")
    release(uploads, Audit(folder), upload, ROSA, token=upload.token, known=known(made, uploads.released))
    return folder
