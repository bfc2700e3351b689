"""What stops a build from being published by itself, and how a person lets it through."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import polars as pl
import pytest
from test_diff import shown
from tiny_project import Project, survey_rows, write_csv

from etl import catalogue, gate
from etl.diff import compare
from etl.gate import Verdict, judge

Run = Callable[..., subprocess.CompletedProcess[str]]
PLACES = [f"DE{number}" for number in range(20)]


def values(by_region: dict[str, float | None], indicator: str = "adoption_share_pct") -> pl.DataFrame:
    """Observations of the tiny project's source."""
    cells = shown(*((region, value, "c" if value is None else "") for region, value in by_region.items()))
    return cells.with_columns(source=pl.lit("office_survey"), indicator=pl.lit(indicator))


def verdict(before: pl.DataFrame, after: pl.DataFrame, tiny: Project, **thresholds: float) -> Verdict:
    """The judgement on a build, with these thresholds of its source."""
    module = tiny.root / "sources" / "office_survey.py"
    more = "".join(f", {name}={value}" for name, value in thresholds.items())
    module.write_text(module.read_text().replace('rhythm="yearly"', f'rhythm="yearly"{more}'))
    return judge(before, compare(before, after), catalogue.load(tiny.root), {"office_survey"})


ALL: dict[str, float | None] = dict.fromkeys(PLACES, 10.0)


@pytest.mark.parametrize(
    ("after", "thresholds", "blockers", "warnings"),
    [
        (ALL, {}, 0, 0),
        ({p: 10.0 for p in PLACES[:15]}, {}, 0, 1),  # a quarter may go
        ({p: 10.0 for p in PLACES[:14]}, {}, 1, 0),
        ({p: 10.0 for p in PLACES[:14]}, {"most_lost": 0.5}, 0, 1),
        ({}, {}, 1, 0),
        (dict.fromkeys(PLACES, 11.0), {}, 0, 0),
        (dict.fromkeys(PLACES, 12.0), {}, 0, 1),
        (dict.fromkeys(PLACES, 13.0), {}, 1, 0),  # 30 % in the median
        (dict.fromkeys(PLACES, 13.0), {"most_moved": 0.4}, 0, 1),
        (dict.fromkeys(PLACES, 0.1), {}, 1, 0),  # a share instead of per cent
        (ALL | dict.fromkeys(PLACES[:11], 90.0), {}, 0, 0),  # too few revised values for a median
        (ALL | dict.fromkeys([f"FR{n}" for n in range(99)], 1.0), {}, 0, 0),  # new values never stop anything
    ],
)
def test_more_than_a_quarter_gone_or_a_jump_of_the_median_blocks_and_half_of_it_warns(
    tiny: Project, after: dict[str, float | None], thresholds: dict[str, float], blockers: int, warnings: int
) -> None:
    found = verdict(values(ALL), values(after), tiny, **thresholds)
    assert (len(found.blockers), len(found.warnings)) == (blockers, warnings), found


def test_few_values_say_nothing_about_shares(tiny: Project) -> None:
    assert verdict(values(dict.fromkeys(PLACES[:11], 10.0)), values({}), tiny).blockers == ()


def test_a_value_that_turns_null_is_lost_and_a_move_from_zero_is_no_share(tiny: Project) -> None:
    zeros = values(dict.fromkeys(PLACES, 0.0))
    assert len(verdict(zeros, values(dict.fromkeys(PLACES, None)), tiny).blockers) == 1
    assert verdict(zeros, values(dict.fromkeys(PLACES, 5.0)), tiny) == Verdict((), ())


def test_what_derives_from_a_source_is_not_held_against_it(tiny: Project) -> None:
    gaps = values(dict.fromkeys(PLACES, 0.1), "adoption_share_gap_pp")
    assert verdict(gaps, values(dict.fromkeys(PLACES, 0.3), "adoption_share_gap_pp"), tiny) == Verdict((), ())


def test_shipped_figures_are_not_weighed_but_absent_ones_are(tiny: Project) -> None:
    found = catalogue.load(tiny.root)
    assert gate.renewed(found, {"office_survey": "shipped"}) == set()
    for ways in ({"office_survey": "delivery"}, {"office_survey": "snapshot"}, {}):
        assert gate.renewed(found, ways) == {"office_survey"}
    old = values(ALL)
    assert judge(old, compare(old, values({})), found, set()) == Verdict((), ())


def test_a_build_that_loses_a_country_is_sealed_but_only_a_person_publishes_it(run: Run, tiny: Project) -> None:
    assert run("build", "--from", tiny.delivery).returncode == 0
    first = json.loads((tiny.data / "current.json").read_text())["build"]
    survey = tiny.delivery / "office_survey" / "survey.csv"
    # 19 French places of 36, with a share in two years and people in one; what derives from them is not counted.
    write_csv(survey, [row for row in survey_rows() if not row[0].startswith("FR")])

    stopped = run("build", "--from", tiny.delivery)
    assert stopped.returncode == 12
    assert f"Build {first} keeps serving" in stopped.stderr
    assert "office_survey: 38 of 108 values vanish (at most 25% may)" in stopped.stderr, stopped.stderr
    assert json.loads((tiny.data / "current.json").read_text())["build"] == first
    sealed = {path.stem for path in (tiny.data / "builds").glob("*.duckdb")} - {first}
    assert len(sealed) == 1
    (second,) = sealed
    for remedy in (f"etl diff {second}", f"etl publish {second}", "etl build --accept SOURCE"):
        assert remedy in stopped.stderr
    assert "149 vanished" in run("diff", second).stdout.splitlines()[0]

    by_hand = run("publish", second)
    assert by_hand.returncode == 0
    assert "in spite of: office_survey: 38 of 108 values vanish" in by_hand.stdout
    assert json.loads((tiny.data / "current.json").read_text())["build"] == second
    run("rollback")
    let_through = run("build", "--from", tiny.delivery, "--accept", "office_survey")
    assert let_through.returncode == 0, let_through.stderr
    assert json.loads((tiny.data / "current.json").read_text())["build"] == second
