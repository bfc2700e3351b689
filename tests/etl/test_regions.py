"""The region table and the crosswalk are complete, consistent and readable."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from etl import codes

FOLDER = Path(codes.__file__).parent / "regions"
REGIONS = codes.regions()
BY_CODE = {one.code: one for one in REGIONS}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_those_of_the_schema() -> None:
    schema = (FOLDER.parent / "schema.sql").read_text(encoding="utf-8")
    table = schema.split("create table region (")[1].split(");")[0]
    named = [part for line in table.splitlines() for part in line.split("--")[0].split(",") if part.strip()]
    columns = [part.split()[0] for part in named if part.split()[0].isidentifier()]
    assert list(rows("regions.csv")[0]) == columns


def test_nuts_2024_is_complete_for_both_countries() -> None:
    counts = Counter((one.country, one.level) for one in REGIONS)
    assert counts == {
        ("DE", 0): 1, ("DE", 1): 16, ("DE", 2): 38, ("DE", 3): 400,
        ("FR", 0): 1, ("FR", 1): 14, ("FR", 2): 27, ("FR", 3): 101,
    }  # fmt: skip
    assert len(BY_CODE) == 598


def test_every_code_begins_with_its_parent_and_ends_in_its_country() -> None:
    for one in REGIONS:
        assert len(one.code) == one.level + 2
        assert one.parent == one.code[:-1] if one.level else one.parent == ""
        assert not one.parent or one.parent in BY_CODE
        assert one.country == one.code[:2]


def test_every_region_below_a_country_lies_in_one_land() -> None:
    for one in REGIONS:
        if one.level == 0 or one.code == "FRY":
            assert one.land == ""
            continue
        land = BY_CODE[one.land]
        assert land.adm == "land"
        assert one.code.startswith(land.code)
    assert {one.code for one in REGIONS if one.land == one.code} == set(codes.units("land"))


def test_only_the_overseas_aggregate_is_on_no_map() -> None:
    assert [one.code for one in REGIONS if not one.adm] == ["FRY"]
    assert [one.code for one in REGIONS if one.adm == "land" and one.level == 2] == [f"FRY{n}" for n in range(1, 6)]


@pytest.mark.parametrize("field", ["name", "name_de", "name_fr", "name_en"])
def test_names_are_unique_within_a_level_in_every_language(field: str) -> None:
    names = Counter((one.level, getattr(one, field)) for one in REGIONS)
    assert [name for name, times in names.items() if times > 1] == []


def test_names_are_written_for_people() -> None:
    for one in REGIONS:
        for name in (one.name, one.name_de, one.name_fr, one.name_en):
            assert name == name.strip()
            assert name
            assert "," not in name, f"{one.code}: {name} still carries a Eurostat suffix"
    assert BY_CODE["DED21"].name == "Dresden"
    assert BY_CODE["DE212"].name == "München (Stadt)"
    assert (BY_CODE["DE21H"].name_fr, BY_CODE["DE21H"].name_en) == ("Munich (arrondissement)", "Munich (district)")
    assert (BY_CODE["DED"].name_fr, BY_CODE["DE2"].name_fr, BY_CODE["DEG"].name_fr) == ("Saxe", "Bavière", "Thuringe")
    assert (BY_CODE["FRH"].name_de, BY_CODE["FRM"].name_de, BY_CODE["FRY3"].name_de) == (
        "Bretagne", "Korsika", "Französisch-Guayana",
    )  # fmt: skip


def test_areas_of_children_add_up_to_their_parent() -> None:
    children: dict[str, float] = defaultdict(float)
    for one in REGIONS:
        children[one.parent] += one.area_km2
    for code, area in children.items():
        if code:
            assert area == pytest.approx(BY_CODE[code].area_km2, rel=1e-3, abs=1.0), code


def test_label_points_lie_where_the_country_is() -> None:
    for one in REGIONS:
        if not one.overseas:
            assert -5.2 < one.x < 15.1, one.code
            assert 41.3 < one.y < 55.1, one.code


def test_official_codes_have_their_shape_and_are_unique_within_a_level() -> None:
    for field, country in (("ags", "DE"), ("insee_dep", "FR")):
        found = [getattr(one, field) for one in REGIONS if one.level == 3 and one.country == country]
        assert len(set(found)) == len(found)
        assert all(found), field
    assert all(len(one.ags) == 5 for one in REGIONS if one.country == "DE" and one.level == 3)
    assert BY_CODE["DEF01"].ags == "01001", "AGS keep their leading zero"
    assert BY_CODE["FRK21"].insee_dep == "01", "INSEE codes keep their leading zero"
    assert len({one.iso for one in REGIONS if one.adm == "land"}) == 34


def test_crosswalk_weights_share_out_exactly_one_region() -> None:
    shares: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows("crosswalk.csv"):
        assert row["code_2024"] in BY_CODE
        assert len(row["code"]) == len(row["code_2024"]), "a move keeps the level"
        assert 0.005 <= float(row["weight"]) <= 1
        shares[row["version"], row["code"]] += float(row["weight"])
    # Splits are given to six decimals, moves under 0.5 % are left out.
    assert {key: total for key, total in shares.items() if abs(total - 1) > 2e-6} == {}


@pytest.mark.parametrize(("version", "nuts3"), [("2016", 502), ("2021", 502)])
def test_crosswalk_reaches_every_region_from_recent_versions(version: str, nuts3: int) -> None:
    of_version = [row for row in rows("crosswalk.csv") if row["version"] == version]
    assert {row["code_2024"] for row in of_version} == set(BY_CODE)
    assert len({row["code"] for row in of_version if len(row["code"]) == 5}) == nuts3


def test_crosswalk_is_free_of_the_known_defects_of_its_source() -> None:
    table = {(row["version"], row["code"]): (row["code_2024"], row["weight"]) for row in rows("crosswalk.csv")}
    for version in ("2016", "2021"):
        assert table[version, "FRY30"] == ("FRY30", "1"), "overseas rows held areas"
        assert table[version, "DEG09"] == ("DEG09", "1"), "a municipal change of 2023/24 outside NUTS 2024"
    assert not any(code.startswith(("FR2", "FR3")) and len(code) == 3 for _, code in table), "ZEAT are not régions"
