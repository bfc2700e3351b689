"""How two builds differ, cell by cell: what is new, revised (old → new), vanished, or has another status."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

_OBSERVATIONS: Final = """
    select o.source, o.indicator, r.country, o.region, o.period, o.dimension, o.member, o.value, o.status
    from observation o join region r on r.code = o.region"""
_KEY: Final = ["indicator", "country", "region", "period", "dimension", "member"]
#: A value that moved by less, relative to its size, is the same value calculated in another order.
_DUST: Final = 1e-9
KINDS: Final = ("new", "revised", "vanished", "status")
#: Tables of the ledger, and what names a row of each.
_LEDGER: Final = {
    **dict.fromkeys(("programme", "claim", "organisation", "partnership"), ("id",)),
    "membership": ("programme", "organisation", "role"),
    "location": ("programme", "organisation", "city"),
    "partnership_member": ("partnership", "organisation"),
}


@lru_cache(maxsize=1)
def changes(old: Path, new: Path) -> pl.DataFrame:
    """The cells that differ between two builds, sorted.

    Columns: change (one of KINDS), source, the key (indicator, country, region, period, dimension, member), old and
    new (values in the indicator's unit, null where there is none), old_status and new_status. A cell whose value and
    status both moved is 'revised'; one without value in both builds, there in one of them only, is no change.
    """
    return compare(observations(old), observations(new))


def compare(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """`changes` of two frames of `observations`."""
    both = before.with_columns(was=True).join(
        after.with_columns(here=True), on=_KEY, how="full", coalesce=True, suffix="_now"
    )
    value, now = pl.col("value"), pl.col("value_now")
    moved = (value.is_null() != now.is_null()) | (
        (value - now).abs() > _DUST * pl.max_horizontal(value.abs(), now.abs())
    ).fill_null(False)
    change = (
        pl.when(pl.col("was").is_null())
        .then(pl.when(now.is_null()).then(None).otherwise(pl.lit("new")))
        .when(pl.col("here").is_null())
        .then(pl.when(value.is_null()).then(None).otherwise(pl.lit("vanished")))
        .when(value.is_null() & now.is_not_null())
        .then(pl.lit("new"))
        .when(value.is_not_null() & now.is_null())
        .then(pl.lit("vanished"))
        .when(moved)
        .then(pl.lit("revised"))
        .when(pl.col("status") != pl.col("status_now"))
        .then(pl.lit("status"))
    )
    return (
        both.with_columns(change=change, source=pl.coalesce("source_now", "source"))
        .filter(pl.col("change").is_not_null())
        .select(
            *("change", "source", *_KEY),
            pl.col("value").alias("old"),
            pl.col("value_now").alias("new"),
            pl.col("status").alias("old_status"),
            pl.col("status_now").alias("new_status"),
        )
        .sort(*_KEY)
    )


def counted(cells: pl.DataFrame) -> list[dict[str, Any]]:
    """How many cells of each kind of change, per indicator and country."""
    kinds = {kind: (pl.col("change") == kind).sum() for kind in KINDS}
    return cells.group_by("indicator", "country").agg(**kinds).sort("indicator", "country").to_dicts()


def markdown(old: str, new: str, cells: pl.DataFrame, limit: int) -> str:
    """The differences as Markdown: counts, then the first `limit` cells with old and new value."""
    lines = [f"# From build {old} to {new}", ""]
    if cells.is_empty():
        return "\n".join([*lines, "The same observations."])
    lines += _markdown_table(("indicator", "country", *KINDS), counted(cells))
    header = ("change", "indicator", "region", "period", "member", "old", "new", "old_status", "new_status")
    lines += ["", *_markdown_table(header, cells.head(limit).to_dicts())]
    if cells.height > limit:
        lines += ["", f"… and {cells.height - limit:,} more."]
    return "\n".join(lines)


def ledger_changes(old: Path, new: Path) -> dict[str, dict[str, int]]:
    """Table of the ledger → how many rows are new, gone and changed; only tables and counts that differ.

    A build made before there was a ledger counts as an empty one.
    """
    found = {}
    with duckdb.connect(str(old), read_only=True) as before, duckdb.connect(str(new), read_only=True) as after:
        for table, key in _LEDGER.items():
            was, now = _keyed(before, table, key), _keyed(after, table, key)
            counts = {
                "new": len(now.keys() - was.keys()),
                "gone": len(was.keys() - now.keys()),
                "changed": sum(was[one] != now[one] for one in was.keys() & now.keys()),
            }
            found[table] = {kind: count for kind, count in counts.items() if count}
    return {table: counts for table, counts in found.items() if counts}


#: Columns of `ledger_rows`, and the tables it tells of.
LEDGER_SCHEMA: Final = dict.fromkeys(("change", "table", "programme", "id", "column", "old", "new"), pl.String)
_OF_PROGRAMMES: Final = ("programme", "claim", "membership", "location")


def ledger_rows(old: Path, new: Path) -> pl.DataFrame:
    """The rows of programmes that differ between two builds, sorted; columns LEDGER_SCHEMA.

    change: 'new', 'gone' or 'changed'; the latter has one row for each cell that changed, as text. id: of the claim, or
    the row's key. A table that one of the builds does not have tells nothing.
    """
    found: list[tuple[str, ...]] = []
    with duckdb.connect(str(old), read_only=True) as before, duckdb.connect(str(new), read_only=True) as after:
        for table in _OF_PROGRAMMES:
            was, now = (_keyed(each, table, _LEDGER[table]) for each in (before, after))
            for key in sorted(was.keys() | now.keys()) if was and now else ():
                found += _moved(table, key, was.get(key), now.get(key))
    rows = [row for row in found if row[2]]  # seats of organisations are of no programme
    return pl.DataFrame(rows, schema=LEDGER_SCHEMA, orient="row")


def _moved(
    table: str, key: tuple[str, ...], first: dict[str, Any] | None, second: dict[str, Any] | None
) -> list[tuple[str, ...]]:
    row = second or first or {}
    about = (table, row["id" if table == "programme" else "programme"], "/".join(key))
    if first is None or second is None:
        return [("new" if first is None else "gone", *about, "", "", "")]
    cells = [name for name in second if first.get(name) != second[name]]
    return [("changed", *about, name, _text(first.get(name)), _text(second[name])) for name in cells]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " | ".join(str(each) for each in value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def ledger_sentence(found: dict[str, dict[str, int]]) -> str:
    """`ledger_changes` in one line; '' where nothing changed."""
    parts = []
    for table, counts in found.items():
        rows = [f"{number} row{'s' if number > 1 else ''} {kind}" for kind, number in counts.items()]
        parts.append(f"{table} {', '.join(rows)}")
    return "ledger: " + "; ".join(parts) if parts else ""


def _keyed(connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...]) -> dict[tuple[Any, ...], Any]:
    try:
        rows = connection.table(table).pl().to_dicts()
    except duckdb.CatalogException:
        return {}
    return {tuple(row[name] for name in key): row for row in rows}


def _markdown_table(header: tuple[str, ...], rows: list[dict[str, Any]]) -> list[str]:
    def cell(value: object) -> str:
        return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)

    return [
        "| " + " | ".join(header) + " |",
        "|" + "---|" * len(header),
        *("| " + " | ".join(cell(row[name]) for name in header) + " |" for row in rows),
    ]


def observations(build: Path) -> pl.DataFrame:
    """Source, key, value and status of every observation of a build."""
    connection = duckdb.connect(str(build), read_only=True)
    try:
        return connection.sql(_OBSERVATIONS).pl()
    finally:
        connection.close()
