"""Every expression on Apache Spark, compared whole with DuckDB: on a cluster of two executors, and over Connect.

Runs where Java 17 and pyspark are (`make test` installs it where it finds Java 17; see tests/ensure-spark). One cluster
serves all of it, Connect too, and starts with little: two partitions, and Java's first compiler alone.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import micro
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.microdata import synthetic
from etl.microdata.aggregate import Raw, _gather
from etl.microdata.engines import Engine, EngineError, Limits, engine
from etl.microdata.inputs import Input, find
from etl.microdata.objects import Remote
from etl.microdata.recipe import Recipe, read_recipe
from etl.model import PublishError

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
def subjects(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Recipe, list[Input]]]:
    """Recipes of every measure with small input: shares with units, weighted with strata, sums, medians, CSV."""
    folder = tmp_path_factory.mktemp("spark")
    found = []
    for name, kind in (("job_ads_ai", "ads"), ("firm_adoption", "firms"), ("grants_ai", "grants")):
        recipe = read_recipe(RECIPES / f"{name}.toml")
        found.append((recipe, [*synthetic.write(kind, folder / kind, 1500, part=500)]))
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


def compare(opened: Engine, subjects: list[tuple[Recipe, list[Input]]]) -> None:
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


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the cluster of this module will serve Spark Connect; what it starts with."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    settings = {
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.sql.shuffle.partitions": 2,
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": java,
        "spark.network.timeout": "600s",
        "spark.executor.heartbeatInterval": "60s",
    }
    folder = tmp_path_factory.mktemp("conf")
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    (folder / "spark-defaults.conf").write_text(lines, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        yield f"sc://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def cluster(address: str) -> Iterator[Engine]:
    with engine("local-cluster[2,1,1024]", Limits()) as opened:
        yield opened


def test_a_cluster_gives_what_duckdb_gives(cluster: Engine, subjects: list[tuple[Recipe, list[Input]]]) -> None:
    assert len(_executors()) == 2, "two executors, in processes of their own"
    compare(cluster, subjects)
    with pytest.raises(EngineError, match=r"could not finish|PATH_NOT_FOUND"):
        _gather(cluster, [Path("/nonexistent/part.parquet")], subjects[0][0])
    with pytest.raises(PublishError, match=r"spark.jars.packages"):
        _gather(cluster, [Remote("bucket/part.parquet", 1)], subjects[0][0])


def test_spark_connect_gives_what_duckdb_gives(cluster: Engine, address: str, tmp_path: Path) -> None:
    synthetic.write("grants", tmp_path / "in", 1500)
    command = ["aggregate", RECIPES / "grants_ai.toml", "--input", tmp_path / "in/*.parquet", "--out"]
    assert micro.run(*command, tmp_path / "duck").returncode == 0
    done = micro.run(*command, tmp_path / "spark", "--engine", address, patience=600)
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = (pl.read_parquet(tmp_path / name / "grants_ai.parquet") for name in ("duck", "spark"))
    assert one.equals(two)


def test_an_executor_that_is_killed_while_it_works_changes_nothing(
    cluster: Engine, subjects: list[tuple[Recipe, list[Input]]]
) -> None:
    tracker = cluster._connection._session.sparkContext.statusTracker()
    killed: list[int] = []
    ended = threading.Event()

    def kill() -> None:
        while not ended.wait(0.005):
            stages = (tracker.getStageInfo(number) for number in tracker.getActiveStageIds())
            if any(stage and stage.numActiveTasks for stage in stages):
                killed.append(_executors()[0])
                os.kill(killed[0], signal.SIGKILL)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        compare(cluster, subjects[:1])
    finally:
        ended.set()
        killer.join()
    assert killed, "no task was ever seen to run"


def test_a_cluster_that_is_gone_ends_it_clearly(cluster: Engine, subjects: list[tuple[Recipe, list[Input]]]) -> None:
    """The last test of this module: nothing of Spark is left."""
    os.kill(_jvm(), signal.SIGKILL)
    with pytest.raises(EngineError, match=r"could not finish.*nothing was written"):
        _gather(cluster, subjects[0][1], subjects[0][0])


def _executors() -> list[int]:
    asked = ["pgrep", "-P", str(_jvm()), "-f", "CoarseGrainedExecutorBackend"]
    return [int(one) for one in subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()]


def _jvm() -> int:
    """The process id of the Java machine that this process's Spark started."""
    gateway = importlib.import_module("pyspark").SparkContext._gateway
    return int(gateway.proc.pid)
