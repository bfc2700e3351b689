"""Employment in IT occupations by département and région, 2019, from Dares's "Portraits statistiques des métiers".

FAP 2009, families M1Z (technicians) and M2Z (engineers). Persons in employment, mean of the year, rounded to 100 by
Dares. The figure for France is the published one: it is 3 % above the sum of the régions, and nobody has said why.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source
from etl.rollup import spread_upwards
from etl.tidy import (
    expect_range,
    expect_regions,
    expect_unique,
    expect_values,
    expect_years,
    map_codes,
    read_csv,
    to_tidy,
)

_COMMIT: Final = "b61ffd2eced0f7be42bdd15fd526953b529c3921"
_REPOSITORY: Final = "https://github.com/StatDares/PortraitStatMetiers"

SOURCE: Final = Source(
    id="dares_metiers",
    publisher="Dares, ministère du Travail",
    title={
        "de": "Statistische Berufsporträts: Erwerbstätige nach Berufsfamilien (FAP)",
        "fr": "Portraits statistiques des métiers : emploi par famille professionnelle (FAP)",
        "en": "Statistical portraits of occupations: employment by occupational family (FAP)",
    },
    licence=Licence(
        name="not stated for the data",
        url=_REPOSITORY,
        credit="Source : Dares, Portraits statistiques des métiers (enquête Emploi et recensement de l'Insee).",
    ),
    url="https://dares.travail-emploi.gouv.fr/donnees/portraits-statistiques-des-metiers",
    files=(File("tensions", ("tensions.csv",), f"{_REPOSITORY}/raw/{_COMMIT}/inputs/tensions/tensions.csv"),),
    folders=("dares",),
    vintage=f"commit {_COMMIT[:7]} of 2021-04-27",
    rhythm="one cross-section (2019)",
    redistribute=False,
)

_AGAIN: Final = "fetch the delivery again; if Dares really changed it, adapt the source's module and its test."
FAMILIES: Final = ("M1Z", "M2Z")
_COLUMNS: Final = {
    "fap": pl.String,
    "Emploi moyen": pl.Int64,
    "Année": pl.String,
    "niveau_geo": pl.String,
    "niveau_fap": pl.String,
    "reg": pl.String,
    "dep": pl.String,
}
_IGNORED: Final = (
    "Tension ",
    "Catégorie Tension",
    "Intensité d'embauches",
    "Lien formation-emploi",
    "Manque de main-d'œuvre disponible",
    "Non-durabilité de l'emploi",
    "Conditions de travail contraignantes",
    "Inadéquation géographique",
)
_NO_MAYOTTE: Final = "FRY5"


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows of it_employment: total and by `fap`; persons; France, 17 régions, NUTS 2, 100 départements; 2019.

    Mayotte is not in the delivery and has no row.
    """
    path = delivery.path("tensions")
    frame = read_csv(path, _COLUMNS, ignore=_IGNORED)
    expect_values(frame, "niveau_geo", ("nat", "reg", "dep"), path.name)
    expect_values(frame, "niveau_fap", ("fap 87", "fap 225"), path.name)
    frame = frame.filter(pl.col("fap").is_in(FAMILIES))
    expect_range(frame, "Emploi moyen", 0, 1_000_000, path.name, meaning="number of persons")
    expect_years(frame, "Année", path.name, first=2000)
    if (empty := frame.filter(pl.col("Emploi moyen").is_null())).height:
        line = empty["line"][0]
        raise DeliveryError("no number", file=path.name, line=line, column="Emploi moyen", remedy=_AGAIN)
    frame = frame.rename({"Emploi moyen": "value", "Année": "period"})
    frame = pl.concat([_level(frame, level, path.name) for level in ("nat", "reg", "dep")])
    expect_unique(frame, ["fap", "period", "region"], path.name)
    for level in ("country", "land", "nuts3"):
        wanted = [code for code in codes.units(level, "FR") if not code.startswith(_NO_MAYOTTE)]
        for (fap, year), part in frame.group_by("fap", "period", maintain_order=True):
            expect_regions(part, "region", wanted, path.name, what=f"{fap}, {year}: région or département")
    expect_regions(frame, "fap", FAMILIES, path.name, what="family of occupations")
    return to_tidy(_totals(_with_nuts2(frame)))


def _level(frame: pl.DataFrame, level: str, file: str) -> pl.DataFrame:
    """The rows of one level with NUTS codes; `reg` comes as a float ("1.0"), `dep` as text."""
    column, system = {"nat": ("fap", "nuts"), "reg": ("reg", "insee_reg"), "dep": ("dep", "insee_dep")}[level]
    frame = frame.filter(pl.col("niveau_geo") == level)
    unplaced = frame.filter(pl.col(column).is_null())
    if unplaced.height:
        raise DeliveryError(
            f"a row of level '{level}' has no code",
            file=file,
            line=unplaced["line"][0],
            column=column,
            remedy=_AGAIN,
        )
    if level == "nat":
        return frame.select("fap", "period", "value", "line", region=pl.lit("FR"))
    if level == "reg":
        frame = frame.with_columns(pl.col("reg").str.replace(r"\.0$", "").str.zfill(2))
    frame = map_codes(frame, column, partial(codes.resolve, system=system), file)
    return frame.select("fap", "period", "value", "line", region=pl.col(column))


def _with_nuts2(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the former régions (NUTS 2) where they are not the région itself, as sums of départements."""
    region = pl.col("region")
    sums = (
        spread_upwards(frame.filter(region.str.len_chars() == 5))
        .filter(region.str.len_chars() == 4, ~region.is_in(frame["region"].unique().to_list()))
        .group_by("fap", "period", "region")
        .agg(pl.col("value").sum(), parts=pl.len())
    )
    # FR10 is FR1: the published figure stands, not a sum of rounded départements beside it.
    single = region.str.slice(0, 3).is_in(_single_chains())
    published = frame.filter(region.is_in(_single_chains())).with_columns(region + "0")
    return pl.concat(
        [
            frame.with_columns(parts=pl.lit(1, pl.UInt32)).drop("line"),
            sums.filter(~single).select("fap", "period", "value", "region", "parts"),
            published.with_columns(parts=pl.lit(1, pl.UInt32)).drop("line"),
        ]
    )


def _single_chains() -> list[str]:
    """Régions that are one NUTS 2 region (FR1 = FR10)."""
    nuts2 = [code for code in codes.units("nuts2", "FR") if not code.startswith("FRY")]
    return [code[:3] for code in nuts2 if sum(other.startswith(code[:3]) for other in nuts2) == 1]


def _totals(frame: pl.DataFrame) -> pl.DataFrame:
    """Both families together beside the breakdown; every total is a sum of two published figures."""
    rows = frame.with_columns(dimension=pl.lit("fap"), member=pl.col("fap"))
    keys = ["region", "period"]
    total = frame.group_by(keys).agg(pl.col("value").sum(), pl.col("parts").max())
    total = total.with_columns(dimension=pl.lit(""), member=pl.lit(""))
    both = pl.concat([rows.select(total.columns), total])
    return both.with_columns(
        measure=pl.lit("it_employment"),
        file=pl.lit("tensions"),
        reason=pl.when(pl.col("parts") > 1)
        .then(pl.lit("own_sum_departements"))
        .when(pl.col("member") == "")
        .then(pl.lit("own_sum"))
        .otherwise(pl.lit("")),
    )
