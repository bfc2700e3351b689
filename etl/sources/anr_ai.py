"""AI projects, participations and 3IA awards of the Agence nationale de la recherche (ANR), by région.

From extracts of the ANR's two open lists (ANR_01: general calls, ANR_02: investments for the future) of May 2022; the
extracts hold no names of persons. AI means the ANR's own instruments: axis CE23 of the general call, Chaires IA,
Contrats doctoraux en IA, call IADJ; and the four institutes 3IA.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.tidy import expect_range, expect_unique, expect_values, map_codes, read_csv, to_tidy

_ANR_01: Final = (
    "https://www.data.gouv.fr/datasets/anr-01-projets-anr-dos-et-dgds-detail-des-projets-et-des-partenaires"
)
_ANR_02: Final = "https://www.data.gouv.fr/datasets/anr-02-projets-anr-dgpie-detail-des-projets-et-des-partenaires"

SOURCE: Final = Source(
    id="anr_ai",
    publisher="Agence nationale de la recherche (ANR)",
    title={
        "de": "Von der ANR geförderte KI-Projekte und 3IA-Institute",
        "fr": "Projets d'IA et instituts 3IA financés par l'ANR",
        "en": "AI projects and 3IA institutes funded by the ANR",
    },
    licence=Licence(
        name="ODbL 1.0",
        url="https://opendatacommons.org/licenses/odbl/1-0/",
        credit="Source : ANR, ANR_01 et ANR_02, data.gouv.fr (mai 2022). This derived table is itself under the ODbL.",
    ),
    url=_ANR_01,
    files=(
        File("coordinated", ("anr01_ai_coordinated_by_region.csv",), _ANR_01, page=True),
        File("participations", ("anr01_ai_participations_by_region_year.csv",), _ANR_01, page=True),
        File("awards", ("anr02_ai_projects.csv",), _ANR_02, page=True),
    ),
    folders=("anr",),
    vintage="ANR_01 of 2022-05-04, ANR_02 of 2022-05-12",
    rhythm="yearly (lists of the ANR); this extract is of May 2022",
)

_INSTRUMENTS: Final = (
    "AAPG axis CE23 (AI and data science)",
    "Chaires IA",
    "Contrats doctoraux en IA",
    "IADJ (4-letter call code, DE-FR-JP AI call: from memory, unverified)",
)
_LAST_YEAR: Final = "2021"
_AWARD_COLUMNS: Final = {
    "Projet.Code_Decision_ANR": pl.String,
    "Action.Edition": pl.String,
    "Action.Titre.Francais": pl.String,
    "Projet.Aide_allouee": pl.Float64,
    "nuts1": pl.String,
}
_AWARD_IGNORED: Final = (
    "Projet.Date_debut",
    "Projet.Acronyme",
    "Projet.Titre.Francais",
    "Projet.Partenaire.Nom_organisme",
    "Projet.Partenaire.Adresse.Ville",
    "Projet.Partenaire.Adresse.Region",
    "n_partners",
)
_3IA: Final = "P3IA"
_FINE: Final = pl.lit(Status.FINE.value)


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows: ai_projects_coordinated (total 2014–2021), ai_participations (yearly), 3ia_awards (EUR); by région."""
    return to_tidy(pl.concat([_coordinated(delivery), _participations(delivery), _awards(delivery)]))


def _coordinated(delivery: Delivery) -> pl.DataFrame:
    """Projects by région of the coordinator, all instruments, one total; France includes one of unknown région."""
    path = delivery.path("coordinated")
    frame = read_csv(path, {"instrument": pl.String, "nuts1": pl.String, "projects_coordinated": pl.Int64})
    frame = _checked(frame, "projects_coordinated", ["instrument"], path.name).with_columns(period=pl.lit(_LAST_YEAR))
    france = frame.group_by("period").agg(pl.col("value").sum(), region=pl.lit("FR"))
    rows = pl.concat([_regions(frame), france.select("region", "period", "value")])
    return rows.select(
        pl.lit("ai_projects_coordinated").alias("measure"),
        "region",
        "period",
        pl.col("value").cast(pl.Float64),
        status=_FINE,
        reason=pl.lit("total_2014_2021"),
        file=pl.lit("coordinated"),
    )


def _participations(delivery: Delivery) -> pl.DataFrame:
    """Partners of AI projects by région and year. Those without a région, mostly foreign, are in no row."""
    path = delivery.path("participations")
    columns = {"instrument": pl.String, "year": pl.String, "nuts1": pl.String}
    frame = read_csv(path, {**columns, "projects": pl.Int64, "participations": pl.Int64})
    fewer = frame.filter(pl.col("participations") < pl.col("projects"))
    if fewer.height:
        raise DeliveryError(
            f"{fewer['participations'][0]} participations in {fewer['projects'][0]} projects",
            file=path.name,
            line=fewer["line"][0],
            column="participations",
            remedy="two columns look swapped; fetch the delivery again.",
        )
    frame = _checked(frame, "participations", ["instrument", "year"], path.name).rename({"year": "period"})
    rows = _regions(frame)
    france = rows.group_by("period").agg(pl.col("value").sum(), region=pl.lit("FR"))
    rows = pl.concat([rows, france.select("region", "period", "value")])
    # A région in no row may have had one of the partners whose région the ANR does not give.
    none = pl.col("value") == 0
    return rows.select(
        pl.lit("ai_participations").alias("measure"),
        "region",
        "period",
        pl.col("value").cast(pl.Float64),
        status=pl.when(none).then(pl.lit(Status.UNRELIABLE.value)).otherwise(_FINE),
        reason=pl.when(none)
        .then(pl.lit("none_placed"))
        .when(pl.col("region") == "FR")
        .then(pl.lit("own_sum"))
        .otherwise(pl.lit("")),
        file=pl.lit("participations"),
    )


def _awards(delivery: Delivery) -> pl.DataFrame:
    """Grants (aide allouée) to the institutes 3IA, whole at the coordinator's région; an amount of 0 is unknown."""
    path = delivery.path("awards")
    frame = read_csv(path, _AWARD_COLUMNS, ignore=_AWARD_IGNORED)
    expect_unique(frame, ["Projet.Code_Decision_ANR"], path.name)
    expect_range(frame, "Projet.Aide_allouee", 0, 100_000_000, path.name, meaning="aide allouée in EUR")
    frame = frame.filter(pl.col("Action.Titre.Francais") == _3IA).rename(
        {"Action.Edition": "period", "Projet.Aide_allouee": "value"}
    )
    if frame.is_empty() or frame["nuts1"].null_count():
        raise DeliveryError(
            f"the four institutes (action {_3IA}) with their régions are not in the list",
            file=path.name,
            column="Action.Titre.Francais",
            remedy="fetch the delivery again.",
        )
    unknown = frame.filter(pl.col("value") == 0).select(region="nuts1").to_series().to_list()
    rows = _regions(_placed(frame, path.name))
    france = rows.group_by("period").agg(pl.col("value").sum(), region=pl.lit("FR"))
    rows = pl.concat([rows, france.select("region", "period", "value")])
    missing = pl.col("region").is_in(unknown)
    short = (pl.col("region") == "FR") & pl.lit(bool(unknown))
    return rows.select(
        pl.lit("3ia_awards").alias("measure"),
        "region",
        "period",
        value=pl.when(missing).then(None).otherwise(pl.col("value").cast(pl.Float64)),
        status=pl.when(missing)
        .then(pl.lit(Status.NOT_COLLECTED.value))
        .when(short)
        .then(pl.lit(Status.UNRELIABLE.value))
        .otherwise(_FINE),
        reason=pl.when(missing | short)
        .then(pl.lit("amount_unknown"))
        .when(pl.col("region") == "FR")
        .then(pl.lit("own_sum"))
        .when(pl.col("value") > 0)
        .then(pl.lit("coordinator"))
        .otherwise(pl.lit("")),
        file=pl.lit("awards"),
    )


def _checked(frame: pl.DataFrame, count: str, keys: list[str], file: str) -> pl.DataFrame:
    """Known instruments, no negative count, single keys; adds `value` and `region` (null where the ANR gives none)."""
    expect_values(frame, "instrument", _INSTRUMENTS, file)
    expect_range(frame, count, 0, 10_000, file, meaning="count")
    expect_unique(frame, [*keys, "nuts1"], file)
    return _placed(frame, file).rename({count: "value"})


def _placed(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """Région codes as `region`; another level is refused."""
    frame = map_codes(frame, "nuts1", partial(codes.resolve, system="nuts"), file)
    expect_values(frame, "nuts1", codes.units("land", "FR"), file)
    return frame.rename({"nuts1": "region"})


def _regions(frame: pl.DataFrame) -> pl.DataFrame:
    """All 18 régions × the periods of the list, 0 where it names none: region, period, value."""
    grid = pl.DataFrame({"region": codes.units("land", "FR")}).join(frame.select("period").unique(), how="cross")
    sums = frame.group_by("region", "period").agg(pl.col("value").sum())
    return grid.join(sums, on=["region", "period"], how="left").with_columns(pl.col("value").fill_null(0))
