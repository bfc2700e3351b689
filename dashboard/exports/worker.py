"""The process in which exports are made; pool.py starts it, writes jobs to its input, reads results from its output."""

from __future__ import annotations

import os
import pickle
import re
import signal
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, Final

from dashboard.exports.pool import JOB_SECONDS, BrokenError
from dashboard.store import Build

#: Bytes that it may have needed at most; after a job that took it beyond it ends, and the next begins with little.
MEMORY: Final = 700_000_000
#: How much the process gives way to the pages (0 not at all, 19 entirely).
_NICE: Final = 10
#: Open builds of the process: the current one, the one before, a frozen one.
_BUILDS: Final = 3
#: Seconds after which a job ends the process where no web worker is left to do so.
_ALONE: Final = int(JOB_SECONDS) + 5


def serve(jobs: BinaryIO, results: BinaryIO) -> None:
    """Work until the web worker closes the pipe, as its end does."""
    builds: OrderedDict[tuple[object, ...], Build] = OrderedDict()
    while head := jobs.read(8):
        signal.alarm(_ALONE)
        handed, make, args = pickle.loads(jobs.read(int.from_bytes(head, "big")))  # noqa: S301
        try:
            fine, result = True, make(_opened(builds, handed), *args)
        except Exception as error:  # whatever it is, the request answers for it
            fine, result = False, _sendable(error)
        signal.alarm(0)
        last = most_memory() > MEMORY
        results.write(pickle.dumps((fine, result, last)))
        results.flush()
        if last:
            return


def most_memory() -> int:
    """The most bytes that this process ever had in memory.

    Not from getrusage: what that says begins with what the web worker needed, from before this program was started.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    return int(found[1]) * 1024 if found else 0


def _opened(builds: OrderedDict[tuple[object, ...], Build], handed: tuple[Any, ...]) -> Build:
    key = (handed[0], handed[1])
    if key not in builds:
        builds[key] = Build(*handed)
        while len(builds) > _BUILDS:
            builds.popitem(last=False)[1].close()
    builds.move_to_end(key)
    return builds[key]


def _sendable(error: Exception) -> Exception:
    """The error, or its words where it cannot be sent as it is."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:
        return BrokenError(repr(error)[:500])
    return error


def main() -> None:
    """Work at low priority until the web worker ends."""
    os.nice(_NICE)
    # Ctrl-C at a terminal asks all processes; this one goes with its web worker, which still wants the job done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not stand among the results
    serve(sys.stdin.buffer, results)


if __name__ == "__main__":
    main()
