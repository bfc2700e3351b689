"""The dry run: every line of an upload is read, judged, and put with the accepted or the refused ones.

It runs in a process of its own (`python -m dashboard.desk check ID`), so that the page answers at once, a file that
kills its reader kills nothing else, and a check that was cut off is begun again by whoever opens the page.
"""

from __future__ import annotations

import resource
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from dashboard.desk import disk, rules, tabular
from dashboard.desk.cells import CellError, Reader, readers
from dashboard.desk.known import Known, known, told_to
from dashboard.desk.permissions import User, may
from dashboard.desk.problems import FileError, Problem
from dashboard.desk.schemas import Schema, schema
from dashboard.desk.uploads import CHECKED, DRAFT, RECEIVED, UNREADABLE, Upload, Uploads, moved
from dashboard.settings import ROOT
from dashboard.store import Build

MOST_LINES: Final = 200_000
#: So many refused lines are told one by one; all are counted.
MOST_TOLD: Final = 5_000
MOST_ATTEMPTS: Final = 3
#: Bytes that a check may take for its file: twice what the largest one allowed needs (docs/desk.md).
MOST_MEMORY: Final = 2 * 1024**3
LOCK: Final = "checking"
_PROGRESS: Final = "progress"
_EACH: Final = 5_000


def start(uploads: Uploads, upload: Upload) -> None:
    """See to it that an upload is checked: begins a process unless one is at work."""
    with disk.locked(uploads.folder(upload.id) / LOCK, wait=False) as free:
        if not free:
            return
    command = [sys.executable, "-m", "dashboard.desk", "check", upload.id]
    subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - own id


def run(uploads: Uploads, id_: str, build: Build) -> None:
    """Check an upload, unless another process does; the result is kept in one piece."""
    with disk.locked(uploads.folder(id_) / LOCK, wait=False) as free:
        if not free or (upload := uploads.get(id_)).state != RECEIVED:
            return
        compared = basis(uploads, build)
        try:
            _count_attempt(uploads.folder(id_) / "attempts")
            checked = _checked(uploads, upload, build)
        except FileError as error:
            checked = moved(upload, UNREADABLE, None, result={"what": error.what, "hint": error.hint})
        except MemoryError:
            checked = moved(upload, UNREADABLE, None, result={"what": "memory", "hint": {}})
        with uploads.held(id_) as now:
            if now.state == RECEIVED:
                uploads.save(replace(checked, basis=compared))
                (uploads.folder(id_) / "attempts").unlink(missing_ok=True)


def limit_memory(most: int = MOST_MEMORY) -> None:
    """Let this process take so many bytes more, so that no file takes the machine's. For a process of its own."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + most, now + most))


def _count_attempt(path: Path) -> None:
    """Raise FileError for a file that ended its check again and again (no memory, a fault of a reader)."""
    attempts = int(path.read_text() or 0) + 1 if path.exists() else 1
    if attempts > MOST_ATTEMPTS:
        raise FileError("broke_off")
    disk.write(path, str(attempts).encode())


def _checked(uploads: Uploads, upload: Upload, build: Build) -> Upload:
    there = known(build, uploads.released)
    if (before := there.shas.get(upload.sha256)) is not None:
        raise FileError("released_before", id=before)
    form = schema(upload.kind)
    lines = tabular.lines(uploads.files / upload.sha256, upload.sheet)
    header = next(lines, None)
    if header is None:
        raise FileError("empty")
    columns, problems = _columns(form, header)
    user = User(upload.who, upload.name, grants=upload.grants)
    check = _Check(form, told_to(there, user), user, columns, readers(form))
    if problems:
        check.wrong, check.refused = 1, [{"line": header[0], "problems": [asdict(one) for one in problems]}]
        return _kept(uploads, upload, check)
    return _judged(uploads, upload, check, lines)


def _columns(form: Schema, header: tuple[int, list[str]]) -> tuple[list[str], list[Problem]]:
    """The column that each heading names, and what is wrong with the headings."""
    line, cells = header
    known_as, columns, problems = form.headings(), [], []
    while cells and not cells[-1]:
        cells = cells[:-1]
    for text in cells:
        name = known_as.get(text.casefold(), "")
        if not name:
            close = get_close_matches(text.casefold(), known_as, 1, 0.5)
            hint = {"near": known_as[close[0]] if close else form.fields[0].name}
            problems.append(Problem(line, text, "", "heading", hint))
        elif name in columns:
            problems.append(Problem(line, name, text, "heading_twice"))
        columns.append(name)
    problems += [
        Problem(line, one.name, "", "heading_missing")
        for one in form.fields
        if one.required and one.name not in columns
    ]
    return columns, problems


@dataclass
class _Check:
    """A check under way: what it compares with, and what it has found so far."""

    form: Schema
    there: Known
    user: User
    columns: list[str]
    reading: dict[str, Reader]
    accepted: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    wrong: int = 0
    examples: int = 0
    seen: dict[tuple[Any, ...], int] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)

    def line(self, number: int, cells: list[str]) -> None:
        """Put a line with the accepted or the refused ones."""
        raw = dict(zip(self.columns, cells, strict=False))
        if all(raw.get(one.name, "") == one.example for one in self.form.fields):
            self.examples += 1
            return
        line = rules.Line({})
        if any(cells[len(self.columns) :]):
            found = [Problem(number, "", "", "cells", {"found": str(len(cells)), "wanted": str(len(self.columns))})]
        else:
            found = list(self._problems(number, raw, line))
        self._source(raw)
        if found:
            self.wrong += 1
            if len(self.refused) < MOST_TOLD:
                self.refused.append({"line": number, "cells": raw, "problems": [asdict(one) for one in found]})
        else:
            plain = {"line": number, "row": line.row, "scopes": line.scopes, "change": line.change}
            self.accepted.append({**plain, "before": line.before})

    def _source(self, raw: dict[str, str]) -> None:
        """Note whose figures or indicators these are: a release has one source."""
        if self.form.kind == "indicator":
            self.sources.add(raw.get("source", ""))
        elif self.form.kind == "figure" and (words := self.there.indicators.get(raw.get("indicator", ""))):
            self.sources.add(words["source"]["id"])

    def _problems(self, number: int, raw: dict[str, str], line: rules.Line) -> Iterator[Problem]:
        """What is wrong with a line; its cells first, and only if these read well what lies between them."""
        broken = False
        for one in self.form.fields:
            text = raw.get(one.name, "")
            try:
                line.row[one.name] = self.reading[one.name](text)
            except CellError as error:
                broken = True
                yield Problem(number, one.name, text[:200], error.what, error.hint)
        if broken:
            return
        found = list(rules.judge(self.form.kind, line, self.there))
        for column, what, hint in found:
            yield Problem(number, column, raw.get(column, "")[:200], what, hint)
        key, first = tuple(line.row[name] for name in self.form.key), self.form.key[0]
        if key in self.seen and not found:
            yield Problem(number, first, raw.get(first, "")[:200], "twice", {"line": str(self.seen[key])})
        self.seen.setdefault(key, number)
        yield from self._outside(number, raw, line)

    def _outside(self, number: int, raw: dict[str, str], line: rules.Line) -> Iterator[Problem]:
        """A line for which the contributor has no role."""
        if all(may(self.user, "contribute", region=place, programme=id_) for place, id_ in line.scopes):
            return
        mine = sorted({scope for grant in self.user.grants if grant.role != "reader" for scope in grant.scopes})
        column = "region" if "region" in line.row else "promise" if self.form.kind == "report" else "programme"
        yield Problem(number, column, raw.get(column, "")[:200], "scope", {"choices": ", ".join(mine)})


def _judged(uploads: Uploads, upload: Upload, check: _Check, lines: Iterable[tuple[int, list[str]]]) -> Upload:
    total = 0
    for total, (number, cells) in enumerate(lines, 1):
        if total > MOST_LINES:
            raise FileError("many", most=f"{MOST_LINES}")
        if not total % _EACH:
            (uploads.folder(upload.id) / _PROGRESS).write_text(str(total))
        check.line(number, cells)
    if total == check.examples:
        raise FileError("empty")
    if len(check.sources) > 1:
        raise FileError("one_source")
    return _kept(uploads, upload, check)


def _kept(uploads: Uploads, upload: Upload, check: _Check) -> Upload:
    """Write lines and counts; an upload that was a draft before and reads as before is one again."""
    uploads.write_rows(upload.id, "accepted", accepted := check.accepted)
    uploads.write_rows(upload.id, "refused", check.refused)
    scopes = {(region, programme) for one in accepted for region, programme in one["scopes"]}
    counts = Counter(one["change"] for one in accepted)
    result = {
        **{"accepted": len(accepted), "refused": check.wrong, "examples": check.examples},
        "changes": dict(counts),
    }
    again = upload.mode and accepted and (upload.mode == "accepted" or not check.wrong)
    kept = moved(upload, DRAFT if again else CHECKED, None, result=result, scopes=tuple(sorted(scopes)))
    return replace(kept, token=new_token() if again else "", mode=upload.mode if again else "")


def basis(uploads: Uploads, build: Build) -> str:
    """What a check compares with, as a text: a draft whose check saw something else must be checked again."""
    return f"{build.id} {uploads.standing()}"


def new_token() -> str:
    """What a release must bring along, once."""
    return secrets.token_urlsafe(32)


def progress(uploads: Uploads, id_: str) -> int:
    """Lines that a running check has read."""
    path = uploads.folder(id_) / _PROGRESS
    return int(path.read_text() or 0) if path.exists() else 0


def remove_unfinished(folder: Path, older_than: float) -> None:
    """Remove parts of uploads that never arrived. older_than: moment, seconds since 1970."""
    for path in folder.glob("part-*"):
        if path.stat().st_mtime < older_than:
            path.unlink(missing_ok=True)
