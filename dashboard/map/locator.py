"""Where a region lies: both countries, its Land or région, and the region itself, as a small map without figures."""

from __future__ import annotations

from html import escape

from dashboard.drawing import geometry
from dashboard.map.scene import fit
from dashboard.queries import LEVELS, Region

#: On the whole map a region smaller than this part of its width is ringed, so that it is found.
SMALL = 0.06


def locator(region: Region, label: str) -> str:
    """The map as SVG text, framed to the region's country; colours come from assets/region.css."""
    whole = geometry("country")
    level = region.adm if region.adm in LEVELS else ""
    paths = [f'<path class="land" d="{escape(shape["d"])}"/>' for shape in whole["regions"].values()]
    if region.land and region.land != region.code:
        paths.append(f'<path class="around" d="{escape(geometry("land")["regions"][region.land]["d"])}"/>')
    own = [shape for code, shape in geometry(level or "land")["regions"].items() if _belongs(region, code, level)]
    paths += [f'<path class="here" d="{escape(shape["d"])}"/>' for shape in own]
    x, y, width, height = _view(region)
    ring = ""
    if len(own) == 1 and max(_sides(own[0]["box"])) < SMALL * width:
        ring = f'<circle class="ring" cx="{own[0]["x"]}" cy="{own[0]["y"]}" r="{SMALL * width:.0f}"/>'
    frames = "".join(
        f'<rect x="{f["x"]}" y="{f["y"]}" width="{f["width"]}" height="{f["height"]}"/>'
        for f in whole["frames"]
        if region.country == f["code"][:2]
    )
    return (
        f'<svg class="locator" viewBox="{x:.0f} {y:.0f} {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{escape(label)}">{"".join(paths)}{frames}{ring}</svg>'
    )


def _belongs(region: Region, code: str, level: str) -> bool:
    """Whether a unit of the drawn level is the region, or for a group of Länder or régions one of them."""
    return code == region.code if level else code.startswith(region.code)


def _view(region: Region) -> tuple[float, float, float, float]:
    """The country of the region, its overseas frames with it."""
    whole = geometry("country")
    base = (0.0, 0.0, float(whole["width"]), float(whole["height"]))
    if region.level == 0:
        return base
    x0, y0, x1, y1 = whole["regions"][region.country]["box"]
    return fit((x0, y0, x1, y1), base)


def _sides(box: list[int]) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]
