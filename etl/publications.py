"""Which build was published when, and which builds stay: what an address with `asof=` can be held to.

`data/publications.json` has every publication, oldest first; the dashboard opens no other build for `asof=`, and finds
the one of a day in it. `data/kept.json` names the builds that pruning never removes, because somebody cited them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from etl.model import PublishError
from etl.snapshot import write_atomically

#: A file of data/changes, which tells of two publications; for what was published before there was a list.
_CHANGE: Final = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-(\w+)-(\w+)\.parquet")
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"


def publications(data: Path) -> list[tuple[str, str]]:
    """(ISO moment in UTC, build), oldest first. Raises PublishError where the list is broken."""
    path = data / "publications.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return [(str(one["at"]), str(one["build"])) for one in told]
    except FileNotFoundError:
        return _from_changes(data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(
            f"{path} is broken ({error}). Remedy: take it from a backup, or remove it: what is known is written anew."
        ) from error


def _from_changes(data: Path) -> list[tuple[str, str]]:
    found = set()
    for path in (data / "changes").rglob("*.parquet"):
        if match := _CHANGE.fullmatch(path.name):
            moment = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            found.add((moment.isoformat(timespec="microseconds"), match[3]))
    return sorted(found)


def record(data: Path, *pointers: Mapping[str, Any]) -> None:
    """Add the publications that wrote these pointers; once is enough, twice is harmless."""
    known = publications(data)
    fresh = [(str(one["published"]), str(one["build"])) for one in pointers if one.get("published")]
    if missing := [one for one in fresh if one not in known]:
        told = sorted({*known, *missing}, key=lambda one: datetime.fromisoformat(one[0]))
        content = [{"at": at, "build": build} for at, build in told]
        write_atomically(data / "publications.json", (json.dumps(content, indent=1) + "\n").encode())


def kept(data: Path) -> dict[str, str]:
    """Build → since when (ISO day) it is kept for good. Raises PublishError where that cannot be read."""
    path = data / "kept.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(build): str(day) for build, day in told.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise PublishError(f"{path} is broken ({error}); nothing is removed until it is mended") from error


def keep(data: Path, build: str, day: str) -> bool:
    """Keep a build for good; day '' lets it go again. False where nothing changed. Call under `lock`."""
    before = kept(data)
    after = {one: since for one, since in before.items() if one != build}
    if day:
        after[build] = before.get(build, day)
    if after == before:
        return False
    write_atomically(data / "kept.json", (json.dumps(dict(sorted(after.items())), indent=1) + "\n").encode())
    return True
