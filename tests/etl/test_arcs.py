"""The common border of two neighbours as a line: the shapes' own vertices, all of it, and only where both share it."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest
import shapely
from shape_reading import SHAPES, polygons

from etl import arcs, codes


def committed(level: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((SHAPES / f"arcs-{level}.json").read_text(encoding="utf-8"))
    return found


def line(path: str) -> shapely.MultiLineString:
    """The points of a path of relative lines, read apart from the code that writes it."""
    x = y = 0
    parts = []
    for part in path.split("m")[1:]:
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        points = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        parts.append(points)
    return shapely.MultiLineString(parts)


def test_the_committed_files_are_those_of_the_shapes(tmp_path: Path) -> None:
    shutil.copy(SHAPES / "nuts3.json", tmp_path)
    for written in arcs.write(tmp_path):
        assert written.read_bytes() == (SHAPES / written.name).read_bytes(), written.name
        assert len(gzip.compress(written.read_bytes(), 9)) < 15_000


@pytest.mark.parametrize("level", arcs.LEVELS)
def test_there_is_a_line_for_each_pair_of_neighbours(level: str) -> None:
    units = set(codes.units(level))
    pairs = {"|".join(pair) for pair in codes.neighbours() if pair[0] < pair[1] and set(pair) <= units}
    if level == "nuts3":
        pairs = {pair for pair in pairs if pair.startswith("DE") and "|FR" in pair}
    assert set(committed(level)) == pairs


def test_a_geometry_library_measures_the_same_borders() -> None:
    shapes = polygons("land")
    for pair, path in committed("land").items():
        a, b = pair.split("|")
        assert line(path).length == pytest.approx(shapely.intersection(shapes[a], shapes[b]).length), pair


def test_the_lines_along_the_rhine_are_the_franco_german_border() -> None:
    whole = {
        level: sum(line(path).length for pair, path in committed(level).items() if "DE" in pair and "FR" in pair)
        for level in arcs.LEVELS
    }
    assert whole["land"] == pytest.approx(whole["nuts2"]) == pytest.approx(whole["nuts3"])
    country = polygons("country")
    assert whole["land"] == pytest.approx(shapely.intersection(country["DE"], country["FR"]).length)


def test_edges_are_strung_together_from_end_to_end() -> None:
    """An open line from its smaller end, a ring closed, a fork in two pieces."""
    assert arcs.lines([((1, 1), (2, 2)), ((0, 0), (1, 1))]) == [[(0, 0), (1, 1), (2, 2)]]
    assert arcs.lines([((0, 0), (1, 0)), ((1, 0), (1, 1)), ((0, 0), (1, 1))]) == [[(0, 0), (1, 0), (1, 1), (0, 0)]]
    fork = arcs.lines([((0, 0), (1, 1)), ((1, 1), (2, 0)), ((1, 1), (2, 2))])
    assert sum(len(part) - 1 for part in fork) == 3
