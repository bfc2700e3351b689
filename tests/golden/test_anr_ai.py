"""ANR: from the extracts of its two lists to the exact tidy table, what is refused, and the known figures."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import anr_ai
from tests.golden.delivered import shared, written

# Some rows of the extracts (ODbL, ANR), cut to few régions.
COORDINATED = """instrument,nuts1,projects_coordinated
AAPG axis CE23 (AI and data science),FR1,66
AAPG axis CE23 (AI and data science),FRY2,1
AAPG axis CE23 (AI and data science),,1
Chaires IA,FR1,18
Contrats doctoraux en IA,FRB,1
"IADJ (4-letter call code, DE-FR-JP AI call: from memory, unverified)",FRF,1
"""
PARTICIPATIONS = """instrument,year,nuts1,projects,participations
AAPG axis CE23 (AI and data science),2019,FR1,13,18
AAPG axis CE23 (AI and data science),2019,,4,4
AAPG axis CE23 (AI and data science),2020,FRB,2,2
Chaires IA,2019,FR1,9,9
Contrats doctoraux en IA,2020,FRB,1,1
"""
AWARDS = """Projet.Code_Decision_ANR,Projet.Date_debut,Action.Edition,Action.Titre.Francais,Projet.Acronyme,\
Projet.Titre.Francais,Projet.Aide_allouee,Projet.Partenaire.Nom_organisme,Projet.Partenaire.Adresse.Ville,\
Projet.Partenaire.Adresse.Region,nuts1,n_partners
ANR-21-PMRB-0009,,2021,PMRB,RaReTiA,"A new database, a pilot project",0.0,Non renseigné,Non renseigné,Non renseigné,,1
ANR-19-P3IA-0004,2019-09-01,2019,P3IA,ANITI,Toulouse,18000000.0,Université,Toulouse Cedex 6,Occitanie,FRJ,13
ANR-19-P3IA-0003,2019-09-01,2019,P3IA,MIAI,MIAI,19000000.0,Université,Saint Martin d'Hères,Auvergne-Rhône-Alpes,FRK,6
ANR-17-CONV-0003,2017-06-01,2017,CONV,DATAIA,Data Science,9860000.0,Université,Gif-sur-Yvette,Île-de-France,FR1,18
"""


def delivery(
    folder: Path, coordinated: str = COORDINATED, participations: str = PARTICIPATIONS, awards: str = AWARDS
) -> Delivery:
    files = {"coordinated": coordinated, "participations": participations, "awards": awards}
    return written(folder, anr_ai.SOURCE, **files)


def rows(tidy: pl.DataFrame, measure: str) -> list[tuple[object, ...]]:
    some = tidy.filter(pl.col("value").is_null() | (pl.col("value") > 0), measure=measure)
    return some.select("region", "period", "value", "status", "reason").rows()


def test_the_extracts_become_exactly_these_rows(tmp_path: Path) -> None:
    tidy = anr_ai.parse(delivery(tmp_path))
    assert rows(tidy, "ai_projects_coordinated") == [
        ("FR", "2021", 88, "", "total_2014_2021"),
        ("FR1", "2021", 84, "", "total_2014_2021"),
        ("FRB", "2021", 1, "", "total_2014_2021"),
        ("FRF", "2021", 1, "", "total_2014_2021"),
        ("FRY2", "2021", 1, "", "total_2014_2021"),
    ]
    assert rows(tidy, "ai_participations") == [
        ("FR", "2019", 27, "", "own_sum"),
        ("FR", "2020", 3, "", "own_sum"),
        ("FR1", "2019", 27, "", ""),
        ("FRB", "2020", 3, "", ""),
    ]
    assert rows(tidy, "3ia_awards") == [
        ("FR", "2019", 37000000, "", "own_sum"),
        ("FRJ", "2019", 18000000, "", "coordinator"),
        ("FRK", "2019", 19000000, "", "coordinator"),
    ]


def test_zero_is_sure_for_coordinators_and_unsure_for_partners(tmp_path: Path) -> None:
    """A partner without a région could lie anywhere; a coordinator's région is known but for one."""
    tidy = anr_ai.parse(delivery(tmp_path)).filter(region="FRM")
    assert tidy.filter(measure="ai_projects_coordinated").select("value", "status").rows() == [(0, "")]
    assert tidy.filter(measure="ai_participations").select("value", "status", "reason").unique().rows() == [
        (0, "u", "none_placed")
    ]
    assert tidy.filter(measure="3ia_awards").select("value", "status").rows() == [(0, "")]


def test_an_amount_of_zero_is_unknown_not_nothing(tmp_path: Path) -> None:
    tidy = anr_ai.parse(delivery(tmp_path, awards=AWARDS.replace("18000000.0", "0.0")))
    awards = tidy.filter(measure="3ia_awards")
    assert awards.filter(region="FRJ").select("value", "status", "reason").row(0) == (None, "m", "amount_unknown")
    assert awards.filter(region="FR").select("value", "status", "reason").row(0) == (19000000, "u", "amount_unknown")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("coordinated", "FR1,66", "FR1,-66", r"line 2, column 'projects_coordinated': count -66 is outside"),
        ("coordinated", "FR1,66", 'FR1,"66,5"', r"line 2, column 'projects_coordinated': '66,5' is not a number"),
        (
            "coordinated",
            "projects_coordinated",
            "projects",
            r"'projects_coordinated': the column is missing.*'projects'",
        ),
        ("coordinated", "FRB,1", "FRX,1", r"line 6, column 'nuts1': unknown NUTS code 'FRX'"),
        ("coordinated", "FRB,1", "FRB0,1", r"line 6, column 'nuts1': 'FRB0' is not one of FR1"),
        ("coordinated", "FRB,1", "FR7,1", r"line 6, column 'nuts1': 'FR7' is a ZEAT"),
        ("coordinated", "Chaires IA", "Chaires", r"line 5, column 'instrument': 'Chaires' is not one of"),
        (
            "participations",
            "FR1,13,18",
            "FR1,13,12",
            r"line 2, column 'participations': 12 participations in 13 projects",
        ),
        ("participations", "2020,FRB,2,2", "2019,FR1,2,2", r"line 4, column 'instrument': two rows have the same key"),
        ("awards", "18000000.0", "-1.0", r"line 3, column 'Projet.Aide_allouee': aide allouée in EUR -1 is outside"),
        ("awards", "18000000.0", "18000000000.0", r"column 'Projet.Aide_allouee': aide allouée in EUR 1.8e\+10"),
        ("awards", "P3IA-0003", "P3IA-0004", r"line 4, column 'Projet.Code_Decision_ANR': two rows have the same key"),
        ("awards", ",P3IA,", ",IA,", "the four institutes .* are not in the list"),
        ("awards", COORDINATED[:10], "<html>", "this is a web page"),
    ],
)
def test_a_changed_extract_is_refused(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    texts = {"coordinated": COORDINATED, "participations": PARTICIPATIONS, "awards": AWARDS}
    changed = "<html></html>" if new == "<html>" else texts[file].replace(old, new)
    assert changed != texts[file]
    with pytest.raises(DeliveryError, match=message) as caught:
        anr_ai.parse(delivery(tmp_path, **{file: changed}))
    assert ".csv" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_the_whole_extracts_give_the_known_figures() -> None:
    """Counts of the research: 283 projects, 684 participations of which 636 have a région, four institutes."""
    tidy = anr_ai.parse(shared(anr_ai.SOURCE))
    coordinated = tidy.filter(measure="ai_projects_coordinated")
    known = {
        "FR": 283, "FR1": 97, "FRK": 45, "FRL": 25, "FRH": 23, "FRF": 22, "FRJ": 22, "FRE": 17, "FRD": 12, "FRI": 11,
        "FRG": 6, "FRB": 1, "FRY2": 1, "FRC": 0, "FRM": 0, "FRY1": 0, "FRY3": 0, "FRY4": 0, "FRY5": 0,
    }  # fmt: skip
    assert dict(coordinated.select("region", "value").iter_rows()) == known
    assert tidy.filter(measure="ai_participations", region="FR")["value"].to_list() == [52, 82, 54, 65, 77, 90, 127, 89]
    awards = dict(tidy.filter(measure="3ia_awards").select("region", "value").iter_rows())
    assert {region: value for region, value in awards.items() if value} == {
        "FR": 74_500_000, "FR1": 21_500_000, "FRK": 19_000_000, "FRJ": 18_000_000, "FRL": 16_000_000,
    }  # fmt: skip
    assert set(awards) == {"FR", *codes.units("land", "FR")}
