"""`etl mirror ADDRESS --watch`: keeps a data folder as it is published at a place, for a dashboard on this machine.

One process a machine asks, however many workers serve. Everything is brought beside, compared with its SHA-256, and
only then given its name; the pointer comes last. Whatever goes wrong, what is there goes on being served, and
`mirror.json` says since when what is wrong; the dashboard shows that at /health/ready and /metrics.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from etl import manifest
from etl.audience import Audience
from etl.command import Context, Say
from etl.interruption import is_interruption
from etl.model import AtlasError, Exit, PublishError
from etl.remote import head as heads
from etl.remote.head import Blob, Head
from etl.remote.store import DAMAGED, DISK, STEP, Remote, StoreError
from etl.snapshot import sha256_of, sync_folder, write_atomically

STATE: Final = "mirror.json"
FORMAT: Final = 1
#: Seconds after which the state is written again, though nothing happened.
TELL_SECONDS: Final = 10.0
#: The longest wait after a failure, in seconds; what was damaged is large, and waits longer unless it is replaced.
WAIT_SECONDS, DAMAGED_SECONDS = 4.0, 60.0


def run(context: Context) -> int:
    """`etl mirror`: once, or with --watch until it is stopped."""
    arguments = context.arguments
    mirror = Mirror(Remote(arguments.address), context.data, context.say)
    with _alone(context.data):
        if arguments.watch:
            return _watch(mirror, arguments.every)
        try:
            mirror.step()
        except OSError as error:
            raise mirror.unwritten(error) from None
    context.say(f"build {mirror.build} of {arguments.address} is here")
    return Exit.DONE


def _watch(mirror: Mirror, every: float) -> int:
    mirror.say(f"watching {mirror.remote.address}; stop with Ctrl-C or SIGTERM")
    try:
        while True:
            mirror.look()
            time.sleep(every)
    except BaseException as error:
        if not is_interruption(error):
            raise
        mirror.say("stopped watching; what is here goes on being served")
        return Exit.DONE


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the folder; raises AtlasError where another mirror does, or a pipeline publishes into it."""
    data.mkdir(parents=True, exist_ok=True)
    if (data / "current.json").exists() and not (data / STATE).exists():
        raise AtlasError(f"{data} has builds of its own; a mirror wants a folder to itself: set ATLAS_DATA to one")
    with (data / "mirror.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AtlasError(f"another mirror is running in {data}") from None
        yield


class Mirror:
    """A data folder that follows a place."""

    def __init__(self, remote: Remote, data: Path, say: Say) -> None:
        self.remote, self.data, self.say = remote, data, say
        self.build = ""
        self._seen = ""  # version of the head that was brought, or failed
        self._done = False
        self._failures, self._after = 0, 0.0
        self._hashes: dict[str, tuple[tuple[int, int, int], str]] = {}
        self._problem, self._since, self._told = "", "", 0.0

    def look(self) -> None:
        """One look of a watch: nothing is raised, all is said once and written down."""
        try:
            self.step()
        except StoreError as error:
            self._failed(error)
        except PublishError as error:
            self._failed(StoreError(DISK, f"{self.data}: {error}"))
        except OSError as error:
            self._failed(self.unwritten(error))
        else:
            if self._problem and self._done:
                self._say(f"all is well again: build {self.build}")
                self._problem, self._since = "", ""
                self._tell()
            elif time.monotonic() - self._told >= TELL_SECONDS:
                self._tell()

    def step(self) -> None:
        """Bring what is published now, if that is not here. Raises StoreError, OSError."""
        found = self.remote.head(self._seen)
        if found is None:
            if self._done or time.monotonic() < self._after:
                return
            found = self.remote.head()  # what failed is tried again
        if found is None:
            return
        content, self._seen = found
        self._done = False
        self._bring(heads.read(content))
        self._done, self._failures = True, 0

    def unwritten(self, error: OSError) -> StoreError:
        """The sentence about a disk that takes no more, or a folder that may not be written."""
        why = error.strerror or str(error)
        return StoreError(DISK, f"{self.data} cannot be written ({why}). Make room there, or give it the right to.")

    def _failed(self, error: StoreError) -> None:
        most = DAMAGED_SECONDS if error.kind == DAMAGED else WAIT_SECONDS
        self._after = time.monotonic() + min(2.0**self._failures, most)
        self._failures = min(self._failures + 1, 10)
        if error.kind != self._problem:
            self._say(f"error: {error} What is here goes on being served.")
            self._problem, self._since = error.kind, _now()
            self._tell()
        elif time.monotonic() - self._told >= TELL_SECONDS:
            self._tell()

    # ── One head ─────────────────────────────────────────────────────────────────────────────────────────────

    def _bring(self, head: Head) -> None:
        """What readers need first, then the pointer, then the rest; what is no longer named goes last."""
        builds = sorted(name for name in head.files if name.endswith(".duckdb"))
        first = [str(head.pointer["file"])]
        if not (self.data / "current.json").exists():  # a new replica can show at once what the others can
            first = builds
        for name in first:
            self._bring_build(name, head)
        for name in (one for one in head.files if not one.startswith("builds/")):
            self._bring_file(name, head.files[name])
        self._point(head)
        for name in builds:
            self._bring_build(name, head)
        self._remove(head)

    def _bring_build(self, name: str, head: Head) -> None:
        """A build with its manifest, which must agree, and say that it is public."""
        beside = f"{name.removesuffix('.duckdb')}.json"
        self._bring_file(beside, head.files[beside])
        try:
            told = manifest.read(self.data / name)
        except PublishError as error:
            raise StoreError(DAMAGED, str(error)) from None
        if told is None or told.audience != Audience.PUBLIC:
            raise StoreError(DAMAGED, f"build {Path(name).stem} is not public: it is not brought here.")
        if (f"builds/{told.build}.duckdb", told.sha256) != (name, head.files[name].sha256):
            raise StoreError(DAMAGED, f"the manifest of build {Path(name).stem} is another build's.")
        self._bring_file(name, head.files[name])

    def _bring_file(self, name: str, blob: Blob) -> None:
        path = self.data / name
        if self._hash(path) == blob.sha256:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{blob.sha256}.part")
        self._download(part, blob)
        if sha256_of(part) != blob.sha256:
            part.unlink()
            raise StoreError(DAMAGED, f"{name} came with another SHA-256 than was published; it is not used.")
        os.replace(part, path)
        sync_folder(path.parent)
        self._hashes[str(path)] = _state(path), blob.sha256

    def _download(self, part: Path, blob: Blob) -> None:
        """Go on where the last attempt ended."""
        with part.open("ab") as file:
            if file.tell() > blob.bytes:
                file.truncate(0)
            while (start := file.tell()) < blob.bytes:
                came = self.remote.read(blob.name, start, min(STEP, blob.bytes - start))
                if not came:
                    raise StoreError(DAMAGED, f"{blob.name} is shorter than was published.")
                file.write(came)
                if time.monotonic() - self._told >= TELL_SECONDS:
                    self._tell()
            file.flush()
            os.fsync(file.fileno())

    def _hash(self, path: Path) -> str:
        """The SHA-256 of a local file, calculated again only where it is another file."""
        try:
            key = _state(path)
        except FileNotFoundError:
            return ""
        if self._hashes.get(str(path), ((), ""))[0] != key:
            self._hashes[str(path)] = key, sha256_of(path)
        return self._hashes[str(path)][1]

    def _point(self, head: Head) -> None:
        pointer = (json.dumps(dict(head.pointer), indent=1) + "\n").encode()
        path = self.data / "current.json"
        if not path.exists() or path.read_bytes() != pointer:
            self.build = head.build
            self._tell()  # before the pointer: who finds one without the other must see a mirror's folder
            write_atomically(path, pointer)
            self._say(f"build {head.build} is published")
        self.build = head.build

    def _remove(self, head: Head) -> None:
        """Files of ours that the head does not name, and what broken downloads left. Open ones stay readable."""
        for pattern in ("builds/*", "builds/.*.part", "changes/*.parquet", "changes/ledger/*.parquet"):
            for path in self.data.glob(pattern):
                name = path.relative_to(self.data).as_posix()
                if name not in head.files:
                    path.unlink(missing_ok=True)
                    self._hashes.pop(str(path), None)

    # ── Saying ───────────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, text: str) -> None:
        self.say(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC  {text}")

    def _tell(self) -> None:
        """Write the state for the dashboard: no address and no sentence, since readers may see it."""
        state: dict[str, Any] = {
            "format": FORMAT,
            "build": self.build,
            "looked": _now(),
            "problem": self._problem,
            "since": self._since,
        }
        self._told = time.monotonic()
        with suppress(OSError):  # on a full disk the log has to do
            write_atomically(self.data / STATE, (json.dumps(state) + "\n").encode())


def _state(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
