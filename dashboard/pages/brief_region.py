"""The brief of a region: one page for paper, here for the browser's print, with the PDF beside it."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard import places, urls
from dashboard.brief import draw
from dashboard.brief import region as made
from dashboard.brief.model import Brief
from dashboard.pages import Request
from dashboard.pages import region as page
from dashboard.programmes import today

PATH = f"brief/{places.PATH}"
LISTED = False
ITEM = True
ASSETS = ("brief.css",)
state = draw.state


def brief(request: Request) -> Brief:
    """What stands on it; raises what `places.find` raises, with the address of a brief."""
    try:
        region = page.read(request)
    except urls.MovedError as moved:
        code = moved.address.rpartition("/")[2]
        raise urls.MovedError(urls.brief(request.lang, places.PATH, code)) from None
    key = ("brief", request.lang, region.code, today())
    return request.build.recent(key, lambda: made.brief(request, region, page.title(request)))


def title(request: Request) -> str:
    """Brief: Sachsen."""
    return draw.title(brief(request))


def description(request: Request) -> str:
    """For search engines: the first finding."""
    return brief(request).findings[0]


def layout(request: Request) -> list[Component]:
    """The page."""
    return draw.sheet(brief(request), urls.brief(request.lang, places.PATH, page.read(request).code, "pdf"))
