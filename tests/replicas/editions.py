"""The real build, and later editions of it that can be told apart by one figure, each sealed with its manifest."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb

from etl import manifest, publications
from etl.publish import publish, read_pointer, verify
from etl.snapshot import sha256_of

WEB = "adoption_firms_ai_web_pct"
_EDIT = "update observation set value = value + ? where indicator = ? and region = 'DED'"


def first(build: Path, data: Path) -> str:
    """A folder of its own that publishes the real build; returns its id."""
    pointer = json.loads((build / "current.json").read_text())
    (data / "builds").mkdir(parents=True)
    for name in (pointer["file"], f"builds/{pointer['build']}.json"):
        shutil.copyfile(build / name, data / name)
    publish(data, verify(data / pointer["file"]))
    return str(pointer["build"])


def seal(data: Path, number: int) -> str:
    """Another edition, sealed and not published: Sachsen's figures are higher by `number`; returns its id."""
    before = data / (read_pointer(data) or {})["file"]
    told = manifest.read(before)
    assert told
    id_ = f"{number:012d}"
    path = data / f"builds/{id_}.duckdb"
    shutil.copyfile(before, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(_EDIT, [number, WEB])
        connection.execute("update build set id = ?", [id_])
    content = f"{number:064d}"
    manifest.write(
        manifest.place(path),
        replace(told, build=id_, content=content, bytes=path.stat().st_size, sha256=sha256_of(path)),
    )
    return id_


def show(data: Path, id_: str) -> None:
    """Publish an edition."""
    publish(data, verify(data / f"builds/{id_}.duckdb"))
    assert publications.publications(data)[-1][1] == id_


def value(data: Path, id_: str) -> float:
    """Sachsen's figure of 2024 in an edition."""
    with duckdb.connect(str(data / f"builds/{id_}.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select value from observation where indicator = ? and region = 'DED' and period = '2024'", [WEB]
        ).fetchall()
    return float(rows[0][0])
