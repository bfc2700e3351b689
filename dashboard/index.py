"""The HTML document around a page: head, first paint, Dash's own parts, scripts in the order they are needed."""

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
from dashboard.i18n import Words, languages
from dashboard.map import palette
from dashboard.pages import navigation, pages
from dashboard.settings import INTERNAL

#: On every page; a page's own stand in its ASSETS and come between tokens and the handover to Dash.
STYLES = ("tokens", "page")
SCRIPTS = ("boot", "vendor/regenerator-runtime")


#: Bundles of Dash that no page needs: its old table, and polyfills for browsers that could not run our own scripts.
#: Of the latter its components still want one, which comes alone (`vendor/regenerator-runtime.js`, 27 kB lighter).
_UNUSED = re.compile(r'<script src="[^"]*/(?:dash_table/|deps/polyfill@)[^"]*"></script>')


class Atlas(Dash):
    """Dash with our document instead of its index string."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """Put Dash's parts into the document that `document` prepared."""
        if "page" not in g:  # Dash's catch-all: an address that is no page
            raise urls.NotFoundError(request.path)
        page: dict[str, str] = g.page
        parts["scripts"] = _UNUSED.sub("", parts["scripts"])
        return _DOCUMENT.format(**page, **{key: parts[key] for key in ("app_entry", "config", "scripts", "renderer")})


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
    base: str,
    feeds: Iterable[tuple[str, str]],
) -> str:
    """A whole page. `body` is the first paint of its layout; `feeds` are (address, title) of those that fit it."""
    g.page = _parts(t, name=name, path=path, query=query, title=title, description=description, body=body, base=base)
    g.page["alternates"] += "".join(
        f'<link rel="alternate" type="application/atom+xml" title="{escape(name)}" href="{escape(base + address)}">'
        for address, name in feeds
    )
    text: str = app.index()  # type: ignore[no-untyped-call]
    return text


def plain_document(t: Words, *, path: str, title: str, body: str, query: str = "", styles: Iterable[str] = ()) -> str:
    """A page without Dash: errors, the desk. styles: further files in assets/, without ending."""
    parts = _parts(t, name="", path=path, query=query, title=title, description=title, body=body, base="")
    parts["styles"] += _sheets(styles)
    parts["own_scripts"] = _script("boot")
    return _DOCUMENT.format(**parts, app_entry="", config="", scripts="", renderer="")


def _parts(
    t: Words, *, name: str, path: str, query: str, title: str, description: str, body: str, base: str
) -> dict[str, str]:
    alternates = "".join(
        f'<link rel="alternate" hreflang="{lang}" href="{escape(base + urls.switch_language(path, query, lang))}">'
        for lang in languages()
    )
    return {
        "lang": t.lang,
        "title": escape(f"{title} · {t('Regional AI Atlas')}"),
        "description": escape(description[:300]),
        "alternates": alternates if name else "",
        "icon": address("/assets/icon.svg"),
        "fonts": "".join(
            f'<link rel="preload" href="/assets/fonts/source-sans-3-latin-{weight}-normal.woff2" as="font" '
            'type="font/woff2" crossorigin>'
            for weight in (400, 600)
        ),
        "palette": palette.css(),
        "styles": _styles(name),
        "own_scripts": _scripts(name),
        "header": (draw(internal_mark(t)) if _internal() else "") + draw(header(t, name, path, query, navigation())),
        "footer": draw(footer(t, cookie=_internal())),
        "body": body,
        "page": name,
    }


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
    return "".join(_script(file) for file in [*_assets(name, ".js"), *SCRIPTS])


def _script(file: str) -> str:
    return f'<script src="{address(f"/assets/{file}.js")}"></script>'


_DOCUMENT = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<meta name="description" content="{description}">
{alternates}
<link rel="icon" href="{icon}" type="image/svg+xml">
{fonts}
<style>{palette}</style>
{styles}
</head>
<body data-page="{page}">
{header}
<main id="main">
<div id="first-paint">{body}</div>
<div id="dash" hidden>{app_entry}</div>
</main>
{footer}
{own_scripts}
{config}
{scripts}
{renderer}
</body>
</html>"""
