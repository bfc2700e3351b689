"""An internal atlas for tests: roles, a pilot's password file, and signing in as a browser does, by HTTP."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import httpx
from flask.testing import FlaskClient

from dashboard.desk import passwords

PASSWORD = "a few words in a row"
CONTACT = "Atlas desk, desk@ministry.example"
PEOPLE = {
    "rita": ("reader", ["*"]),
    "conny": ("contributor", ["DED", "zaki-d"]),
    "rolf": ("releaser", ["DED", "DEG"]),
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
