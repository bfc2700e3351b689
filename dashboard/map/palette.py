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
# Two scales whose products are the nine colours of two indicators, each with its low, middle and high place.
_CROSS: Final = {
    False: (("colorbrewer:Oranges", (0.02, 0.285, 0.55)), ("colorbrewer:Purples", (0.2, 0.475, 0.75))),
    True: (("crameri:lajolla", (0.15, 0.375, 0.6)), ("colorcet:CET_L15", (0.1, 0.45, 0.8))),
}


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


@cache
def cross(dark: bool = False) -> dict[str, str]:
    """The nine colours b00…b22 of two indicators in thirds, the first digit the first indicator's.

    Each is a colour of one published scale times one of the other: oranges and purples, of those tried the two whose
    products are farthest apart for every kind of colour vision while none but the lowest is near grey. On dark ground
    their negatives are multiplied, so that more is brighter there, too.
    """
    ends = [_sample(name, positions) for name, positions in _CROSS[dark]]

    def blend(a: str, b: str) -> str:
        parts = [(int(a[i : i + 2], 16) / 255, int(b[i : i + 2], 16) / 255) for i in (1, 3, 5)]
        mixed = [1 - (1 - x) * (1 - y) if dark else x * y for x, y in parts]
        return "#" + "".join(f"{round(255 * part):02x}" for part in mixed)

    return {f"b{x}{y}": blend(ends[0][x], ends[1][y]) for x in range(3) for y in range(3)}


def cross_css() -> str:
    """The nine as custom properties, for light and dark."""
    light, dim = (";".join(f"--{name}:{colour}" for name, colour in cross(dark).items()) for dark in (False, True))
    return _themed(light, dim)


def mixture(fill: str) -> str:
    """A fill of a ramp (s0…s24, e0…e24) as a mixture of its two neighbours of the six, or of the nine by its name."""
    if fill.startswith("b"):
        return f"var(--{fill})"
    family, first, share = _between(fill)
    return f"color-mix(in oklab,var(--{family}{first}),var(--{family}{first + 1}) {100 * share:.4g}%)"


def literal(fill: str, dark: bool = False) -> str:
    """Any fill (q0…, d0…, s0…, e0…, b00…) as a hex colour on light or dark ground, for files that leave the page."""
    family, place = fill[0], fill[1:]
    if family == "b":
        return cross(dark)[fill]
    if family in "qd":
        return (sequential if family == "q" else diverging)(CLASSES, dark)[int(place)]
    family, first, share = _between(fill)
    six = sequential(CLASSES, dark) if family == "c" else diverging(CLASSES, dark)
    parts = [(int(six[first][i : i + 2], 16), int(six[first + 1][i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _between(fill: str) -> tuple[str, int, float]:
    """(family of custom properties, lower neighbour, share of the upper one) of a step of a ramp."""
    at = int(fill[1:]) / 24 * (CLASSES - 1)
    first = min(int(at), CLASSES - 2)
    return "c" if fill.startswith("s") else "d", first, at - first


def css() -> str:
    """The custom properties for light and dark: by the reader's system, or by `data-theme` where they chose."""
    return _themed(variables(dark=False), variables(dark=True))


def _themed(light: str, dark: str) -> str:
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
    )


def _sample(name: str, positions: tuple[float, ...]) -> tuple[str, ...]:
    scale = Colormap(name)
    return tuple(scale(position).hex[:7].lower() for position in positions)
