"""Circles that stand where their figures belong and beside each other, never on each other. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, pi, sin, sqrt

Point = tuple[float, float]
#: The golden angle: turning by it, trials spread evenly around the place.
_TURN = pi * (3 - sqrt(5))
_TRIALS = 4000


def radius(value: float, largest: float, most: float, least: float = 0.0) -> float:
    """The radius whose area stands for the value: `most` for the largest. least: so much is drawn of small ones.

    Raises ValueError for a negative value: it has no circle.
    """
    if value < 0:
        raise ValueError(f"a circle cannot show {value:g}")
    return max(least, most * sqrt(value / largest)) if largest > 0 else least


def apart(anchors: Sequence[Point], radii: Sequence[float], gap: float = 0.0) -> list[Point]:
    """Where each circle's middle goes, in the order given: its anchor, or the nearest free place on a spiral round it.

    Earlier ones have the first choice; give the largest first. Same in, same out.
    """
    placed: list[tuple[float, float, float]] = []
    for (x, y), r in zip(anchors, radii, strict=True):
        step = max(r / 3, gap, 1.0)
        middle = (x, y)
        for trial in range(_TRIALS):
            way = step * sqrt(trial)
            middle = (x + way * cos(trial * _TURN), y + way * sin(trial * _TURN))
            if all(hypot(middle[0] - px, middle[1] - py) >= r + pr + gap for px, py, pr in placed):
                break
        placed.append((*middle, r))
    return [(x, y) for x, y, _ in placed]
