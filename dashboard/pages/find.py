"""Find a place: what a name or a code may mean, with the ways to it. The page behind the box of components/find.py."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import lookup, queries, urls
from dashboard.components.find import ASSETS as BOX
from dashboard.components.find import find
from dashboard.firstpaint import Kept
from dashboard.lookup import Place
from dashboard.pages import Request, pages
from dashboard.urls import MapState
from dashboard.view import complete

PATH = "find"
ASSETS = BOX
#: As many results as anybody reads.
MOST = 30


def title(request: Request) -> str:
    """The heading."""
    text = _text(request)
    return request.words("Places for “{text}”", text=text) if text else request.words("Find a place")


def description(request: Request) -> str:
    """For search engines."""
    return request.words("Find a Land, a région, a Kreis, a département or a city by name or code.")


def layout(request: Request) -> list[Component]:
    """The box and the results, each with its ways on."""
    t, text = request.words, _text(request)
    known = lookup.places(request.build, t)
    results = lookup.search(known, text)
    parts: list[Component] = [
        html.H1(title(request)),
        html.P(t("Find a Land, a région, a Kreis, a département or a city by name or code.")),
        find(t, request.build.id, to=region_address(request), text=text, kept=_kept(request)),
    ]
    if results:
        parts.append(html.Ul([_result(request, place) for place in results[:MOST]], className="found"))
    if len(results) > MOST:
        parts.append(html.P(t("{n} more: a longer name finds fewer.", n=t.number(len(results) - MOST))))
    if text and not results:
        parts.append(html.P(t("Nothing found."), role="status"))
        parts += _spelt_alike(request, lookup.near(known, text))
    return [Kept(id="prose", className="prose", children=parts)]


def region_address(request: Request) -> str:
    """Where a choice leads, with {code} for the region."""
    name = "region" if "region" in pages() else PATH
    return urls.page(request.lang, name, "{code}") if name == "region" else urls.page(request.lang, name) + "?q={code}"


def _text(request: Request) -> str:
    """What the reader wrote, without what cannot be shown."""
    return "".join(c for c in request.query.get("q", "")[: lookup.LONGEST] if c.isprintable()).strip()


def _kept(request: Request) -> list[tuple[str, str]]:
    """The indicator and period of the map that the reader comes from, as far as there are any."""
    known = queries.indicators(request.build, request.lang)
    indicator = request.query.get("indicator", "")
    return [("indicator", indicator)] if indicator in known else []


def _result(request: Request, place: Place) -> html.Li:
    t, build = request.words, request.build
    state = complete(build, request.lang, MapState(**dict(_kept(request))))
    levels = queries.indicators(build, request.lang)[state.indicator]["levels"]
    shown = lookup.reach(build, levels, place.region, MapState(indicator=state.indicator, level=state.level))
    links = [html.A(t("Show on the map"), href=urls.map_url(request.lang, shown))]
    if "region" in pages():
        links.insert(0, html.A(t("Everything on the region"), href=urls.page(request.lang, "region", place.region)))
    name = queries.regions(build)[place.region].name(request.lang)
    return html.Li([html.P([html.Strong(place.name), f" · {place.detail} · {place.region}"]), *links], title=name)


def _spelt_alike(request: Request, near: list[Place]) -> list[Component]:
    if not near:
        return []
    return [
        html.H2(request.words("Spelt alike")),
        html.Ul([_result(request, place) for place in near], className="found"),
    ]
