"""`/{lang}/<page>.svg|png|pdf`: every page that has a function `picture(request)` is there as a picture, too.

The drawing itself is a text and made at once; what turns it into pixels or pages is done by the export process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from flask import Flask, Response, request

from dashboard import frozen, shared, urls
from dashboard.compressed import Packed, pack, packed_plain, respond
from dashboard.exports import pool
from dashboard.i18n import Words
from dashboard.pages import Request, pages
from dashboard.pictures import model, poster, render
from dashboard.pictures.model import Foot, Options, Picture
from dashboard.settings import Settings
from dashboard.store import Build, Store

Split = Callable[[str], tuple[str, str, str] | None]
TYPES: Final = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
#: An SVG that is opened by itself: its own style and type, and nothing that runs.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'; sandbox"


def register(server: Flask, store: Store, settings: Settings, split: Split) -> None:
    """split: a path → (language, page, item), None where there is no page."""

    @server.get("/<lang>/<path:rest>.<any(svg, png, pdf):form>")
    def a_picture(lang: str, rest: str, form: str) -> Response:
        parts = split(f"/{lang}/{rest}")
        if parts is None or not hasattr(pages()[parts[1]], "picture"):
            raise urls.NotFoundError(request.path)
        asked = frozen.page_request(store, parts[0], parts[2])
        page = pages()[parts[1]]
        options = _options(asked.words, request.args)
        try:
            picture: Picture = page.picture(asked)
        except urls.MovedError as moved:
            raise urls.MovedError(_with_form(moved.address, form)) from None
        foot = foot_of(asked, picture, settings.base_url or request.host_url.rstrip("/"))
        packed = made(asked.build, picture, replace(options, times=options.times if form == "png" else 1), foot, form)
        answer = respond(request, packed, TYPES[form], frozen.file_cache(asked, page))
        name = _file_name(picture, options)
        answer.headers["Content-Disposition"] = f'inline; filename="{name}.{form}"'
        if form == "svg":
            answer.headers["Content-Security-Policy"] = _POLICY
        return answer


def made(build: Build, picture: Picture, options: Options, foot: Foot, form: str) -> Packed:
    """The file, kept with its build. Raises pool.BusyError where too many are asked for."""

    def make() -> Packed:
        drawn = poster.svg(picture, options, foot, embed=form == "svg")
        if form == "svg":
            return pack(drawn.encode(), quality=5)
        if form == "png":
            return packed_plain(pool.made(build, render.png, drawn, options.times))
        return packed_plain(pool.made(build, render.pdf, drawn, _about(picture, options, foot)))

    return shared.kept(build, ("picture", form, options, picture.path, foot), make)


def _about(picture: Picture, options: Options, foot: Foot) -> dict[str, object]:
    """What a PDF says besides the drawing; its foot leads to the view."""
    width, height = options.pixels
    box = next(part.box for part in poster.layout(picture, options, foot) if part.name == "foot")
    said = {"title": picture.title, "alt": picture.alt, "lang": picture.lang, "author": foot.name}
    return said | {"width": width, "height": height, "address": foot.address, "box": box}


def foot_of(asked: Request, picture: Picture, host: str) -> Foot:
    """Whose picture it is, of which build, and where its view is kept. host: https://atlas.example.org."""
    t, build = asked.words, asked.build
    day = datetime.fromisoformat(str(build.pointer["published"])).date() if build.pointer.get("published") else None
    edition = t("Edition of the data: {build}", build=build.id) + (f" ({t.day(day)})" if day else "")
    return Foot(t("Regional AI Atlas"), edition, host + urls.frozen(picture.path, build.id))


def _options(t: Words, query: Mapping[str, str]) -> Options:
    """Raises NotFoundError (400) for an option that there is not, with those that there are."""
    try:
        return model.options(query)
    except model.UnknownOptionError as error:
        said = {"name": error.name, "value": error.value, "known": ", ".join(error.allowed)}
        text = t("There is no “{value}” for {name}. Possible are: {known}.", **said)
        back = urls.frozen(request.path.rpartition(".")[0], urls.asof(query))
        raise urls.NotFoundError(error.value, text=text, links=((t("Back to the page"), back),), status=400) from None


def _file_name(picture: Picture, options: Options) -> str:
    """Such as ded-frf-square-dark: what is shown, then what is not as usual."""
    parts = [picture.name, options.size * (options.size != "wide"), "dark" * options.dark]
    return re.sub(r"[^a-z0-9]+", "-", "-".join(filter(None, parts)).lower()).strip("-")[:100]


def _with_form(address: str, form: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path.partition('#')[0]}.{form}{mark}{query}"
