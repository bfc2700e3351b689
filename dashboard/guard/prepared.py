"""A SQLite file that several processes write at once: made by the first, readable by its owner only."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path


def prepare(path: Path, schema: str) -> None:
    """Make the file and its tables where they are missing. Raises OSError, sqlite3.Error."""
    with suppress(FileExistsError):  # to open and close one that is there would end the locks SQLite has on it here
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as file, os.fdopen(lock) as held:
        # SQLite does not wait while another process changes the mode: workers that start at once would fail.
        fcntl.flock(held, fcntl.LOCK_EX)
        file.execute("PRAGMA journal_mode = WAL")
        file.executescript(schema)
