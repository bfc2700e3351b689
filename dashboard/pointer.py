"""Where a process of each audience looks for the published build. Loads nothing, unlike the store."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

from dashboard.settings import INTERNAL, PUBLIC

#: Folders below the data folder; the first that has a pointer counts.
FOLDERS = {PUBLIC: ("",), INTERNAL: (INTERNAL, "")}
#: The id of the build that the request being answered was given last, for the log.
USED: ContextVar[str] = ContextVar("USED", default="")


def pointed(data: Path, audience: str) -> Path:
    """The folder whose `current.json` a process of this audience follows; that of the public where there is none."""
    for name in FOLDERS[audience]:
        try:
            (data / name / "current.json").stat()
        except FileNotFoundError:
            continue
        return data / name
    return data
