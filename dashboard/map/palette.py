"""The map's colours: Crameri scales as published (package cmap), sampled so that every class is an even step.

davos (cream → sage → navy) for rates, broc (blue – cream – olive) for changes and gaps; on dark ground the same davos
from navy to cream, so that "more" stands out in both, and lisbon, broc's sibling with a dark middle. None of them
needs red against green. Grey is left to the absences, orange and plum to the reader's picks.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from cmap import Colormap

#: Classes that the page's custom properties --c0…--c5 and --d0…--d5 offer.
CLASSES: Final = 6
#: What the reader picked, and the partner region beside it, on light and on dark ground.
ACCENT: Final = ("#b3420e", "#ff9a5c")
PARTNER: Final = ("#8a2f7d", "#e08bd3")

# Ends of the sampled range on each scale. The outermost tenth is left out where it would melt into the page
# (davos ends in white and in near black) and the middle where a class would be invisible on the ground.
_SEQUENTIAL: Final = {False: ("crameri:davos", 0.87, 0.10), True: ("crameri:davos", 0.22, 0.93)}
_DIVERGING: Final = {False: ("crameri:broc", 0.10, 0.90), True: ("crameri:lisbon", 0.06, 0.94)}
_MIDDLE: Final = {False: 0.13, True: 0.26}


@cache
def sequential(n: int, dark: bool = False) -> tuple[str, ...]:
    """`n` hex colours from little to much; lightness falls on light ground and rises on dark ground."""
    name, start, end = _SEQUENTIAL[dark]
    return _sample(name, tuple(start + (end - start) * i / max(n - 1, 1) for i in range(n)))


@cache
def diverging(n: int, dark: bool = False) -> tuple[str, ...]:
    """`n` hex colours from far below to far above the turning point, which lies between the middle two for even n."""
    name, start, end = _DIVERGING[dark]
    # The width _MIDDLE around the centre is skipped: both sides start at a colour that can be told from the ground.
    half = (end - start - _MIDDLE[dark]) / 2
    steps = max((n - 1) // 2, 1)
    if n % 2:
        below = [start + half * i / steps for i in range(steps)] + [0.5]
    else:
        below = [start + half * i / steps for i in range(n // 2)]
    above = [1 - position for position in reversed(below if n % 2 == 0 else below[:-1])]
    return _sample(name, tuple(below + above))


def variables(dark: bool) -> str:
    """The custom properties --c0…, --d0… as one line of declarations."""
    colours = [f"--c{i}:{c}" for i, c in enumerate(sequential(CLASSES, dark))]
    colours += [f"--d{i}:{c}" for i, c in enumerate(diverging(CLASSES, dark))]
    return ";".join(colours)


def css() -> str:
    """The custom properties for light and dark: by the reader's system, or by `data-theme` where they chose."""
    return (
        f":root{{{variables(dark=False)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{variables(dark=True)}}}}}\n"
        f":root[data-theme=dark]{{{variables(dark=True)}}}\n"
    )


def _sample(name: str, positions: tuple[float, ...]) -> tuple[str, ...]:
    scale = Colormap(name)
    return tuple(scale(position).hex[:7].lower() for position in positions)
