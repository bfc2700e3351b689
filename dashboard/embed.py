"""`/embed/{lang}/…`: a page's view for a frame on another site. No header, no controls; links open the full view.

The same page answers, with the same parameters, so the figures, signs, legend and sources are those of the full view.
A page may have `embed(request)`, which gives what stands in the frame, and EMBEDDED, its files there; otherwise it is
the page's layout without what a reader works with (`_LEFT_OUT`).
"""

from __future__ import annotations

from html import escape
from types import ModuleType
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.components.embed_snippet import HEIGHTS
from dashboard.firstpaint import Kept, Raw, draw
from dashboard.index import framed_document
from dashboard.pages import Request

#: Rows of the table below an embedded map: more would weigh more than the map; the full view has all.
ROWS: Final = 60
THEMES: Final = ("dark", "light")
#: Classes and ids of what is for working with the page.
_LEFT_OUT: Final = frozenset({"actions", "crumbs", "choose", "more-here", "all-figures", "leave"})
_BARE: Final = ("actions.css", "take.js", "copied.css", "copied.js", "choose.css", "choose.js", "find.css", "find.js")


def document(page: ModuleType, name: str, asked: Request, full: str) -> str:
    """The whole HTML. full: the address of the full view. Raises urls.NotFoundError for a page that is not embedded."""
    if name not in HEIGHTS or (getattr(page, "ITEM", False) == "or index" and not asked.item):
        raise urls.NotFoundError(name)
    theme = str(asked.query.get("theme", ""))
    urls.known(theme, THEMES)
    body = page.embed(asked) if hasattr(page, "embed") else trimmed(page.layout(asked))
    files = getattr(page, "EMBEDDED", None) or [file for file in page.ASSETS if file not in _BARE]
    markup = urls.outward(draw([body, _foot(asked, full)]))
    return framed_document(
        asked.words,
        name=name,
        title=page.title(asked),
        body=urls.stay(markup, asked.build.id) if asked.frozen else markup,
        files=[*files, "embed.css"],
        theme=f' data-theme="{escape(theme)}"' if theme else "",
    )


def _foot(asked: Request, full: str) -> Component:
    """Whose view it is, of when, and the way to all of it."""
    t, build = asked.words, asked.build
    when = t("Figures as of {day} (build {build}).", day=t.day(build.published), build=build.id)
    parts: list[Component | str] = [html.B(t("Regional AI Atlas")), " · ", when, " "]
    parts += [html.A(t("Full view"), href=full, className="button"), " "]
    return html.Footer(html.P(parts), className="embed-foot")


def trimmed(node: Any) -> Any:
    """A layout without forms, navigation and what else is for working with the page."""
    if isinstance(node, (list, tuple)):
        return [kept for child in node if (kept := trimmed(child)) is not None]
    if isinstance(node, Raw):
        return None if node.startswith("<form") else node
    if not isinstance(node, Component):
        return node
    classes = str(getattr(node, "className", "") or "").split()
    if isinstance(node, (html.Form, html.Nav)) or _LEFT_OUT & {*classes, str(getattr(node, "id", ""))}:
        return None
    if getattr(node, "children", None) is not None:
        node.children = trimmed(node.children)
    return node


def of_map(asked: Request, parts: dict[str, Any]) -> list[Component]:
    """The map's own frame. parts: title, subtitle, notes, svg, legend, since, table, foot."""
    t, body = asked.words, parts["table"].children[2]
    more = len(body.children) - ROWS
    if more > 0:
        body.children = body.children[:ROWS]
    return [
        html.H1(parts["title"]),
        html.P(parts["subtitle"], className="subtitle"),
        *[html.P(text, className="note") for text in parts["notes"]],
        html.Div(Raw(parts["svg"]), id="embed-map", className="map", **attrs(data_map="")),
        html.Div(Raw(parts["legend"]), id="legend", className="legend"),
        Kept(id="since", children=parts["since"]),
        html.Details(
            [
                html.Summary(t("Table of the map")),
                html.Div(
                    parts["table"],
                    className="table",
                    tabIndex=0,
                    role="region",
                    **attrs(aria_label=t("Table of the map")),
                ),
                html.P(t("… and {n} more", n=t.number(more)), className="small") if more > 0 else "",
            ]
        ),
        parts["foot"],
    ]
