"""Who gets the digest: `data/internal/subscriptions.toml`, one `[[subscription]]` each. All mistakes are named."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from dashboard import ledger, queries
from dashboard.digest.config import is_address
from dashboard.i18n import languages
from dashboard.store import Build

#: Rhythm → at least so many days between two mails; none is sent without anything new.
RHYTHMS: Final = {"daily": 1, "weekly": 7, "monthly": 28}
_LISTS = ("regions", "programmes", "indicators")


class WrongSubscriptionsError(Exception):
    """The file cannot be used; the message has a line for each mistake."""


@dataclass(frozen=True)
class Subscription:
    """One reader: mail address, language, what about (nothing named: everything), how often."""

    email: str
    language: str
    regions: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    rhythm: str = "weekly"

    @property
    def key(self) -> str:
        """Names its record on disk; another address is another reader."""
        return hashlib.sha256(self.email.encode()).hexdigest()[:32]

    def due(self, last: date | None, day: date) -> bool:
        """Whether a mail may go out on a day."""
        return last is None or (day - last).days >= RHYTHMS[self.rhythm]


def read(path: Path, build: Build) -> list[Subscription]:
    """All subscriptions. Raises WrongSubscriptionsError where it is missing, broken or names what is not there."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongSubscriptionsError(f"{path}: {error}") from None
    entries = content.get("subscription", [])
    if not isinstance(entries, list) or content.keys() - {"subscription"}:
        raise WrongSubscriptionsError(f"{path}: write each reader as [[subscription]], and nothing else")
    wrong: list[str] = []
    for number, entry in enumerate(entries, 1):
        wrong += [f"{path}: subscription {number}: {text}" for text in _wrong(entry, build)]
    addresses = [entry.get("email") for entry in entries if isinstance(entry, dict)]
    wrong += [f"{path}: {each!r} is there twice" for each in addresses if each and addresses.count(each) > 1][:1]
    if wrong:
        raise WrongSubscriptionsError("\n".join(wrong))
    return [_subscription(entry) for entry in entries]


def _subscription(entry: Mapping[str, Any]) -> Subscription:
    regions, programmes, named = (tuple(entry.get(name, ())) for name in _LISTS)
    rhythm = entry.get("rhythm", "weekly")
    return Subscription(entry["email"], entry["language"], regions, programmes, named, rhythm)


def _wrong(entry: Any, build: Build) -> Iterable[str]:
    if not isinstance(entry, dict):
        yield "write it as [[subscription]]"
        return
    for name in entry.keys() - set(Subscription.__dataclass_fields__):
        yield f"{name!r} is unknown{_near(name, Subscription.__dataclass_fields__)}"
    if not isinstance(entry.get("email"), str) or not is_address(entry["email"]):
        yield f"email is {entry.get('email')!r}; it must be one mail address"
    if entry.get("language") not in languages():
        yield f"language is {entry.get('language')!r}; there are: {', '.join(languages())}"
    if entry.get("rhythm", "weekly") not in RHYTHMS:
        yield f"rhythm is {entry['rhythm']!r}; there are: {', '.join(RHYTHMS)}"
    known: dict[str, Mapping[str, object]] = {
        "regions": queries.regions(build),
        "programmes": ledger.programmes(build),
        "indicators": queries.indicators(build, "en"),
    }
    for name, among in known.items():
        given = entry.get(name, [])
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            yield f"{name} must be a list of texts"
            continue
        yield from (f"{name}: {each!r} is unknown{_near(each, among)}" for each in given if each not in among)


def _near(text: str, among: Iterable[str]) -> str:
    found = get_close_matches(text, list(among), 1, 0.5)
    return f"; did you mean {found[0]!r}?" if found else ""
