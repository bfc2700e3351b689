"""The markup of PowerPoint shapes: freeforms, circles, rectangles, groups, with their names and descriptions.

python-pptx makes a freeform point by point; a map of all Kreise and départements is written at once here (60 ms).
Lengths are points of 1/72 inch; PowerPoint counts 12 700 units in each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from dashboard.deck.outline import Point, box_of

EMU: Final = 12700
_SPACES: Final = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
#: Characters that XML has no place for, halves of letters among them.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def clean(text: str) -> str:
    """A text without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


@dataclass(frozen=True)
class Area:
    """A part of a slide, in points."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    def part(self, x: float, y: float, width: float, height: float) -> Area:
        """A part of it, by distances from its upper left corner."""
        return Area(self.x + x, self.y + y, width, height)


@dataclass(frozen=True)
class Paint:
    """How a shape looks. fill: six hex digits or a word of the theme (tx1, accent1), '' for none.

    pattern: a preset of PowerPoint drawn in `over` on `fill`. line: colour, '' for none; wide: in points.
    """

    fill: str = ""
    pattern: str = ""
    over: str = ""
    line: str = ""
    wide: float = 0.75
    dash: str = ""
    clear: float = 1.0


def element(markup: str) -> Any:
    """The element of a piece of markup."""
    return etree.fromstring(markup.replace(">", f" {_SPACES}>", 1) if "xmlns:a" not in markup else markup, _PARSER)


def emu(points: float) -> int:
    """Points in PowerPoint's units."""
    return round(points * EMU)


def colour(name: str, clear: float = 1.0) -> str:
    """A colour by its hex digits, or of the theme by its word."""
    alpha = f'<a:alpha val="{round(clear * 100000)}"/>' if clear < 1 else ""
    if re.fullmatch(r"[0-9a-fA-F]{6}", name):
        return f'<a:srgbClr val="{name}">{alpha}</a:srgbClr>'
    return f'<a:schemeClr val="{name}">{alpha}</a:schemeClr>'


def paint(look: Paint) -> str:
    """Fill and outline."""
    if look.pattern:
        fill = (
            f'<a:pattFill prst="{look.pattern}"><a:fgClr>{colour(look.over)}</a:fgClr>'
            f"<a:bgClr>{colour(look.fill)}</a:bgClr></a:pattFill>"
        )
    else:
        fill = f"<a:solidFill>{colour(look.fill, look.clear)}</a:solidFill>" if look.fill else "<a:noFill/>"
    if not look.line:
        return f"{fill}<a:ln><a:noFill/></a:ln>"
    dash = f'<a:prstDash val="{look.dash}"/>' if look.dash else ""
    return f'{fill}<a:ln w="{emu(look.wide)}"><a:solidFill>{colour(look.line)}</a:solidFill>{dash}<a:round/></a:ln>'


def shape(name: str, text: str, area: Area, geometry: str, look: Paint, *, link: str = "") -> str:
    """One shape. name: as in PowerPoint's list; text: for who cannot see it. link: the id of a relation to go to."""
    click = f'<a:hlinkClick r:id="{link}"/>' if link else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name={quoteattr(clean(name))} descr={quoteattr(clean(text))}>{click}'
        f'</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{emu(area.x)}" y="{emu(area.y)}"/>'
        f'<a:ext cx="{emu(area.width)}" cy="{emu(area.height)}"/></a:xfrm>{geometry}{paint(look)}</p:spPr>'
        "<p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
    )


def preset(kind: str) -> str:
    """A form that PowerPoint has: rect, ellipse."""
    return f'<a:prstGeom prst="{kind}"><a:avLst/></a:prstGeom>'


@dataclass(frozen=True)
class Onto:
    """From map units to a place on a slide: the view's corner, the area's, and points per unit."""

    left: float
    top: float
    x: float
    y: float
    scale: float

    def area(self, box: Sequence[float]) -> Area:
        """Where a box (x0, y0, x1, y1) of the map lies on the slide."""
        x0, y0, x1, y1 = box
        return Area(
            self.x + (x0 - self.left) * self.scale,
            self.y + (y0 - self.top) * self.scale,
            max((x1 - x0) * self.scale, 0.05),
            max((y1 - y0) * self.scale, 0.05),
        )


def freeform(name: str, text: str, lines: Sequence[Sequence[Point]], onto: Onto, look: Paint, *, closed: bool) -> str:
    """Lines of map units as one editable freeform."""
    x0, y0, x1, y1 = box_of(lines)
    end = "<a:close/>" if closed else ""
    drawn = "".join(_line(line, x0, y0) + end for line in lines)
    width, height = max(round(x1 - x0), 1), max(round(y1 - y0), 1)
    hollow = "" if closed else ' fill="none"'
    geometry = (
        "<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
        '<a:rect l="0" t="0" r="r" b="b"/><a:pathLst>'
        f'<a:path w="{width}" h="{height}"{hollow}>{drawn}</a:path></a:pathLst></a:custGeom>'
    )
    return shape(name, text, onto.area((x0, y0, x1, y1)), geometry, look)


def _line(points: Sequence[Point], x0: float, y0: float) -> str:
    first, *rest = [f'<a:pt x="{round(x - x0)}" y="{round(y - y0)}"/>' for x, y in points]
    return f"<a:moveTo>{first}</a:moveTo>" + "".join(f"<a:lnTo>{point}</a:lnTo>" for point in rest)


def group(name: str, text: str, area: Area, parts: Iterable[str]) -> Any:
    """Shapes as one group that can be moved and taken apart."""
    off = f'x="{emu(area.x)}" y="{emu(area.y)}"'
    size = f'cx="{emu(area.width)}" cy="{emu(area.height)}"'
    return element(
        f'<p:grpSp {_SPACES}><p:nvGrpSpPr><p:cNvPr id="1" name={quoteattr(clean(name))} '
        f"descr={quoteattr(clean(text))}/>"
        f"<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off {off}/><a:ext {size}/>"
        f"<a:chOff {off}/><a:chExt {size}/></a:xfrm></p:grpSpPr>{''.join(parts)}</p:grpSp>"
    )
