"""The SQL transforms, each against the same rule written in Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from tiny_project import Project, derived, from_source, indicator

from etl import catalogue, codes
from etl.figures import Figures, Origin
from etl.load import fill
from etl.model import OBSERVATION

Row = tuple[str, str, str, float | None]
Build = Callable[..., duckdb.DuckDBPyConnection]

SHARE, PEOPLE = "adoption_share_pct", "context_people_persons"
LAENDER, REGIONS = codes.units("land", "DE"), codes.units("land", "FR")


def figure(
    id_: str,
    region: str,
    period: str,
    value: float | None,
    status: str = "",
    reason: str = "",
    n: int | None = None,
    member: str = "",
) -> dict[str, Any]:
    """One observation as `select` gives it."""
    return {
        "indicator": id_,
        "region": region,
        "period": period,
        "dimension": "sex" if member else "",
        "member": member,
        "value": value,
        "status": status or ("c" if value is None else ""),
        "reason": reason,
        "n": n,
        "source": "office_survey",
        "delivery": "a" * 64,
    }


@pytest.fixture
def build(tiny: Project, tmp_path: Path) -> Iterator[Build]:
    """Make a build of the given figures (and extra indicator files) and open it."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def build(rows: list[dict[str, Any]], **indicators: str) -> duckdb.DuckDBPyConnection:
        folder = tiny.root / "indicators"
        if indicators:
            for path in folder.glob("*.toml"):
                path.unlink()
        for id_, text in indicators.items():
            (folder / f"{id_}.toml").write_text(text, encoding="utf-8")
        frame = pl.DataFrame(rows, schema=OBSERVATION)
        origin = Origin("a" * 64, "office_survey", "survey.csv", "https://example.org", date(2026, 1, 2))
        path = tmp_path / f"build{len(opened)}.duckdb"
        fill(
            path,
            catalogue.load(tiny.root),
            {"office_survey": Figures("office_survey", "shipped", frame, (origin,))},
            print,
        )
        opened.append(duckdb.connect(str(path), read_only=True))
        return opened[-1]

    yield build
    for connection in opened:
        connection.close()


def values(connection: duckdb.DuckDBPyConnection, id_: str) -> dict[tuple[str, str], tuple[float | None, str, str]]:
    """(region, period) → (value, status, reason) of the totals of one indicator."""
    rows = connection.execute(
        "select region, period, value, status, reason from observation where indicator = ? and member = ''", [id_]
    ).fetchall()
    return {(row[0], row[1]): row[2:] for row in rows}


def only(text: str) -> dict[str, str]:
    """Indicator files with just the share from the source."""
    return {SHARE: text}


PLAIN = only(indicator(origin=from_source("share")))
WILSON = only(indicator(origin=from_source("share"), interval="wilson"))


# ── Fill ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_units_absent_from_a_delivery_become_not_collected_rows_without_value(build: Build) -> None:
    found = values(build([figure(SHARE, "DE1", "2024", 5.0)], **PLAIN), SHARE)
    assert found == {(code, "2024"): (5.0, "", "") if code == "DE1" else (None, "m", "") for code in LAENDER}


def test_fill_goes_by_period_and_breakdown_and_leaves_other_levels_and_countries_alone(build: Build) -> None:
    both = indicator(origin=from_source("share", "sex"))
    rows = [figure(SHARE, "DE1", "2023", 5.0, member="f"), figure(SHARE, "DE2", "2024", 6.0, member="m")]
    found = build(rows, **only(both)).execute(
        "select period, member, count(*), count(value) from observation group by all order by all"
    )
    assert found.fetchall() == [("2023", "f", 16, 1), ("2024", "m", 16, 1)]


def test_overseas_regions_alone_do_not_pretend_a_nuts2_level(build: Build) -> None:
    """FRY1–FRY5 are régions and NUTS 2 at once; a source by région must not be filled at NUTS 2."""
    rows = [figure(SHARE, code, "2024", 5.0) for code in REGIONS]
    connection = build(rows, **PLAIN)
    assert connection.execute("select level from coverage").fetchall() == [("land",)]
    assert connection.execute("select count(*) from observation").fetchall() == [(18,)]


def test_overseas_regions_are_filled_once_where_both_their_levels_have_figures(build: Build) -> None:
    rows = [figure(SHARE, "FR1", "2024", 5.0), figure(SHARE, "FR10", "2024", 5.0)]
    connection = build(rows, **PLAIN)
    assert connection.execute("select count(*), count(distinct region) from observation").fetchall() == [
        (13 + 27, 13 + 27)
    ]


# ── Ratio ────────────────────────────────────────────────────────────────────────────────────────────────────────


#: A case that always has a value, beside the one that has none: an indicator without any value fails a check.
FRANCE = [figure(SHARE, "FR", "2024", 5.0), figure(PEOPLE, "FR", "2024", 500.0)]
GOOD = {("FR", "2024"): (10.0, "", "")}


def ratio(rows: list[dict[str, Any]], build: Build, aggregation: str = "none", **derive: Any) -> dict[Any, Any]:
    connection = build(
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


def test_a_ratio_takes_the_denominator_of_the_same_period(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2024", 200.0), figure(PEOPLE, "DE", "2023", 1.0)]
    assert ratio(rows, build, lag_years=3) == {("DE", "2024"): (25.0, "", "")}


def test_a_ratio_takes_the_latest_earlier_denominator_and_says_so(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2021", 100.0), figure(PEOPLE, "DE", "2022", 200.0)]
    assert ratio(rows, build, lag_years=2) == {("DE", "2024"): (25.0, "e", "denominator_year")}
    assert ratio([*rows, *FRANCE], build, lag_years=1) == {("DE", "2024"): (None, "m", ""), **GOOD}


def test_a_ratio_never_takes_a_later_denominator(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2025", 100.0), *FRANCE]
    assert ratio(rows, build, lag_years=5) == {("DE", "2024"): (None, "m", ""), **GOOD}


def test_an_older_denominator_stands_in_for_a_suppressed_one(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2023", 200.0), figure(PEOPLE, "DE", "2024", None)]
    assert ratio(rows, build, lag_years=1) == {("DE", "2024"): (25.0, "e", "denominator_year")}
    assert ratio([*rows, *FRANCE], build) == {("DE", "2024"): (None, "c", ""), **GOOD}


def test_a_quarter_is_divided_by_its_year(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024-Q2", 5.0), figure(PEOPLE, "DE", "2024", 200.0)]
    assert ratio(rows, build) == {("DE", "2024-Q2"): (25.0, "", "")}


def test_a_zero_denominator_is_not_applicable(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0), figure(PEOPLE, "DE", "2024", 0.0), *FRANCE]
    assert ratio(rows, build) == {("DE", "2024"): (None, "z", "denominator_zero"), **GOOD}


def test_a_ratio_inherits_the_numerators_absence_and_the_worse_flag(build: Build) -> None:
    rows = [
        figure(SHARE, "DE", "2024", None),
        figure(PEOPLE, "DE", "2024", 0.0),
        figure(SHARE, "FR", "2024", 5.0, "u"),
        figure(PEOPLE, "FR", "2023", 200.0, "p"),
    ]
    assert ratio(rows, build, lag_years=1) == {("DE", "2024"): (None, "c", ""), ("FR", "2024"): (25.0, "u", "")}


def test_a_weighted_ratio_carries_its_denominator_as_base(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", 5.0, n=7), figure(PEOPLE, "DE", "2024", 200.0)]
    text = indicator(unit="per_1000", aggregation="weighted", origin=derived("ratio", SHARE, by=PEOPLE, factor=1000))
    connection = build(
        rows,
        **{
            SHARE: indicator(origin=from_source("share")),
            PEOPLE: indicator("count", "persons", origin=from_source("people")),
        },
        per_people=text,
    )
    assert connection.execute("select n from observation where indicator = 'per_people'").fetchall() == [(200,)]


def test_a_ratio_keeps_the_numerators_breakdown_over_a_total_denominator(build: Build) -> None:
    rows = [figure(SHARE, "DE", "2024", float(v), member=m) for m, v in (("f", 4), ("m", 6))]
    connection = build(
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


def change(rows: list[dict[str, Any]], build: Build, kind: str = "change", lag: int = 1) -> dict[Any, Any]:
    texts = {
        SHARE: indicator(origin=from_source("share")),
        "moved": indicator(unit="pp", origin=derived(kind, SHARE, lag=lag)),
    }
    return values(build(rows, **texts), "moved")


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
def test_change_counts_lag_in_the_periods_own_rhythm(build: Build, earlier: str, later: str, lag: int) -> None:
    rows = [figure(SHARE, "DE", earlier, 4.0), figure(SHARE, "DE", later, 5.0)]
    assert change(rows, build, lag=lag) == {("DE", later): (1.0, "", "")}
    assert change(rows, build, "change_pct", lag) == {("DE", later): (25.0, "", "")}


def test_change_has_no_row_where_there_is_no_earlier_period(build: Build) -> None:
    assert change([figure(SHARE, "DE", "2021", 4.0), figure(SHARE, "DE", "2024", 5.0)], build, lag=3) != {}
    rows = [figure(SHARE, "DE", "2021", 4.0), figure(SHARE, "DE", "2023", 5.0), figure(SHARE, "DE", "2024", 7.0)]
    assert change(rows, build) == {("DE", "2024"): (2.0, "", "")}


def test_a_break_marks_the_change_across_it_and_not_the_one_after(build: Build) -> None:
    rows = [figure(SHARE, "DE", str(2021 + i), 4.0 + i, "b" if i == 1 else "") for i in range(4)]
    assert {key[1]: status for key, (_, status, _) in change(rows, build).items()} == {
        "2022": "b",
        "2023": "",
        "2024": "",
    }
    assert {key[1]: status for key, (_, status, _) in change(rows, build, lag=2).items()} == {"2023": "b", "2024": ""}


def test_change_from_nothing_or_from_zero_has_no_value(build: Build) -> None:
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
    assert change(rows, build, "change_pct") == expected


def test_gap_is_against_the_own_country_and_the_country_has_none(build: Build) -> None:
    rows = [figure(SHARE, code, "2024", 10.0) for code in (*LAENDER, *REGIONS)]
    rows += [figure(SHARE, "DE", "2024", 7.0, "p"), figure(SHARE, "FR", "2024", None)]
    texts = {SHARE: indicator(origin=from_source("share")), "gap": indicator(unit="pp", origin=derived("gap", SHARE))}
    found = values(build(rows, **texts), "gap")
    assert found == {(c, "2024"): (3.0, "p", "") for c in LAENDER} | {(c, "2024"): (None, "c", "") for c in REGIONS}


def test_a_derived_indicator_of_a_derived_one(build: Build, tiny: Project) -> None:
    """The gap of a change needs the change first, although its name comes earlier in the alphabet."""
    rows = [figure(SHARE, code, "2023", 1.0) for code in ("DE", *LAENDER)]
    rows += [figure(SHARE, code, "2024", 3.0 if code == "DE" else 8.0) for code in ("DE", *LAENDER)]
    found = values(build(rows), "adoption_change_gap_pp")
    assert found == {(code, "2024"): (5.0, "", "") for code in LAENDER}


# ── Intervals ────────────────────────────────────────────────────────────────────────────────────────────────────


def wilson(value: float, n: int) -> tuple[float, float]:
    """Wilson's score interval as in the textbook, in per cent."""
    z, p = 1.959964, value / 100
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 100 * (centre - half), 100 * (centre + half)


def test_wilson_limits_hold_the_value_at_any_share_and_base(build: Build) -> None:
    cases = [(12.5, 1000), (0.0, 30), (100.0, 30), (0.1, 500), (99.9, 10), (50.0, 1), (12.0, 2_000_000)]
    rows = [figure(SHARE, code, "2024", value, n=n) for code, (value, n) in zip(LAENDER, cases, strict=False)]
    rows.append(figure(SHARE, LAENDER[-1], "2024", 5.0, n=0))
    connection = build(rows, **WILSON)
    for code, (value, n) in zip(LAENDER, cases, strict=False):
        found = connection.execute("select ci_low, ci_high from observation where region = ?", [code]).fetchall()[0]
        assert found == pytest.approx(wilson(value, n), abs=1e-9)
        assert found[0] <= value <= found[1]
    none = connection.execute(
        "select count(*) from observation where ci_low is null and (value is null or coalesce(n, 0) = 0)"
    )
    assert none.fetchall() == [(16 - len(cases),)]


def test_known_wilson_interval(build: Build) -> None:
    """10 of 100: 5.52 to 17.44 per cent (Newcombe 1998 gives the method's figures to this precision)."""
    connection = build([figure(SHARE, "DE", "2024", 10.0, n=100)], **WILSON)
    assert connection.execute("select ci_low, ci_high from observation").fetchall()[0] == pytest.approx(
        (5.5229, 17.4366), abs=1e-4
    )


# ── Ranking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rank_and_range_equal_a_count_over_all_pairs(build: Build) -> None:
    given = {code: (10 + number % 5, 40 * (1 + number % 7)) for number, code in enumerate(LAENDER[:-1])}
    rows = [figure(SHARE, code, "2024", float(value), n=n) for code, (value, n) in given.items()]
    rows.append(figure(SHARE, LAENDER[-1], "2024", None))
    rows += [figure(SHARE, code, "2024", 90.0, n=1000) for code in REGIONS]
    connection = build(rows, **WILSON)
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


def test_without_limits_ties_span_their_places_and_flags_stay_ranked(build: Build) -> None:
    given = dict(zip(LAENDER, [9.0, 7.0, 7.0, 7.0, 5.0], strict=False))
    rows = [figure(SHARE, code, "2024", value, "a" if value == 9 else "") for code, value in given.items()]
    found = (
        build(rows, **PLAIN).execute('select rank, rank_low, rank_high, "of" from ranking order by region').fetchall()
    )
    assert found == [(1, 1, 1, 5), (2, 2, 4, 5), (2, 2, 4, 5), (2, 2, 4, 5), (5, 5, 5, 5)]


def test_each_map_level_has_its_own_ranking_and_a_country_has_none(build: Build) -> None:
    """FRY1 is ranked among 18 régions and among 27 NUTS 2 regions."""
    rows = [
        figure(SHARE, code, "2024", float(i))
        for i, code in enumerate(sorted({"FR", *REGIONS, *codes.units("nuts2", "FR")}))
    ]
    connection = build(rows, **PLAIN)
    assert connection.execute("""select level, "of" from ranking where region = 'FRY1' order by all""").fetchall() == [
        ("land", 18),
        ("nuts2", 27),
    ]
    assert connection.execute("select count(*) from ranking where region = 'FR'").fetchall() == [(0,)]


# ── Scale ────────────────────────────────────────────────────────────────────────────────────────────────────────


def limits(connection: duckdb.DuckDBPyConnection, id_: str) -> dict[str, list[float]]:
    """country → class limits."""
    return dict(connection.execute("select country, limits from scale where indicator = ?", [id_]).fetchall())


def test_a_rate_has_five_nice_limits_from_the_latest_period_of_the_finest_level(build: Build) -> None:
    fine = codes.units("nuts3", "DE")
    rows = [figure(SHARE, code, "2024", 10 + 20 * i / (len(fine) - 1)) for i, code in enumerate(fine)]
    rows += [figure(SHARE, code, "2023", 99.0) for code in fine] + [
        figure(SHARE, code, "2024", 77.0) for code in LAENDER
    ]
    assert limits(build(rows, **PLAIN), SHARE) == {"": [13.0, 17.0, 20.0, 23.0, 27.0]}


def test_countries_that_cannot_be_compared_have_a_scale_each_and_artefacts_no_say(build: Build) -> None:
    rows = [figure(SHARE, code, "2024", 1.0 + i) for i, code in enumerate(LAENDER)]
    rows += [
        figure(SHARE, code, "2024", 101.0 + i if i else 9000.0, "" if i else "a") for i, code in enumerate(REGIONS)
    ]
    text = indicator(unit="index", origin=from_source("share"), verdict="similar")
    found = limits(build(rows, **only(text)), SHARE)
    assert found == {"DE": [3.5, 6.0, 8.5, 11.0, 14.0], "FR": [105.0, 107.0, 110.0, 113.0, 115.0]}


def test_many_zeros_do_not_swallow_the_classes(build: Build) -> None:
    """Nine of 16 regions have none: the limits are the sixths of the seven others, 1 to 7."""
    rows = [figure(SHARE, code, "2024", max(0.0, i - 8.0)) for i, code in enumerate(LAENDER)]
    assert limits(build(rows, **PLAIN), SHARE) == {"": [2.0, 3.0, 4.0, 5.0, 6.0]}


def test_few_units_pool_all_periods(build: Build) -> None:
    rows = [figure(SHARE, code, str(2015 + i), 1.0 * i) for i in range(7) for code in ("DE", "FR")]
    assert limits(build(rows, **PLAIN), SHARE) == {"": [1.0, 2.0, 3.0, 4.0, 5.0]}


def test_change_and_gap_are_symmetric_around_zero(build: Build) -> None:
    rows = [figure(SHARE, code, "2023", 50.0) for code in LAENDER]
    rows += [figure(SHARE, code, "2024", 50.0 + i) for i, code in enumerate(LAENDER)]
    texts = {
        SHARE: indicator(origin=from_source("share")),
        "moved": indicator(unit="pp", origin=derived("change", SHARE)),
    }
    assert limits(build(rows, **texts), "moved") == {"": [-10.0, -5.0, 0.0, 5.0, 10.0]}


def test_a_count_has_the_largest_value_at_land_level_over_all_periods(build: Build) -> None:
    rows = [
        figure(PEOPLE, "DE", "2024", 999.0),
        figure(PEOPLE, "DE1", "2023", 70.0),
        figure(PEOPLE, "DE2", "2024", 60.0),
    ]
    text = {PEOPLE: indicator("count", "persons", origin=from_source("people"))}
    assert limits(build(rows, **text), PEOPLE) == {"": [70.0]}
    assert limits(build(rows[:1], **text), PEOPLE) == {"": [999.0]}


# ── Coverage and order ───────────────────────────────────────────────────────────────────────────────────────────


def test_coverage_counts_and_pickers_open_on_a_period_with_values(build: Build) -> None:
    rows = [figure(SHARE, code, "2023", 5.0) for code in LAENDER[:6]] + [
        figure(SHARE, code, "2024", None) for code in LAENDER
    ]
    connection = build(rows, **PLAIN)
    assert connection.execute("from coverage").fetchall() == [(SHARE, "DE", "land", "2023", "2023", 1, 6, 16, 6, 26)]
    assert connection.execute("select levels, countries, sources from indicator").fetchall() == [
        (["land"], ["DE"], ["office_survey"])
    ]


def test_observations_lie_in_the_order_that_makes_slices_cheap(build: Build) -> None:
    rows = [figure(SHARE, code, year, 5.0) for year in ("2024", "2022", "2023") for code in (*reversed(LAENDER), "DE")]
    found = (
        build(rows).execute("select indicator, level, period, dimension, member, region from observation").fetchall()
    )
    assert found == sorted(found)
    assert len(found) > 100
