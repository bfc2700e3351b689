"""The benchmark of `aggregate`: that it runs and that every subject counts the same rows. No time is judged here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import micro
import polars as pl

from bench.growth import picture
from bench.microdata import SUBJECTS, on_spark


def test_a_quick_run_measures_every_subject_and_is_drawn(tmp_path: Path) -> None:
    """Without Spark, which tests/microdata/test_spark.py has."""
    command = [sys.executable, "-m", "bench.microdata", "--quick", "--out", str(tmp_path / "found.json")]
    run = subprocess.run(command, cwd=micro.ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    names = [name for name, subject in SUBJECTS.items() if subject is not on_spark]
    for name in names:
        assert re.search(rf"\| {re.escape(name)} (\| [\d.]+ ){{4}}\| \d+ \| [\d,]+ \|", run.stdout), name
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert [one["rows"] for one in found["runs"]] == [200_000] * len(names)
    assert found["larger_than_memory"]["same"]
    drawn = ElementTree.fromstring(picture(found))
    told = "".join(drawn.itertext())
    assert "Peak memory, MB" in told
    assert "pandas, 200,000 rows" in told
    assert drawn.get("role") == "img"


def test_counting_safe_rows_loads_neither_pandas_nor_scipy(tmp_path: Path) -> None:
    """They take as long to load as millions of rows take to count."""
    frame = pl.concat([micro.rows().filter(pl.col("ags") == "16051")] * 5)
    path = micro.write(tmp_path, frame=frame)
    code = (
        "import sys; from etl.cli import main\n"
        "assert main(sys.argv[1:], print) == 0\n"
        "print({'pandas', 'scipy', 'pyarrow.dataset', 'pyarrow.compute'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, "aggregate", str(path), "--out", str(tmp_path / "out")]
    run = subprocess.run(command, cwd=micro.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.stdout.endswith("set()\n"), run.stdout + run.stderr


def test_a_store_is_measured_beside_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.microdata_store", "--rows", "20000", "--out", str(tmp_path / "found.json")]
    run = subprocess.run(command, cwd=micro.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert re.search(r"\| 20,000 \| 1 \| \d+ \| \d+ \| [\d.]+ \| [\d.]+ \|", run.stdout), run.stderr[-2000:]
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))["from_a_store"]["runs"]
    assert found[0]["store"]["peak"] > 0
