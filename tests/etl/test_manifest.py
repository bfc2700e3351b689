"""A build is proven against its manifest; what was changed is found and named."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable

import duckdb
import pytest
from tiny_project import Make, Project

from etl import manifest
from etl.catalogue import ROOT
from etl.model import PublishError
from etl.publish import rollback, verify

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_manifest_says_what_the_build_was_made_of_and_what_it_holds(make: Make) -> None:
    sealed = make()
    told = manifest.prove(sealed.path)
    assert (told.build, told.content, told.bytes) == (sealed.id, sealed.content, sealed.path.stat().st_size)
    assert set(told.inputs) == {"office_survey"}
    assert told.inputs["office_survey"].way == "delivery"
    assert told.tables["observation"].rows == sealed.observations
    schema = (ROOT / "schema.sql").read_text(encoding="utf-8")
    assert set(told.tables) == set(re.findall(r"(?m)^create table (\w+)", schema)) - {"build"}
    assert {"duckdb", "polars", "python"} <= set(told.versions)


def test_verify_names_the_build_its_tables_and_inputs(run: Run, make: Make) -> None:
    sealed = make()
    done = run("verify")
    assert done.returncode == 0, done.stderr
    assert f"build {sealed.id}: " in done.stdout
    assert "observation" in done.stdout
    assert "office_survey" in done.stdout
    assert run("verify", sealed.id).stdout == done.stdout


def test_a_changed_byte_anywhere_in_the_build_is_found_and_the_build_named(make: Make) -> None:
    sealed = make()
    content = sealed.path.read_bytes()
    for share in range(8):
        place = len(content) * share // 8 + 77
        sealed.path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(PublishError, match=f"{sealed.id}.duckdb is not what was sealed.*\n.*another SHA-256"):
            manifest.prove(sealed.path)
        with pytest.raises(PublishError, match=f"etl verify {sealed.id}"):
            verify(sealed.path)
    sealed.path.write_bytes(content[:-1])
    with pytest.raises(PublishError, match="bytes, the manifest says"):
        manifest.prove(sealed.path)
    sealed.path.write_bytes(content)
    assert manifest.prove(sealed.path).build == sealed.id


def test_a_changed_figure_is_named_by_its_table(make: Make) -> None:
    sealed = make()
    with duckdb.connect(str(sealed.path)) as connection:
        connection.execute("update ranking set rank = 99 where region = 'DE1'")
        connection.execute("delete from scale")
        connection.execute("update source set retrieved = '2020-01-01'")
        connection.execute("update build set code = 'x'")
    with pytest.raises(PublishError) as caught:
        manifest.prove(sealed.path)
    for problem in (
        "table ranking has other rows",
        "table scale has 0 rows instead of ",
        "days of retrieval",
        "table build",
    ):
        assert problem in str(caught.value)
    assert "table region" not in str(caught.value)


def test_a_changed_byte_of_the_manifest_is_found_too(make: Make, run: Run) -> None:
    sealed = make()
    path = manifest.place(sealed.path)
    content = path.read_bytes()
    for place in range(40, len(content), len(content) // 20):
        changed = bytes([content[place] ^ 1])
        if not (changed + content[place : place + 1]).strip():
            continue  # white space for white space says the same
        path.write_bytes(content[:place] + changed + content[place + 1 :])
        with pytest.raises(PublishError, match=f"{sealed.id}.json"):
            verify(sealed.path)
    path.write_bytes(content)
    pointer = path.parents[1] / "current.json"
    pointer.write_text(pointer.read_text().replace(sealed.content, "0" * 64))
    done = run("verify")
    assert done.returncode == 12
    assert "current.json tells another content" in done.stderr


def test_a_build_from_before_there_were_manifests_still_serves_but_cannot_be_proven(make: Make, tiny: Project) -> None:
    first, second = make(), make(1)
    manifest.place(first.path).unlink()
    assert rollback(tiny.data) == first
    assert rollback(tiny.data) == second
    with pytest.raises(PublishError, match="there is no manifest"):
        manifest.prove(first.path)
    with duckdb.connect(str(first.path)) as connection:
        connection.execute("update observation set value = value + 1 where value is not null")
    with pytest.raises(PublishError, match="changed after it was sealed"):
        rollback(tiny.data)


def test_a_manifest_of_another_build_proves_nothing(make: Make) -> None:
    first, second = make(), make(1)
    manifest.place(first.path).write_text(manifest.place(second.path).read_text())
    with pytest.raises(PublishError, match=f"the manifest is that of build {second.id}"):
        manifest.prove(first.path)
    told = json.loads(manifest.place(second.path).read_text())
    assert told["created_from"] == first.id
