"""The two official boundary files that `shapes/` is built from: where they are, how they are read, what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd

from etl import codes
from etl.model import DeliveryError
from etl.zipped import members

Geometry = Any

METRIC: Final = "EPSG:3035"


@dataclass(frozen=True)
class Edition:
    """One edition of a boundary product. The files do not say of which day they are, so it is known by its hash."""

    sha256: str
    state: str


@dataclass(frozen=True)
class Product:
    """A boundary product: its file and the files that belong to it, its official page, its licence and credit.

    copy: where the file was taken from, where that is not the publisher; said so in the manifest. column: which one has
    the official codes. member: the shapefile inside a zip. layer: the table inside a GeoPackage. land: column and value
    that tell an area of land from one of water.
    """

    id: str
    title: str
    publisher: str
    file: str
    companions: tuple[str, ...]
    url: str
    copy: str
    licence: str
    licence_url: str
    credit: str
    editions: tuple[Edition, ...]
    column: str
    member: str = ""
    layer: str = ""
    land: tuple[str, int] | None = None


BKG: Final = Product(
    id="bkg_vg5000",
    title="Verwaltungsgebiete 1:5 000 000 (VG5000), Kreise",
    publisher="Bundesamt für Kartographie und Geodäsie",
    file="VG5000_KRS.shp",
    companions=("VG5000_KRS.dbf", "VG5000_KRS.shx", "VG5000_KRS.prj"),
    url=(
        "https://gdz.bkg.bund.de/index.php/default/digitale-geodaten/verwaltungsgebiete/"
        "verwaltungsgebiete-1-5-000-000-ebenen-stand-01-01-vg5000-ebenen-01-01.html"
    ),
    copy="https://github.com/Praesklepios/geoGermany at 7af434f: BKG's shapefiles, unchanged",
    licence="Datenlizenz Deutschland – Namensnennung – Version 2.0 (dl-de/by-2-0)",
    licence_url="https://www.govdata.de/dl-de/by-2-0",
    credit="© GeoBasis-DE / BKG 2021 (Daten verändert), dl-de/by-2-0",
    editions=(Edition("ec4793d864151dbd571137fe4cddf879a0a8111355b1bcc50ba4d097b2abaa65", "2021-01-01"),),
    column="AGS",
)
#: The same Kreise ten times finer and of each year, from the publisher: the way to newer borders.
VG250: Final = Product(
    id="bkg_vg250",
    title="Verwaltungsgebiete 1:250 000 (VG250), Ebenen, Stand 01.01., UTM32s, Shape",
    publisher="Bundesamt für Kartographie und Geodäsie",
    file="vg250_01-01.utm32s.shape.ebenen.zip",
    companions=(),
    url="https://daten.gdz.bkg.bund.de/produkte/vg/vg250_ebenen_0101/aktuell/vg250_01-01.utm32s.shape.ebenen.zip",
    copy="",
    licence="Datenlizenz Deutschland – Namensnennung – Version 2.0 (dl-de/by-2-0)",
    licence_url="https://www.govdata.de/dl-de/by-2-0",
    credit="© GeoBasis-DE / BKG 2026 (Daten verändert), dl-de/by-2-0",
    editions=(Edition("a21bd17e3616fded6a1cae3311f6b0e8f156ba3939d113b8b760fec5664dd529", "2026-01-01"),),
    column="AGS",
    member="VG250_KRS.shp",
    land=("GF", 4),
)
IGN: Final = Product(
    id="ign_admin_express",
    title="ADMIN EXPRESS COG, départements",
    publisher="Institut national de l'information géographique et forestière",
    file="departements-avec-outre-mer.geojson",
    companions=(),
    url="https://geoservices.ign.fr/adminexpress",
    copy=(
        "https://github.com/gregoiredavid/france-geojson at 5d34ee6: IGN's départements converted to GeoJSON, "
        "simplified to a quarter of the vertices (weighted Visvalingam), five decimals"
    ),
    licence="Licence Ouverte / Open Licence (Etalab)",
    licence_url="https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    credit="IGN ADMIN EXPRESS COG 2018, Licence Ouverte, simplifié",
    editions=(Edition("0c331e85eef244d8014f68a4c256bb732e28776aceec53ddf849624f2eb6c163", "2018"),),
    column="code",
)
#: IGN packs its editions as .7z, which nothing here unpacks: the department layer is put into the folder by hand. No
#: edition was seen, so none is known by its hash yet; `edition` says what to add.
IGN_GPKG: Final = replace(
    IGN,
    title="ADMIN EXPRESS COG 4, couche departement (GeoPackage)",
    file="admin_express_cog.gpkg",
    copy="",
    credit="IGN ADMIN EXPRESS COG, Licence Ouverte, simplifié",
    editions=(),
    column="code_insee",
    layer="departement",
)
IGN_SHAPE: Final = replace(
    IGN_GPKG,
    title="ADMIN EXPRESS COG 3, DEPARTEMENT (Shape)",
    file="DEPARTEMENT.shp",
    companions=("DEPARTEMENT.dbf", "DEPARTEMENT.shx", "DEPARTEMENT.prj"),
    column="INSEE_DEP",
    layer="",
)
#: What may lie in each folder; the first that does is taken, the last is the one shipped shapes were built from.
GERMANY: Final = (VG250, BKG)
FRANCE: Final = (IGN_GPKG, IGN_SHAPE, IGN)


def product_in(folder: Path, products: tuple[Product, ...]) -> Product:
    """Which of the products lies in `folder`; the last one where none does."""
    return next((product for product in products if (folder / product.file).is_file()), products[-1])


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_germany(folder: Path) -> dict[str, Geometry]:
    """The 400 Kreise of NUTS 2024 in EPSG:3035, by NUTS code. Kreise that NUTS 2024 counts as one are united.

    Raises DeliveryError for a missing or unreadable file, an unknown AGS, a Kreis that is missing or stands twice.
    """
    product = product_in(folder, GERMANY)
    frame = _read(folder, product).to_crs(METRIC)
    frame["code"] = _codes(frame[product.column], "ags", product)
    _complete(frame["code"], codes.units("nuts3", "DE"), product, "Kreise")
    united = frame.dissolve("code", method="coverage").sort_index()
    return dict(zip(united.index, united.geometry, strict=True))


def read_france(folder: Path) -> tuple[dict[str, Geometry], dict[str, Geometry]]:
    """The 96 départements of the mainland and Corsica in EPSG:3035, and the five overseas each in a local projection.

    Keys are NUTS codes. Raises DeliveryError as read_germany does.
    """
    product = product_in(folder, FRANCE)
    frame = _read(folder, product).to_crs("EPSG:4326")
    frame["code"] = _codes(frame[product.column], "insee_dep", product)
    _complete(frame["code"], codes.units("nuts3", "FR"), product, "départements")
    frame = frame.sort_values("code").set_index("code")
    far = frame.index.str.startswith("FRY")
    near = frame[~far].to_crs(METRIC)
    overseas: dict[str, Geometry] = {}
    for code, shape in frame[far].geometry.items():
        centre = shape.centroid
        local = f"+proj=laea +lat_0={centre.y:.4f} +lon_0={centre.x:.4f} +units=m"
        overseas[str(code)] = gpd.GeoSeries([shape], crs=frame.crs).to_crs(local).iloc[0]
    return dict(zip(near.index, near.geometry, strict=True)), overseas


def edition(folder: Path, product: Product) -> Edition:
    """Which edition lies in `folder`. Raises DeliveryError for one the project does not know."""
    digest = sha256(folder / product.file)
    for known in product.editions:
        if known.sha256 == digest:
            return known
    raise DeliveryError(
        f"an edition this project does not know (SHA-256 {digest[:12]}…), so its day cannot be stated",
        file=product.file,
        remedy=f"see on {product.url} of which day it is, then add hash, day and credit to etl/shape_sources.py.",
    )


def _read(folder: Path, product: Product) -> Any:
    for name in (product.file, *product.companions):
        if not (folder / name).is_file():
            raise DeliveryError(
                "the file is missing",
                file=f"{product.id}/{name}",
                remedy=f"put it into the folder given with --from; {_again(product)}",
            )
    place = _inside(folder / product.file, product.member) if product.member else str(folder / product.file)
    try:
        frame = gpd.read_file(place, **({"layer": product.layer} if product.layer else {}))
    except Exception as error:  # pyogrio, GDAL and pyproj each raise their own
        raise DeliveryError(
            f"not readable as boundaries ({str(error).splitlines()[0]})", file=product.file, remedy=_again(product)
        ) from error
    column = product.land[0] if product.land and product.land[0] not in frame.columns else product.column
    if frame.empty or column not in frame.columns or frame.crs is None:
        lacks = "no areas" if frame.empty else f"no column '{column}'" if frame.crs else "no coordinate system"
        raise DeliveryError(f"the file has {lacks}", file=product.file, column=column, remedy=_again(product))
    if product.land:
        frame = frame[frame[product.land[0]] == product.land[1]]
    if bool((frame.geometry.is_empty | frame.geometry.isna()).any()):
        raise DeliveryError("an area has no geometry", file=product.file, remedy=_again(product))
    return frame


def _inside(path: Path, member: str) -> str:
    """How GDAL addresses a shapefile in a zip; the folder inside changes with the edition, the name does not."""
    found = [name for name in members(path) if name.rpartition("/")[2] == member]
    if len(found) != 1:
        raise DeliveryError(f"{len(found)} files in it are called {member}", file=path.name, remedy=_again(VG250))
    return f"/vsizip/{path.resolve()}/{found[0]}"


def _codes(column: Iterable[object], system: str, product: Product) -> list[str]:
    found: list[str] = []
    seen: set[str] = set()
    for line, code in enumerate(column, start=1):
        try:
            found.append(codes.resolve(str(code), system))
        except codes.CodeError as error:
            raise DeliveryError(
                f"area {line}: {error}",
                file=product.file,
                remedy=f"if it is new, add it to etl/regions/; else {_again(product)}",
            ) from error
        if str(code) in seen:
            raise DeliveryError(
                f"area {line}: the code '{code}' stands twice", file=product.file, remedy=_again(product)
            )
        seen.add(str(code))
    return found


def _complete(found: Iterable[str], wanted: tuple[str, ...], product: Product, what: str) -> None:
    absent = sorted(set(wanted) - set(found))
    if absent:
        names = ", ".join(f"{code} ({codes.region(code).name})" for code in absent[:5])
        more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
        raise DeliveryError(
            f"{len(wanted) - len(absent)} of {len(wanted)} {what}; missing: {names}{more}",
            file=product.file,
            remedy=_again(product),
        )


def _again(product: Product) -> str:
    came = f"; the edition in use came from {product.copy}" if product.copy else ""
    return f"get {product.title}: {product.url}{came}."
