"""ANR: the lists as published give the rows of the extracts, and no name of a person leaves the reader.

CONSTRUCTED: the ANR's JSON does not lie here. The layout (pandas' orientation "split": columns, index, data), the
column names and the two spellings of régions are those described; projects repeat the extract of `test_anr_ai.py`, made
up where it only counts, and every person is called Personne. Never shipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.model import Delivery, DeliveryError
from etl.sources import anr_ai
from tests.golden.delivered import written

NAMES = ("Personne-Nom", "Personne-Prénom", "0000-0002-1825-0097")
PARTNER = [
    "Projet.Code_Decision", "Projet.Acronyme", "Projet.Partenaire.Code_Decision", "Projet.Partenaire.Est_coordinateur",
    "Projet.Partenaire.Nom_organisme", "Projet.Partenaire.Categorie_organisme", "Projet.Partenaire.Code_RNSR",
    "Projet.Partenaire.Responsable_scientifique.Nom", "Projet.Partenaire.Responsable_scientifique.Prenom",
    "Projet.Partenaire.Responsable_scientifique.ORCID", "Projet.Partenaire.Adresse.Ville",
    "Projet.Partenaire.Adresse.Region", "Projet.Partenaire.Adresse.Pays",
]  # fmt: skip
PROJECT = [
    "Projet.Code_Decision", "Projet.Date_debut", "Action.Edition", "Action.Titre.Francais", "Projet.Acronyme",
    "Projet.Titre.Francais", "Projet.Resume.Francais", "Projet.Aide_allouee",
]  # fmt: skip
Table = dict[str, Any]


def split(columns: list[str], data: list[list[Any]]) -> Table:
    return {"columns": list(columns), "index": list(range(len(data))), "data": data}


def partner(code: str, leads: bool, region: str | None) -> list[Any]:
    return [code, "ACRO", f"{code}-P1", leads, "Université", "EPIC", None, *NAMES, "Ville", region, "France"]


def partners() -> Table:
    found = [
        ("ANR-19-CE23-0001", True, "Île-de-France"),
        ("ANR-19-CE23-0001", False, "Ile de France"),
        ("ANR-19-CE23-0001", False, None),
        ("ANR-20-CE23-0002", True, "Bretagne"),
        ("ANR-20-CE23-0002", False, "Provence-Alpes-Côte d'Azur"),
        ("ANR-21-CE23-0003", True, "DOM/TOM"),
        ("ANR-19-CHIA-0004", True, "Île-de-France"),
        ("ANR-20-THIA-0005", True, "Centre-Val de Loire"),
        ("ANR-20-IADJ-0006", True, "Grand Est"),
        ("ANR-22-CE23-0007", True, "Occitanie"),
        ("ANR-13-CE23-0008", True, "Corse"),
        ("ANR-19-CE07-0009", True, "Normandie"),
    ]
    return split(PARTNER, [partner(*one) for one in found])


def awarded() -> Table:
    rows = [("ANR-19-P3IA-0004", 2019, "P3IA", 18000000.0), ("ANR-19-P3IA-0003", 2019, "P3IA", 19000000.0),
            ("ANR-17-CONV-0003", 2017, "CONV", 9860000.0)]  # fmt: skip
    return split(
        PROJECT, [[code, "2019-09-01", year, action, "A", "T", "R", grant] for code, year, action, grant in rows]
    )


def awarded_partners() -> Table:
    found = [("ANR-19-P3IA-0004", True, "Occitanie"), ("ANR-19-P3IA-0004", False, "Hauts de France"),
             ("ANR-19-P3IA-0003", True, "Auvergne-Rhône-Alpes"), ("ANR-17-CONV-0003", True, "Etranger"),
             ("ANR-17-CONV-0003", True, "Non renseigné")]  # fmt: skip
    return split(PARTNER, [partner(*one) for one in found])


#: The same projects, counted by hand, as the extracts of 2022 would have them.
COORDINATED = """instrument,nuts1,projects_coordinated
AAPG axis CE23 (AI and data science),FR1,1
AAPG axis CE23 (AI and data science),FRH,1
AAPG axis CE23 (AI and data science),,1
Chaires IA,FR1,1
Contrats doctoraux en IA,FRB,1
"IADJ (4-letter call code, DE-FR-JP AI call: from memory, unverified)",FRF,1
"""
PARTICIPATIONS = """instrument,year,nuts1,projects,participations
AAPG axis CE23 (AI and data science),2019,FR1,1,2
AAPG axis CE23 (AI and data science),2019,,1,1
AAPG axis CE23 (AI and data science),2020,FRH,1,1
AAPG axis CE23 (AI and data science),2020,FRL,1,1
AAPG axis CE23 (AI and data science),2021,,1,1
AAPG axis CE23 (AI and data science),2022,FRJ,1,1
Chaires IA,2019,FR1,1,1
Contrats doctoraux en IA,2020,FRB,1,1
"IADJ (4-letter call code, DE-FR-JP AI call: from memory, unverified)",2020,FRF,1,1
"""
AWARDS = """Projet.Code_Decision_ANR,Projet.Date_debut,Action.Edition,Action.Titre.Francais,Projet.Acronyme,\
Projet.Titre.Francais,Projet.Aide_allouee,Projet.Partenaire.Nom_organisme,Projet.Partenaire.Adresse.Ville,\
Projet.Partenaire.Adresse.Region,nuts1,n_partners
ANR-19-P3IA-0004,2019-09-01,2019,P3IA,A,T,18000000.0,Université,Ville,Occitanie,FRJ,2
ANR-19-P3IA-0003,2019-09-01,2019,P3IA,A,T,19000000.0,Université,Ville,Auvergne-Rhône-Alpes,FRK,1
ANR-17-CONV-0003,2017-06-01,2017,CONV,A,T,9860000.0,Université,Ville,Etranger,,1
"""


def lists(folder: Path, **changed: Table | str) -> Delivery:
    tables: dict[str, Any] = {"partners": partners(), "awarded": awarded(), "awarded_partners": awarded_partners()}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in (tables | changed).items()}
    return written(folder, anr_ai.SOURCE, **texts)


def test_the_lists_give_the_rows_of_the_extracts(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "extracts").mkdir()
    from_lists = anr_ai.parse(lists(tmp_path / "lists"))
    extracts = {"coordinated": COORDINATED, "participations": PARTICIPATIONS, "awards": AWARDS}
    from_extracts = anr_ai.parse(written(tmp_path / "extracts", anr_ai.SOURCE, **extracts))
    assert from_lists.drop("file").equals(from_extracts.drop("file"))
    total = from_lists.filter(measure="ai_projects_coordinated", region="FR")
    assert total.select("period", "value", "reason").row(0) == ("2021", 6, "total_2014_2021")
    assert set(from_lists["file"]) == {"partners", "awarded"}


def test_the_column_names_of_2022_are_read_too(tmp_path: Path) -> None:
    tables = {"partners": partners(), "awarded": awarded(), "awarded_partners": awarded_partners()}
    new, name = '"Projet.Code_Decision"', '"Projet.Code_Decision_ANR"'
    old = {key: json.dumps(table).replace(new, name) for key, table in tables.items()}
    before = anr_ai.parse(lists(tmp_path))
    assert anr_ai.parse(lists(tmp_path, **old)).equals(before)


def test_no_name_of_a_person_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not into a frame that the reader makes, not into the rows, not into a message."""
    made: list[pl.DataFrame] = []
    read = anr_ai._split

    def watched(*arguments: Any) -> pl.DataFrame:
        made.append(read(*arguments))
        return made[-1]

    monkeypatch.setattr(anr_ai, "_split", watched)
    made.append(anr_ai.parse(lists(tmp_path)))
    assert len(made) == 4
    everything = "".join(frame.write_csv() for frame in made)
    assert not [name for name in NAMES if name in everything]
    assert all(name in json.dumps(partners(), ensure_ascii=False) for name in NAMES), "the test would see nothing"


def cell(column: str, value: Any, at: int = 3) -> Callable[[Table], Table]:
    def apply(table: Table) -> Table:
        table["data"][at][table["columns"].index(column)] = value
        return table

    return apply


def renamed(old: str, new: str) -> Callable[[Table], Table]:
    return lambda table: table | {"columns": [new if name == old else name for name in table["columns"]]}


LEADS, REGION = "Projet.Partenaire.Est_coordinateur", "Projet.Partenaire.Adresse.Region"


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("partners", cell(REGION, "Alsace"), rf"line 4, column '{REGION}': 'Alsace' is no région that the ANR used"),
        ("partners", cell(LEADS, "peut-être"), r"line 4, column 'coordinates': 'peut-être' is not one of True"),
        ("partners", cell(LEADS, True, 1), r"column 'code': two rows have the same key \(code=ANR-19-CE23-0001\)"),
        ("partners", renamed(REGION, "Region"), rf"column '{REGION}': the column is missing"),
        ("partners", renamed("Projet.Code_Decision", "Code"), "column 'Projet.Code_Decision': the column is missing"),
        ("partners", cell("Projet.Code_Decision", "20-THIA-5", 7), "no project of the instrument 'Contrats doctoraux"),
        ("partners", lambda t: t | {"data": [*t["data"], t["data"][0][:-1]]}, r"line 13: the row has not 13 cells"),
        ("partners", lambda t: {"columns": t["columns"], "data": []}, 'not a table in the orientation "split"'),
        ("partners", lambda t: {"data": [{"id": 1}], "total": 1}, 'not a table in the orientation "split"'),
        ("awarded", cell("Projet.Aide_allouee", -1.0, 0), r"line 1, column 'Projet.Aide_allouee': .* -1 is outside"),
        ("awarded", cell("Projet.Aide_allouee", 18e9, 0), r"aide allouée in EUR 1.8e\+10 is outside"),
        ("awarded", cell("Projet.Aide_allouee", "18 M€", 0), r"line 1, column 'Projet.Aide_allouee': '18 M€' is not"),
        ("awarded", cell("Action.Edition", 19, 0), r"line 1, column 'Action.Edition': '19' is not one of 2019"),
        ("awarded", lambda t: t | {"data": [*t["data"], t["data"][0]]}, "two rows have the same key"),
        ("awarded_partners", cell(REGION, None, 0), "with their régions are not in the list"),
    ],
)
def test_a_changed_list_is_refused_without_naming_a_person(
    tmp_path: Path, key: str, change: Callable[[Table], Table], message: str
) -> None:
    tables = {"partners": partners, "awarded": awarded, "awarded_partners": awarded_partners}
    with pytest.raises(DeliveryError, match=message) as caught:
        anr_ai.parse(lists(tmp_path, **{key: change(tables[key]())}))
    assert ".json" in str(caught.value)
    assert "Remedy:" in str(caught.value)
    assert not [name for name in NAMES if name in str(caught.value)]


def test_a_web_page_a_cut_list_and_half_a_delivery_are_refused(tmp_path: Path) -> None:
    for content, message in (
        ("<!doctype html><title>data.gouv.fr</title>", "this is a web page"),
        (json.dumps(partners())[:-40], r"not valid JSON"),
    ):
        with pytest.raises(DeliveryError, match=message):
            anr_ai.parse(lists(tmp_path, partners=content))
    (tmp_path / "half").mkdir()
    with pytest.raises(DeliveryError, match="the delivery of anr_ai has no file 'awarded'"):
        anr_ai.parse(written(tmp_path / "half", anr_ai.SOURCE, partners=json.dumps(partners())))


def test_a_partner_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Alike in every column, those with names of persons too; two partners that only look alike to us are two."""
    table = partners()
    table["data"].append(list(table["data"][1]))
    with pytest.raises(DeliveryError, match=r"line 13, column 'code': two rows have the same key") as caught:
        anr_ai.parse(lists(tmp_path, partners=table))
    assert not [name for name in NAMES if name in str(caught.value)]
    table["data"][-1][table["columns"].index("Projet.Partenaire.Nom_organisme")] = "Institut"
    total = anr_ai.parse(lists(tmp_path, partners=table)).filter(measure="ai_participations", region="FR1")
    assert total.filter(period="2019")["value"].item() == 4
