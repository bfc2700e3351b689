"""The card of the picked region, or of both countries where none is picked."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import display_words, queries, urls
from dashboard.components.attributes import attrs
from dashboard.i18n import NBSP
from dashboard.queries import Row
from dashboard.urls import COUNTRIES
from dashboard.view import MapView, ancestors, flag_word, level_name, rank_text


def card(view: MapView) -> list[Component]:
    """Name, value with flag and interval, place, gap to the national mean, and the way down.

    The same as `panel.card` of assets/panel.js, so that nothing moves when the script comes.
    """
    code = view.state.region or view.state.within
    if not code:
        return _national(view)
    row = _row(view, code)
    t = view.words
    parts: list[Component] = [html.H2(view.name(code))]
    more = html.P(html.A(t("Everything on the region"), href=urls.page(t.lang, "region", code)), className="more")
    if row is None or row["value"] is None:
        status = row["status"] if row else "m"
        parts.append(html.P(flag_word(t, status), className="big absent"))
        return [*parts, *_reason(view, row), more, *_down(view, code)]
    parts.append(html.P([view.value(row["value"]), *_flag(view, row)], className="big"))
    parts.append(html.Ul([html.Li(fact) for fact in _facts(view, code, row)], className="facts"))
    return [*parts, *_reason(view, row), more, *_down(view, code)]


def _facts(view: MapView, code: str, row: Row) -> list[str]:
    t, facts = view.words, []
    if view.display and code in queries.units(view.build, view.state.level):
        said = display_words.said(view, code, view.display.cells(view.state.period)[code])
        facts += [said] if said else []
    if rank := rank_text(t, row):
        facts.append(t("rank {rank} of {of}", rank=rank, of=row["of"]))
    if row["ci_low"] is not None:
        low, high = (t.number(row[key], view.indicator["decimals"]) for key in ("ci_low", "ci_high"))
        facts.append(t("95 % interval: {low} to {high}", low=low, high=high))
    if row["n"] is not None:
        facts.append(t("Base: {n}", n=t.number(row["n"])))
    return [*facts, *_gap(view, code, row)]


def _gap(view: MapView, code: str, row: Row) -> list[str]:
    """How far a rate lies from the mean of its own country; nothing for the countries themselves."""
    t, country = view.words, view.regions[code].country
    mean = view.national[country]["value"] if country in view.national else None
    if mean is None or view.indicator["kind"] != "rate" or view.diverging or code == country:
        return []
    unit, name = t.suffix(view.indicator["unit"]), t("Germany") if country == "DE" else t("France")
    difference = t.number(row["value"] - mean, view.indicator["decimals"], sign=True)
    difference += f"{NBSP}{t('pp')}" if "%" in unit else unit
    return [t("{difference} against {country}", difference=difference, country=name)]


def _down(view: MapView, code: str) -> list[Component]:
    """The way to the regions inside, at the next level at which there are several; nothing where one is inside."""
    t, state = view.words, view.state
    level = "" if code == state.within else _next(view, code)
    if not level:
        return []
    label = t(
        "Show {units} in {region}", units=level_name(t, level, view.regions[code].country), region=view.name(code)
    )
    address = urls.map_url(t.lang, state.but(within=code, level=level, region=""))
    return [html.A(label, href=address, className="button", **attrs(data_drill=code))]


def _next(view: MapView, code: str) -> str:
    for level in view.indicator["levels"]:
        inside = (c for c in queries.units(view.build, level) if c != code and code in ancestors(view.regions, c))
        if level != "country" and sum(1 for _ in inside) > 1:
            return str(level)
    return ""


def _row(view: MapView, code: str) -> Row | None:
    """The region's figure; one above the shown level has it at its own."""
    levels = [level for level in view.indicator["levels"] if code in queries.units(view.build, level)]
    level = view.state.level if view.state.level in levels or not levels else levels[0]
    rows = queries.slice_rows(view.build, view.state.indicator, level, view.state.member)
    return next((row for row in rows if row["region"] == code and row["period"] == view.state.period), None)


def _flag(view: MapView, row: Row) -> list[Component]:
    return [html.Small(flag_word(view.words, row["status"]), className="flagword")] if row["status"] else []


def _reason(view: MapView, row: Row | None) -> list[Component]:
    reason = view.indicator["reasons"].get(row["reason"]) if row and row["reason"] else None
    return [html.P(reason, className="small")] if reason else []


def _national(view: MapView) -> list[Component]:
    t = view.words
    lines = [
        html.Li(
            [html.Span(t("Germany") if code == "DE" else t("France")), html.B(view.value(view.national[code]["value"]))]
        )
        for code in COUNTRIES
        if code in view.national and view.national[code]["value"] is not None
    ]
    return [
        html.Ul(lines, className="means"),
        html.P(t("Pick a region on the map or in the table."), className="small"),
    ]
