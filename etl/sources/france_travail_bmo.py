"""Recruitment projects in IT occupations by département, from France Travail's yearly survey BMO.

Besoins en main-d'œuvre asks establishments in autumn how many people they mean to recruit in the coming year; a project
is an intention, not a job created. One row per employment basin × département × occupation. A `*` hides a small number:
it is unknown, never 0, so every sum that has one says it is too low, and how many are hidden is a measure of its own.
Until 2023 occupations are those of FAP 2009, since 2024 those of FAP 2021, and the two do not join. The column of the
basin carries the year in its name (BE25), and column names change in case and wording from year to year.
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.rollup import spread_upwards
from etl.spreadsheet import read_sheet
from etl.tidy import cast_column, expect_columns, expect_range, expect_regions, expect_unique, map_codes, to_tidy

_PAGE: Final = "https://www.data.gouv.fr/datasets/enquete-besoins-en-main-doeuvre-bmo"
_FOLDER: Final = "sites/peorg/files/documents/Statistiques-et-analyses/Open-data/BMO"
_AGAIN: Final = "fetch the delivery again; if France Travail really changed it, adapt the module and its test."

#: The addresses that were seen, 2026's by its file name only, in the folder of 2025; a year that is not there is "gone"
#: and stops nothing. The other years stand on the page, each under a name of its own.
_ADDRESSES: Final = {
    2022: f"https://www.pole-emploi.org/files/live/{_FOLDER}/Donnees_consolidees_2022.zip",
    2023: "https://www.data.gouv.fr/api/1/datasets/r/cf654bbd-aa1e-458c-9d08-24252f66f16b",
    2025: f"https://www.francetravail.org/files/live/{_FOLDER}/Base_open_data_BMO_2025.xlsx",
    2026: f"https://www.francetravail.org/files/live/{_FOLDER}/Base-open-data-BMO-2026.xlsx",
}
_FIRST, _LAST = 2015, 2026


def _file(year: int) -> File:
    address = _ADDRESSES.get(year, _PAGE)
    books = (f"Base_open_data_BMO_{year}.xlsx", f"Base-open-data-BMO-{year}.xlsx", f"Base_open_data_{year % 100}.xlsx")
    packed = (f"Donnees_consolidees_{year}.zip",)
    return File(
        f"bmo_{year}",
        (*packed, *books) if address.endswith(".zip") else (*books, *packed),
        address,
        required=False,
        page=year not in _ADDRESSES,
        max_bytes=60_000_000,
    )


SOURCE: Final = Source(
    id="france_travail_bmo",
    publisher="France Travail",
    title={
        "de": "Erhebung zum Arbeitskräftebedarf (BMO): Einstellungsvorhaben nach Berufen",
        "fr": "Enquête Besoins en main-d’œuvre (BMO) : projets de recrutement par métier",
        "en": "Labour needs survey (BMO): recruitment projects by occupation",
    },
    licence=Licence(
        name="Licence Ouverte 2.0",
        url="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        credit="Source : France Travail, enquête Besoins en main-d’œuvre (BMO) ; sums by the atlas.",
    ),
    url=_PAGE,
    files=tuple(_file(year) for year in range(_FIRST, _LAST + 1)),
    folders=("bmo",),
    rhythm="yearly, April",
    every_days=365,
    hosts=("static.data.gouv.fr", "www.francetravail.org"),
)

#: FAP 2021: technicians (development; operation and support), engineers and managers (development; projects and
#: departments; operation; experts and consultants).
IT_FAP_2021: Final = ("M1X80", "M1X81", "M2X90", "M2X91", "M2X92", "M2X93")
#: FAP 2009: families IT technicians (M1Z) and IT engineers (M2Z).
_IT_FAP_2009: Final = re.compile(r"M[12]Z\d\d")
_IT_ANY: Final = re.compile(r"M[12][XZ]\w*")

_SHEET: Final = re.compile(r"BMO_(\d{4})_open_data", re.IGNORECASE)
_WANTED: Final = ("annee", "code_metier_bmo", "dept", "be", "met")
_IGNORED: Final = (
    "nom_metier_bmo", "famille_met", "famille_metier", "lbl_fam_met", "libelle_de_famille_de_metier", "reg", "nom_reg",
    "nomdept", "nombe", "xmet", "smet",
)  # fmt: skip
_CLPE: Final = "clpe"
_SUPPRESSED: Final = "*"
#: Saint-Pierre-et-Miquelon, Saint-Barthélemy, Saint-Martin: in no région the atlas shows.
_OUTSIDE: Final = ("975", "977", "978")
#: The largest cell seen is 2,824 (Paris, M2X90, 2025).
_LARGEST_CELL: Final = 50_000


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows: it_recruitment_projects and it_recruitment_suppressed (cells); départements up to France; by year."""
    if not delivery.files:
        raise DeliveryError("no year of the survey was delivered", remedy=f"take one or more from {_PAGE}.")
    years = [_year(delivery.path(key), key) for key in sorted(delivery.files)]
    cells = pl.concat(years)
    sums = (
        spread_upwards(cells.select("region", "period", "met", "fap", "file"))
        .group_by("region", "period", "fap", "file")
        .agg(
            pl.col("met").sum().alias("projects"),
            pl.col("met").is_null().sum().alias("hidden"),
            pl.col("met").is_not_null().sum().alias("known"),
        )
    )
    projects = _flagged(sums, _break_year(cells))
    hidden = sums.select(
        "region",
        "period",
        "file",
        measure=pl.lit("it_recruitment_suppressed"),
        value=pl.col("hidden").cast(pl.Float64),
        status=pl.lit(Status.FINE.value),
        reason=pl.lit(""),
    )
    return to_tidy(pl.concat([projects, hidden.select(projects.columns)]))


def _flagged(sums: pl.DataFrame, break_year: str) -> pl.DataFrame:
    """Sums of the published cells; a hidden one makes the sum a lower limit, all hidden ones leave none."""
    none, some = pl.col("known") == 0, pl.col("hidden") > 0
    first = pl.col("period") == break_year
    return sums.select(
        "region",
        "period",
        "file",
        measure=pl.lit("it_recruitment_projects"),
        value=pl.when(none).then(None).otherwise(pl.col("projects")).cast(pl.Float64),
        status=pl.when(none)
        .then(pl.lit(Status.SUPPRESSED.value))
        .when(first)
        .then(pl.lit(Status.BREAK.value))
        .when(some)
        .then(pl.lit(Status.UNRELIABLE.value))
        .otherwise(pl.lit(Status.FINE.value)),
        reason=pl.when(none)
        .then(pl.lit("all_suppressed"))
        .when(first & some)
        .then(pl.lit("fap2021_suppressed"))
        .when(first)
        .then(pl.lit("fap2021"))
        .when(some)
        .then(pl.lit("suppressed"))
        .otherwise(pl.lit("own_sum")),
    )


def _break_year(cells: pl.DataFrame) -> str:
    """The first year of FAP 2021 behind years of FAP 2009; '' where only one of them was delivered."""
    years = {fap: cells.filter(fap=fap)["period"].unique().sort().to_list() for fap in ("2009", "2021")}
    if not years["2009"] or not years["2021"]:
        return ""
    if years["2009"][-1] > years["2021"][0]:
        raise DeliveryError(
            f"{years['2009'][-1]} has occupations of FAP 2009, though {years['2021'][0]} has those of FAP 2021",
            remedy="two files look swapped: see the sheet names.",
        )
    return str(years["2021"][0])


def _year(path: Path, key: str) -> pl.DataFrame:
    """region, period, met (null where hidden), fap ('2009' or '2021'), file; one row per basin × IT occupation."""
    name, frame = read_sheet(path, _SHEET, _clean)
    year = re.sub(_SHEET, r"\1", name)
    expect_columns(path, [c for c in frame.columns if c != "line"], _WANTED, (*_IGNORED, _CLPE))
    _expect_year(frame, year, key, path)
    for column in _WANTED:
        _expect_filled(frame, column, path)
    frame = frame.with_columns(pl.col("dept").str.to_uppercase().str.zfill(2))
    frame = frame.filter(~pl.col("dept").is_in(_OUTSIDE))
    frame = map_codes(frame, "dept", partial(codes.resolve, system="insee_dep"), path.name)
    mainland = [code for code in codes.units("nuts3", "FR") if not code.startswith("FRY")]
    expect_regions(frame, "dept", mainland, path.name, what="département")
    frame = cast_column(frame, "met", pl.Int64, path.name, missing=(_SUPPRESSED,))
    expect_range(frame, "met", 0, _LARGEST_CELL, path.name, meaning="number of recruitment projects")
    # Since 2026 a basin may be split by local committee (clpe).
    cell = [column for column in ("code_metier_bmo", "dept", "be", _CLPE) if column in frame.columns]
    expect_unique(frame, cell, path.name)
    frame, fap = _it_rows(frame, path)
    return frame.select(
        pl.col("dept").alias("region"),
        pl.lit(year).alias("period"),
        "met",
        pl.lit(fap).alias("fap"),
        pl.lit(key).alias("file"),
    )


def _it_rows(frame: pl.DataFrame, path: Path) -> tuple[pl.DataFrame, str]:
    """The rows on IT occupations and the version of the classification; a code of neither version is refused."""
    occupation = pl.col("code_metier_bmo")
    frame = frame.filter(occupation.str.contains(f"^(?:{_IT_ANY.pattern})$"))
    found = set(frame["code_metier_bmo"].unique().to_list())
    if found and found <= set(IT_FAP_2021):
        return frame, "2021"
    if found and all(_IT_FAP_2009.fullmatch(code) for code in found):
        return frame, "2009"
    unknown = sorted(code for code in found if code not in IT_FAP_2021 and not _IT_FAP_2009.fullmatch(code))
    what = f"unknown IT occupation {unknown[0]}" if unknown else "codes of two classifications" if found else "none"
    raise DeliveryError(
        f"the IT occupations are not those of one FAP version ({what})",
        file=path.name,
        column="code_metier_bmo",
        remedy="see which codes of France Travail's list are IT occupations now, then adapt the module.",
    )


def _expect_year(frame: pl.DataFrame, year: str, key: str, path: Path) -> None:
    """Refuse a file that is of another year than it is declared as, or whose rows are."""
    other = frame.filter(pl.col("annee").is_null() | (pl.col("annee") != year))
    if other.height or key != f"bmo_{year}":
        said = f"the row says {other['annee'][0]}" if other.height else f"it was delivered as {key}"
        raise DeliveryError(
            f"the sheet is of {year}, but {said}",
            file=path.name,
            line=other["line"][0] if other.height else None,
            column="annee",
            remedy="put each year's file under its own name.",
        )


def _expect_filled(frame: pl.DataFrame, column: str, path: Path) -> None:
    empty = frame.filter(pl.col(column).is_null() | (pl.col(column).str.strip_chars() == ""))
    if empty.height:
        raise DeliveryError("the cell is empty", file=path.name, line=empty["line"][0], column=column, remedy=_AGAIN)


def _clean(header: str) -> str:
    """ "Code métier BMO" and "code_metier BMO" → code_metier_bmo; "BE25" → be, "NOMBE25" → nombe."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return re.sub(r"^(nom)?be\d\d$", r"\1be", name)
