"""The time line of events and partnerships: a list in the order of time, and the same as marks on an axis."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor

from dash import html
from dash.development.base_component import Component

from dashboard import partnerships
from dashboard.components import ledger as said
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.ledger_model import Programme
from dashboard.partnerships import Dated, Entry
from dashboard.store import Build

_WIDTH, _HEIGHT, _STEP = 720, 74, 9


def timeline(t: Words, build: Build, found: Sequence[Entry]) -> list[Component | Raw]:
    """Axis and list; partnerships without a date stand at the end."""
    dated, undated = partnerships.timeline(build, found)
    items = [_item(t, each) for each in dated]
    items += [_line(said.day(t, ""), one.id, one.name(t.lang), t("partnership")) for one in undated]
    return [Raw(axis(dated)), html.Ol(items, className="timeline")]


def _item(t: Words, each: Dated) -> html.Li:
    event = isinstance(each.what, Programme)
    name = each.what.name(t.lang)
    return _line(said.day(t, each.day), "" if event else each.what.id, name, t("event") if event else t("partnership"))


def _line(day: str, anchor: str, name: str, what: str) -> html.Li:
    text = html.A(name, href=f"#{anchor}") if anchor else html.B(name)
    return html.Li(
        [html.Span(day, className="when"), html.Span([text, html.Small(f" · {what}")])],
        className="" if anchor else "event",
        **attrs(data_line=anchor or None),
    )


def axis(dated: Sequence[Dated]) -> str:
    """Years from left to right: events as squares below, partnerships as dots above, those of one day on each other."""
    if not dated:
        return ""
    first, last = floor(min(each.year for each in dated)), ceil(max(each.year for each in dated) + 0.01)
    scale = (_WIDTH - 20) / max(last - first, 1)
    base = _HEIGHT - 26
    ticks = "".join(
        f'<path class="tick" d="M{10 + scale * (year - first):.0f} {base}v5"/>'
        f'<text x="{10 + scale * (year - first):.0f}" y="{_HEIGHT - 6}">{year}</text>'
        for year in range(first, last + 1)
    )
    marks, stacked = "", dict[int, int]()
    for each in dated:
        x = 10 + scale * (each.year - first)
        if isinstance(each.what, Programme):
            marks += f'<rect x="{x - 3:.0f}" y="{base - 3}" width="6" height="6"/>'
            continue
        place = round(x / _STEP)
        height = stacked.get(place, 0)
        stacked[place] = height + 1
        name = escape(each.what.name(""))
        marks += f'<circle cx="{x:.0f}" cy="{base - 10 - height * 8}" r="3.4"><title>{name}</title></circle>'
    return (
        f'<svg class="axis" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">'
        f'<path class="base" d="M10 {base}H{_WIDTH - 10}"/>{ticks}{marks}</svg>'
    )
