"""What a build holds, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from etl.model import PublishError

_COVERAGE: Final = """select i.id, c.country, c.level,
    if(c.first_period = c.last_period, c.first_period, c.first_period || '–' || c.last_period),
    c.regions || '/' || c.units, c.observed, c.missing
  from coverage c join indicator i on i.id = c.indicator
  order by list_position(['adoption', 'jobs', 'funding', 'research', 'context'], i.theme), i."order", i.id, c.country,
    list_position(['country', 'land', 'nuts2', 'nuts3'], c.level)"""
_SOURCES: Final = """select s.id, s.retrieved, (select count(*) from observation o where o.source = s.id)
  from source s order by s.id"""
_HEADER: Final = ("indicator", "country", "level", "years", "regions", "observed", "missing")


def coverage_table(build: Path) -> str:
    """Indicator × country × level: years, regions with a value of all, observed and missing values."""
    connection = duckdb.connect(str(build), read_only=True)
    try:
        rows = connection.execute(_COVERAGE).fetchall()
    finally:
        connection.close()
    observed, missing = sum(row[5] for row in rows), sum(row[6] for row in rows)
    total = ("total", "", "", "", "", observed, missing)
    return table(_HEADER, [*rows, total], numbers=3)


def built_sources(build: Path) -> dict[str, tuple[date, int]]:
    """source → the day of its newest file, and its number of observations; raises PublishError for a broken build."""
    try:
        with duckdb.connect(str(build), read_only=True) as connection:
            return {id_: (day, rows) for id_, day, rows in connection.execute(_SOURCES).fetchall()}
    except duckdb.Error as error:
        raise PublishError(f"{build} is not a readable build ({str(error).splitlines()[0]})") from error


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], numbers: int) -> str:
    """Aligned columns; the last `numbers` of them to the right, thousands with a comma."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    split = len(header) - numbers
    lines = [
        "  ".join(
            text.ljust(width) if column < split else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])
