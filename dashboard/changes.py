"""What publications changed, as the ETL keeps it: `data/changes/<published>-<old>-<new>.parquet`, one file each.

Read with Polars: a build is opened without access to other files. Columns: change (new, revised, vanished, status),
source, indicator, country, region, period, dimension, member, old, new, old_status, new_status.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

log = logging.getLogger("atlas")
#: Up to this many periods of an indicator are told apart; a revision of ninety months is one thing to a reader.
PERIODS_APART = 4
_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-(\w+)-(\w+)")


@dataclass(frozen=True)
class Publication:
    """One kept publication: when (UTC), from which build to which."""

    published: datetime
    old: str
    new: str
    path: Path


@dataclass(frozen=True)
class Release:
    """What one publication changed in one indicator, in one period or, where these are many, from first to last.

    cells: its rows, with the columns of the file.
    """

    publication: Publication
    indicator: str
    first: str
    last: str
    cells: pl.DataFrame

    def count(self, change: str) -> int:
        """How many cells changed that way."""
        return self.cells.filter(pl.col("change") == change).height


def publications(data: Path, part: str = "") -> list[Publication]:
    """All that are kept, the newest first. part: a folder of its own: 'ledger'."""
    found = []
    for path in (data / "changes" / part).glob("*.parquet"):
        if match := _NAME.fullmatch(path.stem):
            published = datetime.strptime(match[1], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
            found.append(Publication(published, match[2], match[3], path))
    return sorted(found, key=lambda publication: publication.published, reverse=True)


def releases(
    data: Path, most: int, *, indicator: str = "", regions: Collection[str] | None = None
) -> Iterator[Release]:
    """At most `most` releases, the newest publication first, in it by indicator and the newest period first.

    indicator, regions: only of these. A publication with more than `most` is told by indicator, all periods in one.
    """
    left = most
    for publication in publications(data):
        for release in _of(publication, most, indicator, regions)[:left]:
            left -= 1
            yield release
        if not left:
            return


def _of(publication: Publication, most: int, indicator: str, regions: Collection[str] | None) -> list[Release]:
    cells = pl.scan_parquet(publication.path)
    if indicator:
        cells = cells.filter(pl.col("indicator") == indicator)
    if regions is not None:
        cells = cells.filter(pl.col("region").is_in(list(regions)))
    many = pl.col("period").n_unique().over("indicator") > PERIODS_APART
    try:
        frame = cells.with_columns(apart=pl.when(many).then(pl.lit("")).otherwise("period")).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        log.warning("no changes read from %s: %s", publication.path.name, str(error).partition("\n")[0])
        return []
    if frame.select(pl.struct("indicator", "apart").n_unique()).item() > most:
        frame = frame.with_columns(apart=pl.lit(""))
    parts = frame.sort("indicator", "apart", descending=[False, True]).group_by(
        "indicator", "apart", maintain_order=True
    )
    return [
        Release(publication, str(id_), rows["period"].min(), rows["period"].max(), rows.drop("apart"))  # type: ignore[arg-type]
        for (id_, _), rows in parts
    ]
