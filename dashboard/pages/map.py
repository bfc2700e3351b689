"""The map page, which is the home page: picker, map, table, time, series."""

from __future__ import annotations

from typing import Any

import orjson
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard import breakdown, changed_marks, drawing, queries, steps, titles, urls, view
from dashboard import embed as embedding
from dashboard.components import card, controls, display, foot, table
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import map_actions
from dashboard.components.attributes import attrs
from dashboard.components.choose import ASSETS as OWN
from dashboard.components.choose import choose
from dashboard.components.find import ASSETS as FIND
from dashboard.components.find import find
from dashboard.compressed import address, static_files
from dashboard.exports import csv as forms
from dashboard.exports import map_view
from dashboard.figures.series import series
from dashboard.firstpaint import Kept, Raw
from dashboard.i18n import Words, languages, words
from dashboard.pages import Request
from dashboard.pictures.maps import of_map
from dashboard.pictures.model import Picture
from dashboard.urls import LEVELS

PATH = "map"
NAV = (10, "Map")
EMBEDDED = ("map.css", "views.css", "parts.css", "map.js", "mapmore.js", "mapkey.js", "embed.js", "frozen.css")
ASSETS = (
    *FIND,
    "map.css",
    "views.css",
    "map.js",
    "mapmore.js",
    "mapkey.js",
    "figures.js",
    "views.js",
    "panel.js",
    "view.js",
    "parts.css",
    "mapprint.css",
    "parts.js",
    "findmap.js",
    *OWN,
    *ACTIONS,
)


def read(request: Request) -> view.MapView:
    """The view the address asks for; raises urls.NotFoundError where it asks for what there is not."""
    build = request.build
    state = urls.read_map(
        request.query, indicators=queries.indicators(build, request.lang), regions=queries.region_codes(build)
    )
    return view.map_view(build, request.lang, state)


def title(request: Request) -> str:
    """What was measured, and the finding as a sentence."""
    return titles.named(read(request))


def feeds(request: Request) -> list[tuple[str, str]]:
    """The feeds of the indicator and of the region picked."""
    state = read(request).state
    return [("indicator", state.indicator), *([("region", state.region)] if state.region else [])]


def description(request: Request) -> str:
    """For search engines and previews: what the indicator is."""
    return str(read(request).indicator["definition"])


def csv(request: Request) -> forms.Table:
    """The regions on screen, or with `rows=all` the whole indicator."""
    return map_view.asked(read(request), request.query)


def picture(request: Request) -> Picture:
    """The map on screen."""
    return of_map(read(request))


def embed(request: Request) -> list[Component]:
    """What stands in a frame on another site."""
    shown = read(request)
    since = changed_marks.since(shown, request)
    drawn = changed_marks.on_map(steps.on_map(drawing.svg(shown), shown), shown, since)
    parts = {
        "title": titles.title(shown),
        "subtitle": titles.subtitle(shown),
        "notes": [*view.gap_sentences(shown), *shown.notices],
        "svg": drawn,
        "legend": drawing.legend(shown),
        "since": changed_marks.said(shown, request, since),
        "table": table.table(shown, since),
        "foot": foot.foot(shown.words, shown.build, shown.indicator),
    }
    return embedding.of_map(request, parts)


def layout(request: Request) -> list[Component]:
    """The page as Dash components; the parts in `Kept` are drawn here and live on under `assets/view.js`."""
    shown = read(request)
    t = shown.words
    since = changed_marks.since(shown, request)
    return [
        Kept(id="top", className="top", children=_top(shown)),
        Kept(id="stage", className="stage", children=_stage(shown, since, changed_marks.said(shown, request, since))),
        Kept(
            id="parts",
            children=[html.Section(breakdown.said(shown), id="breakdown", **attrs(data_part="breakdown"))],
        ),
        html.Section(
            [
                html.H2(t("Over time")),
                html.P(id="chart-caption", className="small"),
                html.Div(id="chart", className="chart"),
            ],
            id="chart-section",
            **attrs(aria_label=t("Over time")),
        ),
        Kept(id="bottom", children=[foot.foot(t, shown.build, shown.indicator), map_actions(shown)]),
        Kept(id="on-paper", className="printed", children=_printed(shown)),
        Kept(
            id="state",
            children=[
                Raw(f'<script type="application/json" id="atlas">{_script_json(shown, request.frozen)}</script>')
            ],
        ),
        dcc.Store(id="wanted"),
        dcc.Store(id="picked"),
    ]


def _top(shown: view.MapView) -> list[Component]:
    t = shown.words
    known = queries.indicators(shown.build, shown.lang)
    return [
        html.Div(
            [
                controls.picker(t, known, shown.state),
                controls.members(shown),
                display.display(shown),
                find(
                    t,
                    shown.build.id,
                    to=urls.map_url(t.lang, shown.state.but(level="", within="", region="{code}", country="")),
                    kept=[("indicator", shown.state.indicator)],
                ),
                controls.countries(shown),
            ],
            className="controls",
        ),
        html.Div(
            [
                html.H1(titles.title(shown), id="title"),
                html.P(titles.subtitle(shown), id="subtitle", className="subtitle"),
            ],
            className="headline",
        ),
        html.Div([html.P(text) for text in view.gap_sentences(shown)], id="gaps", className="gaps"),
        html.Div([html.P(text) for text in shown.notices], id="notices", className="notices"),
        html.P(id="announce", role="status", className="unseen"),
    ]


def _printed(shown: view.MapView) -> list[Component]:
    """What only paper has: where the picture is from, which the browser's window says elsewhere."""
    t = shown.words
    address = html.Span(urls.map_url(t.lang, shown.state), id="printed-address")
    parts: list[Any] = [t("Table: at most the first twenty regions and the one picked."), " "]
    return [html.P([*parts, address, " · ", t("Edition of the data: {build}", build=shown.build.id)])]


def _stage(shown: view.MapView, since: dict[str, str], said: list[Component]) -> list[Component]:
    t = shown.words
    return [
        html.Div(
            [
                html.Div([controls.breadcrumb(shown), controls.levels(shown)], className="map-head"),
                choose(t),
                html.Div(
                    Raw(changed_marks.on_map(steps.on_map(drawing.svg(shown), shown), shown, since)),
                    id="map",
                    className="map",
                    **attrs(
                        data_map="",
                        data_wheel=t("Ctrl or ⌘ and the wheel zoom the map."),
                        data_touch=t("Two fingers move the map and zoom it."),
                    ),
                ),
                html.Div(Raw(drawing.legend(shown)), id="legend", className="legend"),
                html.Div(said, id="since"),
                controls.timeline(shown),
                html.Section(
                    [
                        html.H2(t("Lines where neighbours differ")),
                        steps.choices(shown),
                        html.Div(steps.said(shown), **attrs(data_part="steps")),
                    ],
                    id="lines",
                ),
            ],
            className="map-column",
        ),
        html.Aside(
            [
                html.Section(card.card(shown), id="card", className="card", **attrs(aria_label=t("Selected region"))),
                html.Div(
                    table.table(shown, since),
                    id="table",
                    className="table",
                    tabIndex=0,
                    role="region",
                    **attrs(aria_label=t("Table of the map")),
                ),
            ],
            className="side",
        ),
    ]


def _script_json(shown: view.MapView, asof: str) -> str:
    """State, addresses and words for the script; `<` is escaped so that no text can close the element."""
    build, lang, state = shown.build.id, shown.lang, shown.state
    data = {
        "lang": lang,
        "build": build,
        "asof": asof,
        "state": {name: getattr(state, field) for field, name in urls.PARAMETERS.items()},
        "slice": f"/{lang}/slice/",
        "part": f"/{lang}/part/",
        "page": urls.page(lang, PATH),
        "regions": urls.regions_url(lang, build),
        "region": urls.page(lang, "region", "{code}"),
        "shapes": {level: address(f"/shapes/{level}.json") for level in LEVELS},
        "plotly": [address(name) for name in plotly_files(lang)],
        "words": script_words(shown.words),
        "themes": {key: shown.words(name) for key, name in controls.THEMES.items()},
        "flags": {letter: view.flag_word(shown.words, letter) for letter in "bepucmza"},
        "units": {
            level: {country: view.level_name(shown.words, level, country) for country in ("", "DE", "FR")}
            for level in LEVELS
        },
    }
    return orjson.dumps(data).decode().replace("<", "\\u003c")


def plotly_files(lang: str) -> list[str]:
    """The basic bundle, and the language's locale where there is one."""
    names = ["/assets/vendor/plotly-basic.min.js", f"/assets/vendor/plotly-locale-{lang}.js"]
    return [name for name in names if name in static_files()]


def script_words(t: Words) -> dict[str, str]:
    """The templates the script fills; the same the server fills on the first paint."""
    return {
        "rank": t("rank {rank} of {of}"),
        "inside": t("{where}, {period}: from {z} ({vz}) to {a} ({va})"),
        "only": t("{where}, {period}: {a} {va}"),
        "caption": t("{indicator}, {period}"),
        "none": t("{indicator}: no figures for {period}"),
        "DE": t("Germany"),
        "FR": t("France"),
        "both": t("Germany and France"),
        "drill": t("Show {units} in {region}"),
        "base": t("Base: {n}"),
        "interval": t("95 % interval: {low} to {high}"),
        "gap": t("{difference} against {country}"),
        "pick": t("Pick a region on the map or in the table."),
        "open": t("Everything on the region"),
        "bars": t("Bars: 95 % intervals"),
        "hollow": t("Hollow points: low reliability or suspected artefact"),
        "broken": t("A gap before a point: break in the series"),
        "play": t("Play through the years"),
        "pause": t("Pause"),
        "failed": t("The figures could not be loaded. Check the connection and try again."),
        "pp": t("pp"),
    }


def register(app: Dash) -> None:
    """The chart: made when it comes on screen, filled by the script's data without a request."""

    @app.callback(
        Output("chart", "children"), Input("wanted", "data"), State("wanted", "data"), prevent_initial_call=True
    )
    def draw_chart(wanted: dict[str, Any] | None, _again: Any) -> Any:
        if not isinstance(wanted, dict) or wanted.get("lang") not in languages():
            return None
        t = words(str(wanted["lang"]))
        figure = series([], suffix="", separators=separators(t))
        return dcc.Graph(
            id="series",
            figure=figure,
            responsive=True,
            config={
                "displaylogo": False,
                "showSendToCloud": False,
                "plotlyServerURL": "",
                "displayModeBar": False,
                "locale": t.lang,
            },
        )

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("atlas", "series"),
        Output("series", "figure"),
        Input("picked", "data"),
        State("series", "figure"),
    )


def separators(t: Words) -> str:
    """Plotly's decimal and thousands mark for a language."""
    sample = t.number(1234.5, 1)
    return sample[-2] + sample[1]
