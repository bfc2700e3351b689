"""Build `shapes/` from the official boundaries of BKG and IGN: `python -m etl shapes --from FOLDER`.

Output format: docs/architecture.md, "Shapes". Same input, same bytes.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from etl import codes
from etl.model import AtlasError
from etl.shape_paths import Point
from etl.shape_paths import path as svg_path

if TYPE_CHECKING:
    from etl.shape_geometry import Frame

Geometry = Any

#: Levels on whose maps the inner borders between Länder and between régions are drawn over the finer units.
_WITH_LAND_LINES: Final = ("nuts2", "nuts3")


def build(bkg: Path, ign: Path, out: Path, progress: Callable[[str], None]) -> None:
    """Write `<level>.json` for the four map levels and `manifest.json` into `out`.

    bkg, ign: folders with the published files. Nothing in `out` changes unless everything was built.
    Raises DeliveryError for input that is not what it should be, AtlasError where the geometry libraries are absent.
    """
    try:
        from etl import shape_geometry as geometry  # noqa: PLC0415  (125 MB that only this command needs)
        from etl import shape_sources as sources  # noqa: PLC0415
    except ImportError as error:
        raise AtlasError(
            f"'{error.name}' is not installed. Remedy: pip install '.[shapes]' brings the geometry libraries"
        ) from error

    progress("reading Kreise and départements")
    germany = sources.read_germany(bkg)
    france, overseas = sources.read_france(ign)
    used = ((sources.product_in(bkg, sources.GERMANY), bkg), (sources.product_in(ign, sources.FRANCE), ign))
    origins = [_origin(sources, product, folder) for product, folder in used]
    progress("stitching the two countries along the Rhine, the Lauter and the Saar")
    mainland = geometry.to_map(geometry.stitch(germany, france))
    placed, frames = geometry.to_frames(overseas)
    progress(f"simplifying {len(mainland) + len(placed)} regions")
    nuts3 = dict(sorted(geometry.generalise({**mainland, **placed}).items()))
    files = {f"{level}.json": text for level, text in _levels(geometry, nuts3, frames).items()}
    files["manifest.json"] = _manifest(geometry, origins, files)
    _write(out, files)
    for name, text in files.items():
        progress(f"{name}: {len(text):,} bytes, {_gzipped(text):,} compressed")


def _levels(geometry: Any, nuts3: Mapping[str, Geometry], frames: list[Frame]) -> dict[str, bytes]:
    """The text of each level's file; every level is dissolved from the same NUTS 3 coverage."""
    land = {code: codes.region(code).land for code in nuts3}
    groups = {
        "country": {code: code[:2] for code in nuts3},
        "land": land,
        "nuts2": {code: code[:4] for code in nuts3},
        "nuts3": {code: code for code in nuts3},
    }
    border, inner = geometry.borders(nuts3, land)
    texts: dict[str, bytes] = {}
    for level, group in groups.items():
        shapes = geometry.dissolve(nuts3, group)
        lines = {"border": _line_path(border)}
        if level in _WITH_LAND_LINES:
            lines["land"] = _line_path(inner)
        texts[level] = _json(
            {
                "level": level,
                "width": geometry.WIDTH,
                "height": geometry.HEIGHT,
                "regions": {code: _region(geometry, shape) for code, shape in shapes.items()},
                "frames": [asdict(frame) for frame in frames],
                "lines": lines,
            }
        )
    return texts


def _region(geometry: Any, shape: Geometry) -> dict[str, Any]:
    rings: list[list[Point]] = []
    for part in getattr(shape, "geoms", [shape]):
        rings += [_points(ring)[:-1] for ring in (part.exterior, *part.interiors)]
    x, y = geometry.label_point(shape)
    return {"d": svg_path(rings, closed=True), "x": x, "y": y, "box": [int(edge) for edge in shape.bounds]}


def _line_path(lines: Geometry) -> str:
    return svg_path([_points(line) for line in getattr(lines, "geoms", [lines])], closed=False)


def _points(line: Geometry) -> list[Point]:
    return [(int(x), int(y)) for x, y in line.coords]


def _origin(sources: Any, product: Any, folder: Path) -> dict[str, Any]:
    """What the manifest says of one product and the edition of it that was used."""
    return {
        "id": product.id,
        "title": product.title,
        "publisher": product.publisher,
        "url": product.url,
        "copy": product.copy,
        "state": sources.edition(folder, product).state,
        "sha256": {name: sources.sha256(folder / name) for name in (product.file, *product.companions)},
        "licence": product.licence,
        "licence_url": product.licence_url,
        "credit": product.credit,
    }


def _manifest(geometry: Any, origins: list[dict[str, Any]], files: Mapping[str, bytes]) -> bytes:
    return _json(
        {
            "attribution": " · ".join(origin["credit"] for origin in origins),
            "sources": origins,
            "changes": (
                "stitched to one coverage along the common border, Eisenach united with Wartburgkreis (NUTS 2024), "
                "islands under 5 km² left out, simplified, rounded to map units; overseas régions moved into frames, "
                "not to scale"
            ),
            "projection": "EPSG:3035; overseas régions each in a local Lambert azimuthal equal-area projection",
            "metres_per_unit": geometry.METRES_PER_UNIT,
            "origin": [geometry.WEST, geometry.NORTH],
            "tolerance_m": round(geometry.TOLERANCE * geometry.METRES_PER_UNIT),
            "files": {
                name: {"regions": len(codes.units(name[:-5])), "bytes": len(text), "gzip": _gzipped(text)}
                for name, text in files.items()
            },
        },
        indent=1,
    )


def _json(content: object, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else (",", ": ")
    return (json.dumps(content, ensure_ascii=False, separators=separators, indent=indent) + "\n").encode()


def _gzipped(text: bytes) -> int:
    return len(gzip.compress(text, 9, mtime=0))


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Write all files beside their places first, then move each into place; a failed run leaves `out` as it was."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".new-") as folder:
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text)
        for name in files:
            os.replace(Path(folder) / name, out / name)
