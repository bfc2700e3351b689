"""The brief of a programme: one page for paper, here for the browser's print, with the PDF beside it."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard import programmes, urls
from dashboard.brief import draw
from dashboard.brief import programme as made
from dashboard.brief.model import Brief
from dashboard.pages import Request
from dashboard.pages import programme as page
from dashboard.programmes import today

PATH = f"brief/{programmes.ONE}"
LISTED = False
ITEM = True
ASSETS = ("brief.css",)
state = draw.state


def brief(request: Request) -> Brief:
    """What stands on it; raises what the programme's page raises."""
    one = page.read(request)
    return request.build.recent(("brief", request.lang, "programme", one.id, today()), lambda: made.brief(request, one))


def title(request: Request) -> str:
    """Brief: ZaKI.D."""
    return draw.title(brief(request))


def description(request: Request) -> str:
    """What it is and how it stands."""
    return brief(request).kind


def layout(request: Request) -> list[Component]:
    """The page."""
    return draw.sheet(brief(request), urls.brief(request.lang, programmes.ONE, request.item, "pdf"))
