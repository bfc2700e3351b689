"""How the mirror of this machine stands (`python -m etl mirror`), as it wrote it to `mirror.json`; None without one.

The mirror is a process of its own; a web worker never asks the network. Where it fails, the build that is here goes on
being served; this is how one learns of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

log = logging.getLogger("atlas")
FORMAT: Final = 1


@dataclass(frozen=True)
class Mirror:
    """looked: when it last asked (UTC). problem: empty, or what hinders it, in a word, and since when."""

    looked: datetime
    problem: str
    since: str

    def told(self) -> dict[str, str]:
        """For /health/ready."""
        found = {"looked": self.looked.isoformat()}
        return found | ({"problem": self.problem, "since": self.since} if self.problem else {})


def read(data: Path) -> Mirror | None:
    """The state of the mirror that fills a data folder; None where none does."""
    try:
        told = orjson.loads((data / "mirror.json").read_bytes())
        if told["format"] != FORMAT:
            return None
        looked = datetime.fromisoformat(told["looked"]).astimezone(UTC)
        return Mirror(looked, str(told["problem"]), str(told["since"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("mirror.json cannot be read: %.200r", error)
        return None
