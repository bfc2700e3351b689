"""The Dash application: one server, one index, routing by the pages' own files.

Order of a page view: the HTML with everything drawn (`firstpaint`), then the map's scripts, then Dash, then, when a
chart comes on screen, Plotly.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard import (
    alert_feed,
    answers,
    changed_marks,
    compressed,
    display_slices,
    embed,
    errors,
    feeds,
    frozen,
    health,
    lookup,
    metrics,
    parts,
    queries,
    security,
    shared,
    slices,
    urls,
)
from dashboard.api import serve as api
from dashboard.brief import serve as briefs
from dashboard.components import frozen_mark
from dashboard.compressed import FOREVER, pack, respond
from dashboard.deck import serve as decks
from dashboard.discovery import head, jsonld
from dashboard.discovery import serve as discovery
from dashboard.exports import changed_view, serve
from dashboard.firstpaint import draw, for_dash
from dashboard.guard import address, bodies, hosts, limits
from dashboard.i18n import languages, negotiate, words
from dashboard.index import Atlas, document
from dashboard.legal.folder import Folder
from dashboard.pages import Request, pages
from dashboard.pictures import serve as pictures
from dashboard.settings import INTERNAL, Settings, from_environment
from dashboard.store import NoBuildError, NotKeptError, Store

#: Paths that are no pages: Dash's own, static files, health and metrics, the data of the map's script, feeds.
_OTHERS = re.compile(
    r"_|api(/|$)|(robots|humans)\.txt$|\.well-known/|sitemap[^/]*\.xml$|catalog(\.|$)|assets/|shapes/|health/|metrics$|[a-z]{2}/.+\.(csv|xlsx|parquet|json|zip|svg|png|pdf|pptx)$|desk/|[a-z]{2}/(desk(/|$)|slice/|part/|feeds/|(regions|places)\.json$)"
)


def create(settings: Settings | None = None) -> Dash:
    """The application, ready for a WSGI server (`.server`)."""
    settings = settings or from_environment()
    server: Any = Flask("dashboard", static_folder=None)
    server.config.update(AUDIENCE=settings.audience, BASE_URL=settings.base_url, EMBED_HOSTS=settings.embed_hosts)
    server.config["OPERATOR"] = Folder(settings.operator)
    address.believe(server, settings.proxies)
    limits.register(server, settings)
    bodies.register(server)
    hosts.register(server)
    store = _desk(server, settings) if settings.audience == INTERNAL else _public(settings)
    app = Atlas(
        "dashboard",
        server=server,
        assets_url_path="unused-assets",
        include_assets_files=False,
        compress=False,
        title="",
        update_title="",
        add_log_handler=False,
        suppress_callback_exceptions=True,
    )
    app.layout = html.Div([dcc.Location(id="url", refresh=False), html.Div(id="root")])
    _route_inside_dash(app, store)
    for page in pages().values():
        if hasattr(page, "register"):
            page.register(app)
    _static(server)
    _data(server, store)
    _drawn(server, store)
    health.register(server, store)
    metrics.register(server, store)
    feeds.register(server, store, settings)
    changed_view.register(server, store)
    alert_feed.register(server, store, settings)
    api.register(server, store, settings)
    serve.register(server, store, settings, _split)
    briefs.register(server, store, settings, _split)
    decks.register(server, store, settings, _split)
    pictures.register(server, store, settings, _split)
    discovery.register(server, store, settings, server.config["OPERATOR"])
    security.register(app)
    errors.register(server)
    _documents(app, store, settings)
    server.wsgi_app = answers.Logged(server.wsgi_app, trusting=settings.proxies > 0)
    with suppress(NoBuildError):
        store.whole()  # a worker has the good build before anything can happen to its file
    return app


def _public(settings: Settings) -> Store:
    return Store(settings.data, shared=shared.of(settings))


def _desk(server: Flask, settings: Settings) -> Store:
    """Sign-in before everything else, and a store that knows who asks. A public process has none of its code loaded."""
    from dashboard.desk import config, scoped, site  # noqa: PLC0415

    read = config.read(settings)
    store = scoped.Scoped(settings.data, read.folder)
    site.register(server, store, read)
    return store


def _route_inside_dash(app: Dash, store: Store) -> None:
    """The page's tree for Dash; the same layout whose first paint is in the HTML."""

    @app.callback(Output("root", "children"), Input("url", "pathname"), State("url", "search"))
    def route(pathname: object, search: object) -> Any:
        parts = _split(str(pathname))
        if parts is None:
            return []
        lang, name, item = parts
        query = urls.read_query(str(search or ""))
        try:
            asked = Request(lang, item, query, frozen.build_of(store, query), store.current())
            return for_dash(pages()[name].layout(asked))
        except (urls.NotFoundError, urls.MovedError, NotKeptError):
            return []


def _split(path: str) -> tuple[str, str, str] | None:
    """/de/indicator/x → (de, indicator, x), /de/data/status → (de, data/status, ''); None where no page is there."""
    lang, _, rest = path.strip("/").partition("/")
    if lang not in languages():
        return None
    before, _, last = rest.rpartition("/")
    for name, item in ((rest, ""), (before, last)):
        if name in pages() and getattr(pages()[name], "ITEM", False) in (bool(item), "or index"):
            return lang, name, item
    return None


def _documents(app: Dash, store: Store, settings: Settings) -> None:
    """Every page as a whole HTML document, in front of Dash's own catch-all (which would answer 200 to anything)."""

    server: Flask = app.server

    @server.before_request
    def document_or_nothing() -> AnyResponse | None:
        path = request.path.strip("/")
        if request.path.startswith(security.EMBEDS) and request.method in ("GET", "HEAD"):
            return _framed(store)
        if request.method not in ("GET", "HEAD") or _OTHERS.match(path):
            return None
        if not path:
            answer = redirect(urls.page(negotiate(request.headers.get("Accept-Language", "")), "map"), 302)
            answer.headers["Vary"] = "Accept-Language"
            return answer
        if path in languages():
            return redirect(urls.page(path, "map"), 301)
        return _document(app, store, settings)


def _document(app: Dash, store: Store, settings: Settings) -> Response:
    parts = _split(request.path)
    if parts is None:
        raise urls.NotFoundError(request.path)
    lang, name, item = parts
    asked = frozen.page_request(store, lang, item)
    build = asked.build
    query = request.query_string.decode("utf-8", "replace")[:1000]
    page = pages()[name]
    state = page.state(asked) if hasattr(page, "state") else ""

    def make() -> compressed.Packed:
        title, description = page.title(asked), page.description(asked)
        fitting = feeds.links(build, words(lang), page.feeds(asked) if hasattr(page, "feeds") else ())
        seen = head.Page(request.path, query, title, description, settings.base_url)
        text = document(
            app,
            words(lang),
            name=name,
            path=request.path,
            query=query,
            title=title,
            description=description,
            body=draw(page.layout(asked)),
            head=head.markup(asked, seen, fitting, jsonld.script(page, asked, settings)),
            notice=frozen_mark.notice(asked, urls.frozen(request.full_path, "")),
        )
        return pack((urls.stay(text, build.id) if asked.frozen else text).encode(), quality=7)

    today = store.current().id if asked.frozen else ""
    packed = build.recent(("document", request.path, query, state, today), make)
    cache = frozen.AN_HOUR if asked.frozen and not getattr(page, "FRESH", False) else "no-cache"
    return respond(request, packed, "text/html; charset=utf-8", cache)


def _framed(store: Store) -> Response:
    """A view for a frame on another site: the page's own address after /embed."""
    path = request.path.removeprefix(security.EMBEDS.rstrip("/"))
    parts = _split(path)
    if parts is None:
        raise urls.NotFoundError(request.path)
    lang, name, item = parts
    asked = frozen.page_request(store, lang, item)
    page, query = pages()[name], request.query_string.decode("utf-8", "replace")[:1000]
    state = page.state(asked) if hasattr(page, "state") else ""
    full = urls.unframed(path, query)
    today = store.current().id if asked.frozen else ""
    key = ("framed", request.path, query, state, today)
    try:
        packed = asked.build.recent(key, lambda: pack(embed.document(page, name, asked, full).encode(), quality=6))
    except urls.MovedError as moved:
        raise urls.MovedError(urls.embedded(moved.address), moved.status) from None
    return respond(request, packed, "text/html; charset=utf-8", frozen.AN_HOUR if asked.frozen else "no-cache")


def _static(server: Flask) -> None:
    """/assets and /shapes, and Dash's own bundles, each compressed once."""
    files = compressed.static_files()

    @server.get("/assets/<path:_name>")
    @server.get("/shapes/<path:_name>")
    def static_file(_name: str) -> Response:
        path = files.get(request.path)
        if path is None:
            raise urls.NotFoundError(request.path)
        packed = compressed.packed_file(path)
        own = path.suffix == ".woff2" or request.args.get("h") == packed.etag[:12]  # as compressed.address writes it
        content_type = compressed.TYPES.get(path.suffix, "application/octet-stream")
        return respond(request, packed, content_type, FOREVER if own else "no-cache")

    @server.after_request
    def pack_suites(answer: Response) -> Response:
        if not request.path.startswith("/_dash-component-suites/") or answer.status_code != 200:
            return answer
        answer.direct_passthrough = False
        packed = compressed.packed_bytes(answer.get_data())
        cache = (
            FOREVER if "max-age" in answer.headers.get("Cache-Control", "") else "no-cache"
        )  # Dash saw a fingerprint
        return respond(request, packed, answer.content_type, cache)


#: What a display sends: its drawings, or the menu that fits the state reached.
DISPLAYS = {"display": display_slices.display_json, "menu": display_slices.menu_json}


def _data(server: Flask, store: Store) -> None:
    """The JSON that the map's script fetches; compressed once per build."""

    @server.get("/<lang>/slice/<indicator>/<level>.json")
    def a_slice(lang: str, indicator: str, level: str) -> Response:
        build = frozen.asked(store)
        member = request.args.get("member", "")
        slices.check(build, lang, indicator, level, member)
        packed = shared.kept(
            build,
            ("slice json", lang, indicator, level, member),
            lambda: pack(slices.slice_json(build, lang, indicator, level, member), quality=10),
        )
        return respond(request, packed, "application/json", frozen.cache_of(build))

    @server.get("/<lang>/slice/<any(display, menu):name>.json")
    def a_display(lang: str, name: str) -> Response:
        if lang not in languages():
            raise urls.NotFoundError(lang)
        build, make = frozen.asked(store), DISPLAYS[name]
        state = urls.read_map(
            request.args, indicators=queries.indicators(build, lang), regions=queries.region_codes(build)
        )
        key = ("display json", name, lang, state)
        packed = shared.kept(build, key, lambda: pack(make(build, lang, state), quality=9))
        return respond(request, packed, "application/json", frozen.cache_of(build))

    @server.get("/<lang>/regions.json")
    def the_regions(lang: str) -> Response:
        if lang not in languages():
            raise urls.NotFoundError(lang)
        build = frozen.asked(store)
        packed = build.remember(("regions json", lang), lambda: pack(slices.regions_json(build, lang)))
        return respond(request, packed, "application/json", frozen.cache_of(build))

    @server.get("/<lang>/places.json")
    def the_places(lang: str) -> Response:
        if lang not in languages():
            raise urls.NotFoundError(lang)
        build = frozen.asked(store)
        packed = build.remember(("places json", lang), lambda: pack(lookup.json(build, words(lang))))
        return respond(request, packed, "application/json", frozen.cache_of(build))


def _drawn(server: Flask, store: Store) -> None:
    """The parts of the map page that the server draws anew when the view changes."""

    @server.get("/<lang>/part/changed.json")
    def what_changed(lang: str) -> Response:
        if lang not in languages():
            raise urls.NotFoundError(lang)
        asked = frozen.page_request(store, lang, "")
        view = pages()["map"].read(asked)
        key = ("changed part", lang, view.state, asked.frozen, store.current().id)
        packed = asked.build.recent(key, lambda: pack(changed_marks.json(view, asked), quality=6))
        return respond(request, packed, "application/json", "no-cache")

    @server.get("/<lang>/part/<name>.json")
    def a_part(lang: str, name: str) -> Response:
        if lang not in languages() or name not in parts.PARTS:
            raise urls.NotFoundError(name)
        build = frozen.asked(store)
        view = pages()["map"].read(Request(lang, "", request.args, build))
        key = ("part", lang, name, view.state)
        packed = shared.kept(build, key, lambda: pack(parts.json(view, name), quality=6))
        return respond(request, packed, "application/json", frozen.cache_of(build))
