"""Filling and deriving in SQL, each against the same rule written in Python."""

from __future__ import annotations

from typing import Any

import pytest
from tiny_project import Project, derived, from_source, indicator
from transforming import LAENDER, PEOPLE, PLAIN, REGIONS, SHARE, Build, figure, only, values

pytest_plugins = ["transforming"]  # the fixture `transformed`

# ── Fill ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_units_absent_from_a_delivery_become_not_collected_rows_without_value(transformed: Build) -> None:
    found = values(transformed([figure(SHARE, "DE1", "2024", 5.0)], **PLAIN), SHARE)
    assert found == {(code, "2024"): (5.0, "", "") if code == "DE1" else (None, "m", "") for code in LAENDER}


def test_fill_goes_by_period_and_breakdown_and_leaves_other_levels_and_countries_alone(transformed: Build) -> None:
    both = indicator(origin=from_source("share", "sex"))
    rows = [figure(SHARE, "DE1", "2023", 5.0, member="f"), figure(SHARE, "DE2", "2024", 6.0, member="m")]
    found = transformed(rows, **only(both)).execute(
        "select period, member, count(*), count(value) from observation group by all order by all"
    )
    assert found.fetchall() == [("2023", "f", 16, 1), ("2024", "m", 16, 1)]


def test_overseas_regions_alone_do_not_pretend_a_nuts2_level(transformed: Build) -> None:
    """FRY1–FRY5 are régions and NUTS 2 at once; a source by région must not be filled at NUTS 2."""
    rows = [figure(SHARE, code, "2024", 5.0) for code in REGIONS]
    connection = transformed(rows, **PLAIN)
    assert connection.execute("select level from coverage").fetchall() == [("land",)]
    assert connection.execute("select count(*) from observation").fetchall() == [(18,)]


def test_overseas_regions_are_filled_once_where_both_their_levels_have_figures(transformed: Build) -> None:
    rows = [figure(SHARE, "FR1", "2024", 5.0), figure(SHARE, "FR10", "2024", 5.0)]
    connection = transformed(rows, **PLAIN)
    assert connection.execute("select count(*), count(distinct region) from observation").fetchall() == [
        (13 + 27, 13 + 27)
    ]


# ── Ratio ────────────────────────────────────────────────────────────────────────────────────────────────────────


#: A case that always has a value, beside the one that has none: an indicator without any value fails a check.
FRANCE = [figure(SHARE, "FR", "2024", 5.0), figure(PEOPLE, "FR", "2024", 500.0)]
GOOD = {("FR", "2024"): (10.0, "", "")}


def ratio(rows: list[dict[str, Any]], transformed: Build, aggregation: str = "none", **derive: Any) -> dict[Any, Any]:
    connection = transformed(
        rows,
        **{
            SHARE: indicator(origin=from_source("share")),
            PEOPLE: indicator("count", "persons", origin=from_source("people")),
            "per_people": indicator(
                unit="per_1000",
                aggregation=aggregation,
                origin=derived("ratio", SHARE, by=PEOPLE, factor=1000, **derive),
            ),
        },
    )
    return values(connection, "per_people")


def test_a_ratio_takes_the_denominator_of_the_same_period(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2024", 200.0), figure(PEOPLE, "DE", "2023", 1.0)]
    assert ratio(rows, transformed, lag_years=3) == {("DE", "2024"): (25.0, "", "")}


def test_a_ratio_takes_the_latest_earlier_denominator_and_says_so(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2021", 100.0), figure(PEOPLE, "DE", "2022", 200.0)]
    assert ratio(rows, transformed, lag_years=2) == {("DE", "2024"): (25.0, "e", "denominator_year")}
    assert ratio([*rows, *FRANCE], transformed, lag_years=1) == {("DE", "2024"): (None, "m", ""), **GOOD}


def test_a_ratio_never_takes_a_later_denominator(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2025", 100.0), *FRANCE]
    assert ratio(rows, transformed, lag_years=5) == {("DE", "2024"): (None, "m", ""), **GOOD}


def test_an_older_denominator_stands_in_for_a_suppressed_one(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2023", 200.0), figure(PEOPLE, "DE", "2024", None)]
    assert ratio(rows, transformed, lag_years=1) == {("DE", "2024"): (25.0, "e", "denominator_year")}
    assert ratio([*rows, *FRANCE], transformed) == {("DE", "2024"): (None, "c", ""), **GOOD}


def test_a_quarter_is_divided_by_its_year(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024-Q2", 5.0), figure(PEOPLE, "DE", "2024", 200.0)]
    assert ratio(rows, transformed) == {("DE", "2024-Q2"): (25.0, "", "")}


def test_a_zero_denominator_is_not_applicable(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2024", 0.0), *FRANCE]
    assert ratio(rows, transformed) == {("DE", "2024"): (None, "z", "denominator_zero"), **GOOD}


def test_a_ratio_inherits_the_numerators_absence_and_the_worse_flag(transformed: Build) -> None:
    rows = [
        figure(SHARE, "DE", "2024", None),
        figure(PEOPLE, "DE", "2024", 0.0),
        figure(SHARE, "FR", "2024", 5.0, "u"),
        figure(PEOPLE, "FR", "2023", 200.0, "p"),
    ]
    assert ratio(rows, transformed, lag_years=1) == {("DE", "2024"): (None, "c", ""), ("FR", "2024"): (25.0, "u", "")}


def test_a_weighted_ratio_carries_its_denominator_as_base(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0, n=7), figure(PEOPLE, "DE", "2024", 200.0)]
    text = indicator(unit="per_1000", aggregation="weighted", origin=derived("ratio", SHARE, by=PEOPLE, factor=1000))
    connection = transformed(
        rows,
        **{
            SHARE: indicator(origin=from_source("share")),
            PEOPLE: indicator("count", "persons", origin=from_source("people")),
        },
        per_people=text,
    )
    assert connection.execute("select n from observation where indicator = 'per_people'").fetchall() == [(200,)]


def test_a_ratio_keeps_the_numerators_breakdown_over_a_total_denominator(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", float(v), member=m) for m, v in (("f", 4), ("m", 6))]
    connection = transformed(
        [*rows, figure(PEOPLE, "DE", "2024", 200.0)],
        **{
            SHARE: indicator(origin=from_source("share", "sex")),
            PEOPLE: indicator("count", "persons", origin=from_source("people")),
            "per_people": indicator(unit="per_1000", origin=derived("ratio", SHARE, by=PEOPLE, factor=1000)),
        },
    )
    found = connection.execute(
        "select dimension, member, value from observation where indicator = 'per_people' order by all"
    )
    assert found.fetchall() == [("sex", "f", 20.0), ("sex", "m", 30.0)]
    assert connection.execute("select dimension from indicator where id = 'per_people'").fetchall() == [("sex",)]


# ── Change and gap ───────────────────────────────────────────────────────────────────────────────────────────────


def change(rows: list[dict[str, Any]], transformed: Build, kind: str = "change", lag: int = 1) -> dict[Any, Any]:
    texts = {
        SHARE: indicator(origin=from_source("share")),
        "moved": indicator(unit="pp", origin=derived(kind, SHARE, lag=lag)),
    }
    return values(transformed(rows, **texts), "moved")


@pytest.mark.parametrize(
    ("earlier", "later", "lag"),
    [
        ("2023", "2024", 1),
        ("2021", "2024", 3),
        ("2023-Q4", "2024-Q1", 1),
        ("2023-12", "2024-01", 1),
        ("2023-06", "2024-06", 12),
    ],
)
def test_change_counts_lag_in_the_periods_own_rhythm(transformed: Build, earlier: str, later: str, lag: int) -> None:
    rows = [figure(SHARE, "DE", earlier, 4.0), figure(SHARE, "DE", later, 5.0)]
    assert change(rows, transformed, lag=lag) == {("DE", later): (1.0, "", "")}
    assert change(rows, transformed, "change_pct", lag) == {("DE", later): (25.0, "", "")}


def test_change_has_no_row_where_there_is_no_earlier_period(transformed: Build) -> None:
    assert change([figure(SHARE, "DE", "2021", 4.0), figure(SHARE, "DE", "2024", 5.0)], transformed, lag=3) != {}
    rows = [figure(SHARE, "DE", "2021", 4.0), figure(SHARE, "DE", "2023", 5.0), figure(SHARE, "DE", "2024", 7.0)]
    assert change(rows, transformed) == {("DE", "2024"): (2.0, "", "")}


def test_a_break_marks_the_change_across_it_and_not_the_one_after(transformed: Build) -> None:
    rows = [figure(SHARE, "DE", str(2021 + i), 4.0 + i, "b" if i == 1 else "") for i in range(4)]
    assert {key[1]: status for key, (_, status, _) in change(rows, transformed).items()} == {
        "2022": "b",
        "2023": "",
        "2024": "",
    }
    assert {key[1]: status for key, (_, status, _) in change(rows, transformed, lag=2).items()} == {
        "2023": "b",
        "2024": "",
    }


def test_change_from_nothing_or_from_zero_has_no_value(transformed: Build) -> None:
    rows = [
        figure(SHARE, "DE", "2023", None),
        figure(SHARE, "DE", "2024", 5.0),
        figure(SHARE, "FR", "2023", 0.0),
        figure(SHARE, "FR", "2024", 5.0),
    ]
    rows += [figure(SHARE, "FR", "2025", 6.0)]
    expected = {
        ("DE", "2024"): (None, "c", ""),
        ("FR", "2024"): (None, "z", "denominator_zero"),
        ("FR", "2025"): (20.0, "", ""),
    }
    assert change(rows, transformed, "change_pct") == expected


def test_gap_is_against_the_own_country_and_the_country_has_none(transformed: Build) -> None:
    rows = [figure(SHARE, code, "2024", 10.0) for code in (*LAENDER, *REGIONS)]
    rows += [figure(SHARE, "DE", "2024", 7.0, "p"), figure(SHARE, "FR", "2024", None)]
    texts = {SHARE: indicator(origin=from_source("share")), "gap": indicator(unit="pp", origin=derived("gap", SHARE))}
    found = values(transformed(rows, **texts), "gap")
    assert found == {(c, "2024"): (3.0, "p", "") for c in LAENDER} | {(c, "2024"): (None, "c", "") for c in REGIONS}


def test_a_derived_indicator_of_a_derived_one(transformed: Build, tiny: Project) -> None:
    """The gap of a change needs the change first, although its name comes earlier in the alphabet."""
    rows = [figure(SHARE, code, "2023", 1.0) for code in ("DE", *LAENDER)]
    rows += [figure(SHARE, code, "2024", 3.0 if code == "DE" else 8.0) for code in ("DE", *LAENDER)]
    found = values(transformed(rows), "adoption_change_gap_pp")
    assert found == {(code, "2024"): (5.0, "", "") for code in LAENDER}
