"""A territory: a hub, a programme's area, any set of regions in the address. Without one: all, and how to make one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dash import html
from dash.development.base_component import Component

from dashboard import aggregate, drawing, hub, hub_map, queries, recipes, territories, titles, urls
from dashboard import embed as embedding
from dashboard.aggregate import Aggregate
from dashboard.components import foot, here, hub_cards, hub_choice, table
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import CUBE, Viewed, actions, kept
from dashboard.components.attributes import attrs
from dashboard.components.controls import choices
from dashboard.exports import csv as forms
from dashboard.exports import hub_view
from dashboard.firstpaint import Kept, Raw
from dashboard.i18n import DEFAULT, words
from dashboard.pages import Request
from dashboard.pictures.maps import of_map
from dashboard.pictures.model import Picture
from dashboard.programmes import Choice
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import Territory
from dashboard.urls import MapState
from dashboard.view import level_name

PATH = territories.PATH
ITEM = "or index"
NAV = (40, "Territories")
ASSETS = ("map.css", "hub.css", "map.js", "mapmore.js", "mapkey.js", "hub.js", *ACTIONS)
_PARAMETERS = ("indicator", "period", "level", "member")


@dataclass(frozen=True)
class Shown:
    """What the page shows: the territory, one indicator's figure, and its map where it can be drawn."""

    territory: Territory
    indicator: Row
    figure: Aggregate
    view: hub_map.HubView | None


def _query(request: Request) -> dict[str, str]:
    return {name: str(request.query.get(name, ""))[:200] for name in _PARAMETERS}


def territory(request: Request) -> Territory:
    """The territory asked for; raises what `territories.find` raises."""
    return territories.find(request.build, request.words, request.item, _query(request))


def read(request: Request) -> Shown:
    """The view asked for; raises NotFoundError for an indicator, period, level or member that there is not."""
    build, t, asked = request.build, request.words, _query(request)
    place = territory(request)
    _settle_form(request, place)
    known = queries.indicators(build, t.lang)
    urls.known(asked["indicator"], known)
    found = hub.findings(build, t, place)
    first = next((one for one in found if one.figure.value is not None), found[0])
    indicator = known[asked["indicator"] or first.indicator["id"]]
    member = asked["member"] or next(iter(indicator["members"]), "")
    urls.known(member, {**indicator["members"], "": ""})
    case = hub.case(build, t, place.members, [indicator["id"]])
    figure = aggregate.newest(case, indicator["id"], member)
    if asked["period"]:
        urls.known(asked["period"], dict.fromkeys([*case.periods(indicator["id"], member), figure.period], ""))
        figure = aggregate.aggregate(case, indicator["id"], member, asked["period"])
    state = MapState(indicator=indicator["id"], period=figure.period, level=asked["level"], member=member)
    view = hub_map.view_of(build, t, place, state)
    return Shown(place, indicator, figure, view)


def _settle_form(request: Request, place: Territory) -> None:
    """Raise MovedError from what the form sent to a clean address.

    Without scripts it sends period and breakdown of the indicator before; with another indicator they are left out.
    """
    asked, before = _query(request), request.query.get(hub_choice.BEFORE)
    if before is None:
        return
    kept = asked if before == asked["indicator"] else {"indicator": asked["indicator"]}
    raise urls.MovedError(urls.view_url(request.lang, PATH, place.item, kept) + "#figure")


def title(request: Request) -> str:
    """The territory's name."""
    return territory(request).name if request.item else request.words("Territories")


def description(request: Request) -> str:
    """What it is; of a reader's own set the members."""
    t = request.words
    if not request.item:
        return t("Hubs, programme areas and spaces across the border as regions of their own, and any set you choose")
    place = territory(request)
    names = [queries.regions(request.build)[code].name(t.lang) for code in place.members]
    return place.description or t("Figures for a territory of {names}", names=t.listed(names))


def csv(request: Request) -> forms.Table:
    """Every indicator in its newest period; with `indicator` in the address that one in all periods."""
    place, t = territory(request), request.words
    wanted = _query(request)["indicator"]
    known = queries.indicators(request.build, t.lang)
    urls.known(wanted, known)
    if not wanted:
        return hub_view.newest(request.build, t, place)
    return hub_view.one(request.build, t, place, known[wanted], urls.page(t.lang, PATH, place.item))


def picture(request: Request) -> Picture:
    """The map on screen, with the territory's own figure as its title."""
    if not request.item:
        raise urls.NotFoundError(request.item, text=request.words("There is no picture of this list."))
    shown = read(request)
    t, indicator, place = request.words, shown.indicator, shown.territory
    if shown.view is None:
        back = (t("Back to the page"), urls.page(t.lang, PATH, place.item))
        raise urls.NotFoundError(indicator["id"], text=_no_map(request, shown), links=(back,))
    text = recipes.value(t, indicator, shown.figure)
    when, own = t.period(shown.figure.period), f"{place.name} {text}"
    said = t("{indicator}, {period}: {list}.", indicator=indicator["title"], period=when, list=own)
    kept = {**_query(request), "indicator": indicator["id"]}
    return of_map(
        shown.view,
        title=said if text else f"{place.name}, {titles.title(shown.view)}",
        subtitle=hub_map.caption(shown.view),
        path=urls.view_url(t.lang, PATH, place.item, kept),
        name=f"{place.id or place.item}-{indicator['id']}",
    )


def items(build: Build) -> list[str]:
    """The territories that have a name."""
    return list(territories.named(build, words(DEFAULT)))


def layout(request: Request) -> list[Component]:
    """The page, or the list."""
    if not request.item:
        return [Kept(id="hub", className="hub", children=hub_choice.index(request))]
    shown = read(request)
    return [Kept(id="hub", className="hub", children=_one(request, shown))]


def embed(request: Request) -> list[Component]:
    """What stands in a frame on another site: the indicator on its map, with the figures of territory and members."""
    shown = read(request)
    return [html.Div(embedding.trimmed([*_head(request, shown.territory), _figure(request, shown)]), className="hub")]


# ── One territory ────────────────────────────────────────────────────────────────────────────────────────────────


def _one(request: Request, shown: Shown) -> list[Component]:
    build, t, place = request.build, request.words, shown.territory
    found = hub.findings(build, t, place)
    used = [finding.indicator for finding in found if finding.figure.value is not None]
    return [
        *_head(request, place),
        _figure(request, shown),
        *hub_cards.themes(build, t, place, found),
        *_ledger(request, place),
        *hub_cards.cannot(build, t, found),
        html.H2(t("Sources")),
        *foot.sources(t, build, [*used, shown.indicator]),
        _actions(request, shown),
    ]


def _actions(request: Request, shown: Shown) -> html.Div:
    """What can be done with the page: the indicator on its map, and all figures of the territory."""
    t, place = request.words, shown.territory
    query = {name: value for name, value in _query(request).items() if value} | {"indicator": shown.indicator["id"]}
    every = (t("All figures of this territory:"), Viewed(PATH, place.item, {}, place.name), CUBE)
    refusal = kept(t) if queries.withheld(request.build, shown.indicator) else ""
    return actions(t, request.build, Viewed(PATH, place.item, query, place.name), CUBE, refusal, more=[every])


def _ledger(request: Request, place: Territory) -> list[Component]:
    """What the ledger knows of these regions."""
    t = request.words
    parts: list[Component] = []
    for heading, found in (
        (
            t("Programmes here"),
            here.programmes_here(t, request.build, place.members, Choice(area=place.id) if place.id else None),
        ),
        (t("Partnerships here"), here.partnerships_here(t, request.build, place.members)),
    ):
        parts += [html.H2(heading), *found] if found else []
    return parts


def _head(request: Request, place: Territory) -> list[Component]:
    build, t = request.build, request.words
    twin = None if place.id else territories.same_area(build, t, place)
    countries = [t("Germany") if code == "DE" else t("France") for code in place.countries]
    change = t("Change the selection on the map")
    parts = [
        html.P(html.A(t("All territories"), href=urls.page(t.lang, PATH)), className="small"),
        html.H1(place.name),
        html.P(" · ".join([territories.kind_name(t, place.kind), t.listed(countries)]), className="subtitle"),
        html.P(place.description) if place.description else None,
        html.P([html.B(t("Perimeter:") + " "), place.perimeter], className="note") if place.perimeter else None,
        _same(t.lang, t("The same area as a named territory:"), twin) if twin else None,
        _checked(request, place) if place.sources else None,
        html.P(
            [
                html.A(change, href=hub_choice.build_url(t.lang, place), className="button"),
                " ",
                html.A(t("Brief on one page"), href=urls.brief(t.lang, PATH, place.item)),
            ],
            className="actions",
        ),
    ]
    return [html.Div([part for part in parts if part], className="hub-head")]


def _same(lang: str, text: str, twin: Territory) -> html.P:
    return html.P([text, " ", html.A(twin.name, href=urls.page(lang, PATH, twin.id))], className="note")


def _checked(request: Request, place: Territory) -> html.P:
    t = request.words
    links: list[Component | str] = []
    for address in place.sources:
        host = address.split("/")[2].removeprefix("www.")
        links += [", " if links else " ", html.A(host, href=address)]
    parts: list[Component | str] = [html.B(t("Who belongs to it:")), *links, ". "]
    if place.checked_on:
        parts.append(t("Checked by {who} on {day}.", who=t.of(place.checked_by), day=t.day(place.checked_on)))
    return html.P(parts, className="small")


def _figure(request: Request, shown: Shown) -> html.Section:
    """One indicator on the map, with the territory's figure and its members' beside it."""
    build, t, place = request.build, request.words, shown.territory
    return html.Section(
        [
            html.H2(t("On the map"), id="figure"),
            hub_choice.controls(request, shown.indicator, shown.figure, place),
            html.Div(
                [
                    html.Div(_map(request, shown), className="map-column"),
                    html.Div(
                        [
                            *_value(request, shown),
                            html.Div(
                                hub_cards.members(build, t, place, shown.indicator, shown.figure),
                                className="table",
                                tabIndex=0,
                                role="region",
                                **attrs(aria_label=t("Members")),
                            ),
                        ],
                        className="side",
                    ),
                ],
                className="stage",
            ),
            *_breakdown(request, shown),
            foot.foot(t, build, shown.indicator),
        ],
        **attrs(aria_labelledby="figure"),
    )


def _value(request: Request, shown: Shown) -> list[Component]:
    t, indicator, figure = request.words, shown.indicator, shown.figure
    if figure.refusal:
        why = recipes.refusal(request.build, t, indicator, figure.refusal)
        return [html.P(t("Not put together"), className="big absent"), html.P(why)]
    text = recipes.value(t, indicator, figure)
    facts = [indicator["unit_words"], t.period(figure.period), hub_cards.limits(t, indicator, figure)]
    return [html.P(text, className="big"), html.P(", ".join(filter(None, facts)), className="small")]


def _map(request: Request, shown: Shown) -> list[Component]:
    t, view = request.words, shown.view
    if view is None:
        return [html.P(_no_map(request, shown), className="note")]
    return [
        *_levels(request, shown, view),
        html.P(hub_map.caption(view), className="small"),
        html.Div(
            Raw(drawing.svg(view)),
            id="hub-map",
            className="map",
            **attrs(data_map="", data_region=urls.page(t.lang, "region")),
        ),
        html.Div(Raw(drawing.legend(view)), id="legend", className="legend"),
        *_units(request, shown, view),
    ]


def _no_map(request: Request, shown: Shown) -> str:
    t = request.words
    levels = [level_name(t, level, "") for level in shown.indicator["levels"]]
    return t("There is no map: the indicator is published only for {levels}.", levels=t.listed(levels))


def _levels(request: Request, shown: Shown, view: hub_map.HubView) -> list[Component]:
    """The levels the territory can be drawn at."""
    t, place = request.words, shown.territory
    found = hub.levels(request.build, place, shown.indicator)
    if len(found) < 2:
        return []
    country = place.countries[0] if len(place.countries) == 1 else ""
    options = []
    for level in found:
        query = {**_query(request), "level": level}
        options.append(
            (
                level,
                level_name(t, level, country),
                urls.view_url(t.lang, PATH, place.item, query),
                level == view.state.level,
            )
        )
    return [choices(t("Level"), "level", options)]


def _units(request: Request, shown: Shown, view: hub_map.HubView) -> list[Component]:
    """The map's regions as a table, where they are not the members themselves."""
    t = request.words
    if set(view.shown) == set(view.areas):
        return []
    whole = replace(view, state=view.state.but(region=""))
    count = t("Table of the map: {n} {units}", n=len(view.shown), units=level_name(t, view.state.level, ""))
    inner = html.Div(table.table(whole), className="table", tabIndex=0, role="region", **attrs(aria_label=count))
    return [html.Details([html.Summary(count), inner], className="units")]


def _breakdown(request: Request, shown: Shown) -> list[Component]:
    if not shown.indicator["dimension"]:
        return []
    figures = hub.breakdown(request.build, request.words, shown.territory, shown.indicator)
    inner = hub_cards.breakdown(request.build, request.words, shown.indicator, figures)
    return [html.Div(inner, className="table breakdown")]
