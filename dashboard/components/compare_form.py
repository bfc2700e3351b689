"""Choosing what to compare: fields that know all names, and comparisons that are ready."""

from __future__ import annotations

from collections import Counter

from dash import html
from dash.development.base_component import Component

from dashboard import queries, urls
from dashboard.compare.chosen import MOST, pairs
from dashboard.compare.model import Comparison
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Raw
from dashboard.queries import LEVELS
from dashboard.territories import named
from dashboard.twins import twins, why


def form(comparison: Comparison) -> html.Form:
    """Two fields, or one where a region is chosen already; names in any language or codes are understood."""
    t, codes = comparison.words, comparison.codes
    labels = (t("First region"), t("Second region"), t("Third region"), t("Fourth region"))
    fields: list[html.Div] = []
    for i, name in list(enumerate("abcd"))[len(codes) :]:
        needed = i < 2
        label = labels[i] if needed else f"{labels[i]} ({t('optional')})"
        box = _input(name, required=needed)
        fields.append(html.Div([html.Label(label, htmlFor=f"region-{name}"), box], className="field"))
    return html.Form(
        [*fields, _names(comparison), html.Button(t("Compare"), type="submit", className="button")],
        action=urls.compare_url(t.lang, codes),
        method="get",
        className="choose",
    )


def add(comparison: Comparison) -> html.Form | None:
    """One more region, while there is room; only of the same level, so only such names are offered."""
    t, codes = comparison.words, comparison.codes
    if len(codes) >= MOST:
        return None
    return html.Form(
        [
            html.Label(t("Add a region"), htmlFor="region-a"),
            _input("a", required=True),
            _names(comparison),
            html.Button(t("Add"), type="submit", className="button"),
        ],
        action=urls.compare_url(t.lang, codes),
        method="get",
        className="add",
    )


def _input(name: str, *, required: bool) -> Raw:
    """A native field: Dash has none of its own that a first paint could draw."""
    needed = " required" if required else ""
    more = f'list="region-names" autocomplete="off" maxlength="120"{needed}'
    return Raw(f'<input id="region-{name}" name="{name}" {more}>')


def _names(comparison: Comparison) -> html.Datalist:
    """All regions of the level (of all levels while none is chosen); one with a name that others have gets its code."""
    known, lang = queries.regions(comparison.build), comparison.lang
    levels = [comparison.level] if comparison.level else list(LEVELS)
    codes = {code: level for level in reversed(levels) for code in queries.units(comparison.build, level)}
    names = Counter(known[code].name(lang) for code in codes)
    options = []
    for code in sorted(codes, key=lambda code: (LEVELS.index(codes[code]), known[code].name(lang))):
        name = known[code].name(lang)
        if code not in comparison.codes:
            options.append(html.Option(value=name if names[name] == 1 else f"{name} ({code})"))
    shipped = named(comparison.build, comparison.words).values()
    options += [html.Option(value=one.name) for one in shipped if one.id not in comparison.codes]
    return html.Datalist(options, id="region-names")


def alike(comparison: Comparison) -> list[Component]:
    """For each region the nearest across the border with the reason, and the next ones, each a comparison."""
    t, build, items = comparison.words, comparison.build, []
    known = queries.regions(build)
    for code, side in comparison.sides.items():
        if side.territory:
            continue
        found = twins(build, code, comparison.level)
        if not found:
            continue
        links = [
            html.A(known[twin.code].name(t.lang), href=urls.compare_url(t.lang, (code, twin.code))) for twin in found
        ]
        parts: list[str | html.A] = [why(build, t, code, found[0]) + " ", t("Compare with:") + " ", links[0]]
        for link in links[1:]:
            parts += [" · ", link]
        items.append(html.Li(parts))
    if not items:
        return []
    how = t(
        "By standardised distance over structural indicators that are the same on both sides; adoption of AI is not "
        "among them. 0 is alike in all, 1 is one standard deviation apart in each."
    )
    return [
        html.H2(t("Most alike across the border")),
        html.Ul(items, className="alike"),
        html.P(how, className="small"),
    ]


def ready(comparison: Comparison) -> list[Component]:
    """Comparisons to begin with: those of the region chosen, else all."""
    t, known = comparison.words, queries.regions(comparison.build)
    found = [pair for pair in pairs() if all(code in known for code in pair)]
    if comparison.codes:
        found = [pair for pair in found if comparison.codes[0] in pair]
    items = [
        html.Li(html.A(t.listed([known[code].name(t.lang) for code in pair]), href=urls.compare_url(t.lang, pair)))
        for pair in found
    ]
    return [html.H2(t("Ready to read")), html.Ul(items, **attrs(data_ready=""))] if items else []
