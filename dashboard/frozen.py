"""Which build answers a request: the published one, the one a page came with (`v=`), or the one cited (`asof=`).

The only place that decides it. `asof=<build id>` is a kept build that was published once (Store.asof); `asof=<day>`
leads to the id of the build that readers saw at the end of that day (UTC).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from types import ModuleType
from typing import Final

from flask import request

from dashboard import urls
from dashboard.compressed import FOREVER
from dashboard.pages import Request
from dashboard.store import Build, NotKeptError, Store

#: A frozen page: its figures never change, but the line above them tells what is published today.
AN_HOUR: Final = "public, max-age=3600"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def build_of(store: Store, query: Mapping[str, str]) -> Build:
    """The build for the parameters of an address.

    Raises NotKeptError for an `asof` that no kept build answers, MovedError (302) for one that is a day.
    """
    wanted = urls.asof(query)
    if not wanted:
        return store.named(str(query.get("v", "")))
    if _DAY.fullmatch(wanted):
        raise urls.MovedError(urls.frozen(request.full_path.rstrip("?"), _of_day(store, wanted)), 302)
    return store.asof(wanted)


def asked(store: Store) -> Build:
    """`build_of` of the request that is being answered."""
    return build_of(store, request.args)


def page_request(store: Store, lang: str, item: str) -> Request:
    """What a page is asked for by the request that is being answered."""
    return Request(lang, item, request.args, asked(store), store.current(), store.kept)


def file_cache(asked: Request, page: ModuleType) -> str:
    """The same for a page taken along as a file; one that shows more than its build is asked for again."""
    return "no-cache" if hasattr(page, "state") or hasattr(page, "FRESH") else cache_of(asked.build)


def cache_of(build: Build) -> str:
    """How long an answer may be kept: an address that names its build never changes, any other is asked again."""
    named = urls.asof(request.args) or request.args.get("v")
    return FOREVER if named == build.id else "no-cache"


def _of_day(store: Store, text: str) -> str:
    try:
        day = datetime.combine(date.fromisoformat(text), time.max, UTC)
    except ValueError:
        raise NotKeptError(text, gone=False, kept=store.kept()) from None
    if day.date() > datetime.now(UTC).date():
        raise NotKeptError(text, gone=False, kept=store.kept())
    return store.shown_on(day)
