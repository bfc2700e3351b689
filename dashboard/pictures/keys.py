"""The legend of a map, drawn: colour bars with the national means, circle sizes, the square of two, signs, widths.

Words and rules are those of the legend on the page (dashboard/map/svg.py, dashboard/drawing.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import Final

from dashboard.map import svg
from dashboard.map.keys import SQUARE
from dashboard.map.palette import CLASSES
from dashboard.map.scene import RADIUS, Scale, Scene
from dashboard.map.svg import LegendWords
from dashboard.pictures import letters
from dashboard.pictures.charts import mark
from dashboard.pictures.letters import STRONG
from dashboard.pictures.model import Block, Key, Room
from dashboard.pictures.plate import fitted
from dashboard.pictures.poster import flow, paragraph, spaced, stack

#: Radii in pixels between which reference circles are of a handy size.
HANDY: Final = (3.0, 44.0)
_MARKS: Final = {
    country: f'<path class="country {country.lower()}" d="M-6.5 11.5L0 0 6.5 11.5z"/>' for country in ("DE", "FR")
}


def heading(text: str) -> Key:
    """What the colours mean."""
    return lambda room: paragraph(text, room.width, room.size, weight=STRONG, fill="ink")


def of_scene(scene: Scene, words: LegendWords) -> list[Key]:
    """The bars or circles of a map's scales, each with the countries it serves."""
    groups = svg.shared(scene)
    return [
        partial(_sizes, scene, scale, words)
        if scale.kind == "circles"
        else partial(_bar, scene, scale, countries, words, named=len(groups) > 1)
        for scale, countries in groups
    ]


def _bar(scene: Scene, scale: Scale, countries: Sequence[str], words: LegendWords, room: Room, *, named: bool) -> Block:
    """How many regions each class has, its colour, the limits between, and where the national means lie."""
    counts = svg.counts(scene, list(countries))
    size, step, strip = room.size * 0.86, room.width / len(scale.fills), room.size
    wide = step - (1.5 if len(scale.fills) <= CLASSES + 1 else 0)
    drawn, at = _histogram(scale, counts, words, room)
    drawn += "".join(
        f'<rect class="{fill}" x="{i * step:.1f}" y="{at:.1f}" width="{wide:.1f}" height="{strip:.1f}"/>'
        for i, fill in enumerate(scale.fills)
    )
    foot = at + strip
    marked = [country for country in countries if country in words.means]
    for country in marked:
        x = room.width * svg.place(words.means[country][0], scale.limits)
        drawn += f'<g transform="translate({x:.1f} {foot + 1:.1f})">{_MARKS[country]}</g>'
    down = foot + (12 if marked else 0)
    for x, at_limit, text in _limits(scale, words, room.width, size):
        drawn += f'<path class="rule" d="M{at_limit:.1f} {foot:.1f}V{down + 3:.1f}"/>'
        drawn += letters.line(text, x, down + size * 1.15, size, fill="soft", anchor="middle")
    foot = down
    bar = Block(room.width, foot + size * 1.5, drawn)
    title = ", ".join(words.countries[c] for c in countries)
    parts = [paragraph(title, room.width, room.size * 0.92, fill="ink")] if named else []
    return stack([*parts, *(each for each in (bar, _means(countries, words, room)) if each.height)], room.size * 0.3)


def _histogram(scale: Scale, counts: Counter[str], words: LegendWords, room: Room) -> tuple[str, float]:
    """A bar for the regions of each class, with their number where there are few classes; and its height."""
    size, step, tall = room.size * 0.73, room.width / len(scale.fills), 1.5 * room.size
    most, drawn, said = max((counts[fill] for fill in scale.fills), default=0) or 1, "", ""
    foot = size * 1.2 + tall
    for i, fill in enumerate(scale.fills):
        high = tall * counts[fill] / most
        box = f'y="{foot - high:.1f}" width="{step - 1.5:.1f}" height="{high:.1f}"'
        drawn += f'<rect class="tally" x="{i * step:.1f}" {box}/>'
        if len(scale.fills) <= CLASSES + 1:
            text, whole = str(counts[fill]), words.counted.format(n=counts[fill])
            if counts[fill] > 1 and not said and letters.width(whole, size) < step:
                text = said = whole  # what the numbers count is said once
            drawn += letters.line(text, (i + 0.5) * step, foot - high - 3, size, fill="soft", anchor="middle")
    return drawn, foot + 2


def _limits(scale: Scale, words: LegendWords, width: float, size: float) -> list[tuple[float, float, str]]:
    """(x of the text, x of the limit, text); of those that would touch the one before only the first."""
    found: list[tuple[float, float, str]] = []
    end, step = -1e9, width / (len(scale.limits) + 1)
    for i in range(len(scale.limits)):
        text = spaced(svg.limit_text(scale, i, words))
        half = letters.width(text, size) / 2
        x = min(max((i + 1) * step, half), width - half)
        if text and x - half > end + size * 0.3:
            found.append((x, (i + 1) * step, text))
            end = x + half
    return found


def _means(countries: Sequence[str], words: LegendWords, room: Room) -> Block:
    """What the triangles on the bar say."""
    here = [(country, words.means[country][1]) for country in countries if country in words.means]
    items = [
        (f'<g transform="translate(7 4)">{_MARKS[c]}</g>', 12.0, f"{words.countries[c]} {text}") for c, text in here
    ]
    return flow(items, room, fill="ink")


def _sizes(scene: Scene, scale: Scale, words: LegendWords, room: Room) -> Block:
    """Reference circles in the size that the map draws them in."""
    unit = fitted(scene, room.figure)[1]
    size, largest, x, found = room.size * 0.92, scale.limits[0], 0.0, []
    for value in svg.round_values(largest):
        radius = RADIUS * scene.width * (value / largest) ** 0.5 / unit
        if HANDY[0] <= radius <= HANDY[1]:
            text = spaced(words.number(value))
            if x + 2 * radius + 8 + letters.width(text, size) <= room.width:
                found.append((x, radius, text))
                x += 2 * radius + 8 + letters.width(text, size) + 22
    if not found:
        return Block(0, 0, "")
    middle = max(size * 0.7, *(radius for _, radius, _ in found))
    drawn = "".join(
        f'<circle cx="{x + radius:.1f}" cy="{middle:.1f}" r="{radius:.2f}" class="n"/>'
        + letters.line(text, x + 2 * radius + 8, middle + size * 0.34, size, fill="soft")
        for x, radius, text in found
    )
    return Block(room.width, 2 * middle, f'<g class="am-key">{drawn}</g>')


def square(first: str, second: str, thirds: Sequence[tuple[str, str]]) -> Key:
    """Nine colours with an arrow along each side. thirds: (indicator, its two limits in words)."""

    def draw(room: Room) -> Block:
        cell, size = 2.1 * room.size, room.size * 0.86
        side, left = 3 * cell, size * 2.8
        boxes = "".join(
            f'<rect class="{fill}" x="{left + (i % 3) * cell:.1f}" y="{(i // 3) * cell:.1f}" '
            f'width="{cell - 1:.1f}" height="{cell - 1:.1f}"/>'
            for i, fill in enumerate(SQUARE)
        )
        up = letters.cut(letters.wrapped(spaced(second), size, side), 2)
        right = letters.cut(letters.wrapped(spaced(first), size, max(side, room.width - left)), 2)
        upward = letters.block(up, size, fill="ink")[1]
        across = letters.block(right, size, fill="ink")
        arrows = (
            f'<path class="axis" d="M{left - 6:.1f} {side:.1f}V2m-4 6l4-6 4 6"/>'
            f'<path class="axis" d="M{left:.1f} {side + 6:.1f}h{side - 3:.1f}m-6-4l6 4-6 4"/>'
        )
        drawn = (
            f'{boxes}{arrows}<g transform="translate(0 {side:.1f}) rotate(-90)">{upward}</g>'
            f'<g transform="translate({left:.1f} {side + 12:.1f})">{across[1]}</g>'
        )
        whole = Block(room.width, side + 12 + across[0], drawn)
        lines = [paragraph(f"{name} {text}", room.width, room.size * 0.92) for name, text in thirds]
        return stack([whole, *lines], room.size * 0.4)

    return draw


def named(fills: Mapping[str, str]) -> Key:
    """Fills with what each means."""
    items = [(_swatch(f'class="{fill}"'), 26.0, text) for fill, text in fills.items()]
    return lambda room: flow(items, room)


def signs(scene: Scene, words: LegendWords) -> Key:
    """The absences and overlays that occur, and what they mean."""
    occur, under = svg.occurring(scene), svg.under_overlays(scene)
    circles = any(scale.kind == "circles" for scale in scene.scales.values())
    items = []
    for key in (key for key in svg.SIGNS if key in words.signs and key in occur):
        if key == "0" or (circles and key in "ua"):
            kind = "zero" if key == "0" else f"n {key}"
            dash = {"u": ' stroke-dasharray="3 2"', "a": ' stroke-dasharray=".1 3" stroke-linecap="round"'}.get(key, "")
            items.append(
                (
                    f'<g class="am-key"><circle class="{kind}" cx="13" cy="10" r="5.5"{dash}/></g>',
                    26.0,
                    words.signs[key],
                )
            )
        else:
            fill = key if key in svg.ABSENCES else under + key
            items.append((_swatch(f'fill="url(#al-{fill})"'), 26.0, words.signs[key]))
    defs = f"<defs>{svg.patterns('al', 1, scene.more)}</defs>"

    def draw(room: Room) -> Block:
        if not items:
            return Block(0, 0, "")
        block = flow(items, room)
        return Block(block.width, block.height, defs + block.svg)

    return draw


def _swatch(attributes: str) -> str:
    return f'<rect y="3" width="26" height="15" {attributes}/>'


def picked(text: str) -> Key:
    """The region that the reader picked: its outline, and its figure in words."""
    sign = '<rect class="l-r0" x="1.5" y="4" width="23" height="13" stroke-width="2.6"/>'
    return lambda room: flow([(sign, 26.0, text)], room, fill="ink")


def widths(said: str, known: Sequence[tuple[float, str, str]]) -> Key:
    """The widths of discontinuity lines. known: (pixels, kind as a dash array, words)."""
    items = [
        (
            f'<path class="am-step" d="M0 11h34" stroke-width="{wide:.2f}"'
            + (f' stroke-dasharray="{escape(dashes)}"' if dashes else "")
            + "/>",
            34.0,
            text,
        )
        for wide, dashes, text in known
    ]
    return lambda room: stack([paragraph(said, room.width, room.size * 0.92, fill="ink"), flow(items, room)], 4)


def series_key(known: Sequence[tuple[str, str]], national: Sequence[tuple[str, str]] = ()) -> Key:
    """The marks of regions, and of the countries' values beside them. known: (style, name); national: (code, name)."""
    items = [(mark(style, 8, 10), 16.0, name) for style, name in known]
    items += [(f'<g transform="translate(8 4)">{_MARKS[code]}</g>', 16.0, name) for code, name in national]
    return lambda room: flow(items, room, fill="ink")
