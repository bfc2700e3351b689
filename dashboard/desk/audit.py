"""The desk's one audit log: a line of JSON per step, only ever appended, each carrying the hash of the one before.

A changed, removed or inserted line breaks the chain from there on. Lines that are missing at the end are found by
comparing with hashes noted elsewhere: each release notes one (`noted`), `python -m dashboard.desk verify-audit` prints
the last.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "audit.jsonl"
#: In the folder of a release: the head of the chain when it was released.
NOTED = "audit.json"
START = "0" * 64
_TAIL = 1 << 16


class AuditError(Exception):
    """A step could not be written down, so it must not be taken; or the chain is broken."""


@dataclass(frozen=True)
class Checked:
    """An unbroken log: how many records, the last hash, and how many half lines a power failure left."""

    records: int
    head: str
    torn: int


class Audit:
    """The log of one installation; any number of processes may write to it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def write(self, who: str, what: str, **detail: object) -> tuple[int, str]:
        """Append one step and wait until the disk has it; its number and hash, the head of the chain now.

        Raises AuditError; then nothing was appended.
        """
        try:
            with _locked(self.path) as file:
                whole, last, torn, gap = _end(file)
                record = {
                    "n": (last["n"] + 1) if last else 1,
                    "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                    "who": who,
                    "what": what,
                    "detail": detail,
                    "before": last["hash"] if last else START,
                    **({"after_torn": _sha(torn)} if torn else {}),
                }
                head = _hash(record)
                _append(file, whole, gap + _text(record | {"hash": head}) + b"\n")
                return int(str(record["n"])), head
        except OSError as error:
            raise AuditError(f"the audit log cannot be written: {error.strerror}") from error

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, the oldest first; half lines are passed by."""
        if self.path.exists():
            with self.path.open("rb") as file:
                yield from (record for line in file if (record := _read(line)) is not None)

    def verify(self, heads: Mapping[int, tuple[str, str]] | None = None) -> Checked:
        """Recompute the chain. Raises AuditError, which names the first line that does not fit.

        heads: number of a record → its hash as it was noted elsewhere, and where; so an end that was cut off is found.
        """
        noted = heads or {}
        count, head, torn = 0, START, 0
        pending = b""
        for number, line in enumerate(self.path.open("rb") if self.path.exists() else (), 1):
            record = _read(line)
            if record is None:
                if pending:
                    raise AuditError(f"line {number}: no record")
                pending = line.rstrip(b"\n")
                continue
            stated = record.pop("hash", None)
            fits = record.get("before") == head and record.get("n") == count + 1 and stated == _hash(record)
            if not fits or record.get("after_torn", "") != (_sha(pending) if pending else ""):
                raise AuditError(f"line {number}: changed, or lines before it are missing")
            count, head, torn, pending = count + 1, str(stated), torn + bool(pending), b""
            if count in noted and noted[count][0] != head:
                raise AuditError(f"line {number}: not the record that {noted[count][1]} noted")
        if lost := [where for count_then, (_, where) in noted.items() if count_then > count]:
            raise AuditError(f"its end is missing: {lost[0]} noted more records than the {count} there are")
        return Checked(count, head, torn + bool(pending))


def noted(released: Path) -> dict[int, tuple[str, str]]:
    """What each release noted of the log: number of a record → its hash, and who noted it. Raises AuditError."""
    found = {}
    for path in released.glob(f"[!.]*/{NOTED}"):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            found[int(told["record"])] = (str(told["hash"]), f"release {path.parent.name}")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AuditError(f"{path} cannot be read ({error})") from None
    return dict(sorted(found.items()))


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _end(file: int) -> tuple[int, dict[str, Any] | None, bytes, bytes]:
    """Of an open log: size, the last whole record, the half line after it, and what must come before the next line."""
    size, reach = os.fstat(file).st_size, _TAIL
    while True:
        tail = os.pread(file, reach, max(0, size - reach))
        *lines, torn = tail.split(b"\n")
        gap = b"\n" if torn else b""
        if _read(torn) is not None:  # only its end of line was lost
            lines, torn = [*lines, torn], b""
        found = next((record for line in reversed(lines) if (record := _read(line)) is not None), None)
        if found is not None or reach >= size:
            if found is None and lines and any(lines):
                raise AuditError("the audit log holds no record that can be read; look at it before going on")
            return size, found, torn, gap
        reach *= 16


def _append(file: int, before: int, data: bytes) -> None:
    """All of it or nothing."""
    try:
        if os.write(file, data) != len(data):
            raise OSError(28, "no space left")
        os.fsync(file)
    except OSError:
        os.ftruncate(file, before)
        raise


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "hash" in record and isinstance(record.get("n"), int) else None


def _text(record: dict[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


def _hash(record: dict[str, Any]) -> str:
    return _sha(_text(record))


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
