"""Where everything of a picture stands: heading, key, figure, foot, each in a box of its own, none over another.

Pure. The sizes of type are the largest at which all fits; a title that is longer than any of ours is cut at last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from dashboard.map.scene import Box
from dashboard.pictures import ink, letters
from dashboard.pictures.letters import STRONG
from dashboard.pictures.model import Block, Foot, Options, Picture, Room

#: Room around everything; the column of words beside a figure; the gap between them.
MARGIN: Final = 56.0
COLUMN: Final = 548.0
GUTTER: Final = 36.0
#: (title, other words) from roomy to dense, in pixels; the foot is smaller still.
SIZES: Final = (
    (46, 19), (43, 19), (40, 18), (37, 18), (34, 18), (31, 17), (28, 17), (26, 16), (24, 15.5), (22, 15), (20, 14),
    (18, 13.5), (17, 13), (16, 12),
)  # fmt: skip
#: Lines a title has at most, at the last size; the part of a square's height that words may take above the figure.
LAST_LINES: Final = 8
HEAD_SHARE: Final = 0.25
#: The least height of a map, and of a chart, under the heading of a square, in parts of the picture's.
FIGURE_SHARE: Final = {True: 0.5, False: 0.46}
_BAR: Final = 6.0
_NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True)
class Placed:
    """One part and its box."""

    name: str
    box: Box
    svg: str


def layout(picture: Picture, options: Options, foot: Foot) -> list[Placed]:
    """The parts of a picture in reading order, at the largest sizes at which they fit."""
    arrange = _beside if options.size == "wide" else _below
    for step, (title, size) in enumerate(SIZES):
        found = arrange(picture, options, foot, title, size, last=step == len(SIZES) - 1)
        if found is not None:
            return found
    raise AssertionError("the last size always fits")  # both arrangements leave parts out then


def svg(picture: Picture, options: Options, foot: Foot, *, embed: bool) -> str:
    """The picture as SVG. embed: with the type in it, for a file that leaves; not on the way to pixels."""
    width, height = options.pixels
    parts = layout(picture, options, foot)
    ground = "" if options.bare else f'<rect class="ground" width="{width}" height="{height}"/>'
    faces = ink.type_css() if embed else ""
    drawn = "".join(
        part.svg
        if part.name == "figure"
        else f'<g transform="translate({part.box[0]:.1f} {part.box[1]:.1f})">{part.svg}</g>'
        for part in parts
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'xml:lang="{picture.lang}" role="img"><title>{escape(picture.title)}</title><desc>{escape(picture.alt)}</desc>'
        f"<style>{faces}{ink.family()}{ink.css(options.dark)}</style>{ground}{drawn}</svg>"
    )


# ── The two arrangements ─────────────────────────────────────────────────────────────────────────────────────────


def _beside(
    picture: Picture, options: Options, foot: Foot, title: float, size: float, *, last: bool
) -> list[Placed] | None:
    """16:9: words in a column on the left, the figure on the right."""
    width, height = options.pixels
    left = MARGIN + COLUMN + GUTTER
    box = (left, 0.0, width - left, float(height)) if picture.bleeds else _inset(left, width, height)
    room = Room(COLUMN, size, box)
    head = _heading(picture, COLUMN, title, size, LAST_LINES if last else 0)
    below = _foot(picture, foot, COLUMN, min(size * 0.8, 14.5))
    free = height - 2 * MARGIN - head.height - below.height - 2 * size
    middle = _fitting(picture, room, free, last=last)
    if middle is None:
        return None
    stacked = stack(middle, size)
    return [
        Placed("heading", (MARGIN, MARGIN, COLUMN, head.height), head.svg),
        Placed("key", (MARGIN, MARGIN + head.height + 1.4 * size, COLUMN, stacked.height), stacked.svg),
        Placed("figure", box, picture.figure(box, options.dark)),
        Placed("foot", (MARGIN, height - MARGIN - below.height, COLUMN, below.height), below.svg),
    ]


def _inset(left: float, width: float, height: float) -> Box:
    return (left, MARGIN + _BAR, width - left - MARGIN, height - 2 * MARGIN - _BAR)


def _below(
    picture: Picture, options: Options, foot: Foot, title: float, size: float, *, last: bool
) -> list[Placed] | None:
    """Square: the heading above all; key and figure side by side (a map), or one above the other (a chart)."""
    width, height = options.pixels
    whole = width - 2 * MARGIN
    head = _heading(picture, whole, title, size, LAST_LINES if last else 0, even=True)
    below = _foot(picture, foot, whole, min(size * 0.8, 14.5))
    top = MARGIN + head.height + size
    free = height - MARGIN - below.height - size - top
    least = FIGURE_SHARE[picture.bleeds] * height
    if not last and (head.height > HEAD_SHARE * height or free < least):
        return None
    side = 0.36 * whole if picture.bleeds else whole
    box = (MARGIN + side + size, top, whole - side - size, free) if picture.bleeds else (MARGIN, top, whole, free)
    middle = _fitting(picture, Room(side, size, box), free if picture.bleeds else free - least - size, last=last)
    if middle is None:
        return None
    stacked = stack(middle, size)
    if picture.bleeds:
        # the map reaches to the right edge, as it does in the wide picture
        box = (box[0], box[1], width - box[0], free)
    else:
        box = (MARGIN, top + stacked.height + size, whole, free - stacked.height - size)
    return [
        Placed("heading", (MARGIN, MARGIN, whole, head.height), head.svg),
        Placed("key", (MARGIN, top, side, stacked.height), stacked.svg),
        Placed("figure", box, picture.figure(box, options.dark)),
        Placed("foot", (MARGIN, height - MARGIN - below.height, whole, below.height), below.svg),
    ]


def _fitting(picture: Picture, room: Room, free: float, *, last: bool) -> list[Block] | None:
    """Keys and notes, if they fit into the height; at the last size as many as fit, from the first."""
    keys = [key(room) for key in picture.keys]
    notes = [paragraph(text, room.width, room.size * 0.9) for text in picture.notes]
    found = [block for block in (*keys, *notes) if block.height]
    if stack(found, room.size).height <= free:
        return found
    while last and found:
        found = found[:-1]
        if stack(found, room.size).height <= free:
            return found
    return [] if last else None


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def stack(blocks: Sequence[Block], gap: float) -> Block:
    """Blocks below each other."""
    drawn, y = "", 0.0
    for block in blocks:
        drawn += f'<g transform="translate(0 {y:.1f})">{block.svg}</g>'
        y += block.height + gap
    return Block(max((block.width for block in blocks), default=0.0), max(0.0, y - gap), drawn)


def paragraph(text: str, width: float, size: float, *, weight: int = letters.PLAIN, fill: str = "soft") -> Block:
    """A text in lines."""
    lines = letters.wrapped(spaced(text), size, width, weight)
    height, drawn = letters.block(lines, size, weight=weight, fill=fill)
    return Block(width, height, drawn)


def spaced(text: str) -> str:
    """A text with the spaces that all programs and files of type know: the narrow one of French figures is not."""
    return text.replace("\u202f", _NO_BREAK).replace("\u2011", "-").replace("\u00ad", "")


def _heading(picture: Picture, width: float, title: float, size: float, most: int, *, even: bool = False) -> Block:
    """A bar, the title, the subtitle. most: lines at most, 0 for any number."""
    text = spaced(picture.title)
    lines = (letters.balanced if even else letters.wrapped)(text, title, width, STRONG)
    lines = letters.cut(lines, most) if most else lines
    high, drawn = letters.block(lines, title, weight=STRONG, leading=1.16)
    under = paragraph(picture.subtitle, width, size)
    if most:
        lines = letters.cut(letters.wrapped(spaced(picture.subtitle), size, width), most)
        under = Block(width, *letters.block(lines, size, fill="soft"))
    top, gap = _BAR + 0.3 * title + 6, 0.35 * size + 4
    return Block(
        width,
        top + high + gap + under.height,
        f'<rect class="accent" width="64" height="{_BAR:g}"/><g transform="translate(0 {top:.1f})">{drawn}</g>'
        f'<g transform="translate(0 {top + high + gap:.1f})">{under.svg}</g>',
    )


def _foot(picture: Picture, foot: Foot, width: float, size: float) -> Block:
    """A rule, the sources, whose picture it is, the address of the frozen view as a link."""
    sources = stack([paragraph(text, width, size) for text in picture.sources], size * 0.2)
    name = paragraph(f"{foot.name} · {foot.edition}", width, size, weight=STRONG, fill="ink")
    address = paragraph(foot.address, width, size * 0.94)
    href = escape(foot.address, quote=True)
    linked = Block(width, address.height, f'<a href="{href}">{address.svg}</a>')
    parts = stack([sources, name, linked], size * 0.4)
    inner = f'<path class="rule" d="M0 .5H{width:g}"/><g transform="translate(0 {0.7 * size:.1f})">{parts.svg}</g>'
    return Block(width, parts.height + 0.7 * size, inner)


def flow(items: Iterable[tuple[str, float, str]], room: Room, *, gap: float = 20.0, fill: str = "soft") -> Block:
    """Signs with their words, beside each other as far as they go. items: (markup, its width, words)."""
    size = room.size * 0.92
    step, x, y, drawn = size * 1.55, 0.0, 0.0, ""
    for sign, wide, text in items:
        lines = letters.wrapped(spaced(text), size, room.width - wide - 8)
        whole = wide + 8 + max(letters.width(line, size) for line in lines)
        if x and x + whole > room.width:
            x, y = 0.0, y + step
        high, words = letters.block(lines, size, fill=fill)
        drawn += (
            f'<g transform="translate({x:.1f} {y:.1f})">{sign}<g transform="translate({wide + 8:g} 0)">{words}</g></g>'
        )
        if len(lines) > 1:
            x, y = 0.0, y + high + step - size * letters.LEADING
        else:
            x += whole + gap
    return Block(room.width, y + (step if x else 0.0), drawn)
