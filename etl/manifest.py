"""The manifest beside each build, `data/builds/<id>.json`: what it was made of, what it holds, its hashes.

It is written before the build gets its name, so a build in `data/builds` always has one. `seal` is the SHA-256 of the
manifest without it: a changed byte shows there too.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import duckdb

from etl.audience import Audience
from etl.identity import Table, content_of, table_hashes
from etl.model import PublishError
from etl.snapshot import sha256_of, write_atomically

_LIBRARIES: Final = ("duckdb", "polars", "pyarrow")


@dataclass(frozen=True)
class Input:
    """One source's figures in a build. way: 'delivery', 'snapshot' or 'shipped'; retrieved: day of the newest file."""

    way: str
    sha256: str
    retrieved: str
    keeps_history: bool


@dataclass(frozen=True)
class Manifest:
    """What is known of a build.

    audience: who may be shown it (etl.audience.Audience). code: hash of the ETL. created: ISO time (UTC). created_from:
    the build that the figures of untouched sources were taken over from, or empty. versions: of what calculated it.
    sha256, bytes: of the build file.
    """

    build: str
    audience: str
    content: str
    code: str
    created: str
    created_from: str
    versions: Mapping[str, str]
    inputs: Mapping[str, Input]
    tables: Mapping[str, Table]
    bytes: int
    sha256: str


def versions() -> dict[str, str]:
    """Of Python and the libraries that calculate."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def place(build: Path) -> Path:
    """Where the manifest of a build file lies."""
    return build.with_suffix(".json")


def write(path: Path, manifest: Manifest) -> None:
    """Write a manifest in one step."""
    content = asdict(manifest)
    write_atomically(path, (json.dumps({**content, "seal": _seal(content)}, indent=1) + "\n").encode())


def _seal(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read(build: Path) -> Manifest | None:
    """The manifest of a build file, or None where there is none; raises PublishError where it was changed."""
    path = place(build)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        seal = content.pop("seal")
        if seal != _seal(content):
            raise PublishError(f"{path} was changed after it was written")
        inputs = {id_: Input(**raw) for id_, raw in content["inputs"].items()}
        tables = {name: Table(**raw) for name, raw in content["tables"].items()}
        return Manifest(**{"audience": Audience.PUBLIC, **content, "inputs": inputs, "tables": tables})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PublishError(f"{path} is not a readable manifest ({error})") from error


def prove(build: Path) -> Manifest:
    """Compare a build with its manifest in every respect; raises PublishError naming all that differs."""
    manifest = read(build)
    if not build.is_file():
        raise PublishError(f"there is no build {build}")
    if manifest is None:
        raise PublishError(f"there is no manifest {place(build)}; the build cannot be proven")
    problems = []
    if manifest.build != build.stem:
        problems.append(f"the manifest is that of build {manifest.build}")
    if (size := build.stat().st_size) != manifest.bytes:
        problems.append(f"the file has {size:,} bytes, the manifest says {manifest.bytes:,}")
    if sha256_of(build) != manifest.sha256:
        problems.append("the file has another SHA-256 than the manifest says")
    if content_of(manifest.tables) != manifest.content:
        problems.append("the manifest's tables do not give its content hash")
    try:
        with duckdb.connect(str(build), read_only=True) as connection:
            problems += _differences(connection, manifest)
    except duckdb.Error as error:
        problems.append(f"it does not open or read as a database ({str(error).splitlines()[0]})")
    if problems:
        raise PublishError(f"{build} is not what was sealed:\n" + "\n".join(f"  - {problem}" for problem in problems))
    return manifest


def _differences(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> list[str]:
    """What the open build says otherwise than its manifest."""
    problems = []
    found = table_hashes(connection)
    for name in sorted({*found, *manifest.tables}):
        told, here = manifest.tables.get(name), found.get(name)
        if told is None or here is None:
            problems.append(f"table {name} is {'not in the manifest' if told is None else 'missing'}")
        elif told != here:
            rows = "other rows" if told.rows == here.rows else f"{here.rows:,} rows instead of {told.rows:,}"
            problems.append(f"table {name} has {rows}")
    inputs = json.dumps({id_: given.sha256 for id_, given in manifest.inputs.items()})
    row = (manifest.build, manifest.content, inputs, manifest.code, manifest.audience)
    if connection.execute("select id, content, inputs, code, audience from build").fetchall() != [row]:
        problems.append("table build does not say what the manifest says")
    retrieved = {id_: date.fromisoformat(given.retrieved) for id_, given in manifest.inputs.items()}
    if dict(connection.execute("select id, retrieved from source").fetchall()) != retrieved:
        problems.append("the days of retrieval are not those of the manifest")
    return problems
