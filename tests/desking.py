"""An internal atlas for tests: roles, a pilot's password file, providers, and signing in as a browser does, by HTTP."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from serving import ROOT, serving

from dashboard.desk import passwords

PASSWORD = "a few words in a row"
CONTACT = "Atlas desk, desk@ministry.example"
PEOPLE = {
    "rita": ("reader", ["*"]),
    "conny": ("contributor", ["DED", "zaki-d"]),
    "rolf": ("releaser", ["DED", "DEG"]),
    "rosa": ("releaser", ["DED"]),
}
LOCAL = "http://localhost"


def person(match: str, value: str, role: str, scopes: list[str]) -> str:
    """One entry of roles.toml."""
    listed = ", ".join(f'"{scope}"' for scope in scopes)
    return f'[[person]]\n{match} = "{value}"\nrole = "{role}"\nscopes = [{listed}]\n'


def roles(folder: Path, *people: str, more: str = "") -> Path:
    """internal/roles.toml in a data folder."""
    path = folder / "internal" / "roles.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'contact = "{CONTACT}"\n{more}\n' + "\n".join(people), encoding="utf-8")
    return path


def pilot(folder: Path, base: str = LOCAL) -> dict[str, str]:
    """The environment of an internal pilot on a data folder, whose roles and passwords are written there."""
    roles(folder, *(person("account", name, role, scopes) for name, (role, scopes) in PEOPLE.items()))
    file = folder / "internal" / "passwords"
    for name in (*PEOPLE, "nobody-special"):
        passwords.change(file, name, PASSWORD)
    return {
        "ATLAS_AUDIENCE": "internal",
        "ATLAS_BASE_URL": base,
        "ATLAS_PASSWORDS": str(file),
        "ATLAS_SESSION_KEY": secrets.token_urlsafe(48),
    }


def token(page: str) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[-2000:]
    return found[1]


def sign_in(
    client: httpx.Client, name: str, password: str = PASSWORD, *, wanted: str = "", lang: str = "de"
) -> httpx.Response:
    """Open the page for signing in, fill in its form and send it; the answer itself, no redirect followed."""
    path = f"/{lang}/desk/sign-in"
    page = client.get(path, params={"next": wanted} if wanted else {})
    fields = {"csrf_token": token(page.text), "name": name, "password": password, "next": wanted}
    origin = f"{client.base_url.scheme}://{client.base_url.netloc.decode()}"
    return client.post(path, data=fields, headers={"Origin": origin})


def signed_in(client: FlaskClient, name: str = "rita") -> FlaskClient:
    """The same for an application in this process; the client, signed in."""
    page = client.get("/de/desk/sign-in", base_url=LOCAL)
    fields = {"csrf_token": token(page.text), "name": name, "password": PASSWORD}
    answer = client.post("/de/desk/sign-in", base_url=LOCAL, data=fields, headers={"Origin": LOCAL})
    assert answer.status_code == 303, answer.text[-2000:]
    return client


# ── Servers ──

#: Two workers, behind one web server.
BEHIND = {"ATLAS_WORKERS": "2", "ATLAS_PROXIES": "1", "ATLAS_METRICS_TOKEN": secrets.token_urlsafe(48)}
SECRET = "the-secret-of-the-client-is-long-enough"


@dataclass(frozen=True)
class Atlas:
    """A running internal atlas: its address, its data folder, its log, and where its provider is."""

    address: str
    data: Path
    log: Path
    provider: str = ""
    environment: tuple[tuple[str, str], ...] = ()

    def client(self) -> httpx.Client:
        """A browser on a machine of its own (as the web server in front reports it): cookies, no redirect followed."""
        machine = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        return httpx.Client(
            base_url=self.address,
            timeout=30,
            headers={"X-Forwarded-For": f"8.8.8.8, {machine}"},
            limits=httpx.Limits(max_keepalive_connections=0),  # a kept one may end just when it is used again
        )

    def audit(self) -> str:
        """The audit log as text."""
        path = self.data / "internal" / "desk" / "audit.jsonl"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m dashboard.desk …` on this atlas."""
        return subprocess.run(
            [sys.executable, "-m", "dashboard.desk", *arguments],
            cwd=ROOT,
            env={**os.environ, **dict(self.environment), "ATLAS_DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def copied(build: Path, folder: Path) -> Path:
    """The published build in a folder of its own, where the desk may write."""
    shutil.copytree(build / "builds", folder / "builds")
    for name in ("current.json", "status.json"):
        shutil.copy(build / name, folder)
    return folder


@contextmanager
def process(script: str, *arguments: str, probe: str) -> Iterator[None]:
    """A provider in a process of its own, until the block ends."""
    command = [sys.executable, str(ROOT / "tests" / "desk" / script), *arguments]
    started = subprocess.Popen(command, env={**os.environ, "CLIENT_SECRET": SECRET}, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and started.poll() is None:
            try:
                if httpx.get(probe, timeout=5).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        else:
            pytest.fail(f"{script} does not answer")
        yield
    finally:
        started.terminate()
        started.wait(10)


def with_provider(data: Path, log: Path, base: str, port: int, issuer: str) -> Iterator[Atlas]:
    """An internal atlas whose people sign in at this issuer."""
    more = {
        "ATLAS_AUDIENCE": "internal",
        "ATLAS_BASE_URL": base,
        "ATLAS_SESSION_KEY": secrets.token_urlsafe(48),
        "ATLAS_OIDC_ISSUER": issuer,
        "ATLAS_OIDC_CLIENT_ID": "atlas",
        "ATLAS_OIDC_CLIENT_SECRET": SECRET,
        **BEHIND,
    }
    with serving(data, log, more=more, port=port) as address:
        yield Atlas(address, data, log, issuer, tuple(more.items()))
