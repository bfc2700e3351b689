"""The colours of slides: the tokens of the pages, in light and dark, as PowerPoint has them: six digits without #."""

from __future__ import annotations

from functools import cache
from typing import Final

from dashboard.deck.model import Colours
from dashboard.map import palette
from dashboard.map.scene import RAMP
from dashboard.pictures import tokens as page

_FILLS: Final = (
    *(f"{family}{i}" for family in "qd" for i in range(palette.CLASSES)),
    *(f"{family}{i}" for family in "se" for i in range(RAMP + 1)),
    *(f"b{x}{y}" for x in range(3) for y in range(3)),
)


@cache
def tokens(dark: bool) -> dict[str, str]:
    """Custom property → colour, from assets/tokens.css; half-transparent ones on their ground."""
    known = page.tokens(dark)
    return {
        name: (page.mixed(colour[:7], known["surface"], 0.5) if len(colour) > 7 else page.mixed(colour, colour, 1))[1:]
        for name, colour in known.items()
    }


@cache
def colours(dark: bool) -> Colours:
    """All that a slide is drawn with."""
    known = tokens(dark)
    return Colours(
        ink=known["ink"],
        pale=known["ink-2"],
        line=known["line"],
        ground=known["surface"],
        land=page.mixed(f"#{known['ink-2']}", f"#{known['surface']}", 0.15)[1:],
        accent=known["accent"],
        partner=known["partner"],
        styles=(known["accent"], known["partner"], known["third"], known["fourth"]),
        fills={fill: palette.literal(fill, dark).removeprefix("#") for fill in _FILLS},
    )


def luminous(colour: str) -> float:
    """How bright a colour is, 0 to 1; it says whether letters on it must be light or dark."""
    return page.luminous(f"#{colour}")
