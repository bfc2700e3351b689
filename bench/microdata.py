"""`etl aggregate` on synthetic microdata: time, peak memory and rows per second, beside others and beside a bare scan.

`python -m bench.microdata [--rows 1000000 10000000] [--quick]`. Each row of the table runs in a process of its own, so
that its peak memory is its own. The floor is DuckDB reading the same columns once; the others count the same cells.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = ("ags", "published", "branch")
#: What all of them do: count rows by Kreis, year and branch, and those that name AI in their title.
RECIPE = """
[input]
files = ["*.parquet"]
format = "parquet"
[region]
column = "ags"
system = "ags"
levels = ["country", "land", "nuts2", "nuts3"]
[period]
column = "published"
grain = "year"
[[breakdown]]
column = "branch"
dimension = "branch"
[measure]
name = "ads"
kind = "count"
decimals = 0
[disclosure]
method = "suppress"
"""


def floor(folder: Path) -> int:
    """DuckDB reads the columns once and keeps next to nothing."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "2GB"})
    query = "select count(*), max(ags), max(published), max(branch) from read_parquet(?)"
    found = connection.execute(query, [str(folder / "*.parquet")]).fetchone()
    return int(found[0]) if found else 0


def reduce_only(folder: Path) -> int:
    """Our expression on DuckDB, without what comes after it (placing, protecting, writing)."""
    from etl.microdata import expression
    from etl.microdata.engines import Limits, engine
    from etl.microdata.inputs import find
    from etl.microdata.recipe import read_recipe

    recipe = read_recipe(folder / "ads.toml")
    with engine("duckdb", Limits()) as opened:
        table = opened.table(find(recipe), recipe.format, recipe.separator)
        return int(opened.run(expression.reduced(table, recipe))["rows"].sum())


def whole(folder: Path) -> int:
    """All of `etl aggregate`, disclosure control included."""
    from etl.microdata.aggregate import aggregate
    from etl.microdata.engines import Limits
    from etl.microdata.recipe import read_recipe

    result = aggregate(read_recipe(folder / "ads.toml"), (), "duckdb", Limits(), lambda line: None)
    return int(result.cells.filter(result.cells["region"] == "DE").filter(dimension="")["rows"].sum())


def streaming(folder: Path) -> int:
    """The same sums with Polars' streaming engine."""
    import polars as pl

    rows = pl.scan_parquet(folder / "*.parquet").select(COLUMNS)
    cells = rows.group_by("ags", pl.col("published").dt.year(), "branch").agg(pl.len())
    return int(cells.collect(engine="streaming")["len"].sum())


def pandas(folder: Path) -> int:
    """The same with pandas, which holds all rows."""
    import pandas as pd

    rows = pd.concat(pd.read_parquet(path, columns=list(COLUMNS)) for path in sorted(folder.glob("*.parquet")))
    years = pd.to_datetime(rows["published"]).dt.year
    return int(rows.groupby(["ags", years, "branch"]).size().sum())


SUBJECTS: dict[str, Callable[[Path], int]] = {
    "floor: DuckDB reads the columns once": floor,
    "aggregate: the expression": reduce_only,
    "aggregate: all, with disclosure control": whole,
    "Polars, streaming": streaming,
    "pandas": pandas,
}


def one(name: str, folder: Path) -> dict[str, float]:
    """Run one subject here; seconds, and peak memory above that of an idle process, MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    rows = SUBJECTS[name](folder)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rows": rows, "seconds": seconds, "peak": peak / 1000, "grown": (peak - before) / 1000}


def measure(folder: Path, name: str, repeats: int) -> dict[str, float]:
    """The fastest of some runs, each in a process of its own; raises where one fails."""
    runs = []
    for _ in range(repeats):
        command = [sys.executable, "-m", "bench.microdata", "--one", name, "--folder", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3600)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr[-500:]}")
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return min(runs, key=lambda run: float(run["seconds"]))


def table(rows: int, folder: Path, repeats: int) -> str:
    """One table for one number of rows; every subject must have counted them all."""
    # In a process of its own: a child's peak memory is counted from that of the process it came from.
    make = [sys.executable, "-m", "etl.microdata.synthetic", "ads", str(folder), "--rows", str(rows)]
    subprocess.run(make, cwd=ROOT, capture_output=True, check=True, timeout=3600)
    (folder / "ads.toml").write_text(RECIPE, encoding="utf-8")
    lines = [f"### {rows:,} rows", "", "| subject | s | × floor | peak, MB | rows/s |", "|---|--:|--:|--:|--:|"]
    base = 0.0
    for name in SUBJECTS:
        found = measure(folder, name, repeats)
        if found["rows"] != rows:
            raise RuntimeError(f"{name} counted {found['rows']:,} of {rows:,} rows")
        base = base or found["seconds"]
        speed = rows / found["seconds"]
        lines.append(
            f"| {name} | {found['seconds']:.2f} | {found['seconds'] / base:.1f} | {found['peak']:.0f} | {speed:,.0f} |"
        )
    return "\n".join(lines) + "\n"


def main(argv: list[str]) -> int:
    """Print a table for each number of rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.microdata", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--quick", action="store_true", help="200,000 rows, once: whether it runs, not how fast")
    parser.add_argument("--one", choices=SUBJECTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.one:
        print(json.dumps(one(arguments.one, arguments.folder)))
        return 0
    for rows in [200_000] if arguments.quick else arguments.rows:
        with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
            print(table(rows, Path(folder), 1 if arguments.quick else 3))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
