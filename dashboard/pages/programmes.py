"""Programmes: what was promised, what is reported; filters, deadlines, a map of circles, a table."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import ledger, programmes
from dashboard.components import programme_list as parts
from dashboard.components import programme_map as maps
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import TABLE, Viewed, actions
from dashboard.components.attributes import attrs
from dashboard.exports import csv as forms
from dashboard.exports import programmes_view
from dashboard.firstpaint import Kept
from dashboard.ledger_model import Programme
from dashboard.pages import Request

PATH = programmes.PATH
NAV = (50, "Programmes")
ASSETS = ("programmes.css", *ACTIONS)


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Programmes")


def description(request: Request) -> str:
    """How many there are, and of how many something is reported."""
    return parts.counter(request.words, _found(request))


def state(request: Request) -> str:
    """What a drawn page holds for: the day, which decides what is overdue."""
    return programmes.today().isoformat()


def _found(request: Request) -> list[Programme]:
    return programmes.shown(request.build, programmes.read(request.build, request.query), programmes.today())


def layout(request: Request) -> list[Component]:
    """Counter, choice, deadlines, map, table."""
    t, day = request.words, programmes.today()
    choice, found = programmes.read(request.build, request.query), _found(request)
    whole = sum(one.kind != programmes.COUNTS for one in ledger.programmes(request.build).values())
    body: list[Component] = [html.P(t("No programme fits this choice."), role="status")]
    if found:
        body = [
            html.P(t("{n} of {whole} shown.", n=len(found), whole=whole), role="status"),
            *parts.deadlines(request, found, day),
            maps.figure(request, choice, found),
            html.H2(t("All programmes shown, as a table"), id="list"),
            parts.table(request, choice, found, day),
            actions(t, request.build, Viewed(PATH, "", choice.query, title(request)), TABLE),
        ]
    return [
        Kept(
            id="programmes",
            className="programmes-page",
            children=[
                html.H1(title(request)),
                html.P(description(request), className="subtitle"),
                html.P(
                    t(
                        "Promises and reports as somebody stated them, each with its source. "
                        "No report in the ledger does not mean that nothing happened."
                    )
                ),
                html.Section([parts.choices(request, choice)], **attrs(aria_label=t("Choose programmes"))),
                *body,
            ],
        )
    ]


def csv(request: Request) -> forms.Table:
    """The programmes shown, one row for each promise."""
    return programmes_view.table(request.build, request.words, _found(request), programmes.today())
