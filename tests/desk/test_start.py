"""A server that would be unsafe does not start and says which setting is at fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import desking
import pytest
from desking import copied
from serving import ROOT

from dashboard.app import create
from dashboard.desk import config
from dashboard.desk.config import read
from dashboard.settings import INTERNAL, Settings

KEY = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7"
OIDC = {
    "ATLAS_OIDC_ISSUER": "https://sign-in.example",
    "ATLAS_OIDC_CLIENT_ID": "atlas",
    "ATLAS_OIDC_CLIENT_SECRET": "s" * 40,
    "ATLAS_SESSION_KEY": KEY,
}


def settings(base: str = "https://atlas.example", data: Path = ROOT, proxies: int = 1) -> Settings:
    return Settings("127.0.0.1", 0, data, base, 1, INTERNAL, proxies=proxies)


def test_with_all_settings_it_starts() -> None:
    found = read(settings(), OIDC)
    assert found.oidc
    assert found.secure
    assert KEY not in repr(found)
    assert OIDC["ATLAS_OIDC_CLIENT_SECRET"] not in repr(found), "secrets do not get into a message by chance"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ATLAS_SESSION_KEY": ""}, "ATLAS_SESSION_KEY is not set"),
        ({"ATLAS_SESSION_KEY": "short"}, "ATLAS_SESSION_KEY is too weak"),
        ({"ATLAS_SESSION_KEY": "a" * 64}, "ATLAS_SESSION_KEY is too weak"),
        ({"ATLAS_SESSION_KEY": "secretsecretsecretsecretsecretsecret"}, "ATLAS_SESSION_KEY is too weak"),
        ({"ATLAS_SESSION_KEY_FILE": "/nowhere/at/all"}, "both set"),
        (
            {"ATLAS_SESSION_KEY": "", "ATLAS_SESSION_KEY_FILE": "/nowhere/at/all"},
            "ATLAS_SESSION_KEY_FILE cannot be read",
        ),
        ({"ATLAS_OIDC_CLIENT_SECRET": ""}, "ATLAS_OIDC_CLIENT_SECRET is not set"),
        ({"ATLAS_OIDC_CLIENT_ID": ""}, "ATLAS_OIDC_CLIENT_ID is not set"),
        ({"ATLAS_OIDC_ISSUER": ""}, "ATLAS_OIDC_ISSUER"),
        ({"ATLAS_OIDC_ISSUER": "http://sign-in.example"}, "ATLAS_OIDC_ISSUER.*only https"),
        ({"ATLAS_OIDC_ISSUER": "sign-in.example"}, "ATLAS_OIDC_ISSUER"),
        ({"ATLAS_PASSWORDS": "/nowhere/at/all"}, "one of the two"),
        ({"ATLAS_PASSWORDS": "/nowhere/at/all", "ATLAS_OIDC_ISSUER": ""}, "ATLAS_PASSWORDS: there is no"),
        ({"ATLAS_METRICS_TOKEN": "short"}, "ATLAS_METRICS_TOKEN"),
    ],
)
def test_an_unsafe_setting_is_named(changes: dict[str, str], named: str) -> None:
    with pytest.raises(SystemExit, match=named) as stopped:
        read(settings(), {**OIDC, **changes})
    assert OIDC["ATLAS_OIDC_CLIENT_SECRET"] not in str(stopped.value)


@pytest.mark.parametrize(
    "base", ["", "http://atlas.example", "atlas.example", "https://atlas.example/x", "https://u@a.example"]
)
def test_an_unsafe_address_is_named(base: str) -> None:
    with pytest.raises(SystemExit, match="ATLAS_BASE_URL"):
        read(settings(base), OIDC)


def test_https_without_a_web_server_in_front_is_named() -> None:
    with pytest.raises(SystemExit, match="ATLAS_PROXIES=1"):
        read(settings(proxies=0), OIDC)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    asked = {**OIDC, "ATLAS_SESSION_KEY": "", "ATLAS_SESSION_KEY_FILE": str(tmp_path / "key")}
    assert read(settings(), asked).session_key == KEY.encode()


def test_no_secret_has_a_default() -> None:
    assert {name: default for name, (default, _) in config.VARIABLES.items() if default} == {
        "ATLAS_UPLOADS_AN_HOUR": "60",
        "ATLAS_UPLOADS_KEPT_DAYS": "90",
    }


def test_the_server_itself_does_not_start_without_key_or_roles(build: Path, tmp_path: Path) -> None:
    """The real command: a sentence and an exit code before any worker, never a traceback."""
    data = copied(build, tmp_path)
    good = desking.pilot(data) | {"ATLAS_DATA": str(data), "ATLAS_PORT": "1"}

    def started(**changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dashboard"], cwd=ROOT, env={**os.environ, **good, **changes},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    for changes, named in (({"ATLAS_SESSION_KEY": ""}, "ATLAS_SESSION_KEY"), ({"ATLAS_ROLES": "no.toml"}, "no.toml")):
        done = started(**changes)
        assert done.returncode == 1
        assert named in done.stderr
        assert "Traceback" not in done.stderr
        assert "Spawning" not in done.stdout + done.stderr


def test_with_https_the_cookie_is_bound_to_the_host(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(build, tmp_path)
    for name, value in (desking.pilot(data, "https://atlas.example") | {"ATLAS_PROXIES": "1"}).items():
        monkeypatch.setenv(name, value)
    client = create(settings(data=data)).server.test_client()
    answer = client.get("/de/desk/sign-in", base_url="https://atlas.example")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-atlas=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_metrics_are_open_to_this_machine_alone_where_nothing_stands_in_front(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied(build, tmp_path)
    for name, value in desking.pilot(data).items():
        monkeypatch.setenv(name, value)
    client = create(settings(desking.LOCAL, data, proxies=0)).server.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code == 404
    forwarded = client.get(
        "/metrics", environ_base={"REMOTE_ADDR": "10.0.0.1"}, headers={"X-Forwarded-For": "127.0.0.1"}
    )
    assert forwarded.status_code == 404


def test_what_a_role_does_not_allow_is_refused_with_what_is_missing_and_whom_to_ask(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view as the desk's own pages have them: whatever the request claims, the roles file decides."""
    from dashboard.desk.office import require, require_somewhere

    data = copied(build, tmp_path)
    for name, value in desking.pilot(data).items():
        monkeypatch.setenv(name, value)
    server = create(settings(desking.LOCAL, data)).server

    @server.get("/<lang>/desk/probe/<action>/<region>")
    def probe(lang: str, action: str, region: str) -> str:
        return (require(action, region=region) if region != "any" else require_somewhere(action)).name + lang

    conny = desking.signed_in(server.test_client(), "conny")
    assert conny.get("/de/desk/probe/contribute/DED2").text == "connyde"
    assert conny.get("/de/desk/probe/contribute/any").text == "connyde"
    words = {"de": "Dafür braucht es die Rolle „Freigabe“ für DED", "fr": "rôle «\u00a0Validation\u00a0» pour DED",
             "en": "This needs the role “Releaser” for DED"}  # fmt: skip
    for lang, sentence in words.items():
        refused = conny.get(f"/{lang}/desk/probe/release/DED?role=releaser", headers={"X-Role": "releaser"})
        assert refused.status_code == 403
        assert sentence in refused.text
        assert desking.CONTACT in refused.text
    assert conny.get("/de/desk/probe/contribute/DEG").status_code == 403
    assert conny.get("/de/desk/probe/audit/any").status_code == 403
    log = (data / "internal/desk/audit.jsonl").read_text(encoding="utf-8")
    assert log.count('"what":"denied"') == 5
    (data / "internal/desk/audit.jsonl").write_text("no record\n", encoding="utf-8")
    assert conny.get("/de/desk/probe/release/DED").status_code == 503, "what cannot be written down is not done"
