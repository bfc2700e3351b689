"""Sealing a build, and the pointer that readers follow.

A build is one file, `data/builds/<id>.duckdb`, written elsewhere, read back, renamed, and never changed again;
beside it lies its manifest (etl/manifest.py). `data/current.json` names the published one; it is replaced in one step,
so a reader sees the old build or the new.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from etl import changes, history, manifest, publications
from etl.audience import Audience
from etl.catalogue import Catalogue
from etl.figures import Figures
from etl.identity import build_id, code_hash, content_hash, content_of, input_hashes, table_hashes
from etl.ledger import Ledger
from etl.load import fill
from etl.lock import sweep
from etl.manifest import Input, Manifest
from etl.model import PublishError
from etl.reuse import Before
from etl.snapshot import sha256_of, sync_folder, write_atomically


@dataclass(frozen=True)
class Sealed:
    """An intact build file: its id, content hash and number of observations."""

    id: str
    path: Path
    content: str
    observations: int


def build(
    catalogue: Catalogue,
    data: Path,
    gathered: Mapping[str, Figures],
    say: Callable[[str], None],
    audience: Audience = Audience.PUBLIC,
    *,
    ledger: Ledger | None = None,
    since: Path | None = None,
) -> Sealed:
    """The sealed build of these figures; made only where the same inputs and code have not been built before.

    Call under `lock`. audience: who may be shown what is in it; the build carries it. since: the data folder whose
    published build gives the figures that are still the same, if not `data`. Whatever goes wrong, no half file stays
    and the pointer is untouched.
    """
    inputs, code = input_hashes(gathered), code_hash(catalogue.root)
    id_ = build_id(inputs | ({"ledger": ledger.sha256} if ledger and ledger.sha256 else {}), code, audience)
    folder = data / "builds"
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    path = folder / f"{id_}.duckdb"
    with contextlib.suppress(PublishError):
        if manifest.read(path) is not None:
            sealed = verify(path)
            say(f"  same inputs and code as build {id_}: it is used again")
            return sealed
    temporary = folder / f".{id_}.duckdb"
    before = _before(since or data, inputs, code)
    try:
        fill(temporary, catalogue, gathered, say, before, ledger=ledger)
        told = _seal(temporary, code, audience, catalogue=catalogue, gathered=gathered, before=before)
        say(f"  seal {id_}")
        manifest.write(manifest.place(path), told)
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
        _sweep(folder)
    return verify(path)


def _sweep(folder: Path) -> None:
    """Remove what a killed process left: the lock says that nobody is writing it."""
    for path in (*folder.glob(".*"), *folder.glob("*.json")):
        if path.name.startswith(".") or not path.with_suffix(".duckdb").exists():
            path.unlink(missing_ok=True)


def _before(data: Path, inputs: Mapping[str, str], code: str) -> Before | None:
    """The published build, where the same code and libraries made it and it is intact."""
    try:
        pointer = read_pointer(data)
        path = data / pointer["file"] if pointer else None
        told = manifest.read(path) if path else None
        if path is None or told is None or (told.code, told.versions) != (code, manifest.versions()):
            return None
        verify(path)
    except PublishError:
        return None
    changed = {
        id_ for id_ in {*inputs, *told.inputs} if id_ not in told.inputs or told.inputs[id_].sha256 != inputs.get(id_)
    }
    return Before(told.build, path, frozenset(changed))


def _seal(
    path: Path,
    code: str,
    audience: Audience,
    *,
    catalogue: Catalogue,
    gathered: Mapping[str, Figures],
    before: Before | None,
) -> Manifest:
    """Write the row of table `build`, last of all, and describe the closed file; its tables are read back from disk."""
    id_ = path.stem.removeprefix(".")
    inputs = {
        source: Input(
            figures.way,
            figures.sha256,
            figures.retrieved.isoformat(),
            catalogue.sources[source].source.keeps_history,
        )
        for source, figures in sorted(gathered.items())
    }
    with duckdb.connect(str(path)) as connection:
        tables = table_hashes(connection)
        content = content_of(tables)
        hashes = json.dumps({source: given.sha256 for source, given in inputs.items()})
        connection.execute("insert into build values (?, ?, ?, ?, ?)", [id_, content, hashes, code, audience])
        connection.execute("checkpoint")
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return Manifest(
        build=id_,
        audience=audience,
        content=content,
        code=code,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        created_from=before.id if before else "",
        versions=manifest.versions(),
        inputs=inputs,
        tables=tables,
        bytes=path.stat().st_size,
        sha256=sha256_of(path),
    )


def verify(path: Path) -> Sealed:
    """The build in a file, after comparing the file with its manifest, byte by byte; raises PublishError.

    A build from before there were manifests is compared with the content hash it carries itself.
    """
    if not path.is_file():
        raise PublishError(f"there is no build {path}")
    told = manifest.read(path)
    if told is None:
        return _verify_content(path)
    if told.build != path.stem or sha256_of(path) != told.sha256:
        raise PublishError(
            f"{path} was changed after it was sealed; `python -m etl verify {path.stem}` says what is different"
        )
    return Sealed(told.build, path, told.content, told.tables["observation"].rows)


def _verify_content(path: Path) -> Sealed:
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute("select id, content from build").fetchall()
            counts = connection.execute("select count(*) from observation").fetchall()
            content = content_hash(connection)
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


def publish(data: Path, sealed: Sealed, at: datetime | None = None) -> bool:
    """Point readers to this build; False where they are there already. Call under `lock`. at: when, if not now."""
    sweep(data, data / "changes", data / "changes" / "ledger", *data.glob("history/*"))
    try:
        now = read_pointer(data) or {}
        remember(data)  # what a killed publication did not
    except PublishError:
        now = {}
    with contextlib.suppress(PublishError):
        publications.record(data, now)
        changes.keep(data, now)
    if now.get("build") == sealed.id and now.get("content") == sealed.content:
        return False
    pointer = {
        "build": sealed.id,
        "file": f"builds/{sealed.id}.duckdb",
        "content": sealed.content,
        "observations": sealed.observations,
        "previous": now.get("build") if now.get("build") != sealed.id else now.get("previous"),
        "published": _after(now, at or datetime.now(UTC)).isoformat(timespec="microseconds"),
    }
    try:
        write_atomically(data / "current.json", (json.dumps(pointer, indent=1) + "\n").encode())
    except OSError as error:
        raise PublishError(
            f"{data / 'current.json'} could not be replaced ({error}). The last build keeps serving."
        ) from error
    publications.record(data, now, pointer)
    remember(data)
    changes.keep(data, pointer)
    return True


def _after(pointer: Mapping[str, Any], now: datetime) -> datetime:
    """Now, but later than the last publication, whatever was done to the clock."""
    try:
        return max(now, datetime.fromisoformat(pointer["published"]) + timedelta(microseconds=1))
    except (KeyError, ValueError, TypeError):
        return now


def remember(data: Path) -> None:
    """Keep what the published build shows of the sources that keep their history; once is enough, twice is harmless."""
    pointer = read_pointer(data)
    if not pointer or not pointer.get("published"):
        return
    path = data / pointer["file"]
    told = manifest.read(path)
    if told is None:
        return
    sources = {id_ for id_, given in told.inputs.items() if given.keeps_history} | history.kept(data)
    try:
        history.keep(data, path, sorted(sources), datetime.fromisoformat(pointer["published"]))
    except OSError as error:
        raise PublishError(
            f"build {told.build} is published, but what it shows could not be kept in {data / 'history'} ({error}). "
            "Remedy: make space; the next publication keeps it."
        ) from error


def retire(data: Path) -> None:
    """Take the pointer away: this audience has no build of its own any more."""
    if (data / "current.json").exists():
        (data / "current.json").unlink()
        sync_folder(data)


def rollback(data: Path) -> Sealed:
    """Point readers to the build before; a second rollback undoes the first. Call under `lock`."""
    pointer = read_pointer(data)
    if not pointer or not pointer.get("previous"):
        raise PublishError("there is no earlier build to go back to")
    sealed = verify(data / "builds" / f"{pointer['previous']}.duckdb")
    publish(data, sealed)
    return sealed


def prune(data: Path, kept: int, spare: str = "") -> list[str]:
    """Remove all but the last builds; returns their ids.

    Never the published one, the one before it, `spare`, or one that is kept for good (etl/publications.py).
    """
    pointer = read_pointer(data) or {}
    paths = sorted(
        (data / "builds").glob("*.duckdb"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True
    )
    needed = {pointer.get("build"), pointer.get("previous"), spare, *publications.kept(data)}
    old = [path for path in paths[kept:] if path.stem not in needed]
    for path in old:
        path.unlink()
        manifest.place(path).unlink(missing_ok=True)
    return [path.stem for path in old]
