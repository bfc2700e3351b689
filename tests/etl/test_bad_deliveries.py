"""What publishers do to their files, from the real source module through the real command line.

Every case: the message names file, line or column, and a remedy; exit code 10; the last good build keeps serving.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from tiny_project import REPOSITORY

from tests.golden.test_map_ai import published

NAME = "ai_adoption_share_by_nuts_region.csv"
Lines = list[str]


def write(folder: Path, change: Callable[[Lines], Lines | str] = lambda lines: lines) -> Path:
    """A delivery of MAP-AI in the published format, its adoption table changed line by line."""
    place = folder / "map_ai"
    place.mkdir(parents=True, exist_ok=True)
    for family in ("role", "type"):
        published(family).write_parquet(place / f"ai_{family}_share_by_nuts_region.parquet")
    lines = published("adoption").write_csv().splitlines()
    changed = change(lines)
    text = changed if isinstance(changed, str) else "\n".join(changed) + "\n"
    (place / NAME).write_text(text, encoding="utf-8")
    return folder


def etl(data: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`python -m etl …` on a data folder."""
    return subprocess.run(
        [sys.executable, "-m", "etl", *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a good build published."""
    folder = tmp_path_factory.mktemp("serving")
    done = etl(folder / "data", "build", "--from", write(folder / "good"))
    assert done.returncode == 0, done.stderr
    return folder / "data"


def cells(number: int, **change: str) -> Callable[[Lines], Lines]:
    """Replace cells of one line (counted as an editor does)."""

    def apply(lines: Lines) -> Lines:
        header, row = lines[0].split(","), lines[number - 1].split(",")
        for column, text in change.items():
            row[header.index(column)] = text
        return [*lines[: number - 1], ",".join(row), *lines[number:]]

    return apply


def swapped_unit(lines: Lines) -> Lines:
    header, *rows = lines
    at = header.split(",").index("ai_adoption_share")
    out = []
    for row in rows:
        parts = row.split(",")
        parts[at] = str(float(parts[at]) * 100)
        out.append(",".join(parts))
    return [header, *out]


CASES: dict[str, tuple[Callable[[Lines], Lines | str], tuple[str, ...]]] = {
    "truncated": (lambda lines: "\n".join(lines)[:-40].rstrip("\n").rsplit(",", 2)[0], ("line", "truncated")),
    "HTML instead of CSV": (lambda lines: "<!DOCTYPE html><html><body>Sorry</body></html>", ("line 1", "a web page")),
    "renamed column": (
        lambda lines: [lines[0].replace("n_firms", "firms"), *lines[1:]],
        ("line 1", "column 'n_firms'", "'firms' (renamed?)"),
    ),
    "new column": (
        lambda lines: [lines[0] + ",note", *(line + ",x" for line in lines[1:])],
        ("line 1", "column 'note'", "does not know"),
    ),
    "swapped unit": (swapped_unit, ("column 'ai_adoption_share'", "swapped unit")),
    "missing Land": (
        lambda lines: [line for line in lines if not line.startswith("DE7,")],
        ("DE7 missing", "nuts_code"),
    ),
    "duplicate key": (lambda lines: [*lines, lines[5]], ("same key", "line")),
    "unknown code": (cells(6, nuts_code="DEX9"), ("line 6", "column 'nuts_code'", "DEX9")),
    "negative share": (cells(6, ai_adoption_share="-0.01"), ("line 6", "column 'ai_adoption_share'", "-0.01")),
    "share over 100": (cells(6, ai_adoption_share="1.2"), ("line 6", "column 'ai_adoption_share'", "1.2")),
    "comma decimals": (
        lambda lines: [lines[0].replace(",", ";"), *(line.replace(",", ";").replace(".", ",") for line in lines[1:])],
        ("line 1",),
    ),
    "one comma decimal": (cells(6, ai_adoption_share='"0,12"'), ("line 6", "ai_adoption_share", "a decimal comma?")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_delivery_is_refused_and_the_last_good_build_keeps_serving(
    serving: Path, tmp_path: Path, case: str
) -> None:
    before = (serving / "current.json").read_bytes()
    change, parts = CASES[case]
    done = etl(serving, "build", "--from", write(tmp_path, change))
    assert done.returncode == 10, done.stdout + done.stderr
    for part in (NAME, *parts, "Remedy:"):
        assert part in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert (serving / "current.json").read_bytes() == before
    pointer = json.loads(before)
    connection = duckdb.connect(str(serving / pointer["file"]), read_only=True)
    assert connection.execute("select count(*) from observation").fetchall() == [(pointer["observations"],)]
    connection.close()


def test_a_half_parquet_file_is_refused(serving: Path, tmp_path: Path) -> None:
    path = write(tmp_path) / "map_ai" / "ai_role_share_by_nuts_region.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    done = etl(serving, "build", "--from", tmp_path)
    assert done.returncode == 10
    assert "ai_role_share_by_nuts_region.parquet: the file is not readable Parquet" in done.stderr


def test_the_good_delivery_shows_what_it_delivered(serving: Path) -> None:
    """The build holds each published share, times 100, at its region and year."""
    pointer = json.loads((serving / "current.json").read_text())
    connection = duckdb.connect(str(serving / pointer["file"]), read_only=True)
    rows = connection.execute(
        "select region, period, value, n from observation where indicator = ? and n is not null",
        ["adoption_firms_ai_web_pct"],
    ).fetchall()
    connection.close()
    given = published("adoption").filter(pl.col("country").is_in(["Germany", "France"]))
    expected = {
        (row["nuts_code"], str(row["year"])): (pytest.approx(row["ai_adoption_share"] * 100, abs=1e-9), row["n_firms"])
        for row in given.to_dicts()
    }
    assert {(row[0], row[1]): (row[2], row[3]) for row in rows} == expected
