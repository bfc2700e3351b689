"""`python -m bench.etl_build [--quick]`: what building costs, beside the same figures in plain pandas, as Markdown.

Every row is a process of its own, from its start to its end: seconds on the clock, seconds of processor (user, system),
peak resident memory. What pandas calculates is compared with the build, cell by cell, before its time counts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import duckdb
import polars as pl

from bench import report
from bench.figures import ROOT
from etl import catalogue
from etl.figures import read_shipped, ship

ROUNDS = 3
_KEY = ["indicator", "region", "period", "member"]


@dataclass(frozen=True)
class Cost:
    """One process: seconds on the clock, seconds of processor, peak memory in MB."""

    seconds: float
    processor: float
    peak_mb: float


#: Starts a process and tells what it cost. Small on purpose: a child's peak memory counts that of who forked it.
_STARTER = """
import json, resource, subprocess, sys, time
started = time.monotonic()
code = subprocess.call([sys.executable, *sys.argv[1:]], stdout=sys.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def run(arguments: list[str], data: Path) -> Cost:
    """Run `python …` with this data folder; raises RuntimeError with its last words where it fails."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _STARTER, *arguments],
        cwd=ROOT,
        env=os.environ | {"ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, *cost = json.loads(done.stdout)
    if code:
        raise RuntimeError(done.stderr[-2000:])
    return Cost(*cost)


def revise(data: Path, source: str) -> None:
    """Ship one source's figures with one value changed, as a renewed delivery would."""
    found = catalogue.load()
    figures = read_shipped(data, source)
    if figures is None:
        raise RuntimeError(f"no shipped figures of {source}")
    first = pl.int_range(pl.len()) == figures.rows["value"].arg_max()
    rows = figures.rows.with_columns(value=pl.when(first).then(pl.col("value") * 0.999).otherwise("value"))
    ship(found, data, replace(figures, rows=rows))


def published(data: Path) -> Path:
    """The published build file."""
    return data / str(json.loads((data / "current.json").read_text())["file"])


def costs(folder: Path, rounds: int, whole: bool) -> dict[str, list[Cost]]:
    """Every row of the table, one measurement per round, in turns; whole: not only those of MAP-AI alone."""
    found: dict[str, list[Cost]] = {}
    for turn in range(rounds):
        data, alone, out = folder / f"all-{turn}", folder / f"map_ai-{turn}", folder / f"pandas-{turn}"
        shutil.copytree(ROOT / "data/figures", data / "figures")
        (alone / "figures").mkdir(parents=True)
        for path in (ROOT / "data/figures").glob("map_ai.*"):
            shutil.copy(path, alone / "figures")

        def row(title: str, arguments: list[str], at: Path) -> None:
            found.setdefault(title, []).append(run(arguments, at))

        if whole:
            row("all sources, full build", ["-m", "etl", "build"], data)
            row("all sources, nothing new", ["-m", "etl", "build"], data)
            for source in ("indeed_ai_postings", "map_ai"):
                revise(data, source)
                row(f"all sources, {source} revised", ["-m", "etl", "build"], data)
            expect_same_as_full(data, folder / f"again-{turn}")
        row("MAP-AI alone, full build", ["-m", "etl", "build"], alone)
        pandas = ["-m", "bench.pandas_pipeline", str(alone / "figures"), str(out)]
        row("MAP-AI alone, pandas", pandas, alone)
        row("importing pandas and NumPy", ["-c", "import pandas, numpy, pyarrow"], alone)
        row("importing the ETL", ["-c", "import etl.cli"], alone)
        expect_same_as_pandas(published(alone), out)
    return found


def expect_same_as_full(data: Path, fresh: Path) -> None:
    """The build that took figures over has the content of one made from nothing."""
    shutil.copytree(data / "figures", fresh / "figures")
    run(["-m", "etl", "build"], fresh)
    contents = [json.loads((folder / "current.json").read_text())["content"] for folder in (data, fresh)]
    if contents[0] != contents[1]:
        raise RuntimeError("a rebuild of one source differs from a full build")


def expect_same_as_pandas(build: Path, out: Path) -> None:
    """Values, flags, limits, ranks and classes of the two agree; raises RuntimeError where they do not."""
    with duckdb.connect(str(build), read_only=True) as connection:
        for table, keys, columns in (
            ("observation", _KEY, ("value", "status", "ci_low", "ci_high")),
            ("ranking", ["level", *_KEY], ("rank", "rank_low", "rank_high", "of")),
            ("scale", ["indicator", "member"], ("limits",)),
        ):
            ours, theirs = connection.table(table).pl(), pl.read_parquet(out / f"{table}.parquet")
            both = ours.join(theirs, on=keys, how="inner", suffix="_pandas")
            if not ours.height == theirs.height == both.height:
                raise RuntimeError(f"{table}: {ours.height} rows here, {theirs.height} in pandas, {both.height} common")
            for column in columns:
                if count := both.filter(_differs(both.schema[column], column)).height:
                    raise RuntimeError(f"{table}.{column} differs in {count} rows")


def _differs(kind: pl.DataType, column: str) -> pl.Expr:
    ours, theirs = pl.col(column), pl.col(f"{column}_pandas")
    if kind.is_float():
        theirs = theirs.fill_nan(None)
        return (ours.is_null() != theirs.is_null()) | ((ours - theirs).abs() > 1e-9).fill_null(False)
    return ours.cast(_common(kind)).ne_missing(theirs.cast(_common(kind)))


def _common(kind: pl.DataType) -> pl.DataType:
    """The type in which both are compared: whole numbers come in other widths."""
    return pl.Int64() if kind.is_integer() else kind


def table(found: dict[str, list[Cost]]) -> str:
    """Medians, as Markdown."""
    lines = ["| | seconds | of processor | peak memory, MB |", "|---|--:|--:|--:|"]
    for title, all_of in found.items():
        lines.append(
            f"| {title} | {median(c.seconds for c in all_of):.1f} | {median(c.processor for c in all_of):.1f} "
            f"| {median(c.peak_mb for c in all_of):,.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.etl_build", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of the smallest rows, to see that they run")
    quick = parser.parse_args().quick
    load, rounds = report.load(), 1 if quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="atlas-etl-bench-") as folder:
        found = costs(Path(folder), rounds, not quick)
    print(f"Median of {rounds}, load average {load} before, {report.load()} after.\n\n{table(found)}")


if __name__ == "__main__":
    main()
