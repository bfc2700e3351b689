"""A build in which few sources changed takes the figures of the others over from the published one.

Every row of a build belongs to one indicator and follows from its sources and the code alone. So where code and
libraries are the same, only indicators with a changed source are calculated again, together with those they derive
from; the result is the same, row by row (tests/etl/test_reuse.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from etl.catalogue import Catalogue
from etl.model import Indicator

_FIGURES: Final = {
    "observation": (
        "select * from observation where list_contains(?, indicator)",
        """insert into observation by name from (from fresh union all by name from kept)
           order by indicator, level, period, dimension, member, region""",
    ),
    "ranking": (
        "select * from ranking where list_contains(?, indicator)",
        """insert into ranking by name from (from fresh union all by name from kept)
           order by indicator, level, period, dimension, member, region""",
    ),
    "scale": (
        "select * from scale where list_contains(?, indicator)",
        "insert into scale by name from (from fresh union all by name from kept) order by all",
    ),
    "coverage": (
        "select * from coverage where list_contains(?, indicator)",
        "insert into coverage by name from (from fresh union all by name from kept) order by all",
    ),
}


@dataclass(frozen=True)
class Before:
    """A sealed, intact build of the same code, and the sources whose figures are no longer those it holds."""

    id: str
    path: Path
    changed: frozenset[str]


def to_calculate(catalogue: Catalogue, indicators: Iterable[Indicator], changed: Iterable[str]) -> list[Indicator]:
    """The indicators with a changed source, and those they derive from through all steps."""
    indicators, changed = list(indicators), set(changed)
    needed = {indicator.id for indicator in indicators if catalogue.origins(indicator.id) & changed}
    for indicator in sorted(indicators, key=lambda one: -catalogue.depths[one.id]):
        if indicator.id in needed and indicator.derive:
            needed |= {other for other in (indicator.derive.of, indicator.derive.by) if other}
    return [indicator for indicator in indicators if indicator.id in needed]


def take_over(
    connection: duckdb.DuckDBPyConnection, part: duckdb.DuckDBPyConnection, before: Before, kept: list[str]
) -> None:
    """Fill the tables of figures from what was calculated in `part` and, for the indicators `kept`, from before."""
    with duckdb.connect(str(before.path), read_only=True) as earlier:
        for rows, merge in _FIGURES.values():
            # Every indicator of `part` is calculated anew as a whole, so the two have none in common.
            connection.register("kept", earlier.execute(rows, [kept]).to_arrow_table())
            fresh = [name for (name,) in part.execute("select id from indicator").fetchall()]
            connection.register("fresh", part.execute(rows, [fresh]).to_arrow_table())
            connection.execute(merge)
            connection.unregister("kept")
            connection.unregister("fresh")
