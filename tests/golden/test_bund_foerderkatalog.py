"""Förderkatalog: from the export to the exact tidy table, the rule for AI, what is refused.

The export is constructed in the exact published format (ISO-8859-15, `;`, `="…"`, doubled headers); bodies and
projects are made up. No real export was at hand, and no figure is shipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import bund_foerderkatalog as foekat
from tests.golden.delivered import written

Row = list[str]

PLACE = ["Gemeindekennziffer", "Stadt/Gemeinde", "Ort", "Bundesland", "Staat"]
HEADER_2026 = [
    "FKZ", "Ressort", "Referat", "Administrierende Stelle", "Arb.-Einh.", "Förderempfänger /Auftragnehmer", *PLACE,
    "Ausführende Stelle", *PLACE, "Thema des geförderten Vorhabens", "Leistungsplansystematik",
    "Klartext Leistungsplansystematik", "Laufzeit von", "Laufzeit bis",
    "Förder- / Auftragssumme (Anteil des Bundes) in EUR", "Förderprofil", "Projekt", "Förderart",
]  # fmt: skip
HEADER_2023 = [
    "FKZ", "Ressort", "Referat", "PT", "Arb.-Einh.", "Zuwendungsempfänger", *PLACE, "Ausführende Stelle", *PLACE,
    "Thema", "Leistungsplansystematik", "Klartext Leistungsplansystematik", "Laufzeit von", "Laufzeit bis",
    "Fördersumme in EUR", "Förderprofil", "Verbundprojekt", "Förderart",
]  # fmt: skip
AMOUNT = 22
GKZ, STAAT, THEMA, LPS, START = 12, 16, 17, 18, 20


def project(
    number: int, topic: str, gkz: str, start: str, amount: str, lps: str = "EB0010", staat: str = "Deutschland"
) -> Row:
    """A row; the recipient always sits in Munich, the executing body at `gkz`."""
    munich = ["09162000", "München, Landeshauptstadt", "München", "Bayern", "Deutschland"]
    place = [gkz, "Ort", "Ort", "Land", staat]
    return [f"01IS{number:05}", "BMFTR", "511", "DLR-PT", "SE-1", "Fraunhofer-Gesellschaft", *munich, "Institut",
            *place, topic, lps, "Klartext", start, "31.12.2030", amount, "Profil", "Verbund", "PDIR"]  # fmt: skip


def projects() -> list[Row]:
    """One project outside AI in each Land, so that the list is whole; then those that matter."""
    others = [project(land, "Ostsee", f"{land:02}000000", "01.01.2020", "1.000,00") for land in range(1, 17)]
    return [
        *others,
        project(20, "Künstliche Intelligenz für die Pflege; Teil A", "09162000", "01.03.2021", "1.234.567,89"),
        project(21, 'KI-basierte "Diagnose" für 5 €', "14612000", "01.01.2021", "200.000,00"),
        project(22, "Neuronale Netze in der Sehrinde", "14612000", "01.01.2021", "9.000,00"),
        project(23, "Mustererkennung", "16070029", "15.06.2022", "50.000,00", lps="I14010"),
        project(24, "Maschinelles Lernen in der Medizin", "11000000", "01.10.2022", "0,00"),
        project(25, "KI im Ausland", "99999999", "01.10.2022", "70.000,00", staat="Österreich"),
        project(26, "Sammelvorhabenbuchung KI", "11000000", "01.10.2022", "80.000,00"),
        project(27, "Deep Learning ohne Ort", "00000000", "01.10.2022", "30.000,00"),
        project(28, "Vertrauenswürdige KI", "09162000", "01.01.2024", "10.000,00"),
        project(29, "SKIPPER und KITA", "09162000", "01.01.2024", "99.000,00"),
    ]


def export(rows: list[Row], header: Row | None = None, encoding: str = "iso-8859-15") -> bytes:
    """As the portal writes it: every text as ="…" with quotes doubled, amounts bare, an empty last column."""

    def line(cells: Row) -> str:
        texts = ['="' + cell.replace('"', '""') + '"' for cell in cells]
        if len(cells) > AMOUNT and cells[AMOUNT][:1].isdigit():
            texts[AMOUNT] = cells[AMOUNT]
        return ";".join(texts) + ";"

    return "\r\n".join([line(header or HEADER_2026), *map(line, rows), ""]).encode(encoding)


def delivery(folder: Path, content: bytes | None = None) -> Delivery:
    found = written(folder, foekat.SOURCE, export=export(projects()) if content is None else content)
    return replace(found, files={"export": replace(found.files["export"], retrieved=date(2024, 6, 1))})


def rows(tidy: pl.DataFrame, measure: str) -> list[tuple[object, ...]]:
    some = tidy.filter(
        pl.col("value").is_null() | (pl.col("value") > 0), pl.col("region").str.len_chars() == 5, measure=measure
    )
    return some.select("region", "period", "value", "status", "reason").rows()


def test_the_export_becomes_exactly_these_rows(tmp_path: Path) -> None:
    tidy = foekat.parse(delivery(tmp_path))
    assert rows(tidy, "ai_grants") == [
        ("DE212", "2021", 1234567.89, "", "whole_term"),
        ("DE212", "2024", 10000, "p", "year_running"),
        ("DE300", "2022", None, "m", "amounts_missing"),
        ("DED21", "2021", 200000, "", "whole_term"),
        ("DEG0T", "2022", 50000, "", "whole_term"),
    ]
    assert rows(tidy, "ai_projects") == [
        ("DE212", "2021", 1, "", ""),
        ("DE212", "2024", 1, "p", "year_running"),
        ("DE300", "2022", 1, "", ""),
        ("DED21", "2021", 1, "", ""),
        ("DEG0T", "2022", 1, "", ""),
    ]
    every = {code for level in codes.MAP_LEVELS for code in codes.units(level, "DE")}
    assert tidy.height == 2 * 4 * len(every)
    assert set(tidy["region"]) == every


def test_sums_reach_germany_with_the_project_without_a_place(tmp_path: Path) -> None:
    tidy = foekat.parse(delivery(tmp_path))
    at = tidy.filter(region="DE").select("measure", "period", "value", "status", "reason").rows()
    assert at == [
        ("ai_grants", "2021", 1434567.89, "", "whole_term"),
        ("ai_grants", "2022", 80000, "u", "amounts_missing"),
        ("ai_grants", "2023", 0, "", "own_sum"),
        ("ai_grants", "2024", 10000, "p", "year_running"),
        ("ai_projects", "2021", 2, "", "own_sum"),
        ("ai_projects", "2022", 3, "", "own_sum_unplaced"),
        ("ai_projects", "2023", 0, "", "own_sum"),
        ("ai_projects", "2024", 1, "p", "year_running"),
    ]
    hamburg = tidy.filter(region="DE600", period="2022", measure="ai_projects")
    assert hamburg.select("value", "status", "reason").row(0) == (0, "u", "none_placed")


def test_the_header_before_2025_gives_the_same_figures(tmp_path: Path) -> None:
    now = foekat.parse(delivery(tmp_path))
    assert foekat.parse(delivery(tmp_path, export(projects(), HEADER_2023))).equals(now)


def test_the_recipients_place_is_not_used(tmp_path: Path) -> None:
    """Every recipient sits in Munich; only the body that works there counts there."""
    tidy = foekat.parse(delivery(tmp_path))
    assert tidy.filter(region="DE212", period="2021", measure="ai_projects")["value"].item() == 1


@pytest.mark.parametrize(
    ("topic", "ai"),
    [
        ("KI-gestützte Planung", True),
        ("Erklärbare KI", True),
        ("Künstlicher Intelligenz vertrauen", True),
        ("Verfahren des maschinellen Lernens", True),
        ("Machine-Learning am Band", True),
        ("tiefe neuronale Netze", True),
        ("große Sprachmodelle", True),
        ("Foundation Models für die Erdbeobachtung", True),
        ("KIT Campus Nord", False),
        ("Skischule", False),
        ("neuronale Netze im Hippocampus", False),
        ("Intelligenzminderung", False),
        ("Lernen in der Schule", False),
    ],
)
def test_the_rule_for_ai(topic: str, ai: bool) -> None:
    assert (foekat.AI_TOPIC.search(topic) is not None) is ai


@pytest.mark.parametrize(
    ("gkz", "region"),
    [
        ("09162000", "DE212"),
        ("9162000", "DE212"),  # a zero lost on the way
        ("11000000", "DE300"),
        ("16056000", "DEG0R"),  # Eisenach, since 2021 in the Wartburgkreis
        ("14399999", "DED"),  # a Kreis of before a reform: the Land
        ("00000000", "DE"),
        ("99999999", None),
    ],
)
def test_the_place_of_a_municipality(gkz: str, region: str | None) -> None:
    assert foekat.kreis(gkz) == region


def cell(number: int, at: int, text: str) -> Callable[[list[Row]], list[Row]]:
    def apply(found: list[Row]) -> list[Row]:
        found[number][at] = text
        return found

    return apply


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (cell(16, AMOUNT, "1,234,567.89"), r"line 18, column 'Fördersumme in EUR': '1,234,567\.89' is not an amount"),
        (cell(16, AMOUNT, "1234567,89"), "'1234567,89' is not an amount like 1.234.567,89"),
        (cell(16, AMOUNT, "-1.000,00"), "'-1.000,00' is not an amount"),
        (cell(16, AMOUNT, "9.234.567.890,00"), "line 18, column 'amount': grant in EUR 9.23457e"),
        (cell(16, START, "2021-03-01"), "line 18, column 'Laufzeit von': '2021-03-01' is not a date like 01.03.2021"),
        (cell(16, GKZ, "99162000"), "line 18, column 'Gemeindekennziffer': '99162000' is no region code of DE"),
        (lambda found: [*found, found[16]], "line 28, column 'FKZ': two rows have the same key"),
        (lambda found: found[1:], "no executing body in the Land 01; this is a part of the catalogue"),
        (lambda found: [row for row in found if row[THEMA].startswith("Ost")], "no project on AI is in the export"),
        (lambda found: [[*row[:STAAT], "DE", *row[STAAT + 1 :]] for row in found], "less than half .*'Deutschland'"),
        (lambda found: [*found[:20], found[20][:-3], *found[21:]], "line 22: 24 cells where the header has 27"),
    ],
)
def test_a_changed_export_is_refused(tmp_path: Path, changed: Callable[[list[Row]], list[Row]], message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        foekat.parse(delivery(tmp_path, export(changed(projects()))))
    assert "foerderkatalog.csv" in str(caught.value)
    assert "Remedy:" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            export(projects(), [*HEADER_2026[:THEMA], "Titel", *HEADER_2026[THEMA + 1 :]]),
            r"column 'Thema': the column is missing.*'Titel'",
        ),
        (export(projects(), HEADER_2026[:-1]), "line 1: 25 columns where 26 are known"),
        (export(projects(), [*HEADER_2026, "Neu"]), "line 1: 27 columns where 26 are known"),
        (export(projects(), ["FKZ", "FKZ", *HEADER_2026[2:]]), "column 'FKZ': the column stands twice"),
        (export(projects(), encoding="utf-8"), r"column 'Empfänger: Zuwendungsempfänger': the column is missing"),
        (export(projects())[:-60], "line 27: .* the file looks truncated"),
        (export(projects()).replace(b";", b","), "line 1: .* columns where 26 are known"),
        (b"<html><body>Ihre Sitzung ist abgelaufen</body></html>", "this is a web page"),
        (export([]), "no executing body|less than half|no rows"),
        (b"", "0 columns where 26 are known"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        foekat.parse(delivery(tmp_path, content))
