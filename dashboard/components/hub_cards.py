"""What is found out about a territory: cards by theme, its members, its breakdown, and what cannot be put together."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from dashboard import hub, queries, recipes, urls
from dashboard.aggregate import Aggregate
from dashboard.components.attributes import attrs
from dashboard.components.controls import THEMES
from dashboard.hub import Finding
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import PATH, Territory
from dashboard.titles import with_unit
from dashboard.view import flag_word, level_name


def themes(build: Build, t: Words, territory: Territory, found: Iterable[Finding]) -> list[Component]:
    """A section per theme with a card for every figure there is."""
    have = [finding for finding in found if finding.figure.value is not None]
    sections: list[Component] = []
    for theme, label in THEMES.items():
        cards = [_card(build, t, territory, finding) for finding in have if finding.indicator["theme"] == theme]
        if cards:
            name = f"theme-{theme}"
            title = html.H2(t(label), id=name)
            sections.append(
                html.Section(
                    [title, html.Div(cards, className="entries")], className="theme", **attrs(aria_labelledby=name)
                )
            )
    return sections


def _card(build: Build, t: Words, territory: Territory, finding: Finding) -> html.Article:
    indicator, figure = finding.indicator, finding.figure
    href = urls.view_url(t.lang, PATH, territory.item, {"indicator": indicator["id"]})
    facts = [t.period(figure.period), limits(t, indicator, figure), *standing(t, territory, finding)]
    reason, text = recipes.recipe(build, t, figure), recipes.value(t, indicator, figure)
    return html.Article(
        [
            html.H3(html.A(indicator["title"], href=href)),
            html.P([text, *_flag(t, figure)], className="big"),
            html.P(indicator["unit_words"], className="small") if indicator["unit_words"] not in text else None,
            html.Ul([html.Li(fact) for fact in facts if fact], className="facts"),
            html.P(reason, className="small recipe"),
        ],
        className="entry",
    )


def limits(t: Words, indicator: Row, figure: Aggregate) -> str:
    """The 95 % interval of a figure; '' where there is none."""
    if figure.ci_low is None or figure.ci_high is None:
        return ""
    low, high = (t.number(limit, indicator["decimals"]) for limit in (figure.ci_low, figure.ci_high))
    return t("95 % interval: {low} to {high}", low=low, high=high)


def standing(t: Words, territory: Territory, finding: Finding) -> list[str]:
    """Its place among the units of the country, or its share of the country's sum."""
    country = t("Germany") if territory.countries[0] == "DE" else t("France")
    if finding.share is not None:
        return [t("Share of {country}: {share}", country=country, share=t.value(finding.share, "pct", 1))]
    if finding.place is None:
        return []
    spot = finding.place
    rank = str(spot.low) if spot.low == spot.high else f"{spot.low}–{spot.high}"
    units = level_name(t, finding.among, territory.countries[0])
    if len(territory.members) == 1:
        return [t("rank {rank} of {of}", rank=rank, of=spot.of)]
    return [t("would be rank {rank} of {of} among the {units}", rank=rank, of=spot.of, units=units)]


def _flag(t: Words, figure: Aggregate) -> list[Component]:
    return [html.Small(flag_word(t, figure.status), className="flagword")] if figure.status else []


def cannot(build: Build, t: Words, found: Iterable[Finding]) -> list[Component]:
    """What has no figure for the territory, by reason."""
    reasons: dict[str, list[str]] = {}
    for finding in found:
        if finding.figure.refusal:
            reason = recipes.refusal(build, t, finding.indicator, finding.figure.refusal)
            reasons.setdefault(reason, []).append(finding.indicator["title"])
    if not reasons:
        return []
    items = [html.Li([html.B("; ".join(titles) + t.colon), reason]) for reason, titles in reasons.items()]
    return [html.H2(t("What cannot be put together"), id="cannot"), html.Ul(items, className="gaps-list")]


def members(build: Build, t: Words, territory: Territory, indicator: Row, figure: Aggregate) -> html.Table:
    """The territory and each of its members for the figure shown: value, limits, base, how it came about."""
    heads = [t("Region"), t("Value"), "±", "n", t("How it came about")]
    name = html.Th(territory.name, scope="row", className="name")
    lines = [html.Tr([name, *_cells(build, t, indicator, figure)], className="whole")]
    regions = queries.regions(build)
    for code, one in zip(territory.members, hub.members(build, t, territory, figure), strict=True):
        link = html.A(regions[code].name(t.lang), href=urls.page(t.lang, "region", code))
        lines.append(html.Tr([html.Th(link, scope="row", className="name"), *_cells(build, t, indicator, one)]))
    period = t.period(figure.period) if figure.period else ""
    title = ", ".join(filter(None, [with_unit(indicator["title"], indicator["unit_words"]), period]))
    return _table(title, heads, lines)


def breakdown(build: Build, t: Words, indicator: Row, figures: list[Aggregate]) -> html.Table:
    """The figures of an indicator's breakdown for the territory."""
    heads = [indicator["dimension_words"], t("Value"), "±", "n", t("How it came about")]
    lines = [
        html.Tr([html.Th(indicator["members"][one.member], scope="row"), *_cells(build, t, indicator, one)])
        for one in figures
    ]
    return _table(with_unit(indicator["title"], indicator["unit_words"]), heads, lines)


def _table(caption: str, heads: list[str], lines: list[html.Tr]) -> html.Table:
    keys = ("name", "value", "margin", "n", "recipe")
    return html.Table(
        [
            html.Caption(caption),
            html.Thead(
                html.Tr([html.Th(head, scope="col", className=key) for head, key in zip(heads, keys, strict=True)])
            ),
            html.Tbody(lines),
        ],
        className="figures",
    )


def _cells(build: Build, t: Words, indicator: Row, figure: Aggregate) -> list[html.Td]:
    if figure.refusal:
        reason = recipes.refusal(build, t, indicator, figure.refusal)
        return [html.Td("–", className="value absent"), html.Td(), html.Td(), html.Td(reason, className="recipe")]
    own = figure.recipe is not None and figure.recipe.rule == "itself"
    flag = html.Abbr(figure.status, title=flag_word(t, figure.status), className="flag") if figure.status else None
    half = (figure.ci_high - figure.ci_low) / 2 if figure.ci_high is not None and figure.ci_low is not None else None
    return [
        html.Td([recipes.value(t, indicator, figure), flag], className="value"),
        html.Td(t.number(half, indicator["decimals"]) if half is not None else "", className="margin"),
        html.Td(t.number(figure.n) if figure.n is not None else "", className="n"),
        html.Td(recipes.recipe(build, t, figure) if not own else "", className="recipe"),
    ]
