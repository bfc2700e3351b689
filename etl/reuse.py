"""A build in which few sources changed takes the figures of the others over from the published one.

Every row of a build belongs to one indicator and follows from its sources and the code alone. So where code and
libraries are the same, only indicators with a changed source are calculated again, together with those they derive
from; the result is the same, row by row (tests/etl/test_reuse.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import duckdb

from etl.catalogue import Catalogue
from etl.model import Indicator

#: Table → its rows of some indicators that follow each other in the alphabet. All are sorted by indicator first.
_FIGURES: Final = {
    "observation": "from observation where indicator between ? and ? and list_contains(?, indicator)",
    "ranking": "from ranking where indicator between ? and ? and list_contains(?, indicator)",
    "scale": "from scale where indicator between ? and ? and list_contains(?, indicator)",
    "coverage": "from coverage where indicator between ? and ? and list_contains(?, indicator)",
}
_INSERT: Final = {
    "observation": "insert into observation by name from incoming",
    "ranking": "insert into ranking by name from incoming",
    "scale": "insert into scale by name from incoming",
    "coverage": "insert into coverage by name from incoming",
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
    connection: duckdb.DuckDBPyConnection,
    part: duckdb.DuckDBPyConnection,
    before: Before,
    kept: Iterable[str],
    fresh: Iterable[str],
) -> None:
    """Fill the tables of figures: those of the indicators `fresh` from `part`, those of `kept` from the build before.

    Every table comes out in the order it has in a build made from nothing: run by run, so that nothing is sorted again.
    """
    kept = set(kept)
    runs = [(here, list(ids)) for here, ids in groupby(sorted({*kept, *fresh}), key=kept.__contains__)]
    with duckdb.connect(str(before.path), read_only=True) as earlier:
        for table, query in _FIGURES.items():
            for here, ids in runs:
                rows = (earlier if here else part).execute(query, [ids[0], ids[-1], ids]).to_arrow_table()
                connection.register("incoming", rows)
                connection.execute(_INSERT[table])
                connection.unregister("incoming")
