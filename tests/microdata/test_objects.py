"""Microdata in an object store: a real S3 server on loopback, with one bad object of many, and a store that is gone."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import micro
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.cli import main
from etl.microdata import inputs, objects, stream, synthetic
from etl.microdata.aggregate import Result, aggregate
from etl.microdata.engines import Limits
from etl.microdata.recipe import read_recipe
from etl.model import DeliveryError, PublishError

RECIPE = micro.RECIPE.replace('method = "suppress"\nminimum = 5', 'method = "none"\nreason = "test"')
SKIP = RECIPE.replace("[input]", '[input]\nbad_files = "skip"')


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """In a process of its own: pyarrow waits for some answers with Python's lock held, and moto is Python."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "moto ended"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an S3 server with an empty bucket `micro`, which this process knows the keys of."""
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-store")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert httpx.post(f"{server}/moto-api/reset").status_code == 200
    assert httpx.put(f"{server}/micro").status_code == 200
    yield server
    httpx.post(f"{server}/moto-api/reset-auth", content="inf")


def put(key: str, body: bytes) -> None:
    with objects.system().open_output_stream(f"micro/{key}") as stream:
        stream.write(body)


def figures(path: Path, *patterns: str) -> Result:
    return aggregate(read_recipe(path), patterns, "duckdb", Limits(), lambda line: None)


def parts(folder: Path, count: int) -> list[bytes]:
    """The rows of `micro` in so many Parquet files."""
    frame = micro.rows().with_row_index()
    found = []
    for number in range(count):
        frame.filter(pl.col("index") % count == number).drop("index").write_parquet(folder / "one", compression="zstd")
        found.append((folder / "one").read_bytes())
    return found


def test_many_objects_give_what_files_give(tmp_path: Path, store: str) -> None:
    path = micro.write(tmp_path, RECIPE)
    wanted = figures(path).figures
    for number, part in enumerate(parts(tmp_path, 12)):
        put(f"jobs/{number % 3}/deep/part-{number:02}.parquet", part)
    put("jobs/readme.txt", b"no microdata")
    put("other.parquet", b"no microdata either")
    out = tmp_path / "out"
    assert main(["aggregate", str(path), "--input", "s3://micro/jobs/**/*.parquet", "--out", str(out)], print) == 0
    assert pl.read_parquet(out / "firms.parquet").equals(wanted)
    assert json.loads((out / "firms.report.json").read_text("utf-8"))["files"] == 12
    recipe = read_recipe(path)
    for pattern, count in (("jobs/1/*/part-0?.parquet", 3), ("jobs/*", 1), ("jobs/0/deep/part-00.parquet", 1)):
        assert len(inputs.find(recipe, [f"s3://micro/{pattern}"])) == count, pattern
    named = micro.write(tmp_path / "named", RECIPE.replace("*.parquet", "s3://micro/jobs/**/part-*"))
    assert figures(named).figures.equals(wanted), "also where the recipe names the store"


def test_a_store_is_read_as_often_as_a_recipe_needs_and_only_its_columns(tmp_path: Path, store: str) -> None:
    """Filtered sums by beneficiary: summed once, and once more for the largest of each cell."""
    for number, path in enumerate(synthetic.write("grants", tmp_path / "in", 3000, part=1000)):
        put(f"{number}.parquet", path.read_bytes())
    path = micro.ROOT / "etl/microdata/recipes/grants_ai.toml"
    here, there = figures(path, str(tmp_path / "in/*.parquet")), figures(path, "s3://micro/*.parquet")
    assert there.figures.equals(here.figures)
    keys = ["level", "region", "period", "dimension", "member"]
    one, two = (found.raw.frames["units"].sort(keys) for found in (here, there))
    assert_frame_equal(one, two, rel_tol=1e-12)  # sums of floats, whose order is nobody's
    recipe = read_recipe(path)
    found = [one for one in inputs.find(recipe, ["s3://micro/*.parquet"]) if isinstance(one, objects.Remote)]
    columns = stream.rows(found, "parquet", ",", recipe.columns()).projected_schema.names
    assert columns == list(recipe.columns())


def test_csv_in_a_store_gives_what_csv_in_a_folder_gives(tmp_path: Path, store: str) -> None:
    recipe = RECIPE.replace('"*.parquet"', '"*.csv"').replace('format = "parquet"', 'format = "csv"\nbad_rows = "skip"')
    recipe = recipe.replace('kind = "count"', 'kind = "sum"\nvalue = "amount"')
    path = micro.write(tmp_path, recipe)
    text = micro.rows().write_csv().replace("100.0", "viel", 2).replace("small", '""', 1).replace("large", '"large"', 3)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    head, *lines = text.splitlines(keepends=True)
    for number in range(3):
        put(f"{number}.csv", "".join([head, *lines[number::3]]).encode())
    here, there = figures(path), figures(path, "s3://micro/*.csv")
    assert there.figures.equals(here.figures)
    assert there.raw.faults == here.raw.faults == {"value_unreadable": 2 - 1, "breakdown_missing": 1}


@pytest.mark.parametrize("broken", ["cut", "inside", "column"])
def test_one_bad_object_of_many_is_named_or_left_out(tmp_path: Path, store: str, broken: str) -> None:
    path = micro.write(tmp_path, RECIPE)
    good = parts(tmp_path, 18)
    bodies = dict(enumerate(good))
    raw = bytearray(good[17])
    raw[4:60] = bytes(byte ^ 0xFF for byte in raw[4:60])
    if broken == "column":
        micro.rows().drop("size").write_parquet(tmp_path / "one")
    bodies[17] = {"cut": good[17][:300], "inside": bytes(raw), "column": (tmp_path / "one").read_bytes()}[broken]
    for number, body in bodies.items():
        put(f"part-{number:02}.parquet", body)
    with pytest.raises(DeliveryError, match=r"s3://micro/part-17.parquet: (unreadable|no column 'size')"):
        figures(path, "s3://micro/*.parquet")
    path.write_text(SKIP, "utf-8")
    result = figures(path, "s3://micro/*.parquet")
    assert [str(one) for one in result.bad_files] == ["s3://micro/part-17.parquet"]
    assert sum(result.raw.frames["reduced"]["rows"]) < 292
    put("part-17.parquet", good[17])
    assert figures(path, "s3://micro/*.parquet").figures.filter(region="DE", member="")["value"].item() == 292


def test_an_object_that_vanishes_while_it_is_read_is_named(
    tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = micro.write(tmp_path, RECIPE)
    for number, part in enumerate(parts(tmp_path, 3)):
        put(f"{number}.parquet", part)
    look, looked = inputs.look, []

    def then_gone(*given: object, **options: bool) -> object:
        found = look(*given, **options)  # type: ignore[arg-type]
        if not looked:
            objects.system().delete_file("micro/1.parquet")
        looked.append(options)
        return found

    monkeypatch.setattr(inputs, "look", then_gone)
    with pytest.raises(DeliveryError, match=r"s3://micro/1.parquet: unreadable"):
        figures(path, "s3://micro/*.parquet")


def test_a_store_that_is_not_there_or_refuses_ends_it_also_where_bad_files_are_left_out(
    tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = micro.write(tmp_path, SKIP)
    put("1.parquet", parts(tmp_path, 1)[0])
    listed = inputs.find(read_recipe(path), ["s3://micro/*.parquet"])

    def ends(pattern: str, code: int, *told: str) -> None:
        given = ["aggregate", str(path), "--input", pattern, "--out", str(tmp_path / "out")]
        assert main(given, print) == code
        said = capsys.readouterr().err
        assert all(one in said for one in told), said
        assert "secret-of-the-store" not in said
        assert not (tmp_path / "out").exists()

    ends("s3://nowhere/*.parquet", 10, "there is no bucket 'nowhere'")
    ends("s3://micro/*.csv", 10, "no file matches 's3://micro/*.csv'")
    ends("s3://*/1.parquet", 10, "a pattern names its bucket")
    ends("gs://micro/1.parquet", 2, "from a folder or from s3://bucket/")
    # From now on the server asks for keys that it knows, and knows none.
    httpx.post(f"{store}/moto-api/reset-auth", content="0")
    ends("s3://micro/*.parquet", 12, "does not answer or refuses", "AWS_ACCESS_KEY_ID", "nothing was written")
    with pytest.raises(PublishError, match="does not answer or refuses"):
        inputs.look(listed, read_recipe(path))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    ends("s3://micro/*.parquet", 12, "does not answer or refuses", "AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    ends("s3://micro/*.parquet", 12, "the store (http://127.0.0.1:9) does not answer")
    assert isinstance(listed[0], objects.Remote)
