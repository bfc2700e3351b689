"""Deliveries on disk: a folder given with `--from`, or files fetched earlier and never overwritten.

Below `data/snapshots/<source>/` lie
  `<sha256>/<name>`          the bytes as they came,
  `<time>.json`              one record per fetch that brought something new: which bytes each address gave,
  `checks/<key>.json`        how the last question for each file ended, also where nothing was new,
  `rejected/`                the same for deliveries that could not be read; they never count as a snapshot,
  `.incoming/`, `.lock`      a fetch under way.
A record is written last and in one piece: without it, bytes are not a snapshot, whatever was killed when.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

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
    names = [name for name in (source.id, *source.folders) if (folder / name).is_dir()]
    places = [folder / name for name in names]
    paths = {}
    for file in source.files:
        candidates = [place / name for place in places for name in file.names if (place / name).is_file()]
        if candidates:
            paths[file] = candidates[0]
    # A folder that several publishers' products share may well hold only another one's files.
    if not places or (not paths and shared.issuperset(names)):
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


#: How many rejected deliveries of a source are kept for looking into; a broken page that changes daily fills no disk.
KEEP_REJECTED: Final = 3


@dataclass(frozen=True)
class Record:
    """What one fetch of one file gave. retrieved: UTC. etag, last_modified, content_type: as the server said."""

    source: str
    key: str
    name: str
    url: str
    sha256: str
    bytes: int
    retrieved: datetime
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""

    def path(self, data: Path) -> Path:
        """Where the fetched bytes lie."""
        return home(data, self.source) / self.sha256 / self.name


@dataclass(frozen=True)
class Check:
    """How the last question for one file ended.

    outcome: new, unchanged, gone, rejected, failed or not set up. problem: a sentence where it went wrong.
    succeeded: when the address last gave a file that could be used, be it the same (UTC). sha256, etag, last_modified:
    of that file. url: as declared, without settings.
    """

    source: str
    key: str
    url: str
    outcome: str
    checked: datetime
    problem: str = ""
    succeeded: datetime | None = None
    sha256: str = ""
    etag: str = ""
    last_modified: str = ""


def home(data: Path, source: str) -> Path:
    """The folder of a source's snapshots."""
    return data / "snapshots" / source


def keep(data: Path, source: str, files: Mapping[Record, Path], gone: Iterable[str] = ()) -> None:
    """Move the fetched files of one source to their places and then write the record of their fetch.

    gone: keys of optional files that the publisher no longer has.
    """
    for record, temporary in files.items():
        _move(temporary, record.path(data))
    _write_record(home(data, source), files, {"gone": sorted(gone)})


def reject(data: Path, files: Mapping[Record, Path], problem: str) -> None:
    """Move the fetched files of one source to `rejected/`, with the reason; only the newest few are kept there."""
    folder = home(data, next(iter(files)).source) / "rejected"
    for record, temporary in files.items():
        _move(temporary, folder / record.sha256 / record.name)
    hashes = {record.sha256 for record in files}
    for path in folder.glob("*.json"):  # the same bytes again, rejected again: the last record is enough
        if _hashes(path) == hashes:
            path.unlink()
    _write_record(folder, files, {"problem": problem})
    records = sorted(folder.glob("*.json"))
    for path in records[:-KEEP_REJECTED]:
        path.unlink()
    kept = set().union(*(_hashes(path) for path in records[-KEEP_REJECTED:]))
    for place in folder.iterdir():
        if place.is_dir() and place.name not in kept:
            shutil.rmtree(place)


def _hashes(path: Path) -> set[str]:
    try:
        return {raw["sha256"] for raw in json.loads(path.read_text(encoding="utf-8"))["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _move(temporary: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    # Also over bytes that are there: they have the same hash, or were changed since.
    os.replace(temporary, place)
    sync_folder(place.parent)
    sync_folder(place.parent.parent)


def _write_record(folder: Path, files: Iterable[Record], more: Mapping[str, object]) -> None:
    written = max((record.retrieved for record in files), default=datetime.now(UTC))
    content = {"files": [_plain(record) for record in files], **more}
    write_atomically(
        folder / f"{written:%Y%m%dT%H%M%S.%fZ}.json", json.dumps(content, indent=1, ensure_ascii=False).encode()
    )


def _plain(item: Record | Check) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(item).items()}


def latest(data: Path, source: Source) -> dict[str, Record]:
    """The newest good record of each file of a source that was ever fetched and not withdrawn since, by file key."""
    found: dict[str, Record] = {}
    for path in sorted(home(data, source.id).glob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            records = [
                Record(**{**raw, "retrieved": datetime.fromisoformat(raw["retrieved"])}) for raw in content["files"]
            ]
            gone = list(content["gone"])
        except (ValueError, TypeError, KeyError) as error:
            raise DeliveryError(
                f"the record of a fetch is broken ({error})", file=str(path), remedy="remove it and fetch again."
            ) from error
        found |= {record.key: record for record in records}
        for key in gone:
            found.pop(key, None)
    return found


def write_check(data: Path, check: Check) -> None:
    """Remember how a question for a file ended, in place of the one before."""
    path = home(data, check.source) / "checks" / f"{check.key}.json"
    write_atomically(path, json.dumps(_plain(check), indent=1, ensure_ascii=False).encode())


def checks(data: Path, source: Source) -> dict[str, Check]:
    """How the last question for each declared file ended, by file key; files never asked for are left out."""
    found = {}
    for file in source.files:
        try:
            raw = json.loads((home(data, source.id) / "checks" / f"{file.key}.json").read_text(encoding="utf-8"))
            times = {name: datetime.fromisoformat(raw[name]) for name in ("checked", "succeeded") if raw[name]}
            found[file.key] = Check(**{**raw, **times})
        except (OSError, ValueError, TypeError, KeyError):
            continue  # never asked, or unreadable: then it is asked without a condition, and written anew
    return found


def last_errors(data: Path, source: Source) -> dict[str, Check]:
    """The files whose last question failed or whose answer was rejected, by file key; empty where all is well."""
    return {key: check for key, check in checks(data, source).items() if check.problem}


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
