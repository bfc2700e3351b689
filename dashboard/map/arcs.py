"""Arcs between seats: curves in map units that fan out, and inside one country never cross the Franco-German border.

Pure geometry. A seat stands at the anchor point of its Kreis or département (shapes/nuts3.json): two seats in one
Kreis are one point. A curve is a quadratic Bézier, the same whichever end is named first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]

#: How far a curve bends, as a share of its length; positive to the north. The first that fits is taken.
BENDS = (0.14, -0.14, 0.26, -0.26, 0.4, -0.4, 0.6, -0.6, 0.85, -0.85, 1.15, -1.15)
#: Into how many straight pieces a curve is cut to see what it crosses.
_PIECES = 32


@dataclass(frozen=True)
class Star:
    """One agreement between seats: one curve between two, else legs from each seat to the point that joins them.

    legs: end point → curve, in the order of the points given; middle: where three or more meet, None for two; a single
    point has no leg.
    """

    points: tuple[Point, ...]
    legs: tuple[Curve, ...]
    middle: Point | None


class NoWayError(ValueError):
    """No curve between two points stays on their side of the border; the message names the points."""


def polylines(d: str) -> list[list[Point]]:
    """The lines of an SVG path with only the command m (relative, as shapes/ writes borders), in map units."""
    lines: list[list[Point]] = []
    x = y = 0.0
    for part in re.findall(r"m([^m]*)", d):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", part)]
        line: list[Point] = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            line.append((x, y))
        lines.append(line)
    return lines


def curve(a: Point, b: Point, bend: float) -> Curve:
    """The curve between two points, from the western end; bend: how far it leans to the north, as a share of length."""
    (x0, y0), (x1, y1) = sorted((a, b))
    control = ((x0 + x1) / 2 + 2 * bend * (y1 - y0), (y0 + y1) / 2 - 2 * bend * (x1 - x0))
    return (x0, y0), control, (x1, y1)


def sampled(drawn: Curve, pieces: int = _PIECES) -> list[Point]:
    """Points along a curve, both ends included."""
    (x0, y0), (xc, yc), (x1, y1) = drawn
    steps = [i / pieces for i in range(pieces + 1)]
    return [
        ((1 - s) ** 2 * x0 + 2 * s * (1 - s) * xc + s * s * x1, (1 - s) ** 2 * y0 + 2 * s * (1 - s) * yc + s * s * y1)
        for s in steps
    ]


def crosses(drawn: Curve, lines: Iterable[Sequence[Point]]) -> bool:
    """Whether a curve crosses one of the lines."""
    way = sampled(drawn)
    west, east = min(x for x, _ in way), max(x for x, _ in way)
    north, south = min(y for _, y in way), max(y for _, y in way)
    near = [
        (p, q)
        for line in lines
        for p, q in pairwise(line)
        if max(p[0], q[0]) >= west and min(p[0], q[0]) <= east and max(p[1], q[1]) >= north and min(p[1], q[1]) <= south
    ]
    return any(_cut(a, b, p, q) for a, b in pairwise(way) for p, q in near)


def arc(a: Point, b: Point, avoid: Sequence[Sequence[Point]] = (), taken: Iterable[float] = ()) -> tuple[Curve, float]:
    """A curve between two points and its bend: the first of BENDS that crosses no line of `avoid` and is not taken.

    taken: bends of curves between the same two points, so that several lie side by side. Raises NoWayError.
    """
    used = set(taken)
    for bend in (bend for bend in BENDS if bend not in used):
        drawn = curve(a, b, bend)
        if not crosses(drawn, avoid):
            return drawn, bend
    raise NoWayError(f"no curve from {a} to {b} stays inside")


def star(
    points: Sequence[Point], avoid: Sequence[Sequence[Point]] = (), taken: Iterable[float] = ()
) -> tuple[Star, float]:
    """An agreement between seats as one object, and the bend of its curve where it has just one.

    points: different ones. avoid: lines that no leg may cross (the border, for seats in one country). taken: bends
    in use between the two of them. Three or more are joined in their middle, or
    in the nearest seat to it that all can reach.
    """
    points = tuple(points)
    if len(points) < 2:
        return Star(points, (), None), 0.0
    if len(points) == 2:
        drawn, bend = arc(*points, avoid, taken)
        return Star(points, (drawn,), None), bend
    middle = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
    near = sorted(points, key=lambda p: (hypot(p[0] - middle[0], p[1] - middle[1]), p))
    for joint in (middle, *near):
        try:
            legs = [arc(point, joint, avoid)[0] for point in points if point != joint]
        except NoWayError:
            continue
        return Star(points, tuple(legs), joint), 0.0
    raise NoWayError(f"no point joins {points} inside")


def path(drawn: Curve) -> str:
    """A curve as SVG path data, in whole map units."""
    (x0, y0), (xc, yc), (x1, y1) = drawn
    return f"M{x0:.0f} {y0:.0f}Q{xc:.0f} {yc:.0f} {x1:.0f} {y1:.0f}"


def _cut(a: Point, b: Point, p: Point, q: Point) -> bool:
    """Whether two straight pieces cross."""
    return _side(a, b, p) != _side(a, b, q) and _side(p, q, a) != _side(p, q, b)


def _side(a: Point, b: Point, p: Point) -> bool:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0
