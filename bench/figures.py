"""What all subjects show: the same indicators of the same build, the same shapes, the same Chromium."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pyproj import Transformer
from shapely import MultiLineString, build_area
from shapely.geometry import MultiPolygon, mapping
from shapely.geometry.polygon import orient

from dashboard import queries
from dashboard.store import Build

ROOT = Path(__file__).resolve().parent.parent
#: The indicator every first map shows.
FIRST = "adoption_firms_ai_web_pct"


def indicators(build: Build) -> dict[str, str]:
    """id → title of the shares and rates that both countries have down to Kreis and département, FIRST first.

    Rates only: counts are circles in the atlas, and px.choropleth would have to fill them.
    """
    known = queries.indicators(build, "en")
    usable = {
        id_: str(row["title"])
        for id_, row in known.items()
        if row["kind"] == "rate" and "nuts3" in row["levels"] and len(row["countries"]) == 2
    }
    return {FIRST: usable.pop(FIRST)} | usable


def rows(build: Build, indicator: str, level: str) -> list[dict[str, Any]]:
    """region, period, value of one indicator (its first breakdown, as the map shows it) at one map level."""
    member = next(iter(queries.indicators(build, "en")[indicator]["members"]), "")
    return [
        {"region": row["region"], "period": row["period"], "value": row["value"]}
        for row in queries.slice_rows(build, indicator, level, member)
        if row["value"] is not None
    ]


def shapes(level: str) -> dict[str, Any]:
    """`shapes/<level>.json`."""
    content: dict[str, Any] = json.loads((ROOT / "shapes" / f"{level}.json").read_text())
    return content


def geojson(level: str) -> dict[str, Any]:
    """The same polygons in longitude and latitude, five decimals, for Plotly.

    Map units are taken back to EPSG:3035 by the manifest's origin and scale. The overseas frames go the same way, so
    they land beside the Iberian coast: not their place, but exactly the polygons that the other subjects draw.
    """
    manifest = json.loads((ROOT / "shapes" / "manifest.json").read_text())
    (east, north), metres = manifest["origin"], manifest["metres_per_unit"]
    lonlat = Transformer.from_crs(3035, 4326, always_xy=True).transform
    features = []
    for code, shape in shapes(level)["regions"].items():
        lines = [
            [[round(part, 5) for part in lonlat(east + x * metres, north - y * metres)] for x, y in ring]
            for ring in _rings(shape["d"])
        ]
        area = build_area(MultiLineString([[*line, line[0]] for line in lines]))
        parts = area.geoms if isinstance(area, MultiPolygon) else [area]
        # d3-geo reads a ring the other way round as everything but the region
        outlines = MultiPolygon([orient(part, -1) for part in parts])
        features.append({"type": "Feature", "id": code, "properties": {}, "geometry": mapping(outlines)})
    return {"type": "FeatureCollection", "features": features}


def _rings(d: str) -> list[list[tuple[int, int]]]:
    """The rings of a path of relative whole-number commands ('m12 34 5-6 …z'), in absolute units."""
    rings: list[list[tuple[int, int]]] = []
    x = y = 0
    for part in d.split("m")[1:]:
        ring = []
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        rings.append(ring)
        x, y = ring[0]  # 'z' goes back to the ring's start
    return rings
