"""Small and medium-sized firms: use of AI by size class and activity in both countries, what helps, what is missing."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import firms, queries, urls
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import CUBE, Viewed, actions
from dashboard.components.attributes import attrs
from dashboard.components.foot import sources
from dashboard.exports import csv as forms
from dashboard.exports import firms_view
from dashboard.figures.dots import dot_chart
from dashboard.firms import CONTEXT, LARGE, REGIONAL, SECTOR, SIZE, SMES, Breakdown
from dashboard.firstpaint import Kept, Raw
from dashboard.i18n import Words
from dashboard.pages import Request
from dashboard.urls import COUNTRIES, MapState
from dashboard.view import flag_word

PATH = "firms"
NAV = (70, "SMEs")
ASSETS = ("firms.css", *ACTIONS)
_DEFINITION = "https://eur-lex.europa.eu/eli/reco/2003/361/oj"


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Small and medium-sized firms")


def description(request: Request) -> str:
    """The finding: how many use AI, against large firms, in the latest year."""
    t, sizes = request.words, firms.breakdown(request.build, request.lang, SIZE)
    if sizes is None:
        return t("This build has no figures by size of firm.")
    year = sizes.periods[-1]
    shown = {f"{c}{m}": _text(t, sizes, m, c, year) for c in COUNTRIES for m in (SMES, LARGE)}
    return t(
        "{year}: {de} of German and {fr} of French firms with 10 to 249 persons use AI; "
        "of firms with 250 and more it is {de_large} and {fr_large}.",
        year=year,
        de=shown[f"DE{SMES}"],
        fr=shown[f"FR{SMES}"],
        de_large=shown[f"DE{LARGE}"],
        fr_large=shown[f"FR{LARGE}"],
    )


def csv(request: Request) -> forms.Table:
    """The figures by size class and activity."""
    return firms_view.table(request.build, request.words, title(request))


def layout(request: Request) -> list[Component]:
    """By size, the gap over time, by activity, what there is by region, context, definition, sources."""
    t, build = request.words, request.build
    sizes, sectors = (firms.breakdown(build, t.lang, id_) for id_ in (SIZE, SECTOR))
    used = [found.indicator for found in (sizes, sectors) if found]
    parts: list[Component | Raw] = [html.H1(title(request)), html.P(description(request), className="finding")]
    if sizes:
        parts += [
            html.H2(t("By size class")),
            html.P(sizes.indicator["comparability"]),
            *_chart(t, sizes),
            html.H2(t("Large firms ahead of small and medium-sized ones")),
            html.P(
                t("Difference in percentage points between firms with 250 and more persons and those with 10 to 249.")
            ),
            _gaps(t, sizes),
            html.Ul([html.Li(text) for text in sizes.indicator["caveats"]]),
        ]
    parts += [html.H2(t("By economic activity")), *_sectors(t, sectors), *_regions(request), *_context(request)]
    parts += [html.H2(t("What counts as small or medium-sized")), _definition(t), *sources(t, build, used)]
    parts.append(actions(t, build, Viewed(PATH, "", {}, title(request)), CUBE))
    return [Kept(id="prose", className="prose wide firms", children=parts)]


def _text(t: Words, found: Breakdown, member: str, country: str, period: str) -> str:
    value = found.value(member, country, period)
    return "–" if value is None else t.value(value, "pct", found.indicator["decimals"])


def _chart(t: Words, found: Breakdown) -> list[Component | Raw]:
    """The latest year as dots, all years as a table."""
    year, members = found.periods[-1], found.indicator["members"]
    rows = [
        (label, *(found.value(member, country, year) for country in COUNTRIES)) for member, label in members.items()
    ]
    label = t("{indicator}, {period}", indicator=found.indicator["title"], period=t.period(year))
    names = {"DE": t("Germany"), "FR": t("France")}
    key = f"● {names['DE']}   □ {names['FR']} · {found.indicator['unit_words']}, {t.period(year)}"
    heads = [found.indicator["dimension_words"], "", *(t.period(period) for period in found.periods)]
    lines = [
        html.Tr([html.Th(name, scope="row"), html.Td(names[country]), *_cells(t, found, member, country)])
        for member, name in members.items()
        for country in COUNTRIES
    ]
    return [
        html.P(key, className="chart-key"),
        Raw(dot_chart([(n, de, fr) for n, de, fr in rows], label, t.suffix("pct"))),
        _table(label, heads, lines),
    ]


def _cells(t: Words, found: Breakdown, member: str, country: str) -> list[html.Td]:
    cells = []
    for period in found.periods:
        flag = flag_word(t, found.status(member, country, period))
        mark = [html.Small(f" {flag}")] if flag else []
        cells.append(html.Td([_text(t, found, member, country, period), *mark], className="value"))
    return cells


def _table(caption: str, heads: list[str], lines: list[html.Tr]) -> html.Div:
    table = html.Table(
        [
            html.Caption(caption, className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col") if head else html.Td() for head in heads])),
            html.Tbody(lines),
        ],
        className="figures",
    )
    return html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=caption))


def _gaps(t: Words, sizes: Breakdown) -> html.Div:
    """Years against countries; a year in which a figure carries a flag says so."""
    names = {"DE": t("Germany"), "FR": t("France")}
    lines = []
    for country in COUNTRIES:
        cells = []
        for period in sizes.periods:
            value = firms.gap(sizes, country, period)
            flags = {flag_word(t, sizes.status(member, country, period)) for member in (SMES, LARGE)} - {""}
            text = "–" if value is None else t.value(value, "pp", 1, sign=True)
            cells.append(html.Td([text, *[html.Small(f" {flag}") for flag in sorted(flags)]], className="value"))
        lines.append(html.Tr([html.Th(names[country], scope="row"), *cells]))
    heads = [t("Country"), *(t.period(period) for period in sizes.periods)]
    return _table(t("Large firms ahead of small and medium-sized ones"), heads, lines)


def _sectors(t: Words, found: Breakdown | None) -> list[Component | Raw]:
    if found and found.periods:
        return _chart(t, found)
    missing = t(
        "No figures by activity yet: Eurostat's table isoc_eb_ain2 has not been loaded here. "
        "The atlas knows how to read it; whoever runs it loads it with:"
    )
    return [html.P(missing), html.Pre(f"python -m etl fetch {firms.SECTOR_SOURCE}", tabIndex=0)]


def _regions(request: Request) -> list[Component]:
    t = request.words
    return [
        html.H2(t("By region")),
        html.P(
            t(
                "By size of firm the atlas has national figures only. The statistical office of North Rhine-Westphalia "
                "has published some for its Land; they are not taken up yet. None is estimated. What there is by "
                "region counts firms of all sizes:"
            )
        ),
        html.Ul(_links(request, REGIONAL)),
    ]


def _context(request: Request) -> list[Component]:
    t = request.words
    return [
        html.H2(t("What helps")),
        html.P(t("Digital skills of people aged 16 to 74, by Land and région:")),
        html.Ul(_links(request, CONTEXT)),
        html.P(t("Broadband: the atlas has no source for it yet, so nothing is shown.")),
    ]


def _links(request: Request, ids: tuple[str, ...]) -> list[html.Li]:
    known = queries.indicators(request.build, request.lang)
    return [
        html.Li(html.A(known[id_]["title"], href=urls.map_url(request.lang, MapState(indicator=id_))))
        for id_ in ids
        if id_ in known
    ]


def _definition(t: Words) -> html.P:
    text = t(
        "The European Commission calls firms with fewer than 10 persons micro, with 10 to 49 small, with 50 to 249 "
        "medium-sized; limits of turnover and balance sheet come on top. The survey goes by persons only and leaves "
        "out micro-enterprises."
    )
    return html.P([text, " ", html.A(t("Recommendation 2003/361/EC"), href=_DEFINITION)])
