"""The keynote tray: views put together as slides; its address is the tray. Reorder, retitle, remove, take the deck."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from dash import html
from dash.development.base_component import Component
from flask import current_app, has_request_context
from flask import request as http

from dashboard import queries, urls
from dashboard.components.attributes import attrs
from dashboard.deck import tray
from dashboard.deck.tray import MOST, Tray, View
from dashboard.firstpaint import Kept, Raw
from dashboard.pages import Request
from dashboard.pages import map as map_page

PATH = "keynote"
LISTED = False
ASSETS = ("keynote.css", "keynote.js")
#: Letters of an address or a title in a field.
LONGEST = 1000


def read(request: Request) -> Tray:
    """The tray asked for; raises what `tray.read` raises."""
    return tray.read(request, own_hosts())


def own_hosts() -> tuple[str, ...]:
    """The hosts under which this atlas is read."""
    if not has_request_context():
        return ()
    return tuple(host for host in (http.host, urlsplit(current_app.config.get("BASE_URL", "")).netloc) if host)


def title(request: Request) -> str:
    """Its name."""
    return read(request).name or request.words("Keynote")


def description(request: Request) -> str:
    """What it is for."""
    return request.words(
        "Views of the atlas as slides: put in order, under your titles, as an editable PowerPoint file"
    )


def layout(request: Request) -> list[Component]:
    """The tray, or how to fill it."""
    t, found = request.words, read(request)
    body = _views(request, found) if found.views else [_empty(request)]
    parts = [
        html.H1(t("Keynote")),
        html.P(description(request) + ".", className="subtitle"),
        *_refused(request, found),
        html.P(role="status", className="keynote-said", id="keynote-said"),
        *body,
        _add(request, found),
    ]
    words = {
        "data_kept": t("Views in your tray on this device: {n}"),
        "data_tray": urls.keynote(t.lang, ()),
        "data_here": " ".join("1" for _ in found.views),
    }
    return [Kept(id="keynote", className="keynote", children=[html.Div(parts, **attrs(**words))])]


def _empty(request: Request) -> html.Div:
    t = request.words
    examples = [
        (t("The map"), urls.keynote(t.lang, [("map", "")])),
        (t("Partnerships"), urls.keynote(t.lang, [("partnerships", "")])),
    ]
    return html.Div(
        [
            html.P(
                t(
                    "The tray is empty. “Add to keynote” stands at the foot of every map, region, territory, "
                    "comparison and programme."
                ),
                **attrs(data_empty=""),
            ),
            html.P([t("Begin with:"), " ", *_joined([html.A(text, href=href) for text, href in examples])]),
        ]
    )


def _joined(links: list[html.A]) -> list[Component | str]:
    found: list[Component | str] = []
    for link in links:
        found += [" · ", link] if found else [link]
    return found


def _refused(request: Request, found: Tray) -> list[Component]:
    """Each line that is no slide, with its sentence."""
    if not found.refused:
        return []
    items = [html.Li([html.Code(about), " ", why]) for about, why in found.refused]
    heading = html.P(html.B(request.words("Left out:")))
    return [html.Div([heading, html.Ul(items)], className="keynote-refused", role="alert")]


def _views(request: Request, found: Tray) -> list[Component]:
    t, lang = request.words, request.lang
    take = html.P(
        [
            html.A(t("Take the deck (PPTX)"), href=found.address(lang, "pptx"), className="button", download=""),
            " ",
            html.A(t("Present"), href=found.address(lang, "present"), className="button"),
            " ",
            html.A(t("Empty the tray"), href=urls.keynote(lang, ()), **attrs(data_forget="")),
        ],
        className="actions-top",
    )
    items = [_item(request, found, place, view) for place, view in enumerate(found.views)]
    count = t("{n} of at most {most} slides, and a cover", n=len(items), most=MOST)
    return [take, html.P(count, className="small"), html.Ol(items, className="keynote-list"), _look(request, found)]


def _item(request: Request, found: Tray, place: int, view: View) -> html.Li:
    """One view: its title, kind, and what can be done with it; links, so that no script is needed."""
    t, lang, name = request.words, request.lang, view.title
    down = place < len(found.views) - 1
    steps = [
        _step("↑", t("Up: {title}", title=name), _to(found.moved(place, place - 1), lang, place) if place else ""),
        _step("↓", t("Down: {title}", title=name), _to(found.moved(place, place + 1), lang, place + 2) if down else ""),
        _step("×", t("Remove: {title}", title=name), found.without(place).address(lang)),
    ]
    field = f"title.{place + 1}"
    rename = html.Form(
        [
            *_hidden(found, field),
            html.Label(t("Own title"), htmlFor=field),
            _field(field, view.own, view.found),
            html.Button(t("Set"), type="submit", className="button"),
        ],
        method="get",
        action=urls.keynote(lang, ()),
        className="keynote-title",
    )
    return html.Li(
        [
            html.Div(
                [
                    html.A(html.B(name), href=f"/{lang}/{view.address}"),
                    html.Small(f" {_about(request, view)}"),
                ],
                className="keynote-name",
            ),
            html.Div([step for step in steps if step], className="keynote-steps"),
            html.Details([html.Summary(t("Retitle")), rename]),
        ],
        id=f"view-{place + 1}",
    )


def _about(request: Request, view: View) -> str:
    """What kind of view it is and of which indicator, since a finding names none; its title where it has an own one."""
    if view.page == map_page.PATH:
        what = map_page.read(view.request).indicator["title"]
    else:
        row = queries.indicators(request.build, request.lang).get(str(view.request.query.get("indicator", "")))
        what = row["title"] if row else ""
    parts = [tray.label(request.words, view), what, view.found if view.own else ""]
    return " · ".join(part for part in parts if part)


def _to(found: Tray, lang: str, number: int) -> str:
    """The tray at the view just moved, so that nobody looks for it again."""
    return f"{found.address(lang)}#view-{number}"


def _step(sign: str, label: str, address: str) -> html.A | None:
    return html.A(sign, href=address, title=label, className="button", **attrs(aria_label=label)) if address else None


def _field(name: str, value: str, hint: str = "") -> Raw:
    """A line to write in."""
    return Raw(
        f'<input type="text" id="{escape(name)}" name="{escape(name)}" value="{escape(value)}" '
        f'placeholder="{escape(hint)}" maxlength="{LONGEST}">'
    )


def _hidden(found: Tray, *but: str) -> list[Raw]:
    """The tray as fields of a form, without some."""
    pairs = [(name, value) for name, value in found.more.items() if value and name not in but]
    for place, view in enumerate(found.views, 1):
        pairs += [("v", view.address)]
        pairs += [(f"title.{place}", view.own)] if view.own and f"title.{place}" not in but else []
    return [Raw(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">') for name, value in pairs]


def _look(request: Request, found: Tray) -> html.Form:
    """Name and ground of the deck."""
    t = request.words
    themes = [("", t("light")), ("dark", t("dark"))]
    options = [html.Option(text, value=value, selected=value == found.theme) for value, text in themes]
    return html.Form(
        [
            *_hidden(found, "name", "theme"),
            html.Label(t("Title of the deck"), htmlFor="name"),
            _field("name", found.name),
            html.Label(t("Ground"), htmlFor="deck-ground"),
            html.Select(options, id="deck-ground", name="theme"),
            html.Button(t("Set"), type="submit", className="button"),
        ],
        method="get",
        action=urls.keynote(request.lang, ()),
        className="keynote-look",
    )


def _add(request: Request, found: Tray) -> html.Form:
    """One more view by its address."""
    t = request.words
    return html.Form(
        [
            *_hidden(found),
            html.Label(t("Add a view by its address"), htmlFor="add"),
            _field("add", "", f"/{request.lang}/map?level=nuts3"),
            html.Button(t("Add"), type="submit", className="button"),
        ],
        method="get",
        action=urls.keynote(request.lang, ()),
        className="keynote-look",
    )
