"""Settings from the environment, prefix ATLAS_. All of them, with their defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """host, port: where `make run` listens. data: the folder with `current.json` and `builds/`.

    base_url: the public address, for absolute links; empty means "as asked". workers: server processes.
    """

    host: str
    port: int
    data: Path
    base_url: str
    workers: int


def from_environment() -> Settings:
    """Read ATLAS_HOST, ATLAS_PORT, ATLAS_DATA, ATLAS_BASE_URL and ATLAS_WORKERS.

    Raises SystemExit with a sentence where a value cannot be read.
    """
    get = os.environ.get
    try:
        port, workers = int(get("ATLAS_PORT", "8050")), int(get("ATLAS_WORKERS", "2"))
    except ValueError as error:
        raise SystemExit(f"ATLAS_PORT and ATLAS_WORKERS must be whole numbers: {error}") from None
    data = Path(get("ATLAS_DATA", "data"))
    return Settings(
        host=get("ATLAS_HOST", "127.0.0.1"),
        port=port,
        data=data if data.is_absolute() else ROOT / data,
        base_url=get("ATLAS_BASE_URL", "").rstrip("/"),
        workers=workers,
    )
