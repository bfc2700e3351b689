"""What each publication changed for readers, kept for the feeds: `data/changes/<published>-<old>-<new>.parquet`.

One file per publication that changed a figure, with the rows of etl.diff.changes, and in `ledger/` one per publication
that changed the ledger, with those of etl.diff.ledger_rows; the newest are kept. Going back to an
earlier build is a publication like any other.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from etl import diff, manifest
from etl.model import PublishError
from etl.snapshot import write_atomically

#: How many publications stay readable in the feeds.
KEPT: Final = 50
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"


def keep(data: Path, pointer: Mapping[str, Any]) -> Path | None:
    """Keep what the publication that wrote `pointer` changed; once is enough, twice is harmless.

    Returns the written file; None where nothing was published before, the build before is gone, or no figure changed.
    Raises PublishError where it cannot be read or kept; what is published stays published.
    """
    if not pointer.get("previous") or not pointer.get("published"):
        return None
    published = datetime.fromisoformat(pointer["published"]).astimezone(UTC)
    old, new = data / "builds" / f"{pointer['previous']}.duckdb", data / pointer["file"]
    name = f"{published:{_STAMP}}-{old.stem}-{new.stem}.parquet"
    if not old.exists() or _content(old) == _content(new):
        return None
    _kept(data / "changes" / "ledger" / name, diff.ledger_rows, old, new)
    return _kept(data / "changes" / name, diff.changes, old, new)


def _kept(path: Path, compare: Callable[[Path, Path], pl.DataFrame], old: Path, new: Path) -> Path | None:
    """Write what a comparison finds; None where it finds nothing or is written already."""
    if path.exists():
        return None
    try:
        rows = compare(old, new)
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise PublishError(f"{old} and {new} cannot be compared ({str(error).splitlines()[0]})") from error
    if rows.is_empty():
        return None
    try:
        _write(path, rows)
    except OSError as error:
        raise PublishError(
            f"build {new.stem} is published, but what it changed could not be kept in {path.parent} ({error}). "
            "Remedy: make space; the next publication keeps it for the feeds."
        ) from error
    return path


def _content(build: Path) -> str:
    told = manifest.read(build)
    return told.content if told else build.stem


def _write(path: Path, rows: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd")
    write_atomically(path, buffer.getvalue())
    for stale in sorted(path.parent.glob("*.parquet"))[:-KEPT]:
        stale.unlink(missing_ok=True)
