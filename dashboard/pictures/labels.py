"""Names and figures on the regions of a map, where a region has room for them: a picture has no tooltip. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dashboard.map.scene import Box, Region, Scene
from dashboard.pictures import letters
from dashboard.pictures.letters import LEADING, STRONG
from dashboard.pictures.poster import spaced
from dashboard.pictures.tokens import luminous

#: More regions than this are a pattern to look at, not figures to read.
MOST: Final = 40
#: (figure, name) in pixels; name 0: the figure alone.
SIZES: Final = ((19, 16), (17, 15), (15, 13), (13.5, 12), (15, 0), (13, 0), (12, 0))
#: Where a label is tried, from the region's anchor, in parts of its own width and height.
_SHIFTS: Final = ((0, 0), (0, 0.3), (0, -0.3), (0.2, 0), (-0.2, 0), (0, 0.6), (0, -0.6), (0.35, 0.2), (-0.35, 0.2))
Line = tuple[str, float, int]


@dataclass(frozen=True)
class Room:
    """The map's view, map units in a pixel, and how many pixels stay free at a region's edge."""

    view: Box
    unit: float
    air: float


Said = Mapping[str, tuple[str, str]]


def labels(scene: Scene, room: Room, said: Said, fills: Mapping[str, str]) -> str:
    """Texts in the view's pixels. said: code → (name, figure). fills: fill → colour, which decides that of letters."""
    shown = [region for region in scene.regions if region.shown and region.radius is None and said.get(region.code)]
    if sum(region.shown for region in scene.regions) > MOST:
        return ""
    drawn, taken = "", list[Box]()
    for region in sorted(shown, key=lambda region: -_area(region)):
        found = _label(*said[region.code], _land(region, room), taken)
        if found is None:
            continue
        box, parts = found
        taken.append(box)
        colour = fills.get(region.classes)  # over a pattern letters have a halo
        kind = "on-any" if colour is None else "on-dark" if luminous(colour) < 0.5 else "on-pale"
        drawn += f'<g class="{kind}">{parts}</g>'
    return f'<g class="am-said" text-anchor="middle">{drawn}</g>'


def _area(region: Region) -> float:
    x0, y0, x1, y1 = region.box
    return (x1 - x0) * (y1 - y0)


def _label(name: str, figure: str, land: Land, taken: list[Box]) -> tuple[Box, str] | None:
    """(the box it takes, its markup), the largest that lies inside the region; None where none does."""
    for size, small in SIZES:
        for lines in _set(name, figure, size, small):
            wide = max(letters.width(text, each, weight) for text, each, weight in lines)
            high = sum(each * LEADING for _, each, _ in lines)
            for right, down in _SHIFTS:
                x, y = land.x + right * wide, land.y + down * high
                box = (x - wide / 2, y - high / 2, wide, high)
                if not any(_touch(box, other) for other in taken) and _inside(lines, x, box[1], land):
                    return box, _lines(lines, x, box[1])
    return None


def _set(name: str, figure: str, size: float, small: float) -> list[list[Line]]:
    """The lines of a label: the name in one line or in two, where it has two words, above the figure."""
    last: Line = (spaced(figure), size, STRONG)
    if not small:
        return [[last]]
    whole = spaced(name)
    room = letters.width(whole, small)
    halves = letters.wrapped(whole, small, 0.62 * room)
    found: list[list[Line]] = [[(whole, small, letters.PLAIN), last]]
    if len(halves) == 2 and not any(_cut(line, whole) for line in halves):
        found.append([*((line, small, letters.PLAIN) for line in halves), last])
    return found


def _inside(lines: list[Line], x: float, top: float, land: Land) -> bool:
    """Whether all letters lie in the region: each line at its head, its middle and its foot."""
    for text, size, weight in lines:
        half = letters.width(text, size, weight) / 2 + land.air
        for part in (0.22, 0.6, 1.0):
            if not land.holds(x - half, x + half, top + part * size):
                return False
        top += size * LEADING
    return True


@dataclass
class Land:
    """A region in the picture's pixels. rings: its outlines; x, y: where its name belongs; air: free at edges."""

    rings: list[list[tuple[float, float]]]
    x: float
    y: float
    air: float
    _crossed: dict[int, list[float]] = field(default_factory=dict)

    def holds(self, x0: float, x1: float, y: float) -> bool:
        """Whether a level line lies in the region from end to end."""
        row = round(y)
        if row not in self._crossed:
            self._crossed[row] = self._crossings(row + 0.5)
        crossed = self._crossed[row]
        return bisect_left(crossed, x0) % 2 == 1 and bisect_left(crossed, x0) == bisect_left(crossed, x1)

    def _crossings(self, y: float) -> list[float]:
        found = []
        for ring in self.rings:
            for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (ay < y) != (by < y):
                    found.append(ax + (y - ay) / (by - ay) * (bx - ax))
        return sorted(found)


def _land(region: Region, room: Room) -> Land:
    view, unit = room.view, room.unit
    rings: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for part in region.d.split("m")[1:]:  # relative, in whole numbers; `z` goes back to where the ring began
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        ring = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append(((x - view[0]) / unit, (y - view[1]) / unit))
        x, y = ring[0][0] * unit + view[0], ring[0][1] * unit + view[1]
        rings.append(ring)
    return Land(rings, (region.x - view[0]) / unit, (region.y - view[1]) / unit, room.air)


def _cut(line: str, name: str) -> bool:
    """Whether a line ends in the middle of a word."""
    end = name.find(line) + len(line)
    return name.find(line) < 0 or (end < len(name) and name[end] != " " and not line.endswith("-"))


def _lines(lines: list[tuple[str, float, int]], x: float, top: float) -> str:
    drawn = ""
    for text, size, weight in lines:
        drawn += letters.line(text, x, top + size * letters.BASELINE, size, weight=weight, fill="said")
        top += size * LEADING
    return drawn


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
