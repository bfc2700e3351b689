"""A difference and its interval beside the line it is a difference to. Pure: numbers in, SVG out."""

from __future__ import annotations

from html import escape
from typing import Final

from dashboard.differences import SIGNIFICANT, Difference

WIDTH: Final = 168
HEIGHT: Final = 20
_EDGE: Final = 8


def gap_plot(found: Difference, label: str) -> str:
    """Dot and whisker against the line in the middle (the country's value); a full dot where it is significant.

    The axis is as wide to the left as to the right, and reaches to the farther limit.
    """
    ends = [abs(each) for each in (found.value, found.low, found.high) if each is not None]
    step = (WIDTH / 2 - _EDGE) / (max(ends) or 1)

    def x(value: float) -> str:
        return f"{WIDTH / 2 + value * step:.1f}"

    middle = HEIGHT / 2
    whisker = ""
    if found.low is not None and found.high is not None:
        whisker = (
            f'<path class="whisker" d="M{x(found.low)} {middle:g}H{x(found.high)}'
            f'M{x(found.low)} {middle - 4:g}v8M{x(found.high)} {middle - 4:g}v8"/>'
        )
    hollow = "" if found.verdict == SIGNIFICANT else ' class="hollow"'
    return (
        f'<svg class="gap" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(label)}"><path class="mean" d="M{WIDTH / 2:g} 1v{HEIGHT - 2}"/>{whisker}'
        f'<circle cx="{x(found.value)}" cy="{middle:g}" r="4"{hollow}/></svg>'
    )
