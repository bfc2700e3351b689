"""France Num barometer: from the portal's two exports to the exact tidy table, and what is refused.

CONSTRUCTED: no export lies here. Names and kinds of the columns are those that public programs ask the portal for; the
shares are counted up by a rule and stand for nothing. Never shipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import dge_france_num as france_num
from tests.golden.delivered import written

Record = dict[str, Any]
MAINLAND = [codes.region(code).name_fr for code in codes.units("land", "FR") if not code.startswith(("FRY", "FRM"))]
AI = 612
QUESTIONS: list[Record] = [
    {"code_unifie": 501, "libelle_unifie": "Le numérique est un bénéfice réel pour l’entreprise"},
    {"code_unifie": AI, "libelle_unifie": "Utilisez-vous des solutions d’intelligence artificielle ?"},
    {"code_unifie": 923, "libelle_unifie": "Authentification multi-facteurs"},
]


def answer(region: str, year: int, score: float, said: str = "Oui", question: int = AI) -> Record:
    """One record of the answers as the export has it."""
    found: Record = {"code_unifie": question, "libelle_reponse": said, "score": score, "annee": f"{year}-01-01"}
    return found | {"region": region, "secteur": "Tous secteurs", "taille": "Toutes tailles"}


def answers() -> list[Record]:
    """Two years of the mainland and France, yes and no; another question; the overseas régions together."""
    found = []
    for year in (2023, 2024):
        for number, region in enumerate(["Toutes régions", *MAINLAND, "Drom"]):
            share = year - 2020 + number / 2
            found += [answer(region, year, share), answer(region, year, 100 - share, "Non")]
            found.append(answer(region, year, 70, "Oui", 501))
    return found


def delivery(folder: Path, told: object = None, asked: object = None) -> Delivery:
    rows, questions = answers() if told is None else told, QUESTIONS if asked is None else asked
    texts = [
        one if isinstance(one, str) else "[" + ",\n".join(map(json.dumps, one)) + "]"  # type: ignore[call-overload]
        for one in (rows, questions)
    ]
    return written(folder, france_num.SOURCE, answers=texts[0], questions=texts[1])


def test_the_exports_become_exactly_these_rows(tmp_path: Path) -> None:
    tidy = france_num.parse(delivery(tmp_path))
    assert set(tidy["measure"]) == {"any_ai"}
    assert tidy.height == 2 * (1 + len(MAINLAND))
    some = tidy.filter(pl.col("region").is_in(["FR", "FR1"]))
    place = 1 + MAINLAND.index("Île-de-France")
    assert some.select("region", "period", "value", "status", "reason").rows() == [
        ("FR", "2023", 3.0, "", ""),
        ("FR", "2024", 4.0, "b", "question_changed"),
        ("FR1", "2023", 3 + place / 2, "", ""),
        ("FR1", "2024", 4 + place / 2, "b", "question_changed"),
    ]


def test_shares_as_parts_of_one_are_the_same_figures(tmp_path: Path) -> None:
    parts = [one | {"score": one["score"] / 100} for one in answers()]
    (tmp_path / "parts").mkdir()
    found, known = france_num.parse(delivery(tmp_path / "parts", parts)), france_num.parse(delivery(tmp_path))
    assert found["value"].to_list() == pytest.approx(known["value"].to_list())


def change(key: str, value: Any, at: int = 3) -> Callable[[list[Record]], list[Record]]:
    def apply(table: list[Record]) -> list[Record]:
        table[at][key] = value
        return table

    return apply


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (change("score", -4), r"line 4, column 'score': -4 is not a share from 0 to 100"),
        (change("score", "4,5"), r"line 4, column 'score': '4,5' is not a share"),
        (change("score", None), r"column 'score': None is not a share"),
        (change("annee", "hier"), r"line 4, column 'period'"),
        (change("region", "Occitane"), r"line 4, column 'region': 'Occitane' is not one of"),
        (change("region", None), r"line 4, column 'region': None is not a text"),
        (change("code_unifie", None), r"line 4, column 'code_unifie': the question's code None"),
        (lambda table: [*table, table[3]], "two rows have the same key"),
        (lambda table: table[:3] + table[4:], r"2023, région .* missing"),
        (lambda table: [one | {"secteur": "Industrie"} for one in table], "no answers to question 612 for all sectors"),
        (lambda table: [one for one in table if one["code_unifie"] != AI], "no answers to question 612"),
        (lambda table: [one | {"libelle_reponse": "Ja"} for one in table], "has no answer 'Oui', only 'Ja'"),
    ],
)
def test_changed_answers_are_refused(
    tmp_path: Path, changed: Callable[[list[Record]], list[Record]], message: str
) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        france_num.parse(delivery(tmp_path, changed(answers())))
    assert "questions-reponses.json" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_the_question_is_found_by_its_words_or_not_at_all(tmp_path: Path) -> None:
    other = {"code_unifie": 613, "libelle_unifie": "Envisagez-vous d’utiliser l’IA à l’avenir ?"}
    for questions, message in (
        ([*QUESTIONS, other], r"there are 2: 612 «Utilisez-vous .*»; 613 «Envisagez-vous"),
        ([QUESTIONS[0]], r"there are 0: none"),
    ):
        with pytest.raises(DeliveryError, match=message) as caught:
            france_num.parse(delivery(tmp_path, None, questions))
        assert "bfn-table-de-correspondance.json" in str(caught.value)


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    for content, message in (
        ("<html><body>Erreur</body></html>", "this is a web page"),
        ('{"error_code": "InvalidRESTParameterError", "message": "limit"}', "the file is not a list of answers"),
        ("[]", "the file is not a list of answers"),
        (json.dumps(answers())[:-300], "not valid JSON"),
    ):
        with pytest.raises(DeliveryError, match=message):
            france_num.parse(delivery(tmp_path, content))
