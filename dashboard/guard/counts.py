"""Counts that the processes of one machine share without a service: a storage of `limits` in a SQLite file in memory.

Time is the machine's monotonic clock, the same in all its processes: setting the clock changes no count. A file that
is damaged, or lies where nothing can be written, is an error of sqlite3 or OSError; who counts lets the request pass.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from limits.storage.base import SlidingWindowCounterSupport, Storage

from dashboard.guard.prepared import prepare
from dashboard.settings import Settings

#: Seconds that a count waits for those of other processes; each takes some hundred-thousandths.
_WAIT: Final = 0.05
#: Seconds between two clearings of what is over.
_CLEAR: Final = 10.0
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (a folder of our own in it, see `folder`)
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS count (
  place TEXT NOT NULL, part INTEGER NOT NULL, n INTEGER NOT NULL, until REAL NOT NULL, PRIMARY KEY (place, part)
) WITHOUT ROWID"""
#: One statement, so that no other process counts in between: what the window holds decides whether it counts.
_COUNT: Final = """
INSERT INTO count
SELECT :place, :part, :amount, :until WHERE :amount + :weight
  * coalesce((SELECT n FROM count WHERE place = :place AND part = :part - 1), 0)
  + coalesce((SELECT n FROM count WHERE place = :place AND part = :part), 0) <= :most
ON CONFLICT DO UPDATE SET n = n + excluded.n RETURNING n"""


class Counts(Storage, SlidingWindowCounterSupport):
    """The file `path`, made by the first count, readable by its owner only. Thread-safe; open once per process."""

    STORAGE_SCHEME = ["atlas+file"]  # noqa: RUF012 (as the library declares it)

    def __init__(self, uri: str = "", wrap_exceptions: bool = False, *, path: Path) -> None:
        super().__init__(uri, wrap_exceptions)
        self.path = path
        self._file: sqlite3.Connection | None = None
        self._cleared = 0.0
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What a count may raise."""
        return sqlite3.Error, OSError

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count, unless the last `expiry` seconds hold `limit` already."""
        now = time.monotonic()
        part, weight = self._place(now, expiry)
        values = {"place": key, "part": part, "weight": weight, "amount": amount, "most": limit}
        values["until"] = (part + 2) * expiry
        with self._lock:
            counted = self._opened(now).execute(_COUNT, values).fetchall()
        return bool(counted)

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Counts of the window before and of this one, each with the seconds that it still counts."""
        now = time.monotonic()
        part, weight = self._place(now, expiry)
        with self._lock:
            rows = self._opened(now).execute("SELECT part, n FROM count WHERE place = ? AND part >= ?", (key, part - 1))
            held = dict(rows.fetchall())
        return held.get(part - 1, 0), weight * expiry, held.get(part, 0), (1 + weight) * expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget the counts of a place."""
        self.clear(key)

    def clear(self, key: str) -> None:
        """Forget the counts of a place."""
        with self._lock:
            self._opened(time.monotonic()).execute("DELETE FROM count WHERE place = ?", (key,))

    def reset(self) -> int | None:
        """Forget all counts; how many there were."""
        with self._lock:
            return self._opened(time.monotonic()).execute("DELETE FROM count").rowcount

    def check(self) -> bool:
        """Whether the file can be read."""
        with self._lock:
            self._opened(time.monotonic()).execute("SELECT count(*) FROM count").fetchone()
        return True

    def renew(self) -> None:
        """Begin with a new file: this one was damaged. Other processes follow when they find it so, too."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            for end in ("", "-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{self.path}{end}").unlink()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Fixed windows are not counted here."""
        raise NotImplementedError

    get = get_expiry = incr  # type: ignore[assignment]

    @staticmethod
    def _place(now: float, expiry: int) -> tuple[int, float]:
        """The window of a moment, and how much of the one before still lies within the last `expiry` seconds."""
        part = int(now // expiry)
        return part, 1 - (now / expiry - part)

    def _opened(self, now: float) -> sqlite3.Connection:
        """The file, with what is over cleared now and then; only with the lock held."""
        if self._file is None:
            prepare(self.path, _SCHEMA)
            self._file = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            self._file.execute("PRAGMA synchronous = OFF")  # it may be lost with the machine
        if now - self._cleared > _CLEAR:
            self._cleared = now
            # Far ahead: written before the machine started anew, by a clock that began at nought again.
            self._file.execute("DELETE FROM count WHERE until < ? OR until > ?", (now, now + 3600))
        return self._file


def folder(settings: Settings) -> Path:
    """Where the processes share: ATLAS_RUNTIME, systemd's RuntimeDirectory, else a folder of our own in memory.

    Raises OSError where it cannot be made, or belongs to somebody else.
    """
    given = settings.runtime or os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    above = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    found = Path(given) if given else above / f"atlas-{os.getuid()}"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not given and (found.is_symlink() or found.stat().st_uid != os.getuid()):
        raise PermissionError(f"{found} belongs to somebody else")
    return found


def path(settings: Settings) -> Path:
    """The file of an atlas: those on other ports or data folders of a machine have their own."""
    name = sha256(f"{settings.data.resolve()}\n{settings.port}".encode()).hexdigest()[:12]
    return folder(settings) / f"limits-{name}.sqlite"
