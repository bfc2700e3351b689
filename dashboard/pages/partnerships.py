"""Partnerships between named partners: map, counter, list, time line. A partnership's permalink is ?show=<id>#<id>."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import partnerships
from dashboard.components import partnership_list as parts
from dashboard.components import partnership_map as maps
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import TABLE, Viewed, actions
from dashboard.components.attributes import attrs
from dashboard.components.partnership_time import timeline
from dashboard.components.partnership_words import spoken
from dashboard.exports import csv as forms
from dashboard.exports import partnerships_view
from dashboard.firstpaint import Kept, Raw
from dashboard.pages import Request
from dashboard.partnerships import Choice, Entry

PATH = partnerships.PATH
NAV = (60, "Partnerships")
ASSETS = ("partnerships.css", "partnerships.js", *ACTIONS)


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Partnerships")


def description(request: Request) -> str:
    """How many there are and on what they rest."""
    t, known = request.words, partnerships.entries(request.build)
    return t(
        "{n} partnerships on AI with named partners in Germany, France and Europe, {drawn} of them with known seats.",
        n=len(known),
        drawn=sum(entry.drawn for entry in known.values()),
    )


def csv(request: Request) -> forms.Table:
    """The partnerships shown."""
    choice = partnerships.read(request.build, request.query)
    return partnerships_view.table(request.build, request.words, partnerships.shown(request.build, choice))


def layout(request: Request) -> list[Component]:
    """Counter, choice, map and list side by side, time line, organisations."""
    t, build = request.words, request.build
    choice = partnerships.read(build, request.query)
    found = partnerships.shown(build, choice)
    return [
        Kept(
            id="partnerships",
            className="partnership-page",
            children=[
                html.H1(title(request)),
                html.P(description(request), className="subtitle"),
                *[parts.counter(request, event) for event in partnerships.counted(build)],
                html.Section([parts.choices(request, choice)], **attrs(aria_label=t("Choose partnerships"))),
                *_body(request, choice, found),
                parts.circles(t, build),
                actions(t, build, Viewed(PATH, "", choice.query, title(request)), TABLE),
            ],
        )
    ]


def _body(request: Request, choice: Choice, found: list[Entry]) -> list[Component | Raw]:
    t = request.words
    if not found:
        return [html.P(t("No partnership fits this choice."), role="status")]
    return [
        html.P(_count(request, choice, found), role="status", id="shown-count"),
        html.Div([_map(request, choice, found)], className="pm"),
        html.H2(t("All partnerships shown, as a list"), id="list"),
        html.Div(parts.table(request, choice, found)),
        parts.organisations(request, found),
        html.H2(t("In the order of time")),
        *timeline(t, request.build, found),
    ]


def _count(request: Request, choice: Choice, found: list[Entry]) -> str:
    t, whole = request.words, len(partnerships.entries(request.build))
    text = t(
        "{n} of {whole} partnerships shown, {drawn} of them on the map.",
        n=len(found),
        whole=whole,
        drawn=sum(entry.drawn for entry in found),
    )
    if choice.region:
        text += " " + t("Partnerships without a known seat cannot be found by region.")
    return text


def _map(request: Request, choice: Choice, found: list[Entry]) -> html.Figure:
    t = request.words
    picked = next((entry for entry in found if entry.one.id == choice.show), None)
    said = spoken(t, picked) if picked else t("Pick an arc to see its entry; pick a place to see its partnerships.")
    seats = t(
        "A seat stands in the middle of its Kreis or département. Lines inside one country never cross the border."
    )
    return html.Figure(
        [
            html.A(t("Skip the map"), href="#list", className="skip-map"),
            html.P(said, id="pm-said", role="status", className="pm-said"),
            Raw(f'<div class="pm-box">{maps.drawn(t, choice, found)}</div>'),
            html.Figcaption([Raw(maps.legend(t)), html.Small(seats)]),
        ]
    )
