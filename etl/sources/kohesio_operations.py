"""AI operations of the EU's cohesion policy (Kohesio) in Germany and France, by place of the operation.

Kohesio publishes one CSV per country and programming period, renewed every few months, the newest under `latest`. No
rate limit is stated; the host was seen to answer 504 for days. Traps of the format, met here: UTF-8 with byte-order
mark, `,`, line breaks in texts; columns are added now and then (40 in the one period, 44 in the other), so they are
bound by name; an operation stands in several rows (one per category or place) with its whole amount in each; dates are
dd/mm/yyyy, once yyyy-mm-dd; NUTS3_Code may be empty or name several regions. There is no category for AI: AI_RULE reads
the English title and summary, most of them translated by machine. The amount is the EU's share (Project_EU_Budget), in
the year in which the operation begins.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import polars as pl

from etl import grants
from etl.model import Delivery, DeliveryError, File, Licence, Source
from etl.tidy import expect_range, expect_values, expect_years, read_csv, to_tidy

_DATA: Final = "https://kohesio.ec.europa.eu/api/data/object?id=data"


def _file(country: str, short: str, period: str) -> File:
    name = f"{country}-pp{short}-latest.csv"
    return File(f"{country.lower()}_{period[:4]}", (name,), f"{_DATA}/projects-{period}/latest/{name}")


SOURCE: Final = Source(
    id="kohesio_operations",
    publisher="European Commission, DG Regional and Urban Policy (Kohesio)",
    title={
        "de": "Kohesio: Vorhaben der EU-Kohäsionspolitik",
        "fr": "Kohesio : projets de la politique de cohésion de l’UE",
        "en": "Kohesio: operations of the EU’s cohesion policy",
    },
    licence=Licence(
        name="Reuse policy of the European Commission (Decision 2011/833/EU)",
        url="https://eur-lex.europa.eu/eli/dec/2011/833/oj",
        credit="© European Union, Kohesio; choice of AI operations and sums by the atlas.",
    ),
    url="https://kohesio.ec.europa.eu/en/data",
    files=tuple(
        _file(country, short, period)
        for country in ("DE", "FR")
        for short, period in (("14-20", "2014-2020"), ("21-27", "2021-2027"))
    ),
    rhythm="every few months",
    every_days=120,
    pause_seconds=5,
)

#: An operation is on AI if its English title or summary says so. "AI" alone does not count: in French operations it is
#: often an "association intermédiaire"; it counts before a hyphen or before one of the words that follow here.
AI_RULE: Final = re.compile(
    r"\bAI(-[a-z]|[\s-]+(based|systems?|models?|applications?|solutions?|methods?|technolog|algorithms?|tools?|powered|supported))"
    r"|\bLLMs?\b"
    r"|(?i:artificial\s+intelligence|generative\s+ai\b|(machine|deep)[\s-]?learning|neural\s+networks?"
    r"|language\s+models?|natural\s+language\s+processing|computer\s+vision)"
)

_COUNTRIES: Final = {"DE": "Germany", "FR": "France"}
_COLUMNS: Final = {
    "Operation_Unique_Identifier": pl.String,
    "Operation_Name_English": pl.String,
    "Operation_Summary_English": pl.String,
    "Country": pl.String,
    "Operation_Start_Date": pl.String,
    "Total_Eligible_Expenditure_amount": pl.Float64,
    "Total_Eligible_Expenditure_Currency": pl.String,
    "Project_EU_Budget": pl.Float64,
    "NUTS3_Code": pl.String,
}
_DATE: Final = r"^(\d\d/\d\d/20[0-3]\d|20[0-3]\d-\d\d-\d\d)"
_LARGEST_EUR: Final = 5_000_000_000
_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows: ai_eu (EUR of the EU) and ai_projects; NUTS 3 up to country; by year of beginning."""
    running = max(raw.retrieved.year for raw in delivery.files.values())
    found = [_operations(delivery.path(file.key), file.key, running) for file in SOURCE.files]
    cells = grants.cells(pl.concat(found), tuple(_COUNTRIES), running)
    return to_tidy(pl.concat([grants.amounts(cells, "ai_eu"), grants.counts(cells, "ai_projects", "projects")]))


def _operations(path: Path, key: str, running: int) -> pl.DataFrame:
    """The AI operations of one file, once each: region, period, project, amount, file."""
    country = key[:2].upper()
    rows = read_csv(path, _COLUMNS, others=True)
    expect_values(rows, "Country", [_COUNTRIES[country]], path.name)
    expect_values(rows, "Total_Eligible_Expenditure_Currency", ["EUR"], path.name)
    expect_range(rows, "Project_EU_Budget", 0, _LARGEST_EUR, path.name, meaning="EU budget in EUR")
    texts = rows.select("Operation_Name_English", "Operation_Summary_English").iter_rows()
    on_ai = [AI_RULE.search(f"{name or ''}\n{summary or ''}") is not None for name, summary in texts]
    rows = _usable(rows.filter(pl.Series(on_ai, dtype=pl.Boolean)).with_columns(country=pl.lit(country)), path.name)
    once = rows.group_by("Operation_Unique_Identifier", maintain_order=True).agg(
        pl.col("line", "country", "Operation_Start_Date", "Project_EU_Budget").first(),
        pl.col("NUTS3_Code").drop_nulls().unique().sort().str.join("|"),
    )
    date = pl.col("Operation_Start_Date")
    year = pl.when(date.str.contains("/")).then(date.str.slice(6, 4)).otherwise(date.str.slice(0, 4))
    once = once.with_columns(period=year)
    # Operations are entered before they begin, but not long before.
    expect_years(once, "period", path.name, first=2000, last=running + 5)
    return grants.place(once, "NUTS3_Code", path.name).select(
        "region",
        "period",
        pl.col("Operation_Unique_Identifier").alias("project"),
        pl.col("Project_EU_Budget").alias("amount"),
        pl.lit(key).alias("file"),
    )


def _usable(rows: pl.DataFrame, file: str) -> pl.DataFrame:
    """The AI operations with a day of beginning; refuses malformed days, and rows of one operation that disagree.

    Operations without any day belong to no year and are left out, while they are few.
    """
    operation, date = pl.col("Operation_Unique_Identifier"), pl.col("Operation_Start_Date")
    for column, fine, problem in (
        ("Operation_Unique_Identifier", operation.is_not_null(), "an operation has no identifier"),
        ("Operation_Start_Date", date.str.contains(_DATE).fill_null(value=True), "no date like 04/09/2023"),
        (
            "Project_EU_Budget",
            pl.struct("Project_EU_Budget", "Operation_Start_Date").n_unique().over("Operation_Unique_Identifier") == 1,
            "the rows of one operation differ in its amount or its day",
        ),
    ):
        bad = rows.filter(~fine)
        if bad.height:
            found = f"{problem} ('{bad[column][-1]}')"
            raise DeliveryError(found, file=file, line=bad["line"][-1], column=column, remedy=_AGAIN)
    undated = rows.filter(date.is_null())
    if undated.height > grants.UNPLACED_SHARE * rows.height:
        problem = f"{undated.height} of {rows.height} AI operations have no day of beginning"
        line = undated["line"][0]
        raise DeliveryError(problem, file=file, line=line, column="Operation_Start_Date", remedy=_AGAIN)
    return rows.filter(date.is_not_null())
