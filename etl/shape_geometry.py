"""Geometry of the map: stitch two countries, project, simplify, snap to whole units, dissolve.

One coverage of the 501 NUTS 3 regions is generalised once; every coarser level is dissolved from it, so that all levels
consist of the same vertices. Only `etl.shapes` imports this (shapely is in the extra 'shapes').
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely

#: Shapely has no type stubs.
Geometry = Any

#: ETRS89-LAEA (EPSG:3035): equal area, the projection of European statistics.
METRES_PER_UNIT: Final = 150.0
WEST: Final = 3_186_000.0
NORTH: Final = 3_564_500.0
WIDTH: Final = 10_000
HEIGHT: Final = 10_340

#: Simplification in map units: about the root of the area of the triangles removed (7.4 units = 1,100 m).
TOLERANCE: Final = 7.4
#: Islands below this many square units (5 km²) are left out, unless they are all a region has.
SMALLEST_ISLAND: Final = 222.0
#: Exclaves and holes below this many square units (1.4 km²) are given to the neighbour; Jungholz has 270.
SMALLEST_PART: Final = 62.0

#: The overseas régions stand in one column in the Bay of Biscay, drawn to five scales.
FRAME_X: Final = 87
FRAME_Y: Final = 5_763
FRAME_WIDTH: Final = 930
FRAME_HEIGHT: Final = 840
FRAME_GAP: Final = 73
FRAME_PADDING: Final = 45
#: Kept free at the foot of each frame for the name.
FRAME_CAPTION: Final = 150


@dataclass(frozen=True)
class Frame:
    """The box of one overseas région, in map units. scale: how much larger it is drawn than the main map."""

    code: str
    x: int
    y: int
    width: int
    height: int
    scale: float


def stitch(germany: Mapping[str, Geometry], france: Mapping[str, Geometry]) -> dict[str, Geometry]:
    """One valid coverage from two national ones in EPSG:3035 whose common border differs by up to 300 m.

    gap_width 1,000 m closes the border (300 leaves 13 gaps) and keeps Jungholz (2,500 swallows it). The French side
    comes with more vertices than any screen shows; it is thinned to 150 m first.
    """
    thinned = shapely.coverage_simplify(np.array(list(france.values())), 150.0)
    codes = [*germany, *france]
    pieces = np.array([*germany.values(), *thinned])
    clean = shapely.coverage_clean(pieces, snapping_distance=1.0, gap_width=1_000.0)
    return dict(zip(codes, clean, strict=True))


def to_map(coverage: Mapping[str, Geometry]) -> dict[str, Geometry]:
    """EPSG:3035 metres to map units, y downwards."""
    origin, unit = np.array([WEST, NORTH]), np.array([METRES_PER_UNIT, -METRES_PER_UNIT])
    return {code: shapely.transform(shape, lambda xy: (xy - origin) / unit) for code, shape in coverage.items()}


def to_frames(overseas: Mapping[str, Geometry]) -> tuple[dict[str, Geometry], list[Frame]]:
    """Overseas régions (each in its own local projection, metres) fitted into the column of frames, in code order."""
    placed: dict[str, Geometry] = {}
    frames: list[Frame] = []
    for place, (code, shape) in enumerate(sorted(overseas.items())):
        y = FRAME_Y + place * (FRAME_HEIGHT + FRAME_GAP)
        west, south, east, north = shapely.bounds(shape)
        free = np.array([FRAME_WIDTH - 2 * FRAME_PADDING, FRAME_HEIGHT - FRAME_PADDING - FRAME_CAPTION])
        unit = max(np.array([east - west, north - south]) / free)
        middle = np.array([FRAME_X + FRAME_WIDTH / 2, y + FRAME_PADDING + free[1] / 2])
        centre = np.array([(west + east) / 2, (south + north) / 2])
        placed[code] = shapely.transform(shape, lambda xy, c=centre, u=unit, m=middle: (xy - c) / np.array([u, -u]) + m)
        scale = round(METRES_PER_UNIT / float(unit), 3)
        frames.append(Frame(code[:4], FRAME_X, y, FRAME_WIDTH, FRAME_HEIGHT, scale))
    return placed, frames


def generalise(coverage: Mapping[str, Geometry]) -> dict[str, Geometry]:
    """Drop small islands, simplify, and snap to whole units; shared borders stay shared vertex by vertex."""
    codes = list(coverage)
    kept = _without_small_islands(np.array(list(coverage.values())))
    simple = shapely.coverage_simplify(kept, TOLERANCE)
    return dict(zip(codes, _snap(simple), strict=True))


def _without_small_islands(shapes: Geometry) -> Geometry:
    """Only whole islands go; a small exclave inland would leave a hole in its neighbour."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    islands = shapely.get_parts(shapely.coverage_union_all(shapes))
    small = shapely.STRtree(islands[shapely.area(islands) < SMALLEST_ISLAND])
    inside = np.zeros(len(parts), dtype=bool)
    inside[small.query(shapely.point_on_surface(parts), predicate="within")[0]] = True
    area = shapely.area(parts)
    largest = {max(np.flatnonzero(owner == one), key=lambda part: area[part]) for one in range(len(shapes))}
    keep = ~inside | np.isin(np.arange(len(parts)), sorted(largest))
    return np.array([shapely.multipolygons(parts[keep & (owner == one)]) for one in range(len(shapes))])


def _snap(shapes: Geometry) -> list[Geometry]:
    """Round a coverage to whole units without tearing it.

    All borders are noded together on the integer grid and cut into faces; each face goes to the region in whose
    unrounded shape it lies. Rounding polygons one by one would make them overlap where a vertex falls on a
    neighbour's edge.
    """
    lines = shapely.union_all(shapely.boundary(shapes), grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    faces = faces[np.lexsort(tuple(shapely.bounds(faces).T))]
    tree = shapely.STRtree(shapes)
    owner = np.full(len(faces), -1)
    face, region = tree.query(shapely.point_on_surface(faces), predicate="within")
    owner[face] = region
    _settle_crumbs(faces, owner)
    return [shapely.normalize(shapely.union_all(faces[owner == one])) for one in range(len(shapes))]


def _settle_crumbs(faces: Geometry, owner: Geometry) -> None:
    """Give tiny faces to the neighbour with the longest common border; one without a neighbour goes to nobody.

    Crumbs are holes that rounding tore open, corners it pinched off, and exclaves too small to be seen or hit.
    """
    area = shapely.area(faces)
    main = {max(np.flatnonzero(owner == one), key=lambda face: area[face]) for one in range(owner.max() + 1)}
    crumbs = [face for face in np.flatnonzero(area < SMALLEST_PART) if face not in main]
    settled = np.setdiff1d(np.flatnonzero(owner >= 0), crumbs)
    tree = shapely.STRtree(faces[settled])
    for crumb in crumbs:
        around = settled[tree.query(faces[crumb], predicate="touches")]
        shared = shapely.length(shapely.intersection(faces[around], faces[crumb]))
        owner[crumb] = owner[around[int(np.argmax(shared))]] if shared.any() else -1


def dissolve(coverage: Mapping[str, Geometry], groups: Mapping[str, str]) -> dict[str, Geometry]:
    """Unite the regions of each group. groups: region → group; the order of groups is alphabetical."""
    members: dict[str, list[Geometry]] = {}
    for code, shape in coverage.items():
        members.setdefault(groups[code], []).append(shape)
    return {group: shapely.normalize(shapely.union_all(members[group])) for group in sorted(members)}


def borders(coverage: Mapping[str, Geometry], land: Mapping[str, str]) -> tuple[Geometry, Geometry]:
    """The Franco-German border, and the inner borders between Länder and between régions, as merged lines.

    land: region → the land it lies in; the country is the first two letters.
    """
    sides: dict[tuple[tuple[float, float], tuple[float, float]], list[str]] = {}
    for code, shape in coverage.items():
        for ring in shapely.get_rings(shapely.get_parts(shape)):
            points = [(float(x), float(y)) for x, y in shapely.get_coordinates(ring)]
            for a, b in pairwise(points):
                sides.setdefault((min(a, b), max(a, b)), []).append(code)
    national: list[Sequence[tuple[float, float]]] = []
    inner: list[Sequence[tuple[float, float]]] = []
    for segment, codes in sorted(sides.items()):
        lands = {land[code] for code in codes}
        if len(lands) == 2:
            (inner if len({one[:2] for one in lands}) == 1 else national).append(segment)
    return _merged(national), _merged(inner)


def _merged(segments: list[Sequence[tuple[float, float]]]) -> Geometry:
    if not segments:
        return shapely.MultiLineString()
    merged = shapely.line_merge(shapely.multilinestrings([shapely.LineString(one) for one in segments]))
    return shapely.normalize(merged)


def label_point(shape: Geometry) -> tuple[int, int]:
    """A whole-unit point well inside the largest part (the centre of its largest inscribed circle)."""
    part = max(shapely.get_parts(shape), key=lambda one: float(shapely.area(one)))
    centre = shapely.get_coordinates(shapely.maximum_inscribed_circle(part, tolerance=2.0))[0]
    for x, y in (np.rint(centre), np.floor(centre), np.ceil(centre)):
        if shapely.contains_properly(part, shapely.Point(x, y)):
            return int(x), int(y)
    raise ValueError(f"no whole-unit point lies inside a part of {float(shapely.area(part)):g} square units")
