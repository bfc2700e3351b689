"""Where mails are handed in, from the environment. The password lies in a file and never in a message."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from pathlib import Path
from typing import Final

from dashboard.guard.address import loopback
from dashboard.settings import ROOT

#: Variable → default and meaning; docs/reference.py makes the tables of the documentation from it.
VARIABLES: Final = {
    "ATLAS_SMTP_HOST": ("", "mail server that takes the digest of alerts"),
    "ATLAS_SMTP_PORT": ("587", "its port"),
    "ATLAS_SMTP_FROM": ("", "address the digest comes from; who wants no more of it writes there"),
    "ATLAS_SMTP_USER": ("", "account at the mail server; empty: none is asked for"),
    "ATLAS_SMTP_PASSWORD_FILE": ("", "the file that holds the account's password"),
    "ATLAS_SMTP_SECURITY": (
        "starttls",
        "`starttls`, with the server's certificate verified; `none` on this machine only",
    ),
    "ATLAS_SMTP_CA_FILE": ("", "certificates to verify the mail server by; empty: those of the system"),
}


@dataclass(frozen=True)
class Config:
    """All that sending needs. encrypted: STARTTLS with a verified certificate, or nothing is sent."""

    host: str
    port: int
    sender: str
    encrypted: bool
    ca_file: str
    user: str = ""
    password: str = field(default="", repr=False)


def read(environment: Mapping[str, str] = os.environ) -> Config:
    """Read VARIABLES. Raises SystemExit with a sentence that names the setting which is missing or unsafe."""
    asked = {name: environment.get(name) or default for name, (default, _) in VARIABLES.items()}
    for name in ("ATLAS_SMTP_HOST", "ATLAS_SMTP_FROM"):
        if not asked[name]:
            raise SystemExit(f"{name} is not set: {VARIABLES[name][1]}.")
    if not asked["ATLAS_SMTP_PORT"].isdecimal() or not 0 < int(asked["ATLAS_SMTP_PORT"]) < 65536:
        raise SystemExit(f"ATLAS_SMTP_PORT is {asked['ATLAS_SMTP_PORT']!r}; it must be a port, such as 587")
    if not is_address(asked["ATLAS_SMTP_FROM"]):
        raise SystemExit(f"ATLAS_SMTP_FROM is {asked['ATLAS_SMTP_FROM']!r}; it must be one mail address")
    security, host = asked["ATLAS_SMTP_SECURITY"], asked["ATLAS_SMTP_HOST"]
    if security not in ("starttls", "none"):
        raise SystemExit(f"ATLAS_SMTP_SECURITY is {security!r}; it must be starttls or none")
    if security == "none" and (asked["ATLAS_SMTP_USER"] or not loopback(host)):
        raise SystemExit("ATLAS_SMTP_SECURITY=none is for a mail server on this machine without an account only")
    return Config(
        host=host,
        port=int(asked["ATLAS_SMTP_PORT"]),
        sender=asked["ATLAS_SMTP_FROM"],
        encrypted=security == "starttls",
        ca_file=_file("ATLAS_SMTP_CA_FILE", asked["ATLAS_SMTP_CA_FILE"]),
        user=asked["ATLAS_SMTP_USER"],
        password=_password(asked),
    )


def is_address(text: str) -> bool:
    """Whether it is one mail address and nothing else: no name, no second one, no line break."""
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        return False
    return (
        bool((found.username and "." in found.domain.strip(".")) or found.domain == "localhost") and text.isprintable()
    )


def _file(name: str, text: str) -> str:
    path = ROOT / text if text else None
    if path and not path.is_file():
        raise SystemExit(f"{name}: there is no {path}")
    return str(path) if path else ""


def _password(asked: Mapping[str, str]) -> str:
    name = "ATLAS_SMTP_PASSWORD_FILE"
    if not asked["ATLAS_SMTP_USER"]:
        return ""
    if not asked[name]:
        raise SystemExit(f"{name} is not set: ATLAS_SMTP_USER has a password, and it has no default.")
    found = Path(_file(name, asked[name])).read_text(encoding="utf-8").strip()
    if not found:
        raise SystemExit(f"{name}: the file is empty.")
    return found
