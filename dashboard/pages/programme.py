"""One programme: what was promised against what is reported, who said it, where, with whom."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import ledger, ledger_changes, programmes, urls
from dashboard.components import ledger as said
from dashboard.components import programme_claims as claims
from dashboard.components import programme_edits as edits
from dashboard.components import programme_head as head
from dashboard.components import programme_map as maps
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import TABLE, Viewed, actions
from dashboard.exports import csv as forms
from dashboard.exports import programme_view
from dashboard.firstpaint import Kept
from dashboard.ledger_model import Programme
from dashboard.pages import Request
from dashboard.store import Build

PATH = programmes.ONE
ITEM = True
ASSETS = ("programmes.css", *ACTIONS)


def read(request: Request) -> Programme:
    """The programme asked for; raises NotFoundError with the nearest ids and names."""
    known = ledger.programmes(request.build)
    if request.item not in known:
        near = programmes.nearest(request.build, request.item)
        links = [(known[id_].name(request.lang), urls.page(request.lang, PATH, id_)) for id_ in near]
        every = (request.words("All programmes"), urls.page(request.lang, programmes.PATH))
        raise urls.NotFoundError(request.item, near[0] if near else "", links=(*links, every))
    return known[request.item]


def title(request: Request) -> str:
    """The programme's name."""
    return read(request).name(request.lang)


def description(request: Request) -> str:
    """What it is and how it stands, in one line."""
    t, one = request.words, read(request)
    return t(
        "{name}: {kind}, {state}. Promises and reports with their sources.",
        name=one.name(t.lang),
        kind=said.programme_kind(t, one.kind),
        state=said.programme_status(t, one.status),
    )


def state(request: Request) -> str:
    """What a drawn page holds for: the day, which decides what is overdue, and the last edit."""
    return f"{programmes.today().isoformat()} {ledger_changes.newest(request.build.data)}"


def feeds(request: Request) -> list[tuple[str, str]]:
    """The feed of this programme."""
    return [("programme", read(request).id)]


def csv(request: Request) -> forms.Table:
    """Its claims."""
    return programme_view.table(request.words, read(request))


def items(build: Build) -> list[str]:
    """Every programme."""
    return list(ledger.programmes(build))


def layout(request: Request) -> list[Component]:
    """Head, promise against report, the claims in the order of time, places, partners, sources."""
    t, one, day = request.words, read(request), programmes.today()
    return [
        Kept(
            id="programme",
            className="programme-page",
            children=[
                *head.head(request, one),
                html.H2(t("Promised and reported")),
                *claims.compared(request, one, day),
                html.H2(t("Who said what, in the order of time")),
                *claims.timeline(request, one, day),
                html.H2(t("Where the programme is")),
                *maps.places(request, one),
                *head.partners(request, one),
                *head.related(request, one),
                html.H2(t("Sources")),
                *head.sources(t, one),
                html.H2(t("Edits")),
                *edits.history(request, one),
                actions(t, request.build, Viewed(PATH, one.id, {}, title(request)), TABLE),
            ],
        )
    ]
