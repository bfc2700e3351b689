"""Rows put straight into the transforms: what their tests are written with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from tiny_project import Project, from_source, indicator

from etl import catalogue, codes
from etl.figures import Figures, Origin
from etl.load import fill
from etl.model import OBSERVATION

Row = tuple[str, str, str, float | None]
Build = Callable[..., duckdb.DuckDBPyConnection]

SHARE, PEOPLE = "adoption_share_pct", "context_people_persons"
LAENDER, REGIONS = codes.units("land", "DE"), codes.units("land", "FR")


def figure(
    id_: str,
    region: str,
    period: str,
    value: float | None,
    status: str = "",
    reason: str = "",
    n: int | None = None,
    member: str = "",
) -> dict[str, Any]:
    """One observation as `select` gives it."""
    return {
        "indicator": id_,
        "region": region,
        "period": period,
        "dimension": "sex" if member else "",
        "member": member,
        "value": value,
        "status": status or ("c" if value is None else ""),
        "reason": reason,
        "n": n,
        "source": "office_survey",
        "delivery": "a" * 64,
    }


@pytest.fixture
def transformed(tiny: Project, tmp_path: Path) -> Iterator[Build]:
    """Make a build of the given figures (and extra indicator files) and open it."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def build(rows: list[dict[str, Any]], **indicators: str) -> duckdb.DuckDBPyConnection:
        folder = tiny.root / "indicators"
        if indicators:
            for path in folder.glob("*.toml"):
                path.unlink()
        for id_, text in indicators.items():
            (folder / f"{id_}.toml").write_text(text, encoding="utf-8")
        frame = pl.DataFrame(rows, schema=OBSERVATION)
        origin = Origin("a" * 64, "office_survey", "survey.csv", "https://example.org", date(2026, 1, 2))
        path = tmp_path / f"build{len(opened)}.duckdb"
        fill(
            path,
            catalogue.load(tiny.root),
            {"office_survey": Figures("office_survey", "shipped", frame, (origin,))},
            print,
        )
        opened.append(duckdb.connect(str(path), read_only=True))
        return opened[-1]

    yield build
    for connection in opened:
        connection.close()


def values(connection: duckdb.DuckDBPyConnection, id_: str) -> dict[tuple[str, str], tuple[float | None, str, str]]:
    """(region, period) → (value, status, reason) of the totals of one indicator."""
    rows = connection.execute(
        "select region, period, value, status, reason from observation where indicator = ? and member = ''", [id_]
    ).fetchall()
    return {(row[0], row[1]): row[2:] for row in rows}


def only(text: str) -> dict[str, str]:
    """Indicator files with just the share from the source."""
    return {SHARE: text}


PLAIN = only(indicator(origin=from_source("share")))
WILSON = only(indicator(origin=from_source("share"), interval="wilson"))
