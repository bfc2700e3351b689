"""What has changed since, on a frozen map: a sign on the region, a word in its row, and the list of a view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

from dashboard import changed, drawing
from dashboard.firstpaint import draw
from dashboard.pages import Request
from dashboard.view import MapView

SIGN = "◆"


def since(view: MapView, request: Request) -> dict[str, str]:
    """Region → what its figure is today, as its row says it; nothing where the view is not frozen."""
    if not request.frozen or request.today is None or request.today.id == view.build.id:
        return {}
    t, words = view.words, changed.kinds(view.words)
    found = {}
    for code, cell in changed.in_view(view, request.today).items():
        now = changed.then_and_now(t, view.indicator, cell)[1]
        found[code] = t("{sign} {change}, today: {value}", sign=SIGN, change=words[cell["change"]], value=now)
    return found


def on_map(svg: str, view: MapView, found: Mapping[str, str]) -> str:
    """The map's markup with a sign at each changed region's anchor, below what the reader holds."""
    places = drawing.geometry(view.state.level)["regions"]
    signs = "".join(
        f'<text x="{places[code]["x"]}" y="{places[code]["y"]}">{SIGN}</text>' for code in found if code in places
    )
    before, over, after = svg.partition('<g class="am-over"')
    return f'{before}<g class="am-since" aria-hidden="true">{signs}</g>{over}{after}'


def said(view: MapView, request: Request, found: Mapping[str, str]) -> list[Component]:
    """The legend of the sign; nothing where the view is not frozen to an older build."""
    if not request.frozen or request.today is None or request.today.id == view.build.id:
        return []
    t = view.words
    if not found:
        return [html.P(t("No figure of this map has changed since."), className="small")]
    text = t("{sign} changed since: {n} of {of} regions on this map; the table says what stands there today.",
             sign=SIGN, n=t.number(len(found)), of=t.number(len(view.shown)))  # fmt: skip
    return [html.P(text, className="small")]


def json(view: MapView, request: Request) -> bytes:
    """The same for the script, when the view changes."""
    found = since(view, request)
    answer: dict[str, Any] = {"sign": SIGN, "regions": found, "html": draw(said(view, request, found))}
    return orjson.dumps(answer)
