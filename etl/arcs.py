"""The common borders of neighbouring regions as lines, read from the map's own shapes: `shapes/arcs-<level>.json`.

For discontinuity lines: the border between two regions is drawn as wide as their figures differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from etl import codes
from etl.neighbours import Edge, edges
from etl.shape_paths import Point, path

LEVELS: Final = ("land", "nuts2", "nuts3")
#: Levels with the borders of all neighbours; of 501 regions they would weigh 44 kB compressed, and be too many to read.
WHOLE: Final = ("land", "nuts2")


def arcs(shapes: Path, level: str) -> dict[str, str]:
    """'A|B' (A < B) → the common border as an SVG path, also across the Rhine; of NUTS 3 only the Franco-German ones.

    shapes: the folder with nuts3.json; every level consists of its vertices.
    """
    drawn = json.loads((shapes / "nuts3.json").read_text(encoding="utf-8"))["regions"]
    group = {code: _unit(code, level) for code in drawn}
    sides: dict[Edge, set[str]] = {}
    for code, shape in sorted(drawn.items()):
        for edge in edges(shape["d"]):
            sides.setdefault(edge, set()).add(group[code])
    shared: dict[str, list[Edge]] = {}
    for edge, units in sides.items():
        if len(units) == 2 and (level in WHOLE or len({unit[:2] for unit in units}) == 2):
            shared.setdefault("|".join(sorted(units)), []).append(edge)
    return {pair: path(lines(found), closed=False) for pair, found in sorted(shared.items())}


def _unit(code: str, level: str) -> str:
    return {"land": codes.region(code).land, "nuts2": code[:4], "nuts3": code}[level]


def lines(found: Iterable[Edge]) -> list[list[Point]]:
    """Edges strung together: as few lines as there are pieces, from end to end; a ring begins at its smallest point."""
    ways: dict[Point, set[Point]] = {}
    for a, b in found:
        ways.setdefault(a, set()).add(b)
        ways.setdefault(b, set()).add(a)
    made = []
    while left := {point: next_ for point, next_ in ways.items() if next_}:
        ends = [point for point, next_ in left.items() if len(next_) % 2]
        made.append(_walk(ways, min(ends or left)))
    return made


def _walk(ways: Mapping[Point, set[Point]], at: Point) -> list[Point]:
    line = [at]
    while ways[at]:
        to = min(ways[at])
        ways[at].discard(to)
        ways[to].discard(at)
        line.append(at := to)
    return line


def write(shapes: Path) -> list[Path]:
    """Write the file of each level beside the shapes; same shapes, same bytes."""
    written = []
    for level in LEVELS:
        target = shapes / f"arcs-{level}.json"
        text = json.dumps(arcs(shapes, level), separators=(",", ":"))
        target.write_text(text + "\n", encoding="utf-8")
        written.append(target)
    return written
