"""From single grants to regions and years: places of any NUTS version, sums at every level, sure and unsure zeros."""

from __future__ import annotations

from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import codes, grants
from etl.head_offices import is_head_office, plain
from etl.model import DeliveryError
from etl.rollup import spread_upwards


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("DE212", "DE212"),
        ("DEG0T", "DEG0T"),
        ("DEG0F", "DEG0T"),  # Ilm-Kreis until NUTS 2021
        ("FR824", "FRL04"),  # Bouches-du-Rhône until NUTS 2013
        ("FRA40", "FRY40"),  # La Réunion until NUTS 2013
        ("FR94", "FRY40"),  # … until NUTS 2010; one part only
        ("FR71", "FRK2"),
        ("DE3", "DE300"),  # Berlin: Land, Regierungsbezirk and Kreis in one
        ("FR1", "FR10"),
        ("DE", "DE"),
        ("FR7", None),  # a ZEAT
        ("DEX99", None),
    ],
)
def test_codes_of_all_nuts_versions_are_read(code: str, region: str | None) -> None:
    assert grants.resolve_nuts(code) == region


def frame(*rows: tuple[str | None, str]) -> pl.DataFrame:
    schema = {"nutsCode": pl.String, "country": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_row_index("line", offset=2)


@pytest.mark.parametrize(
    ("code", "country", "region"),
    [
        ("de212", "DE", "DE212"),
        ("", "DE", "DE"),
        (None, "FR", "FR"),
        ("FR", "FR", "FR"),
        ("DEZZZ", "DE", "DE"),
        ("DE111|DE112", "DE", "DE11"),
        ("DE111|DE300", "DE", "DE"),
        ("FRY10|FRY20", "FR", "FR"),
        ("FRL04 | FRL04", "FR", "FRL04"),
    ],
)
def test_a_place_is_as_precise_as_the_code(code: str | None, country: str, region: str) -> None:
    assert grants.place(frame((code, country)), "nutsCode", "f.csv")["region"].to_list() == [region]


def test_few_unknown_codes_count_for_the_country_and_many_are_refused() -> None:
    rows = [("DE212", "DE")] * 199
    placed = grants.place(frame(*rows, ("XX999", "DE")), "nutsCode", "f.csv")
    assert placed["region"].to_list() == ["DE212"] * 199 + ["DE"]
    for wrong in ("XX999", "FR101"):  # a code of the other country is as unknown
        with pytest.raises(
            DeliveryError, match=rf"f.csv, line 3, column 'nutsCode': '{wrong}' is no region code of DE, as 1 of 2"
        ):
            grants.place(frame(("DE212", "DE"), (wrong, "DE")), "nutsCode", "f.csv")


def parts(*rows: tuple[str, str, str, float | None]) -> pl.DataFrame:
    schema = {"region": pl.String, "period": pl.String, "project": pl.String, "amount": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(file=pl.lit("a"))


def cell(cells: pl.DataFrame, region: str, period: str) -> tuple[object, ...]:
    found = cells.filter(region=region, period=period)
    assert found.height == 1
    return found.select("amount", "projects", "parts", "status", "reason").row(0)


def test_sums_projects_and_zeros_at_every_level() -> None:
    cells = grants.cells(
        parts(
            ("DE212", "2020", "P", 10.0),
            ("DE21H", "2020", "P", 5.5),
            ("DE212", "2020", "Q", 1.0),
            ("FRL04", "2022", "P", 7.0),
        ),
        ("DE", "FR"),
        2024,
    )
    assert cell(cells, "DE212", "2020") == (11, 2, 2, "", "")
    assert cell(cells, "DE21", "2020") == cell(cells, "DE2", "2020") == cell(cells, "DE", "2020")
    assert cell(cells, "DE", "2020") == (16.5, 2, 3, "", "own_sum")  # the project with two participants counts once
    assert cell(cells, "DE300", "2020") == (0, 0, 0, "", "")
    assert cell(cells, "FR", "2021") == (0, 0, 0, "", "own_sum")  # a year between, in which nobody got anything
    every = {code for level in codes.MAP_LEVELS for code in codes.units(level)}
    assert cells.height == 3 * len(every)
    assert set(cells["region"]) == every


def test_a_part_placed_roughly_counts_above_and_makes_zeros_below_unsure() -> None:
    cells = grants.cells(
        parts(("DE21", "2020", "P", 10.0), ("DE212", "2020", "Q", 1.0), ("DE", "2021", "R", 2.0)), ("DE",), 2024
    )
    assert cell(cells, "DE21", "2020") == (11, 2, 2, "", "own_sum_unplaced")
    assert cell(cells, "DE212", "2020") == (1, 1, 1, "", "")
    assert cell(cells, "DE21H", "2020") == (0, 0, 0, "u", "none_placed")
    assert cell(cells, "DE300", "2020") == (0, 0, 0, "", "")
    assert cell(cells, "DE22", "2020") == (0, 0, 0, "", "own_sum")
    assert cell(cells, "DE300", "2021") == (0, 0, 0, "u", "none_placed")
    assert cell(cells, "DE", "2021") == (2, 1, 1, "", "own_sum_unplaced")


def test_a_year_that_is_not_over_is_provisional() -> None:
    cells = grants.cells(parts(("DE212", "2023", "P", 1.0), ("DE212", "2025", "P", 1.0)), ("DE",), 2024)
    assert cell(cells, "DE212", "2023")[3:] == ("", "")
    assert cell(cells, "DE212", "2024")[3:] == cell(cells, "DE", "2025")[3:] == ("p", "year_running")


def test_unknown_amounts_lower_a_sum_and_say_so() -> None:
    cells = grants.cells(
        parts(("DE212", "2020", "P", None), ("DE212", "2020", "Q", 4.0), ("DE300", "2020", "R", None)), ("DE",), 2024
    )
    amounts = grants.amounts(cells, "eur").filter(period="2020")
    found = {row["region"]: (row["value"], row["status"], row["reason"]) for row in amounts.iter_rows(named=True)}
    assert found["DE212"] == (4, "u", "amounts_missing")
    assert found["DE300"] == (None, "m", "amounts_missing")
    assert found["DE"] == (4, "u", "amounts_missing")
    assert found["DE111"] == (0, "", "")
    assert cell(cells, "DE300", "2020")[1:] == (1, 1, "", "")  # the count is sure all the same


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*codes.units("nuts3")[::9], *codes.units("nuts2")[::5], "DE", "FR"]),
            st.sampled_from(["2020", "2021"]),
            st.sampled_from("PQR"),
            st.integers(0, 10**6).map(float),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_cells_equal_the_same_rule_in_plain_python(rows: list[tuple[str, str, str, float]]) -> None:
    money: dict[tuple[str, str], float] = defaultdict(float)
    projects: dict[tuple[str, str], set[str]] = defaultdict(set)
    for region, period, project, amount in rows:
        for size in range(2, len(region) + 1):
            money[region[:size], period] += amount
            projects[region[:size], period].add(project)
    for row in grants.cells(parts(*rows), ("DE", "FR"), 2030).iter_rows(named=True):
        key = row["region"], row["period"]
        assert (row["amount"], row["projects"]) == (money[key], len(projects[key]))
        unsure = not projects[key] and any((key[0].startswith(r) and r != key[0] and p == key[1]) for r, p, *_ in rows)
        assert (row["reason"] == "none_placed") is unsure


def test_rows_of_every_level_spread_upwards_once() -> None:
    spread = spread_upwards(pl.DataFrame({"region": ["FRY10", "FRK2", "DE"]}))["region"].to_list()
    assert sorted(spread) == ["DE", "FR", "FR", "FRK", "FRK2", "FRY1", "FRY10"]


@pytest.mark.parametrize(
    ("name", "pic", "office"),
    [
        ("MAX-PLANCK-GESELLSCHAFT ZUR FORDERUNG DER WISSENSCHAFTEN EV", "", True),
        ("Fraunhofer-Gesellschaft zur Förderung der angewandten Forschung e.V.", "", True),
        ("FRAUNHOFER GESELLSCHAFT ZUR FOERDERUNG DER ANGEWANDTEN FORSCHUNG E.V.", "", True),
        ("CENTRE NATIONAL DE LA RECHERCHE SCIENTIFIQUE CNRS", "", True),
        ("Commissariat à l'énergie atomique et aux énergies alternatives", "", True),
        ("a new name of the society", "999990267", True),
        ("MAX-PLANCK-INSTITUT FUR EISENFORSCHUNG GMBH", "999999999", False),
        ("CENTRE NATIONAL D'ETUDES SPATIALES", "", False),
        ("KARLSRUHER INSTITUT FUER TECHNOLOGIE", "", False),
        ("", "", False),
    ],
)
def test_head_offices_are_known_by_code_or_name(name: str, pic: str, office: bool) -> None:
    assert is_head_office(name, pic) is office


def test_the_table_of_head_offices_is_written_as_it_is_compared() -> None:
    import tomllib
    from importlib import resources

    bodies = tomllib.loads((resources.files("etl") / "head_offices.toml").read_text(encoding="utf-8"))["body"]
    assert len(bodies) >= 10
    for body in bodies:
        assert body["label"]
        assert body["why"]
        assert codes.region(body["seat"]).level == 3
        assert [plain(name) for name in body["names"]] == body["names"]
