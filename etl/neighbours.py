"""Which regions share a border, read from the map's own shapes: their levels share every vertex, also along the Rhine.

`python -m etl shapes` writes the table to `etl/regions/neighbours.csv`; a build loads it from there.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Final

from etl import codes
from etl.shape_paths import Point

FILE: Final = "neighbours.csv"
Edge = tuple[Point, Point]


def pairs(shapes: Path) -> list[tuple[str, str]]:
    """(region, neighbour) at every map level, in both directions, sorted. shapes: the folder with nuts3.json.

    A common border is a common edge: regions that touch in a point are none. Overseas régions stand in frames and have
    no neighbours.
    """
    drawn = json.loads((shapes / "nuts3.json").read_text(encoding="utf-8"))["regions"]
    sides: dict[Edge, list[str]] = {}
    for code, shape in drawn.items():
        for edge in edges(shape["d"]):
            sides.setdefault(edge, []).append(code)
    touching = {(a, b) for both in sides.values() for a in both for b in both if a != b}
    land = {code: codes.region(code).land for code in drawn}
    found = set(touching)
    for upper in (land, {code: code[:4] for code in drawn}, {code: code[:2] for code in drawn}):
        found |= {(upper[a], upper[b]) for a, b in touching if upper[a] != upper[b]}
    return sorted(found)


def edges(path: str) -> list[Edge]:
    """The edges of a path as `shape_paths.path` writes it, each with its smaller end first."""
    found: list[Edge] = []
    x = y = 0
    for ring in re.findall(r"m([^mz]+)z", path):
        steps = [int(number) for number in re.findall(r"-?\d+", ring)]
        points: list[Point] = []
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        x, y = points[0]
        found += [(min(a, b), max(a, b)) for a, b in pairwise([*points, points[0]])]
    return found


def write(shapes: Path, folder: Path) -> Path:
    """Write the table as CSV into `folder`; same shapes, same bytes."""
    lines = ["code,neighbour", *(f"{a},{b}" for a, b in pairs(shapes))]
    target = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target
