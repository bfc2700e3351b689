"""The HTML document around a page: head, first paint, Dash's own parts where it has callbacks, scripts in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from dash import Dash
from flask import current_app, g, request

from dashboard import urls
from dashboard.components.chrome import footer, header, internal_mark
from dashboard.compressed import address
from dashboard.firstpaint import draw
from dashboard.i18n import Words
from dashboard.map import palette
from dashboard.pages import navigation, pages
from dashboard.settings import INTERNAL

#: On every page; a page's own stand in its ASSETS and come between tokens and the handover to Dash.
STYLES = ("tokens", "page")
SCRIPTS = ("boot",)
#: On pages with callbacks: the word about one that failed; what brings Dash once the page is painted.
DASH_SCRIPTS = ("callbacks", "start")
#: What Dash's components still want of polyfills (_UNUSED).
_POLYFILL = "vendor/regenerator-runtime"
#: Bundles of Dash that no page needs: its old table, and polyfills for browsers that could not run our own scripts.
#: Of the latter its components still want one, which comes alone (`vendor/regenerator-runtime.js`, 27 kB lighter).
_UNUSED = re.compile(r'<script src="[^"]*/(?:dash_table/|deps/polyfill@)[^"]*"></script>')
#: What stands in a template is neither asked for nor run until assets/start.js does so.
_LATER = """{config}
<template id="_dash-renderer">
<script src="{polyfill}"></script>
{bundles}
</template>"""


class Atlas(Dash):
    """Dash with our document instead of its index string."""

    def _config(self) -> dict[str, Any]:
        """Without the token for background callbacks, of which there are none: it made each worker's pages others.

        And without the versions of what the server is made of, for which no script asks.
        """
        config: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]
        return {key: value for key, value in config.items() if key != "end_id" and "version" not in key}

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """Put Dash's parts into the document that `document` prepared."""
        if "page" not in g:  # Dash's catch-all: an address that is no page
            raise urls.NotFoundError(request.path)
        page: dict[str, str] = g.page
        main = page["main"].replace("<!--dash-->", parts["app_entry"])
        bundles, polyfill = _UNUSED.sub("", parts["scripts"]).strip(), address(f"/assets/{_POLYFILL}.js")
        later = _LATER.format(config=parts["config"], polyfill=polyfill, bundles=bundles)
        return _DOCUMENT.format(**page | {"main": main, "scripts": later})


def document(
    app: Dash,
    t: Words,
    *,
    name: str,
    path: str,
    query: str,
    title: str,
    description: str,
    body: str,
    head: str,
    notice: str = "",
) -> str:
    """A whole page. `body` is the first paint of its layout; `head` what machines are told (discovery/head.py).

    notice: markup that stands above the page (that it is frozen).

    Without callbacks (`register`) it needs no Dash: 200 kB less to load, and nothing to hand over.
    """
    parts = _parts(t, name=name, path=path, query=query, title=title, description=description, body=body)
    parts["head"] = head
    if notice:
        parts["header"] += notice
        parts["styles"] += _sheets(["frozen"])
        parts["own_scripts"] = parts["own_scripts"] + _script("frozen")
    if not _alive(name):
        return _DOCUMENT.format(**parts, scripts="")
    g.page = parts | {"main": _FIRST_PAINT.format(body=body)}
    text: str = app.index()  # type: ignore[no-untyped-call]
    return text


def plain_document(t: Words, *, path: str, title: str, body: str, query: str = "", styles: Iterable[str] = ()) -> str:
    """A page without Dash: errors, the desk. styles: further files in assets/, without ending."""
    parts = _parts(t, name="", path=path, query=query, title=title, description=title, body=body)
    parts["styles"] += _sheets(styles)
    parts["own_scripts"] = _script("boot")
    return _DOCUMENT.format(**parts, scripts="")


def framed_document(t: Words, *, name: str, title: str, body: str, files: Iterable[str], theme: str) -> str:
    """A view without header, footer and Dash, for a frame. files: in assets/; theme: an attribute, or nothing."""
    given = list(files)
    return _FRAMED.format(
        lang=t.lang,
        theme=theme,
        title=escape(f"{title} · {t('Regional AI Atlas')}"),
        icon=address("/assets/icon.svg"),
        fonts=_fonts(),
        palette=palette.css(),
        styles=_sheets([*STYLES, *(file.removesuffix(".css") for file in given if file.endswith(".css"))]),
        scripts="".join(_script(file.removesuffix(".js")) for file in given if file.endswith(".js")),
        page=name,
        body=body,
    )


def _parts(t: Words, *, name: str, path: str, query: str, title: str, description: str, body: str) -> dict[str, str]:
    return {
        "lang": t.lang,
        "title": escape(f"{title} · {t('Regional AI Atlas')}"),
        "description": escape(description[:300]),
        "head": "",
        "icon": address("/assets/icon.svg"),
        "fonts": _fonts(),
        "palette": palette.css(),
        "styles": _styles(name),
        "own_scripts": _scripts(name),
        "header": (draw(internal_mark(t)) if _internal() else "") + draw(header(t, name, path, query, navigation())),
        "footer": draw(footer(t, cookie=_internal())),
        "main": body,
        "page": name,
    }


def _fonts() -> str:
    return "".join(
        f'<link rel="preload" href="/assets/fonts/source-sans-3-latin-{weight}-normal.woff2" as="font" '
        'type="font/woff2" crossorigin>'
        for weight in (400, 600)
    )


def _assets(name: str, ending: str) -> list[str]:
    """The page's own files of one kind, without their ending, in the order the page needs them."""
    wanted = getattr(pages()[name], "ASSETS", ()) if name in pages() else ()
    return [file.removesuffix(ending) for file in wanted if file.endswith(ending)]


def _styles(name: str) -> str:
    return _sheets([*STYLES, *(["audience"] if _internal() else []), *_assets(name, ".css")])


def _sheets(files: Iterable[str]) -> str:
    return "".join(f'<link rel="stylesheet" href="{address(f"/assets/{file}.css")}">' for file in files)


def _internal() -> bool:
    return bool(current_app.config["AUDIENCE"] == INTERNAL)


def _scripts(name: str) -> str:
    return "".join(_script(file) for file in [*_assets(name, ".js"), *SCRIPTS, *(DASH_SCRIPTS if _alive(name) else ())])


def _alive(name: str) -> bool:
    """Whether a page has callbacks, so that it needs Dash in the browser."""
    return name in pages() and hasattr(pages()[name], "register")


def _script(file: str) -> str:
    """Deferred: a browser draws what stands there without waiting for a script that came early."""
    return f'<script defer src="{address(f"/assets/{file}.js")}"></script>'


_DOCUMENT = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<meta name="description" content="{description}">
{head}
<link rel="icon" href="{icon}" type="image/svg+xml">
{fonts}
<style>{palette}</style>
{styles}
</head>
<body data-page="{page}">
{header}
<main id="main">
{main}
</main>
{footer}
{own_scripts}
{scripts}
</body>
</html>"""

_FRAMED = """<!DOCTYPE html>
<html lang="{lang}"{theme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
{fonts}
<style>{palette}</style>
{styles}
</head>
<body class="embed" data-page="{page}">
<main id="main">
{body}
</main>
{scripts}
</body>
</html>"""

#: A page with callbacks: what is drawn, and where Dash builds the same (assets/boot.js hands over).
_FIRST_PAINT = '<div id="first-paint">{body}</div>\n<div id="dash" hidden><!--dash--></div>'
