"""The ground of a map of places: both countries by Land and région, without figures; overseas in its frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.drawing import geometry
from dashboard.map.scene import Box, fit

#: Room around the whole map, in map units.
_MARGIN = 60
Point = tuple[float, float]


def ground(level: str = "land", marked: Iterable[str] = ()) -> str:
    """Land, borders and frames as an SVG group that is not spoken; marked: codes of regions that stand out."""
    whole, strong = geometry(level), set(marked)
    land = "".join(f'<path d="{shape["d"]}"/>' for code, shape in whole["regions"].items() if code not in strong)
    land += "".join(f'<path class="marked" d="{shape(code)["d"]}"/>' for code in sorted(strong))
    frames = "".join(
        f'<rect x="{f["x"]}" y="{f["y"]}" width="{f["width"]}" height="{f["height"]}"/>' for f in whole["frames"]
    )
    return (
        f'<g class="ground" aria-hidden="true">{land}{frames}<path class="border" d="{whole["lines"]["border"]}"/></g>'
    )


def shape(code: str) -> Mapping[str, Any]:
    """The shape of a region at whichever level the map has it. Raises KeyError for one that no map has."""
    for level in ("land", "nuts3", "nuts2", "country"):
        found: Mapping[str, Any] | None = geometry(level)["regions"].get(code)
        if found:
            return found
    raise KeyError(code)


def anchor(code: str) -> Point | None:
    """The point a region is named at, or None where no map has it (a group of Länder)."""
    try:
        found = shape(code)
    except KeyError:
        return None
    return float(found["x"]), float(found["y"])


def whole() -> Box:
    """The view (x, y, width, height) of everything, frames included."""
    found = geometry("land")
    return (-_MARGIN, -_MARGIN, found["width"] + 2 * _MARGIN, found["height"] + 2 * _MARGIN)


def around(codes: Iterable[str]) -> Box:
    """The view of some regions with room around them, in the proportions of the whole."""
    boxes = [shape(code)["box"] for code in codes]
    if not boxes:
        return whole()
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return fit((min(x0), min(y0), max(x1), max(y1)), whole())


def attribute(box: Box) -> str:
    """A view as the value of `viewBox`."""
    return " ".join(f"{value:.0f}" for value in box)
