"""A scene for a picture that leaves the page: literal colours of a theme, lines of a width in the picture's pixels.

What assets/map.css says with the page's tokens is said here for programs that know neither custom properties nor
`vector-effect`. The drawing itself (classes, patterns, circles) is that of the page.
"""

from __future__ import annotations

import re
from html import escape
from string import Template
from typing import Final

from dashboard.map import svg
from dashboard.map.palette import literal
from dashboard.map.scene import CONTEXT, Box, Region, Scene
from dashboard.pictures import letters
from dashboard.pictures.labels import Room, Said, labels
from dashboard.pictures.tokens import mixed, tokens

#: How regions outside the part that is shown are faded (assets/map.css).
FADED: Final = 0.28
#: Room around a whole map, as a share of the box.
AIR: Final = 0.025
#: Sizes of type for the names of frames: the first at which a name fits is taken; in smaller frames there is none.
NAMES: Final = (12.0, 11.0, 10.0, 9.0, 8.0)
_RULES: Final = Template(
    ".am-regions .n{fill:$neutral}.am-regions .x{fill:$context}.am-void{fill:$void}"
    ".am-hatch{stroke:$absent;stroke-width:.7;fill:none}.am-dot{fill:$absent}"
    ".am-u,.am-a,.am-i,.am-k{stroke:$ink;stroke-opacity:.55;fill:none}.am-a{stroke-width:2.2;stroke-linecap:round}"
    ".am-strong{stroke:$ground;stroke-opacity:.85}"
    ".am-circles circle,.am-key circle{fill:$circle;fill-opacity:.8;stroke:$ground}"
    ".am-circles .u,.am-circles .a,.am-key .u,.am-key .a{stroke:$ink}"
    ".am-circles .zero,.am-key .zero{fill:$ground;fill-opacity:1;stroke:$soft}"
    ".am-frames rect{fill:none;stroke:$quiet}.am-frames text{fill:$soft;paint-order:stroke;stroke:$ground}"
    ".on-dark .said{fill:#fff}.on-pale .said{fill:#17232b}"
    ".on-any .said{fill:$ink;stroke:$ground;stroke-width:4;paint-order:stroke;stroke-linejoin:round}"
    ".am-step{fill:none;stroke:$partner}.am-step-casing{fill:none;stroke:$ground}"
)


def css(scene: Scene, dark: bool) -> str:
    """The rules for fills, patterns, circles and lines, for the map and for its legend (patterns `am-…`)."""
    t = tokens(dark)
    colours = fills(scene, dark)
    rules = [f".{name}{{fill:{colour}}}" for name, colour in colours.items()]
    rules += [f".{name}.{key}{{fill:url(#am-{name}{key})}}" for name in colours for key in scene.more.overlays]
    rules += [f".{key}{{fill:url(#am-{key})}}" for key in svg.ABSENCES]
    shares = {"neutral": 0.15, "context": 0.07, "void": 0.08, "absent": 0.62, "quiet": 0.3}
    mixtures = {name: mixed(t["ink-2"], t["bg"], share) for name, share in shares.items()}
    own = {"ink": t["ink"], "soft": t["ink-2"], "ground": t["bg"], "partner": t["partner"], "circle": colours["q4"]}
    return "".join(rules) + _RULES.substitute(mixtures | own)


def fills(scene: Scene, dark: bool) -> dict[str, str]:
    """Fill → colour: the twelve usual ones, and those of the scene's ramp or square."""
    return {fill: literal(fill, dark) for fill in (*svg.TWELVE, *scene.more.fills)}


def plate(scene: Scene, box: Box, dark: bool, steps: str = "", said: Said | None = None) -> str:
    """The map in a box (x, y, width, height) of the picture, with its rules; what lies around fills the box.

    steps: paths of discontinuity lines, their widths in map units (steps.lines with `unit`). said: code → (name,
    figure) to be written on regions that have room.
    """
    view, unit = fitted(scene, box)
    hair = (0.35 if scene.level == "nuts3" else 0.7) * unit
    here = [region for region in scene.regions if _meets(region.box, view)]
    away = "".join(_path(region) for region in here if _faded(region))
    regions = f'<g fill-opacity="{FADED}">{away}</g>' if away else ""  # not `opacity`: a layer each takes seconds
    regions += "".join(_path(region) for region in here if not _faded(region))
    ground, ink = tokens(dark)["bg"], tokens(dark)["ink"]
    border = (0.6 if steps else 1.5) * unit
    words = labels(scene, Room(view, unit, 8.0 if steps else 2.5), said or {}, fills(scene, dark))
    return (
        f'<svg x="{box[0]:g}" y="{box[1]:g}" width="{box[2]:g}" height="{box[3]:g}" viewBox="{_numbers(view)}" '
        f'overflow="hidden"><style>{css(scene, dark)}</style>'
        f"<defs>{svg.patterns('am', unit, scene.more)}</defs>"
        f'<g class="am-regions" stroke="{ground}" stroke-width="{hair:.3g}" stroke-linejoin="round">{regions}</g>'
        f'<g class="am-lines" fill="none" stroke-linejoin="round">'
        f'<path d="{escape(scene.land)}" stroke="{ground}" stroke-width="{1.4 * unit:.3g}"/>'
        f'<path d="{escape(scene.border)}" stroke="{ground}" stroke-width="{2 * border:.3g}"/>'
        f'<path d="{escape(scene.border)}" stroke="{ink}" stroke-width="{border:.3g}"/></g>'
        f"{_frames(scene, unit)}{_circles(scene, unit)}"
        f'<g class="am-steps" stroke-linejoin="round">{steps}</g>{_selected(scene, unit, dark)}'
        f'<g transform="translate({view[0]:.6g} {view[1]:.6g}) scale({unit:.6g})">'
        f"{words}</g></svg>"
    )


def fitted(scene: Scene, box: Box) -> tuple[Box, float]:
    """(the view in the box's proportions, map units in a pixel): all of the scene's own view, and what lies around."""
    x, y, width, height = scene.view
    room = 1.0 if scene.within else 1 + 2 * AIR
    unit = room * max(width / box[2], height / box[3])
    wide, high = unit * box[2], unit * box[3]
    return (x + (width - wide) / 2, y + (height - high) / 2, wide, high), unit


def _meets(box: Box, view: Box) -> bool:
    """Whether a box (x0, y0, x1, y1) lies at least in part in a view (x, y, width, height)."""
    return box[0] < view[0] + view[2] and box[2] > view[0] and box[1] < view[1] + view[3] and box[3] > view[1]


def _faded(region: Region) -> bool:
    return not region.shown and region.classes != CONTEXT


def _path(region: Region) -> str:
    name = f"<title>{escape(region.label)}</title>" if region.label else ""
    return f'<path id="{escape(region.code)}" d="{escape(region.d)}" class="{region.classes}">{name}</path>'


def _circles(scene: Scene, unit: float) -> str:
    drawn = sorted(
        ((r.radius, r) for r in scene.regions if r.radius is not None and r.shown), key=lambda pair: -pair[0]
    )
    dashes = {"u": f"{3 * unit:.3g} {2 * unit:.3g}", "a": f"{0.1 * unit:.3g} {3 * unit:.3g}"}
    marks = ""
    for radius, region in drawn:
        flag = region.classes.removeprefix("n").strip()
        dash = f' stroke-dasharray="{dashes[flag]}" stroke-linecap="round"' if flag in dashes else ""
        kind = region.classes if radius else "zero"
        size = radius or 2.6 * unit
        marks += f'<circle cx="{region.x:g}" cy="{region.y:g}" r="{size:.4g}" class="{kind}"{dash}/>'
    return f'<g class="am-circles" stroke-width="{unit:.3g}">{marks}</g>'


def _frames(scene: Scene, unit: float) -> str:
    drawn = ""
    for f in scene.frames:
        drawn += (
            f'<rect x="{f.x:g}" y="{f.y:g}" width="{f.width:g}" height="{f.height:g}" stroke-width="{unit:.3g}"/>'
            f'<g transform="translate({f.x + 4 * unit:g} {f.y + f.height:g}) scale({unit:.4g})">'
        )
        lines, size = _named(f.name, f.width / unit - 7)
        for i, text in enumerate(reversed(lines)):
            drawn += f'<text y="{-4 - i * size * 1.05:.1f}" font-size="{size:g}" stroke-width="3">{escape(text)}</text>'
        drawn += "</g>"
    return f'<g class="am-frames">{drawn}</g>'


def _named(name: str, room: float) -> tuple[list[str], float]:
    """A frame's name as it fits into it: (lines, at most two; size of type in pixels)."""
    small = NAMES[-2:]  # two lines in larger type would cover the islands
    for size, most in [*((size, 1) for size in NAMES[:-1]), *((size, 2) for size in small)]:
        if all(letters.width(word, size) <= room for word in re.split(r" |(?<=-)", name)):
            lines = letters.wrapped(name, size, room)
            if len(lines) <= most:
                return lines, size
    return [], NAMES[-1]


def _selected(scene: Scene, unit: float, dark: bool) -> str:
    """The outline of the region picked, on a casing."""
    picked = next((region.d for region in scene.regions if region.code == scene.selected), "")
    if not picked:
        return ""
    ground, accent = tokens(dark)["bg"], tokens(dark)["accent"]
    return (
        f'<g fill="none" stroke-linejoin="round"><path d="{escape(picked)}" stroke="{ground}" '
        f'stroke-width="{5 * unit:.3g}"/><path class="am-picked" d="{escape(picked)}" stroke="{accent}" '
        f'stroke-width="{2.6 * unit:.3g}"/></g>'
    )


def _numbers(box: Box) -> str:
    return " ".join(f"{side:.6g}" for side in box)
