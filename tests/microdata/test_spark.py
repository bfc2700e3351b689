"""Every expression on Apache Spark, compared whole with DuckDB: on a cluster of two executors, and over Connect.

Runs where Java 17 and pyspark are (`make test` installs it where it finds Java 17; see tests/ensure-spark).
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import micro
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.microdata import synthetic
from etl.microdata.aggregate import Raw, _gather
from etl.microdata.engines import Engine, EngineError, Limits, engine
from etl.microdata.inputs import find
from etl.microdata.recipe import Recipe, read_recipe

RECIPES = micro.ROOT / "etl/microdata/recipes"


def java() -> int:
    """The version of Java here; 0 where there is none."""
    if not shutil.which("java"):
        return 0
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


pytestmark = pytest.mark.skipif(
    java() < 17 or importlib.util.find_spec("pyspark") is None,
    reason="Spark needs Java 17 or newer and lock/spark.txt (make test-spark)",
)


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Recipe, list[Path]]]:
    """Recipes of every measure with small input: shares with units, weighted with strata, sums, medians, CSV."""
    folder = tmp_path_factory.mktemp("spark")
    found = []
    for name, kind in (("job_ads_ai", "ads"), ("firm_adoption", "firms"), ("grants_ai", "grants")):
        recipe = read_recipe(RECIPES / f"{name}.toml")
        found.append((recipe, synthetic.write(kind, folder / kind, 1500, part=500)))
    median = micro.RECIPE.replace('kind = "count"', 'kind = "median"\nvalue = "amount"\nbase = 1')
    total = micro.RECIPE.replace('kind = "count"', 'kind = "sum"\nvalue = "amount"')
    for name, text in (("median", median), ("total", total)):
        recipe = read_recipe(micro.write(folder / name, text, name=name))
        found.append((recipe, find(recipe)))
    text = total.replace('"*.parquet"', '"*.csv"').replace('format = "parquet"', 'format = "csv"\nbad_rows = "skip"')
    path = micro.write(folder / "csv", text, name="csv")
    micro.rows().write_csv(path.parent / "a.csv")
    broken = (path.parent / "a.csv").read_text("utf-8").replace("100.0", "viel", 2)
    (path.parent / "a.csv").write_text(broken, "utf-8")
    recipe = read_recipe(path)
    found.append((recipe, find(recipe)))
    return found


def compare(opened: Engine, subjects: list[tuple[Recipe, list[Path]]]) -> None:
    """All frames of all recipes, row by row; sums of floats may differ in the last bits, their order is not ours."""
    for recipe, files in subjects:
        with engine("duckdb", Limits()) as duck:
            wanted: Raw = _gather(duck, files, recipe)
        found = _gather(opened, files, recipe)
        assert found.faults == wanted.faults
        assert found.places == wanted.places
        assert set(found.frames) == set(wanted.frames)
        for name, frame in wanted.frames.items():
            other = found.frames[name].select(frame.columns).cast(dict(frame.schema))  # type: ignore[arg-type]
            keys = [column for column, kind in frame.schema.items() if kind in (pl.String, pl.Int64)]
            assert_frame_equal(other.sort(keys), frame.sort(keys), rel_tol=1e-12, abs_tol=1e-9)


def test_a_cluster_gives_what_duckdb_gives_and_survives_a_killed_executor(
    subjects: list[tuple[Recipe, list[Path]]],
) -> None:
    with engine("local-cluster[2,1,1024]", Limits()) as cluster:
        compare(cluster, subjects[:2])
        asked = ["pgrep", "-P", str(_jvm()), "-f", "CoarseGrainedExecutorBackend"]
        executors = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
        assert len(executors) == 2, "two executors, in processes of their own"
        os.kill(int(executors[0]), signal.SIGKILL)
        compare(cluster, subjects[2:])
        files = [Path("/nonexistent/part.parquet")]
        with pytest.raises(EngineError, match=r"could not finish|PATH_NOT_FOUND"):
            _gather(cluster, files, subjects[0][0])


def _jvm() -> int:
    """The process id of the Java machine that this process's Spark started."""
    gateway = importlib.import_module("pyspark").SparkContext._gateway
    return int(gateway.jvm.java.lang.ProcessHandle.current().pid())


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[str]:
    """A Spark Connect server on loopback."""
    home = Path(str(importlib.import_module("pyspark").__file__)).parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(home / "bin/spark-submit"),
        "--class",
        "org.apache.spark.sql.connect.service.SparkConnectServer",
        *("--master", "local[2]"),
        *("--conf", f"spark.connect.grpc.binding.port={port}"),
        *("--conf", "spark.connect.grpc.binding.address=127.0.0.1"),
        *("--conf", "spark.ui.enabled=false"),
    ]
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        for _ in range(240):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, (tmp_path / "log").read_text()[-2000:]
            time.sleep(0.5)
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_spark_connect_gives_what_duckdb_gives(connect: str, tmp_path: Path) -> None:
    synthetic.write("grants", tmp_path / "in", 1500)
    command = ["aggregate", RECIPES / "grants_ai.toml", "--input", tmp_path / "in/*.parquet", "--out"]
    assert micro.run(*command, tmp_path / "duck").returncode == 0
    done = micro.run(*command, tmp_path / "spark", "--engine", connect, patience=240)
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = (pl.read_parquet(tmp_path / name / "grants_ai.parquet") for name in ("duck", "spark"))
    assert one.equals(two)
