"""The engines a recipe runs on: DuckDB inside this process, or Apache Spark where one machine is not enough.

Raises PublishError where an engine cannot go on (memory, disk, a lost executor): nothing was written by then.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import ibis
import polars as pl
import pyarrow as pa

from etl.microdata.inputs import Input
from etl.microdata.objects import Remote
from etl.microdata.recipe import Recipe
from etl.model import AtlasError, PublishError

#: How a Spark master or a Spark Connect address begins.
SPARK: Final = ("local", "spark://", "sc://", "yarn", "k8s://")
DEFAULT_MEMORY: Final = "2GB"
#: Of reading text: everything as text on every engine; numbers are read by the expression, which notes what is none.
_NO_S3A: Final = "S3AFileSystem not found"
_S3A: Final = (
    "Spark reads s3:// with its own library, which is not on its class path. Remedy: name org.apache.hadoop:hadoop-aws "
    "of Spark's Hadoop version in spark.jars.packages (spark-defaults.conf), or use DuckDB."
)
#: How the folder is called that DuckDB spills to; an error that names it says nothing of the microdata.
_SPILL: Final = "atlas-spill-"
_AGAIN: Final = "nothing was written; run it again when there is room."


@dataclass(frozen=True)
class Limits:
    """What DuckDB may take: memory ("2GB"), a folder for what does not fit, how large that may get ('': the disk)."""

    memory: str = DEFAULT_MEMORY
    spill: Path | None = None
    most_spill: str = ""
    threads: int = 0


class Engine:
    """One engine with the input registered; `run` gives an expression's rows, sorted, as a frame."""

    def __init__(self, connection: Any, name: str, spark: bool) -> None:
        self._connection, self.name, self._spark = connection, name, spark

    def table(self, files: Sequence[Input], recipe: Recipe) -> Any:
        """The microdata as one table."""
        form, separator = recipe.format, recipe.separator
        with self._told():
            remote = [one for one in files if isinstance(one, Remote)]
            if self._spark:
                paths = [f"s3a://{one.key}" for one in remote] or [str(Path(str(one)).resolve()) for one in files]
                return self._frame(paths, form, separator)
            if remote:
                from etl.microdata import stream  # noqa: PLC0415 - loads pandas, which files do not need

                name = ibis.util.gen_name("microdata")
                self._connection.con.register(name, stream.rows(remote, form, separator, recipe.columns()))
                return self._connection.table(name)
            return self._local([str(Path(str(one)).resolve()) for one in files], form, separator)

    def _frame(self, paths: list[str], form: str, separator: str) -> Any:
        if form == "parquet":
            return _spark_table(self._connection, lambda reader: reader.parquet(*paths))
        options = {"header": True, "sep": separator, "inferSchema": False, "mode": "FAILFAST", "escape": '"'}
        return _spark_table(self._connection, lambda reader: reader.options(**options).csv(paths))

    def _local(self, paths: list[str], form: str, separator: str) -> Any:
        if form == "parquet":
            return self._connection.read_parquet(paths, union_by_name=True)
        return self._connection.read_csv(paths, all_varchar=True, header=True, sep=separator, union_by_name=True)

    def run(self, expression: Any) -> pl.DataFrame:
        """The result, sorted by all its columns, so that engines can be compared row by row."""
        with self._told():
            rows = self._connection.to_pyarrow(expression) if self._spark else self._arrow(expression)
            found = pl.DataFrame(pl.from_arrow(rows)).cast(dict(expression.schema().to_polars()))
        return found.sort(found.columns)

    def _arrow(self, expression: Any) -> pa.Table:
        """What DuckDB finds. Ibis' `to_pyarrow` would load pandas, for as long as millions of rows take."""
        name = ibis.util.gen_name("found")
        self._connection.create_view(name, expression)
        return self._connection.con.table(name).to_arrow_table()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever an engine raises becomes one sentence; an interrupt stays one."""
        try:
            yield
        except (KeyboardInterrupt, AtlasError, duckdb.InterruptException):
            raise
        except duckdb.OutOfMemoryException as error:
            raise PublishError(f"DuckDB ran out of memory or of room to spill ({_first(error)}); {_AGAIN}") from error
        except Exception as error:
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise
            if isinstance(error, duckdb.IOException) and _SPILL in str(error):
                raise PublishError(f"DuckDB found no room to spill ({_first(error)}); {_AGAIN}") from error
            if _NO_S3A in str(error):
                raise PublishError(f"{self.name}: {_S3A}") from error
            raise EngineError(f"{self.name} could not finish ({_first(error)}); {_AGAIN}") from error


class EngineError(PublishError):
    """An engine gave up; the input may be to blame, which `aggregate` looks into."""


@contextmanager
def engine(name: str, limits: Limits) -> Iterator[Engine]:
    """'duckdb', or a Spark master or address: local-cluster[2,1,1024], spark://host:7077, yarn, sc://host:15002."""
    if name == "duckdb":
        with tempfile.TemporaryDirectory(prefix=_SPILL, dir=limits.spill) as spill:
            connection = ibis.duckdb.connect(
                memory_limit=limits.memory,
                temp_directory=spill,
                preserve_insertion_order=False,
                # What was read is not kept: files are read once or twice, and memory must not grow with them.
                enable_external_file_cache=False,
                **({"max_temp_directory_size": limits.most_spill} if limits.most_spill else {}),
                **({"threads": limits.threads} if limits.threads else {}),
            )
            try:
                yield Engine(connection, "DuckDB", spark=False)
            finally:
                connection.disconnect()
    elif name.startswith(SPARK):
        session = _session(name)
        try:
            yield Engine(ibis.pyspark.connect(session), f"Spark ({name})", spark=True)
        finally:
            # A cluster that is gone cannot be stopped; what was wrong has been said.
            with suppress(Exception):
                session.stop()
    else:
        raise AtlasError(f"--engine {name}: there is no such engine; write duckdb, or one of {', '.join(SPARK)}…")


def _session(name: str) -> Any:
    try:
        pyspark = importlib.import_module("pyspark")
        sql = importlib.import_module("pyspark.sql")
    except ImportError:
        raise AtlasError(
            f"--engine {name}: pyspark is not installed. Remedy: .venv/bin/python -m pip install --require-hashes "
            "-r lock/spark.txt (and Java 17 or newer)"
        ) from None
    builder = sql.SparkSession.builder.appName("atlas-aggregate").config("spark.ui.enabled", "false")
    # The same times on every machine: a date must not move with the zone of the host.
    builder = builder.config("spark.sql.session.timeZone", "UTC")
    try:
        if name.startswith("sc://"):
            return builder.remote(name).getOrCreate()
        if name.startswith("local-cluster"):
            os.environ.setdefault("SPARK_HOME", str(Path(str(pyspark.__file__)).parent))
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        return builder.master(name).getOrCreate()
    except Exception as error:
        raise AtlasError(f"--engine {name}: Spark does not answer ({_first(error)})") from error


def _spark_table(connection: Any, read: Any) -> Any:
    """A Spark frame as a table; a view, since a reader of Ibis would take one folder only."""
    frame = read(connection._session.read)
    name = ibis.util.gen_name("microdata")
    frame.createOrReplaceTempView(name)
    return connection.table(name)


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
