"""The committed shapes are a seamless coverage whose levels fit, within their budgets; the build makes them again."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shape_reading import SHAPES, level, line, polygons, subpaths

from etl import codes
from etl.shapes import build

SOURCES = Path(__file__).parents[3] / "shared" / "sources"
BKG, IGN = SOURCES / "bkg_vg5000", SOURCES / "ign_admin_express"
needs_sources = pytest.mark.skipif(
    not (BKG / "VG5000_KRS.shp").is_file() or not (IGN / "departements-avec-outre-mer.geojson").is_file(),
    reason="the raw boundary files lie beside the project only where they were fetched",
)
LEVELS = codes.MAP_LEVELS
UNIT_KM = 0.15


@pytest.mark.parametrize("name", LEVELS)
def test_every_unit_of_the_level_is_drawn_and_nothing_else(name: str) -> None:
    assert set(level(name)["regions"]) == set(codes.units(name))
    assert level(name)["level"] == name


@pytest.mark.parametrize("name", LEVELS)
def test_regions_neither_overlap_nor_leave_gaps(name: str) -> None:
    shapes = list(polygons(name).values())
    assert all(shape.is_valid and shape.area > 0 for shape in shapes)
    # Vertex by vertex: an edge that two regions share is the same edge in both.
    assert shapely.coverage_is_valid(shapes)


def test_only_real_holes_are_left_in_the_map() -> None:
    """Jungholz and Llívia belong to neighbours; the Étang de Berre, the Gulf of Morbihan, Brest are water."""
    union = shapely.union_all(list(polygons("nuts3").values()))
    holes = [shapely.Polygon(ring).area * UNIT_KM**2 for part in union.geoms for ring in part.interiors]
    assert sorted(round(hole) for hole in holes) == [2, 3, 6, 11, 152]


@pytest.mark.parametrize(("coarse", "of"), [("nuts2", 4), ("country", 2)])
def test_nuts_levels_are_exactly_their_nuts3_regions(coarse: str, of: int) -> None:
    for code, shape in polygons(coarse).items():
        members = [part for child, part in polygons("nuts3").items() if child[:of] == code]
        assert shapely.union_all(members).equals(shape), code


def test_a_land_consists_of_the_same_vertices_as_its_kreise_and_departements() -> None:
    for code, one in level("land")["regions"].items():
        members = [child for child in codes.units("nuts3") if codes.region(child).land == code]
        assert shapely.union_all([polygons("nuts3")[child] for child in members]).equals(polygons("land")[code])
        below = {p for m in members for ring in subpaths(level("nuts3")["regions"][m]["d"]) for p in ring}
        assert {point for ring in subpaths(one["d"]) for point in ring} <= below, code


def test_germany_and_france_meet_along_the_whole_border() -> None:
    germany, france = polygons("country")["DE"], polygons("country")["FR"]
    assert germany.intersection(france).area == 0
    common = shapely.line_merge(germany.intersection(france))
    assert common.geom_type == "LineString", "one unbroken line from Luxembourg to Basel"
    assert 350 < common.length * UNIT_KM < 450
    for name in LEVELS:
        assert line(level(name)["lines"]["border"]).equals(common), name


def test_land_lines_are_the_borders_inside_the_countries() -> None:
    lands = polygons("land")
    edges = shapely.union_all([shape.boundary for shape in lands.values()])
    outline = shapely.union_all([shape.boundary for shape in polygons("country").values()])
    inner = edges.difference(outline)
    for name in ("nuts2", "nuts3"):
        drawn = line(level(name)["lines"]["land"])
        assert drawn.length == pytest.approx(inner.length, abs=1e-6)
        assert drawn.difference(inner).length == 0
    assert all("land" not in level(name)["lines"] for name in ("country", "land"))


@pytest.mark.parametrize("name", LEVELS)
def test_label_points_and_boxes_belong_to_their_region(name: str) -> None:
    for code, one in level(name)["regions"].items():
        assert polygons(name)[code].contains(shapely.Point(one["x"], one["y"])), code
        assert one["box"] == list(polygons(name)[code].bounds), code
        x0, y0, x1, y1 = one["box"]
        assert 0 <= x0 < x1 <= level(name)["width"], code
        assert 0 <= y0 < y1 <= level(name)["height"], code


@pytest.mark.parametrize("name", LEVELS)
def test_each_overseas_region_lies_in_its_frame_and_no_frame_touches_the_mainland(name: str) -> None:
    frames = level(name)["frames"]
    assert [frame["code"] for frame in frames] == ["FRY1", "FRY2", "FRY3", "FRY4", "FRY5"]
    boxes = []
    for frame in frames:
        x, y, width, height = (frame[key] for key in ("x", "y", "width", "height"))
        assert frame["scale"] > 0
        assert 0 <= x < x + width <= level(name)["width"]
        assert 0 <= y < y + height <= level(name)["height"]
        boxes.append(shapely.box(x, y, x + width, y + height))
    for box, frame in zip(boxes, frames, strict=True):
        assert box.contains_properly(polygons("land")[frame["code"]])
        for code, shape in polygons("land").items():
            assert code == frame["code"] or not box.intersects(shape), code
    assert all(not a.intersects(b) for a in boxes for b in boxes if a is not b)


def test_overseas_scales_are_those_of_their_true_areas() -> None:
    for frame in level("land")["frames"]:
        drawn = polygons("land")[frame["code"]].area * (UNIT_KM / frame["scale"]) ** 2
        assert drawn == pytest.approx(codes.region(frame["code"]).area_km2, rel=0.05), frame


def test_areas_are_true_enough_for_a_map() -> None:
    for code, shape in polygons("nuts3").items():
        region = codes.region(code)
        if not region.overseas:
            assert shape.area * UNIT_KM**2 == pytest.approx(region.area_km2, rel=0.08), region.name


@pytest.mark.parametrize(
    ("place", "lon", "lat", "code"),
    [
        ("Sylt", 8.33, 54.90, "DEF07"),
        ("Amrum", 8.34, 54.65, "DEF07"),
        ("Pellworm", 8.64, 54.52, "DEF07"),
        ("Fehmarn", 11.15, 54.46, "DEF08"),
        ("Rügen", 13.42, 54.42, "DE80L"),
        ("Usedom", 14.05, 53.94, "DE80N"),
        ("Borkum", 6.72, 53.59, "DE94C"),
        ("Norderney", 7.17, 53.71, "DE947"),
        ("Langeoog", 7.53, 53.75, "DE94H"),
        ("Bremerhaven", 8.60, 53.55, "DE502"),
        ("Belle-Île", -3.19, 47.33, "FRH04"),
        ("Île de Ré", -1.38, 46.19, "FRI32"),
        ("Île d'Yeu", -2.34, 46.71, "FRG05"),
        ("Ouessant", -5.09, 48.46, "FRH02"),
        ("Corsica", 9.10, 42.20, "FRM02"),
        ("Berlin", 13.38, 52.52, "DE300"),
        ("Strasbourg", 7.74, 48.57, "FRF11"),
        ("Kehl", 7.84, 48.57, "DE134"),
    ],
)
def test_places_lie_in_their_region(place: str, lon: float, lat: float, code: str) -> None:
    """A place given in degrees is hit on the map: islands, enclaves and the projection came through."""
    manifest = json.loads((SHAPES / "manifest.json").read_text(encoding="utf-8"))
    (west, north), unit = manifest["origin"], manifest["metres_per_unit"]
    metres = gpd.GeoSeries.from_xy([lon], [lat], crs="EPSG:4326").to_crs("EPSG:3035").iloc[0]
    on_map = shapely.Point((metres.x - west) / unit, (north - metres.y) / unit)
    hit = [one for one, shape in polygons("nuts3").items() if shape.contains(on_map)]
    assert hit == [code], place


def test_the_two_parts_of_bremen_are_drawn() -> None:
    assert len(shapely.get_parts(polygons("land")["DE5"])) == 2


@pytest.mark.parametrize(("name", "kilobytes"), [("country", 15), ("land", 45), ("nuts2", 60), ("nuts3", 95)])
def test_budget_on_the_wire(name: str, kilobytes: int) -> None:
    assert len(gzip.compress((SHAPES / f"{name}.json").read_bytes(), 9)) <= kilobytes * 1_000


def test_manifest_names_sources_hashes_and_both_credits() -> None:
    manifest = json.loads((SHAPES / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["attribution"] == (
        "© GeoBasis-DE / BKG 2021 (Daten verändert), dl-de/by-2-0 · "
        "IGN ADMIN EXPRESS COG 2018, Licence Ouverte, simplifié"
    )
    assert manifest["attribution"] in (SHAPES / "LICENCES.md").read_text(encoding="utf-8")
    for source in manifest["sources"]:
        assert source["url"].startswith("https://")
        assert source["licence_url"].startswith("https://")
        assert source["state"][:4].isdigit()
        assert all(len(digest) == 64 for digest in source["sha256"].values())
    for name, facts in manifest["files"].items():
        assert facts["bytes"] == (SHAPES / name).stat().st_size
        assert facts["regions"] == len(level(name.removesuffix(".json"))["regions"])


@needs_sources
def test_building_from_the_published_files_gives_the_committed_bytes(tmp_path: Path) -> None:
    said: list[str] = []
    build(BKG, IGN, tmp_path, said.append)
    for name in (*(f"{one}.json" for one in LEVELS), "manifest.json"):
        assert (tmp_path / name).read_bytes() == (SHAPES / name).read_bytes(), name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*(f"{one}.json" for one in LEVELS), "manifest.json"]
    ), "no temporary files are left"
    assert any("nuts3.json" in line for line in said)
