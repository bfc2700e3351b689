"""Reads `shapes/` back the way a browser does, without the code that wrote it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely

SHAPES = Path(__file__).parents[2] / "shapes"
Point = tuple[int, int]


@lru_cache
def level(name: str, folder: Path = SHAPES) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return content


def subpaths(path: str) -> list[list[Point]]:
    """The subpaths of a path of relative 'm' and 'z' as lists of absolute points."""
    assert re.fullmatch(r"(m-?\d+( ?-?\d+)*z?)*", path), "only relative whole-unit commands"
    found: list[list[Point]] = []
    x = y = 0
    for numbers, end in re.findall(r"m([^mz]+)(z?)", path):
        steps = [int(number) for number in re.findall(r"-?\d+", numbers)]
        assert len(steps) % 2 == 0
        points: list[Point] = []
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        if end:
            x, y = points[0]
        found.append(points)
    return found


def polygon(path: str) -> Any:
    """The area a path fills under the even-odd rule; holes are told from parts by lying inside one."""
    rings = [shapely.Polygon(points) for points in subpaths(path)]
    rings.sort(key=lambda ring: -float(ring.area))
    area = shapely.MultiPolygon()
    for ring in rings:
        area = area.symmetric_difference(ring)
    return shapely.normalize(area)


@lru_cache
def polygons(name: str) -> dict[str, Any]:
    return {code: polygon(one["d"]) for code, one in level(name)["regions"].items()}


def line(path: str) -> Any:
    return shapely.MultiLineString(subpaths(path))
