"""What we showed when: every published state of a source whose publisher rewrites history, kept for good.

`data/history/<source>/<published>-<hash>.parquet` holds the source's observations from a publication (UTC) on. Builds
come and go; these stay, so that "what did we show on 24 November 2026" has an answer for ever.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from etl.figures import frame_hash
from etl.model import OBSERVATION, PublishError
from etl.snapshot import write_atomically

_NAME: Final = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-([0-9a-f]{12})")
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"
_SHOWN: Final = """select indicator, region, period, dimension, member, value, status, reason, n, source, delivery
    from observation where source = ? order by indicator, dimension, member, region, period"""


def keep(data: Path, build: Path, sources: Iterable[str], published: datetime) -> None:
    """Keep what a build shows of these sources since it was published; what was shown just before is not kept twice.

    A source that is gone from the build is kept as shown with nothing. Raises PublishError where the build is broken.
    """
    for source in sources:
        try:
            with duckdb.connect(str(build), read_only=True) as connection:
                rows = (
                    connection.execute(_SHOWN, [source]).pl().select(pl.col(n).cast(k) for n, k in OBSERVATION.items())
                )
        except duckdb.Error as error:
            raise PublishError(f"{build} is not a readable build ({str(error).splitlines()[0]})") from error
        content = frame_hash(rows)[:12]
        folder = data / "history" / source
        before = [state for state in _states(folder) if state[0] <= published]
        if before and before[-1][1] == content:
            continue
        buffer = io.BytesIO()
        rows.write_parquet(buffer, compression="zstd", statistics=False)
        write_atomically(folder / f"{published.astimezone(UTC):{_STAMP}}-{content}.parquet", buffer.getvalue())


def kept(data: Path) -> set[str]:
    """The sources of which a state was ever kept."""
    return {path.parent.name for path in (data / "history").glob("*/*.parquet")}


def as_of(data: Path, source: str, moment: datetime) -> tuple[datetime, pl.DataFrame]:
    """The observations (model.OBSERVATION) that were shown at a moment, and since when.

    Raises PublishError where nothing had been published by then, or the kept file is damaged.
    """
    states = _states(data / "history" / source)
    shown = [state for state in states if state[0] <= moment]
    if not shown:
        first = f"; the first state kept is of {states[0][0]:%Y-%m-%d %H:%M} UTC" if states else ""
        raise PublishError(f"{source}: nothing kept from {moment:%Y-%m-%d} or before{first}")
    since, content, path = shown[-1]
    try:
        rows = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise PublishError(f"{path} is not readable ({str(error).splitlines()[0]})") from error
    if rows.schema != OBSERVATION or frame_hash(rows)[:12] != content:
        raise PublishError(f"{path} was changed after it was kept")
    return since, rows


def _states(folder: Path) -> list[tuple[datetime, str, Path]]:
    """(published, content, file) of every kept state, oldest first."""
    found = []
    for path in folder.glob("*.parquet"):
        if match := _NAME.fullmatch(path.stem):
            published = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            found.append((published, match[2], path))
    return sorted(found)
