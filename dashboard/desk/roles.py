"""data/internal/roles.toml: who may come in, as what, for which regions and programmes. Read anew at each request.

contact = "Atlas desk, desk@ministry.example"   # whom to ask; shown to those who are refused
emails_are_verified = false                     # true: the provider assigns addresses itself, and does not say so

[[person]]
email = "a.officer@ministry.example"            # or subject = "…", group = "…", account = "…" (password file)
role = "contributor"                            # reader · contributor · releaser
scopes = ["DED", "DEG", "zaki-d"]               # NUTS codes, ids of programmes, or "*"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.desk.permissions import EVERYTHING, ROLES, Grant, is_region

#: What a person is known by: exactly one in each entry.
MATCHES = ("email", "subject", "group", "account")
_KEYS = {"contact", "emails_are_verified", "person"}


class RolesError(Exception):
    """The file cannot be read or is not as described; nobody comes in until it is mended."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is, as the provider or the password file said at sign-in.

    key: unique and lasting. subject: the provider's name for the person. account: a name of the password file.
    verified: whether the provider vouches for the address.
    """

    key: str
    name: str
    email: str = ""
    verified: bool = False
    subject: str = ""
    account: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One [[person]]: `match` is one of MATCHES, `value` what it must be."""

    match: str
    value: str
    grant: Grant


@dataclass(frozen=True)
class Roles:
    """The whole file."""

    contact: str
    emails_are_verified: bool
    entries: tuple[Entry, ...]

    def grants(self, who: Identity) -> tuple[Grant, ...]:
        """All that the file grants somebody; nothing where no entry fits."""
        return tuple(entry.grant for entry in self.entries if self._fits(entry, who))

    def _fits(self, entry: Entry, who: Identity) -> bool:
        if entry.match == "group":
            return entry.value in who.groups
        if entry.match == "email":
            believed = who.verified or self.emails_are_verified
            return believed and bool(who.email) and who.email.casefold() == entry.value.casefold()
        return bool(entry.value) and entry.value == getattr(who, entry.match)


def load(path: Path) -> Roles:
    """The file as it is now. Raises RolesError, which names the place."""
    try:
        return _parse(path.read_bytes())
    except OSError as error:
        raise RolesError(f"{path.name} cannot be read: {type(error).__name__}") from None


def load_at_start(path: Path) -> Roles:
    """The file, without which a server does not start. Raises SystemExit with a sentence."""
    try:
        return load(path)
    except RolesError as error:
        raise SystemExit(f"{error}. ATLAS_ROLES names the file; docs/desk.md says what stands in it.") from None


@lru_cache(maxsize=4)
def _parse(raw: bytes) -> Roles:
    try:
        content = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RolesError(f"roles.toml is no TOML: {error}") from None
    if unknown := set(content) - _KEYS:
        raise RolesError(f"roles.toml: unknown key {min(unknown)!r}")
    contact, verified = content.get("contact"), content.get("emails_are_verified", False)
    if not isinstance(contact, str) or not contact.strip():
        raise RolesError("roles.toml: `contact` is missing: whom people ask who are not let in")
    if not isinstance(verified, bool):
        raise RolesError("roles.toml: `emails_are_verified` must be true or false")
    people = content.get("person", [])
    if not isinstance(people, list) or not all(isinstance(one, dict) for one in people):
        raise RolesError("roles.toml: people are written as [[person]]")
    return Roles(contact.strip(), verified, tuple(_entry(n, one) for n, one in enumerate(people, 1)))


def _entry(number: int, person: Mapping[str, Any]) -> Entry:
    def wrong(what: str) -> RolesError:
        return RolesError(f"roles.toml, person {number}: {what}")

    by = [match for match in MATCHES if match in person]
    if unknown := set(person) - {*MATCHES, "role", "scopes"}:
        raise wrong(f"unknown key {min(unknown)!r}")
    if len(by) != 1 or not isinstance(value := person[by[0]], str) or not value.strip():
        raise wrong(f"name exactly one of {', '.join(MATCHES)}")
    if person.get("role") not in ROLES:
        raise wrong(f"role must be one of {', '.join(ROLES)}")
    scopes = person.get("scopes")
    if not isinstance(scopes, list) or not scopes or not all(isinstance(s, str) and s.strip() for s in scopes):
        raise wrong('scopes must list regions or programmes, or be ["*"]')
    if odd := [s for s in scopes if s != EVERYTHING and not is_region(s) and s != s.lower()]:
        raise wrong(f"{odd[0]!r} is neither a NUTS code (capitals) nor the id of a programme (lower case)")
    return Entry(by[0], value.strip(), Grant(person["role"], tuple(scopes)))
