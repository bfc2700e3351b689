"""The page inside the HTML: Dash components drawn as text, before any script.

A page is a tree of `dash.html` components. Its first paint is that tree as HTML; Dash then builds its own tree and
`assets/boot.js` moves the kept parts (server- and script-owned: map, table, title …) into it, so nothing is drawn
twice and nothing jumps. Components with a life of their own (`dcc.Graph`, stores) leave no mark in the first paint.
"""

from __future__ import annotations

from html import escape
from typing import Any

from dash import html
from dash.development.base_component import Component

_VOID = frozenset({"Area", "Base", "Br", "Col", "Hr", "Img", "Link", "Meta", "Source", "Wbr"})
_NAMES = {"className": "class", "htmlFor": "for", "hrefLang": "hreflang", "tabIndex": "tabindex"}
_STRUCTURE = frozenset({"children", "n_clicks", "n_clicks_timestamp", "disable_n_clicks", "setProps", "loading_state"})


class Raw(str):
    """Markup made by our own code (the SVG map); everything else is escaped."""

    __slots__ = ()


class Kept(html.Div):
    """A part of the page that scripts own after the first paint; Dash never gets its children."""


def draw(node: Any) -> str:
    """A component, text, or list of them as HTML."""
    if node is None or node is False:
        return ""
    if isinstance(node, Raw):
        return str(node)
    if isinstance(node, (list, tuple)):
        return "".join(draw(child) for child in node)
    if not isinstance(node, Component):
        return escape(str(node), quote=False)
    if node.__class__ is not Kept and getattr(node, "_namespace", "") != "dash_html_components":
        return ""
    name = "div" if node.__class__ is Kept else node._type.lower()
    tag = f"<{name}{_attributes(node)}>"
    return tag if node._type in _VOID else f"{tag}{draw(getattr(node, 'children', None))}</{name}>"


def for_dash(node: Any) -> Any:
    """The same tree for Dash: kept parts are empty divs with their id."""
    if isinstance(node, (list, tuple)):
        return [for_dash(child) for child in node]
    if isinstance(node, Kept):
        return html.Div(id=_props(node)["id"], className=_props(node).get("className"))
    if isinstance(node, Component) and getattr(node, "children", None) is not None:
        node.children = for_dash(node.children)
    return node


def _props(node: Component) -> dict[str, Any]:
    props: dict[str, Any] = node.to_plotly_json()["props"]  # type: ignore[no-untyped-call]
    return props


def _place(item: tuple[str, Any]) -> str:
    """Dash gives those of its own names in their order, the others in that of a set: another one in each process.

    Every worker and replica must write the same bytes, else an ETag of one is none to the next.
    """
    return item[0] if item[0].startswith(("data-", "aria-")) else ""


def _attributes(node: Component) -> str:
    parts = []
    for name, value in sorted(_props(node).items(), key=_place):
        if name in _STRUCTURE or value is None or value is False:
            continue
        attribute = _NAMES.get(name, name.lower() if not name.startswith(("data-", "aria-")) else name)
        parts.append(f" {attribute}" if value is True else f' {attribute}="{escape(str(value))}"')
    return "".join(parts)
