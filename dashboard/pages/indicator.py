"""One indicator in words: definition, method, caveats, comparability, coverage, sources."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import queries, urls
from dashboard.components import embed_indicator
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import Viewed, actions, indicator_forms, kept
from dashboard.components.attributes import attrs
from dashboard.components.foot import foot
from dashboard.discovery import jsonld
from dashboard.discovery.dataset import dataset
from dashboard.exports import csv as forms
from dashboard.exports import indicator_view
from dashboard.firstpaint import Kept
from dashboard.i18n import Words
from dashboard.pages import Request
from dashboard.pictures.courses import of_indicator
from dashboard.pictures.model import Picture
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.urls import MapState
from dashboard.view import level_name, verdict_word

PATH = "indicator"
ITEM = True
LARGE = True
ASSETS = ACTIONS


#: Its files in a frame on another site.
EMBEDDED = ("compare.css",)


def read(request: Request) -> Row:
    """The indicator asked for; raises urls.NotFoundError with the nearest id."""
    known = queries.indicators(request.build, request.lang)
    urls.known(request.item, known)
    return known[request.item]


def title(request: Request) -> str:
    """Its title."""
    return str(read(request)["title"])


def feeds(request: Request) -> list[tuple[str, str]]:
    """The feed of this indicator."""
    return [("indicator", str(read(request)["id"]))]


def description(request: Request) -> str:
    """Its definition."""
    return str(read(request)["definition"])


def csv(request: Request) -> forms.Table:
    """All its figures."""
    return indicator_view.table(request.build, request.words, read(request))


def picture(request: Request) -> Picture:
    """Both countries over time, or the map."""
    return of_indicator(request, read(request))


def schema_org(request: Request, base: str) -> dict[str, Any]:
    """What it is for machines."""
    return jsonld.indicator(request, dataset(request.build, read(request)["id"]), base)


def items(build: Build) -> list[str]:
    """Every indicator."""
    return list(queries.indicators(build, "en"))


def embed(request: Request) -> list[Component]:
    """What stands in a frame on another site: the national figures over time."""
    return embed_indicator.frame(request, read(request))


def layout(request: Request) -> list[Component]:
    """The method note."""
    t, row = request.words, read(request)
    on_map = urls.map_url(t.lang, MapState(indicator=row["id"]))
    sections = [
        html.H1(row["title"]),
        html.P(html.A(t("Show on the map"), href=on_map, className="button")),
        html.P(html.A(t("Follow changes (Atom)"), href=urls.feed(t.lang, "indicator", row["id"]))),
        html.H2(t("Definition")),
        html.P(row["definition"]),
        html.P([html.B(t("Unit:") + " "), row["unit_words"]]),
        html.H2(t("Method")),
        html.P(row["method"]),
        *_derived(t, request, row),
        *([html.P(t("Intervals: Wilson score, 95 %, from the share and its base n."))] if row["interval"] else []),
        html.H2(t("What to keep in mind")),
        html.Ul([html.Li(text) for text in _caveats(request, row)]),
        html.H2(t("Germany and France compared")),
        html.P([html.B(verdict_word(t, row["verdict"]) + ". "), row["comparability"]]),
        *_members(row),
        html.H2(t("Coverage")),
        html.Div(
            _coverage(t, request, row["id"]),
            className="table",
            tabIndex=0,
            role="region",
            **attrs(aria_label=t("Coverage")),
        ),
        html.P(
            t("Checked by {who} on {day}.", who=t.of(row["checked_by"]), day=t.day(row["checked_on"])),
            className="small",
        ),
        html.H2(t("Sources")),
        foot(t, request.build, row),
        _actions(request, row),
    ]
    return [Kept(id="prose", className="prose", children=sections)]


def _actions(request: Request, row: Row) -> Component:
    refusal = kept(request.words) if queries.withheld(request.build, row) else ""
    forms_ = indicator_forms(request.build, row)
    return actions(request.words, request.build, Viewed(PATH, row["id"], {}, row["title"]), forms_, refusal)


def _caveats(request: Request, row: Row) -> list[str]:
    """Caveats, gaps, and the reasons that flags of this indicator really have."""
    occurring = queries.reasons(request.build).get(row["id"], set())
    return [*row["caveats"], *row["gaps"].values(), *(text for key, text in row["reasons"].items() if key in occurring)]


def _checked(t: Words, row: Row) -> str:
    return t("Checked by {who} on {day}.", who=t.of(row["checked_by"]), day=t.day(row["checked_on"]))


def _derived(t: Words, request: Request, row: Row) -> list[Component]:
    if not row["derive_kind"]:
        return []
    known = queries.indicators(request.build, request.lang)
    links = [
        html.Li(html.A(known[name]["title"], href=urls.page(t.lang, PATH, name)))
        for name in (row["derive_of"], row["derive_by"])
        if name
    ]
    return [html.P(t("Calculated by the atlas from:")), html.Ul(links)]


def _members(row: Row) -> list[Component]:
    if not row["members"]:
        return []
    return [html.H2(row["dimension_words"]), html.Ul([html.Li(label) for label in row["members"].values()])]


def _coverage(t: Words, request: Request, indicator: str) -> html.Table:
    rows = [row for row in queries.coverage(request.build) if row["indicator"] == indicator]
    heads = [t("Country"), t("Level"), t("Periods"), t("Regions"), t("Figures"), t("Missing")]
    lines = [
        html.Tr(
            [
                html.Th({"DE": t("Germany"), "FR": t("France")}[row["country"]], scope="row"),
                html.Td(level_name(t, row["level"], row["country"])),
                html.Td(_span(t, row)),
                html.Td(t("{n} of {of}", n=row["regions"], of=row["units"])),
                html.Td(t.number(row["observed"])),
                html.Td(t.number(row["missing"])),
            ]
        )
        for row in rows
    ]
    return html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(lines)], className="figures"
    )


def _span(t: Words, row: Row) -> str:
    first, last = t.period(row["first_period"]), t.period(row["last_period"])
    return first if first == last else f"{first} – {last}"
