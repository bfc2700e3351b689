"""Grants of the competition i-Nov to projects on artificial intelligence, by seat of the laureate.

The list of laureates is complete (waves 1 to 14), so a département without an AI laureate in a year with a wave is a
true 0. Amounts are the grants awarded, in euros of the year. The list itself has no field for AI: `AI_RULE` decides.
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.records import read_records
from etl.rollup import spread_upwards
from etl.tidy import expect_columns, expect_range, expect_unique, expect_years, map_codes, to_tidy

_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."

SOURCE: Final = Source(
    id="mesr_inov",
    publisher="Ministère chargé de l'Enseignement supérieur et de la Recherche (MESR), Bpifrance, ADEME",
    title={
        "de": "Preisträger des Innovationswettbewerbs i-Nov",
        "fr": "Lauréats du concours d'innovation i-Nov",
        "en": "Laureates of the innovation competition i-Nov",
    },
    licence=Licence(
        name="Licence Ouverte 2.0",
        url="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        credit="Source : MESR, Lauréats du concours d'innovation i-Nov ; choice of AI projects and sums by the atlas.",
    ),
    url="https://www.data.gouv.fr/datasets/laureats-du-concours-dinnovation-i-nov",
    files=(
        File(
            "laureates",
            ("inov_laureates.json",),
            "https://data.enseignementsup-recherche.gouv.fr/api/explore/v2.1/catalog/datasets/"
            "fr-esr-laureats-concours-i-nov/exports/json",
            page=True,
        ),
    ),
    folders=("inov",),
    vintage="state of 2025, waves 1 to 14",
    rhythm="yearly, after each wave",
    every_days=365,
)

#: A project is on AI if its title, subtitle or summary says so: 178 of 753. The firm's description of itself does
#: not count (it would add 39), nor do words of everyday marketing (predictive, intelligent, big data).
AI_RULE: Final = re.compile(
    r"\bIA\b|\bAI\b|\bNLP\b|\bLLMs?\b"
    r"|(?i:intelligences?\s+artificielles?|artificial\s+intelligence|(machine|deep)[\s-]?learning"
    r"|apprentissages?\s+(automatique|profond|machine)|réseaux?\s+de\s+neurones|modèles?\s+de\s+langage"
    r"|traitement\s+(automatique\s+)?du\s+langage|vision\s+par\s+ordinateur|computer\s+vision)"
)
_PROJECT_TEXT: Final = ("projet", "moto", "projetresume")

_KEYS: Final = (
    "vague", "datepublication", "thematique", "projet", "moto", "projetresume", "siren", "entreprise",
    "entrepriseresume", "montantprojet", "subvention", "cityid", "com_nom", "dep_nom", "reg_nom", "coordinates",
)  # fmt: skip


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows: ai_projects (count), ai_grants and ai_grants_since_2018 (EUR); départements up to France; by year."""
    path = delivery.path("laureates")
    laureates = _laureates(path)
    expect_years(laureates, "period", path.name, first=2018, last=delivery.files["laureates"].retrieved.year)
    years = laureates["period"].unique().sort()
    ai = laureates.filter(pl.col("ai"))
    unplaced = ai.filter(pl.col("region").is_null())
    if unplaced.height:
        raise DeliveryError(
            "an AI laureate has no commune, so it belongs to no département",
            file=path.name,
            line=unplaced["line"][0],
            column="cityid",
            remedy="ask the publisher for the commune; until then correct the record by etl/corrections.",
        )
    cells = _cells(ai, years)
    running = _cells_since(ai, years)
    frames = [
        cells.select(
            "region", "period", measure=pl.lit("ai_projects"), value="projects", status=pl.lit(""), reason="sum"
        ),
        _amounts(cells).with_columns(measure=pl.lit("ai_grants")),
        _amounts(running).with_columns(measure=pl.lit("ai_grants_since_2018")),
    ]
    tidy = pl.concat([frame.with_columns(pl.col("value").cast(pl.Float64)) for frame in frames])
    return to_tidy(tidy.with_columns(file=pl.lit("laureates")))


def is_ai(record: dict[str, Any]) -> bool:
    """Whether the project's own text names artificial intelligence (AI_RULE)."""
    text = "\n".join(record[key] or "" for key in _PROJECT_TEXT)
    return AI_RULE.search(unicodedata.normalize("NFC", text)) is not None


def _laureates(path: Path) -> pl.DataFrame:
    """line, period, region (NUTS 3 or null), ai, cost, grant (EUR or null), suspect; one row per laureate."""
    rows = []
    for line, record in read_records(path, "laureates"):
        expect_columns(path, list(record), _KEYS, line=line)
        for key in _PROJECT_TEXT:
            if not isinstance(record[key], str | None):
                problem = f"'{record[key]}' is no text"
                raise DeliveryError(problem, file=path.name, line=line, column=key, remedy=_AGAIN)
        rows.append(
            {
                "line": line,
                "wave": _text(record, "vague", r"Vague \d{1,2}", path, line),
                "period": _text(record, "datepublication", r"20\d\d-01-01", path, line)[:4],
                "cityid": _text(record, "cityid", r"\d[\dAB]\d{3}", path, line)
                if record["cityid"] is not None
                else None,
                "siren": _text(record, "siren", r"\d{9}", path, line),
                "projet": record["projet"],
                "subvention": _amount(record, "subvention", path, line),
                "montantprojet": _amount(record, "montantprojet", path, line),
                "ai": is_ai(record),
            }
        )
    schema = {"line": pl.Int64, "cityid": pl.String, "subvention": pl.Float64, "montantprojet": pl.Float64}
    frame = pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)
    expect_range(frame, "subvention", 0, 20_000_000, path.name, meaning="grant in EUR")
    ai = frame.filter(pl.col("ai"))
    expect_unique(ai, ["siren", "projet", "wave"], path.name)
    frame = map_codes(frame, "cityid", partial(codes.resolve, system="insee_com"), path.name)
    frame = frame.rename({"cityid": "region", "subvention": "grant", "montantprojet": "cost"})
    # The rules pay less than the cost; 4.5 times the cost is a slipped digit (0.45 is the usual rate).
    return frame.with_columns(suspect=(pl.col("grant") > pl.col("cost")).fill_null(value=False))


def _text(record: dict[str, Any], key: str, pattern: str, path: Path, line: int) -> str:
    value = record[key]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise DeliveryError(
            f"'{value}' does not look like {pattern}", file=path.name, line=line, column=key, remedy=_AGAIN
        )
    return value


def _amount(record: dict[str, Any], key: str, path: Path, line: int) -> float | None:
    value = record[key]
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise DeliveryError(f"'{value}' is not a number", file=path.name, line=line, column=key, remedy=_AGAIN)


_SUMS: Final = (
    pl.len().alias("projects"),
    pl.col("grant").filter(~pl.col("suspect")).sum().alias("known"),
    pl.col("grant").is_null().sum().alias("unknown"),
    pl.col("suspect").sum().alias("suspects"),
)


def _cells(ai: pl.DataFrame, years: pl.Series) -> pl.DataFrame:
    """Region × year with a wave: projects, known grants, laureates without amount, suspects; zeros where none won."""
    levels = {code for level in ("country", "land", "nuts2", "nuts3") for code in codes.units(level, "FR")}
    grid = pl.DataFrame({"region": sorted(levels)}).join(pl.DataFrame({"period": years}), how="cross")
    sums = spread_upwards(ai.select("region", "period", "grant", "suspect")).group_by("region", "period").agg(_SUMS)
    cells = grid.join(sums, on=["region", "period"], how="left").with_columns(
        pl.col("projects", "known", "unknown", "suspects").fill_null(0)
    )
    single = pl.col("region").str.len_chars() == 5
    return cells.with_columns(sum=pl.when(single).then(pl.lit("")).otherwise(pl.lit("own_sum")))


def _cells_since(ai: pl.DataFrame, years: pl.Series) -> pl.DataFrame:
    """The same cells, each year holding everything since the first wave."""
    return pl.concat(
        [
            _cells(ai.filter(pl.col("period") <= year).with_columns(period=pl.lit(year)), pl.Series([year]))
            for year in years
        ]
    )


def _amounts(cells: pl.DataFrame) -> pl.DataFrame:
    """Sums of known grants. One without an amount or with a suspect one lowers the sum, and the row says so."""
    unknown, suspects = pl.col("unknown") > 0, pl.col("suspects") > 0
    nothing = (pl.col("projects") > 0) & (pl.col("projects") == pl.col("unknown") + pl.col("suspects"))
    return cells.select(
        "region",
        "period",
        value=pl.when(nothing).then(None).otherwise("known"),
        status=pl.when(nothing)
        .then(pl.lit(Status.NOT_COLLECTED.value))
        .when(unknown | suspects)
        .then(pl.lit(Status.UNRELIABLE.value))
        .otherwise(pl.lit(Status.FINE.value)),
        reason=pl.when(suspects)
        .then(pl.lit("x10_left_out"))
        .when(unknown)
        .then(pl.lit("amounts_missing"))
        .otherwise("sum"),
    ).select("region", "period", pl.lit("").alias("measure"), "value", "status", "reason")
