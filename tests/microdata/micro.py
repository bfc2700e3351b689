"""What the tests of microdata share: small tables, recipes as text, and runs of the real command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).resolve().parents[2]

#: Counts of firms by size in the Kreise of two Länder; every test may change a line.
RECIPE = """
[input]
files = ["*.parquet"]
format = "parquet"

[region]
column = "ags"
system = "ags"
levels = ["country", "land", "nuts3"]

[period]
column = "day"
grain = "year"

[[breakdown]]
column = "size"
dimension = "size"

[measure]
name = "firms"
kind = "count"
decimals = 0

[disclosure]
method = "suppress"
minimum = 5
"""

#: Kreis → firms by size, such that Wartburgkreis has two large firms: Erfurt, Weimar, Wartburgkreis, Dresden, Leipzig.
COUNTS = {
    "16051": {"small": 40, "large": 20},
    "16055": {"small": 30, "large": 10},
    "16063": {"small": 25, "large": 2},
    "14612": {"small": 60, "large": 30},
    "14713": {"small": 50, "large": 25},
}


def rows(counts: dict[str, dict[str, int]] = COUNTS, day: str = "2024-05-03") -> pl.DataFrame:
    """One row for each firm: ags, day, size, firm, ai, amount, weight, stratum."""
    found: list[dict[str, Any]] = []
    for ags, sizes in counts.items():
        for size, count in sizes.items():
            for number in range(count):
                found.append(
                    {
                        "ags": ags,
                        "day": day,
                        "size": size,
                        "firm": f"{ags}-{size}-{number}",
                        "ai": number % 3 == 0,
                        "amount": 100.0 + number,
                        "weight": 2.0,
                        "stratum": size,
                    }
                )
    return pl.DataFrame(found).with_columns(pl.col("day").str.to_date())


def write(folder: Path, recipe: str = RECIPE, frame: pl.DataFrame | None = None, name: str = "firms") -> Path:
    """A folder with one Parquet file and `<name>.toml`; the recipe's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (rows() if frame is None else frame).write_parquet(folder / "part.parquet")
    path = folder / f"{name}.toml"
    path.write_text(recipe, encoding="utf-8")
    return path


def run(*arguments: str | Path, patience: int = 120, **options: Any) -> subprocess.CompletedProcess[str]:
    """`python -m etl …` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "etl", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "ATLAS_DATA": "build/none"},
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
        **options,
    )
