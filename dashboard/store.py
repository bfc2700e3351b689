"""The only door to DuckDB: opens the published build read-only, answers named queries, follows the pointer.

A request holds one `Build` from start to end, so a page never mixes two builds. Queries are the files in `queries/`;
values are always bound, never written into SQL.
"""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import polars as pl

from dashboard import mirrored, publications
from dashboard.pointer import FOLDERS, USED, pointed
from dashboard.settings import INTERNAL, PUBLIC

log = logging.getLogger("atlas")
QUERIES = Path(__file__).parent / "queries"
QUERY_SECONDS = 2.0
#: Of an answer: three times all observations. More is a mistake in a query, and as Python objects fills the memory.
ROWS = 1_000_000
POINTER_SECONDS = 1.0
RECENT = 200
#: Kept builds that are open at once, besides the published one and the one before.
OPEN = 4
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_COMMENT, _BOUND = re.compile(r"--.*"), re.compile(r"\$([a-z_]\w*)")

T = TypeVar("T")


class NoBuildError(Exception):
    """There is no build to serve; the message says how to make one."""


class WrongAudienceError(Exception):
    """The pointer names a build that this process must not serve."""


class SlowQueryError(Exception):
    """A query was stopped at QUERY_SECONDS, or has more than ROWS."""


class NotKeptError(Exception):
    """No kept build has this id. gone: it was published once. kept: (id, since when it was shown), newest first."""

    def __init__(self, about: str, *, gone: bool, kept: tuple[tuple[str, datetime | None], ...]) -> None:
        self.about, self.gone, self.kept = about[:80], gone, kept
        super().__init__(about[:80])


class OtherFormError(duckdb.Error):
    """The build has other tables than this version of the dashboard reads; the message is its id."""


@lru_cache(maxsize=64)
def sql(name: str) -> str:
    """The text of `queries/<name>.sql`."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def planned(name: str) -> str:
    """The same, to be planned and not run."""
    return f"explain {sql(name)}"


@dataclass
class Build:
    """One open build file. Thread-safe: every query uses a cursor of its own.

    data: the folder with the pointer, and what else the ETL writes there. audience: whom the file says it is for.
    shared: what shared.py keeps drawn files in, if anything.
    """

    id: str
    path: Path
    pointer: Mapping[str, Any]
    data: Path
    audience: str = PUBLIC
    shared: object = None
    _cache: dict[object, object] = field(default_factory=dict)
    _recent: OrderedDict[object, object] = field(default_factory=OrderedDict)
    _connection: duckdb.DuckDBPyConnection | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def published(self) -> datetime:
        """Since when readers see it (UTC); where that was not written down, when its file was."""
        told = self.pointer.get("published")
        return datetime.fromisoformat(told) if told else datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:  # so that `close` never comes between the connection and its cursor
            if self._connection is None:
                self._connection = duckdb.connect(
                    str(self.path),
                    read_only=True,
                    config={
                        "threads": 1,
                        "enable_external_access": "false",
                        "autoinstall_known_extensions": "false",
                        "autoload_known_extensions": "false",
                        "lock_configuration": "true",
                    },
                )
            return self._connection.cursor()

    def frame(self, query: str, **values: object) -> pl.DataFrame:
        """The rows of the named query as a Polars frame.

        Raises SlowQueryError after QUERY_SECONDS or with more than ROWS, OtherFormError where the build lacks what is
        asked for, MemoryError.
        """
        cursor = self._cursor()
        timer = threading.Timer(QUERY_SECONDS, cursor.interrupt)
        timer.start()
        try:
            # Not `cursor.sql(…).pl()`: a relation runs the query again for its result, 36 ms instead of 13 (bench/).
            table = cursor.execute(sql(query), values or None).to_arrow_table()
            if table.num_rows > ROWS:
                raise SlowQueryError(f"{query}: {table.num_rows} rows")
            return cast("pl.DataFrame", pl.from_arrow(table))
        except duckdb.InterruptException as error:
            raise SlowQueryError(query) from error
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise OtherFormError(self.id) from error
        except duckdb.OutOfMemoryException as error:
            raise MemoryError(query) from error
        finally:
            timer.cancel()
            cursor.close()

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """The rows of the named query as dictionaries."""
        return self.frame(query, **values).to_dicts()

    def check_form(self) -> None:
        """Raise OtherFormError where it lacks what any query of this version asks for: another version made it."""
        cursor = self._cursor()
        try:
            for path in sorted(QUERIES.glob("*.sql")):
                values = _BOUND.findall(_COMMENT.sub("", sql(path.stem)))
                cursor.execute(planned(path.stem), dict.fromkeys(values) or None)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise OtherFormError(self.id) from error
        finally:
            cursor.close()

    def remember(self, key: object, make: Callable[[], T]) -> T:
        """A value derived from this build alone, computed once; there are only as many keys as the build has slices."""
        if key not in self._cache:
            self._cache[key] = make()
        return cast("T", self._cache[key])

    def recent(self, key: object, make: Callable[[], T]) -> T:
        """Like `remember` for what addresses can multiply: only the RECENT newest are kept."""
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return cast("T", self._recent[key])
        value = make()
        with self._lock:
            self._recent[key] = value
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        return value

    def close(self) -> None:
        """Close the file; running queries finish on their own cursors."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class Store:
    """Follows `<data>/current.json` and hands out the current build.

    For the internal audience it is `<data>/internal/current.json`, where there is one. A build that is marked internal
    is never opened for the public, wherever a pointer leads.
    """

    def __init__(self, data: Path, audience: str = PUBLIC, *, shared: object = None) -> None:
        self.data, self.audience, self.shared = data, audience, shared
        self._build: Build | None = None
        self._before: Build | None = None
        self._kept: OrderedDict[str, Build] = OrderedDict()
        self._seen = self._refused = (0, 0)
        self._looked = 0.0
        self._other = ""  # why the published build cannot be shown
        self._lock = threading.Lock()

    def current(self) -> Build:
        """The published build; looks at the pointer at most once per POINTER_SECONDS.

        A pointer that cannot be read, or names a file that is not there, leaves the last good build serving.
        Raises NoBuildError where there has never been one.
        """
        with self._lock:
            now = time.monotonic()
            if self._build is None or now - self._looked >= POINTER_SECONDS:
                self._looked = now
                self._follow()
            if self._build is None:
                raise NoBuildError(self._other or _why_not(self.data))
            USED.set(self._build.id)
            return self._build

    def whole(self) -> Build:
        """The published build, where `current` may be one that leaves something out (dashboard/desk/scoped.py)."""
        return self.current()

    def named(self, build: str) -> Build:
        """The build a page came with, also after others were published, so that it never mixes two.

        Any other id gets the current build: the caller sees by its id that it is not the one asked for.
        """
        current = self.current()
        if build in ("", current.id):
            return current
        self._looked = 0.0  # the page may come from a worker that has seen a newer pointer
        try:
            return self.asof(build)
        except NotKeptError:
            return self.current()

    def asof(self, build: str) -> Build:
        """The kept build of an id that was published once; raises NotKeptError for any other.

        At most OPEN of them are open; the one that was not asked for longest is closed, its running queries finish.
        """
        current, before = self.current(), self._before
        if current.id == build:
            return current
        if before is not None and before.id == build and before.path.is_file():  # an operator may take a file away
            return before
        folder = self._folder_of(build)
        with self._lock:
            if build not in self._kept:
                self._kept[build] = self._reopened(folder, build)
            self._kept.move_to_end(build)
            found = self._kept[build]
            stale = self._kept.popitem(last=False)[1] if len(self._kept) > OPEN else None
        if stale is not None:
            stale.close()
        USED.set(found.id)
        return found

    def kept(self) -> tuple[tuple[str, datetime | None], ...]:
        """(id, since when it was shown) of the builds that `asof` opens, newest first."""
        found: dict[str, datetime | None] = {}
        for folder in self._folders():
            told = publications.shown(folder)
            found |= {id_: told[id_] for id_ in told if _file(folder, id_).is_file() and id_ not in found}
        oldest = datetime.min.replace(tzinfo=UTC)
        return tuple(sorted(found.items(), key=lambda one: one[1] or oldest, reverse=True))

    def shown_on(self, moment: datetime) -> str:
        """The id of the build that readers of this process saw at a moment; raises NotKeptError where there is none."""
        for folder in self._folders():
            if found := publications.on_day(folder, moment):
                return found
        raise NotKeptError(f"{moment:%Y-%m-%d}", gone=False, kept=self.kept())

    def _folders(self) -> list[Path]:
        return [self.data / name for name in FOLDERS[self.audience]]

    def _folder_of(self, build: str) -> Path:
        """The data folder whose `builds` has it; a name that could lead elsewhere is asked of no file system."""
        known = [folder for folder in self._folders() if _ID.fullmatch(build) and build in publications.shown(folder)]
        for folder in known:
            if _file(folder, build).is_file():
                return folder
        with self._lock:
            gone = self._kept.pop(build, None)
        if gone is not None:
            gone.close()
        raise NotKeptError(build, gone=bool(known), kept=self.kept())

    def _reopened(self, folder: Path, build: str) -> Build:
        published = publications.shown(folder)[build]
        pointer = {"build": build, "published": published.isoformat() if published else ""}
        try:
            return self._opened(folder, _file(folder, build), pointer)
        except (WrongAudienceError, duckdb.Error) as error:
            log.error("build %s is not served: %s", build, error)
            raise NotKeptError(build, gone=not isinstance(error, WrongAudienceError), kept=self.kept()) from None

    def _follow(self) -> None:
        seen = (0, 0)
        try:
            folder = pointed(self.data, self.audience)
            pointer = folder / "current.json"
            stat = pointer.stat()
            seen = (stat.st_mtime_ns, stat.st_ino)
            if seen == self._seen and self._build is not None:
                return
            content = json.loads(pointer.read_text(encoding="utf-8"))
            path = (folder / content["file"]).resolve()
            if self._build is None or content["build"] != self._build.id:
                fresh = self._opened(folder, path, content)
                fresh.check_form()
                replaced = self._before is not None
                self._before, self._build = self._build, fresh
                if replaced:
                    threading.Thread(target=give_back, daemon=True).start()
            self._seen = seen
        except WrongAudienceError as error:
            if seen != self._refused:  # once, not every second
                log.error("%s", error)
            self._refused = seen
        except OtherFormError as error:
            self._other = f"The published build {error} was made by another version of the atlas. Run `make build`."
            if seen != self._refused:
                log.error("%s Until then the last one is served, if any. %.300s", self._other, error.__cause__)
            self._refused = seen
        except (OSError, ValueError, KeyError, TypeError, duckdb.Error):
            return

    def _opened(self, folder: Path, path: Path, content: Mapping[str, Any]) -> Build:
        """The build of a pointer, after asking it: a broken file must fail here, not in a reader's request."""
        fresh = Build(content["build"], path, content, folder, shared=self.shared)
        fresh.audience = fresh.rows("build")[0]["audience"]
        if fresh.audience == INTERNAL != self.audience:
            fresh.close()
            raise WrongAudienceError(f"build {fresh.id} is internal: it is not served with ATLAS_AUDIENCE={PUBLIC}")
        return fresh


def give_back() -> None:
    """Give the system back what builds held that nobody asks any more; the C library would keep it for later."""
    gc.collect()
    with suppress(OSError, AttributeError):  # glibc has it, others need not
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _file(folder: Path, build: str) -> Path:
    return folder / "builds" / f"{build}.duckdb"


def _why_not(data: Path) -> str:
    if mirror := mirrored.read(data):
        hindered = f", since it is hindered ({mirror.problem})" if mirror.problem else ""
        return f"The mirror of the published builds has not brought one yet{hindered}."
    return "No published build: current.json is missing or broken. Run `make build`."
