"""From geometry, values and scale to a scene: what every region looks like, before any markup.

Pure: the page, the embed, images and slides all draw the same scene. `mark` is the one rule that says how a value is
drawn; `AtlasMap.mark` in assets/mapkey.js is the same rule for later years, and a browser test holds the two together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor, sqrt
from typing import Any, Final

from dashboard.map.palette import CLASSES

Box = tuple[float, float, float, float]

#: Radius of the circle for a scale's largest value, as a share of the map's width. One constant for all levels and
#: years, so a circle of one size means one value wherever the reader drills (honesty rule 6).
RADIUS: Final = 0.045
#: Room around a region or territory that the view zooms to, as a share of its larger side.
PADDING: Final = 0.08
#: The statuses that have a drawing of their own where there is no value …
ABSENT: Final = ("c", "m", "z")
#: … and those drawn over the value: unreliable, artefact; in a change not significant, or a break in the series on
#: the way. Break, estimated and provisional are said in words, not drawn.
OVERLAID: Final = ("u", "a", "i", "k")
#: Colours of the ramp on which other than six classes are spread evenly: s0…s24, or e0…e24 on both sides of a middle.
RAMP: Final = 24
#: The class of a country that is not asked for: pale land, without data or name.
CONTEXT: Final = "x"


@dataclass(frozen=True)
class Row:
    """A region's figure as the map needs it.

    value: in the indicator's unit, None with a status. text: the value formatted. sentence: what a screen reader
    says, in the page's language. rank_low…rank_high of `of`: the range the intervals allow. drawn: its drawing, as
    `mark` gives it, where the map does not show the value itself (dashboard/display.py).
    """

    code: str
    value: float | None
    status: str
    n: int | None
    ci_low: float | None
    ci_high: float | None
    rank_low: int | None
    rank_high: int | None
    of: int | None
    text: str
    sentence: str
    name: str
    drawn: tuple[str, float | None] | None = None


@dataclass(frozen=True)
class Scale:
    """How values become drawings: inner class limits (rates), or the value of the largest circle (counts, amounts).

    diverging: the middle is the turning point (zero, the mean): a limit, or with an even number of limits a class.
    ramp: the classes are spread evenly over RAMP + 1 colours; else they are among the six of `palette`.
    """

    kind: str
    limits: tuple[float, ...]
    diverging: bool = False
    ramp: bool = False

    @cached_property
    def fills(self) -> tuple[str, ...]:
        """The class of each of its colours, lowest first; none for circles."""
        count = 0 if self.kind == "circles" else len(self.limits) + 1
        if self.ramp:
            last = max(count - 1, 1)
            return tuple(f"{'e' if self.diverging else 's'}{floor(RAMP * i / last + 0.5)}" for i in range(count))
        return tuple(f"{'d' if self.diverging else 'q'}{shade(i, len(self.limits))}" for i in range(count))

    def __post_init__(self) -> None:
        if self.kind not in ("classes", "circles"):
            raise ValueError(f"a scale is 'classes' or 'circles', not '{self.kind}'")
        if self.kind == "circles" and (len(self.limits) != 1 or self.limits[0] <= 0):
            raise ValueError(f"circles need one positive limit, the largest value, not {self.limits}")
        most = RAMP if self.ramp else CLASSES - 1
        if len(self.limits) > most or any(a >= b for a, b in zip(self.limits, self.limits[1:], strict=False)):
            raise ValueError(f"class limits must ascend and be at most {most}, not {self.limits}")


@dataclass(frozen=True)
class Region:
    """One region as drawn: path, anchor point, box; CSS classes; circle radius (0 = the drawing of zero) or None.

    shown: False where it lies outside the part the reader has drilled into.
    """

    code: str
    d: str
    x: float
    y: float
    box: Box
    classes: str
    radius: float | None
    label: str
    shown: bool


@dataclass(frozen=True)
class Frame:
    """An overseas frame: its rectangle in map units, and the name written on it."""

    code: str
    x: float
    y: float
    width: float
    height: float
    name: str


@dataclass(frozen=True)
class More:
    """What a drawing needs beyond the twelve usual fills and the overlays of every map: other fills, other overlays."""

    fills: tuple[str, ...] = ()
    overlays: str = "ua"


@dataclass(frozen=True)
class Scene:
    """Everything there is to draw. `base` is the view of the whole map, `view` the one to open with (x, y, w, h)."""

    level: str
    width: float
    height: float
    base: Box
    view: Box
    regions: tuple[Region, ...]
    frames: tuple[Frame, ...]
    border: str
    land: str
    scales: Mapping[str, Scale]
    countries: tuple[str, ...]
    within: str | tuple[str, ...] | None
    selected: str | None
    title: str
    desc: str
    label: str
    more: More = More()


def scene(
    geometry: Mapping[str, Any],
    rows: Mapping[str, Row],
    scale: Mapping[str, Scale],
    *,
    level: str,
    countries: tuple[str, ...],
    within: str | tuple[str, ...] | None,
    selected: str | None,
    title: str,
    desc: str,
    label: str,
    more: More | None = None,
) -> Scene:
    """The scene of one indicator, period and level.

    geometry: a file of shapes/ (docs/architecture.md). rows: code → figure; regions without a row are drawn as not
    collected. scale: country → scale, the same object where one scale serves both (honesty rule 2). within: the codes
    drilled into; NUTS codes nest by prefix. title, desc: the map's name and description; label: of the list of regions.
    more: fills and overlays of other than the usual views.
    """
    regions = tuple(
        _region(code, shape, rows.get(code), scale.get(code[:2]), geometry["width"])
        if code.startswith(countries)
        else _context(code, shape)
        for code, shape in sorted(geometry["regions"].items())
    )
    regions = tuple(
        replace(region, shown=region.classes != CONTEXT and region.code.startswith(within or "")) for region in regions
    )
    names = {code: row.name for code, row in rows.items()}
    frames = tuple(
        Frame(f["code"], f["x"], f["y"], f["width"], f["height"], _frame_name(f["code"], names))
        for f in geometry["frames"]
        if f["code"].startswith(countries)
    )
    base = _base(geometry, regions, frames)
    shown = [region.box for region in regions if region.shown]
    return Scene(
        level=level,
        width=geometry["width"],
        height=geometry["height"],
        base=base,
        view=fit(_union(shown), base) if within and shown else base,
        regions=regions,
        frames=frames,
        border=geometry["lines"].get("border", ""),
        land=geometry["lines"].get("land", ""),
        scales={country: scale[country] for country in countries if country in scale},
        countries=countries,
        within=within,
        selected=selected if any(r.code == selected and r.shown for r in regions) else None,
        title=title,
        desc=desc,
        label=label,
        more=more or More(),
    )


def mark(value: float | None, status: str, scale: Scale | None) -> tuple[str, float | None]:
    """How a figure is drawn: CSS classes of the region, and its circle's radius as a share of RADIUS (or None).

    Classes: q0…q5, d0…d5, s0…, e0… fills, n neutral, c m z absences, u a i k overlays. A radius of 0 draws zero,
    for rates as for counts; in a diverging scale zero is a value like any other.
    Raises ValueError for a negative count: it has no circle.
    """
    if value is None or scale is None:
        return (status if status in ABSENT else "m"), None
    overlay = f" {status}" if status in OVERLAID else ""
    if scale.kind == "circles":
        if value < 0:
            raise ValueError(f"a circle cannot show {value:g}; changes of counts need a diverging scale")
        return "n" + overlay, sqrt(value / scale.limits[0])
    fill = scale.fills[bisect_right(scale.limits, value)] + overlay
    return fill, 0.0 if value == 0 and not scale.diverging else None


def shade(index: int, limits: int) -> int:
    """The colour 0…5 of class `index` among `limits` + 1 classes: fewer classes spread over the whole scale."""
    return floor(index * (CLASSES - 1) / limits + 0.5) if limits else 0


def fit(box: Box, base: Box) -> Box:
    """The view (x, y, w, h) that shows a box (x0, y0, x1, y1) with padding, in the base's proportions.

    Same proportions whatever the reader zooms to: the page reserves one size and nothing jumps. Never beyond the base.
    """
    x0, y0, x1, y1 = box
    pad = 2 * PADDING * max(x1 - x0, y1 - y0)
    width = min(max(x1 - x0 + pad, (y1 - y0 + pad) * base[2] / base[3]), base[2])
    height = width * base[3] / base[2]
    x = min(max((x0 + x1 - width) / 2, base[0]), base[0] + base[2] - width)
    y = min(max((y0 + y1 - height) / 2, base[1]), base[1] + base[3] - height)
    return (x, y, width, height)


def _region(code: str, shape: Mapping[str, Any], row: Row | None, scale: Scale | None, width: float) -> Region:
    classes, radius = (row.drawn or mark(row.value, row.status, scale)) if row else ("m", None)
    return replace(
        _context(code, shape),
        classes=classes,
        radius=None if radius is None else round(radius * RADIUS * width, 1),
        label=row.sentence if row else code,
    )


def _context(code: str, shape: Mapping[str, Any]) -> Region:
    """The neighbouring country where only one is asked for: land, not data."""
    x0, y0, x1, y1 = shape["box"]
    return Region(code, shape["d"], shape["x"], shape["y"], (x0, y0, x1, y1), CONTEXT, None, "", shown=False)


def _base(geometry: Mapping[str, Any], regions: Iterable[Region], frames: Iterable[Frame]) -> Box:
    whole = (0.0, 0.0, float(geometry["width"]), float(geometry["height"]))
    boxes = [region.box for region in regions if region.classes != CONTEXT]
    if not boxes or len(boxes) == len(geometry["regions"]):
        return whole
    return fit(_union([*boxes, *((f.x, f.y, f.x + f.width, f.y + f.height) for f in frames)]), whole)


def _union(boxes: Iterable[Iterable[float]]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _frame_name(code: str, names: Mapping[str, str]) -> str:
    """The name on a frame; where the level has no such code (FRY1 on the Kreis map) the name of its only child."""
    return names.get(code) or next((name for inner, name in names.items() if inner.startswith(code)), "")
