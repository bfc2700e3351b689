"""Which build a request of the internal atlas is answered from: the one for the scopes of who asks. Decided only here.

The pipeline makes a build for each set of scopes that somebody has (etl/scopes.py, docs/audiences.md): what is public,
and what is withheld within these scopes. Where there is none, and for who is not signed in, it is the public build.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from flask import has_request_context

from dashboard.desk import disk
from dashboard.desk.office import user, visit
from dashboard.desk.permissions import EVERYTHING, User, is_region
from dashboard.desk.roles import Roles
from dashboard.settings import INTERNAL, PUBLIC
from dashboard.store import Build, NotKeptError, Store

log = logging.getLogger("atlas")
#: Builds of so many sets of scopes stay open at once.
OPEN: Final = 12
LISTED: Final = "scopes.json"


def scopes_of(asking: User) -> tuple[str, ...]:
    """All that somebody's grants apply to, sorted, without what lies in another one; ("*",) for everything."""
    return settled(scope for grant in asking.grants for scope in grant.scopes)


def settled(scopes: Iterable[str]) -> tuple[str, ...]:
    """The same set of scopes, written in the one way that names its build."""
    found = set(scopes)
    if EVERYTHING in found:
        return (EVERYTHING,)
    regions = {scope for scope in found if is_region(scope)}
    inner = {one for one in regions for other in regions if one != other and one.startswith(other)}
    return tuple(sorted(found - inner))


class Scoped(Store):
    """Hands out the build for who asks. folder: internal/desk, where it says for which scopes there are people."""

    def __init__(self, data: Path, folder: Path) -> None:
        super().__init__(data, INTERNAL)
        self._folder = folder
        self._public = Store(data, PUBLIC)
        self._stores: OrderedDict[tuple[str, ...], Store] = OrderedDict()
        self._listed: set[tuple[str, ...]] = set()
        self._guard = threading.Lock()

    def current(self) -> Build:
        """The build for who asks. Raises NoBuildError."""
        store = self._chosen()
        return super().current() if store is self else store.current()

    def named(self, build: str) -> Build:
        """The same, or the one before it, where that is the one asked for."""
        store = self._chosen()
        return super().named(build) if store is self else store.named(build)

    def asof(self, build: str) -> Build:
        """A kept build of those for who asks, or a public one; raises NotKeptError."""
        store = self._chosen()
        try:
            return super().asof(build) if store is self else store.asof(build)
        except NotKeptError:
            return self._public.asof(build)

    def kept(self) -> tuple[tuple[str, datetime | None], ...]:
        """What `asof` opens for who asks, of those builds that are not public."""
        store = self._chosen()
        return super().kept() if store is self else store.kept()

    def shown_on(self, moment: datetime) -> str:
        """The build that who asks would have seen at a moment; raises NotKeptError."""
        store = self._chosen()
        return super().shown_on(moment) if store is self else store.shown_on(moment)

    def whole(self) -> Build:
        """Everything, whoever asks: for what the desk compares with, never for what it shows."""
        return super().current()

    def limited(self, asking: User) -> bool:
        """Whether somebody sees a part of what is withheld; False: all of it, or nothing that is."""
        scopes = scopes_of(asking)
        return bool(scopes) and scopes != (EVERYTHING,) and (self._home(scopes) / "current.json").is_file()

    def expect(self, roles: Roles) -> None:
        """Say for which scopes the roles let people in, so that the next build is made for them, too."""
        people: dict[tuple[str, str], list[str]] = {}
        for entry in roles.entries:
            people.setdefault((entry.match, entry.value), []).extend(entry.grant.scopes)
        self._list({settled(scopes) for scopes in people.values()}, {scope for one in people.values() for scope in one})

    def _chosen(self) -> Store:
        if not has_request_context() or visit() is None:
            return self._public
        scopes = scopes_of(user())
        if scopes == (EVERYTHING,):
            return self
        if scopes and scopes not in self._listed:
            self._list({scopes})
        if not scopes or not (self._home(scopes) / "current.json").is_file():  # also where it was taken away
            return self._public
        with self._guard:
            store = self._stores.setdefault(scopes, Store(self._home(scopes), INTERNAL))
            self._stores.move_to_end(scopes)
            if len(self._stores) > OPEN:
                self._stores.popitem(last=False)
        return store

    def _home(self, scopes: tuple[str, ...]) -> Path:
        key = hashlib.sha256("\n".join(scopes).encode()).hexdigest()[:16]
        return self.data / INTERNAL / "scopes" / key

    def _list(self, more: set[tuple[str, ...]], known: set[str] | None = None) -> None:
        """Add sets of scopes to the file. known: all scopes of the roles; sets with another one are left out."""
        try:
            self._listed |= self._written(more, known)
        except OSError as error:  # the people see what is public, as before
            log.error("%s cannot be written: %s", LISTED, error)

    def _written(self, more: set[tuple[str, ...]], known: set[str] | None) -> set[tuple[str, ...]]:
        path = self._folder / LISTED
        with disk.locked(self._folder / f".{LISTED}.lock"):
            there: set[tuple[str, ...]] = set()
            with suppress(OSError, ValueError, KeyError, TypeError):
                there = {tuple(one) for one in json.loads(path.read_text(encoding="utf-8"))["scopes"]}
            wanted = {one for one in there if known is None or set(one) <= known} | more - {(EVERYTHING,)}
            if wanted != there:
                disk.write_json(path, {"format": 1, "scopes": sorted(wanted)})
        return wanted
