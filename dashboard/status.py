"""Where every source stands, as the ETL wrote it to `data/status.json`; only the passing of days is added here."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

log = logging.getLogger("atlas")
FORMAT = 1
#: The worst first.
STATES = ("failed", "overdue", "current", "empty")


@dataclass(frozen=True)
class Standing:
    """One source. error: how the last fetch ended where it failed (failed, rejected, damaged), else empty.

    every_days: its rhythm, 0 where it has none. observations: in the build that was published then.
    """

    id: str
    titles: dict[str, str]
    publisher: str
    url: str
    rhythm: str
    every_days: int
    last_success: date | None
    next_due: date | None
    error: str
    observations: int

    def age(self, today: date) -> int | None:
        """Days since the last success."""
        return (today - self.last_success).days if self.last_success else None

    def state(self, today: date) -> str:
        """One of STATES; a failure tells more than an age."""
        if self.error:
            return "failed"
        if self.next_due and today > self.next_due:
            return "overdue"
        return "current" if self.last_success else "empty"


@dataclass(frozen=True)
class Status:
    """All sources, and when that was written (UTC)."""

    written: datetime
    sources: tuple[Standing, ...]


def stamp(data: Path) -> int:
    """Another number whenever the file is another; 0 where there is none."""
    try:
        return (data / "status.json").stat().st_mtime_ns
    except OSError:
        return 0


def read(data: Path) -> Status | None:
    """What the ETL wrote last; None where it wrote nothing, or nothing that can be read."""
    try:
        content = orjson.loads((data / "status.json").read_bytes())
        if content["format"] != FORMAT:
            return None
        sources = tuple(_standing(id_, raw) for id_, raw in content["sources"].items())
        return Status(datetime.fromisoformat(content["written"]), sources)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("status.json cannot be read: %.200r", error)
        return None


def _standing(id_: str, raw: dict[str, Any]) -> Standing:
    success, due, error = raw["last_success"], raw["next_due"], raw["last_error"]
    return Standing(
        id=id_,
        titles=dict(raw["title"]),
        publisher=raw["publisher"],
        url=raw["url"],
        rhythm=raw["rhythm"],
        every_days=int(raw["every_days"]),
        last_success=date.fromisoformat(success) if success else None,
        next_due=date.fromisoformat(due) if due else None,
        error=error["outcome"] if error else "",
        observations=int(raw["observations"]),
    )
