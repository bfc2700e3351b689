"""A build with a publication that revised figures, for tests of what is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from dashboard import queries
from dashboard.store import Build


def revised(opened: Build, folder: Path, day: date, *cells: tuple[str, str, float, float, str]) -> Build:
    """The build with a record of a publication, as the ETL writes it."""
    (folder / "changes").mkdir(exist_ok=True)
    indicator = next(one for one in queries.indicators(opened, "en").values() if one["interval"])
    frame = pl.DataFrame(
        [
            {
                "change": change, "source": indicator["sources"][0], "indicator": indicator["id"], "country": "DE",
                "region": region, "period": "2024", "dimension": "", "member": "", "old": old, "new": new,
                "old_status": "", "new_status": status,
            }
            for change, region, old, new, status in cells
        ]
    )  # fmt: skip
    stamp = datetime(day.year, day.month, day.day, tzinfo=UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    frame.write_parquet(folder / "changes" / f"{stamp}-aaaaaaaaaaaa-bbbbbbbbbbbb.parquet")
    return replace(opened, data=folder, _cache={}, _recent=type(opened._recent)())
