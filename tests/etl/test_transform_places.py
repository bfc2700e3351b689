"""Limits, ranks, scales and coverage in SQL, each against the same rule written in Python."""

from __future__ import annotations

import math

import duckdb
import pytest
from tiny_project import derived, from_source, indicator
from transforming import LAENDER, PEOPLE, PLAIN, REGIONS, SHARE, WILSON, Build, figure, only

from etl import codes

pytest_plugins = ["transforming"]  # the fixture `transformed`

# ── Intervals ────────────────────────────────────────────────────────────────────────────────────────────────────


def wilson(value: float, n: int) -> tuple[float, float]:
    """Wilson's score interval as in the textbook, in per cent."""
    z, p = 1.959964, value / 100
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 100 * (centre - half), 100 * (centre + half)


def test_wilson_limits_hold_the_value_at_any_share_and_base(transformed: Build) -> None:
    cases = [(12.5, 1000), (0.0, 30), (100.0, 30), (0.1, 500), (99.9, 10), (50.0, 1), (12.0, 2_000_000)]
    rows = [figure(SHARE, code, "2024", value, n=n) for code, (value, n) in zip(LAENDER, cases, strict=False)]
    rows.append(figure(SHARE, LAENDER[-1], "2024", 5.0, n=0))
    connection = transformed(rows, **WILSON)
    for code, (value, n) in zip(LAENDER, cases, strict=False):
        found = connection.execute("select ci_low, ci_high from observation where region = ?", [code]).fetchall()[0]
        assert found == pytest.approx(wilson(value, n), abs=1e-9)
        assert found[0] <= value <= found[1]
    none = connection.execute(
        "select count(*) from observation where ci_low is null and (value is null or coalesce(n, 0) = 0)"
    )
    assert none.fetchall() == [(16 - len(cases),)]


def test_known_wilson_interval(transformed: Build) -> None:
    """10 of 100: 5.52 to 17.44 per cent (Newcombe 1998 gives the method's figures to this precision)."""
    connection = transformed([figure(SHARE, "DE", "2024", 10.0, n=100)], **WILSON)
    assert connection.execute("select ci_low, ci_high from observation").fetchall()[0] == pytest.approx(
        (5.5229, 17.4366), abs=1e-4
    )


# ── Ranking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rank_and_range_equal_a_count_over_all_pairs(transformed: Build) -> None:
    given = {code: (10 + number % 5, 40 * (1 + number % 7)) for number, code in enumerate(LAENDER[:-1])}
    rows = [figure(SHARE, code, "2024", float(value), n=n) for code, (value, n) in given.items()]
    rows.append(figure(SHARE, LAENDER[-1], "2024", None))
    rows += [figure(SHARE, code, "2024", 90.0, n=1000) for code in REGIONS]
    connection = transformed(rows, **WILSON)
    limits = {code: wilson(value, n) for code, (value, n) in given.items()}
    for code, (value, _) in given.items():
        expected = (
            1 + sum(other > value for other, _ in given.values()),
            1 + sum(low > limits[code][1] for low, _ in limits.values()),
            sum(high >= limits[code][0] for _, high in limits.values()),
            15,
        )
        found = connection.execute(
            'select rank, rank_low, rank_high, "of" from ranking where region = ?', [code]
        ).fetchall()
        assert found == [expected], code
    assert connection.execute("select count(*) from ranking").fetchall() == [(15 + 18,)]


def test_without_limits_ties_span_their_places_and_flags_stay_ranked(transformed: Build) -> None:
    given = dict(zip(LAENDER, [9.0, 7.0, 7.0, 7.0, 5.0], strict=False))
    rows = [figure(SHARE, code, "2024", value, "a" if value == 9 else "") for code, value in given.items()]
    found = (
        transformed(rows, **PLAIN)
        .execute('select rank, rank_low, rank_high, "of" from ranking order by region')
        .fetchall()
    )
    assert found == [(1, 1, 1, 5), (2, 2, 4, 5), (2, 2, 4, 5), (2, 2, 4, 5), (5, 5, 5, 5)]


def test_each_map_level_has_its_own_ranking_and_a_country_has_none(transformed: Build) -> None:
    """FRY1 is ranked among 18 régions and among 27 NUTS 2 regions."""
    rows = [
        figure(SHARE, code, "2024", float(i))
        for i, code in enumerate(sorted({"FR", *REGIONS, *codes.units("nuts2", "FR")}))
    ]
    connection = transformed(rows, **PLAIN)
    assert connection.execute("""select level, "of" from ranking where region = 'FRY1' order by all""").fetchall() == [
        ("land", 18),
        ("nuts2", 27),
    ]
    assert connection.execute("select count(*) from ranking where region = 'FR'").fetchall() == [(0,)]


# ── Scale ────────────────────────────────────────────────────────────────────────────────────────────────────────


def limits(connection: duckdb.DuckDBPyConnection, id_: str) -> dict[str, list[float]]:
    """country → class limits."""
    return dict(connection.execute("select country, limits from scale where indicator = ?", [id_]).fetchall())


def test_a_rate_has_five_nice_limits_from_the_latest_period_of_the_finest_level(transformed: Build) -> None:
    fine = codes.units("nuts3", "DE")
    rows = [figure(SHARE, code, "2024", 10 + 20 * i / (len(fine) - 1)) for i, code in enumerate(fine)]
    rows += [figure(SHARE, code, "2023", 99.0) for code in fine] + [
        figure(SHARE, code, "2024", 77.0) for code in LAENDER
    ]
    assert limits(transformed(rows, **PLAIN), SHARE) == {"": [13.0, 17.0, 20.0, 23.0, 27.0]}


def test_countries_that_cannot_be_compared_have_a_scale_each_and_artefacts_no_say(transformed: Build) -> None:
    rows = [figure(SHARE, code, "2024", 1.0 + i) for i, code in enumerate(LAENDER)]
    rows += [
        figure(SHARE, code, "2024", 101.0 + i if i else 9000.0, "" if i else "a") for i, code in enumerate(REGIONS)
    ]
    text = indicator(unit="index", origin=from_source("share"), verdict="similar")
    found = limits(transformed(rows, **only(text)), SHARE)
    assert found == {"DE": [3.5, 6.0, 8.5, 11.0, 14.0], "FR": [105.0, 107.0, 110.0, 113.0, 115.0]}


def test_many_zeros_do_not_swallow_the_classes(transformed: Build) -> None:
    """Nine of 16 regions have none: the limits are the sixths of the seven others, 1 to 7."""
    rows = [figure(SHARE, code, "2024", max(0.0, i - 8.0)) for i, code in enumerate(LAENDER)]
    assert limits(transformed(rows, **PLAIN), SHARE) == {"": [2.0, 3.0, 4.0, 5.0, 6.0]}


def test_few_units_pool_all_periods(transformed: Build) -> None:
    rows = [figure(SHARE, code, str(2015 + i), 1.0 * i) for i in range(7) for code in ("DE", "FR")]
    assert limits(transformed(rows, **PLAIN), SHARE) == {"": [1.0, 2.0, 3.0, 4.0, 5.0]}


def test_change_and_gap_are_symmetric_around_zero(transformed: Build) -> None:
    rows = [figure(SHARE, code, "2023", 50.0) for code in LAENDER]
    rows += [figure(SHARE, code, "2024", 50.0 + i) for i, code in enumerate(LAENDER)]
    texts = {
        SHARE: indicator(origin=from_source("share")),
        "moved": indicator(unit="pp", origin=derived("change", SHARE)),
    }
    assert limits(transformed(rows, **texts), "moved") == {"": [-10.0, -5.0, 0.0, 5.0, 10.0]}


def test_a_count_has_the_largest_value_at_land_level_over_all_periods(transformed: Build) -> None:
    rows = [
        figure(PEOPLE, "DE", "2024", 999.0),
        figure(PEOPLE, "DE1", "2023", 70.0),
        figure(PEOPLE, "DE2", "2024", 60.0),
    ]
    text = {PEOPLE: indicator("count", "persons", origin=from_source("people"))}
    assert limits(transformed(rows, **text), PEOPLE) == {"": [70.0]}
    assert limits(transformed(rows[:1], **text), PEOPLE) == {"": [999.0]}


# ── Coverage and order ───────────────────────────────────────────────────────────────────────────────────────────


def test_coverage_counts_and_pickers_open_on_a_period_with_values(transformed: Build) -> None:
    rows = [figure(SHARE, code, "2023", 5.0) for code in LAENDER[:6]] + [
        figure(SHARE, code, "2024", None) for code in LAENDER
    ]
    connection = transformed(rows, **PLAIN)
    assert connection.execute("from coverage").fetchall() == [(SHARE, "DE", "land", "2023", "2023", 1, 6, 16, 6, 26)]
    assert connection.execute("select levels, countries, sources from indicator").fetchall() == [
        (["land"], ["DE"], ["office_survey"])
    ]


def test_observations_lie_in_the_order_that_makes_slices_cheap(transformed: Build) -> None:
    rows = [figure(SHARE, code, year, 5.0) for year in ("2024", "2022", "2023") for code in (*reversed(LAENDER), "DE")]
    found = (
        transformed(rows)
        .execute("select indicator, level, period, dimension, member, region from observation")
        .fetchall()
    )
    assert found == sorted(found)
    assert len(found) > 100
