"""All indicators and all sources, with coverage, licence and delivery."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import current_app

from dashboard import queries, urls
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import TABLE, Viewed, actions
from dashboard.components.announced import announced, waiting
from dashboard.components.attributes import attrs
from dashboard.components.controls import THEMES
from dashboard.components.foot import linked
from dashboard.components.table import letters
from dashboard.discovery import jsonld
from dashboard.exports import catalogue_view
from dashboard.exports import csv as forms
from dashboard.firstpaint import Kept
from dashboard.i18n import Words
from dashboard.pages import Request
from dashboard.queries import Row
from dashboard.settings import INTERNAL
from dashboard.view import level_name

PATH = "data"
NAV = (90, "Data and sources")
ASSETS = ACTIONS


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Data and sources")


def description(request: Request) -> str:
    """How much there is."""
    t, build = request.words, request.build
    return t(
        "{indicators} indicators from {sources} sources, every figure with its delivery and licence.",
        indicators=len(queries.indicators(build, t.lang)),
        sources=len(queries.sources(build)),
    )


def state(request: Request) -> str:
    """A drawn page holds until an embargo ends."""
    return str(len(waiting(request.build)))


def csv(request: Request) -> forms.Table:
    """The list of indicators."""
    return catalogue_view.table(request.build, request.words, title(request))


def schema_org(request: Request, base: str) -> dict[str, Any]:
    """What it is for machines."""
    return jsonld.catalogue(request, base)


def layout(request: Request) -> list[Component]:
    """Two tables: indicators by theme, sources with their deliveries."""
    t = request.words
    return [
        Kept(
            id="prose",
            className="prose wide",
            children=[
                html.H1(title(request)),
                html.P(description(request), className="subtitle"),
                html.P(
                    [
                        html.A(t("How fresh the figures are"), href=urls.page(t.lang, "data/status")),
                        " · ",
                        html.A(t("Data for programs (API)"), href=urls.page(t.lang, "api")),
                        *_portals(t),
                    ]
                ),
                *announced(t, request.build),
                *_feeds(t, request),
                html.H2(t("Indicators")),
                *[part for theme in THEMES for part in _theme(t, request, theme)],
                html.H2(t("Sources")),
                *[_source(t, request, row) for row in queries.sources(request.build).values()],
                html.P(t("Build {build}", build=request.build.id), className="small"),
                actions(t, request.build, Viewed(PATH, "", {}, title(request)), TABLE),
            ],
        )
    ]


def _portals(t: Words) -> list[Component | str]:
    """The catalogue that data portals take; an internal atlas has none."""
    if current_app.config["AUDIENCE"] == INTERNAL:
        return []
    return [" · ", html.A(t("Catalogue for data portals (DCAT-AP)"), href=urls.catalogue("ttl"))]


def _feeds(t: Words, request: Request) -> list[Component]:
    """The feed of all changes, and those of the countries, Länder and régions."""
    known = queries.regions(request.build)
    codes = [code for level in ("country", "land") for code in queries.units(request.build, level)]
    regions = sorted(((known[code].name(t.lang), code) for code in codes), key=lambda pair: letters(pair[0]))
    links = [html.Li(html.A(name, href=urls.feed(t.lang, "region", code))) for name, code in regions]
    return [
        html.P(html.A(t("Follow all changes (Atom)"), href=urls.feed(t.lang, "all"))),
        html.Details([html.Summary(t("Follow a region")), html.Ul(links, className="columns")], className="feeds"),
    ]


def _theme(t: Words, request: Request, theme: str) -> list[Component]:
    rows = [row for row in queries.indicators(request.build, t.lang).values() if row["theme"] == theme]
    if not rows:
        return []
    heads = [t("Indicator"), t("Unit"), t("Countries"), t("Levels"), t("Periods")]
    lines = [_indicator(t, request, row) for row in rows]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(lines)], className="figures"
    )
    name = t(THEMES[theme])
    return [html.H3(name), html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=name))]


def _indicator(t: Words, request: Request, row: Row) -> html.Tr:
    spans = [line for line in queries.coverage(request.build) if line["indicator"] == row["id"]]
    first = min((line["first_period"] for line in spans), default="")
    last = max((line["last_period"] for line in spans), default="")
    only = row["countries"][0] if len(row["countries"]) == 1 else ""
    periods = t.period(first) if first == last else f"{t.period(first)} – {t.period(last)}"
    return html.Tr(
        [
            html.Th(html.A(row["title"], href=urls.page(t.lang, "indicator", row["id"])), scope="row"),
            html.Td(row["unit_words"]),
            html.Td(", ".join(row["countries"])),
            html.Td(", ".join(level_name(t, level, only) for level in row["levels"])),
            html.Td(periods),
        ]
    )


def _source(t: Words, request: Request, row: Row) -> html.Section:
    files = [line for line in queries.deliveries(request.build) if line["source"] == row["id"]]
    facts = [
        (t("Publisher"), row["publisher"]),
        (t("Licence"), linked(t.of(row["licence"]), row["licence_url"])),
        (t("Credit"), t.of(row["credit"])),
        (t("Delivered"), t.day(row["retrieved"])),
        (t("Renewed"), t.of(row["rhythm"])),
        (t("Edition"), t.of(row["vintage"])),
        (t("Figures"), t.number(row["observations"])),
        (t("Hand on"), t("yes") if row["redistribute"] else t("no: shown only")),
    ]
    return html.Section(
        [
            html.H3(html.A(queries.source_title(row, t), href=row["url"]), id=row["id"]),
            html.Dl([part for name, value in facts if value for part in (html.Dt(name), html.Dd(value))]),
            html.Details(
                [
                    html.Summary(t("Delivered files")),
                    html.Ul([html.Li([linked(f["file"], f["url"]), html.Code(f["sha256"])]) for f in files]),
                ]
            ),
        ],
        className="source",
    )
