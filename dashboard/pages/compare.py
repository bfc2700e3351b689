"""Two to four regions side by side, and the page that asks which."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import queries, urls
from dashboard.compare import chosen
from dashboard.compare.maps import PARAMETERS
from dashboard.compare.model import Comparison
from dashboard.compare.text import findings
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import CUBE, Viewed, actions
from dashboard.components.attributes import attrs
from dashboard.components.compare_form import add, alike, form, ready
from dashboard.components.comparison import mark, tables
from dashboard.components.comparison_charts import charts
from dashboard.components.comparison_maps import maps
from dashboard.components.foot import sources
from dashboard.exports import compare_view
from dashboard.exports import csv as forms
from dashboard.firstpaint import Kept
from dashboard.pages import Request
from dashboard.pictures.comparison import of_comparison
from dashboard.pictures.model import Picture
from dashboard.territories import short_list
from dashboard.urls import MovedError

PATH = "compare"
ITEM = "or index"
NAV = (30, "Compare")
ASSETS = ("map.css", "compare.css", "map.js", "compare.js", *ACTIONS)


def read(request: Request) -> Comparison:
    """The comparison the address asks for; without codes one of no region.

    A form's fields (`a`, `b` …) lead to the address they mean. Raises urls.NotFoundError and urls.MovedError.
    """
    written = [value for name in ("a", "b", "c", "d") if (value := str(request.query.get(name, "")).strip()[:200])]
    if written:
        codes = [code for code in request.item.split("+") if code]
        codes += [chosen.find(request.build, request.lang, each) for each in written]
        raise MovedError(urls.compare_url(request.lang, codes, _kept(request.query)))
    if not request.item:
        return Comparison(request.build, request.lang, "", ())
    level, same = chosen.read(request.build, request.lang, request.item, _kept(request.query))
    asked = str(request.query.get("period", ""))[:10]
    key = ("comparison", request.lang, level, same, asked)  # asked for by title, description and layout
    found: Comparison = request.build.recent(
        key, lambda: Comparison(request.build, request.lang, level, same, asked).check()
    )
    return found


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a comparison besides its regions."""
    return {name: str(query[name])[:200] for name in ("period", *PARAMETERS) if query.get(name)}


def title(request: Request) -> str:
    """Whose figures are compared."""
    comparison = read(request)
    if not comparison.codes:
        return request.words("Compare regions")
    if len(comparison.codes) == 1:
        return request.words("Compare {name} with …", name=comparison.name(comparison.codes[0]))
    return request.words("{names} compared", names=comparison.names)


def description(request: Request) -> str:
    """For search engines and previews: the first finding."""
    comparison = read(request)
    if len(comparison.codes) < 2:
        return request.words("Up to four regions of Germany and France side by side, with intervals and differences.")
    return " ".join(findings(comparison))[:300]


def csv(request: Request) -> forms.Table:
    """The figures of the comparison; of fewer than two regions there are none."""
    comparison = read(request)
    if len(comparison.codes) < 2:
        raise urls.NotFoundError(request.item or PATH, links=((title(request), urls.page(request.lang, PATH)),))
    return compare_view.table(comparison)


def picture(request: Request) -> Picture:
    """The indicators on an axis each, or `indicator` over time."""
    return of_comparison(read(request), request.query)


def layout(request: Request) -> list[Component]:
    """The comparison, or the way to one."""
    comparison = read(request)
    body = _side_by_side(request, comparison) if len(comparison.codes) > 1 else _asking(request, comparison)
    return [Kept(id="compare", className="compare", children=[html.H1(title(request)), *body])]


def _asking(request: Request, comparison: Comparison) -> list[Component]:
    t = request.words
    lead = t("Choose two to four regions of one level: countries, Länder and régions, NUTS 2, Kreise and départements.")
    return [html.P(lead), form(comparison), *alike(comparison), *ready(comparison)]


def _side_by_side(request: Request, comparison: Comparison) -> list[Component]:
    t = request.words
    return [
        _regions(comparison),
        html.Section(
            [html.P(text) for text in findings(comparison)], className="findings", **attrs(aria_label=t("Findings"))
        ),
        _periods(comparison),
        *tables(comparison),
        html.P(_note(comparison), className="small"),
        *charts(comparison),
        *maps(comparison, request.query),
        *alike(comparison),
        *sources(t, comparison.build, [line.indicator for line in comparison.lines]),
        actions(t, request.build, _viewed(request, comparison), CUBE),
    ]


def _viewed(request: Request, comparison: Comparison) -> Viewed:
    return Viewed(PATH, "+".join(comparison.codes), _kept(request.query), title(request))


def _regions(comparison: Comparison) -> html.Div:
    """Each region with its sign and the way to leave it out; the form that adds another."""
    t, items = comparison.words, []
    for i, code in enumerate(comparison.codes):
        rest = [other for other in comparison.codes if other != code]
        out = t("Leave out {name}", name=comparison.name(code))
        leave = html.A("×", href=urls.compare_url(t.lang, rest), title=out, className="leave", **attrs(aria_label=out))
        side = comparison.sides[code]
        kind, label = side.kind, code if side.territory is None else _members(comparison, side.members)
        items.append(
            html.Li([mark(i), html.B(comparison.name(code)), html.Small(f"{kind} · {label}" if kind else label), leave])
        )
    return html.Div([html.Ul(items, className="key"), add(comparison)], className="regions")


def _members(comparison: Comparison, codes: tuple[str, ...]) -> str:
    known = queries.regions(comparison.build)
    return short_list(comparison.words, [known[code].name(comparison.lang) for code in codes])


def _periods(comparison: Comparison) -> html.Form:
    """The year to go back to; a form, so that it works without scripts."""
    t = comparison.words
    years = [html.Option(t("newest"), value="", selected=not comparison.asked)]
    years += [html.Option(t.period(y), value=y, selected=y == comparison.asked) for y in reversed(comparison.years)]
    rule = t("Each line shows the latest period that all of them have, up to the year chosen here.")
    return html.Form(
        [
            html.Label(t("Year"), htmlFor="period"),
            html.Select(years, id="period", name="period"),
            html.Button(t("Show"), type="submit", className="button"),
            html.Small(rule),
        ],
        method="get",
        className="years",
    )


def _note(comparison: Comparison) -> str:
    t = comparison.words
    return t(
        "Whiskers and the figures after “to” are 95 % intervals; a difference is called significant where its interval "
        "(Newcombe’s, from Wilson limits) leaves out 0. Without an interval nothing is said about chance. "
        "▲ Germany, △ France: the national value. Hollow marks: low reliability or a suspected artefact."
    )
