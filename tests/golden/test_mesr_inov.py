"""i-Nov: from the list of laureates to the exact tidy table, the rule for AI, what is refused, the known sums."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import mesr_inov
from tests.golden.delivered import shared, written

Record = dict[str, Any]


def laureate(project: str, year: int, commune: str | None, grant: float | None, text: str, **other: Any) -> Record:
    """A record as the publisher writes it; the texts are shortened, SIREN and firm are made up."""
    return {
        "vague": f"Vague {2 * (year - 2018) + 1}",
        "datepublication": f"{year}-01-01",
        "thematique": "Numérique Deep Tech",
        "projet": project,
        "moto": None,
        "projetresume": text,
        "siren": f"{crc32(project.encode()) % 10**9:09}",
        "entreprise": "Entreprise",
        "entrepriseresume": "Notre IA et notre deep learning servent vos clients.",
        "montantprojet": 1_000_000.0,
        "subvention": grant,
        "cityid": commune,
        "com_nom": None,
        "dep_nom": None,
        "reg_nom": None,
        "coordinates": "{'geo_shape': {'coordinates': [3.0, 50.6], 'type': 'POINT'}, 'geo_point': [3.0, 50.6]}",
        **other,
    }


def laureates() -> list[Record]:
    return [
        laureate(
            "PROJET IO", 2018, "59360", 356363.0, "Des techniques d’Intelligence Artificielle et de Deep Learning"
        ),
        laureate("SANS MONTANT", 2018, "59360", None, "Un moteur de machine learning"),
        laureate("Terrabios", 2018, "31161", 197565.0, "Produits de biostimulation et de biocontrôle"),
        laureate("NEXT-Blue", 2019, "75114", 4487924.0, "Une IA pour la mer", montantprojet=997610.0),
        laureate("PARISIEN", 2019, "75056", 400000.0, "Un réseau de neurones embarqué"),
        laureate("RÉUNION", 2019, "97411", 334352.0, "Vision par ordinateur pour la canne"),
        laureate("SEUL", 2019, "2A004", None, "Un modèle de langage corse"),
        laureate("NULLE PART", 2019, None, 300000.0, "Un capteur sans apprentissage"),
    ]


def delivery(folder: Path, records: list[Record] | str) -> Delivery:
    content = records if isinstance(records, str) else json.dumps(records, ensure_ascii=False, indent=2)
    return written(folder, mesr_inov.SOURCE, laureates=content)


def find(tidy: pl.DataFrame, measure: str, region: str, year: int) -> tuple[float | None, str, str]:
    found = tidy.filter(measure=measure, region=region, period=str(year))
    assert found.height == 1
    return found.select("value", "status", "reason").row(0)


def test_the_list_becomes_exactly_these_rows(tmp_path: Path) -> None:
    tidy = mesr_inov.parse(delivery(tmp_path, laureates()))
    units = {code for level in codes.MAP_LEVELS for code in codes.units(level, "FR")}
    assert tidy.height == 3 * 2 * len(units)
    some = tidy.filter(pl.col("value").is_null() | (pl.col("value") > 0), pl.col("region").str.len_chars() == 5)
    assert some.select("measure", "region", "period", "value", "status", "reason").rows() == [
        ("ai_grants", "FR101", "2019", 400000, "u", "x10_left_out"),
        ("ai_grants", "FRE11", "2018", 356363, "u", "amounts_missing"),
        ("ai_grants", "FRM01", "2019", None, "m", "amounts_missing"),
        ("ai_grants", "FRY40", "2019", 334352, "", ""),
        ("ai_grants_since_2018", "FR101", "2019", 400000, "u", "x10_left_out"),
        ("ai_grants_since_2018", "FRE11", "2018", 356363, "u", "amounts_missing"),
        ("ai_grants_since_2018", "FRE11", "2019", 356363, "u", "amounts_missing"),
        ("ai_grants_since_2018", "FRM01", "2019", None, "m", "amounts_missing"),
        ("ai_grants_since_2018", "FRY40", "2019", 334352, "", ""),
        ("ai_projects", "FR101", "2019", 2, "", ""),
        ("ai_projects", "FRE11", "2018", 2, "", ""),
        ("ai_projects", "FRM01", "2019", 1, "", ""),
        ("ai_projects", "FRY40", "2019", 1, "", ""),
    ]


def test_sums_go_up_to_france_and_the_running_total_keeps_earlier_years(tmp_path: Path) -> None:
    tidy = mesr_inov.parse(delivery(tmp_path, laureates()))
    assert (
        find(tidy, "ai_grants", "FRE1", 2018)
        == find(tidy, "ai_grants", "FRE", 2018)
        == (356363, "u", "amounts_missing")
    )
    assert find(tidy, "ai_grants", "FRY4", 2019) == (334352, "", "own_sum")
    assert find(tidy, "ai_grants", "FR", 2019) == (734352, "u", "x10_left_out")
    assert find(tidy, "ai_grants_since_2018", "FR", 2019) == (1090715, "u", "x10_left_out")
    assert find(tidy, "ai_projects", "FR", 2019) == (4, "", "own_sum")


def test_a_departement_without_ai_laureate_is_a_true_zero(tmp_path: Path) -> None:
    """The list is complete: the Haute-Garonne has a laureate of 2018, but none on AI; the Ain has none at all."""
    tidy = mesr_inov.parse(delivery(tmp_path, laureates()))
    for region in ("FRJ23", "FRK21"):
        assert find(tidy, "ai_grants", region, 2018) == (0, "", "")
        assert find(tidy, "ai_projects", region, 2018) == (0, "", "")
    assert set(tidy["period"]) == {"2018", "2019"}


@pytest.mark.parametrize(
    ("text", "ai"),
    [
        ("une IA de confiance", True),
        ("l'intelligence\nartificielle", True),
        ("des intelligences artificielles", True),
        ("modélisation et deeplearning", True),
        ("l'apprentissage machine", True),
        ("un modèle de langage de petite taille", True),
        ("re\u0301seaux de neurones", True),
        ("le LLM et les LLMs", True),
        ("le diaphragme, la criaillerie, MAINTIEN", False),
        ("l'apprentissage des mathématiques", False),
        ("la maintenance prédictive et le big data", False),
        ("le décodage neuronal de l'attention", False),
        ("l'Institut d'Acoustique", False),
    ],
)
def test_the_rule_for_ai(text: str, ai: bool) -> None:
    assert mesr_inov.is_ai(laureate("X", 2020, "75114", 1.0, text)) is ai


def test_the_firms_own_description_does_not_count() -> None:
    assert "IA" in laureate("X", 2020, "75114", 1.0, "Un capteur")["entrepriseresume"]
    assert not mesr_inov.is_ai(laureate("X", 2020, "75114", 1.0, "Un capteur"))


def change(key: str, value: Any, at: int = 0) -> Callable[[list[Record]], list[Record]]:
    def apply(records: list[Record]) -> list[Record]:
        records[at] = {**records[at], key: value}
        return records

    return apply


def renamed(records: list[Record]) -> list[Record]:
    return [{("montant" if key == "subvention" else key): value for key, value in record.items()} for record in records]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (renamed, r"line 2, column 'subvention': the column is missing; new in the file: 'montant'"),
        (change("financeur", "Bpifrance"), "column 'financeur': the publisher added a column"),
        (change("subvention", -5.0, 1), r"line 20, column 'subvention': grant in EUR -5 is outside"),
        (change("subvention", 356363000.0), "grant in EUR 3.56363e"),
        (change("subvention", "356 363,00"), r"line 2, column 'subvention': '356 363,00' is not a number"),
        (change("cityid", "59"), r"line 2, column 'cityid': '59' does not look like"),
        (change("cityid", "99123"), r"line 2, column 'cityid': unknown INSEE commune code '99123'"),
        (change("cityid", None), r"line 2, column 'cityid': an AI laureate has no commune"),
        (change("datepublication", "2018"), "column 'datepublication': '2018' does not look like"),
        (lambda records: [*records, records[0]], "two rows have the same key"),
    ],
)
def test_a_changed_list_is_refused(
    tmp_path: Path, changed: Callable[[list[Record]], list[Record]], message: str
) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        mesr_inov.parse(delivery(tmp_path, changed(laureates())))
    assert "inov_laureates.json" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_a_cut_file_a_web_page_and_another_shape_are_refused(tmp_path: Path) -> None:
    whole = json.dumps(laureates(), ensure_ascii=False, indent=2)
    for content, message in (
        (whole[:-200], r"line \d+: not valid JSON"),
        ("<html><body>Erreur</body></html>", "this is a web page"),
        ('{"total_count": 0, "results": []}', "the file is not a list of laureates"),
        ("[]", "the file is not a list of laureates"),
    ):
        with pytest.raises(DeliveryError, match=message):
            mesr_inov.parse(delivery(tmp_path, content))


def test_the_whole_list_gives_the_known_sums() -> None:
    """The research counted 178 AI projects, 163 with an unsuspicious amount, EUR 122.4 m; by région in EUR m."""
    tidy = mesr_inov.parse(shared(mesr_inov.SOURCE))
    projects = tidy.filter(measure="ai_projects", region="FR")
    assert projects["value"].to_list() == [31, 33, 31, 18, 25, 20, 7, 13]
    assert projects["value"].sum() == 178
    since = tidy.filter(measure="ai_grants_since_2018", period="2025")
    assert since.filter(region="FR")["value"].item() == 122_389_824
    assert tidy.filter(measure="ai_grants", region="FR")["value"].sum() == 122_389_824
    million = {row["region"]: round(row["value"] / 1e6, 1) for row in since.iter_rows(named=True) if row["value"]}
    assert {code: million[code] for code in codes.units("land", "FR") if code in million} == {
        "FR1": 58.2, "FRK": 16.1, "FRL": 13.4, "FRJ": 11.8, "FRH": 7.3, "FRG": 5.0, "FRI": 5.0, "FRC": 2.0, "FRF": 1.0,
        "FRB": 1.0, "FRE": 0.7, "FRD": 0.4, "FRY4": 0.3,
    }  # fmt: skip
    left_out = tidy.filter(measure="ai_grants", reason="x10_left_out").select("region", "period").rows()
    assert left_out == [("FR", "2019"), ("FR1", "2019"), ("FR10", "2019"), ("FR101", "2019")]
