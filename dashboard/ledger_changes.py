"""What publications changed in the ledger, as the ETL keeps it: `data/changes/ledger/<published>-<old>-<new>.parquet`.

Columns, all text: change (new, gone, changed), table, programme, id, column, old, new; a change of several cells has a
row for each.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import polars as pl

from dashboard.changes import Publication, publications

PART = "ledger"
log = logging.getLogger("atlas")


@dataclass(frozen=True)
class Edit:
    """One row of the ledger that a publication changed. cells: (column, old, new) of a row that was 'changed'."""

    publication: Publication
    change: str
    table: str
    id: str
    cells: tuple[tuple[str, str, str], ...]

    @property
    def published(self) -> datetime:
        """When readers saw it first."""
        return self.publication.published


def edits(data: Path, programme: str, most: int = 100) -> list[Edit]:
    """The edits of one programme, the newest publication first, in it by table and row."""
    found: list[Edit] = []
    for publication in publications(data, PART):
        found += _of(publication, programme)
        if len(found) >= most:
            break
    return found[:most]


def by_publication(data: Path, programme: str, most: int) -> list[tuple[Publication, list[Edit]]]:
    """The publications that changed a programme, the newest first, each with what it changed."""
    found = edits(data, programme, most)
    return [(publication, list(each)) for publication, each in groupby(found, key=lambda edit: edit.publication)]


def newest(data: Path) -> str:
    """The name of the newest file, for what is drawn from them; '' where there is none."""
    return next((each.path.name for each in publications(data, PART)), "")


def _of(publication: Publication, programme: str) -> Iterator[Edit]:
    try:
        rows = pl.scan_parquet(publication.path).filter(pl.col("programme") == programme).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        log.warning("no changes read from %s: %s", publication.path.name, str(error).partition("\n")[0])
        return
    for (change, table, id_), cells in rows.group_by("change", "table", "id", maintain_order=True):
        told = tuple(cells.select("column", "old", "new").iter_rows()) if change == "changed" else ()
        yield Edit(publication, str(change), str(table), str(id_), told)
