"""Newer boundaries can be read as their publishers give them: VG250 (zip of shapefiles), ADMIN EXPRESS COG.

CONSTRUCTED: file names, layers and columns are the publishers'; every area is a made-up square.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from etl import codes
from etl.model import DeliveryError

gpd = pytest.importorskip("geopandas")
shapely = pytest.importorskip("shapely")

from etl import shape_sources as sources  # noqa: E402

INNER = "vg250_01-01.utm32s.shape.ebenen/vg250_ebenen_0101"


def squares(values: Sequence[str], column: str, crs: str, **more: Sequence[object]) -> object:
    """One square per value, side by side."""
    step, size = (1000.0, 900.0) if crs != "EPSG:4326" else (0.01, 0.009)
    x, y = (300_000.0, 5_500_000.0) if crs != "EPSG:4326" else (0.0, 45.0)
    areas = [shapely.box(x + n * step, y, x + n * step + size, y + size) for n in range(len(values))]
    return gpd.GeoDataFrame({column: list(values), **more}, geometry=areas, crs=crs)


def kreise() -> list[str]:
    return [codes.region(code).ags for code in codes.units("nuts3", "DE")]


def vg250(folder: Path, ags: list[str], crs: str = "EPSG:25832") -> Path:
    """A zip laid out like BKG's; the first Kreis has an area of water besides that of land."""
    inner = folder / "unpacked" / INNER
    inner.mkdir(parents=True)
    frame = squares([*ags, ags[0]], "AGS", crs, GF=[4] * len(ags) + [2])
    frame.to_file(inner / "VG250_KRS.shp")  # type: ignore[attr-defined]
    shutil.make_archive(str(folder / sources.VG250.file.removesuffix(".zip")), "zip", folder / "unpacked")
    shutil.rmtree(folder / "unpacked")
    return folder


def departements() -> list[str]:
    return [codes.region(code).insee_dep for code in codes.units("nuts3", "FR")]


def test_vg250_is_read_from_its_zip_without_the_water(tmp_path: Path) -> None:
    found = sources.read_germany(vg250(tmp_path, kreise()))
    assert set(found) == set(codes.units("nuts3", "DE"))
    assert all(700_000 < shape.area < 900_000 for shape in found.values())


def test_a_kreis_that_is_missing_or_stands_twice_is_named(tmp_path: Path) -> None:
    for number, (changed, message) in enumerate(
        (
            (kreise()[1:], r"399 of 400 Kreise; missing: DE111 \(Stuttgart"),
            ([*kreise(), kreise()[5]], "the code '.*' stands twice"),
            ([*kreise(), "99999"], "unknown AGS code '99999'"),
        )
    ):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(DeliveryError, match=message):
            sources.read_germany(vg250(tmp_path / str(number), changed))


def test_what_is_no_such_zip_is_refused(tmp_path: Path) -> None:
    path = vg250(tmp_path, kreise()) / sources.VG250.file
    whole = path.read_bytes()
    for content, message in (
        (whole[:2000], "the zip file is damaged or cut short"),
        (b"<html>Fehler</html>", "this is a web page"),
        (b"PK\x05\x06" + bytes(18), "0 files in it are called VG250_KRS.shp"),
    ):
        path.write_bytes(content)
        with pytest.raises(DeliveryError, match=message):
            sources.read_germany(tmp_path)


@pytest.mark.parametrize(
    ("product", "column"), [(sources.IGN_GPKG, "code_insee"), (sources.IGN_SHAPE, "INSEE_DEP")], ids=["gpkg", "shape"]
)
def test_admin_express_is_read_in_both_layouts(tmp_path: Path, product: sources.Product, column: str) -> None:
    frame = squares(departements(), column, "EPSG:4326")
    options = {"layer": product.layer, "driver": "GPKG"} if product.layer else {}
    frame.to_file(tmp_path / product.file, **options)  # type: ignore[attr-defined]
    near, overseas = sources.read_france(tmp_path)
    assert set(near) | set(overseas) == set(codes.units("nuts3", "FR"))
    assert sorted(overseas) == ["FRY10", "FRY20", "FRY30", "FRY40", "FRY50"]
    with pytest.raises(DeliveryError, match=r"an edition this project does not know .* so its day cannot be stated"):
        sources.edition(tmp_path, product)


def test_a_geopackage_without_the_layer_is_refused(tmp_path: Path) -> None:
    frame = squares(departements(), "code_insee", "EPSG:4326")
    frame.to_file(tmp_path / sources.IGN_GPKG.file, layer="commune", driver="GPKG")  # type: ignore[attr-defined]
    with pytest.raises(DeliveryError, match="not readable as boundaries"):
        sources.read_france(tmp_path)


def test_the_shipped_shapes_still_come_from_the_recorded_editions(tmp_path: Path) -> None:
    assert sources.product_in(tmp_path, sources.GERMANY) is sources.BKG
    assert sources.product_in(tmp_path, sources.FRANCE) is sources.IGN
    (tmp_path / sources.VG250.file).write_bytes(b"")
    assert sources.product_in(tmp_path, sources.GERMANY) is sources.VG250
