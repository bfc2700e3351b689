"""Figures of some regions on one axis, as a small SVG: a mark for each value, a line for its interval.

Pure: numbers in, markup out; colours and sizes of lettering come from assets/compare.css.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 240
_SIDE: Final = 10
_ROW: Final = 18
_AXIS: Final = 28
#: A shape for each region, so that they can be told apart without colour; around (0, 0), in pixels.
SHAPES: Final = (
    '<circle r="4.5"{}/>',
    '<path d="M-4-4h8v8h-8z"{}/>',
    '<path d="M0-5.5L5.5 0 0 5.5-5.5 0z"{}/>',
    '<path d="M0-5.5L5.3 4h-10.6z"{}/>',
)


@dataclass(frozen=True)
class Dot:
    """One region's figure. style: 0…3, its place in the comparison. low, high: its interval, where it has one."""

    style: int
    value: float
    low: float | None = None
    high: float | None = None
    doubtful: bool = False


def shape(style: int, x: float, y: float, *, hollow: bool = False) -> str:
    """The mark of one region at a point; hollow where the value is unreliable or a suspected artefact."""
    classes = f"r{style} hollow" if hollow else f"r{style}"
    return f'<g class="{classes}" transform="translate({x:.4g} {y:.4g})">{SHAPES[style].format("")}</g>'


def whiskers(dots: Sequence[Dot], means: Sequence[tuple[str, float]], write: Callable[[float], str], label: str) -> str:
    """The axis from 0 (or the lowest value below it) to the highest limit, a row per figure, a sign per national value.

    means: (sign, value). label: what a screen reader says instead.
    """
    every = [0.0, *(value for _, value in means)]
    for dot in dots:
        every += [value for value in (dot.value, dot.low, dot.high) if value is not None]
    low, high = min(every), max(every)
    step = (WIDTH - 2 * _SIDE) / ((high - low) or 1)

    def x(value: float) -> float:
        return _SIDE + (value - low) * step

    height = _ROW * len(dots) + _AXIS
    base = height - _AXIS + 2
    marks = "".join(_row(dot, x, _ROW * (i + 0.5)) for i, dot in enumerate(dots))
    ticks = "".join(
        f'<path class="mean" d="M{x(value):.4g} 2V{base}"/>'
        f'<text class="sign" x="{x(value):.4g}" y="{base + 9}">{sign}</text>'
        for sign, value in means
    )
    zero = f'<path class="zero" d="M{x(0):.4g} 2V{base}"/>' if low < 0 else ""
    ends = (
        f'<text x="{_SIDE}" y="{height - 3}">{escape(write(low))}</text>'
        f'<text x="{WIDTH - _SIDE}" y="{height - 3}" class="end">{escape(write(high))}</text>'
    )
    return (
        f'<svg class="whiskers" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(label)}"><path class="axis" d="M{_SIDE} {base}H{WIDTH - _SIDE}"/>'
        f"{zero}{ticks}{marks}{ends}</svg>"
    )


def _row(dot: Dot, x: Callable[[float], float], y: float) -> str:
    line = ""
    if dot.low is not None and dot.high is not None:
        line = (
            f'<path class="whisker r{dot.style}" d="M{x(dot.low):.4g} {y}H{x(dot.high):.4g}'
            f'M{x(dot.low):.4g} {y - 4}v8M{x(dot.high):.4g} {y - 4}v8"/>'
        )
    return line + shape(dot.style, x(dot.value), y, hollow=dot.doubtful)
