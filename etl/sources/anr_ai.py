"""AI projects, participations and 3IA awards of the Agence nationale de la recherche (ANR), by région.

From the ANR's two open lists (ANR_01: general calls, ANR_02: investments for the future): as extracts of May 2022, or
as the ANR publishes them (JSON, pandas' orientation "split"). The lists name the scientists in charge; only the columns
needed are read, so no name gets any further than the file. AI means the ANR's own instruments: axis CE23 of the general
call, Chaires IA, Contrats doctoraux en IA, call IADJ; and the four institutes 3IA. data.gouv.fr states no rate limit.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.records import read_json
from etl.tidy import (
    cast_column,
    expect_columns,
    expect_range,
    expect_unique,
    expect_values,
    expect_years,
    map_codes,
    read_csv,
    to_tidy,
)

_ANR_01: Final = (
    "https://www.data.gouv.fr/datasets/anr-01-projets-anr-dos-et-dgds-detail-des-projets-et-des-partenaires"
)
_AGAIN: Final = "fetch the delivery again; if the ANR really changed it, adapt the source's module and its test."
_RESOURCES: Final = "https://www.data.gouv.fr/api/1/datasets/r"
_ANR_02: Final = "https://www.data.gouv.fr/datasets/anr-02-projets-anr-dgpie-detail-des-projets-et-des-partenaires"


def _extract(key: str, name: str, page: str) -> File:
    return File(key, (name,), page, required=False, page=True)


def _list(key: str, name: str, resource: str) -> File:
    return File(key, (name,), f"{_RESOURCES}/{resource}", required=False)


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
        _extract("coordinated", "anr01_ai_coordinated_by_region.csv", _ANR_01),
        _extract("participations", "anr01_ai_participations_by_region_year.csv", _ANR_01),
        _extract("awards", "anr02_ai_projects.csv", _ANR_02),
        _list("partners", "anr01_partenaires_depuis_2010.json", "9b08ee21-7372-47a4-9831-4c56a8099ee8"),
        _list("awarded", "anr02_projets.json", "d9b2d1e7-0c85-43fc-a47a-5b57fc6b505a"),
        _list("awarded_partners", "anr02_partenaires.json", "559459fb-b947-44b7-849c-9287b1ef1134"),
    ),
    folders=("anr",),
    vintage="ANR_01 of 2022-05-04, ANR_02 of 2022-05-12",
    rhythm="yearly (lists of the ANR); this extract is of May 2022",
    every_days=365,
    hosts=("static.data.gouv.fr",),
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
    """TIDY rows: ai_projects_coordinated (total 2014–2021), ai_participations (yearly), 3ia_awards (EUR); by région.

    A delivery holds the three extracts or the ANR's three lists; where it has lists, they count.
    """
    if any(delivery.has(key) for key in ("partners", "awarded", "awarded_partners")):
        return to_tidy(_from_lists(delivery))
    path = delivery.path("coordinated")
    coordinated = read_csv(path, {"instrument": pl.String, "nuts1": pl.String, "projects_coordinated": pl.Int64})
    counts = {"projects": pl.Int64, "participations": pl.Int64}
    columns = {"instrument": pl.String, "year": pl.String, "nuts1": pl.String, **counts}
    participations = read_csv(delivery.path("participations"), columns)
    awards = read_csv(delivery.path("awards"), _AWARD_COLUMNS, ignore=_AWARD_IGNORED)
    return to_tidy(
        pl.concat(
            [
                _coordinated(coordinated, path.name, "coordinated"),
                _participations(participations, delivery.path("participations").name, "participations"),
                _awards(awards, delivery.path("awards").name, "awards"),
            ]
        )
    )


def _coordinated(frame: pl.DataFrame, name: str, key: str) -> pl.DataFrame:
    """Projects by région of the coordinator, all instruments, one total; France includes one of unknown région."""
    frame = _checked(frame, "projects_coordinated", ["instrument"], name).with_columns(period=pl.lit(_LAST_YEAR))
    france = frame.group_by("period").agg(pl.col("value").sum(), region=pl.lit("FR"))
    rows = pl.concat([_regions(frame), france.select("region", "period", "value")])
    return rows.select(
        pl.lit("ai_projects_coordinated").alias("measure"),
        "region",
        "period",
        pl.col("value").cast(pl.Float64),
        status=_FINE,
        reason=pl.lit("total_2014_2021"),
        file=pl.lit(key),
    )


def _participations(frame: pl.DataFrame, name: str, key: str) -> pl.DataFrame:
    """Partners of AI projects by région and year. Those without a région, mostly foreign, are in no row."""
    fewer = frame.filter(pl.col("participations") < pl.col("projects"))
    if fewer.height:
        raise DeliveryError(
            f"{fewer['participations'][0]} participations in {fewer['projects'][0]} projects",
            file=name,
            line=fewer["line"][0],
            column="participations",
            remedy="two columns look swapped; fetch the delivery again.",
        )
    expect_years(frame, "year", name, first=2005)
    frame = _checked(frame, "participations", ["instrument", "year"], name).rename({"year": "period"})
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
        file=pl.lit(key),
    )


def _awards(frame: pl.DataFrame, name: str, key: str) -> pl.DataFrame:
    """Grants (aide allouée) to the institutes 3IA, whole at the coordinator's région; an amount of 0 is unknown."""
    expect_unique(frame, ["Projet.Code_Decision_ANR"], name)
    expect_range(frame, "Projet.Aide_allouee", 0, 100_000_000, name, meaning="aide allouée in EUR")
    expect_years(frame, "Action.Edition", name, first=2005)
    frame = frame.filter(pl.col("Action.Titre.Francais") == _3IA).rename(
        {"Action.Edition": "period", "Projet.Aide_allouee": "value"}
    )
    if frame.is_empty() or frame["nuts1"].null_count():
        raise DeliveryError(
            f"the four institutes (action {_3IA}) with their régions are not in the list",
            file=name,
            column="Action.Titre.Francais",
            remedy="fetch the delivery again.",
        )
    unknown = frame.filter(pl.col("value") == 0).select(region="nuts1").to_series().to_list()
    rows = _regions(_placed(frame, name))
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
        file=pl.lit(key),
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


# ── The ANR's lists as published ─────────────────────────────────────────────────────────────────────────────────

#: Segment of the decision's code (ANR-19-CE23-0001) → instrument.
_SEGMENTS: Final = dict(zip(("CE23", "CHIA", "THIA", "IADJ"), _INSTRUMENTS, strict=True))
_CODE: Final = r"^ANR-(\d\d)-([A-Z0-9]{4})-"
_FIRST_YEAR: Final = "2014"
#: What the lists call a column: today's name, and the one it had until 2022.
_DECISION: Final = ("Projet.Code_Decision", "Projet.Code_Decision_ANR")
_COORDINATES: Final = ("Projet.Partenaire.Est_coordinateur",)
_REGION: Final = ("Projet.Partenaire.Adresse.Region",)
_EDITION: Final = ("Action.Edition",)
_ACTION: Final = ("Action.Titre.Francais",)
_GRANT: Final = ("Projet.Aide_allouee",)
#: Régions as either list writes them, without accents, hyphens and capitals; the last ones are no région.
_LABELS: Final = {
    "ile de france": "FR1", "centre val de loire": "FRB", "bourgogne franche comte": "FRC", "normandie": "FRD",
    "hauts de france": "FRE", "grand est": "FRF", "pays de la loire": "FRG", "bretagne": "FRH",
    "nouvelle aquitaine": "FRI", "occitanie": "FRJ", "auvergne rhone alpes": "FRK",
    "provence alpes cote d azur": "FRL", "corse": "FRM", "guadeloupe": "FRY1", "martinique": "FRY2", "guyane": "FRY3",
    "la reunion": "FRY4", "reunion": "FRY4", "mayotte": "FRY5",
    "": None, "dom tom": None, "etranger": None, "non renseigne": None,
}  # fmt: skip


def _from_lists(delivery: Delivery) -> pl.DataFrame:
    """The same rows from the lists of partners and projects."""
    path = delivery.path("partners")
    partners = _split(path, {"code": _DECISION, "coordinates": _COORDINATES, "nuts1": _REGION})
    partners = _placed_by_label(partners, path.name).with_columns(
        year="20" + pl.col("code").str.extract(_CODE, 1),
        instrument=pl.col("code").str.extract(_CODE, 2).replace_strict(_SEGMENTS, default=None),
    )
    ours = partners.filter(pl.col("instrument").is_not_null(), pl.col("year") >= _FIRST_YEAR)
    expect_unique(ours, ["code", "row"], path.name)
    absent = sorted(set(_INSTRUMENTS) - set(ours["instrument"]))
    if absent:
        raise DeliveryError(
            f"no project of the instrument '{absent[0]}' is in the list",
            file=path.name,
            column=_DECISION[0],
            remedy="see whether the ANR writes its codes (ANR-19-CE23-0001) otherwise now; fetch the list again.",
        )
    leaders = _leaders(ours.filter(pl.col("year") <= _LAST_YEAR), path.name)
    keys = ["instrument", "nuts1"]
    coordinated = leaders.group_by(keys).agg(projects_coordinated=pl.len().cast(pl.Int64), line=pl.col("line").min())
    participations = ours.group_by(["year", *keys]).agg(
        projects=pl.col("code").n_unique().cast(pl.Int64),
        participations=pl.len().cast(pl.Int64),
        line=pl.col("line").min(),
    )
    return pl.concat(
        [
            _coordinated(coordinated, path.name, "partners"),
            _participations(participations, path.name, "partners"),
            _awards(_awarded(delivery), delivery.path("awarded").name, "awarded"),
        ]
    )


def _awarded(delivery: Delivery) -> pl.DataFrame:
    """The projects of ANR_02 with their coordinator's région, in the columns of the extract."""
    path, partners = delivery.path("awarded"), delivery.path("awarded_partners")
    names = {"code": _DECISION, "Action.Edition": _EDITION, _ACTION[0]: _ACTION, "Projet.Aide_allouee": _GRANT}
    projects = _split(path, names)
    # Calls of ANR_02 other than this one come with two coordinators or with none.
    projects = projects.filter(pl.col(_ACTION[0]) == _3IA)
    places = _split(partners, {"code": _DECISION, "coordinates": _COORDINATES, "nuts1": _REGION})
    places = places.filter(pl.col("code").is_in(projects["code"].implode()))
    leaders = _leaders(_placed_by_label(places, partners.name), partners.name)
    projects = cast_column(projects, "Projet.Aide_allouee", pl.Float64, path.name)
    edition = pl.col("Action.Edition").str.strip_suffix(".0")
    projects = projects.with_columns(edition)
    expect_values(projects, "Action.Edition", [str(year) for year in range(2019, 2100)], path.name)
    joined = projects.join(leaders.select("code", "nuts1"), on="code", how="left")
    return joined.rename({"code": "Projet.Code_Decision_ANR"})


def _split(path: Path, wanted: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    """Some columns of a JSON in orientation "split", as text, and `line`, the row's place in `data` from 1.

    wanted: our name → the names it may have, first wins. All others stay unread; among them are names of persons. `row`
    numbers the different rows, so that two that are alike in every column, read or not, have the same.
    """
    content = read_json(path)
    if not isinstance(content, dict) or not {"columns", "data"} <= set(content) or not content["data"]:
        raise DeliveryError(
            'the file is not a table in the orientation "split" (columns, index, data)',
            file=path.name,
            remedy="fetch the JSON resource of the dataset, not its page or its catalogue entry.",
        )
    columns = content["columns"]
    places = {}
    for ours, names in wanted.items():
        found = [name for name in names if name in columns]
        expect_columns(path, columns if found else [], [found[0] if found else names[0]], columns, line=None)
        places[ours] = columns.index(found[0])
    rows: list[list[str | int | None]] = []
    seen: dict[str, int] = {}
    for line, row in enumerate(content["data"], 1):
        if not isinstance(row, list) or len(row) != len(columns):
            raise DeliveryError(f"the row has not {len(columns)} cells", file=path.name, line=line, remedy=_AGAIN)
        number = seen.setdefault(json.dumps(row), line)
        rows.append([*(None if row[at] is None else str(row[at]) for at in places.values()), number, line])
    schema = {**dict.fromkeys(places, pl.String), "row": pl.Int64, "line": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _placed_by_label(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """Replace the région's label, which is all the ANR gives, by its NUTS code; null where it is none."""

    def plain(label: str) -> str:
        text = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z]+", " ", text.lower().replace("œ", "oe")).strip()

    labels = {label: plain(label) for label in frame["nuts1"].drop_nulls().unique()}
    unknown = sorted(label for label, text in labels.items() if text not in _LABELS)
    if unknown:
        raise DeliveryError(
            f"'{unknown[0]}' is no région that the ANR used before",
            file=file,
            line=frame.filter(pl.col("nuts1") == unknown[0])["line"][0],
            column=_REGION[0],
            remedy="if it is another spelling, add it to the module's labels.",
        )
    codes_of = {label: _LABELS[text] for label, text in labels.items()}
    return frame.with_columns(pl.col("nuts1").replace_strict(codes_of, default=None, return_dtype=pl.String))


def _leaders(partners: pl.DataFrame, file: str) -> pl.DataFrame:
    """The coordinating partner of each project; a project with two is refused."""
    expect_values(partners, "coordinates", ("True", "False", "1", "0"), file)
    leaders = partners.filter(pl.col("coordinates").is_in(["True", "1"]))
    expect_unique(leaders, ["code"], file)
    return leaders
