"""TPE and PME that use artificial intelligence, by région: the France Num barometer (DGE, fieldwork by Crédoc).

Two tables of the ministry's Opendatasoft portal: the answers (one row per question, answer, year, région, sector and
size, with a score), and the correspondence that gives each question's code its words. The rows asked for are those of
all sectors and all sizes. Which code means "uses AI" is read from the correspondence by its words, so that a renumbered
questionnaire ends in a message and not in another question's figures. The tables give no number of respondents, so
there are no limits; the national sample of 2025 had 11,021 firms, a région has a few hundred.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source, Status
from etl.records import read_records
from etl.tidy import expect_range, expect_regions, expect_unique, expect_values, expect_years, to_tidy

_API: Final = "https://data.economie.gouv.fr/api/explore/v2.1/catalog/datasets"
_AGAIN: Final = "fetch the delivery again; if the ministry really changed it, adapt the source's module and its test."

SOURCE: Final = Source(
    id="dge_france_num",
    publisher="Direction générale des Entreprises (DGE), France Num",
    title={
        "de": "France-Num-Barometer: Digitalisierung der kleinen und mittleren Unternehmen",
        "fr": "Baromètre France Num : le numérique dans les TPE et PME",
        "en": "France Num barometer: digital technology in small and medium-sized firms",
    },
    licence=Licence(
        name="Licence Ouverte 2.0",
        url="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        credit="Source : DGE / Crédoc, Baromètre France Num",
    ),
    url="https://data.economie.gouv.fr/explore/dataset/questions-reponses/",
    files=(
        File(
            "questions",
            ("bfn-table-de-correspondance.json",),
            f"{_API}/bfn-table-de-correspondance/exports/json?select=code_unifie%2C%20libelle_unifie",
        ),
        File(
            "answers",
            ("questions-reponses.json",),
            f"{_API}/questions-reponses/exports/json"
            "?select=code_unifie%2C%20libelle_reponse%2C%20score%2C%20annee%2C%20region%2C%20secteur%2C%20taille"
            "&where=secteur%20%3D%20%22Tous%20secteurs%22%20and%20taille%20%3D%20%22Toutes%20tailles%22",
            max_bytes=200_000_000,
        ),
    ),
    folders=("france_num",),
    rhythm="yearly, September",
    every_days=365,
)

#: Whether a question asks for the use of AI.
_ASKS: Final = re.compile(r"utilis\w*.*(intelligence artificielle|\bIA\b)", re.IGNORECASE)
_YES: Final = "Oui"
_TEXTS: Final = ("libelle_reponse", "annee", "region", "secteur", "taille")
_ALL: Final = {"secteur": "Tous secteurs", "taille": "Toutes tailles"}
_EVERYWHERE: Final = "Toutes régions"
#: The overseas régions together, which the atlas has one by one only.
_OUTSIDE: Final = ("Drom", "DROM", "Outre-mer")
#: The question was put in other words from this year on.
_BREAK_YEAR: Final = "2024"


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows of any_ai: per cent of the firms asked (0–249 employees) that answered yes; régions and France.

    Raises DeliveryError where no question, or more than one, is about the use of AI, for an unknown région, for a
    share outside 0…100, and where a région of the mainland is missing in a year.
    """
    path = delivery.path("answers")
    question = _question(delivery.path("questions"))
    rows = _answers(path, question)
    in_per_cent = pl.col("score") * (1 if _largest(rows) > 1 else 100)
    yes = rows.filter(pl.col("libelle_reponse") == _YES).with_columns(value=in_per_cent)
    if yes.is_empty():
        said = ", ".join(f"'{text}'" for text in sorted(set(rows["libelle_reponse"]))[:5])
        raise DeliveryError(
            f"question {question} has no answer '{_YES}', only {said}",
            file=path.name,
            column="libelle_reponse",
            remedy=_AGAIN,
        )
    expect_range(yes, "value", 0, 100, path.name, meaning="share")
    yes = _placed(yes, path)
    expect_unique(yes, ["place", "period"], path.name)
    mainland = [code for code in codes.units("land", "FR") if not code.startswith(("FRY", "FRM"))]
    for period in sorted(set(yes["period"])):
        expect_regions(yes.filter(period=period), "place", ["FR", *mainland], path.name, what=f"{period}, région")
    first = pl.col("period") == _BREAK_YEAR
    return to_tidy(
        yes.select(
            "period",
            "value",
            region="place",
            measure=pl.lit("any_ai"),
            file=pl.lit("answers"),
            status=pl.when(first).then(pl.lit(Status.BREAK.value)).otherwise(pl.lit(Status.FINE.value)),
            reason=pl.when(first).then(pl.lit("question_changed")).otherwise(pl.lit("")),
        )
    )


def _question(path: Path) -> str:
    """The code of the one question that asks for the use of AI."""
    found = {
        _code(record, path, line): str(record.get("libelle_unifie"))
        for line, record in read_records(path, "questions")
        if _ASKS.search(str(record.get("libelle_unifie")))
    }
    if len(found) != 1:
        about = "; ".join(f"{code} «{text}»" for code, text in sorted(found.items())[:5]) or "none"
        raise DeliveryError(
            f"one question should ask for the use of AI, but there are {len(found)}: {about}",
            file=path.name,
            column="libelle_unifie",
            remedy="read the questionnaire, and make the module's _ASKS match the question that is meant.",
        )
    return next(iter(found))


def _answers(path: Path, question: str) -> pl.DataFrame:
    """The rows of one question, for all sectors and sizes: line, libelle_reponse, score, annee, region, period."""
    rows = [
        {
            "line": line,
            "score": _score(record, path, line),
            **{name: _text(record, name, path, line) for name in _TEXTS},
        }
        for line, record in read_records(path, "answers")
        if _code(record, path, line) == question
    ]
    schema = {"line": pl.Int64, "score": pl.Float64, **dict.fromkeys(_TEXTS, pl.String)}
    frame = pl.DataFrame(rows, schema=schema).filter(*(pl.col(name) == text for name, text in _ALL.items()))
    if frame.is_empty():
        raise DeliveryError(
            f"no answers to question {question} for all sectors and sizes",
            file=path.name,
            column="code_unifie",
            remedy=_AGAIN,
        )
    frame = frame.with_columns(period=pl.col("annee").str.extract(r"^(\d{4})(?:-\d\d-\d\d.*)?$"))
    expect_years(frame, "period", path.name, first=2020)
    return frame


def _largest(rows: pl.DataFrame) -> float:
    """The largest score: the portal shows shares as per cent, its table may hold them as parts of one."""
    return float(rows["score"].max() or 0)  # type: ignore[arg-type]


def _placed(rows: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Adds `place`, the NUTS code of the région's name; the overseas régions taken together are left out."""
    names = {_EVERYWHERE: "FR"} | {codes.region(code).name_fr: code for code in codes.units("land", "FR")}
    rows = rows.filter(~pl.col("region").is_in(_OUTSIDE))
    expect_values(rows, "region", names, path.name)
    return rows.with_columns(place=pl.col("region").replace_strict(names))


def _code(record: dict[str, Any], path: Path, line: int) -> str:
    value = record.get("code_unifie")
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        problem = f"the question's code {value!r} is neither a number nor text"
        raise DeliveryError(problem, file=path.name, line=line, column="code_unifie", remedy=_AGAIN)
    return str(value).strip()


def _text(record: dict[str, Any], name: str, path: Path, line: int) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        raise DeliveryError(f"{value!r} is not a text", file=path.name, line=line, column=name, remedy=_AGAIN)
    return value.strip()


def _score(record: dict[str, Any], path: Path, line: int) -> float:
    value = record.get("score")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        problem = f"{value!r} is not a share from 0 to 100"
        raise DeliveryError(problem, file=path.name, line=line, column="score", remedy=_AGAIN)
    return float(value)
