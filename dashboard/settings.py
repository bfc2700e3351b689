"""Settings from the environment, prefix ATLAS_. All of them, with their defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent

#: Variable → default and meaning; docs/reference.py makes the tables of the documentation from it.
VARIABLES: Final = {
    "ATLAS_HOST": ("127.0.0.1", "address to listen on"),
    "ATLAS_PORT": ("8050", "port to listen on"),
    "ATLAS_DATA": ("data", "folder with `builds/` and `current.json`"),
    "ATLAS_BASE_URL": (
        "",
        "public address, such as `https://atlas.example.org`, for absolute links; empty: links without a host",
    ),
    "ATLAS_WORKERS": ("2", "server processes"),
    "ATLAS_AUDIENCE": (
        "public",
        "`public`, or `internal`: with internal and embargoed figures, for people who sign in",
    ),
}
#: Who the pages are for (docs/audiences.md).
PUBLIC, INTERNAL = AUDIENCES = ("public", "internal")


@dataclass(frozen=True)
class Settings:
    """host, port: where `make run` listens. data: the folder with `current.json` and `builds/`.

    base_url: the public address, for absolute links; empty means "as asked". workers: server processes.
    audience: one of AUDIENCES.
    """

    host: str
    port: int
    data: Path
    base_url: str
    workers: int
    audience: str = PUBLIC


def from_environment() -> Settings:
    """Read all VARIABLES; an empty one counts as not set. Raises SystemExit with a sentence for an unreadable one."""
    read = {name: os.environ.get(name) or default for name, (default, _) in VARIABLES.items()}
    try:
        port, workers = int(read["ATLAS_PORT"]), int(read["ATLAS_WORKERS"])
    except ValueError as error:
        raise SystemExit(f"ATLAS_PORT and ATLAS_WORKERS must be whole numbers: {error}") from None
    if read["ATLAS_AUDIENCE"] not in AUDIENCES:
        raise SystemExit(f"ATLAS_AUDIENCE is {read['ATLAS_AUDIENCE']!r}; it must be one of: {', '.join(AUDIENCES)}")
    data = Path(read["ATLAS_DATA"])
    return Settings(
        host=read["ATLAS_HOST"],
        port=port,
        data=data if data.is_absolute() else ROOT / data,
        base_url=read["ATLAS_BASE_URL"].rstrip("/"),
        workers=workers,
        audience=read["ATLAS_AUDIENCE"],
    )
