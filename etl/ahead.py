"""Public builds that lie ready for the end of an embargo: `data/internal/ahead/builds`, and when each is due.

They are made together with the build that is published, from the same inputs, and weighed then, while a person is
there to read it. At the embargo's minute nothing is left to do but to move the file and the pointer (etl/lift.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from etl import gate, manifest
from etl import publish as publishing
from etl.audience import INSIDE, Audience, View
from etl.command import Say
from etl.desk import folder_of
from etl.model import PublishError
from etl.publish import Sealed
from etl.snapshot import sync_folder, write_atomically
from etl.stock import Seen, Stock
from etl.weighing import weigh

_FORMAT: Final = 1


@dataclass(frozen=True)
class Ready:
    """A public build for a moment (UTC, ISO); after: the build that must be published for it to follow."""

    at: str
    build: str
    after: str

    @property
    def moment(self) -> datetime:
        """When it is due."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class Schedule:
    """What lies ready, by time. options: of the `etl build` that made it. inputs: path → size and time of writing."""

    ready: tuple[Ready, ...]
    options: Mapping[str, Any]
    inputs: Mapping[str, list[int]]


def home(data: Path) -> Path:
    """The data folder of the builds that lie ready."""
    return data / INSIDE / "ahead"


def inputs(data: Path) -> dict[str, list[int]]:
    """The files on which terms stand, or figures that have some: path → size and time of writing."""
    folders = (data / "ledger", data / INSIDE / "ledger", data / INSIDE / "figures", folder_of(data))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files += [path for path in [data / INSIDE / "desk" / "scopes.json"] if path.is_file()]
    told = {path.relative_to(data).as_posix(): path.stat() for path in files if not _hidden(path.relative_to(data))}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in sorted(told.items())}


def _hidden(path: Path) -> bool:
    """Whether it is a file or release that is still being written."""
    return any(part.startswith(".") for part in path.parts)


def read(data: Path) -> Schedule:
    """The schedule; an empty one where there is none. Raises PublishError where it is broken."""
    path = data / INSIDE / "schedule.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != _FORMAT:
            raise ValueError(raw["format"])
        return Schedule(tuple(Ready(**one) for one in raw["ready"]), raw["options"], raw["inputs"])
    except FileNotFoundError:
        return Schedule((), {}, {})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(f"{path} is broken ({error}). Remedy: `python -m etl build` writes it anew.") from error


def write(data: Path, schedule: Schedule) -> None:
    """Write the schedule, and remove the builds that are no longer in it."""
    content = {"format": _FORMAT, **asdict(schedule)}
    write_atomically(data / INSIDE / "schedule.json", (json.dumps(content, indent=1) + "\n").encode())
    wanted = {one.build for one in schedule.ready}
    for path in (home(data) / "builds").glob("*.duckdb"):
        if path.stem not in wanted:
            path.unlink()
            manifest.place(path).unlink(missing_ok=True)


def prepare(
    stock: Stock, data: Path, first: tuple[Seen, Sealed], *, after: datetime, accepted: Mapping[str, str], say: Say
) -> tuple[list[Ready], list[str]]:
    """Make the public build of each moment later than `after` at which it changes; `first`: the one published now.

    Returns what lies ready, and what stops the next one, where it would change too much; none is made after that.
    accepted: source → SHA-256 of figures that may change what they like since they were let through before, or ''.
    """
    found: list[Ready] = []
    before_seen, before = first
    for moment in stock.moments(after):
        seen = stock.seen(View(Audience.PUBLIC, moment))
        if seen.inputs == before_seen.inputs:
            continue
        say(f"  ready for {moment:%Y-%m-%d %H:%M:%S} UTC:")
        sealed = publishing.build(seen.catalogue, home(data), seen.gathered, say, ledger=seen.ledger, since=data)
        ways = {id_: figures.way for id_, figures in seen.gathered.items()}
        let = {id_ for id_, figures in seen.gathered.items() if accepted.get(id_) in (figures.sha256, "")}
        if blockers := weigh(seen.catalogue, before, sealed, gate.renewed(seen.catalogue, ways) - let, say):
            return found, [f"{blocker}, when the embargo ends on {moment:%Y-%m-%d %H:%M} UTC" for blocker in blockers]
        found.append(Ready(moment.isoformat(), sealed.id, before.id))
        before_seen, before = seen, sealed
    return found, []


def follows(due: Sequence[Ready], published: str) -> bool:
    """Whether the last of these may replace the published build: only what was made with it, one after the other."""
    return bool(due) and published in (due[0].after, *(one.build for one in due))


def stale(schedule: Schedule, data: Path) -> bool:
    """Whether a file on which its terms stand is another now, or gone: an embargo may have been made longer."""
    now = inputs(data)
    return any(now.get(name) != list(told) for name, told in schedule.inputs.items())


def move(data: Path, build: str) -> Sealed:
    """Put a build that lies ready among the public ones; raises PublishError where it is not as it was sealed."""
    source, target = (folder / "builds" / f"{build}.duckdb" for folder in (home(data), data))
    if not target.exists():
        publishing.verify(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        # As when sealing: the manifest first, so that a build always has one.
        os.replace(manifest.place(source), manifest.place(target))
        os.replace(source, target)
        sync_folder(target.parent)
    return publishing.verify(target)
