"""`etl aggregate` on synthetic microdata: time, peak memory and rows per second, beside others and beside a bare scan.

`python -m bench.microdata [--rows 1000000 10000000 100000000] [--quick] [--out FILE.json]`. Each row of the table runs
in a process of its own, so that its peak memory (with that of all processes it starts) is its own. The floor is DuckDB
reading the same columns once; the others count the same cells. Nobody gets more than 8 GB (pandas needs them). The
last table has a recipe whose groups do not fit the memory it is given. `python -m bench.growth` draws the result.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STOPPED = b"stopped by the benchmark"
ROOT = Path(__file__).resolve().parents[1]
COLUMNS = ("ags", "published", "branch")
#: What a subject may take, bytes of address space; Java reserves more than it uses and has its own limits.
CAP = 8 << 30
#: After so many seconds a run is stopped, and told so.
PATIENCE = 1200
#: What all of them do: count rows by Kreis, year and branch.
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
    return _duckdb("select count(*), max(ags), max(published), max(branch) from read_parquet(?)", folder)


def by_hand(folder: Path) -> int:
    """DuckDB sums by the same columns, in SQL by hand: what grouping itself costs, without a check of any row."""
    counted = "select ags, year(published), branch, count(*) as n from read_parquet(?) group by all"
    return _duckdb(f"select sum(n) from ({counted})", folder)


def _duckdb(query: str, folder: Path) -> int:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": False})
    found = connection.execute(query, [str(folder / "*.parquet")]).fetchone()
    return int(found[0]) if found else 0


def reduce_only(folder: Path, name: str = "duckdb") -> int:
    """Our expression, without what comes after it (placing, protecting, writing)."""
    from etl.microdata import expression
    from etl.microdata.engines import Limits, engine
    from etl.microdata.inputs import find
    from etl.microdata.recipe import read_recipe

    recipe = read_recipe(folder / "ads.toml")
    with engine(name, Limits()) as opened:
        table = opened.table(find(recipe), recipe)
        return int(opened.run(expression.reduced(table, recipe))["rows"].sum())


def on_spark(folder: Path) -> int:
    """The same expression on Spark: a cluster of two executors, its start included."""
    return reduce_only(folder, "local-cluster[2,1,1024]")


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
    "DuckDB sums by them, SQL by hand": by_hand,
    "aggregate: the expression": reduce_only,
    "aggregate: all, with disclosure control": whole,
    "Polars, streaming": streaming,
    "pandas": pandas,
    "aggregate: the expression on Spark": on_spark,
}


def one(name: str, folder: Path) -> dict[str, Any]:
    """Run one subject here: its rows, or '' and why it ended."""
    subject = SUBJECTS[name]
    if subject is not on_spark:
        resource.setrlimit(resource.RLIMIT_AS, (CAP, CAP))
    started = time.perf_counter()
    try:
        rows = subject(folder)
    except MemoryError as error:
        return {"rows": 0, "seconds": time.perf_counter() - started, "ended": f"needs more than {CAP >> 30} GB {error}"}
    return {"rows": rows, "seconds": time.perf_counter() - started, "ended": ""}


def measure(folder: Path, name: str, repeats: int) -> dict[str, Any]:
    """The fastest of some runs, each in a process of its own; raises where one fails for another reason than memory."""
    runs = []
    for _ in range(repeats):
        command = [sys.executable, "-m", "bench.microdata", "--one", name, "--folder", str(folder)]
        done, peak, processor = watched(command)
        if done.stderr.endswith(STOPPED):
            gone = {"rows": 0, "seconds": float(PATIENCE), "ended": f"stopped after {PATIENCE // 60} minutes"}
            return {**gone, "peak": peak, "processor": processor}
        if done.returncode and b"MemoryError" not in done.stderr[-3000:] and b"realloc" not in done.stderr[-3000:]:
            raise RuntimeError(f"{name}: {done.stderr[-800:].decode()}")
        ended = {"rows": 0, "seconds": 0.0, "ended": f"needs more than {CAP >> 30} GB"}
        found = json.loads(done.stdout.splitlines()[-1]) if not done.returncode else ended
        runs.append({**found, "peak": peak, "processor": processor})
    return min(runs, key=lambda run: float(run["seconds"]))


def watched(command: list[str], **options: Any) -> tuple[subprocess.CompletedProcess[bytes], float, float]:
    """Run it; with the peak memory of it and all it starts, MB, and the processor time of all, seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    ended, peaks, spent = threading.Event(), [0.0], dict[int, float]()

    def look() -> None:
        while not ended.wait(0.02):
            family = _family(process.pid)
            peaks.append(sum(map(_resident, family)))
            spent.update({one: seconds for one in family if (seconds := _processor(one))})

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        out, told = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        for one in _family(process.pid)[1:]:
            os.kill(one, signal.SIGKILL)
        process.kill()
        out, told = process.communicate()
        told += STOPPED
    finally:
        process.kill()
        ended.set()
        watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Whom nobody waits for (Java, which ends after its Python) is in no sum of the system's: the last that was seen.
    processor = max(processor, sum(spent.values()))
    return subprocess.CompletedProcess(command, process.returncode, out, told), max(peaks), processor


def _family(pid: int) -> list[int]:
    """A process and all it started that still run."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)


def _processor(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make(kind: str, folder: Path, rows: int) -> None:
    """Write synthetic rows, in a process of its own: a child's peak memory is counted from that of its parent."""
    command = [sys.executable, "-m", "etl.microdata.synthetic", kind, str(folder), "--rows", str(rows)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=7200)


def compare(rows: int, folder: Path, repeats: int, names: list[str]) -> list[dict[str, Any]]:
    """Every subject on so many rows; each must have counted them all, or have run out of memory."""
    if not list(folder.glob("*.parquet")):
        make("ads", folder, rows)
    (folder / "ads.toml").write_text(RECIPE, encoding="utf-8")
    found = []
    for name in names:
        # The two slow ones once: what they lose by that is not what decides.
        run = measure(folder, name, 1 if SUBJECTS[name] in (pandas, on_spark) else repeats)
        if run["rows"] != rows and not run["ended"]:
            raise RuntimeError(f"{name} counted {run['rows']:,} of {rows:,} rows")
        found.append({"subject": name, "of": rows, **run})
        sys.stderr.write(f"{rows:,} {name}: {run['seconds']:.2f} s\n")
    return found


def subjects() -> list[str]:
    """Without Spark where it is not installed."""
    spark = importlib.util.find_spec("pyspark") and shutil.which("java")
    return [name for name in SUBJECTS if spark or SUBJECTS[name] is not on_spark]


def table(runs: list[dict[str, Any]]) -> str:
    """One table for one number of rows."""
    lines = [f"### {runs[0]['of']:,} rows", "", "| subject | s | × floor | processor s | × floor | peak, MB | rows/s |"]
    lines.append("|---|--:|--:|--:|--:|--:|--:|")
    base = runs[0]
    for run in runs:
        if run["ended"]:
            lines.append(f"| {run['subject']} | {run['ended']} | | | | {run['peak']:.0f} | |")
            continue
        lines.append(
            f"| {run['subject']} | {run['seconds']:.2f} | {run['seconds'] / base['seconds']:.1f} "
            f"| {run['processor']:.2f} | {run['processor'] / base['processor']:.1f} | {run['peak']:.0f} "
            f"| {run['of'] / run['seconds']:,.0f} |"
        )
    return "\n".join(lines) + "\n"


def spilled(rows: int, folder: Path) -> dict[str, Any]:
    """A recipe that groups by firm, with little memory and with enough: `same` says whether the bytes are."""
    make("firms", folder / "in", rows)
    results = {}
    for name, memory in (("little", "250MB"), ("enough", "6GB")):
        spill = folder / f"spill-{name}"
        spill.mkdir()
        command = [sys.executable, "-m", "etl", "aggregate", str(ROOT / "etl/microdata/recipes/firm_adoption.toml")]
        command += ["--input", str(folder / "in/*.parquet"), "--out", str(folder / name), "--memory", memory]
        ended, sizes = threading.Event(), [0]

        def look(spill: Path = spill, ended: threading.Event = ended, sizes: list[int] = sizes) -> None:
            while not ended.wait(0.05):
                sizes.append(sum(_size(one) for one in spill.rglob("*")))

        watcher = threading.Thread(target=look)
        watcher.start()
        started = time.perf_counter()
        done, peak, _ = watched([*command, "--spill", str(spill)], env={**os.environ, "ATLAS_DATA": "build/none"})
        ended.set()
        watcher.join()
        if done.returncode:
            raise RuntimeError(done.stderr[-800:].decode())
        seconds = time.perf_counter() - started
        results[name] = {"memory": memory, "seconds": seconds, "peak": peak, "spilled": max(sizes) / 1e6}
    one, two = ((folder / name / "firm_adoption.parquet").read_bytes() for name in results)
    return {"rows": rows, "same": one == two, **results}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def about() -> dict[str, Any]:
    """The machine and what ran on it."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    named = ("duckdb", "polars", "pandas", "ibis-framework", "pyspark")
    versions = {
        name: importlib.metadata.version(name) for name in named if importlib.util.find_spec(name.split("-")[0])
    }
    return {
        "day": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "memory_gib": round(pages / 2**30),
        "load": [round(one, 1) for one in os.getloadavg()], "python": platform.python_version(), "versions": versions,
    }  # fmt: skip


def main(argv: list[str]) -> int:
    """Print a table for each number of rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.microdata", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="200,000 rows, once: whether it runs, not how fast")
    parser.add_argument("--out", type=Path, help="write what was measured as JSON, too")
    parser.add_argument("--one", choices=SUBJECTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="where the rows are written and kept (default: removed at the end)")
    parser.add_argument("--without", nargs="*", default=[], choices=SUBJECTS, help="leave subjects out")
    parser.add_argument("--spill-rows", type=int, default=10_000_000)
    arguments = parser.parse_args(argv)
    if arguments.one:
        print(json.dumps(one(arguments.one, arguments.folder)))
        return 0
    found: dict[str, Any] = {"about": about(), "runs": []}

    def keep() -> None:
        found["about"]["load_at_end"] = [round(one, 1) for one in os.getloadavg()]
        if arguments.out:
            arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

    # Spark starts for half a minute, which a quick run does not wait for.
    left_out = {*arguments.without, *(name for name in SUBJECTS if arguments.quick and SUBJECTS[name] is on_spark)}
    names = [name for name in subjects() if name not in left_out]
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as own:
        base = arguments.folder or Path(own)
        for rows in [200_000] if arguments.quick else arguments.rows:
            runs = compare(rows, base / f"ads-{rows}", 1 if arguments.quick else arguments.repeats, names)
            found["runs"] += runs
            print(table(runs), flush=True)
            keep()
        found["larger_than_memory"] = spilled(100_000 if arguments.quick else arguments.spill_rows, base / "spill")
        print(json.dumps(found["larger_than_memory"], indent=1))
        keep()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
