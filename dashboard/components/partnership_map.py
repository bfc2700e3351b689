"""The map of partnerships: land without figures, arcs and stars between seats, each a link that speaks for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from dashboard import drawing, partnerships
from dashboard.components import ledger as said
from dashboard.components.partnership_words import place_name, spoken
from dashboard.i18n import Words
from dashboard.map.arcs import Point, Star, path
from dashboard.partnerships import Choice, Entry

#: Map units in one pixel of a wide screen and of a phone, as assets/partnerships.css has them.
_WIDE, _PHONE = 15.0, 27.0
#: Height of a city's name, and its width per letter, in pixels.
_LINE, _LETTER = 13.0, 6.4
_MARGIN = 60


def drawn(t: Words, choice: Choice, found: Sequence[Entry]) -> str:
    """The map as SVG text."""
    stars = partnerships.stars(found)
    entries = [entry for entry in found if entry.one.id in stars]
    label = t("Map: seats of the partners and the partnerships between them")
    ordered = sorted(entries, key=lambda entry: entry.one.id == choice.show)  # the one picked is drawn on top
    return (
        f'<svg class="pm-svg{" picked" if choice.show in stars else ""}" viewBox="{_view()}" role="group" '
        f'aria-label="{escape(label)}">{_land()}'
        f'<g class="pm-arcs">{"".join(_object(t, choice, entry, stars[entry.one.id]) for entry in ordered)}</g>'
        f'<g class="pm-places">{_places(t, choice, entries)}</g></svg>'
    )


def _view() -> str:
    boxes = [shape["box"] for code, shape in _shapes().items()]
    x0, y0 = min(box[0] for box in boxes) - _MARGIN, min(box[1] for box in boxes) - _MARGIN
    x1, y1 = max(box[2] for box in boxes) + _MARGIN, max(box[3] for box in boxes) + _MARGIN
    return f"{x0} {y0} {x1 - x0} {y1 - y0}"


def _shapes() -> Mapping[str, Mapping[str, list[int]]]:
    """The regions of the mainland: what lies overseas is in frames beside the map, and no seat is there."""
    whole = drawing.geometry("land")
    framed = {frame["code"] for frame in whole["frames"]}
    return {code: shape for code, shape in whole["regions"].items() if code not in framed}


def _land() -> str:
    paths = "".join(f'<path d="{shape["d"]}"/>' for shape in _shapes().values())
    border = drawing.geometry("land")["lines"]["border"]
    return f'<g class="pm-land" aria-hidden="true">{paths}<path class="border" d="{border}"/></g>'


# ── Partnerships ─────────────────────────────────────────────────────────────────────────────────────────────────


def _object(t: Words, choice: Choice, entry: Entry, star: Star) -> str:
    """One partnership, whatever its number of seats: one link with one sentence."""
    text = escape(spoken(t, entry))
    kind = "de-fr" if entry.kind in ("de-fr", "more") else "inside"
    picked = ' aria-current="true"' if entry.one.id == choice.show else ""
    href = partnerships.address(t.lang, choice.but(show=entry.one.id), entry.one.id)
    return (
        f'<a class="pm-arc {kind}" href="{escape(href)}" data-partnership="{escape(entry.one.id)}" '
        f'aria-label="{text}"{picked}><title>{text}</title>{_lines(entry, star)}</a>'
    )


def _lines(entry: Entry, star: Star) -> str:
    """The curves, with a wide one below each for the pointer; a ring where all known seats are in one place."""
    ends = dict(zip(star.points, entry.places, strict=True))
    parts = []
    for leg in star.legs:
        unread = any(entry.remembered(ends[end]) for end in (leg[0], leg[2]) if end in ends)
        d, style = path(leg), "line memory" if unread else "line"
        parts.append(f'<path class="hit" d="{d}"/><path class="{style}" d="{d}"/>')
    if star.middle:
        parts.append(_dot("joint", star.middle))
    if not star.legs:
        unread = entry.remembered(entry.places[0])
        parts.append(_dot("ring memory" if unread else "ring", star.points[0]) + _dot("hole", star.points[0]))
    return "".join(parts)


def _dot(name: str, at: Point) -> str:
    """A dot of a size in pixels: a line without length, with round ends."""
    return f'<path class="{name}" d="M{at[0]:.0f} {at[1]:.0f}h0"/>'


# ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _places(t: Words, choice: Choice, entries: Sequence[Entry]) -> str:
    """Each Kreis or département with a seat: a link to its partnerships; names where there is room."""
    here: dict[str, list[Entry]] = {}
    for entry in entries:
        for place in entry.places:
            here.setdefault(place, []).append(entry)
    names = {place: place_name(place, found) for place, found in here.items()}
    picked = {place for entry in entries if entry.one.id == choice.show for place in entry.places}
    weight = {place: (place not in picked, -len(here[place]), names[place]) for place in here}
    order = {place: names[place] for place in sorted(here, key=weight.__getitem__)}
    written, small = named(order, _WIDE), named(order, _PHONE)
    return "".join(
        _place(
            t,
            choice,
            place,
            here[place],
            _label(place, names[place], written.get(place, ""), small.get(place) != written.get(place)),
        )
        for place in sorted(here)
    )


def _place(t: Words, choice: Choice, place: str, found: list[Entry], label: str) -> str:
    seats = [seat for entry in found for seat in entry.seats if seat.nuts3 == place]
    known = {seat.organisation.id: seat for seat in seats}
    memory = said.basis(t, "memory")
    who = ", ".join(s.organisation.name(t.lang) + (f" ({memory})" if s.memory else "") for s in known.values())
    text = escape(t("{place}: {who}; show its partnerships", place=place_name(place, found), who=who))
    href = partnerships.address(t.lang, choice.but(region=place, show=""))
    at = partnerships.point(place)
    dots = _dot("seat", at) + (_dot("hole", at) if all(seat.memory for seat in seats) else "")
    return f'<a class="pm-place" href="{escape(href)}" aria-label="{text}"><title>{text}</title>{dots}{label}</a>'


def _label(place: str, name: str, side: str, minor: bool) -> str:
    """A city's name beside its point; '' where there is no room. minor: there is none on a phone."""
    if not side:
        return ""
    x, y = partnerships.point(place)
    shift = 'dx="-.6em" text-anchor="end"' if side == "left" else 'dx=".6em"'
    few = ' class="minor"' if minor else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" dy=".35em" {shift}{few}>{escape(name)}</text>'


def named(places: Mapping[str, str], unit: float) -> dict[str, str]:
    """Which places have room for their name at so many map units a pixel, and on which side of the point it stands.

    places: code → name, the weightiest first. A name lies on no other, on no other place's point, and on the map.
    """
    points = {place: partnerships.point(place) for place in places}
    boxes: list[tuple[float, float, float, float]] = []
    found: dict[str, str] = {}
    east = max(shape["box"][2] for shape in _shapes().values()) + _MARGIN
    for place, name in places.items():
        x, y = points[place]
        width, height = len(name) * _LETTER * unit, _LINE * unit
        for side in ("right", "left"):
            left = x + 7 * unit if side == "right" else x - 7 * unit - width
            box = (left, y - height / 2, left + width, y + height / 2)
            others = (other for code, other in points.items() if code != place)
            if box[2] > east or any(_inside(box, other) for other in others):
                continue
            if not any(_meet(box, other) for other in boxes):
                boxes.append(box)
                found[place] = side
                break
    return found


def _inside(box: tuple[float, float, float, float], at: Point) -> bool:
    return box[0] <= at[0] <= box[2] and box[1] <= at[1] <= box[3]


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# ── Legend ───────────────────────────────────────────────────────────────────────────────────────────────────────


def legend(t: Words) -> str:
    """What the lines and points mean, as HTML."""
    line = "M2 9Q17 1 32 9"
    signs = (
        ("de-fr", f'<path class="line" d="{line}"/>', t("Franco-German partnership")),
        ("inside", f'<path class="line" d="{line}"/>', t("inside one country")),
        (
            "de-fr",
            f'<path class="line memory" d="{line}"/>',
            t("a seat is known from memory only, not read at a source"),
        ),
        (
            "inside",
            '<path class="line" d="M4 3L17 8M30 3L17 8M17 8V13"/><path class="joint" d="M17 8h0"/>',
            t("three or more seats: one agreement, joined in one point"),
        ),
        (
            "inside",
            '<path class="ring" d="M17 7h0"/><path class="hole" d="M17 7h0"/>',
            t("known seats in one place only"),
        ),
    )
    items = "".join(
        f'<li><svg class="pm-arc {kind}" width="34" height="14" aria-hidden="true">{mark}</svg>'
        f"<span>{escape(text)}</span></li>"
        for kind, mark, text in signs
    )
    return f'<ul class="pm-legend">{items}</ul>'
