"""The build of the shapes refuses deliveries that are not what they should be, and its steps do what they promise.

The deliveries are written here: a square for every Kreis and département under its official code.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from etl import codes, shape_geometry
from etl.model import DeliveryError, Exit
from etl.shape_paths import path as svg_path
from etl.shapes import build

KREISE = "VG5000_KRS.shp"
DEPARTEMENTS = "departements-avec-outre-mer.geojson"


def squares(found: list[str], column: str, crs: str, side: float) -> Any:
    cells = [shapely.box(i * side, i * side, (i + 1) * side, (i + 1) * side) for i in range(len(found))]
    return gpd.GeoDataFrame({column: found}, geometry=cells, crs=crs)


def kreise() -> Any:
    """401 squares: the Kreise of 1 January 2021, when Eisenach (16056) was one of its own."""
    found = [codes.region(code).ags for code in codes.units("nuts3", "DE")]
    return squares([*found, "16056"], "AGS", "EPSG:31467", 1_000)


def departements() -> Any:
    found = [codes.region(code).insee_dep for code in codes.units("nuts3", "FR")]
    return squares(found, "code", "EPSG:4326", 0.1)


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """A folder with both deliveries and a `shapes` folder that holds an earlier result."""
    for name in ("bkg", "ign", "shapes"):
        (tmp_path / name).mkdir()
    kreise().to_file(tmp_path / "bkg" / KREISE)
    departements().to_file(tmp_path / "ign" / DEPARTEMENTS)
    (tmp_path / "shapes" / "land.json").write_text("the last good one")
    return tmp_path


def run(folder: Path) -> None:
    build(folder / "bkg", folder / "ign", folder / "shapes", lambda _: None)


def recoded(frame: Any, column: str, old: str, new: str) -> Any:
    frame.loc[frame[column] == old, column] = new
    return frame


GERMAN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a Kreis less": (lambda f: f[f["AGS"] != "14612"], r"399 of 400 Kreise; missing: DED21 \(Dresden\)"),
    "an unknown AGS": (lambda f: recoded(f, "AGS", "14612", "14699"), "unknown AGS code '14699'; did you mean '14"),
    "a Kreis twice": (lambda f: f.loc[[*f.index, f.index[0]]], "the code '08111' stands twice"),
    "no AGS": (lambda f: f.rename(columns={"AGS": "KEY"}), "no column 'AGS'"),
    "no projection": (lambda f: f.set_crs(None, allow_override=True), "no coordinate system|VG5000_KRS.prj"),
    "numbers for codes": (lambda f: f.assign(AGS=f["AGS"].astype(int)), "unknown AGS code"),
    "another edition": (lambda f: f, "an edition this project does not know"),
}


@pytest.mark.parametrize("case", GERMAN)
def test_bad_german_input_is_refused_by_name_and_changes_nothing(case: str, delivery: Path) -> None:
    spoil, said = GERMAN[case]
    for file in (delivery / "bkg").iterdir():
        file.unlink()
    spoil(kreise()).to_file(delivery / "bkg" / KREISE)
    with pytest.raises(DeliveryError, match=said) as error:
        run(delivery)
    assert error.value.exit_code == Exit.DELIVERY
    assert "VG5000_KRS" in str(error.value)
    assert "Remedy:" in str(error.value)
    left = [(path.name, path.read_text()) for path in (delivery / "shapes").iterdir()]
    assert left == [("land.json", "the last good one")]


@pytest.mark.parametrize("name", ["VG5000_KRS.shp", "VG5000_KRS.dbf", "VG5000_KRS.shx"])
def test_a_missing_file_is_named_with_its_address(name: str, delivery: Path) -> None:
    (delivery / "bkg" / name).unlink()
    with pytest.raises(DeliveryError, match=rf"bkg_vg5000/{name}: the file is missing.*gdz\.bkg\.bund\.de"):
        run(delivery)


def test_a_web_page_instead_of_boundaries_is_refused(delivery: Path) -> None:
    (delivery / "bkg" / KREISE).write_text("<!doctype html><title>Sorry</title>")
    with pytest.raises(DeliveryError, match=r"VG5000_KRS\.shp: not readable as boundaries"):
        run(delivery)


def test_a_missing_departement_is_named(delivery: Path) -> None:
    frame = departements()
    frame[frame["code"] != "2A"].to_file(delivery / "ign" / DEPARTEMENTS)
    with pytest.raises(DeliveryError, match=r"100 of 101 départements; missing: FRM01 \(Corse-du-Sud\)"):
        run(delivery)


def test_a_truncated_file_is_refused(delivery: Path) -> None:
    file = delivery / "ign" / DEPARTEMENTS
    file.write_text(file.read_text()[:-500])
    with pytest.raises(DeliveryError, match="departements-avec-outre-mer"):
        run(delivery)


def test_stitching_closes_gaps_and_overlaps_along_the_border_and_nothing_else() -> None:
    """Two national coverages that miss each other by 200 m in the north and overlap by 200 m in the south."""
    west = shapely.box(4_000_000, 3_000_000, 4_050_000, 3_100_000)
    east = shapely.Polygon(
        [(4_050_200, 3_100_000), (4_049_800, 3_000_000), (4_100_000, 3_000_000), (4_100_000, 3_100_000)]
    )
    assert not shapely.coverage_is_valid([west, east])
    seam = shape_geometry.stitch({"DE1": east}, {"FR1": west})
    assert shapely.coverage_is_valid(list(seam.values()))
    assert shapely.union_all(list(seam.values())).geom_type == "Polygon"
    assert sum(part.area for part in seam.values()) == pytest.approx(100_000 * 100_000, rel=1e-3)


def test_generalising_keeps_borders_common_and_drops_only_small_islands() -> None:
    def wavy(x: float) -> list[tuple[float, float]]:
        return [(x + 3.3 * (i % 3), 10.3 * i) for i in range(60)]

    left = shapely.Polygon([(0, 0), *wavy(300.4), (0, 607.7)])
    right = shapely.Polygon([(600.2, 0), *wavy(300.4), (600.2, 607.7)])
    skerry, island = shapely.box(700, 0, 705, 5), shapely.box(700, 100, 720, 130)
    result = shape_geometry.generalise({"A": left, "B": shapely.MultiPolygon([right, skerry, island])})
    assert shapely.coverage_is_valid(list(result.values()))
    assert all(float(xy).is_integer() for xy in shapely.get_coordinates(list(result.values())).ravel())
    assert len(shapely.get_parts(result["B"])) == 2, "the island stays, the skerry goes"
    assert shapely.get_num_coordinates(result["A"]) < shapely.get_num_coordinates(left)
    assert result["A"].intersection(result["B"]).area == 0


def test_borders_are_told_apart_by_country_and_land() -> None:
    row = {"DE111": shapely.box(0, 0, 1, 1), "DE112": shapely.box(1, 0, 2, 1)}
    row |= {"DE211": shapely.box(2, 0, 3, 1), "FR101": shapely.box(3, 0, 4, 1)}
    national, inner = shape_geometry.borders(row, {code: code[:3] for code in row})
    assert shapely.get_coordinates(national).tolist() == [[3, 0], [3, 1]]
    assert shapely.get_coordinates(inner).tolist() == [[2, 0], [2, 1]]


def test_paths_are_relative_and_carry_no_spare_separator() -> None:
    assert svg_path([[(12, 34), (17, 28), (10, 30)], [(2, 3), (3, 3)]], closed=True) == "m12 34 5-6-7 2zm-10-31 1 0z"
    assert svg_path([[(12, 34), (17, 28)], [(17, 28), (0, 0)]], closed=False) == "m12 34 5-6m0 0-17-28"
