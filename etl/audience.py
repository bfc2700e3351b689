"""Who may see what, and from when: audiences, embargoes, and the points of view that builds are made from.

The public build is made of what is public at a moment; what is not, is never loaded into it. docs/audiences.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from etl.model import AtlasError, DeliveryError


class Audience(StrEnum):
    """Whom something is for."""

    PUBLIC = "public"
    INTERNAL = "internal"


#: The folder below `data` that only an internal process may read.
INSIDE: Final = "internal"
#: The file beside a delivery that says on which terms it may be handed out.
SIDECAR: Final = "embargo.toml"
_KEYS: Final = {"audience", "embargo_until", "announce"}
#: The zones that may be named instead of an offset; the two countries share their clock.
ZONES: Final = ("Europe/Berlin", "Europe/Paris")
_ZONED: Final = re.compile(r"(?P<local>\S+)(?: (?P<plain>[A-Za-z]+/[A-Za-z]+)|\[(?P<bracketed>[A-Za-z]+/[A-Za-z]+)\])")
_REGION: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}")
_LIKE: Final = "write it like 2026-12-02T09:00+01:00 or 2026-12-02T09:00 Europe/Berlin"


@dataclass(frozen=True)
class Terms:
    """On which terms something is handed out.

    audience: INTERNAL is never public, whatever the embargo. until: the moment (UTC) from which on it is public, or
    None. announce: whether its existence, and that moment, may be told before.
    """

    audience: Audience = Audience.PUBLIC
    until: datetime | None = None
    announce: bool = False

    @property
    def free(self) -> bool:
        """Whether there are none: public at any time."""
        return self.audience is Audience.PUBLIC and self.until is None

    def public_at(self, moment: datetime) -> bool:
        """Whether everybody may see it at a moment."""
        return self.audience is Audience.PUBLIC and (self.until is None or self.until <= moment)

    def plain(self) -> dict[str, object]:
        """The terms as a record holds them; `read_terms` reads them back. Empty where there are none."""
        found: dict[str, object] = {"audience": self.audience.value} if self.audience is not Audience.PUBLIC else {}
        if self.until:
            found["embargo_until"] = self.until.isoformat()
        return found | ({"announce": True} if self.announce else {})


FREE: Final = Terms()


def folder_for(data: Path, audience: Audience) -> Path:
    """The data folder with the builds and the pointer of an audience."""
    return data / INSIDE if audience is Audience.INTERNAL else data


def make_inside(data: Path) -> Path:
    """The folder for what is not public, made where it is missing, and closed to all but its owner and group."""
    folder = data / INSIDE
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    mode = folder.stat().st_mode
    if mode & 0o007:  # made by hand
        folder.chmod(mode & 0o770)
    return folder


@dataclass(frozen=True)
class View:
    """What a build is made from: everything, or what everybody may see at a moment (UTC).

    scopes: of an internal one for a part of the people, regions and programmes of which they may see what is withheld;
    without, all.
    """

    audience: Audience
    moment: datetime
    scopes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self.audience is Audience.INTERNAL and not self.scopes

    def shows(self, terms: Terms, regions: Collection[str] = (), programme: str = "") -> bool:
        """Whether what has these terms, and is about these regions or this programme, is in it."""
        return self.whole or terms.public_at(self.moment) or self.covers(regions, programme)

    def covers(self, regions: Collection[str], programme: str = "") -> bool:
        """Whether it is within the scopes: all of the regions lie in some of them, or the programme is named."""
        if programme and programme in self.scopes:
            return True
        return bool(regions) and all(any(_within(region, scope) for scope in self.scopes) for region in regions)


def _within(region: str, scope: str) -> bool:
    return bool(_REGION.fullmatch(scope)) and region.startswith(scope)


def read_terms(raw: Mapping[str, Any]) -> Terms:
    """The terms of a record or table row: keys audience, embargo_until and announce, empty or absent where none.

    Raises AtlasError with a sentence that says what is wrong and how it is written.
    """
    audience = raw.get("audience") or Audience.PUBLIC
    if audience not in set(Audience):
        raise AtlasError(f"audience '{audience}' is not one of {', '.join(Audience)}")
    announce = raw.get("announce") or False
    if isinstance(announce, str) and announce in ("true", "false"):
        announce = announce == "true"
    if not isinstance(announce, bool):
        raise AtlasError(f"announce '{announce}' is neither true nor false")
    until = read_moment(raw["embargo_until"]) if raw.get("embargo_until") else None
    if announce and (until is None or audience == Audience.INTERNAL):
        raise AtlasError("announce without an embargo that ends: there is nothing to tell readers")
    return Terms(Audience(audience), until, announce)


def delivery_terms(folders: Iterable[Path]) -> Terms:
    """The terms of the delivery in these folders, from their `embargo.toml`; free where none has one.

    Raises DeliveryError for a file that says nothing, or could be meant to be one and is not: a spelling mistake must
    not publish anything.
    """
    found = [path for folder in folders if folder.is_dir() for path in folder.iterdir() if _looks_like(path.name)]
    if not found:
        return FREE
    path = found[0]
    if len(found) > 1 or path.name != SIDECAR:
        raise DeliveryError(f"only one file {SIDECAR} can hold the terms", file=str(found[-1]), remedy="rename it.")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        if not raw or raw.keys() - _KEYS:
            raise AtlasError(f"it holds {', '.join(sorted(raw)) or 'nothing'}; there are {', '.join(sorted(_KEYS))}")
        terms = read_terms(raw)
    except (AtlasError, OSError, ValueError) as error:
        raise DeliveryError(str(error), file=str(path), remedy="see docs/audiences.md.") from error
    if terms.free:
        raise DeliveryError("it holds no terms", file=str(path), remedy="remove it, or say until when.")
    return terms


def _looks_like(name: str) -> bool:
    return name.lower().startswith(("embargo", "sperrfrist")) and not name.startswith(".")


def read_moment(raw: object) -> datetime:
    """A moment with its offset, or with one of ZONES named behind it, as UTC.

    Raises AtlasError for one without either, for one that the clock skips in spring, and for one that it shows twice
    in autumn and that must therefore have an offset.
    """
    if isinstance(raw, datetime):
        return _with_zone(raw, str(raw))
    text = str(raw).strip()
    zoned = _ZONED.fullmatch(text)
    try:
        moment = datetime.fromisoformat(zoned["local"] if zoned else text)
    except ValueError:
        raise AtlasError(f"'{text}' is not a moment; {_LIKE}") from None
    if zoned is None:
        return _with_zone(moment, text)
    if moment.tzinfo is not None:
        raise AtlasError(f"'{text}' has an offset and a zone; {_LIKE}")
    return _local(moment, zoned["plain"] or zoned["bracketed"], text)


def _with_zone(moment: datetime, text: str) -> datetime:
    if moment.tzinfo is None:
        raise AtlasError(f"'{text}' has no time zone; {_LIKE}")
    return moment.astimezone(UTC)


def _local(moment: datetime, zone: str, text: str) -> datetime:
    if zone not in ZONES:
        raise AtlasError(f"'{zone}' is none of the zones {', '.join(ZONES)}; {_LIKE}")
    first = moment.replace(tzinfo=ZoneInfo(zone))
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment:
        raise AtlasError(f"'{text}' does not exist: the clock is put forward then. Remedy: take the hour after it.")
    both = " or ".join(one.isoformat(timespec="minutes") for one in (first, second))
    raise AtlasError(f"'{text}' happens twice: the clock is put back then. Remedy: write {both}.")
