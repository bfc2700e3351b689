"""Fetching: the declared addresses of a source into `data/snapshots/`, as one delivery or not at all.

A delivery is kept only if every file of it came and the source's module can read it. Until then, and whatever goes
wrong, the last good snapshot stays the newest one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from etl.catalogue import Catalogue
from etl.coverage import table
from etl.download import Downloaded, Part, Validators, download
from etl.figures import from_delivery
from etl.http import NotSetError, PassingError, RefusedError, Say, Session, Settings
from etl.model import AtlasError, Delivery, File, RawFile, Source
from etl.snapshot import Check, Record, checks, home, keep, latest, reject, sha256_of, write_check

#: Reads a delivery and raises AtlasError where its source's module cannot.
Judge = Callable[[Delivery], None]
_GONE: Final = (404, 410)
#: What to do about problems; said once, after them.
REMEDY: Final = (
    "Try again later, or download by hand and use `--from`; nothing was lost, builds go on with what is there."
)


@dataclass
class Result:
    """How fetching one source ended: outcome per file key (snapshot.Check), problems as sentences.

    by_hand: keys of files without an address to fetch.
    """

    source: str
    outcomes: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    by_hand: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """The whole in a word: rejected, failed, not set up, new, unchanged, or by hand."""
        outcomes = set(self.outcomes.values())
        if self.problems:
            return "rejected" if "rejected" in outcomes else "failed"
        for found in ("not set up", "new"):
            if found in outcomes:
                return found
        return "unchanged" if outcomes else "by hand"

    def count(self, outcome: str) -> int:
        """How many files ended so."""
        return sum(found == outcome for found in self.outcomes.values())


def summary(results: Iterable[Result]) -> str:
    """One line per source: its state, and how many files are new, unchanged, rejected and failed."""
    counted = ("new", "unchanged", "rejected", "failed")
    rows = [(result.source, result.state, *map(result.count, counted)) for result in results]
    return table(("source", "state", *counted), rows, numbers=4)


def judge_with(catalogue: Catalogue) -> Judge:
    """A judge that reads a delivery as a build would."""

    def judge(delivery: Delivery) -> None:
        if catalogue.of_source(delivery.source.id):
            from_delivery(catalogue, delivery, "snapshot")

    return judge


def fetch_all(data: Path, sources: Iterable[Source], settings: Settings, say: Say, judge: Judge | None) -> list[Result]:
    """Fetch the sources one after the other; one that fails does not stop the others."""
    sources = list(sources)
    results = []
    with Session(settings, say) as session:
        for number, source in enumerate(sources, 1):
            say(f"{number}/{len(sources)} {source.id}")
            results.append(fetch(session, data, source, say, judge))
    return results


def fetch(session: Session, data: Path, source: Source, say: Say, judge: Judge | None = None) -> Result:
    """Fetch all files of one source that have an address; problems are in the result, never raised."""
    source = replace(source, files=tuple(replace(file, url=file.latest or file.url) for file in source.files))
    result = Result(source.id, by_hand=tuple(file.key for file in source.files if not _has_address(file)))
    try:
        with _lock(home(data, source.id)):
            _Fetch(session, data, source, say, judge, result).run()
    except AtlasError as error:
        result.problems.append(f"{source.id}: {error}")
    except OSError as error:
        result.problems.append(f"{source.id}: {_disk(error)}")
    return result


def _has_address(file: File) -> bool:
    return not file.page and file.url.startswith(("https://", "http://"))


def _disk(error: OSError) -> str:
    return f"{error.filename or 'the data folder'}: {error.strerror or error}."


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the folder's `.lock`; raises AtlasError naming the process that does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AtlasError(f"process {file.read() or '?'} is fetching it right now; nothing was done here") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@dataclass
class _Fetch:
    """One source being fetched, under its lock."""

    session: Session
    data: Path
    source: Source
    say: Say
    judge: Judge | None
    result: Result

    def run(self) -> None:
        """Ask for each file, then keep, reject or leave the whole."""
        self.now = datetime.now(UTC)
        self.incoming = home(self.data, self.source.id) / ".incoming"
        self.incoming.mkdir(exist_ok=True)
        for left in self.incoming.iterdir():  # by a killed fetch; parts are for going on with
            if left.is_dir():
                shutil.rmtree(left)
        self.before, self.checks = latest(self.data, self.source), checks(self.data, self.source)
        self.fetched: dict[str, Downloaded] = {}
        files = [file for file in self.source.files if _has_address(file)]
        for number, file in enumerate(files, 1):
            outcome = self._one(file)
            self.result.outcomes[file.key] = outcome
            record = self.before.get(file.key)
            size = self.fetched[file.key].path.stat().st_size if file.key in self.fetched else record and record.bytes
            detail = f", {size:,} bytes" if size and outcome != "failed" else ""
            self.say(f"  {self.source.id} {number}/{len(files)} {file.key}: {outcome}{detail}")
        for key in self.result.by_hand:
            self.say(f"  {self.source.id} {key}: has no address to fetch; it can only be delivered with --from")
        if self.result.problems:
            kept = {"new": "not kept"}  # half a delivery is none; the next fetch goes on from its parts
            self.result.outcomes = {key: kept.get(outcome, outcome) for key, outcome in self.result.outcomes.items()}
        elif files and "not set up" not in self.result.outcomes.values():
            try:
                self._finish()
            except (AtlasError, OSError) as error:
                for file in files:
                    self._note(file, "failed", _disk(error) if isinstance(error, OSError) else str(error))
                raise

    # ── One file ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _one(self, file: File) -> str:
        """Ask for one file; returns its outcome, and leaves what came in `fetched`."""
        part = Part(self.incoming / f"{file.key}.part")
        try:
            got = download(self.session, self.source, file, part, self._edition(file))
        except (RefusedError, PassingError, OSError) as error:
            return self._without(file, error)
        if got is None:
            return "unchanged"
        record = self.before.get(file.key)
        self.fetched[file.key] = got
        same = record and (record.url, record.sha256) == (file.url, got.sha256) and self._intact(record)
        return "unchanged" if same else "new"

    def _without(self, file: File, error: RefusedError | PassingError | OSError) -> str:
        """The outcome for a file that did not come."""
        if isinstance(error, OSError):
            return self._failed(file, _disk(error))
        if isinstance(error, NotSetError) and file.key not in self.before:
            # Never asked for here: an office without an account has nothing to repair.
            self._note(file, "not set up", error.problem)
            self.say(f"  {self.source.id} {file.key}: {error.problem}")
            return "not set up"
        if isinstance(error, RefusedError) and error.status in _GONE and not file.required:
            return "gone"
        return self._failed(file, error.problem)

    def _edition(self, file: File) -> Validators:
        """What the server knows our bytes by; nothing where we have none, or they were changed on disk."""
        record, check = self.before.get(file.key), self.checks.get(file.key)
        if record is None or file.form or record.url != file.url or not self._intact(record):
            return Validators()
        known = check if check and (check.sha256, check.url) == (record.sha256, record.url) else record
        return Validators(known.etag, known.last_modified)

    def _intact(self, record: Record) -> bool:
        path = record.path(self.data)
        return path.is_file() and sha256_of(path) == record.sha256

    def _failed(self, file: File, problem: str) -> str:
        sentence = self.session.redact(f"{file.url}: {problem}.", file)
        self.result.problems.append(f"{self.source.id} {file.key}: {sentence}")
        self._note(file, "failed", sentence)
        return "failed"

    def _note(self, file: File, outcome: str, problem: str = "", edition: Check | None = None) -> None:
        last = self.checks.get(file.key) or Check(self.source.id, file.key, file.url, outcome, self.now)
        check = replace(edition or last, url=file.url, outcome=outcome, problem=problem, checked=self.now)
        with contextlib.suppress(OSError):  # a full disk is told anyway
            write_check(self.data, check)

    # ── The whole delivery ───────────────────────────────────────────────────────────────────────────────────────

    def _finish(self) -> None:
        """All files were answered for: keep or reject them together."""
        outcomes = self.result.outcomes
        if all(outcome == "gone" for outcome in outcomes.values()):
            raise AtlasError("none of its files is at its address any more.")
        gone = [key for key, outcome in outcomes.items() if outcome == "gone" and key in self.before]
        staged = {self._record(key): self._stage(key) for key, outcome in outcomes.items() if outcome == "new"}
        problem = self._judge(staged, gone) if staged else ""
        if problem:
            reject(self.data, staged, problem)
            self.result.problems.append(
                f"{self.source.id}: fetched, but rejected: {problem} The last good snapshot stays; "
                "what came lies in `rejected`."
            )
            for record in staged:
                outcomes[record.key] = "rejected"
        elif staged or gone:
            keep(self.data, self.source.id, staged, gone)
        self._note_all({record.key: record for record in staged}, problem)
        shutil.rmtree(self.incoming)

    def _note_all(self, records: dict[str, Record], problem: str) -> None:
        for file in self.source.files:
            outcome = self.result.outcomes.get(file.key)
            if outcome == "rejected":
                self._note(file, outcome, problem)
            elif outcome == "gone":
                self._note(file, outcome)
            elif outcome is not None:
                record = records.get(file.key) or self.before[file.key]
                known = self.fetched[file.key].validators if file.key in self.fetched else self._edition(file)
                check = Check(self.source.id, file.key, file.url, outcome, self.now, "", self.now, record.sha256)
                self._note(file, outcome, "", replace(check, etag=known.etag, last_modified=known.last_modified))

    def _record(self, key: str) -> Record:
        got = self.fetched[key]
        file = next(file for file in self.source.files if file.key == key)
        return Record(
            self.source.id,
            key,
            got.name,
            file.url,
            got.sha256,
            got.path.stat().st_size,
            self.now,
            got.validators.etag,
            got.validators.last_modified,
            got.content_type,
        )

    def _stage(self, key: str) -> Path:
        """Give the bytes their name: `parse` may go by its ending."""
        place = self.incoming / key / self.fetched[key].name
        place.parent.mkdir()
        return self.fetched[key].path.rename(place)

    def _judge(self, staged: dict[Record, Path], gone: list[str]) -> str:
        """Why the delivery as it would become cannot be used; empty where it can, or nobody can say."""
        there = {file.key: self.before[file.key] for file in self.source.files if file.key in self.before}
        there = {key: record for key, record in there.items() if key not in gone}
        files = {key: _raw(record, record.path(self.data)) for key, record in there.items()}
        files |= {record.key: _raw(record, path) for record, path in staged.items()}
        complete = all(file.key in files for file in self.source.files if file.required)
        if self.judge is None or not complete:
            return ""
        try:
            self.judge(Delivery(self.source, files))
        except AtlasError as error:
            return str(error)
        except Exception as error:  # a module's own mistake must not keep the other sources from being fetched
            return f"it could not be read ({type(error).__name__}: {error})."
        return ""


def _raw(record: Record, path: Path) -> RawFile:
    return RawFile(record.key, path, record.sha256, record.retrieved.date(), record.url)
