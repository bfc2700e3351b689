"""What a server's processes hold, read from /proc: memory, file handles, open builds, processor time."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """One process at a moment. began: clock ticks since the machine started, so that a pid is not mistaken for another.

    memory: MB of its own plus its share of what it shares (PSS). builds: names of the .duckdb files it has open.
    """

    pid: int
    parent: int
    began: int
    name: str
    memory: float
    handles: int
    builds: frozenset[str]
    processor: float


def family(root: int) -> list[Process]:
    """A process and all that descend from it, as far as they are still there."""
    children = defaultdict(list)
    for pid, parent in _parents():
        children[parent].append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        waiting += children[pid]
        with suppress(OSError, IndexError):  # it may end while it is read
            found.append(_read(pid))
    return found


def alive(process: Process) -> bool:
    """Whether this very process is still there; one that only waits to be reaped has ended."""
    try:
        fields = _fields(process.pid)
    except (OSError, IndexError):
        return False
    return int(fields[19]) == process.began and fields[0] != "Z"


def memory(root: int) -> float:
    """MB of a process and all that descend from it."""
    return sum(one.memory for one in family(root))


def processor(root: int) -> float:
    """Seconds of processor that a process and those of its descendants that still live have used."""
    return sum(one.processor for one in family(root))


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                yield int(entry.name), int(_fields(int(entry.name))[1])


def _fields(pid: int) -> list[str]:
    """/proc/<pid>/stat from the third field on: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _read(pid: int) -> Process:
    fields, at = _fields(pid), Path(f"/proc/{pid}")
    share = re.search(r"^Pss:\s+(\d+)", (at / "smaps_rollup").read_text(), re.MULTILINE)
    handles = list((at / "fd").iterdir())
    return Process(
        pid=pid,
        parent=int(fields[1]),
        began=int(fields[19]),
        name=(at / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip(),
        memory=int(share[1]) / 1024 if share else 0.0,
        handles=len(handles),
        builds=frozenset(_builds(handles)),
        processor=sum(map(int, fields[11:15])) / _TICKS,
    )


def _builds(handles: list[Path]) -> Iterator[str]:
    for handle in handles:
        with suppress(OSError):
            name = os.readlink(handle)
            if ".duckdb" in name:
                yield name.rpartition("/")[2]
