"""Settings of the desk, from the environment. A secret has no default: without one the server does not start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dashboard.guard.address import loopback
from dashboard.settings import INTERNAL, ROOT, Settings

#: Variable → default and meaning; docs/reference.py makes the tables of the documentation from it.
VARIABLES: Final = {
    "ATLAS_SESSION_KEY": ("", "signs the sessions of the internal audience; a secret of at least 32 bytes"),
    "ATLAS_SESSION_KEY_FILE": ("", "the file that holds it, instead"),
    "ATLAS_ROLES": ("", "file that says who may do what; empty: `internal/roles.toml` in `ATLAS_DATA`"),
    "ATLAS_OIDC_ISSUER": ("", "the OpenID Connect provider that people sign in with"),
    "ATLAS_OIDC_CLIENT_ID": ("", "the name under which the provider knows the atlas"),
    "ATLAS_OIDC_CLIENT_SECRET": ("", "the secret that the provider gave for it"),
    "ATLAS_OIDC_CLIENT_SECRET_FILE": ("", "the file that holds it, instead"),
    "ATLAS_PASSWORDS": ("", "for a pilot without provider: the file that `python -m dashboard.desk password` writes"),
    "ATLAS_UPLOADS_AN_HOUR": ("60", "files that one person may hand in within an hour"),
    "ATLAS_UPLOADS_KEPT_DAYS": ("90", "days after which what was withdrawn, refused or left lying is removed"),
    "ATLAS_METRICS_TOKEN": ("", "with it `/metrics` of the internal audience can be asked from another machine"),
}
KEY_BYTES = 32
#: A key of so few different characters was typed, not drawn.
KEY_VARIETY = 12
DRAW = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"


@dataclass(frozen=True)
class Oidc:
    """The provider: its issuer as its discovery document spells it, and what it knows the atlas by."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Config:
    """All that the desk is told. folder: where it writes. base_url: scheme and host, no slash at the end.

    Either `oidc` or `passwords` is set. proxies: hops whose X-Forwarded-For is believed. uploads_an_hour: of a person;
    kept_days: of uploads that led to nothing.
    """

    folder: Path
    roles: Path
    base_url: str
    session_key: bytes = field(repr=False)
    oidc: Oidc | None
    passwords: Path | None
    proxies: int
    metrics_token: str = field(repr=False)
    uploads_an_hour: int
    kept_days: int

    @property
    def secure(self) -> bool:
        """Whether readers come by https."""
        return self.base_url.startswith("https:")


def folder(settings: Settings) -> Path:
    """Where the desk writes: below the internal part of the data, which no public process reads."""
    return settings.data / INTERNAL / "desk"


def read(settings: Settings, environment: Mapping[str, str] = os.environ) -> Config:
    """Read VARIABLES. Raises SystemExit with a sentence that names the setting which is missing or unsafe."""
    asked = {name: environment.get(name) or default for name, (default, _) in VARIABLES.items()}
    if not settings.base_url:
        raise SystemExit("ATLAS_BASE_URL is not set. Sign-in needs the address readers type, such as https://atlas.…")
    base = _address("ATLAS_BASE_URL", settings.base_url)
    if urlsplit(base).path:
        raise SystemExit(f"ATLAS_BASE_URL must be scheme and host only, not {base!r}")
    _behind(settings.proxies, base)
    oidc = _oidc(asked)
    passwords = _path(asked["ATLAS_PASSWORDS"]) if asked["ATLAS_PASSWORDS"] else None
    if (oidc is None) == (passwords is None):
        raise SystemExit(
            "The internal audience signs in with OpenID Connect (ATLAS_OIDC_ISSUER) or, for a pilot, with a password "
            "file (ATLAS_PASSWORDS): set one of the two."
        )
    if passwords and not passwords.is_file():
        raise SystemExit(
            f"ATLAS_PASSWORDS: there is no {passwords}. Make it with: python -m dashboard.desk password NAME"
        )
    return Config(
        folder=folder(settings),
        roles=_path(asked["ATLAS_ROLES"]) if asked["ATLAS_ROLES"] else settings.data / INTERNAL / "roles.toml",
        base_url=base,
        session_key=_key(_secret(asked, "ATLAS_SESSION_KEY", f"Draw one with: {DRAW}")),
        oidc=oidc,
        passwords=passwords,
        proxies=settings.proxies,
        metrics_token=_token(asked["ATLAS_METRICS_TOKEN"]),
        uploads_an_hour=_number("ATLAS_UPLOADS_AN_HOUR", asked),
        kept_days=_number("ATLAS_UPLOADS_KEPT_DAYS", asked),
    )


def _path(text: str) -> Path:
    return path if (path := Path(text)).is_absolute() else ROOT / path


def _address(name: str, value: str) -> str:
    """An https address, or an http one of this machine, without a slash at the end."""
    parts = urlsplit(value)
    if parts.query or parts.fragment or parts.username or not parts.hostname or parts.scheme not in ("http", "https"):
        raise SystemExit(f"{name} is {value!r}; it must be an address such as https://sign-in.example.org")
    if parts.scheme == "http" and not loopback(parts.hostname):
        raise SystemExit(f"{name} is {value!r}; only https is safe, except on this machine itself")
    return value.rstrip("/")


def _behind(proxies: int, base: str) -> None:
    if not proxies and base.startswith("https:"):
        raise SystemExit(
            "ATLAS_BASE_URL is https, so a web server stands in front of the atlas. Let it add to X-Forwarded-For and "
            "set ATLAS_PROXIES=1, or all readers share one limit of attempts to sign in."
        )


def _oidc(asked: Mapping[str, str]) -> Oidc | None:
    if not asked["ATLAS_OIDC_ISSUER"]:
        return None
    if not asked["ATLAS_OIDC_CLIENT_ID"]:
        raise SystemExit("ATLAS_OIDC_CLIENT_ID is not set: the name under which the provider knows the atlas.")
    secret = _secret(asked, "ATLAS_OIDC_CLIENT_SECRET", "The provider gives it when the atlas is registered there.")
    _address("ATLAS_OIDC_ISSUER", asked["ATLAS_OIDC_ISSUER"])
    return Oidc(asked["ATLAS_OIDC_ISSUER"], asked["ATLAS_OIDC_CLIENT_ID"], secret)


def _secret(asked: Mapping[str, str], name: str, remedy: str) -> str:
    """The variable, or the content of the file that NAME_FILE names. Never in a message."""
    value, file = asked[name], asked[f"{name}_FILE"]
    if value and file:
        raise SystemExit(f"{name} and {name}_FILE are both set: keep one.")
    if file:
        try:
            value = _path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SystemExit(f"{name}_FILE cannot be read: {type(error).__name__}: {file}") from None
    if not value:
        raise SystemExit(f"{name} is not set, and it has no default. {remedy}")
    return value


def _key(text: str) -> bytes:
    key = text.encode()
    if len(key) < KEY_BYTES or len(set(key)) < KEY_VARIETY:
        raise SystemExit(f"ATLAS_SESSION_KEY is too weak: at least {KEY_BYTES} bytes by chance. Draw one with: {DRAW}")
    return key


def _number(name: str, asked: Mapping[str, str]) -> int:
    """A whole number from 1 to 9999."""
    text = asked[name]
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:5]) <= 9999:
        raise SystemExit(f"{name} is {text!r}; it must be a whole number from 1 to 9999")
    return int(text)


def _token(text: str) -> str:
    if text and len(text) < KEY_BYTES:
        raise SystemExit(f"ATLAS_METRICS_TOKEN is too short: at least {KEY_BYTES} characters. Draw one with: {DRAW}")
    return text
