"""Deliveries on disk: a folder given with `--from`, or files fetched earlier and never overwritten.

A snapshot is `data/snapshots/<source>/<sha256>/<name>`, the bytes as they came, and beside it one record per fetch,
`data/snapshots/<source>/<retrieved>.<key>.json`, that says which bytes the address gave at that time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from etl.model import AtlasError, Delivery, DeliveryError, File, RawFile, Source


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file so that a reader, or a power cut, sees the old one or the new one and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ── A folder of deliveries ───────────────────────────────────────────────────────────────────────────────────────


def find_deliveries(
    folder: Path, sources: Iterable[Source], retrieved: date | None = None, known: Mapping[str, date] | None = None
) -> dict[str, Delivery]:
    """The deliveries in FOLDER/<source_id>/ or FOLDER/<one of SOURCE.folders>/, by source id.

    retrieved: the day they were taken from the publisher. Without it: the day `known` has for the same bytes, else the
    day the file was last written. Raises AtlasError (exit 2) where the folder holds no known delivery at all, and
    DeliveryError where a delivery lacks a required file.
    """
    sources = list(sources)
    if not folder.is_dir():
        raise AtlasError(f"--from {folder}: there is no such folder")
    shared = {name for name in _tried(sources) if sum(name in (s.id, *s.folders) for s in sources) > 1}
    found = {}
    for source in sources:
        paths = _find(folder, source, shared)
        if paths:
            found[source.id] = Delivery(
                source, {file.key: _raw(file, path, retrieved, known or {}) for file, path in paths.items()}
            )
    if not found:
        raise AtlasError(
            f"--from {folder}: no delivery of a known source in it. Looked for the folders {', '.join(_tried(sources))}"
        )
    return found


def _tried(sources: Iterable[Source]) -> list[str]:
    return sorted({name for source in sources for name in (source.id, *source.folders)})


def _find(folder: Path, source: Source, shared: set[str]) -> dict[File, Path]:
    """The files of one source's delivery; empty where the folder has none of it."""
    places = [folder / name for name in (source.id, *source.folders) if (folder / name).is_dir()]
    paths = {}
    for file in source.files:
        candidates = [place / name for place in places for name in file.names if (place / name).is_file()]
        if candidates:
            paths[file] = candidates[0]
    # A folder that several publishers' products share may well hold only another one's files.
    if not places or (not paths and all(place.name in shared for place in places)):
        return {}
    for file in source.files:
        if file.required and file not in paths:
            raise DeliveryError(
                f"the delivery of {source.id} lacks a required file",
                file=str(places[0]),
                remedy=f"put {' or '.join(file.names)} there" + (f", from {file.url}" if file.url else "") + ".",
            )
    return paths


def _raw(file: File, path: Path, retrieved: date | None, known: Mapping[str, date]) -> RawFile:
    sha256 = sha256_of(path)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    return RawFile(file.key, path, sha256, retrieved or known.get(sha256) or written, file.url)


# ── Snapshots ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Record:
    """What one fetch of one file gave. retrieved: UTC."""

    source: str
    key: str
    name: str
    url: str
    sha256: str
    bytes: int
    retrieved: datetime

    def path(self, data: Path) -> Path:
        """Where the fetched bytes lie."""
        return data / "snapshots" / self.source / self.sha256 / self.name


def keep(data: Path, record: Record, temporary: Path) -> Path:
    """Move fetched bytes to their place, unless the same bytes are there already, and write the fetch's record."""
    place = record.path(data)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        temporary.unlink()
    else:
        os.replace(temporary, place)
        sync_folder(place.parent)
    stamp = record.retrieved.strftime("%Y%m%dT%H%M%S.%fZ")
    content = {**record.__dict__, "retrieved": record.retrieved.isoformat()}
    write_atomically(
        data / "snapshots" / record.source / f"{stamp}.{record.key}.json",
        json.dumps(content, indent=1, ensure_ascii=False).encode(),
    )
    return place


def latest(data: Path, source: Source) -> dict[str, Record]:
    """The newest record of each file of a source that was ever fetched, by file key."""
    found: dict[str, Record] = {}
    for path in sorted((data / "snapshots" / source.id).glob("*.json")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            record = Record(**{**raw, "retrieved": datetime.fromisoformat(raw["retrieved"])})
        except (ValueError, TypeError, KeyError) as error:
            raise DeliveryError(
                f"the record of a fetch is broken ({error})", file=str(path), remedy="remove it and fetch again."
            ) from error
        if record.key not in found or record.retrieved >= found[record.key].retrieved:
            found[record.key] = record
    return found


def snapshot(data: Path, source: Source) -> Delivery | None:
    """The newest fetched delivery of a source, or None where it was never fetched completely.

    Raises DeliveryError where the bytes on disk are no longer those that were fetched.
    """
    records = latest(data, source)
    if not records or any(file.required and file.key not in records for file in source.files):
        return None
    files = {}
    for file in source.files:
        record = records.get(file.key)
        if record is None:
            continue
        path = record.path(data)
        if not path.is_file() or sha256_of(path) != record.sha256:
            raise DeliveryError(
                "the snapshot is missing or was changed after it was fetched",
                file=str(path),
                remedy=f"run `python -m etl fetch {source.id}`.",
            )
        files[file.key] = RawFile(file.key, path, record.sha256, record.retrieved.date(), record.url)
    return Delivery(source, files)
