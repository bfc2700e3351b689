"""Sealing a build, and the pointer that readers follow.

A build is one file, `data/builds/<id>.duckdb`, written elsewhere, verified, renamed, and never changed again.
`data/current.json` names the published one; it is replaced in one step, so a reader sees the old build or the new.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb

from etl.catalogue import Catalogue
from etl.figures import Figures
from etl.identity import build_id, code_hash, content_hash, input_hashes
from etl.load import fill
from etl.model import PublishError
from etl.snapshot import sync_folder, write_atomically

KEPT: Final = 5


@dataclass(frozen=True)
class Sealed:
    """An intact build file: its id, content hash and number of observations."""

    id: str
    path: Path
    content: str
    observations: int


@contextmanager
def lock(data: Path) -> Iterator[None]:
    """Hold `data/build.lock`, so that two builds or publications cannot collide; raises PublishError."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "build.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PublishError(f"another build or publication is running in {data}; wait until it is done") from error
        yield


def build(catalogue: Catalogue, data: Path, gathered: Mapping[str, Figures], say: Callable[[str], None]) -> Sealed:
    """The sealed build of these figures; made only where the same inputs and code have not been built before.

    Call under `lock`. Whatever goes wrong, no half file stays and the pointer is untouched.
    """
    id_ = build_id(catalogue, gathered)
    folder = data / "builds"
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(".*"):  # left by a killed process; the lock says nobody is writing it
        stale.unlink()
    path = folder / f"{id_}.duckdb"
    try:
        sealed = verify(path)
    except PublishError:
        pass
    else:
        say(f"  same inputs and code as build {id_}: it is used again")
        return sealed
    temporary = folder / f".{id_}.duckdb"
    try:
        fill(temporary, catalogue, gathered, say)
        _sign(temporary, id_, catalogue, gathered)
        sealed = verify(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(folder)
    except duckdb.InterruptException:
        raise
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"the build could not be written ({str(error).splitlines()[0]}). The last build keeps serving. "
            f"Remedy: look for space and write permission in {folder}."
        ) from error
    finally:
        for leftover in (temporary, Path(f"{temporary}.wal")):
            leftover.unlink(missing_ok=True)
    return replace(sealed, path=path)


def _sign(path: Path, id_: str, catalogue: Catalogue, gathered: Mapping[str, Figures]) -> None:
    """Write the row of table `build`, last of all."""
    connection = duckdb.connect(str(path))
    try:
        connection.execute(
            "insert into build values (?, ?, ?, ?)",
            [id_, content_hash(connection), json.dumps(input_hashes(gathered)), code_hash(catalogue.root)],
        )
        connection.execute("checkpoint")
    finally:
        connection.close()


def verify(path: Path) -> Sealed:
    """Open a build read-only and compare its content with the hash it was sealed with; raises PublishError."""
    if not path.is_file():
        raise PublishError(f"there is no build {path}")
    try:
        connection = duckdb.connect(str(path), read_only=True)
        try:
            rows = connection.execute("select id, content from build").fetchall()
            counts = connection.execute("select count(*) from observation").fetchall()
            content = content_hash(connection)
        finally:
            connection.close()
    except duckdb.Error as error:
        raise PublishError(f"{path} is not a readable build ({str(error).splitlines()[0]})") from error
    if len(rows) != 1 or content != rows[0][1]:
        raise PublishError(f"{path} was changed after it was sealed, or never was")
    return Sealed(rows[0][0], path, content, counts[0][0])


# ── The pointer ──────────────────────────────────────────────────────────────────────────────────────────────────


def read_pointer(data: Path) -> dict[str, Any] | None:
    """The content of `current.json`, or None where nothing was published; raises PublishError where it is broken."""
    path = data / "current.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content["build"], str) or not isinstance(content["file"], str):
            raise TypeError
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(f"{path} is broken; publish a build with `python -m etl publish BUILD`") from error
    return content


def publish(data: Path, sealed: Sealed) -> bool:
    """Point readers to this build; False where they are there already. Call under `lock`."""
    try:
        now = read_pointer(data) or {}
    except PublishError:
        now = {}
    if now.get("build") == sealed.id and now.get("content") == sealed.content:
        return False
    pointer = {
        "build": sealed.id,
        "file": f"builds/{sealed.id}.duckdb",
        "content": sealed.content,
        "observations": sealed.observations,
        "previous": now.get("build") if now.get("build") != sealed.id else now.get("previous"),
    }
    try:
        write_atomically(data / "current.json", (json.dumps(pointer, indent=1) + "\n").encode())
    except OSError as error:
        raise PublishError(f"{data / 'current.json'} could not be replaced ({error})") from error
    return True


def rollback(data: Path) -> Sealed:
    """Point readers to the build before; a second rollback undoes the first. Call under `lock`."""
    pointer = read_pointer(data)
    if not pointer or not pointer.get("previous"):
        raise PublishError("there is no earlier build to go back to")
    sealed = verify(data / "builds" / f"{pointer['previous']}.duckdb")
    publish(data, sealed)
    return sealed


def prune(data: Path, kept: int = KEPT) -> list[str]:
    """Remove all but the last builds; never the published one or the one before it. Returns what was removed."""
    pointer = read_pointer(data) or {}
    paths = sorted(
        (data / "builds").glob("*.duckdb"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True
    )
    old = [path for path in paths[kept:] if path.stem not in (pointer.get("build"), pointer.get("previous"))]
    for path in old:
        path.unlink()
    return [path.stem for path in old]
