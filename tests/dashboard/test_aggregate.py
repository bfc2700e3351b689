"""A territory's figures by the rules of docs/territories.md: by example, by property, and against the build itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import queries
from dashboard.aggregate import Aggregate, Case, Place, Refusal, aggregate, earlier, grouped, newest, place, wilson
from dashboard.hub import case as case_of
from dashboard.i18n import words
from dashboard.store import Build

Row = dict[str, Any]
SHARE = {"aggregation": "weighted", "interval": "wilson", "kind": "rate"}
COUNT = {"aggregation": "sum", "interval": "", "kind": "count"}


def indicator(id_: str, *, verdict: str = "same", countries: tuple[str, ...] = ("DE", "FR"), **more: Any) -> Row:
    derived = dict.fromkeys(("derive_kind", "derive_of", "derive_by", "derive_factor", "derive_lag"))
    base = {"id": id_, "aggregation": "none", "interval": "", "kind": "rate", "derive_lag_years": 0}
    return base | derived | {"verdict": verdict, "countries": list(countries)} | more


def figure(id_: str, region: str, value: float | None, n: int | None = None, *, period: str = "2024",
           status: str = "", part_of: str = "", whole: bool = True) -> Row:  # fmt: skip
    return {
        "indicator": id_, "member": "", "period": period, "region": region, "value": value, "n": n, "status": status,
        "part_of": part_of or region, "whole": whole, "ci_low": None, "ci_high": None, "level": len(region) - 2,
    }  # fmt: skip


def case(rows: list[Row], *indicators: Row, members: tuple[str, ...] = (), national: list[Row] | None = None) -> Case:
    found = members or tuple(sorted({row["part_of"] for row in rows}))
    known = {row["id"]: row for row in indicators}
    return Case(found, known, grouped(rows), {"DE": grouped(national or [])})


def put(rows: list[Row], row: Row, **more: Any) -> Aggregate:
    return aggregate(case(rows, row, **more), row["id"], "", "2024")


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_counts_are_summed() -> None:
    found = put([figure("x", "DED", 40.0), figure("x", "DEG", 2.5)], indicator("x", **COUNT))
    assert (found.value, found.ci_low, found.n) == (42.5, None, None)
    assert found.recipe is not None
    assert (found.recipe.rule, found.recipe.regions) == ("sum", ("DED", "DEG"))


def test_shares_are_weighted_by_their_base_and_get_the_limits_of_the_pooled_base() -> None:
    """300 of 3,000 and 50 of 1,000 are 350 of 4,000; the limits are the roots of (0.0875 - p)² = z²p(1 - p)/4,000."""
    found = put([figure("x", "DED", 10.0, 3000), figure("x", "DEG", 5.0, 1000)], indicator("x", **SHARE))
    assert (found.value, found.n) == (8.75, 4000)
    assert found.ci_low == pytest.approx(7.91343672)
    assert found.ci_high == pytest.approx(9.66571735)


@pytest.mark.parametrize(
    ("rows", "row", "refused"),
    [
        ([figure("x", "DED", 10.0), figure("x", "DEG", 5.0, 9)], indicator("x", **SHARE), Refusal("no base", ("DED",))),
        ([figure("x", "DED", 10.0), figure("x", "DEG", 5.0)], indicator("x"), Refusal("no rule")),
        ([figure("x", "DED", 1.0), figure("x", "DEG", None, status="c")], indicator("x", **COUNT),
         Refusal("missing", ("DEG",), "c")),
        ([figure("x", "DED1", None, status="c", part_of="DED"), figure("x", "DED2", None, status="m", part_of="DED"),
          figure("x", "DEG", 1.0)], indicator("x", **COUNT), Refusal("missing", ("DED1", "DED2"), "cm")),
        ([figure("x", "DED1", 3.0, part_of="DED", whole=False), figure("x", "DEG", 1.0)], indicator("x", **COUNT),
         Refusal("absent", ("DED",))),
        ([figure("x", "DED", 1.0), figure("x", "FRF", 1.0)], indicator("x", verdict="similar", **COUNT),
         Refusal("verdict")),
        ([figure("x", "DED", 1.0), figure("x", "FRF", 1.0)], indicator("x", verdict="none", **COUNT),
         Refusal("verdict")),
        ([figure("x", "DED", 1.0)], indicator("x", countries=("FR",), **COUNT), Refusal("country", ("DED",))),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_is_refused_naming_whom(rows: list[Row], row: Row, refused: Refusal) -> None:
    found = put(rows, row)
    assert (found.value, found.refusal) == (None, refused)


def test_a_member_without_a_row_is_missed() -> None:
    row = indicator("x", **COUNT)
    assert put([figure("x", "DED", 1.0)], row, members=("DED", "DEG")).refusal == Refusal("absent", ("DEG",))


def test_one_region_has_its_own_figure_even_where_nothing_can_be_put_together() -> None:
    found = put([figure("x", "DED", 17.3) | {"ci_low": 15.0, "ci_high": 19.0}], indicator("x"))
    assert (found.value, found.ci_low, found.recipe and found.recipe.rule) == (17.3, 15.0, "itself")


@pytest.mark.parametrize(
    ("row", "flags", "bases", "expected"),
    [
        (indicator("x", **COUNT), "pe", (None, None), "e"),
        (indicator("x", **COUNT), "ub", (None, None), "u"),  # a lower bound stays one
        (indicator("x", **SHARE), "u ", (100, 5000), ""),  # a small base drowns in the pooled one …
        (indicator("x", **SHARE), "u ", (400, 300), "u"),  # … unless it is most of it
        (indicator("x", **SHARE), "a ", (100, 5000), "a"),
    ],
)
def test_flags_pass_on(row: Row, flags: str, bases: tuple[int | None, ...], expected: str) -> None:
    rows = [
        figure("x", code, 5.0, n, status=flag.strip())
        for code, flag, n in zip(("DED", "DEG"), flags, bases, strict=True)
    ]
    found = put(rows, row)
    assert found.status == expected
    assert found.recipe is not None
    assert bool(found.recipe.flagged) == bool(expected)


# ── Derived indicators ───────────────────────────────────────────────────────────────────────────────────────────

RATIO = indicator("r", derive_kind="ratio", derive_of="x", derive_by="y", derive_factor=1000, derive_lag_years=2)
PEOPLE = indicator("y", **COUNT)


def test_a_ratio_is_calculated_again_from_both_sums() -> None:
    """The mean of 10 and 40 per 1,000 would be 25, or 32.5 weighted; right is 80 of 4,000."""
    rows = [figure("x", "DED", 40.0), figure("x", "DEG", 40.0), figure("y", "DED", 3000.0), figure("y", "DEG", 1000.0)]
    found = aggregate(case(rows, RATIO, indicator("x", **COUNT), PEOPLE), "r", "", "2024")
    assert (found.value, found.status) == (20.0, "")
    assert found.recipe is not None
    assert [part.value for part in found.recipe.parts] == [80.0, 4000.0]


def test_an_older_denominator_is_one_year_for_all_and_marks_the_ratio() -> None:
    rows = [figure("x", "DED", 40.0), figure("x", "DEG", 40.0)]
    rows += [figure("y", code, 500.0, period=year) for code in ("DED", "DEG") for year in ("2022", "2023")]
    rows += [figure("y", "DED", 900.0)]  # 2024 is there for one of them only
    found = aggregate(case(rows, RATIO, indicator("x", **COUNT), PEOPLE), "r", "", "2024")
    assert (found.value, found.status) == (80.0, "e")
    assert found.recipe is not None
    assert found.recipe.parts[1].period == "2023"


def test_a_ratio_without_a_part_says_which() -> None:
    rows = [figure("x", "DED", 40.0), figure("x", "DEG", 40.0)]
    rows += [figure("y", "DED", 5.0), figure("y", "DEG", None, status="c")]
    refused = aggregate(case(rows, RATIO, indicator("x", **COUNT), PEOPLE), "r", "", "2024").refusal
    assert refused == Refusal("part", indicator="y", inner=Refusal("missing", ("DEG",), "c"))


@pytest.mark.parametrize(("kind", "expected"), [("change", 2.0), ("change_pct", 25.0)])
def test_a_change_is_between_the_two_figures_put_together(kind: str, expected: float) -> None:
    row = indicator("d", derive_kind=kind, derive_of="x", derive_lag=1)
    rows = [figure("x", "DED", 12.0, 100), figure("x", "DEG", 8.0, 100)]
    rows += [figure("x", "DED", 9.0, 300, period="2023"), figure("x", "DEG", 5.0, 100, period="2023")]
    found = aggregate(case(rows, row, indicator("x", **SHARE)), "d", "", "2024")
    assert found.value == pytest.approx(expected)


def test_a_gap_is_to_the_one_country_and_refused_across_the_border() -> None:
    row, share = indicator("g", derive_kind="gap", derive_of="x"), indicator("x", **SHARE)
    rows = [figure("x", "DED", 12.0, 100), figure("x", "DEG", 8.0, 100)]
    found = aggregate(case(rows, row, share, national=[figure("x", "DE", 9.0, 999)]), "g", "", "2024")
    assert found.value == pytest.approx(1.0)
    both = [rows[0], figure("x", "FRF", 8.0, 100)]
    assert aggregate(case(both, row, share), "g", "", "2024").refusal == Refusal("two countries")


@pytest.mark.parametrize(
    ("period", "lag", "before"),
    [("2024", 1, "2023"), ("2024-Q1", 1, "2023-Q4"), ("2024-Q2", 4, "2023-Q2"), ("2024-01", 1, "2023-12"),
     ("2024-06", 12, "2023-06")],
)  # fmt: skip
def test_the_period_before(period: str, lag: int, before: str) -> None:
    assert earlier(period, lag) == before


def test_the_newest_figure_is_the_newest_that_can_be_had() -> None:
    rows = [figure("x", code, 1.0, period="2022") for code in ("DED", "DEG")]
    rows += [figure("x", "DED", 2.0), figure("x", "DEG", None, status="c")]
    row = indicator("x", **COUNT)
    assert newest(case(rows, row), "x").period == "2022"
    only = newest(case(rows[2:], row), "x")
    assert (only.period, only.refusal) == ("2024", Refusal("missing", ("DEG",), "c"))


# ── Properties ───────────────────────────────────────────────────────────────────────────────────────────────────

CODES = ("DE1", "DE2", "DEA12", "DEA5C", "FRF1", "FRK", "FR101")
CELLS = st.tuples(st.floats(0, 100), st.integers(1, 10**6), st.sampled_from(["", "p", "e", "b", "u", "a"]))
SETS = st.lists(st.tuples(st.sampled_from(CODES), CELLS), min_size=2, max_size=7, unique_by=lambda pair: pair[0])


@given(SETS, st.randoms())
def test_a_weighted_share_lies_between_its_members_and_their_order_does_not_matter(
    cells: list[tuple[str, tuple[float, int, str]]], shuffler: Any
) -> None:
    rows = [figure("x", code, value, n, status=flag) for code, (value, n, flag) in cells]
    row = indicator("x", **SHARE)
    found = put(rows, row)
    values = [value for _, (value, _, _) in cells]
    assert found.value is not None
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert min(values) <= found.value <= max(values)
    assert 0 <= found.ci_low <= found.value <= found.ci_high <= 100
    mixed = list(rows)
    shuffler.shuffle(mixed)
    again = put(mixed, row)
    assert (again.value, again.status, again.n) == (pytest.approx(found.value), found.status, found.n)


@given(SETS)
def test_a_sum_of_sums_is_the_sum(cells: list[tuple[str, tuple[float, int, str]]]) -> None:
    rows = [figure("x", code, value, status=flag) for code, (value, _, flag) in cells]
    row, half = indicator("x", **COUNT), len(rows) // 2
    parts = [put(part, row) for part in (rows[:half], rows[half:]) if part]
    whole = put(rows, row)
    assert whole.value == pytest.approx(sum(part.value or 0 for part in parts))
    assert whole.status == max((part.status for part in parts), key=["", *"pebua"].index)


# ── On the build ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("country", ["DE", "FR"])
def test_all_kreise_or_departements_of_a_land_are_the_land_for_sums_that_close(opened: Build, country: str) -> None:
    """Population is published so that every level adds up; the territory must, too."""
    t, parts = words("en"), queries.units(opened, "nuts3")
    for land, where in queries.units(opened, "land").items():
        if where != country:
            continue
        whole = newest(case_of(opened, t, [land], ["context_population_count"]), "context_population_count")
        inside = [code for code in parts if code.startswith(land)]
        split = case_of(opened, t, inside, ["context_population_count"])
        assert aggregate(split, "context_population_count", "", whole.period).value == pytest.approx(whole.value), land


def test_a_land_named_by_its_parts_at_any_level_has_nearly_its_own_share(opened: Build) -> None:
    """Shares of firms: the publisher's own value, and the one from NUTS 2, agree to the published decimal."""
    t, id_ = words("en"), "adoption_firms_ai_web_pct"
    own = newest(case_of(opened, t, ["DED"], [id_]), id_)
    parts = aggregate(case_of(opened, t, ["DED2", "DED4", "DED5"], [id_]), id_, "", own.period)
    assert own.value is not None
    assert own.n is not None
    assert parts.value == pytest.approx(own.value, abs=0.05)
    assert (parts.ci_low, parts.ci_high) == pytest.approx((own.ci_low, own.ci_high), abs=0.1)


def test_wilson_is_the_builds_own(opened: Build) -> None:
    rows = opened.rows("slice", indicator="adoption_firms_ai_web_pct", level="nuts3", member="")
    seen = [row for row in rows if row["ci_low"] is not None]
    assert len(seen) > 1000
    for row in seen:
        assert wilson(row["value"], row["n"]) == pytest.approx((row["ci_low"], row["ci_high"]), abs=1e-6)


def test_berlin_is_itself_under_each_of_its_codes(opened: Build) -> None:
    t, id_ = words("en"), "adoption_firms_ai_web_pct"
    found = [newest(case_of(opened, t, [code], [id_]), id_) for code in ("DE3", "DE30", "DE300")]
    assert len({one.value for one in found}) == 1
    assert found[0].value is not None
    assert {one.recipe and one.recipe.rule for one in found} == {"itself"}


# ── Place ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_place_of_a_land_put_back_is_the_builds_own(opened: Build) -> None:
    """A region taken out of the ranking and put back as a territory of one stands where the build has it."""
    id_, t = "adoption_firms_ai_web_pct", words("en")
    period = queries.periods(opened, id_, "nuts3", "")[-1]
    rows = {r["region"]: r for r in queries.slice_rows(opened, id_, "nuts3", "") if r["period"] == period}
    german = {code: row for code, row in rows.items() if code.startswith("DE") and row["value"] is not None}
    for code in list(german)[::25]:
        own = aggregate(case_of(opened, t, [code], [id_]), id_, "", period)
        spot = place(own, [row for other, row in german.items() if other != code], 2)
        expected = german[code]
        assert spot == Place(expected["rank"], expected["rank_low"], expected["rank_high"], expected["of"]), code


def test_no_place_without_others() -> None:
    assert place(put([figure("x", "DED", 1.0)], indicator("x")), [], 1) is None
