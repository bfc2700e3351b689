"""What a slice costs as builds grow: 10⁵, 10⁷, 10⁸ synthetic observations in the build's own tables and order.

`python -m bench.slices 1e5 1e7 1e8 --folder F --real BUILD.duckdb [--write]`: each build is made in F (10⁸: 2 GB, some
minutes), asked through the store as a worker asks it, 60 slices each, every slice twice in a row: once as it lies in
the file, once with what DuckDB has kept of it. Then it is removed. Every indicator is as large as any other (598
regions, nine years, MEMBERS), so that builds differ in how many they hold. No figures: every value is a hash.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

from bench.figures import ROOT
from bench.report import percentile
from dashboard.store import Build

#: Members of each indicator; 598 regions and nine years make the rest.
MEMBERS = 10
_OF_ONE = 598 * 9 * MEMBERS
THEMES = ("adoption", "context", "funding", "jobs", "research")
ASKED = 60
_ROWS = """create temp table rows as
  select level, code, (2016 + p)::varchar as period, lpad(m::varchar, 2, '0') as member,
         hash(code) % 1009 * 17 + p * 7 + m * 13 as h, 1000 + (hash(code) % 9000)::bigint as n
  from real.region, range(9) t(p), range(?) u(m) order by level, period, member, code"""
_RANKS = """create temp table ranks as
  select u.level, u.code, (2016 + p)::varchar as period, lpad(m::varchar, 2, '0') as member,
         1 + (hash(u.code) % 16)::integer as rank
  from real.map_unit u, range(9) t(p), range(?) x(m) where u.level <> 'country'
  order by u.level, period, member, u.code"""
_OBSERVE = """insert into observation select ?, level, code, period, 'class', member, ((h + ?) % 10007) / 100.07, '',
  '', n, 1.0, 2.0, 'synthetic', repeat('0', 64), ? from rows"""
_RANK = "insert into ranking select ?, level, code, period, 'class', member, rank, 1, 16, 16, ? from ranks"
_INDICATOR = """insert into indicator values (?, ?, 'rate', 'pct', 1, 'up', 'none', 'wilson', 'same', 'class', ?,
  'bench', '2026-11-21', null, null, null, null, null, null, ['country', 'land', 'nuts2', 'nuts3'],
  ['DE', 'FR'], ['synthetic'], ?)"""


def make(path: Path, real: Path, rows: int) -> int:
    """Write a synthetic build; regions and map units are those of a real one. Returns its observations."""
    indicators = max(2, round(rows / _OF_ONE))
    with duckdb.connect(str(path), config={"temp_directory": str(path.parent), "memory_limit": "4GB"}) as connection:
        connection.execute((ROOT / "etl" / "schema.sql").read_text(encoding="utf-8"))
        connection.execute("attach '" + str(real).replace("'", "''") + "' as real (read_only)")
        for table in ("region", "map_unit"):
            connection.execute(f"insert into {table} select * from real.{table}")
        connection.execute("insert into build values ('synthetic', '', '{}', '', 'public')")
        connection.execute(_ROWS, [MEMBERS])
        connection.execute(_RANKS, [MEMBERS])
        for position, id_ in enumerate(sorted(f"{THEMES[i % 5]}_synthetic_{i:05d}" for i in range(indicators))):
            connection.execute(_INDICATOR, [id_, id_.split("_")[0], position, position])
            connection.execute(_OBSERVE, [id_, position * 31, position])
            connection.execute(_RANK, [id_, position])
        return int(connection.execute("select count(*) from observation").fetchall()[0][0])


def measure(path: Path) -> dict[str, tuple[list[float], list[float]]]:
    """How often a slice was asked for → wall ms and processor ms of ASKED slices."""
    chance = random.Random(1)
    build = Build("synthetic", path, {}, path.parent)
    known = [row[0] for row in build._cursor().execute("select id from indicator order by id").fetchall()]
    times: dict[str, list[tuple[float, float]]] = {"first": [], "again": []}
    for _ in range(ASKED):
        indicator, level = chance.choice(known), chance.choice(("land", "nuts3"))
        member = f"{chance.randrange(MEMBERS):02d}"
        for found in times.values():
            found.append(_timed(partial(build.frame, "slice", indicator=indicator, level=level, member=member)))
    build.close()
    return {how: ([one[0] for one in each], [one[1] for one in each]) for how, each in times.items()}


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    ask()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)


def main() -> None:
    """Measure and print; --write keeps it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=float, default=[1e5, 1e7])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--real", type=Path, required=True, help="a real build file, for its regions")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    lines = [
        "| observations | file, MB | asked | median, ms | p95, ms | processor, median, ms | processor, p95, ms |",
        "|--:|--:|---|--:|--:|--:|--:|",
    ]
    for rows in map(int, arguments.rows):
        path = arguments.folder / f"slices-{rows}.duckdb"
        path.unlink(missing_ok=True)
        count = make(path, arguments.real, rows)
        for how, found in measure(path).items():
            told = [percentile(times, share) for times in found for share in (0.5, 0.95)]
            numbers = " | ".join(f"{one:.1f}" for one in told)
            lines.append(f"| {count:,} | {path.stat().st_size / 1e6:,.0f} | {how} | {numbers} |")
            print(lines[-1], flush=True)
        path.unlink()
    text = "\n".join(lines)
    print(text)
    if arguments.write:
        head = (
            f"# Slices as builds grow\n`python -m bench.slices`, {datetime.now(UTC):%d %b %Y}, {os.cpu_count()} cores, "
        )
        head += f"load {os.getloadavg()[1]:.1f}. {__doc__.partition(chr(10))[0] if __doc__ else ''} "
        head += f"Each indicator: 598 regions, nine years, {MEMBERS} members.\n\n"
        name = f"{datetime.now(UTC):%Y-%m-%d}-slices.md"
        (ROOT / "bench" / "results" / name).write_text(head + text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
