"""AI projects of the EU framework programmes Horizon 2020 and Horizon Europe, by registered address.

CORDIS publishes one zip of CSVs per programme, renewed monthly. Two files a month need no throttle; there is no stated
limit. Traps of the format, all met here: every field is quoted, `;` between them, but a free text may open with a
doubled quote, so that ordinary CSV readers lose 4 % of the projects; amounts have a decimal point in one column and a
comma in the next; a column is added now and then, so columns are bound by name; `nutsCode` may be of any NUTS version,
shorter than NUTS 3, or empty. `ecContribution` is empty for associated partners and 0 for third parties that do get
money: `netEcContribution` is the column whose sum is the projects' money.

The year is that of the grant's signature (`ecSignatureDate`): the day the money was granted, and the one date no
project lacks. AI is what CORDIS's own classification says, see AI_FIELD. Participants' names serve to recognise
head-office bodies and go no further; some of them are natural persons.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from etl import grants
from etl.head_offices import is_head_office
from etl.model import Delivery, DeliveryError, File, Licence, Source
from etl.quoted import read_quoted
from etl.tidy import cast_column, decode, expect_range, expect_unique, expect_years, to_tidy
from etl.zipped import member_name, read_member

_DATA: Final = "https://cordis.europa.eu/data"

SOURCE: Final = Source(
    id="cordis_projects",
    publisher="Publications Office of the European Union (CORDIS)",
    title={
        "de": "CORDIS: EU-Forschungsprojekte (Horizont 2020 und Horizont Europa)",
        "fr": "CORDIS : projets de recherche de l’UE (Horizon 2020 et Horizon Europe)",
        "en": "CORDIS: EU research projects (Horizon 2020 and Horizon Europe)",
    },
    licence=Licence(
        name="CC BY 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        credit="© European Union, CORDIS, CC BY 4.0; choice of AI projects and sums by the atlas.",
    ),
    url="https://cordis.europa.eu/projects",
    files=(
        File("horizon", ("cordis-HORIZONprojects-csv.zip",), f"{_DATA}/cordis-HORIZONprojects-csv.zip"),
        File("h2020", ("cordis-h2020projects-csv.zip",), f"{_DATA}/cordis-h2020projects-csv.zip"),
    ),
    citation="doi:10.2906/112117098108/20 (Horizon Europe)",
    rhythm="monthly (Horizon Europe); Horizon 2020 only corrected",
    every_days=31,
)

#: A project is on AI if one of its EuroSciVoc fields is this or below: /natural sciences/computer and information
#: sciences/artificial intelligence. In spring 2025 these were 883 of 15,341 projects of Horizon Europe; 1,799 had no
#: field at all and cannot be found.
AI_FIELD: Final = "/23/47/297"

_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."
_DATE: Final = r"^20(1[3-9]|2\d|3\d)-\d\d-\d\d"
_COUNTRIES: Final = ("DE", "FR")
_OWN_COST: Final = ("associatedPartner", "partner")
_LARGEST_EUR: Final = 500_000_000
#: Sum of the participants' net contributions of the AI projects against the projects' own maximum contribution.
_MONEY_TOLERANCE: Final = 0.1


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows: ai_net, ai_net_without_hq (EUR), ai_projects, ai_participations; by year, NUTS 3 up to country."""
    running = max(raw.retrieved.year for raw in delivery.files.values())
    parts = pl.concat([_participations(delivery.path(key), key, running) for key in ("horizon", "h2020")])
    every = grants.cells(parts, _COUNTRIES, running)
    # Their money is taken out and not their rows, so that a region with head offices only stands with 0.
    elsewhere = parts.with_columns(amount=pl.when("head_office").then(0.0).otherwise("amount"))
    without = grants.cells(elsewhere, _COUNTRIES, running)
    return to_tidy(
        pl.concat(
            [
                grants.amounts(every, "ai_net"),
                grants.amounts(without, "ai_net_without_hq"),
                grants.counts(every, "ai_projects", "projects"),
                grants.counts(every, "ai_participations", "parts"),
            ]
        )
    )


def _participations(path: Path, key: str, running: int) -> pl.DataFrame:
    """German and French participations in AI projects: region, period, project, amount (EUR), head_office, file."""
    projects = _ai_projects(path, running)
    columns = ("projectID", "organisationID", "name", "country", "nutsCode", "role", "order", "netEcContribution")
    rows = _table(path, "organization.csv", columns)
    file = member_name(path, "organization.csv")
    expect_unique(rows, columns, file)
    rows = cast_column(rows, "netEcContribution", pl.Float64, file)  # a point, unlike the amounts of project.csv
    expect_range(rows, "netEcContribution", 0, _LARGEST_EUR, file, meaning="contribution in EUR")
    # Associated partners (in Horizon 2020: partners) take part at their own cost; of others an empty cell is unknown.
    own_cost = pl.col("netEcContribution").is_null() & pl.col("role").is_in(_OWN_COST)
    rows = rows.join(projects, on="projectID").with_columns(
        netEcContribution=pl.when(own_cost).then(0.0).otherwise("netEcContribution")
    )
    _expect_all_money(rows, projects, file)
    # Greece (EL) and the United Kingdom (UK) have codes of their own here; Germany and France have the usual ones.
    ours = grants.place(rows.filter(pl.col("country").is_in(_COUNTRIES)), "nutsCode", file)
    offices = [
        is_head_office(name or "", code or "") for name, code in ours.select("name", "organisationID").iter_rows()
    ]
    return ours.select(
        "region",
        "period",
        pl.col("projectID").alias("project"),
        pl.col("netEcContribution").alias("amount"),
        pl.Series("head_office", offices, dtype=pl.Boolean),
        pl.lit(key).alias("file"),
    )


def _ai_projects(path: Path, running: int) -> pl.DataFrame:
    """projectID, period (year of signature), maximum (EUR) of every project in AI_FIELD."""
    file = member_name(path, "project.csv")
    projects = _table(path, "project.csv", ("id", "ecSignatureDate", "ecMaxContribution"))
    expect_unique(projects, ["id"], file)
    topics = _table(path, "topics.csv", ("projectID",))["projectID"].n_unique()
    if projects.height != topics:
        raise DeliveryError(
            f"{projects.height} projects, but topics.csv is about {topics}; rows were lost in one of them",
            file=file,
            remedy=_AGAIN,
        )
    fields = _table(path, "euroSciVoc.csv", ("projectID", "euroSciVocCode"))
    code = pl.col("euroSciVocCode")
    ids = fields.filter((code == AI_FIELD) | code.str.starts_with(AI_FIELD + "/"))["projectID"].unique()
    found = projects.filter(pl.col("id").is_in(ids.implode()))
    if ids.is_empty() or found.height != len(ids):
        raise DeliveryError(
            f"{len(ids)} projects have the field {AI_FIELD}, {found.height} of them stand in project.csv",
            file=member_name(path, "euroSciVoc.csv"),
            column="euroSciVocCode",
            remedy="see whether CORDIS renumbered its fields; AI_FIELD in etl/sources/cordis_projects.py names them.",
        )
    found = cast_column(found, "ecMaxContribution", pl.Float64, file, decimal=",")
    undated = found.filter(~pl.col("ecSignatureDate").str.contains(_DATE).fill_null(value=False))
    if undated.height:
        raise DeliveryError(
            f"'{undated['ecSignatureDate'][0]}' is no date like 2023-12-15",
            file=file,
            line=undated["line"][0],
            column="ecSignatureDate",
            remedy=_AGAIN,
        )
    years = found.with_columns(ecSignatureDate=pl.col("ecSignatureDate").str.slice(0, 4))
    expect_years(years, "ecSignatureDate", file, first=2013, last=running)
    return found.select(
        pl.col("id").alias("projectID"),
        pl.col("ecSignatureDate").str.slice(0, 4).alias("period"),
        pl.col("ecMaxContribution").alias("maximum"),
    )


def _expect_all_money(rows: pl.DataFrame, projects: pl.DataFrame, file: str) -> None:
    """The net contributions of all participants, of whatever country, are the money of the projects."""
    given, granted = float(rows["netEcContribution"].sum()), float(projects["maximum"].sum())
    if abs(given - granted) > _MONEY_TOLERANCE * granted:
        raise DeliveryError(
            f"the participants of AI projects get {given:,.0f} EUR, the projects {granted:,.0f} EUR; rows were lost or "
            "an amount has another unit",
            file=file,
            column="netEcContribution",
            remedy=_AGAIN,
        )


def _table(path: Path, member: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Some columns of one CSV in the zip, as text, with `line`."""
    file = member_name(path, member)
    return read_quoted(decode(read_member(path, member), file), file, columns)
