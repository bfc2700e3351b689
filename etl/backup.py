"""`backup` and `restore`: all of a data folder in one file, as it stood at one moment, and back again.

The moment is taken under the lock that builds hold, and lasts as long as naming the files: what is only ever replaced
is linked, what is written in place (the desk's audit log, its SQLite) is copied. The archive, a tar in Zstandard
(through pyarrow, which is here anyway), is written afterwards. Its last member lists every file with its SHA-256: what
is cut off or changed is not restored, and what is there stays as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import pyarrow as pa

from etl import publish
from etl.command import Context
from etl.lock import lock
from etl.model import Exit, PublishError
from etl.snapshot import sync_folder

LIST: Final = "BACKUP.json"
FORM: Final = 1
#: Where the moment is kept while it is written, what a restore makes ready, and what it has replaced.
_MOMENT, _READY, _ASIDE = ".backup", ".restore", "replaced-"
#: What SQLite keeps beside a file that is being written.
_LEFT: Final = ("-wal", "-shm", "-journal")
_SQLITE: Final = b"SQLite format 3\0"
_SECONDS_BETWEEN: Final = 0.2


def backup(context: Context) -> int:
    """Write the archive; a build that is running is waited for."""
    arguments, data = context.arguments, context.data.resolve()
    target: Path = arguments.file.resolve()
    if target.exists():
        raise PublishError(f"{target} is there already; name another file")
    moment = data / f"{_MOMENT}.{os.getpid()}"
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with _waiting(data, arguments.wait):
            _take(data, moment)
        files = _write(moment, temporary)
        os.replace(temporary, target)
        sync_folder(target.parent)
    except (sqlite3.Error, pa.ArrowException) as error:
        raise PublishError(f"the backup could not be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
        shutil.rmtree(moment, ignore_errors=True)
    size = target.stat().st_size / 1e6
    context.say(
        f"written: {target}, {size:.0f} MB, {len(files)} files; restore it with `python -m etl restore {target}`"
    )
    return Exit.DONE


def restore(context: Context) -> int:
    """Put the data folder back as the archive has it; what was there is moved to data/replaced-…, and kept."""
    data, archive = context.data.resolve(), context.arguments.file
    ready = data / f"{_READY}.{os.getpid()}"
    data.mkdir(parents=True, exist_ok=True)
    try:
        files = _unpack(archive, ready)
        _prove(ready)
        with lock(data, "etl restore"):
            aside = _exchange(data, ready, files)
    except (OSError, EOFError, tarfile.TarError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise PublishError(
            f"{archive} is damaged or no backup ({str(error)[:200]}). Nothing was changed. Remedy: take an older one."
        ) from error
    finally:
        shutil.rmtree(ready, ignore_errors=True)
    context.say(f"restored: {len(files)} files. What was there before lies in {aside}; remove it once all is well.")
    return Exit.DONE


# ── The moment ───────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _waiting(data: Path, seconds: float) -> Iterator[None]:
    """The lock, as soon as a running build lets go of it; raises PublishError after so many seconds."""
    end = time.monotonic() + seconds
    with contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(lock(data, "etl backup"))
                break
            except PublishError:
                if time.monotonic() >= end:
                    raise
                time.sleep(_SECONDS_BETWEEN)
        yield


def _kept(data: Path) -> list[Path]:
    """The files of a data folder, relative; no locks, no temporaries, no links (an image's figures)."""
    found = []
    for folder, folders, names in os.walk(data):
        here = Path(folder)
        folders[:] = [
            one for one in folders if not one.startswith((".", "replaced-")) and not (here / one).is_symlink()
        ]
        for name in names:
            path = here / name
            passing = name.startswith(".") or name.endswith((".lock", *_LEFT))
            if not passing and path.is_file() and not path.is_symlink():
                found.append(path.relative_to(data))
    return sorted(found)


def _take(data: Path, moment: Path) -> None:
    """Name every file as it is now. Logs last: a step of the desk is written down before it is taken."""
    for relative in sorted(_kept(data), key=lambda one: (one.suffix == ".jsonl", str(one))):
        source, target = data / relative, moment / relative
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):  # the desk has taken it away since it was listed
            _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    if _is_sqlite(source):
        now = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)
        with contextlib.closing(now), contextlib.closing(sqlite3.connect(target)) as then:
            now.backup(then)
        shutil.copymode(source, target)
    elif source.suffix == ".jsonl":
        content = source.read_bytes()
        target.write_bytes(content[: content.rfind(b"\n") + 1])  # not a line that is just being written
        shutil.copystat(source, target)
    else:
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:  # a file system without links
            shutil.copy2(source, target)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


# ── The archive ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Hashing(io.RawIOBase):
    """Reads a file and hashes what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        content = self._file.read(size)
        self.hash.update(content)
        return content


def _write(moment: Path, temporary: Path) -> dict[str, str]:
    """The archive of a folder, readable by its owner only; path → SHA-256."""
    files: dict[str, str] = {}
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with pa.output_stream(temporary, compression="zstd") as packed, _tar(packed, "w|") as archive:
        for path in sorted(one for one in moment.rglob("*") if one.is_file()):
            name = path.relative_to(moment).as_posix()
            with path.open("rb") as file:
                hashing = _Hashing(file)
                archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), hashing)
            files[name] = hashing.hash.hexdigest()
        told = {"form": FORM, "at": datetime.now(UTC).isoformat(timespec="seconds"), "files": files}
        content = json.dumps(told).encode()
        last = tarfile.TarInfo(LIST)
        last.size = len(content)
        archive.addfile(last, io.BytesIO(content))
    return files


def _unpack(archive: Path, ready: Path) -> dict[str, str]:
    """Every file of the archive below `ready`, after comparing each with the list at its end; path → SHA-256."""
    found: dict[str, str] = {}
    told: dict[str, Any] = {}
    ready.mkdir(mode=0o700)
    with pa.input_stream(archive, compression="zstd") as packed, _tar(packed, "r|") as members:
        for member in members:
            name, file = PurePosixPath(member.name), members.extractfile(member)
            if not member.isreg() or file is None or name.is_absolute() or ".." in name.parts:
                raise ValueError(f"it holds {member.name[:80]!r}, which is no plain file")
            if member.name == LIST:
                told = json.load(file)
                continue
            target = ready / name
            target.parent.mkdir(parents=True, exist_ok=True)
            hashing = _Hashing(file)
            with target.open("wb") as out:
                shutil.copyfileobj(hashing, out, 1 << 20)
            target.chmod(member.mode & 0o777)
            os.utime(target, (member.mtime, member.mtime))
            found[member.name] = hashing.hash.hexdigest()
    if told.get("form") != FORM:
        raise ValueError("its list is missing, or of another form")
    if found != told["files"]:
        raise ValueError("its files are not those of its list")
    return found


def _tar(stream: Any, mode: Any) -> tarfile.TarFile:
    return tarfile.open(fileobj=stream, mode=mode, format=tarfile.PAX_FORMAT, bufsize=1 << 20)


def _prove(ready: Path) -> None:
    """The builds that its pointers name are there and sealed."""
    for folder in (ready, ready / "internal"):
        pointer = publish.read_pointer(folder)
        if pointer is not None:
            publish.verify(folder / pointer["file"])


# ── Back ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _exchange(data: Path, ready: Path, files: dict[str, str]) -> Path:
    """Move what is there aside and the restored files in, pointers last; where that went. All or nothing.

    A server that follows the pointer shows its last build until the new pointer is there.
    """
    aside = data / f"{_ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
    moves = [(data / one, aside / one) for one in _kept(data)]
    moves += [(data / f"{one}{left}", aside / f"{one}{left}") for one in _kept(data) for left in _LEFT]
    moves += [
        (ready / name, data / name) for name in sorted(files, key=lambda one: (one.endswith("current.json"), one))
    ]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(source, target)
                done.append((source, target))
        aside.mkdir(exist_ok=True)
        aside.chmod(0o700)
    except OSError as error:
        for source, target in reversed(done):
            os.replace(target, source)
        raise PublishError(
            f"{error.filename}: {error.strerror}. Everything is as it was. "
            f"Remedy: look for space and permission in {data}"
        ) from error
    sync_folder(data)
    return aside
