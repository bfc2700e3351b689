"""A folder that publishes, and what a replica's folder must look like."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.publish import publish, verify
from etl.remote.push import push
from etl.remote.store import Remote

#: No message and no object may hold it.
SECRET = "kT7secretkeyofthebucket"


@dataclass(frozen=True)
class Publisher:
    """data: its folder. ids: of the builds in it."""

    data: Path
    ids: list[str]

    def publish(self, number: int) -> str:
        """Point to a build; returns its id."""
        publish(self.data, verify(self.data / f"builds/{self.ids[number]}.duckdb"))
        return self.ids[number]

    def push(self, place: str, **options: bool) -> bool:
        """`etl push`."""
        return push(self.data, Remote(place), lambda line: None, **options)


def told(data: Path) -> dict[str, Any]:
    """What a mirror says of itself to the dashboard."""
    found: dict[str, Any] = json.loads((data / "mirror.json").read_text())
    return found


def served(data: Path) -> str:
    """The id of the build that a replica's folder leads to, after proving it byte by byte."""
    pointer = json.loads((data / "current.json").read_text())
    return verify(data / pointer["file"]).id
