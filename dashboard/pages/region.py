"""One region: where it lies, findings in sentences, every theme at a glance. Without a code: all regions."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import places, profile, queries, twins, urls
from dashboard.components import here, region_cards
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import CUBE, Viewed, actions
from dashboard.components.attributes import attrs
from dashboard.components.foot import sources
from dashboard.exports import csv as forms
from dashboard.exports import region_view
from dashboard.findings import findings
from dashboard.firstpaint import Kept, Raw
from dashboard.i18n import Words
from dashboard.map.locator import locator
from dashboard.pages import Request
from dashboard.pictures.courses import of_region
from dashboard.pictures.model import Picture
from dashboard.programmes import Choice
from dashboard.queries import Region
from dashboard.store import Build
from dashboard.urls import COUNTRIES, MapState
from dashboard.view import ancestors, flag_word, level_name

PATH = places.PATH
ITEM = "or index"
ASSETS = ("region.css", *ACTIONS)


def read(request: Request) -> Region:
    """The region asked for; raises what `places.find` raises."""
    return places.find(request.build, request.words, request.item)


def title(request: Request) -> str:
    """The region's name, with what it is where others are called the same."""
    return _name(request, read(request)) if request.item else request.words("Regions")


def description(request: Request) -> str:
    """For search engines and previews: the first finding."""
    t = request.words
    if not request.item:
        return t("All regions of the atlas, by country and Land or région")
    return findings(profile.profile(request.build, t.lang, read(request)))[0]


def feeds(request: Request) -> list[tuple[str, str]]:
    """The feed of this region."""
    return [("region", read(request).code)] if request.item else []


def csv(request: Request) -> forms.Table:
    """The figures of the page, to take along."""
    return region_view.table(profile.profile(request.build, request.lang, read(request)))


def picture(request: Request) -> Picture:
    """The headline, or `indicator`, over time."""
    region = read(request)
    return of_region(request, profile.profile(request.build, request.lang, region), _name(request, region))


def items(build: Build) -> list[str]:
    """Every region."""
    return list(queries.regions(build))


def layout(request: Request) -> list[Component]:
    """The page, or the list."""
    parts = _one(request) if request.item else _all(request)
    return [Kept(id="region", className="region", children=parts)]


def _name(request: Request, region: Region) -> str:
    """A name that tells namesakes apart: Dresden is a city and what lies around it, Berlin is itself at each level."""
    known = queries.regions(request.build)
    name, itself = region.name(request.lang), _same_below(request, region.code)
    others = [r for r in known.values() if r.name(request.lang) == name and r.code not in itself]
    return f"{name}, {places.kind_name(request.words, region)}" if others else name


def _same_below(request: Request, code: str) -> set[str]:
    """A region and, where it consists of one region, that one, down to the last."""
    found, inside = {code}, places.children(request.build, code)
    return found | _same_below(request, inside[0]) if len(inside) == 1 else found


# ── One region ───────────────────────────────────────────────────────────────────────────────────────────────────


def _one(request: Request) -> list[Component]:
    t, region = request.words, read(request)
    found = profile.profile(request.build, t.lang, region)
    used = [entry.indicator for entry in found.entries]
    return [
        html.Div(
            [
                html.Div(
                    [
                        *_head(request, region),
                        html.H2(t("Findings")),
                        html.P(" ".join(findings(found)), className="findings"),
                    ]
                ),
                _where(request, region),
            ],
            className="region-head",
        ),
        *region_cards.themes(found),
        *_section(
            t("Programmes here"), here.programmes_here(t, request.build, [region.code], Choice(region=region.code))
        ),
        *_section(t("Partnerships here"), here.partnerships_here(t, request.build, [region.code])),
        *_section(t("Alike across the border"), _twins(request, region)),
        html.Section(
            [
                html.H2(t("All figures as a table"), id="table-title"),
                html.Div(
                    region_cards.table(found),
                    className="table",
                    tabIndex=0,
                    role="region",
                    **attrs(aria_labelledby="table-title"),
                ),
            ],
            className="all-figures",
        ),
        html.H2(t("Sources")),
        *sources(t, request.build, used),
        actions(t, request.build, Viewed(PATH, region.code, {}, _name(request, region)), CUBE),
    ]


def _section(heading: str, parts: list[Component]) -> list[Component]:
    """A section where there is something in it."""
    return [html.Section([html.H2(heading), *parts], className="more-here")] if parts else []


def _twins(request: Request, region: Region) -> list[Component]:
    """The nearest regions across the border: why the first is, and links to compare with it and the next."""
    t, found = request.words, twins.twins(request.build, region.code)
    if not found:
        return []
    links = [
        html.Li(
            html.A(
                t("Compare with {region}", region=queries.regions(request.build)[twin.code].name(t.lang)),
                href=urls.compare_url(t.lang, [region.code, twin.code]),
            )
        )
        for twin in found[:3]
    ]
    return [html.P(twins.why(request.build, t, region.code, found[0])), html.Ul(links, className="links")]


def _head(request: Request, region: Region) -> list[Component]:
    t = request.words
    on_map = urls.map_url(t.lang, MapState(region=region.code, level=region.adm))
    return [
        _breadcrumb(request, region),
        html.H1(_name(request, region)),
        html.P(_kind_and_people(request, region), className="subtitle"),
        _codes(t, region),
        html.P(
            [
                html.A(t("Show on the map"), href=on_map, className="button"),
                html.A(t("Compare with …"), href=urls.compare_url(t.lang, [region.code])),
                html.A(t("Brief on one page"), href=urls.brief(t.lang, PATH, region.code)),
                html.A(t("Follow changes (Atom)"), href=urls.feed(t.lang, "region", region.code)),
            ],
            className="actions",
        ),
    ]


def _breadcrumb(request: Request, region: Region) -> html.Nav:
    t, known = request.words, queries.regions(request.build)
    above = [code for code in reversed(ancestors(known, region.code)[1:]) if known[code].adm]
    above = [
        code for code in above if not known[code].parent or len(places.children(request.build, known[code].parent)) > 1
    ]
    steps = [html.Li(html.A(t("All regions"), href=urls.page(t.lang, PATH)))]
    steps += [html.Li(_link(request, code)) for code in above]
    steps.append(html.Li(html.Span(region.name(t.lang), **attrs(aria_current="location"))))
    return html.Nav(html.Ol(steps), className="crumbs", **attrs(aria_label=t("You are here")))


def _link(request: Request, code: str) -> html.A:
    name = queries.regions(request.build)[code].name(request.lang)
    return html.A(name, href=urls.page(request.lang, PATH, code))


def _kind_and_people(request: Request, region: Region) -> str:
    t = request.words
    kind = places.kind_name(t, region)
    parts = [kind[:1].upper() + kind[1:]]
    if row := places.inhabitants(request.build).get(region.code):
        when = ", ".join(part for part in (t.period(row["period"]), flag_word(t, row["status"])) if part)
        parts.append(t("{n} inhabitants ({when})", n=t.number(row["value"]), when=when))
    return " · ".join(parts)


def _codes(t: Words, region: Region) -> html.Dl:
    known = {
        "NUTS 2024": region.code,
        "AGS": region.ags,
        "INSEE": region.insee_dep or region.insee_reg,
        "ISO 3166-2": region.iso,
    }
    terms = [html.Div([html.Dt(name), html.Dd(code)]) for name, code in known.items() if code]
    return html.Dl(terms, className="codes", **attrs(aria_label=t("Codes")))


def _where(request: Request, region: Region) -> html.Div:
    """The small map, the neighbours, and what the region consists of."""
    t = request.words
    parent = queries.regions(request.build).get(region.land if region.land != region.code else region.country)
    label = t("Map: where {region} lies", region=region.name(t.lang))
    if parent and parent.code != region.code:
        label = t("Map: {region} in {parent}", region=region.name(t.lang), parent=parent.name(t.lang))
    parts: list[Component | Raw] = [Raw(locator(region, label))]
    around = places.neighbours(request.build, region.code)
    if around:
        parts.append(_links(request, t("Neighbours"), around))
    inside = places.children(request.build, region.code, t.lang)
    if len(inside) > 1:
        parts.append(_links(request, t("Consists of"), inside))
    return html.Div(parts, className="where")


def _links(request: Request, heading: str, codes: list[str], most: int = 12) -> html.Details:
    """A list of regions; open while there are at most so many."""
    items = html.Ul([html.Li(_link(request, code)) for code in codes], className="links")
    return html.Details([html.Summary(f"{heading} ({len(codes)})"), items], open=len(codes) <= most)


# ── All regions ──────────────────────────────────────────────────────────────────────────────────────────────────


def _all(request: Request) -> list[Component]:
    t, known = request.words, queries.regions(request.build)
    parts: list[Component] = [
        html.H1(t("Regions")),
        html.P(t("Every region has a page with its figures, findings and sources."), className="subtitle"),
    ]
    for country in COUNTRIES:
        lands = places.children(request.build, country, t.lang)
        parts += [
            html.H2(_link(request, country)),
            html.Div([_land(request, code) for code in lands], className="lands"),
        ]
    groups = [region.code for region in known.values() if not region.adm]
    parts.append(html.P([t("Groups of regions:") + " ", *[_link(request, code) for code in groups]], className="small"))
    return parts


def _land(request: Request, code: str) -> html.Section:
    """A Land or région and all in it: NUTS 2 regions, and the Kreise or départements in them."""
    t, known = request.words, queries.regions(request.build)
    below = [r for r in known.values() if r.land == code and r.code != code]
    parts: list[Component] = [html.H3(_link(request, code))]
    for level in ("nuts2", "nuts3"):
        codes = sorted((r.code for r in below if r.adm == level), key=lambda each: known[each].name(t.lang))
        if len(codes) > 1:
            parts.append(_links(request, level_name(t, level, known[code].country), codes, most=0))
    return html.Section(parts)
