"""Kohesio: from four files to the exact tidy table, the rule for AI, what is refused.

The files are constructed in the exact published format (UTF-8 with byte-order mark, `,`, dates dd/mm/yyyy); operations
are made up. No real export of Germany or France was at hand, and no figure is shipped.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import kohesio_operations as kohesio
from tests.golden.delivered import written

Row = dict[str, str]

HEADER = [
    "Operation_Unique_Identifier",
    "Operation_Local_Identifier",
    "Operation_Name_English",
    "Operation_Name_Programme_Language",
    "Country",
    "Postal_Code",
    "Operation_Start_Date",
    "Operation_End_Date",
    "Cofinancing_Rate",
    "Total_Eligible_Expenditure_amount",
    "Total_Eligible_Expenditure_Currency",
    "Project_EU_Budget",
    "Beneficiary_Unique_Identifier",
    "Location_Indicator_latitude_longitude",
    "Category_Of_Intervention",
    "Category_Label",
    "Thematic_Objective_ID",
    "Thematic_Objective_Label",
    "Policy_Objective_ID",
    "Policy_Objective_Label",
    "Fund_Code",
    "Fund_Name",
    "Programme_Code",
    "Programme_Name",
    "Region",
    "NUTS3_Code",
    "Programming_Period",
    "Operation_Summary_English",
    "Operation_Summary_Programme_Language",
    "ManagingAuthority",
    "Image_URL",
    "InfoRegio_ID",
    "InfoRegio_URL",
]
AI = "A factory with artificial intelligence"


def operation(number: int, name: str, nuts: str, start: str, eu: str, summary: str = "", **other: str) -> Row:
    return {
        **dict.fromkeys(HEADER, ""),
        "Operation_Unique_Identifier": f"https://linkedopendata.eu/entity/Q{number}",
        "Operation_Name_English": name,
        "Operation_Summary_English": summary,
        "Country": "Germany",
        "Operation_Start_Date": start,
        "Total_Eligible_Expenditure_amount": "337478.4",
        "Total_Eligible_Expenditure_Currency": "EUR",
        "Project_EU_Budget": eu,
        "NUTS3_Code": nuts,
        **other,
    }


def operations() -> dict[str, list[Row]]:
    """By file; the same AI operation in two rows, one over two Kreise, one without place, one without amount."""
    found = {
        "de_2014": [
            operation(1, AI, "DED21", "04/09/2018", "134991.36", Category_Of_Intervention="001"),
            operation(1, AI, "DED21", "04/09/2018", "134991.36", Category_Of_Intervention="066"),
            operation(2, "A bridge", "DED21", "04/09/2018", "9000000", "No learning here"),
            operation(3, "Robots", "DEG0F", "2019-05-01", "1000.5", 'They use "machine learning",\nand more'),
        ],
        "de_2021": [
            operation(4, "AI-based maintenance", "DE111", "01/01/2022", "500"),
            operation(4, "AI-based maintenance", "DE112", "01/01/2022", "500"),
            operation(5, "Generative AI", "", "01/01/2023", "70"),
        ],
        "fr_2014": [
            operation(6, "AI SUPPORT FOR INTEGRATION (AI)", "FR101", "01/01/2018", "44000"),
            operation(7, "Deep learning for health", "FR824", "15/02/2018", ""),
            operation(10, "No artificial intelligence without a day", "FRL04", "01/02/2018", "3"),
        ],
        "fr_2021": [operation(8, "Computer vision", "FRY40", "01/01/2024", "2000")],
    }
    for key in ("fr_2014", "fr_2021"):
        found[key] = [{**row, "Country": "France"} for row in found[key]]
    return found


def text(rows: list[Row], header: list[str] | None = None) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header or HEADER)
    writer.writerows([[row[name] for name in HEADER] for row in rows])
    return "\ufeff" + out.getvalue()


def delivery(folder: Path, found: dict[str, list[Row]] | None = None, **contents: str | bytes) -> Delivery:
    files: dict[str, str | bytes] = {key: text(rows) for key, rows in (found or operations()).items()}
    delivered = written(folder, kohesio.SOURCE, **{**files, **contents})
    dated = {key: replace(raw, retrieved=date(2024, 6, 1)) for key, raw in delivered.files.items()}
    return replace(delivered, files=dated)


def test_the_files_become_exactly_these_rows(tmp_path: Path) -> None:
    tidy = kohesio.parse(delivery(tmp_path))
    some = tidy.filter(pl.col("value").is_null() | (pl.col("value") > 0), pl.col("region").str.len_chars() == 5)
    assert some.select("measure", "region", "period", "value", "status", "reason", "file").rows() == [
        ("ai_eu", "DED21", "2018", 134991.36, "", "", "de_2014"),
        ("ai_eu", "DEG0T", "2019", 1000.5, "", "", "de_2014"),
        ("ai_eu", "FRL04", "2018", 3, "u", "amounts_missing", "fr_2014"),
        ("ai_eu", "FRY40", "2024", 2000, "p", "year_running", "fr_2021"),
        ("ai_projects", "DED21", "2018", 1, "", "", "de_2014"),
        ("ai_projects", "DEG0T", "2019", 1, "", "", "de_2014"),
        ("ai_projects", "FRL04", "2018", 2, "", "", "fr_2014"),
        ("ai_projects", "FRY40", "2024", 1, "p", "year_running", "fr_2021"),
    ]
    every = {code for level in codes.MAP_LEVELS for code in codes.units(level)}
    assert tidy.height == 2 * 7 * len(every)


def find(tidy: pl.DataFrame, region: str, year: int) -> tuple[object, ...]:
    found = tidy.filter(measure="ai_eu", region=region, period=str(year))
    assert found.height == 1
    return found.select("value", "status", "reason").row(0)


def test_an_operation_over_two_kreise_counts_where_both_lie(tmp_path: Path) -> None:
    tidy = kohesio.parse(delivery(tmp_path))
    assert find(tidy, "DE11", 2022) == (500, "", "own_sum_unplaced")
    assert find(tidy, "DE111", 2022) == (0, "u", "none_placed")
    assert find(tidy, "DE300", 2022) == (0, "", "")
    assert find(tidy, "DE", 2023) == (70, "", "own_sum_unplaced")
    assert find(tidy, "DE300", 2023) == (0, "u", "none_placed")
    assert find(tidy, "FR", 2023) == (0, "", "own_sum")


@pytest.mark.parametrize(
    ("words", "ai"),
    [
        ("Artificial Intelligence in SMEs", True),
        ("an AI system for welding", True),
        ("AI-supported care", True),
        ("generative AI", True),
        ("neural networks", True),
        ("natural language processing", True),
        ("LLMs at work", True),
        ("intermediary association (AI)", False),
        ("AI SUPPORT", False),
        ("AIR QUALITY, MAINTENANCE", False),
        ("machine tools and deep drilling", False),
        ("intelligent specialisation", False),
    ],
)
def test_the_rule_for_ai(words: str, ai: bool) -> None:
    assert (kohesio.AI_RULE.search(words) is not None) is ai


def test_new_columns_and_another_order_change_nothing(tmp_path: Path) -> None:
    """The file of 2021–2027 has four columns more than that of 2014–2020."""
    before = kohesio.parse(delivery(tmp_path))
    lines = list(csv.reader(io.StringIO(text(operations()["de_2021"]).lstrip("\ufeff"), newline="")))
    out = io.StringIO(newline="")
    changed = [["CountryCode", *reversed(lines[0])], *(["DE", *reversed(line)] for line in lines[1:])]
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(changed)
    assert kohesio.parse(delivery(tmp_path, de_2021=out.getvalue())).equals(before)


def change(key: str, number: int, **cells: str) -> Callable[[dict[str, list[Row]]], dict[str, list[Row]]]:
    def apply(found: dict[str, list[Row]]) -> dict[str, list[Row]]:
        found[key][number].update(cells)
        return found

    return apply


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            change("de_2014", 1, Project_EU_Budget="999"),
            r"DE-pp14-20.*line 3, column 'Project_EU_Budget': the rows of one operation",
        ),
        (change("de_2014", 1, Operation_Start_Date="05/09/2018"), "rows of one operation differ"),
        (
            change("de_2014", 0, Project_EU_Budget="134991,36"),
            r"line 2, column 'Project_EU_Budget': '134991,36' is not a.*decimal comma",
        ),
        (change("de_2014", 2, Project_EU_Budget="-1"), "line 4, column 'Project_EU_Budget': EU budget in EUR -1"),
        (change("de_2014", 0, Operation_Start_Date="9/4/18"), "column 'Operation_Start_Date': no date like 04/09/2023"),
        (change("fr_2021", 0, Operation_Start_Date=""), r"FR-pp21-27.*1 of 1 AI operations have no day of beginning"),
        (change("fr_2021", 0, Operation_Unique_Identifier=""), "an operation has no identifier"),
        (change("fr_2021", 0, Country="Germany"), "line 2, column 'Country': 'Germany' is not one of France"),
        (change("de_2021", 0, Total_Eligible_Expenditure_Currency="CHF"), "'CHF' is not one of EUR"),
        (change("fr_2021", 0, NUTS3_Code="FRX99"), "line 2, column 'NUTS3_Code': 'FRX99' is no region code of FR"),
    ],
)
def test_a_changed_delivery_is_refused(
    tmp_path: Path, changed: Callable[[dict[str, list[Row]]], dict[str, list[Row]]], message: str
) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        kohesio.parse(delivery(tmp_path, changed(operations())))
    assert "Remedy:" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            text(operations()["de_2014"], [*HEADER[:2], "Operation_Title", *HEADER[3:]]),
            "column 'Operation_Name_English': the column is missing.*'Operation_Title'",
        ),
        (
            text(operations()["de_2014"], [*HEADER[:1], "Country", *HEADER[2:]]),
            "column 'Country': the column stands twice",
        ),
        (text(operations()["de_2014"])[:-30], r"line \d: .* the file looks truncated|unexpected end of data"),
        (text([]), "line 1: the file has a header and no rows"),
        (text(operations()["de_2014"]).encode("utf-16"), "byte 0 is not utf-8"),
        ("<!DOCTYPE html><html>504</html>", "line 1: this is a web page"),
        ("", "the file is empty"),
        ('"Operation_Unique_Identifier","Country', "line 1: unexpected end of data"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        kohesio.parse(delivery(tmp_path, de_2014=content))
    assert "DE-pp14-20-latest.csv" in str(caught.value)


def test_one_file_of_four_missing_is_no_delivery(tmp_path: Path) -> None:
    files = {key: text(rows) for key, rows in operations().items() if key != "fr_2021"}
    with pytest.raises(DeliveryError, match=r"lacks a required file.*FR-pp21-27-latest\.csv"):
        written(tmp_path, kohesio.SOURCE, **files)
