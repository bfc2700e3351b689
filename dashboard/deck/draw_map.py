"""A map as PowerPoint shapes: each region a freeform with its name, in a group; its legend beside it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from dashboard.deck import measure
from dashboard.deck import text as texts
from dashboard.deck.colours import luminous
from dashboard.deck.model import Colours, Map
from dashboard.deck.outline import Point, clipped, inside, rings, within
from dashboard.deck.shapes import Area, Onto, Paint, element, emu, freeform, group, preset, shape
from dashboard.deck.text import Style, box
from dashboard.i18n import words
from dashboard.map import svg as markup
from dashboard.map.scene import CONTEXT, RADIUS, Box, Region, Scale

#: Absences and overlays as patterns of PowerPoint, the nearest to those of the page.
ABSENCES: Final = {"c": "openDmnd", "m": "dotGrid", "z": "dashHorz"}
OVERLAYS: Final = {"u": "wdUpDiag", "a": "dotDmnd", "i": "wdDnDiag", "k": "vert"}


def placed(scene_view: Box, area: Area) -> Onto:
    """The view in the middle of an area, as large as it fits."""
    x, y, width, height = scene_view
    scale = min(area.width / width, area.height / height)
    left = area.x + (area.width - width * scale) / 2
    return Onto(x, y, left, area.y + (area.height - height * scale) / 2, scale)


def look_of(classes: str, tones: Colours) -> Paint:
    """How a region of these classes is painted."""
    fill, *overlay = classes.split()
    if fill in ABSENCES:
        return Paint(fill=tones.land, pattern=ABSENCES[fill], over=tones.pale)
    ground = tones.fills.get(fill, tones.land)
    for sign in overlay:
        if sign in OVERLAYS:
            return Paint(fill=ground, pattern=OVERLAYS[sign], over="17232b" if luminous(ground) > 0.5 else "ffffff")
    return Paint(fill=ground)


def draw(shown: Map, area: Area, tones: Colours, title: str) -> Any:
    """The map as one group; each region has its name in PowerPoint's list of shapes."""
    scene = shown.scene
    onto = placed(scene.view, area)
    x, y, width, height = scene.view
    view = (x, y, x + width, y + height)
    parts = [*_regions(shown, tones, onto, view)]
    parts += _lines(shown, tones, onto, view)
    parts += _circles(shown, tones, onto, view)
    parts += _arcs(shown, tones, onto)
    covered = onto.area(view)
    return group(title, shown.text, covered, parts)


def _regions(shown: Map, tones: Colours, onto: Onto, view: Box) -> Iterator[str]:
    """Faded ones first, then what the map is about, the one picked last, so that its outline is whole."""
    scene = shown.scene
    order = sorted(scene.regions, key=lambda region: (region.shown, region.code == scene.selected))
    for region in order:
        lines = rings(region.d)
        if not inside(region.box, view):
            lines = tuple(clipped(lines, view))
        if lines:
            name = f"{shown.names.get(region.code, '')} ({region.code})".strip()
            yield freeform(name, region.label or name, lines, onto, _region_look(region, shown, tones), closed=True)


def _region_look(region: Region, shown: Map, tones: Colours) -> Paint:
    scene = shown.scene
    hair = 0.25 if scene.level == "nuts3" else 0.5
    if region.code in shown.marked:
        return Paint(fill=tones.accent, line=tones.ground, wide=hair)
    if region.classes == CONTEXT or not region.shown:
        return Paint(fill=tones.land, clear=1.0 if shown.legend is None else 0.6, line=tones.ground, wide=hair)
    painted = look_of(region.classes, tones)
    if region.code == scene.selected:
        return Paint(painted.fill, painted.pattern, painted.over, tones.accent, 2.25)
    return Paint(painted.fill, painted.pattern, painted.over, tones.ground, hair)


def _lines(shown: Map, tones: Colours, onto: Onto, view: Box) -> Iterator[str]:
    """The borders, and the frames of what lies overseas."""
    scene = shown.scene
    for name, d, look in (
        ("Länder · régions", scene.land, Paint(line=tones.ground, wide=1)),
        ("Deutschland | France", scene.border, Paint(line=tones.ink, wide=1)),
    ):
        if found := within(rings(d), view):
            yield freeform(name, "", found, onto, look, closed=False)
    for frame in scene.frames:
        edges = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
        if inside(edges, view):
            yield shape(frame.name, "", onto.area(edges), preset("rect"), Paint(line=tones.line, wide=0.5))


def _circles(shown: Map, tones: Colours, onto: Onto, view: Box) -> Iterator[str]:
    """Counts and amounts, the largest first; a ring for zero."""
    drawn = [region for region in shown.scene.regions if region.radius is not None and region.shown]
    for region in sorted(drawn, key=lambda each: -(each.radius or 0)):
        radius = region.radius or 2.6 / onto.scale
        if not (view[0] <= region.x <= view[2] and view[1] <= region.y <= view[3]):
            continue
        edges = (region.x - radius, region.y - radius, region.x + radius, region.y + radius)
        overlaid = any(sign in region.classes.split() for sign in "ua")
        line = Paint(tones.fills["q4"], line=tones.ground, wide=0.5, clear=0.8)
        if not region.radius:
            line = Paint(tones.ground, line=tones.pale, wide=0.75)
        elif overlaid:
            line = Paint(tones.fills["q4"], line=tones.ink, wide=1, clear=0.8, dash="sysDash")
        yield shape(
            region.label or shown.names.get(region.code, ""), region.label, onto.area(edges), preset("ellipse"), line
        )


def _arcs(shown: Map, tones: Colours, onto: Onto) -> Iterator[str]:
    """Partnerships, each a freeform of its curves, and the places they join."""
    for arc in shown.arcs:
        yield freeform(
            arc.name,
            arc.name,
            [_sampled(curve) for curve in arc.curves],
            onto,
            Paint(line=tones.accent if arc.across else tones.styles[2], wide=1.5),
            closed=False,
        )
    for spot in shown.spots:
        radius = 3 / onto.scale
        edges = (spot.x - radius, spot.y - radius, spot.x + radius, spot.y + radius)
        yield shape(spot.name, spot.name, onto.area(edges), preset("ellipse"), Paint(tones.ink, line=tones.ground))


def _sampled(curve: tuple[Point, ...], pieces: int = 24) -> list[Point]:
    (x0, y0), (xc, yc), (x1, y1) = curve
    steps = [i / pieces for i in range(pieces + 1)]
    return [
        ((1 - s) ** 2 * x0 + 2 * s * (1 - s) * xc + s * s * x1, (1 - s) ** 2 * y0 + 2 * s * (1 - s) * yc + s * s * y1)
        for s in steps
    ]


def spot_names(shown: Map, area: Area, lang: str) -> list[Any]:
    """The names of places to the right of their dots; of two that would lie on each other the first."""
    onto = placed(shown.scene.view, area)
    taken: list[Area] = []
    found = []
    for spot in shown.spots:
        place = onto.area((spot.x, spot.y, spot.x, spot.y))
        room = Area(place.x + 5, place.y - 6, measure.width(spot.name) * 9, 12)
        free = all(room.x > t.right or t.x > room.right or room.y > t.bottom or t.y > room.bottom for t in taken)
        if spot.written and free and room.right <= area.right + 20:
            taken.append(room)
            found.append(box(spot.name, room, [spot.name], Style(9), lang))
    return found


def frame_names(shown: Map, area: Area, tones: Colours, lang: str) -> list[Any]:
    """The names of the overseas frames, as text: a group of freeforms has none."""
    scene = shown.scene
    onto = placed(scene.view, area)
    x, y, width, height = scene.view
    found = []
    for frame in scene.frames:
        edges = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
        if inside(edges, (x, y, x + width, y + height)):
            place = onto.area(edges)
            room = Area(place.x + 2, place.bottom - 9, place.width - 2, 9)
            name, style = texts.fitted([frame.name], room, Style(7, ink="tx2", anchor="b"), 5)
            found.append(box(frame.name, room, name, style, lang))
    return found


# ── Legend ───────────────────────────────────────────────────────────────────────────────────────────────────────


def legend_rows(shown: Map, tones: Colours) -> list[tuple[Paint | str, str, float]]:
    """(what is drawn, what it means, diameter of a circle or 0) line by line; '' for a line of words alone."""
    key, scene = shown.legend, shown.scene
    if key is None:
        return []
    rows: list[tuple[Paint | str, str, float]] = []
    groups = markup.shared(scene)
    for scale, countries in () if shown.key else groups:
        if len(groups) > 1:
            rows.append(("", ", ".join(key.countries[country] for country in countries), 0))
        rows += _sizes(shown, scale, tones) if scale.kind == "circles" else _classes(shown, scale, tones)
        for country in countries:
            if country in key.means:
                sign = "▲" if country == "DE" else "△"
                rows.append(("", f"{sign} {key.countries[country]} {key.means[country][1]}", 0))
    rows += [(Paint(fill=tones.fills[fill]), text, 0) if fill else ("", text, 0) for fill, text in shown.key]
    return rows + _signs(shown, tones)


def _classes(shown: Map, scale: Scale, tones: Colours) -> list[tuple[Paint | str, str, float]]:
    key = shown.legend
    if key is None or not scale.limits:
        return []
    limits = scale.limits
    said = [key.below.format(key.number(limits[0]))]
    said += [key.between.format(key.number(a), key.number(b)) for a, b in pairwise(limits)]
    said += [key.above.format(key.number(limits[-1]))]
    rows: list[tuple[Paint | str, str, float]] = [
        (Paint(fill=tones.fills[fill]), text, 0) for fill, text in zip(scale.fills, said, strict=True)
    ]
    step = 1 if len(rows) <= 9 else 4
    return rows[::-1][::step]


def _sizes(shown: Map, scale: Scale, tones: Colours) -> list[tuple[Paint | str, str, float]]:
    """Circles of the largest value, a quarter and a sixteenth of it, as large as on the map (map units)."""
    key, scene = shown.legend, shown.scene
    if key is None:
        return []
    rows: list[tuple[Paint | str, str, float]] = []
    largest = scale.limits[0]
    for value in markup.round_values(largest)[:3]:
        radius = RADIUS * scene.width * (value / largest) ** 0.5
        rows.append((Paint(fill=tones.fills["q4"], line=tones.ground), key.number(value), 2 * radius))
    return rows


def _signs(shown: Map, tones: Colours) -> list[tuple[Paint | str, str, float]]:
    """The absences and overlays that occur."""
    key = shown.legend
    if key is None:
        return []
    occur, under = markup.occurring(shown.scene), markup.under_overlays(shown.scene)
    found: list[tuple[Paint | str, str, float]] = []
    for sign, meaning in key.signs.items():
        if sign not in occur or not meaning:
            continue
        if sign == "0":
            found.append((Paint(tones.ground, line=tones.pale), meaning, -1))
        elif sign in OVERLAYS:
            found.append((look_of(f"{under} {sign}", tones), meaning, 0))
        elif sign in ABSENCES:
            found.append((look_of(sign, tones), meaning, 0))
    return found


def legend(shown: Map, area: Area, tones: Colours, lang: str, scale: float) -> list[Any]:
    """The legend: its title as text, its rows as one group of swatches and texts. scale: of the map."""
    if shown.legend is None:
        return []
    t = words(lang)
    name = t("{what}: {n}", what=t("Legend"), n=shown.legend.title)
    title_room = Area(area.x, area.y, area.width, 46)
    heading, style = texts.fitted([shown.legend.title], title_room, Style(12, bold=True, anchor="b"), 9)
    rows = legend_rows(shown, tones)
    remarks = [*shown.legend.remarks, *shown.remarks]
    room = Area(area.x, area.y + 52, area.width, area.height - 52)
    total = sum(_row_height(diameter, scale) for _, _, diameter in rows) or 1
    most = room.height - (40 if remarks else 0)
    shrink = min(1.0, most / total)
    parts, y = [], room.y
    for look, said, diameter in rows:
        high = _row_height(diameter, scale) * shrink
        parts += _row(look, said, Area(room.x, y, room.width, high), diameter * scale, lang)
        y += high
    found = [box(shown.legend.title, title_room, heading, style, lang)]
    found.append(
        group(name, "; ".join(said for _, said, _ in rows), Area(room.x, room.y, room.width, y - room.y), parts)
    )
    if remarks and room.bottom - y - 6 > 12:
        below = Area(room.x, y + 6, room.width, room.bottom - y - 6)
        words_, small = texts.fitted(remarks, below, Style(10, ink="tx2", between=2), 7)
        found.append(box(remarks[0][:40], below, words_, small, lang))
    return found


def _row_height(diameter: float, scale: float) -> float:
    return max(18.0, diameter * scale + 3) if diameter > 0 else 18.0


def _row(look: Paint | str, words: str, area: Area, diameter: float, lang: str) -> list[str]:
    """A swatch and what it means."""
    parts, left = [], 0.0
    middle = area.y + area.height / 2
    if isinstance(look, Paint):
        left = max(28.0, diameter + 6)
        if diameter > 0:
            place = Area(area.x, middle - diameter / 2, diameter, diameter)
            parts.append(shape(words, words, place, preset("ellipse"), look))
        elif diameter < 0:
            parts.append(shape(words, words, Area(area.x + 8, middle - 3, 6, 6), preset("ellipse"), look))
        else:
            high = min(12.0, area.height - 2)
            parts.append(shape(words, words, Area(area.x, middle - high / 2, 22, high), preset("rect"), look))
    room = Area(area.x + left, area.y, area.width - left, area.height)
    ink = "tx1" if isinstance(look, Paint) else "tx2"
    kept, style = texts.fitted([words], room, Style(11, ink=ink, anchor="ctr"), 7.5)
    parts.append(texts.markup(words[:40], room, kept, style, lang))
    return parts


def line(area: Area, ink: str) -> Any:
    """A rule across an area, at its top."""
    return element(
        '<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="1" name="—" descr=""/><p:cNvCxnSpPr/><p:nvPr/></p:nvCxnSpPr><p:spPr>'
        f'<a:xfrm><a:off x="{emu(area.x)}" y="{emu(area.y)}"/><a:ext cx="{emu(area.width)}" cy="0"/></a:xfrm>'
        f'{preset("line")}<a:ln w="6350"><a:solidFill><a:schemeClr val="{ink}"/></a:solidFill></a:ln>'
        "</p:spPr></p:cxnSp>"
    )
