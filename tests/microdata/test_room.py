"""Larger than memory, a full disk while spilling, skewed files: small here, large in `python -m bench.microdata`."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import micro
import polars as pl
import pyarrow as pa

from etl.microdata import expression, inputs
from etl.microdata.aggregate import aggregate
from etl.microdata.engines import Engine, Limits, engine
from etl.microdata.inputs import find
from etl.microdata.places import place
from etl.microdata.recipe import read_recipe

BY_FIRM = micro.RECIPE.replace('kind = "count"', 'kind = "sum"\nvalue = "amount"').replace(
    "minimum = 5", 'minimum = 5\nunit = "firm"'
)
LITTLE = "100MB"


def firms(folder: Path) -> Path:
    """A recipe whose units, 300,000 long names, need several times the memory that it gets."""
    count = 300_000
    frame = pl.select(firm=pl.int_range(count).cast(pl.String).str.zfill(9) + "-a-name-that-takes-some-room" * 8)
    frame = frame.with_columns(ags=pl.lit("16051"), day=pl.lit("2024-01-01"), size=pl.lit("small"), amount=pl.lit(1.0))
    return micro.write(folder, BY_FIRM, frame)


def test_what_was_read_is_not_kept(tmp_path: Path) -> None:
    recipe = read_recipe(firms(tmp_path))
    with engine("duckdb", Limits("2GB", tmp_path)) as opened:
        opened.run(expression.reduced(opened.table(find(recipe), recipe), recipe))
        asked = "select memory_usage_bytes from duckdb_memory() where tag = 'EXTERNAL_FILE_CACHE'"
        assert opened._connection.con.execute(asked).fetchall() == [(0,)], "memory would grow with the files"


def spilled(opened: Engine, wanted: Any) -> tuple[pl.DataFrame, float]:
    """What an expression gives, and how many bytes of it lay on the disk at most."""
    connection = opened._connection.con
    connection.execute("pragma enable_profiling = 'no_output'")
    connection.execute("""pragma custom_profiling_settings = '{"SYSTEM_PEAK_TEMP_DIR_SIZE": "true"}'""")
    frame = opened.run(wanted)
    return frame, json.loads(connection.get_profiling_information())["system_peak_temp_dir_size"]


def test_the_largest_two_of_many_rows_are_found_without_keeping_the_rows(tmp_path: Path) -> None:
    count = 2_000_000
    frame = pl.select(amount=pl.int_range(count).cast(pl.Float64)).with_columns(
        ags=pl.lit("16051"), day=pl.lit("2024-01-01"), size=pl.lit("a size class whose name is long")
    )
    total = micro.RECIPE.replace('kind = "count"', 'kind = "sum"\nvalue = "amount"')
    recipe = read_recipe(micro.write(tmp_path, total, frame))
    with engine("duckdb", Limits("60MB", tmp_path, threads=1)) as opened:
        table = opened.table(find(recipe), recipe)
        tops, one = spilled(opened, expression.top(table, recipe))
        found, two = spilled(opened, expression.largest(table, recipe, expression.table_of(tops)))
    assert found.select("first", "second").rows() == [(count - 1, count - 2)]
    assert (one, two) == (0, 0)


def test_groups_that_do_not_fit_in_memory_are_spilled_and_give_the_same(tmp_path: Path) -> None:
    recipe = read_recipe(firms(tmp_path))
    levels = place(["16051"], recipe).rows
    found, peaks = [], []
    for memory in (LITTLE, "2GB"):
        with engine("duckdb", Limits(memory, tmp_path, threads=1)) as opened:
            table = opened.table(find(recipe), recipe)
            units = expression.per_unit(table, recipe, expression.places_table(levels, recipe.levels))
            frame, peak = spilled(opened, units)
            found.append(frame)
            peaks.append(peak)
    assert found[0].equals(found[1])
    assert peaks[0] > 20e6, "with little memory it went through the disk"
    assert peaks[1] == 0, "with enough it did not"
    assert not list(tmp_path.glob("atlas-spill-*"))


def test_a_disk_that_is_full_while_spilling_ends_it_clearly_and_a_rerun_succeeds(tmp_path: Path) -> None:
    path, out, spill = firms(tmp_path), tmp_path / "out", tmp_path / "spill"
    spill.mkdir()
    command = ["aggregate", path, "--out", out, "--memory", LITTLE, "--threads", "1", "--spill", spill]

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))

    done = micro.run(*command, patience=600, preexec_fn=small_files)
    assert done.returncode == 12, done.stderr
    assert "DuckDB found no room to spill" in done.stderr
    assert "nothing was written; run it again" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
    assert not list(spill.iterdir()), "what was spilled is gone"
    done = micro.run(*command, patience=600)
    assert done.returncode == 0, done.stderr
    assert pl.read_parquet(out / "firms.parquet").filter(region="DE", member="")["value"].item() == 300_000


def test_a_process_that_looked_into_its_files_ends_as_it_should(tmp_path: Path) -> None:
    """Every page of many columns is read, and the process ends at once: one in five was aborted (134) by Arrow's
    threads, which freed Python's memory without Python."""
    path = firms(tmp_path)
    code = (
        "import sys; from pathlib import Path; from etl.microdata import inputs, recipe\n"
        "found = recipe.read_recipe(Path(sys.argv[1]))\n"
        "good, bad = inputs.look(inputs.find(found), found, deep=True)\n"
        "sys.exit(12 if good and not bad else 1)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=micro.ROOT, stderr=subprocess.PIPE)
        for _ in range(5)
    ]
    assert [(one.wait(600), (one.communicate()[1] or b"").decode()) for one in started] == [(12, "")] * 5


def test_arrow_opens_the_files_itself(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"rows")
    with inputs._opened(tmp_path / "a") as opened:
        assert isinstance(opened, pa.NativeFile)
        assert not isinstance(opened, pa.PythonFile)


def test_skewed_files_give_what_one_file_gives(tmp_path: Path) -> None:
    """Nearly all rows in one file and one region, files without a row, columns in another order and more of them."""
    few = micro.rows()
    many = pl.concat([few.filter(pl.col("ags") == "16051")] * 400)
    recipe = micro.RECIPE.replace('kind = "count"', 'kind = "median"\nvalue = "amount"\nbase = 1')
    one = micro.write(tmp_path / "one", recipe, pl.concat([few, many]))
    some = micro.write(tmp_path / "some", recipe, many)
    for number in range(30):
        few.clear().write_parquet(tmp_path / f"some/empty-{number}.parquet")
    half = few.height // 2
    few.head(half).select(*reversed(few.columns), more=pl.lit(1)).write_parquet(tmp_path / "some/a.parquet")
    few.tail(-half).with_columns(pl.col("amount").cast(pl.Float32)).write_parquet(tmp_path / "some/b.parquet")
    results = [aggregate(read_recipe(path), (), "duckdb", Limits(), lambda line: None) for path in (one, some)]
    assert results[0].figures.equals(results[1].figures)
    assert len(results[1].files) == 33
