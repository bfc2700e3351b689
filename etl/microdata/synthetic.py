"""Synthetic microdata of any size, for benchmarks and tests alone: nothing in it is about anybody.

`python -m etl.microdata.synthetic ads|firms|grants FOLDER --rows N` writes FOLDER/part-0000.parquet …; each row says
`synthetic = true`, and so do the files. Numbers come from a seed, so the same call writes the same rows. Sizes follow
the skew that makes real microdata hard: few regions hold most rows, few firms most of the money.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from etl import codes

PART: Final = 1_000_000
_TITLES: Final = (
    "Sachbearbeiter Einkauf (m/w/d)", "Pflegefachkraft Intensivstation", "Elektroniker Betriebstechnik",
    "Softwareentwickler Java", "Kinderpfleger Kita", "Lagermitarbeiter", "Verkäufer Teilzeit",
    "Machine Learning Engineer (m/w/d)", "KI-Manager Produktion", "Data Scientist Deep Learning",
)  # fmt: skip
_WITH_AI: Final = 3
_BRANCHES: Final = ("industry", "trade", "services", "public")
_SIZES: Final = ("10-49", "50-249", "250+")
Columns = dict[str, Any]


def ads(rows: int, chance: np.random.Generator) -> Columns:
    """Job advertisements: ags, published, title, employer, branch."""
    number = np.where(chance.random(rows) < 0.04, chance.integers(-_WITH_AI, 0, rows), chance.integers(0, 7, rows))
    return {
        "ags": _skewed(_ags(), rows, chance),
        "published": _days(rows, chance),
        "title": _named(number % len(_TITLES), _TITLES),
        "employer": pa.array(chance.zipf(1.4, rows) % 200_000, pa.int64()),
        "branch": _chosen(_BRANCHES, rows, chance),
    }  # fmt: skip


def firms(rows: int, chance: np.random.Generator) -> Columns:
    """A stratified sample of firms: nuts, year, firm, size, uses_ai, weight, stratum, population."""
    size = chance.choice(3, rows, p=[0.5, 0.3, 0.2])
    population = np.array([400_000, 60_000, 15_000]) + 4 * rows
    sampled = np.bincount(size, minlength=3)
    return {
        "nuts": _skewed(codes.units("nuts3"), rows, chance),
        "year": pa.array(2023 + chance.integers(0, 2, rows), pa.int64()),
        "firm": pa.array(np.arange(rows), pa.int64()),
        "size": pa.array(np.array(_SIZES)[size]),
        "uses_ai": pa.array(chance.random(rows) < np.array([0.12, 0.22, 0.4])[size]),
        "weight": pa.array((population / np.maximum(sampled, 1))[size] * chance.uniform(0.8, 1.25, rows)),
        "stratum": pa.array(np.array(_SIZES)[size]),
        "population": pa.array(population[size], pa.int64()),
    }


def grants(rows: int, chance: np.random.Generator) -> Columns:
    """Grants: departement, start, beneficiary, amount, field."""
    return {
        "departement": _skewed(tuple(one.insee_dep for one in codes.regions() if one.level == 3 and one.insee_dep),
                               rows, chance),
        "start": _days(rows, chance),
        "beneficiary": pa.array(chance.zipf(1.3, rows) % 50_000, pa.int64()),
        "amount": pa.array(np.round(chance.lognormal(11, 1.6, rows), 2)),
        "field": _chosen(("ai", "other"), rows, chance),
    }  # fmt: skip


KINDS: Final[dict[str, Callable[[int, np.random.Generator], Columns]]] = {"ads": ads, "firms": firms, "grants": grants}


def write(kind: str, folder: Path, rows: int, seed: int = 1, part: int = PART) -> list[Path]:
    """Write so many rows in parts; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, start in enumerate(range(0, rows, part)):
        count = min(part, rows - start)
        columns = KINDS[kind](count, np.random.default_rng([seed, number]))
        columns["synthetic"] = pa.array(np.ones(count, dtype=bool))
        table = pa.table(columns).replace_schema_metadata({"synthetic": "true: generated, about nobody"})
        path = folder / f"part-{number:04}.parquet"
        pq.write_table(table, path, compression="zstd", row_group_size=250_000)
        written.append(path)
    return written


def _ags() -> tuple[str, ...]:
    return tuple(one.ags for one in codes.regions() if one.level == 3 and len(one.ags) == 5)


def _skewed(names: tuple[str, ...], rows: int, chance: np.random.Generator) -> pa.Array:
    """Names of which the first few are the most frequent by far, as large cities are."""
    weight = 1 / np.arange(1, len(names) + 1) ** 0.9
    number = chance.choice(len(names), rows, p=weight / weight.sum())
    return _named(number, names)


def _named(number: np.typing.NDArray[np.int64], names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(number, pa.int16()), pa.array(names)).cast("string")


def _chosen(names: tuple[str, ...], rows: int, chance: np.random.Generator) -> pa.Array:
    return _named(chance.integers(0, len(names), rows), names)


def _days(rows: int, chance: np.random.Generator) -> pa.Array:
    """Days of 2023 and 2024."""
    return pa.array(np.datetime64("2023-01-01") + chance.integers(0, 731, rows), pa.date32())


def main(argv: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m etl.microdata.synthetic", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    paths = write(arguments.kind, arguments.folder, arguments.rows, arguments.seed)
    sys.stdout.write(f"{arguments.rows:,} synthetic rows in {len(paths)} files\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
