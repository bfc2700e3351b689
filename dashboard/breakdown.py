"""All members of a breakdown side by side: the picked region's figures beside its country's. Never stacked.

Roles and technologies overlap (a firm may build and use AI), so their shares do not add up to 100 %; other breakdowns
are shares each of its own base. In both cases a stack would say what is not so.
"""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard import queries
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Raw, draw
from dashboard.queries import Row
from dashboard.urls import COUNTRIES
from dashboard.view import MapView, flag_word

#: Breakdowns of which one firm may have several members at once.
OVERLAPPING: Final = ("ai_role", "ai_type")
_SIGNS: Final = {"DE": "▲", "FR": "△"}
_WIDTH: Final = 240


def part(view: MapView) -> dict[str, str]:
    """What the script fetches when the view changes."""
    return {"html": draw(said(view))}


def said(view: MapView) -> list[Component]:
    """The section's content; nothing for an indicator without breakdown, or with circles (sums are no shares)."""
    if len(view.indicator["members"]) < 2 or view.indicator["kind"] != "rate":
        return []
    t = view.words
    columns = _columns(view)
    rows = {code: _figures(view, code) for code in columns}
    values = [row["value"] for found in rows.values() for row in found.values() if row and row["value"] is not None]
    if not values:
        return []
    ends = min(0.0, *values), max(values)
    return [
        html.H2(view.indicator["dimension_words"]),
        html.P(_why_no_stack(view), className="small"),
        html.Div(
            html.Table(
                [
                    html.Caption(
                        t("{indicator}, {period}", indicator=view.indicator["title"], period=_period(view)),
                        className="unseen",
                    ),
                    html.Thead(html.Tr([html.Th(text, scope="col") for text in _heads(view, columns)])),
                    html.Tbody([_line(view, member, columns, rows, ends) for member in view.indicator["members"]]),
                ],
                className="figures dots",
            ),
            className="table",
            tabIndex=0,
            role="region",
            **attrs(aria_label=view.indicator["dimension_words"]),
        ),
    ]


def _why_no_stack(view: MapView) -> str:
    t = view.words
    if view.indicator["dimension"] in OVERLAPPING:
        return t("A firm may stand in several rows: the shares overlap and do not add up to 100 %.")
    return t("Each share has a base of its own: they do not add up to 100 %.")


def _period(view: MapView) -> str:
    return view.words.period(view.state.period)


def _columns(view: MapView) -> list[str]:
    """The picked region and its country; without one the countries that have figures."""
    picked = view.state.region or view.state.within
    countries = [c for c in COUNTRIES if c in view.indicator["countries"] and view.state.country in ("", c)]
    if not picked or picked in COUNTRIES:
        return countries
    own = view.regions[picked].country
    joint = view.indicator["verdict"] == "same"
    return [picked, *(c for c in countries if c == own or joint)]


def _figures(view: MapView, code: str) -> dict[str, Row | None]:
    """Member → the figure of a region in the shown period, at the level at which the indicator has it."""
    levels = [level for level in view.indicator["levels"] if code in queries.units(view.build, level)]
    level = view.state.level if view.state.level in levels else next(iter(levels), "")
    found: dict[str, Row | None] = {}
    for member in view.indicator["members"]:
        rows = queries.slice_rows(view.build, view.state.indicator, level, member) if level else []
        found[member] = next((r for r in rows if r["region"] == code and r["period"] == view.state.period), None)
    return found


def _heads(view: MapView, columns: list[str]) -> list[str]:
    return [view.indicator["dimension_words"], "", *(f"{_sign(code)} {view.name(code)}" for code in columns)]


def _sign(code: str) -> str:
    return _SIGNS.get(code, "●")


def _line(
    view: MapView, member: str, columns: list[str], rows: dict[str, dict[str, Row | None]], ends: tuple[float, float]
) -> html.Tr:
    cells = [_cell(view, rows[code][member]) for code in columns]
    marks = "".join(
        _mark(code, _place(row["value"], *ends))
        for code in reversed(columns)
        if (row := rows[code][member]) and row["value"] is not None
    )
    picture = (
        f'<svg class="dots-line" width="{_WIDTH}" height="20" viewBox="0 0 {_WIDTH} 20" aria-hidden="true">'
        f'<path class="dots-axis" d="M8 10h{_WIDTH - 16}"/>{marks}</svg>'
    )
    name = html.Th(view.indicator["members"][member], scope="row")
    chosen = attrs(aria_current="true" if member == view.state.member else None)
    return html.Tr([name, html.Td(Raw(picture)), *cells], **chosen)


def _place(value: float, least: float, most: float) -> float:
    return 8 + (_WIDTH - 16) * (value - least) / ((most - least) or 1)


def _mark(code: str, x: float) -> str:
    if code not in COUNTRIES:
        return f'<circle class="dots-region" cx="{x:.1f}" cy="10" r="5.5"/>'
    kind = "dots-full" if code == "DE" else "dots-open"
    return f'<path class="{kind}" d="M{x:.1f} 4l5.5 11h-11z"/>'


def _cell(view: MapView, row: Row | None) -> html.Td:
    t = view.words
    if row is None or row["value"] is None:
        return html.Td(flag_word(t, row["status"] if row else "m"), className="value absent")
    flag = html.Abbr(row["status"], title=flag_word(t, row["status"]), className="flag") if row["status"] else None
    return html.Td([view.value(row["value"]), flag], className="value")
