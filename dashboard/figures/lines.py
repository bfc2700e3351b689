"""Series of some regions over common periods as a small SVG. Pure: numbers in, markup out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import Final

from dashboard.figures.whiskers import shape

WIDTH: Final = 320
HEIGHT: Final = 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 10, 24


@dataclass(frozen=True)
class Point:
    """One value of a series; `at` is its place among the periods. broken: the series breaks before it."""

    at: int
    value: float
    low: float | None = None
    high: float | None = None
    broken: bool = False
    doubtful: bool = False


def lines(
    series: Sequence[Sequence[Point]],
    periods: Sequence[str],
    write: Callable[[float], str],
    label: str,
    base: float | None = None,
) -> str:
    """A line per region with a mark at each value; a gap where a period is missing or a series breaks.

    periods: as written for the reader, at least two. base: a value drawn as a broken line (100 of an index), in which
    case the axis need not begin at 0. label: what a screen reader says instead.
    """
    points = [point for each in series for point in each]
    every = [v for p in points for v in (p.value, p.low, p.high) if v is not None] + (
        [base] if base is not None else [0.0]
    )
    ticks = nice_ticks(min(every), max(every))
    low, high = min(ticks[0], *every), max(ticks[-1], *every)
    across, up = (WIDTH - _LEFT - _RIGHT) / max(len(periods) - 1, 1), (HEIGHT - _TOP - _BOTTOM) / ((high - low) or 1)

    def place(point: Point, value: float) -> tuple[float, float]:
        return round(_LEFT + point.at * across, 1), round(HEIGHT - _BOTTOM - (value - low) * up, 1)

    grid = "".join(
        f'<path class="grid" d="M{_LEFT} {(y := round(HEIGHT - _BOTTOM - (tick - low) * up, 1))}H{WIDTH - _RIGHT}"/>'
        f'<text class="end" x="{_LEFT - 6}" y="{y + 4:g}">{escape(write(tick))}</text>'
        for tick in ticks
    )
    if base is not None:
        y = round(HEIGHT - _BOTTOM - (base - low) * up, 1)
        grid += f'<path class="base" d="M{_LEFT} {y}H{WIDTH - _RIGHT}"/>'
    drawn = "".join(_series(style, each, place) for style, each in enumerate(series))
    ends = (
        f'<text x="{_LEFT}" y="{HEIGHT - 6}">{escape(periods[0])}</text>'
        f'<text class="end" x="{WIDTH - _RIGHT}" y="{HEIGHT - 6}">{escape(periods[-1])}</text>'
    )
    head = f'<svg class="lines" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
    return f"{head}{grid}{drawn}{ends}</svg>"


def _series(style: int, points: Sequence[Point], place: Callable[[Point, float], tuple[float, float]]) -> str:
    """Band of the intervals, line, marks."""
    drawn = ""
    for run in runs(points):
        if len(run) > 1 and all(p.low is not None and p.high is not None for p in run):
            upper = [place(p, p.high) for p in run if p.high is not None]
            lower = [place(p, p.low) for p in reversed(run) if p.low is not None]
            drawn += f'<path class="band r{style}" d="M{" ".join(f"{x:g},{y:g}" for x, y in [*upper, *lower])}z"/>'
        if len(run) > 1:
            path = " ".join(f"{x:g},{y:g}" for x, y in (place(p, p.value) for p in run))
            drawn += f'<path class="line r{style}" d="M{path}"/>'
    marked = points if len(points) <= 16 else [p for p in points if p.doubtful] + list(points[-1:])
    return drawn + "".join(shape(style, *place(p, p.value), hollow=p.doubtful) for p in marked)


def runs(points: Sequence[Point]) -> list[list[Point]]:
    """The series cut where a period is missing or a break stands."""
    found: list[list[Point]] = []
    for point in points:
        if found and found[-1][-1].at == point.at - 1 and not point.broken:
            found[-1].append(point)
        else:
            found.append([point])
    return found


def nice_ticks(low: float, high: float) -> list[float]:
    """Three to six round values from at or below `low` to at or above `high`'s last round step."""
    span = (high - low) or abs(high) or 1
    power = 10.0 ** floor(log10(span / 3))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if span / (s * power) <= 5)
    first = floor(low / step)
    count = floor(high / step + 1e-9) - first
    return [round((first + i) * step, 10) for i in range(count + 1)]
