"""When which build was published, as the ETL wrote it to `data/publications.json`: what `asof=` may show.

A build that lies in the folder and was never published (refused by the gate, waiting for an embargo) is not in it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from dashboard import changes

log = logging.getLogger("atlas")


def published(data: Path) -> tuple[tuple[datetime, str], ...]:
    """(moment in UTC, build) of every publication that is known, oldest first; the published build's is the last."""
    found = {*_listed(data / "publications.json"), *_pointed(data / "current.json")}
    found |= {(one.published, one.new) for one in changes.publications(data)}
    return tuple(sorted(found))


def shown(data: Path) -> dict[str, datetime | None]:
    """Build → since when readers have first seen it, None where only its publication is known; oldest first."""
    previous = _read(data / "current.json").get("previous")
    found: dict[str, datetime | None] = {str(previous): None} if previous else {}
    found |= {one.old: None for one in changes.publications(data)}
    return found | {build: moment for moment, build in reversed(published(data))}


def on_day(data: Path, day: datetime) -> str:
    """The build that readers saw at a moment; '' where none had been published."""
    before = [build for moment, build in published(data) if moment <= day]
    return before[-1] if before else ""


def _pointed(path: Path) -> list[tuple[datetime, str]]:
    pointer = _read(path)
    try:
        return [(datetime.fromisoformat(pointer["published"]).astimezone(UTC), str(pointer["build"]))]
    except (KeyError, ValueError, TypeError):
        return []


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _listed(path: Path) -> tuple[tuple[datetime, str], ...]:
    try:
        return _list(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return ()


@lru_cache(maxsize=4)
def _list(path: Path, _written: int) -> tuple[tuple[datetime, str], ...]:
    try:
        told = orjson.loads(path.read_bytes())
        return tuple((datetime.fromisoformat(one["at"]).astimezone(UTC), str(one["build"])) for one in told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be read: %.200r", path.name, error)
        return ()
