"""One writer at a time: the lock on `data/`, and who holds it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from etl.model import PublishError


@contextmanager
def lock(data: Path, command: str = "python -m etl") -> Iterator[None]:
    """Hold `data/build.lock`, so that two builds or publications cannot collide.

    Raises PublishError saying who holds it: process, command, since when, host. What the file says is only for people;
    the kernel's lock alone decides, and it goes with its process however that ends.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "build.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PublishError(
                f"another build or publication is running in {data}: {_holder(data)}. Wait until it is done."
            ) from error
        me = {"pid": os.getpid(), "command": command, "since": _now(), "host": platform.node()}
        with contextlib.suppress(OSError):  # a full disk must not keep anybody from going back to the last build
            file.truncate(0)
            file.write(json.dumps(me) + "\n")
            file.flush()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                file.truncate(0)


def sweep(*folders: Path) -> None:
    """Remove what killed processes left of files that snapshot.write_atomically wrote; living ones keep theirs."""
    for path in (path for folder in folders for path in folder.glob(".*.tmp")):
        pid = path.name.split(".")[-2]
        if not (pid.isdecimal() and _alive(int(pid))):
            path.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _holder(data: Path) -> str:
    """Who holds the lock, in words; the note of a process that is gone is not believed."""
    unknown = "a process that has not yet said who it is"
    try:
        told = json.loads((data / "build.lock").read_text(encoding="utf-8"))
        pid, command, since, host = int(told["pid"]), told["command"], told["since"], told["host"]
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return unknown
    if host == platform.node() and not _alive(pid):
        return unknown
    return f"`{command}`, process {pid} on {host}, since {since}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
