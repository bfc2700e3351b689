"""The brief of a territory: one page for paper, here for the browser's print, with the PDF beside it."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard import territories, urls
from dashboard.brief import draw
from dashboard.brief import hub as made
from dashboard.brief.model import Brief
from dashboard.pages import Request
from dashboard.programmes import today

PATH = f"brief/{territories.PATH}"
LISTED = False
ITEM = True
ASSETS = ("brief.css",)
state = draw.state


def brief(request: Request) -> Brief:
    """What stands on it; raises what `territories.find` raises, with the address of a brief."""
    try:
        place = territories.find(request.build, request.words, request.item, {})
    except urls.MovedError as moved:
        item = moved.address.partition("?")[0].rpartition("/")[2]
        raise urls.MovedError(urls.brief(request.lang, territories.PATH, item)) from None
    return request.build.recent(("brief", request.lang, "hub", place.item, today()), lambda: made.brief(request, place))


def title(request: Request) -> str:
    """Brief: KI.NRW."""
    return draw.title(brief(request))


def description(request: Request) -> str:
    """For search engines: what it is."""
    return brief(request).findings[0]


def layout(request: Request) -> list[Component]:
    """The page."""
    return draw.sheet(brief(request), urls.brief(request.lang, territories.PATH, request.item, "pdf"))
