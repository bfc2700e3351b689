"""The addresses that machines look for: sitemap, robots, humans, security.txt, the catalogue for data portals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from flask import Flask, Response, request

from dashboard import urls
from dashboard.compressed import Packed, pack, respond
from dashboard.discovery import sitemap, wellknown
from dashboard.exports import pool
from dashboard.i18n import languages
from dashboard.legal.folder import Folder, Publisher, still_valid
from dashboard.settings import INTERNAL, Settings
from dashboard.store import Build, Store

_TEXT: Final = "text/plain; charset=utf-8"
_XML: Final = "application/xml; charset=utf-8"
#: Ending → media type, the first for clients that take anything; as dcat.py writes them, which only its process loads.
CATALOGUES: Final = {"ttl": "text/turtle", "rdf": "application/rdf+xml", "jsonld": "application/ld+json"}


def register(server: Flask, store: Store, settings: Settings, operator: Folder) -> None:
    """Everything but robots.txt is for a public site alone."""
    public = settings.audience != INTERNAL

    @server.get(urls.ROBOTS)
    def robots() -> Response:
        return _text(wellknown.robots(_base(settings), public=public))

    if public:
        _sitemap(server, store, settings)
        _catalogue(server, store, settings, operator)

        @server.get(urls.HUMANS)
        def humans() -> Response:
            return _text(wellknown.humans(store.current()))

    @server.get(urls.SECURITY)
    def security() -> Response:
        said = operator.facts().security
        if said is None or not still_valid(said, datetime.now(UTC)):
            raise urls.NotFoundError(request.path)
        return _text(wellknown.security(said, settings.base_url))


def _base(settings: Settings) -> str:
    """The public address, or the one that was asked at: these files want whole addresses."""
    return settings.base_url or request.host_url.rstrip("/")


def _text(text: str) -> Response:
    return respond(request, pack(text.encode(), quality=5), _TEXT, "no-cache")


def _sitemap(server: Flask, store: Store, settings: Settings) -> None:
    @server.get(urls.SITEMAP)
    def index() -> Response:
        build, base = store.current(), _base(settings)
        packed = build.recent(("sitemap", base), lambda: pack(sitemap.index(build, base), quality=5))
        return respond(request, packed, _XML, "no-cache")

    @server.get("/sitemap-<lang>-<int:number>.xml")
    def part(lang: str, number: int) -> Response:
        build, base = store.current(), _base(settings)
        if lang not in languages() or not 1 <= number <= sitemap.files(build):
            raise urls.NotFoundError(request.path)
        made = build.recent(
            ("sitemap", base, lang, number), lambda: pack(sitemap.part(build, base, lang, number), quality=5)
        )
        return respond(request, made, _XML, "no-cache")


def _catalogue(server: Flask, store: Store, settings: Settings, operator: Folder) -> None:
    @server.get(urls.catalogue())
    def by_accept() -> Response:
        best = request.accept_mimetypes.best_match([*CATALOGUES.values()], default=CATALOGUES["ttl"])
        answer = portal(next(form for form, kind in CATALOGUES.items() if kind == best))
        answer.vary.add("Accept")
        return answer

    @server.get("/catalog.<any(ttl, rdf, jsonld):form>")
    def portal(form: str) -> Response:
        packed = written(store.current(), _base(settings), operator.facts().publisher, form)
        kind = CATALOGUES[form] + ("; charset=utf-8" if form == "ttl" else "")
        answer = respond(request, packed, kind, "no-cache")
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer


def written(build: Build, base: str, publisher: Publisher | None, form: str) -> Packed:
    """The catalogue of a build, kept while it is asked for. Raises pool.BusyError where too many are asked for."""
    key = ("catalogue", base, publisher, form)
    return build.recent(key, lambda: pack(pool.made(build, job, base, publisher, form), quality=7))


def job(build: Build, base: str, publisher: Publisher | None, form: str) -> bytes:
    """What the process for exports does: it alone loads rdflib."""
    from dashboard.discovery.dcat import catalogue  # noqa: PLC0415

    return catalogue(build, base, publisher, form)
