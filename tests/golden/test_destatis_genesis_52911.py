"""GENESIS-Online: from the Flatfile-CSV to the exact tidy table, the signs of official statistics, and what is refused.

CONSTRUCTED: no table of EVAS 52911 lies here, and its code was not seen. The layout (five leading columns, four per
variable, five of the value; `;`, decimal comma, byte-order mark, one CSV per zip) and the signs are Destatis's; names
of quantities and all numbers are made up. Never shipped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import destatis_genesis_52911 as genesis
from tests.golden.delivered import written
from tests.golden.workbooks import zipped

HEADER = (
    "statistics_code;statistics_label;time_code;time_label;time;"
    "1_variable_code;1_variable_label;1_variable_attribute_code;1_variable_attribute_label;"
    "2_variable_code;2_variable_label;2_variable_attribute_code;2_variable_attribute_label;"
    "value;value_unit;value_variable_code;value_variable_label;value_q"
)
SIZES = {"": "Insgesamt", "BGK10UM": "10 und mehr Beschäftigte", "BGK250": "250 und mehr Beschäftigte"}


def row(land: str, value: str, quality: str = "e", size: str = "BGK10UM", unit: str = "Prozent", year: int = 2024,
        label: str = "Unternehmen mit Nutzung von künstlicher Intelligenz") -> str:  # fmt: skip
    return (
        f"52911;IKT in Unternehmen;JAHR;Jahr;{year};DLAND;Bundesländer;{land};Land {land};"
        f"BGK;Beschäftigtengrößenklassen;{size};{SIZES[size]};{value};{unit};UNT901;{label};{quality}"
    )


def rows() -> list[str]:
    """16 Länder × two size classes, with every sign and quality; and rows on other things that must not be counted."""
    signs = {"05": ("21,4", "e"), "09": ("23", "p"), "11": ("32,0", "()"), "12": (".", ""), "13": ("/", ""),
             "14": ("...", ""), "15": ("x", ""), "16": ("-", ""), "01": ("15,5", "s"), "02": ("26,1", "r")}  # fmt: skip
    laender = [f"{number:02}" for number in range(1, 17)]
    found = [row(land, *signs.get(land, (f"{10 + int(land)},5", "e"))) for land in laender]
    found += [row(land, "50", size="BGK250") for land in laender]
    found += [row(land, "1200", unit="Anzahl") for land in laender]
    return found + [row(land, "80", label="Unternehmen mit Internetzugang") for land in laender]


def text(table: list[str], header: str = HEADER) -> str:
    return "\ufeff" + "\n".join([header, *table]) + "\n"


def delivery(folder: Path, content: str | bytes) -> Delivery:
    packed = content if isinstance(content, bytes) else zipped({"52911-9999_de_flat.csv": content.encode()})
    return written(folder, genesis.SOURCE, table=packed)


def test_the_table_becomes_exactly_these_rows(tmp_path: Path) -> None:
    tidy = genesis.parse(delivery(tmp_path, text(rows())))
    assert set(tidy["measure"]) == {"any_ai"}
    assert set(tidy["period"]) == {"2024"}
    assert {code: rest for code, *rest in tidy.select("region", "value", "status", "reason").iter_rows()} == {
        "DE1": [18.5, "", ""],
        "DE2": [23, "p", ""],
        "DE3": [32, "u", "bracketed"],
        "DE4": [None, "c", "unknown_or_secret"],
        "DE5": [14.5, "", ""],
        "DE6": [26.1, "", ""],
        "DE7": [16.5, "", ""],
        "DE8": [None, "u", "too_unreliable"],
        "DE9": [13.5, "", ""],
        "DEA": [21.4, "", ""],
        "DEB": [17.5, "", ""],
        "DEC": [20.5, "", ""],
        "DED": [None, "m", "later"],
        "DEE": [None, "z", "blocked"],
        "DEF": [15.5, "e", ""],
        "DEG": [0, "", ""],
    }
    assert set(tidy["region"]) == set(codes.units("land", "DE"))


def test_it_is_read_unpacked_and_by_a_day_of_reference_too(tmp_path: Path) -> None:
    packed = genesis.parse(delivery(tmp_path, text(rows())))
    bare = written(
        tmp_path, genesis.SOURCE, table=text([one.replace(";2024;", ";2024-12-31;") for one in rows()]).encode()
    )
    assert genesis.parse(bare).equals(packed)


def test_two_years_stand_side_by_side(tmp_path: Path) -> None:
    tidy = genesis.parse(delivery(tmp_path, text(rows() + [one.replace(";2024;", ";2025;") for one in rows()])))
    assert tidy.height == 32
    assert tidy.filter(region="DEA")["period"].to_list() == ["2024", "2025"]


def replaced(old: str, new: str) -> Callable[[list[str]], list[str]]:
    return lambda table: [one.replace(old, new) for one in table]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced(";21,4;", ";-21,4;"), r"line 6, column 'value': share -21.4 is outside 0…100"),
        (replaced(";21,4;", ";214;"), r"line 6, column 'value': share 214 is outside"),
        (replaced(";21,4;", ";21.4;"), r"line 6, column 'value': '21.4' is not a number"),
        (replaced(";21,4;", ";geheim;"), r"line 6, column 'value': 'geheim' is not a number"),
        (replaced(";21,4;", ";;"), r"line 6, column 'value': the cell is empty"),
        (replaced(";05;Land", ";99;Land"), r"line 6, column 'region': unknown AGS code '99'"),
        (replaced(";05;Land", ";05113;Land"), r"line 6, column 'region': 'DEA13' is not one of DE1"),
        (replaced("DLAND", "KREISE"), r"the table is not by Land \(variable DLAND\); it has BGK, KREISE"),
        (replaced("52911;", "52912;"), r"line 2, column 'statistics_code': '52912' is not one of 52911"),
        (replaced("Prozent", "Euro"), "no row of the table is in per cent; there are: Anzahl; Euro"),
        (replaced("künstlicher Intelligenz", "Robotern"), "no row of the table is on künstliche Intelligenz"),
        (replaced("10 und mehr", "10 bis 49"), r"several values where one is needed: 10 bis 49 Besch.*; 250 und mehr"),
        (replaced("23;Prozent;UNT901;Unternehmen mit Nutzung von künstlicher Intelligenz;p", "23;Prozent;UNT901;"
                  "Unternehmen mit Nutzung von künstlicher Intelligenz;q"), r"column 'value_q': 'q' is not one of"),
        (replaced(";2024;", ";Jahr 24;"), "'Jahr 24' is neither a year nor a day"),
        (lambda table: [one for one in table if ";05;" not in one], "Land DEA missing"),
        (lambda table: [*table, table[4]], "two rows have the same key"),
        (lambda table: [*table, *(one.replace("UNT901;Unternehmen mit Nutzung", "UNT902;Vorteile der Nutzung")
                                  for one in table)], "several quantities are on AI: Unternehmen mit.*; Vorteile"),
        (lambda table: [*table[:3], table[3][:60]], r"line 5: 8 cells where the header has 18"),
        (lambda table: [], "the file has a header and no rows"),
    ],
)  # fmt: skip
def test_a_changed_table_is_refused(tmp_path: Path, change: Callable[[list[str]], list[str]], message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        genesis.parse(delivery(tmp_path, text(change(rows()))))
    assert "52911-9999_de_flat.csv" in str(caught.value)
    assert "Remedy:" in str(caught.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("value_unit", "unit"), "column 'value_unit': the column is missing; new in the file: 'unit'"),
        (HEADER.replace(";value;", ";value;value_x;"), "column 'value_x': the publisher added a column"),
        (HEADER.replace("2_variable_label", "2_label"), "column '2_variable_label': the column is missing"),
        ("Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit", "this is the Flatfile-CSV as it was before 2024"),
    ],
)
def test_an_unknown_layout_is_refused(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        genesis.parse(delivery(tmp_path, text(rows(), header)))


def test_a_message_instead_of_the_table_is_told_without_what_was_sent(tmp_path: Path) -> None:
    """GENESIS repeats the parameters of a request in its answer; they must not reach a message."""
    answer = (
        b'{"Status": {"Code": 15, "Content": "Unknown login", "Type": "ERROR"}, "Parameter": {"username": "hans-user"}}'
    )
    with pytest.raises(DeliveryError, match=r"sent a message instead of the table \(15: Unknown login\)") as caught:
        genesis.parse(delivery(tmp_path, answer))
    assert "hans-user" not in str(caught.value)
    for content, message in (
        (b"<html>Wartung</html>", "this is a web page"),
        (zipped({"52911.csv": text(rows()).encode()})[:300], "the zip file is damaged or cut short"),
        (zipped({"a.csv": b"x", "b.csv": b"y"}), "2 files of the archive end with .csv"),
        (b'{"Code": 104, "Content": "Keine Objekte", "Type": "Information"}', r"\(104: Keine Objekte\)"),
    ):
        with pytest.raises(DeliveryError, match=message):
            genesis.parse(delivery(tmp_path, content))


def test_the_account_comes_from_settings_only() -> None:
    file = genesis.SOURCE.files[0]
    assert dict(file.headers) == {"username": "$ATLAS_GENESIS_USER", "password": "$ATLAS_GENESIS_PASSWORD"}
    assert dict(file.form)["name"] == "$ATLAS_GENESIS_TABLE"
    assert pl.Series([file.url]).str.contains("ATLAS|user|password").sum() == 0
