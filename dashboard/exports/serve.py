"""`/{lang}/<page>.<form>`: every page that has a function `csv(request)` can be taken along under its own address.

What is more than a small table is made beside the web worker (pool.py). Files are kept with their build while they are
asked for, but for large ones.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Final

from flask import Flask, Response, request

from dashboard import frozen, shared, urls
from dashboard.compressed import Packed, respond
from dashboard.exports import pool
from dashboard.exports.cube import NoCubeError
from dashboard.exports.forms import FORMS, PARAMETERS, Asked, File, job, made
from dashboard.i18n import words
from dashboard.pages import pages
from dashboard.settings import Settings
from dashboard.store import Build, Store

Split = Callable[[str], tuple[str, str, str] | None]
#: Bytes up to which a file is kept: a build keeps some hundred answers.
KEPT: Final = 400_000
#: Bytes of an address's parameters that are read.
_LONGEST: Final = 1000


@dataclass
class _Place:
    """Where a file is kept, if it is."""

    file: File | None = None


def register(server: Flask, store: Store, settings: Settings, split: Split) -> None:
    """split: a path → (language, page, item), None where there is no page."""

    @server.get("/<lang>/<path:rest>.<any(csv, xlsx, parquet, json, zip):form>")
    def take_along(lang: str, rest: str, form: str) -> Response:
        parts = split(f"/{lang}/{rest}")
        if parts is None or not hasattr(pages()[parts[1]], "csv"):
            raise urls.NotFoundError(request.path)
        page, viewed = pages()[parts[1]], frozen.page_request(store, parts[0], parts[2])
        query = urls.read_query(request.query_string.decode("utf-8", "replace")[:_LONGEST])
        base = settings.base_url or request.host_url.rstrip("/")
        own = getattr(page, "PARAMETERS", ())
        known = tuple((name, value) for name, value in query.items() if name in PARAMETERS or name in own)
        asked = Asked(form, parts[0], parts[1], parts[2], known, base)
        state = page.state(viewed) if hasattr(page, "state") else ""
        try:
            file = _file(viewed.build, asked, page, state)
        except urls.MovedError as moved:
            raise urls.MovedError(urls.with_form(moved.address, form), moved.status) from None
        except NoCubeError:
            raise _no_cube(asked) from None
        answer = respond(request, file.packed, FORMS[form].content_type, frozen.file_cache(viewed, page))
        answer.headers["Content-Disposition"] = f'attachment; filename="{file.name or "atlas"}.{form}"'
        return answer


def _file(build: Build, asked: Asked, page: ModuleType, state: str) -> File:
    """The file, kept or made."""
    place: _Place = build.recent(("file", asked, state), _Place)
    if place.file is not None:
        return place.file
    small = asked.form == "csv" and not getattr(page, "LARGE", False) and "rows" not in dict(asked.query)
    file = made(build, asked) if small else _shared(build, asked, state)
    if len(file.packed.plain) <= KEPT:
        place.file = file
    return file


def _shared(build: Build, asked: Asked, state: str) -> File:
    """A larger file, of another machine or made beside; shared with its name before it."""

    def make() -> Packed:
        file: File = pickle.loads(pool.made(build, job, asked))  # noqa: S301 (our own)
        return replace(file.packed, plain=file.name.encode() + b"\0" + file.packed.plain)

    packed = shared.beyond(build, ("file", asked, state), make)
    name, _, plain = packed.plain.partition(b"\0")
    return File(name.decode(), replace(packed, plain=plain))


def _no_cube(asked: Asked) -> urls.NotFoundError:
    """These rows are no figures by region and period; the other forms have them."""
    t = words(asked.lang)
    text = t("This table has no figures by region and period, so there is no statistical cube of it.")
    view = dict(asked.query)
    links = [(form.upper(), urls.view_url(t.lang, asked.page, asked.item, view, form)) for form in ("csv", "xlsx")]
    return urls.NotFoundError("JSON-stat", text=text, links=tuple(links))
