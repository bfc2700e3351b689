"""Dares, employment by occupational family: from `tensions.csv` to the exact tidy table, and what is refused.

The licence of the file is not stated, so no row of it is copied here: the figures of the written delivery are counted
up by a rule, only the layout (column names, "reg " with a space, régions as floats, decimal points) is the publisher's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import dares_metiers
from tests.golden.delivered import shared, written

HEADER = (
    "fap,Emploi moyen,Tension ,Catégorie Tension,Intensité d'embauches,Lien formation-emploi,"
    "Manque de main-d'œuvre disponible,Non-durabilité de l'emploi,Conditions de travail contraignantes,"
    "Inadéquation géographique,Année,niveau_geo,niveau_fap,reg,dep"
)
Rows = list[list[str]]


def rows() -> Rows:
    """France, 17 régions and 100 départements × M1Z, M2Z, and families that must not be counted."""
    regions = sorted(codes.region(code).insee_reg for code in codes.units("land", "FR") if code != "FRY5")
    departements = sorted(codes.region(code).insee_dep for code in codes.units("nuts3", "FR") if code != "FRY50")
    places = [("nat", "", "")]
    places += [("reg ", f"{int(code)}.0", "") for code in regions]
    places += [("dep", "", code) for code in departements]
    return [
        [fap, str(100 * number * times), "0.5", "3.0", "5.0", "", "2.0", "5.0", "4.0", "5.0", "2019", *place]
        for number, (level, reg, dep) in enumerate(places, start=1)
        for fap, times, kind in (
            ("M1Z", 1, "fap 87"),
            ("M2Z", 3, "fap 87"),
            ("M2Z90", 7, "fap 225"),
            ("A0Z", 9, "fap 87"),
        )
        for place in ([level, kind, reg, dep],)
    ]


def text(table: Rows, header: str = HEADER) -> str:
    return "\n".join([header, *(",".join(row) for row in table)]) + "\n"


def delivery(folder: Path, content: str) -> Delivery:
    return written(folder, dares_metiers.SOURCE, tensions=content)


def find(tidy: pl.DataFrame, region: str, member: str = "") -> tuple[float, str, str]:
    found = tidy.filter(region=region, member=member)
    assert found.height == 1
    return found.select("value", "status", "reason").row(0)


def test_the_file_becomes_exactly_these_rows(tmp_path: Path) -> None:
    tidy = dares_metiers.parse(delivery(tmp_path, text(rows())))
    assert tidy.height == 3 * (1 + 13 + 26 + 100)
    assert set(tidy["period"]) == {"2019"}
    assert set(tidy["dimension"]) == {"", "fap"}
    # Row 1 is France, row 2 the first région (01, Guadeloupe), row 6 Île-de-France (11), row 19 the Ain (01).
    assert find(tidy, "FR", "M1Z") == (100, "", "")
    assert find(tidy, "FR") == (400, "", "own_sum")
    assert find(tidy, "FRY1", "M2Z") == (600, "", "")
    assert find(tidy, "FR1") == find(tidy, "FR10") == (2400, "", "own_sum")
    assert find(tidy, "FRK21") == (7600, "", "own_sum")
    # Corse-du-Sud and Haute-Corse, "2A" and "2B".
    assert find(tidy, "FRM02", "M1Z") == (find(tidy, "FRM01", "M1Z")[0] + 100, "", "")


def test_france_is_the_published_figure_and_former_regions_are_sums(tmp_path: Path) -> None:
    tidy = dares_metiers.parse(delivery(tmp_path, text(rows())))
    regions = tidy.filter(pl.col("region").is_in(codes.units("land", "FR")), dimension="")
    assert regions["value"].sum() != find(tidy, "FR")[0]
    auvergne = [find(tidy, code)[0] for code in ("FRK11", "FRK12", "FRK13", "FRK14")]
    assert find(tidy, "FRK1") == (sum(auvergne), "", "own_sum_departements")


def test_mayotte_has_no_row(tmp_path: Path) -> None:
    tidy = dares_metiers.parse(delivery(tmp_path, text(rows())))
    assert tidy.filter(pl.col("region").str.starts_with("FRY5")).is_empty()


def cell(column: int, value: str, line: int = 2) -> Callable[[Rows], Rows]:
    def change(table: Rows) -> Rows:
        table[line - 2][column] = value
        return table

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (cell(1, "-100"), r"line 2, column 'Emploi moyen': number of persons -100 is outside"),
        (cell(1, "1 000"), r"line 2, column 'Emploi moyen': '1 000' is not a number"),
        (cell(11, "bassin"), r"line 2, column 'niveau_geo': 'bassin' is not one of nat, reg, dep"),
        (cell(13, "99.0", 6), r"line 6, column 'reg': unknown INSEE région code '99'"),
        (cell(14, "20", 74), r"column 'dep': unknown INSEE département code '20'"),
        (cell(13, "", 6), r"line 6, column 'reg': a row of level 'reg' has no code"),
        (lambda table: [*table, table[4]], r"two rows have the same key \(fap=M1Z, period=2019, region=FRY1\)"),
        (lambda table: [row for row in table if row[13] != "53.0"], "région or département FRH missing"),
        (lambda table: [row for row in table if row[14] != "2A"], "région or département FRM01 missing"),
    ],
)
def test_a_changed_file_is_refused(tmp_path: Path, change: Callable[[Rows], Rows], message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        dares_metiers.parse(delivery(tmp_path, text(change(rows()))))
    assert "tensions.csv" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_a_renamed_column_a_cut_line_and_a_web_page_are_refused(tmp_path: Path) -> None:
    for content, message in (
        (text(rows(), HEADER.replace("Emploi moyen", "Emploi")), r"'Emploi moyen': the column is missing; .*'Emploi'"),
        (text(rows())[:-20], r"line 473: \d+ cells where the header has 15; the file looks truncated"),
        ("<!DOCTYPE html><html></html>", "this is a web page"),
    ):
        with pytest.raises(DeliveryError, match=message):
            dares_metiers.parse(delivery(tmp_path, content))


def test_the_whole_delivery_gives_the_known_figures() -> None:
    """Figures that the research read from the same file."""
    tidy = dares_metiers.parse(shared(dares_metiers.SOURCE))
    known = {
        "FR": (165200, 376600), "FR1": (47300, 188800), "FRK": (20000, 39400), "FRJ": (13100, 28500),
        "FRL": (9500, 20400), "FRG": (10500, 16100), "FRE": (11300, 16500), "FRI": (11500, 15000), "FRH": (7600, 14500),
        "FRF": (10400, 11400), "FRB": (5500, 6600), "FRD": (5800, 4700), "FRC": (4600, 3900), "FRM": (500, 200),
        "FRY1": (600, 200), "FRY2": (500, 300), "FRY3": (200, 100), "FRY4": (1000, 500),
    }  # fmt: skip
    for region, (technicians, engineers) in known.items():
        assert find(tidy, region, "M1Z")[0] == technicians
        assert find(tidy, region, "M2Z")[0] == engineers
        assert find(tidy, region)[0] == technicians + engineers
    regions = tidy.filter(pl.col("region").is_in(codes.units("land", "FR")))
    assert regions.filter(member="M1Z")["value"].sum() == 159900
    assert regions.filter(member="M2Z")["value"].sum() == 367100


def test_a_departement_of_which_one_family_is_missing_is_refused(tmp_path: Path) -> None:
    table = [row for row in rows() if (row[0], row[14]) != ("M2Z", "2A")]
    with pytest.raises(DeliveryError, match="M2Z, 2019: région or département FRM01 missing"):
        dares_metiers.parse(delivery(tmp_path, text(table)))
