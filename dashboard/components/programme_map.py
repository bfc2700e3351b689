"""Maps of programmes: circles of what was promised, in one kind; and the places of one programme."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dash import html
from dash.development.base_component import Component

from dashboard import programmes, queries
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.components.programme_list import link
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.ledger_model import Place, Programme
from dashboard.map import ground
from dashboard.pages import Request
from dashboard.programmes import Choice, Circle

#: A place of a programme, in map units of the view's width.
_POINT = 0.014


def figure(request: Request, choice: Choice, found: Sequence[Programme]) -> html.Figure:
    """The circles of the programmes shown, their legend, and those that have no one place."""
    t, build, measured = request.words, request.build, choice.measured
    most = programmes.largest(build, measured)
    circles, nowhere = programmes.drawn(found, measured, most)
    label = t("Map: {what}, promised last", what=speak.option(t, measured))
    marks = "".join(_circle(request, circle) for circle in circles)
    svg = (
        f'<svg class="pg-map" viewBox="{ground.attribute(ground.whole())}" role="group" aria-label="{escape(label)}">'
        f"{ground.ground()}{marks}</svg>"
    )
    return html.Figure(
        [
            html.A(t("Skip the map"), href="#list", className="skip-map"),
            Raw(f'<div class="pg-box">{svg}</div>'),
            html.Figcaption([Raw(_legend(t)), *_explained(t, measured, len(circles)), *_nowhere(t, nowhere, measured)]),
        ]
    )


def _circle(request: Request, circle: Circle) -> str:
    """A circle that is a link; where figures compete the ring is the highest and the disc the lowest of them."""
    t, one = request.words, circle.programme
    amount = speak.last(t, circle.group)
    place = (
        t("for the whole of {region}", region=_spot_name(request, one)) if circle.whole else _spot_name(request, one)
    )
    text = escape(f"{one.name(t.lang)} ({place}): {amount}; {speak.standing(t, one, circle.group, programmes.today())}")
    x, y = circle.at
    kind = "pg-circle whole" if circle.whole else "pg-circle"
    return (
        f'<a class="{kind}" href="{escape(link(t, one.id))}" aria-label="{text}" data-programme="{escape(one.id)}">'
        f'<title>{text}</title><circle class="ring" cx="{x:.0f}" cy="{y:.0f}" r="{circle.radius:.0f}"/>'
        f'<circle class="disc" cx="{x:.0f}" cy="{y:.0f}" r="{circle.inner:.0f}"/></a>'
    )


def _spot_name(request: Request, one: Programme) -> str:
    spot = programmes.spot(one)
    code = spot[0] if spot else ""
    cities = sorted({place.city for place in one.places if place.nuts3 == code and place.city})
    known = queries.regions(request.build)
    return ", ".join(cities) or (known[code].name(request.lang) if code in known else code)


def _legend(t: Words) -> str:
    signs = (
        (
            "pg-circle",
            '<circle class="ring" cx="9" cy="9" r="8"/><circle class="disc" cx="9" cy="9" r="8"/>',
            t("one figure"),
        ),
        (
            "pg-circle",
            '<circle class="ring" cx="9" cy="9" r="8"/><circle class="disc" cx="9" cy="9" r="4"/>',
            t("several figures: the disc is the lowest, the ring the highest"),
        ),
        (
            "pg-circle whole",
            '<circle class="ring" cx="9" cy="9" r="8"/><circle class="disc" cx="9" cy="9" r="8"/>',
            t("for a whole Land or région, without one place"),
        ),
    )
    items = "".join(
        f'<li><svg class="{kind}" width="18" height="18" aria-hidden="true">{mark}</svg>'
        f"<span>{escape(text)}</span></li>"
        for kind, mark, text in signs
    )
    return f'<ul class="pg-legend">{items}</ul>'


def _explained(t: Words, measured: str, n: int) -> list[Component]:
    text = t(
        "Circles: {n}. What was promised last, by area; circles that would cover each other stand beside each other. "
        "Amounts of different kinds are never added, nor are overlapping ones.",
        n=n,
    )
    return [html.P([html.B(speak.option(t, measured) + ". "), text], className="small")]


def _nowhere(t: Words, found: Sequence[Programme], measured: str) -> list[Component]:
    """Programmes of several places or of no region: an amount is not split, so they have no circle."""
    if not found:
        return []
    items = []
    for one in found:
        group = programmes.group_of(one, measured)
        amount = speak.last(t, group) if group else ""
        items.append(html.Li([html.A(one.name(t.lang), href=link(t, one.id)), f": {amount}"]))
    label = t("Not on the map, because of several regions or none: {n}", n=len(found))
    return [html.Details([html.Summary(label), html.Ul(items, className="pg-plain")])]


# ── One programme ────────────────────────────────────────────────────────────────────────────────────────────────


def places(request: Request, one: Programme) -> list[Component | Raw]:
    """Where a programme is: its regions, its places as points, and the same as a list."""
    t, known = request.words, queries.regions(request.build)
    marked = [code for code in one.regions if ground.anchor(code)]
    points = [place for place in one.places if place.nuts3]
    if not marked and not points:
        return [html.P(t("The ledger names no region and no place."))]
    lands = {known[place.nuts3].land for place in points} | {known[code].land or code for code in marked}
    box = ground.around(sorted(code for code in lands if ground.anchor(code)))
    dots = "".join(_dot(t, place, box[2]) for place in points)
    names = [known[code].name(t.lang) for code in marked] or [known[code].name(t.lang) for code in sorted(lands)]
    label = t("Map: places of {name}; marked: {regions}", name=one.name(t.lang), regions=t.listed(names))
    svg = (
        f'<svg class="pg-map one" viewBox="{ground.attribute(box)}" role="img" aria-label="{escape(label)}">'
        f"{ground.ground(marked=marked)}{dots}</svg>"
    )
    return [Raw(f'<div class="pg-box">{svg}</div>'), html.Ul([_place(request, place) for place in points])]


def _dot(t: Words, place: Place, width: float) -> str:
    at = ground.anchor(place.nuts3)
    if at is None:
        return ""
    size = _POINT * width
    memory = " memory" if place.basis == "memory" else ""
    return (
        f'<circle class="place{memory}" cx="{at[0]:.0f}" cy="{at[1]:.0f}" r="{size / 2:.0f}"/>'
        f'<text x="{at[0] + size:.0f}" y="{at[1]:.0f}" dy=".35em" '
        f'font-size="{2.4 * size:.0f}">{escape(place.city)}</text>'
    )


def _place(request: Request, place: Place) -> html.Li:
    t = request.words
    region = queries.regions(request.build)[place.nuts3]
    facts = [said.place_role(t, place.role), said.basis(t, place.basis), place.note]
    href = speak.region_link(t, place.nuts3)
    name = place.city or region.name(t.lang)
    more = " · ".join(fact for fact in facts if fact)
    return html.Li([html.A(name, href=href), html.Small(f" · {more}")])
