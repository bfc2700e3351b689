"""From the paths of shapes/ to the points of a PowerPoint freeform, cut at the edge of what a slide shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from dashboard.map.scene import Box

Point = tuple[float, float]
_PART: Final = re.compile(r"m([^mz]*)(z?)")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


@lru_cache(maxsize=2048)
def rings(d: str) -> tuple[tuple[Point, ...], ...]:
    """The lines of a path of m and z with relative whole numbers, in map units; after z the pen is where it began."""
    found: list[tuple[Point, ...]] = []
    x = y = 0.0
    for numbers, closed in _PART.findall(d):
        values = [float(number) for number in _NUMBER.findall(numbers)]
        line: list[Point] = []
        for dx, dy in zip(values[::2], values[1::2], strict=True):
            x, y = x + dx, y + dy
            line.append((x, y))
        if closed and line:
            x, y = line[0]
        if line:
            found.append(tuple(line))
    return tuple(found)


def box_of(lines: Iterable[Sequence[Point]]) -> Box:
    """x0, y0, x1, y1 of all points."""
    xs, ys = zip(*(point for line in lines for point in line), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def inside(box: Box, view: Box) -> bool:
    """Whether a box (x0, y0, x1, y1) lies wholly in a view of the same form."""
    return box[0] >= view[0] and box[1] >= view[1] and box[2] <= view[2] and box[3] <= view[3]


def clipped(lines: Iterable[Sequence[Point]], view: Box) -> list[tuple[Point, ...]]:
    """Closed lines cut at a view (x0, y0, x1, y1), by Sutherland and Hodgman; [] where nothing is in it."""
    found = []
    for line in lines:
        if inside(box_of([line]), view):
            found.append(tuple(line))
            continue
        points = list(line)
        for axis, limit, more in ((0, view[0], True), (0, view[2], False), (1, view[1], True), (1, view[3], False)):
            points = _side(points, axis, limit, more=more)
        if len(points) > 2:
            found.append(tuple(points))
    return found


def _side(points: list[Point], axis: int, limit: float, *, more: bool) -> list[Point]:
    """What lies on one side of a line across."""
    kept: list[Point] = []
    for before, point in zip([*points[-1:], *points[:-1]], points, strict=True):
        fine, was = ((p[axis] >= limit) == more or p[axis] == limit for p in (point, before))
        if fine != was:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            kept.append((before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])))
        if fine:
            kept.append(point)
    return kept


def within(lines: Iterable[Sequence[Point]], view: Box) -> list[tuple[Point, ...]]:
    """Open lines cut at a view: the runs of their points that lie in it."""
    found: list[tuple[Point, ...]] = []
    for line in lines:
        run: list[Point] = []
        for x, y in line:
            if view[0] <= x <= view[2] and view[1] <= y <= view[3]:
                run.append((x, y))
                continue
            if len(run) > 1:
                found.append(tuple(run))
            run = []
        if len(run) > 1:
            found.append(tuple(run))
    return found
