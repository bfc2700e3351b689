"""The real build holds exactly what etl/schema.sql promises, and every row of it can be traced."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

SCHEMA = Path(__file__).parents[2] / "etl" / "schema.sql"
SLICE = Path(__file__).parents[2] / "dashboard" / "queries" / "slice.sql"
COLUMNS = """
select table_name, column_name, data_type, is_nullable
from information_schema.columns
where table_schema = 'main' order by table_name, ordinal_position
"""
CONSTRAINTS = """
select table_name, constraint_type, constraint_text from duckdb_constraints()
where constraint_type in ('PRIMARY KEY', 'CHECK', 'UNIQUE') order by all
"""

Database = duckdb.DuckDBPyConnection


def offending(database: Database, query: str) -> list[tuple[object, ...]]:
    return database.execute(query).fetchmany(5)


@pytest.mark.parametrize("question", [COLUMNS, CONSTRAINTS], ids=["columns", "constraints"])
def test_the_build_has_exactly_the_tables_of_the_schema(database: Database, question: str) -> None:
    with duckdb.connect() as promised:
        promised.execute(SCHEMA.read_text(encoding="utf-8"))
        expected = promised.execute(question).fetchall()
    assert len(expected) > 10
    assert database.execute(question).fetchall() == expected


def test_there_is_one_build_and_its_id_is_the_pointers(database: Database, sealed: Path) -> None:
    assert database.execute("select id from build").fetchall() == [(sealed.stem,)]


def test_no_table_is_empty(database: Database) -> None:
    tables = {table for (table,) in database.execute("select table_name from duckdb_tables()").fetchall()}
    for table in tables - {"announcement"}:  # nothing shipped is under embargo; tests/etl/test_embargo.py fills it
        assert database.table(table).limit(1).fetchall(), table


@pytest.mark.parametrize(
    "orphans",
    [
        "select distinct o.source from observation o anti join source s on s.id = o.source",
        "select distinct o.delivery from observation o anti join delivery d on d.sha256 = o.delivery",
        "select distinct o.source, d.source from observation o join delivery d on d.sha256 = o.delivery "
        "where d.source <> o.source",
        "select distinct o.region from observation o anti join region r on r.code = o.region and r.level = o.level",
        "select distinct o.indicator from observation o anti join indicator i on i.id = o.indicator",
        "select distinct d.source from delivery d anti join source s on s.id = d.source",
        "select distinct r.region from ranking r anti join map_unit u on u.level = r.level and u.code = r.region",
        "select u.code from map_unit u anti join region r on r.code = u.code and r.country = u.country",
        "select distinct o.indicator, o.member from observation o anti join member_words m "
        "on m.indicator = o.indicator and m.member = o.member where o.member <> ''",
        "select distinct unnest(sources) as used from indicator except select id from source",
        "select d.sha256 from delivery d where not regexp_full_match(d.sha256, '[0-9a-f]{64}') or d.file = '' "
        "or not regexp_full_match(d.url, '(https://.+)?')",
    ],
)
def test_every_row_joins_to_what_it_comes_from(database: Database, orphans: str) -> None:
    assert offending(database, orphans) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "select * from observation where value is null and status = ''",
        "select * from observation where value is not null and status in ('c', 'm', 'z')",
        "select * from observation where isnan(value) or isinf(value)",
        "select * from observation where status = 'a' and reason = ''",
        "select * from observation where ci_low > value or ci_high < value or (ci_low is null) <> (ci_high is null)",
        "select * from observation where ci_low is not null and n is null",
        "select * from observation where (dimension = '') <> (member = '')",
        "select * from observation where not regexp_full_match(period, '\\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?')",
        "select indicator, region, period, dimension, member from observation group by all having count(*) > 1",
        "select * from ranking where rank_low > rank or rank > rank_high or rank_low < 1 or rank_high > of",
        "select r.* from ranking r join observation o using (indicator, region, period, dimension, member) "
        "where o.value is null",
    ],
)
def test_no_observation_or_rank_says_what_it_cannot(database: Database, wrong: str) -> None:
    assert offending(database, wrong) == []


def test_the_map_levels_are_complete(database: Database) -> None:
    counted = dict(database.execute("select level, count(*) from map_unit group by level").fetchall())
    assert counted == {"country": 2, "land": 34, "nuts2": 65, "nuts3": 501}


def test_coverage_is_what_the_observations_say(database: Database) -> None:
    """Counted a second time, straight from the observations on the map's units."""
    again = """
    select o.indicator, u.country, u.level, min(o.period), max(o.period), count(distinct o.period),
           count(distinct o.region) filter (o.value is not null), count(*) filter (o.value is not null)
    from observation o join map_unit u on u.code = o.region join indicator i on i.id = o.indicator
    where list_contains(i.levels, u.level) group by all order by all
    """
    told = """
    select indicator, country, level, first_period, last_period, periods, regions, observed from coverage order by all
    """
    assert database.execute(told).fetchall() == database.execute(again).fetchall()


def test_the_big_table_is_sorted_so_that_a_slice_is_cheap(database: Database) -> None:
    keys = "indicator, level, period, dimension, member, region"
    in_file = database.execute(f"select {keys} from observation order by rowid").fetchall()
    assert in_file == sorted(in_file)  # type: ignore[type-var]


def test_a_slice_looks_at_no_more_of_the_big_tables_than_where_its_indicator_is(database: Database) -> None:
    """Counted, not timed: rows that DuckDB scanned, which come in parts of 122,880."""
    keys = "indicator, position, count(*) as rows, min(rowid) // 122880 as first, max(rowid) // 122880 as last"
    for table in ("observation", "ranking"):
        found = database.execute(f"select {keys} from {table} where member = '' group by all order by rows").fetchall()
        positions = dict(row[:2] for row in sorted(found))
        assert len(positions) == len(found), "one position for an indicator"
        assert list(positions.values()) == sorted(positions.values()), "in the order of the table"
        parts = database.table(table).count("*").fetchall()[0][0] // 122880 + 1
        assert parts > 2, "few parts: nothing can be passed over"
        for indicator, _, _, first, last in found[-5:]:
            asked = {"indicator": indicator, "level": "nuts3", "member": ""}
            assert _scanned(database, table, asked) <= (last - first + 1) * 122880, (table, indicator)


def _scanned(database: Database, table: str, asked: dict[str, str]) -> int:
    told = database.execute(f"explain (analyze, format json) {SLICE.read_text()}", asked).fetchall()[0][1]
    steps = [json.loads(told)]
    while steps:
        step = steps.pop()
        if step.get("extra_info", {}).get("Table", "").endswith(f".{table}"):
            return int(step["operator_rows_scanned"])
        steps += step["children"]
    raise AssertionError(f"{table} is not scanned")
