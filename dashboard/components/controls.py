"""The controls of the map page. All of them are links or native elements: they work by keyboard, and before scripts.

Not dash-mantine-components: its bundle alone is 247 kB compressed, and with Dash and Plotly the page would weigh more
than its 700 kB budget (measured; see docs/architecture.md).
"""

from __future__ import annotations

from html import escape
from typing import Any

from dash import html

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.urls import LEVELS, MapState
from dashboard.view import MapView, ancestors, level_name

THEMES = {
    "adoption": "Adoption",
    "jobs": "Jobs",
    "funding": "Funding",
    "research": "Research",
    "context": "Context",
}


def picker(t: Words, known: dict[str, dict[str, Any]], state: MapState) -> html.Details:
    """Indicators by theme with a search box; each is a link to the same place with another indicator."""
    groups = []
    for theme, name in THEMES.items():
        rows = [row for row in known.values() if row["theme"] == theme]
        if rows:
            items = [html.Li(_choice(t, row, state)) for row in rows]
            groups.append(html.Section([html.H3(t(name)), html.Ul(items)], **attrs(data_theme_group=theme)))
    return html.Details(
        id="picker",
        className="picker",
        children=[
            html.Summary(
                [
                    html.Small(t(THEMES[known[state.indicator]["theme"]]), id="picker-theme"),
                    html.Strong(known[state.indicator]["title"], id="picker-title"),
                ],
                **attrs(aria_label=t("Choose an indicator")),
            ),
            html.Div(
                [
                    html.Label(t("Search the indicators"), htmlFor="picker-search", className="unseen"),
                    html.Div(id="picker-search-slot", **attrs(data_placeholder=t("Search the indicators"))),
                    *groups,
                    html.P(t("Nothing found."), id="picker-empty", hidden=True),
                ],
                className="panel",
            ),
        ],
    )


def _choice(t: Words, row: dict[str, Any], state: MapState) -> html.A:
    where = " · ".join(row["countries"]) + " · " + level_name(t, row["levels"][-1], _only(row["countries"]))
    return html.A(
        [html.Span(row["title"]), html.Small(where)],
        href=urls.map_url(t.lang, _kept(state, row)),
        **attrs(
            data_indicator=row["id"],
            data_levels=" ".join(row["levels"]),
            data_members=" ".join(row["members"]),
            aria_current="true" if row["id"] == state.indicator else None,
        ),
    )


def _kept(state: MapState, row: dict[str, Any]) -> MapState:
    """Another indicator is shown in the same way, as far as that does not hang on the one before."""
    own = state.scale.startswith(urls.OWN_LIMITS)
    return MapState(
        indicator=row["id"],
        view=state.view,
        against="" if state.against == row["id"] else state.against,
        scale="" if own else state.scale,
        classes="" if own else state.classes,
    )


def _only(countries: list[str]) -> str:
    return countries[0] if len(countries) == 1 else ""


def choices(label: str, name: str, options: list[tuple[str, str, str, bool]]) -> html.Nav:
    """A row of links of which one is current: (value, label, href, current)."""
    return html.Nav(
        [
            html.A(text, href=href, **attrs(**{f"data_{name}": value}, aria_current="true" if current else None))
            for value, text, href, current in options
        ],
        className="choices",
        id=f"{name}-choices",
        **attrs(aria_label=label),
    )


def countries(view: MapView) -> html.Nav:
    """Both countries, or one."""
    t, state = view.words, view.state
    names = {"": t("Both"), "DE": t("Germany"), "FR": t("France")}
    options = [
        (code, name, urls.map_url(t.lang, state.but(country=code, within="", region="")), code == state.country)
        for code, name in names.items()
    ]
    return choices(t("Country"), "country", options)


def levels(view: MapView) -> html.Nav:
    """The map levels this indicator has."""
    t, state = view.words, view.state
    have = [level for level in LEVELS if level in view.indicator["levels"] and level != "country"] or ["country"]
    options = [
        (
            level,
            level_name(t, level, state.country or _only(view.indicator["countries"])),
            urls.map_url(t.lang, state.but(level=level, region="")),
            level == state.level,
        )
        for level in have
    ]
    return choices(t("Level"), "level", options)


def members(view: MapView) -> html.Form | None:
    """The breakdown's member, where the indicator has one; without scripts a form with a button."""
    t, state, labels = view.words, view.state, view.indicator["members"]
    options = [html.Option(label, value=code, selected=code == state.member) for code, label in labels.items()]
    kept = urls.parameters(state.but(member=""))
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in kept)
    return html.Form(
        [
            html.Label(view.indicator["dimension_words"], htmlFor="member", id="member-label"),
            html.Select(options, id="member", name="member"),
            Raw(f"<noscript>{hidden}<button>{t('Show on the map')}</button></noscript>"),
        ],
        action=urls.page(t.lang, "map"),
        method="get",
        id="member-form",
        hidden=not labels,
    )


def breadcrumb(view: MapView) -> html.Nav:
    """Germany + France › Sachsen › …: every step is a link up."""
    t, state = view.words, view.state
    top = {"": t("Germany and France"), "DE": t("Germany"), "FR": t("France")}[state.country]
    steps: list[tuple[str, str]] = [("", top)]
    if state.within:
        chain = [
            c for c in reversed(ancestors(view.regions, state.within)) if view.regions[c].adm not in ("country", "")
        ]
        steps += [(code, view.name(code)) for code in chain]
    links = []
    for position, (code, name) in enumerate(steps):
        last = position == len(steps) - 1
        target = state.but(within=code, region="", level="")
        links.append(
            html.Li(
                html.Span(name, **attrs(aria_current="location"))
                if last
                else html.A(name, href=urls.map_url(t.lang, target), **attrs(data_within=code))
            )
        )
    return html.Nav(html.Ol(links), id="crumbs", className="crumbs", **attrs(aria_label=t("You are here")))


def timeline(view: MapView) -> html.Div:
    """Slider and play button; without scripts, links to the neighbouring periods."""
    t, periods = view.words, view.periods
    here = periods.index(view.state.period)
    step = [
        html.A(t.period(periods[i]), href=urls.map_url(t.lang, view.state.but(period=periods[i])), rel=rel)
        for i, rel in ((here - 1, "prev"), (here + 1, "next"))
        if 0 <= i < len(periods)
    ]
    return html.Div(
        [
            html.Button("▶", id="play", type="button", hidden=True, **attrs(aria_label=t("Play through the years"))),
            html.Div(id="period-slot", **attrs(data_label=t("Period"))),
            html.Output(t.period(view.state.period), id="period-now", htmlFor="period"),
            html.Span(step, id="period-steps"),
        ],
        id="time",
        className="time",
        hidden=len(periods) < 2,
    )
