"""BMO: from the yearly workbooks to the exact tidy table, suppressed cells, the break of 2024, and what is refused.

CONSTRUCTED: no workbook of France Travail lies here. Sheet names, headers and the mix of text and numbers are those
described of the files of 2019, 2023, 2025 and 2026; three rows of 2025 are the published ones (Basse-Terre 227,
Paris 2,824, Lyon 526), the others are counted up by a rule and stand for nothing. Never shipped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import france_travail_bmo as bmo
from tests.golden.delivered import written
from tests.golden.workbooks import Cell, xlsx, zipped

HEADER_2025 = [
    "annee", "Code métier BMO", "Nom métier BMO", "Famille_met", "Lbl_fam_met", "REG", "NOM_REG", "Dept", "NomDept",
    "BE25", "NOMBE25", "met", "xmet", "smet",
]  # fmt: skip
HEADER_2026 = [name.replace("25", "26") for name in HEADER_2025[:11]] + ["clpe", *HEADER_2025[11:]]
HEADER_2023 = [
    "annee", "Code métier BMO", "Nom métier BMO", "Famille_met", "Lbl_fam_met", "BE23", "NOMBE23", "Dept", "NomDept",
    "REG", "NOM_REG", "met", "xmet", "smet",
]  # fmt: skip
HEADER_2019 = [
    "annee", "code métier BMO", "nom_metier BMO", "Famille_metier", "Libellé de famille de métier", "REG", "NOM_REG",
    "Dept", "NomDept", "BE19", "NOMBE19", "met", "xmet", "smet",
]  # fmt: skip
Rows = list[list[Cell]]


def row(header: list[str], year: int, code: str, dept: str, basin: Cell, met: Cell) -> list[Cell]:
    """One row in the order of `header`; labels are empty words, xmet and smet are not read."""
    basins = {name: basin for name in header if name.startswith("BE")}
    values = {"annee": year, "Dept": dept, "REG": "11", "met": met, "xmet": "*", "smet": "*", "clpe": "c", **basins}
    return [code if "code m" in name.lower() else values.get(name, "x") for name in header]


def rows(header: list[str], year: int, code: str = "A0X40") -> Rows:
    """A farmer's occupation in every département of the mainland, which a whole workbook has."""
    mainland = [codes.region(unit).insee_dep for unit in codes.units("nuts3", "FR") if not unit.startswith("FRY")]
    return [row(header, year, code, dept, 1000 + number, 5) for number, dept in enumerate(mainland)]


def of_2025() -> Rows:
    it = [
        ("M1X80", "971", 101, "227"),
        ("M2X90", "75", "5001", "2824"),
        ("M2X93", "69", 8201, 526),
        ("M1X81", "69", 8201, "*"),
        ("M2X91", "69", 8202, 30),
        ("M2X92", "2A", 9401, "*"),
        ("M1X80", "01", "8203", 40),
    ]
    return rows(HEADER_2025, 2025) + [row(HEADER_2025, 2025, *one) for one in it]


def book(year: int, header: list[str], table: Rows, sheet: str = "") -> bytes:
    about: Rows = [["variable", "description"], ["met", "projets de recrutement"]]
    return xlsx({"Description_des_variables": about, sheet or f"BMO_{year}_open_data": [header, *table]})


def delivery(folder: Path, table: Rows | None = None, header: list[str] | None = None, **more: bytes) -> Delivery:
    content = book(2025, header or HEADER_2025, of_2025() if table is None else table)
    return written(folder, bmo.SOURCE, **{"bmo_2025": content, **more})


def find(tidy: pl.DataFrame, region: str, period: str = "2025") -> tuple[float | None, str, str]:
    found = tidy.filter(region=region, period=period, measure="it_recruitment_projects")
    assert found.height == 1
    return found.select("value", "status", "reason").row(0)


def test_the_workbook_becomes_exactly_these_rows(tmp_path: Path) -> None:
    tidy = bmo.parse(delivery(tmp_path))
    some = tidy.filter(pl.col("measure") == "it_recruitment_projects")
    assert some.select("region", "period", "value", "status", "reason").rows() == [
        ("FR", "2025", 3647, "u", "suppressed"),
        ("FR1", "2025", 2824, "", "own_sum"),
        ("FR10", "2025", 2824, "", "own_sum"),
        ("FR101", "2025", 2824, "", "own_sum"),
        ("FRK", "2025", 596, "u", "suppressed"),
        ("FRK2", "2025", 596, "u", "suppressed"),
        ("FRK21", "2025", 40, "", "own_sum"),
        ("FRK26", "2025", 556, "u", "suppressed"),
        ("FRM", "2025", None, "c", "all_suppressed"),
        ("FRM0", "2025", None, "c", "all_suppressed"),
        ("FRM01", "2025", None, "c", "all_suppressed"),
        ("FRY1", "2025", 227, "", "own_sum"),
        ("FRY10", "2025", 227, "", "own_sum"),
    ]
    hidden = tidy.filter(pl.col("measure") == "it_recruitment_suppressed", pl.col("value") > 0)
    assert dict(hidden.select("region", "value").iter_rows()) == {
        "FR": 2, "FRK": 1, "FRK2": 1, "FRK26": 1, "FRM": 1, "FRM0": 1, "FRM01": 1,
    }  # fmt: skip
    assert set(tidy["file"]) == {"bmo_2025"}


def test_a_hidden_number_is_never_zero(tmp_path: Path) -> None:
    tidy = bmo.parse(delivery(tmp_path))
    assert tidy.filter(pl.col("measure") == "it_recruitment_projects", pl.col("value") == 0).is_empty()


def test_headers_of_four_editions_give_the_same_cells(tmp_path: Path) -> None:
    """Order, case, wording and the year in the basin's column change; 2026 adds the local committee."""
    for year, header, code in (
        (2019, HEADER_2019, "M2Z90"),
        (2023, HEADER_2023, "M2Z90"),
        (2025, HEADER_2025, "M2X90"),
        (2026, HEADER_2026, "M2X90"),
    ):
        table = [*rows(header, year), row(header, year, code, "59", 3101, 7)]
        tidy = bmo.parse(written(tmp_path, bmo.SOURCE, **{f"bmo_{year}": book(year, header, table)}))
        assert find(tidy, "FRE11", str(year)) == (7, "", "own_sum")
        for path in (tmp_path / bmo.SOURCE.id).iterdir():
            path.unlink()


def test_a_workbook_in_a_zip_is_read_too(tmp_path: Path) -> None:
    table = [*rows(HEADER_2023, 2022), row(HEADER_2023, 2022, "M1Z81", "59", 3101, 7)]
    packed = zipped({"Donnees/BMO 2022.xlsx": book(2022, HEADER_2023, table), "Lisez-moi.txt": b"x"})
    assert find(bmo.parse(written(tmp_path, bmo.SOURCE, bmo_2022=packed)), "FRE11", "2022")[0] == 7


def test_the_first_year_of_the_new_classification_is_a_break(tmp_path: Path) -> None:
    old = book(2023, HEADER_2023, [*rows(HEADER_2023, 2023), row(HEADER_2023, 2023, "M2Z90", "69", 8201, 600)])
    tidy = bmo.parse(delivery(tmp_path, bmo_2023=old))
    assert find(tidy, "FRK26", "2023") == (600, "", "own_sum")
    assert find(tidy, "FRK26") == (556, "b", "fap2021_suppressed")
    assert find(tidy, "FR101") == (2824, "b", "fap2021")
    assert find(tidy, "FRM01") == (None, "c", "all_suppressed")


def cell(column: int, value: Cell, at: int) -> Callable[[Rows], Rows]:
    def apply(table: Rows) -> Rows:
        table[at][column] = value
        return table

    return apply


FIRST_IT = len(codes.units("nuts3", "FR")) - 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (cell(11, -5, FIRST_IT), rf"line {FIRST_IT + 2}, column 'met': number of recruitment projects -5 is outside"),
        (cell(11, 9_000_000, FIRST_IT), r"column 'met': number of recruitment projects 9e\+06 is outside"),
        (cell(11, "22,7", FIRST_IT), rf"line {FIRST_IT + 2}, column 'met': '22,7' is not a number .*decimal comma"),
        (cell(11, "s", FIRST_IT), r"column 'met': 's' is not a number"),
        (cell(11, None, FIRST_IT), rf"line {FIRST_IT + 2}, column 'met': the cell is empty"),
        (cell(7, "99", FIRST_IT), rf"line {FIRST_IT + 2}, column 'dept': unknown INSEE département code '99'"),
        (cell(1, "M2X94", FIRST_IT), r"column 'code_metier_bmo': .*unknown IT occupation M2X94"),
        (cell(1, "M2Z90", FIRST_IT), r"column 'code_metier_bmo': .*codes of two classifications"),
        (cell(0, 2024, FIRST_IT), rf"line {FIRST_IT + 2}, column 'annee': the sheet is of 2025, but the row says 2024"),
        (lambda table: table[3:], r"column 'dept': département .* missing"),
        (lambda table: [*table, table[-1]], r"column 'code_metier_bmo': two rows have the same key"),
        (lambda table: table[:FIRST_IT], r"the IT occupations are not those of one FAP version \(none\)"),
        (lambda table: [], "the sheet has a header and no rows"),
    ],
)
def test_a_changed_workbook_is_refused(tmp_path: Path, change: Callable[[Rows], Rows], message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        bmo.parse(delivery(tmp_path, change(of_2025())))
    assert "Base_open_data_BMO_2025.xlsx" in str(caught.value)
    assert "Remedy:" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("met", "projets", r"column 'met': the column is missing; new in the file: 'projets' \(renamed\?\)"),
        ("smet", "BE26", "column 'be': the column stands twice"),
        ("smet", "part", r"line 1, column 'part': the publisher added a column"),
    ],
)
def test_a_changed_header_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    header = [new if name == old else name for name in HEADER_2025]
    with pytest.raises(DeliveryError, match=message):
        bmo.parse(delivery(tmp_path, header=header))


def test_what_is_no_such_workbook_is_refused(tmp_path: Path) -> None:
    whole = book(2025, HEADER_2025, of_2025())
    for content, message in (
        (b"<!DOCTYPE html><html>Erreur</html>", "this is a web page"),
        (whole[: len(whole) // 2], "the zip file is damaged or cut short"),
        (b"annee;met\n2025;3\n", "this is no zip file"),
        (zipped({"a.xlsx": whole, "b.xlsx": whole}), "2 files of the archive end with .xlsx"),
        (zipped({"xl/workbook.xml": b"<workbook"}), "not readable as a spreadsheet"),
        (xlsx({"Feuil1": [["annee"], [2025]]}), r"0 sheets are called like .*; there are Feuil1"),
        (book(2024, HEADER_2025, of_2025()), "the sheet is of 2024, but the row says 2025"),
        (b"", "this is no zip file"),
    ):
        with pytest.raises(DeliveryError, match=message):
            bmo.parse(written(tmp_path, bmo.SOURCE, bmo_2025=content))


def test_years_in_the_wrong_order_of_classifications_are_refused(tmp_path: Path) -> None:
    table = [*rows(HEADER_2026, 2026), row(HEADER_2026, 2026, "M2Z90", "69", 8201, 600)]
    with pytest.raises(DeliveryError, match="2026 has occupations of FAP 2009, though 2025 has those of FAP 2021"):
        bmo.parse(delivery(tmp_path, bmo_2026=book(2026, HEADER_2026, table)))
