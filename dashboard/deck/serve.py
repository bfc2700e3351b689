"""`/{lang}/<page>.pptx`: the tray as a deck, and the prepared decks of regions, territories, pairs and programmes.

A deck is made beside the web worker (exports/pool.py): up to forty slides are some seconds of work.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Response, request
from werkzeug.datastructures import MultiDict

from dashboard import frozen, shared, urls
from dashboard.compressed import Packed, packed_plain, respond
from dashboard.deck.model import Deck, Look
from dashboard.deck.of import builders, prepared
from dashboard.exports import pool
from dashboard.pages import Request
from dashboard.programmes import today
from dashboard.settings import Settings
from dashboard.store import Build, Store

Split = Callable[[str], tuple[str, str, str] | None]
TYPE: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
THEMES: Final = ("", "light", "dark")
#: Bytes up to which a deck is kept: a build keeps some hundred answers. Letters of an address's parameters.
KEPT, LONGEST = 400_000, 30_000


def register(server: Flask, store: Store, settings: Settings, split: Split) -> None:
    """split: a path → (language, page, item), None where there is no page. Raises what `given` raises."""
    logo, own = given(settings)

    @server.get("/<lang>/<path:rest>.pptx")
    def a_deck(lang: str, rest: str) -> Response:
        parts = split(f"/{lang}/{rest}")
        if parts is None or not prepared(parts[1], parts[2]):
            raise urls.NotFoundError(request.path)
        asked = frozen.page_request(store, parts[0], parts[2])
        theme = str(asked.query.get("theme", ""))
        urls.known(theme, THEMES)
        look = Look(theme == "dark", settings.base_url or request.host_url.rstrip("/"), logo, own)
        pairs = tuple((name, value) for name, value in request.args.items(multi=True))
        if sum(len(name) + len(value) for name, value in pairs) > LONGEST:
            raise urls.NotFoundError("…", text=asked.words("This address is too long."), status=400)
        try:
            packed = _packed(asked.build, parts, pairs, look)
        except urls.MovedError as moved:
            raise urls.MovedError(urls.with_form(moved.address, "pptx"), moved.status) from None
        answer = respond(request, packed, TYPE, "no-cache")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name_of(parts)}.pptx"'
        return answer


def given(settings: Settings) -> tuple[bytes, bytes]:
    """Logo and template of the operator; what is none stops the start with a sentence."""
    if not (settings.logo or settings.deck_template):
        return b"", b""
    from dashboard.deck import template  # noqa: PLC0415 (only then)

    return template.logo(settings.logo), template.template(settings.deck_template)


def name_of(parts: tuple[str, str, str]) -> str:
    """The file's name, without ending."""
    lang, page, item = parts
    text = "-".join(part for part in ("atlas", page, item, lang) if part)
    return re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")[:80]


def _packed(build: Build, parts: tuple[str, str, str], pairs: tuple[tuple[str, str], ...], look: Look) -> Packed:
    """The deck, kept or made. Raises what the page raises for an address that is none, and BusyError, BrokenError."""
    key = ("deck", parts, pairs, look.host, look.dark, today())
    kept: dict[str, Packed] = build.recent(key, dict)
    if "file" in kept:
        return kept["file"]
    made = shared.beyond(build, key, lambda: packed_plain(pool.made(build, job, parts, pairs, look)))
    if len(made.plain) <= KEPT:
        kept["file"] = made
    return made


def job(build: Build, parts: tuple[str, str, str], pairs: tuple[tuple[str, str], ...], look: Look) -> bytes:
    """The file; run in the process for exports."""
    from dashboard.deck import make  # noqa: PLC0415 (a web worker never writes one)

    lang, page, item = parts
    return make.pptx(deck_of(Request(lang, item, _query(pairs), build), page), look)


def deck_of(asked: Request, page: str) -> Deck:
    """The deck of a page."""
    found: Deck = builders()[page].deck(asked)
    return found


def _query(pairs: tuple[tuple[str, str], ...]) -> Any:
    return MultiDict(pairs)
