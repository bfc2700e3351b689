"""The small maps of a comparison, what chooses them, and the table that holds the same figures."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.compare.maps import MODES, Choice, Panel, drawn, legend, panels, possible, read
from dashboard.compare.maps import periods as periods_of
from dashboard.compare.model import Comparison
from dashboard.components.attributes import attrs
from dashboard.components.controls import choices
from dashboard.components.table import letters
from dashboard.firstpaint import Raw
from dashboard.queries import Row
from dashboard.view import flag_word


def maps(comparison: Comparison, query: Mapping[str, str]) -> list[Component]:
    """Heading, choice of what the maps show, the maps, their legend and table; nothing where nothing can be mapped."""
    choice = read(comparison, query)
    if choice is None:
        return []
    t, found = comparison.words, panels(comparison, choice)
    each = choice.mode == "indicators"
    figures = [_figure(comparison, panel, i == 0, each) for i, panel in enumerate(found)]
    said = t("Maps move together: zoom one and all follow; a region that is pointed at or focused is named in each.")
    return [
        html.H2(t("Maps"), id="maps"),
        _modes(comparison, choice),
        _form(comparison, choice),
        html.Div(figures, className=f"maps of-{len(found)}", **attrs(data_maps="")),
        *([] if each else [html.Div(Raw(legend(found[0], True)), className="legend")]),
        html.P(said, className="small scripted"),
        html.Details([html.Summary(t("Figures of these maps")), _table(comparison, choice, found)]),
    ]


def _figure(comparison: Comparison, panel: Panel, first: bool, own_legend: bool) -> html.Figure:
    key = html.Div(Raw(legend(panel, first)), className="legend") if own_legend else None
    said = html.P("\u00a0", className="said", **attrs(aria_hidden="true"))
    picked = f" r{comparison.codes.index(panel.scene.selected)}" if panel.scene.selected in comparison.codes else ""
    drawing = html.Div(Raw(drawn(comparison, panel, first)), className=f"map{picked}", **attrs(data_map=""))
    return html.Figure([html.Figcaption(html.B(panel.caption)), drawing, said, key])


def _modes(comparison: Comparison, choice: Choice) -> html.Nav:
    t = comparison.words
    names = {"places": t("Each region"), "periods": t("Several periods"), "indicators": t("Several indicators")}
    options = []
    for mode in MODES:
        kept = _kept(comparison) | {"maps": mode if mode != MODES[0] else ""}
        if mode != "indicators":
            kept["indicator"] = choice.indicator
        address = urls.compare_url(t.lang, comparison.codes, kept) + "#maps"
        options.append((mode, names[mode], address, mode == choice.mode))
    return choices(t("What the maps show"), "maps", options)


def _kept(comparison: Comparison) -> dict[str, str]:
    return {"period": comparison.asked}


def _form(comparison: Comparison, choice: Choice) -> html.Form:
    """Indicator, or two to four periods or indicators; native fields, so that it works without scripts."""
    t, rows = comparison.words, possible(comparison)
    titles = {row["id"]: row["title"] for row in rows}
    fields: list[Component] = []
    if choice.mode != "indicators":
        fields.append(_select(t("Indicator"), "indicator", titles, choice.indicator))
    if choice.mode == "periods":
        every = {period: t.period(period) for period in reversed(periods_of(comparison, choice.indicator))}
        fields += _slots(t("Period"), every, choice.periods, t("none"))
    if choice.mode == "indicators":
        fields += _slots(t("Indicator"), titles, choice.indicators, t("none"))
    kept = _kept(comparison) | {"maps": choice.mode if choice.mode != MODES[0] else ""}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in kept.items() if value)
    return html.Form(
        [Raw(hidden), *fields, html.Button(t("Show"), type="submit", className="button")],
        action=urls.compare_url(t.lang, comparison.codes) + "#maps",
        method="get",
        className="choose",
    )


def _slots(label: str, options: Mapping[str, str], chosen: tuple[str, ...], none: str) -> list[Component]:
    return [
        _select(f"{label} {i + 1}", f"m{i + 1}", ({"": none} if i > 1 else {}) | dict(options), value)
        for i, value in enumerate([*chosen, *[""] * (4 - len(chosen))])
    ]


def _select(label: str, name: str, options: Mapping[str, str], chosen: str) -> html.Div:
    items = [html.Option(text, value=value, selected=value == chosen) for value, text in options.items()]
    return html.Div(
        [html.Label(label, htmlFor=f"maps-{name}"), html.Select(items, id=f"maps-{name}", name=name)], className="field"
    )


def _table(comparison: Comparison, choice: Choice, found: list[Panel]) -> html.Div:
    """Every region on the maps with its values; the surroundings share one column, for they show one indicator."""
    t = comparison.words
    columns = found[:1] if choice.mode == "places" else found
    codes = {region.code for panel in found for region in panel.scene.regions if region.shown}
    view = found[0].view
    ordered = sorted(
        codes, key=lambda code: (not any(s.holds(code) for s in comparison.sides.values()), letters(view.name(code)))
    )
    labels = (
        [f"{view.indicator['title']}, {t.period(view.state.period)}"]
        if choice.mode == "places"
        else [p.caption for p in columns]
    )
    head = html.Tr([html.Th(t("Region"), scope="col"), *(html.Th(label, scope="col") for label in labels)])
    names = {code: html.A(view.name(code), href=urls.page(t.lang, "region", code)) for code in ordered}
    body = [
        html.Tr([html.Th(names[code], scope="row"), *(_cell(panel, code) for panel in columns)]) for code in ordered
    ]
    caption = t("Figures of these maps")
    table = html.Table(
        [html.Caption(caption, className="unseen"), html.Thead(head), html.Tbody(body)], className="figures"
    )
    return html.Div(table, className="table tall", tabIndex=0, role="region", **attrs(aria_label=caption))


def _cell(panel: Panel, code: str) -> html.Td:
    t, row = panel.view.words, panel.view.rows.get(code)
    if row is None or row["value"] is None:
        return html.Td(flag_word(t, row["status"] if row else "m"), className="absent")
    flag: Row | None = row if row["status"] else None
    mark = html.Abbr(row["status"], title=flag_word(t, row["status"]), className="flag") if flag else None
    return html.Td([panel.view.value(row["value"]), mark])
