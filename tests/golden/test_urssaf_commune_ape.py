"""Urssaf commune × APE: from the API's export to the exact tidy table, unknown headcounts, the break, what is refused.

CONSTRUCTED: no export of Urssaf lies here. The shape (a list of records, one per commune and activity, a column per
year, null where nobody was there) is the described one, with years shortened to four; Rungis 6203Z has the published
figures, the rest is counted up by a rule and stands for nothing. Never shipped.
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
from etl.sources import urssaf_commune_ape as urssaf
from tests.golden.delivered import written

YEARS = (2021, 2022, 2023, 2024)
Record = dict[str, Any]
Counts = tuple[int | None, ...]


def record(commune: str, ape: str, employees: Counts, establishments: Counts | None = None, **other: Any) -> Record:
    """One record as the export has it; labels shortened."""
    departement = commune[:3] if commune.startswith("97") else commune[:2]
    found: Record = {"code_commune": commune, "intitule_commune": f"{commune} Commune", "code_departement": departement}
    found |= {"departement": "Département", "code_ape": ape, "ape": f"{ape} Activité"}
    for year, number, places in zip(YEARS, employees, establishments or employees, strict=True):
        found[f"nombre_d_etablissements_{year}"] = places if places is None else min(places, 2)
        found[f"effectifs_salaries_{year}"] = number
    return found | other


def records() -> list[Record]:
    """A commune in the first département of every other région of the mainland, then those that are looked at."""
    seats = [next(c for c in codes.units("nuts3", "FR") if codes.region(c).land == land)
             for land in codes.units("land", "FR") if not land.startswith("FRY")]  # fmt: skip
    others = [record(f"{codes.region(seat).insee_dep}001", "6209Z", (1, 1, 1, 1)) for seat in seats]
    return [
        *others,
        record("94065", "6203Z", (180, 178, 173, 176)),
        record("75108", "6201Z", (100, 200, 300, 400)),
        record("69383", "6202A", (10, 20, 30, 40)),
        record("13201", "6201Z", (5, None, None, 8), (1, None, 1, 2)),
        record("97411", "6201Z", (None, None, 3, 4), (None, None, 1, 1)),
        record("48095", "6201Z", (None, 7, None, None), (1, 1, None, 1)),
        record("97701", "6201Z", (9, 9, 9, 9)),
    ]


def delivery(folder: Path, content: list[Record] | str) -> Delivery:
    text = content if isinstance(content, str) else "[" + ",\n".join(map(json.dumps, content)) + "]"
    return written(folder, urssaf.SOURCE, employees=text)


def find(tidy: pl.DataFrame, region: str, year: int) -> tuple[float | None, str, str]:
    found = tidy.filter(region=region, period=str(year))
    assert found.height == 1
    return found.select("value", "status", "reason").row(0)


def test_the_export_becomes_exactly_these_rows(tmp_path: Path) -> None:
    tidy = urssaf.parse(delivery(tmp_path, records()))
    assert set(tidy["measure"]) == {"it_employees_ape"}
    some = tidy.filter(pl.col("region").is_in(["FR107", "FR101", "FRK26", "FRL04", "FRY40", "FRJ14"]))
    assert some.select("region", "period", "value", "status", "reason").rows() == [
        ("FR101", "2021", 101, "", "own_sum"),
        ("FR101", "2022", 201, "", "own_sum"),
        ("FR101", "2023", 301, "b", "apprentices"),
        ("FR101", "2024", 401, "", "own_sum"),
        ("FR107", "2021", 180, "", "own_sum"),
        ("FR107", "2022", 178, "", "own_sum"),
        ("FR107", "2023", 173, "b", "apprentices"),
        ("FR107", "2024", 176, "", "own_sum"),
        ("FRJ14", "2021", None, "m", "headcount_missing"),
        ("FRJ14", "2022", 7, "", "own_sum"),
        ("FRJ14", "2024", None, "m", "headcount_missing"),
        ("FRK26", "2021", 10, "", "own_sum"),
        ("FRK26", "2022", 20, "", "own_sum"),
        ("FRK26", "2023", 30, "b", "apprentices"),
        ("FRK26", "2024", 40, "", "own_sum"),
        ("FRL04", "2021", 5, "", "own_sum"),
        ("FRL04", "2023", None, "m", "headcount_missing"),
        ("FRL04", "2024", 8, "", "own_sum"),
        ("FRY40", "2023", 3, "b", "apprentices"),
        ("FRY40", "2024", 4, "", "own_sum"),
    ]


def test_sums_go_up_and_say_what_is_missing(tmp_path: Path) -> None:
    tidy = urssaf.parse(delivery(tmp_path, records()))
    assert find(tidy, "FR", 2022) == (13 + 178 + 200 + 20 + 7, "", "own_sum")
    assert find(tidy, "FR", 2024) == (13 + 176 + 400 + 40 + 8 + 4, "u", "headcount_missing")
    assert find(tidy, "FR", 2023) == (13 + 173 + 300 + 30 + 3, "b", "apprentices_missing")
    assert find(tidy, "FR1", 2024) == (1 + 400 + 176, "", "own_sum")


def test_no_headcount_is_never_zero(tmp_path: Path) -> None:
    tidy = urssaf.parse(delivery(tmp_path, records()))
    assert tidy.filter(pl.col("value") == 0).is_empty()


def test_a_whole_page_is_read_and_a_part_refused(tmp_path: Path) -> None:
    page = {"total_count": len(records()), "results": records()}
    whole = urssaf.parse(delivery(tmp_path, json.dumps(page)))
    assert whole.equals(urssaf.parse(delivery(tmp_path, records())))
    page["total_count"] = 11_427
    with pytest.raises(DeliveryError, match=r"one page of 20 communes and activities, where the publisher has 11427"):
        urssaf.parse(delivery(tmp_path, json.dumps(page)))


def change(key: str, value: Any, at: int = 14) -> Callable[[list[Record]], list[Record]]:
    def apply(table: list[Record]) -> list[Record]:
        table[at][key] = value
        return table

    return apply


def every(old: str, new: str) -> Callable[[list[Record]], list[Record]]:
    return lambda table: [{(new if key == old else key): value for key, value in one.items()} for one in table]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (change("effectifs_salaries_2024", -4), r"line 15, column 'employees': number of employees -4 is outside"),
        (change("effectifs_salaries_2024", 4e8), r"line 15, column 'employees': number of employees 4e\+08"),
        (change("effectifs_salaries_2024", "1,5"), r"line 15, column 'effectifs_salaries_2024': '1,5' is not a number"),
        (change("effectifs_salaries_2024", True), "'True' is not a number"),
        (change("code_commune", "99001"), r"line 15, column 'region': unknown INSEE commune code '99001'"),
        (change("code_commune", 75108), r"line 15, column 'code_commune': the code 75108 is not text"),
        (change("code_departement", "69"), r"line 15, column 'code_departement': the commune 75108 is not in the"),
        (change("code_ape", "6202B"), r"line 15, column 'code_ape': '6202B' is not one of 6201Z"),
        (every("effectifs_salaries_2024", "effectifs_2024"), r"column 'effectifs_2024': the publisher added a column"),
        (every("code_ape", "ape_code"), r"column 'code_ape': the column is missing"),
        (every("departement", "densite"), None),
        (change("densite", 3), r"line 15, column 'densite': the publisher added a column"),
        (lambda table: [*table, table[-2]], "two rows have the same key"),
        (lambda table: table[:5] + table[6:], r"column 'land': région FR.* missing"),
        (lambda table: [one for one in table if one["code_ape"] != "6202A"], "the activity 6202A is missing"),
        (
            lambda table: [
                {k: v for k, v in one.items() if k[-4:] != "2022"} for one in table
            ],
            "the years of employees and of establishments differ, or one is missing",
        ),
    ],
)  # fmt: skip
def test_a_changed_export_is_refused(
    tmp_path: Path, changed: Callable[[list[Record]], list[Record]], message: str | None
) -> None:
    """A label may be renamed without harm (no message); whatever holds numbers may not."""
    content = delivery(tmp_path, changed(records()))
    if message is None:
        assert urssaf.parse(content).equals(urssaf.parse(delivery(tmp_path, records())))
        return
    with pytest.raises(DeliveryError, match=message) as caught:
        urssaf.parse(content)
    assert "urssaf_commune_ape.json" in str(caught.value)
    assert "Remedy:" in str(caught.value)


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    whole = json.dumps(records(), indent=1)
    for content, message in (
        (whole[:-300], r"line \d+: not valid JSON"),
        ("<html><body>Erreur</body></html>", "this is a web page"),
        ('{"error_code": "InvalidRESTParameterError", "message": "limit"}', "the file is not a list of communes"),
        ("[]", "the file is not a list of communes"),
        (whole.replace("176", "NaN"), "'NaN' is not a number that JSON knows"),
    ):
        with pytest.raises(DeliveryError, match=message):
            urssaf.parse(delivery(tmp_path, content))
