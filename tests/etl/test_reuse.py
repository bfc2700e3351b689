"""A build that takes over what did not change is, row by row, the build made from nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_project import SOURCE, Project, derived, from_source, indicator, people_rows, survey_rows, write_csv

from etl import catalogue, manifest
from etl.figures import gather
from etl.lock import lock
from etl.publish import Sealed, build, publish

Remake = Callable[[Path, list[str]], Sealed]

#: Twins look at indicators of both sources at once.
TWINS = """
least_shared = 1
places = 3
[[feature]]
id = "share"
indicator = "adoption_share_pct"
scale = "plain"
reason = "r"
[[feature]]
id = "other"
indicator = "context_other_persons"
scale = "log"
reason = "r"
"""


@pytest.fixture
def two(tiny: Project) -> Project:
    """The tiny project with a second source, and indicators that derive from both."""
    text = SOURCE.replace("office_survey", "office_other").replace('folders=("survey",)', "folders=()")
    (tiny.root / "sources" / "office_other.py").write_text(text, encoding="utf-8")
    other = {
        "context_other_persons": indicator(
            "count", "persons", origin=from_source("people").replace("office_survey", "office_other")
        ),
        "adoption_other_pct": indicator(origin=from_source("share").replace("office_survey", "office_other")),
        "adoption_other_gap_pp": indicator(unit="pp", origin=derived("gap", "adoption_other_pct")),
        "adoption_share_per_other": indicator(
            unit="per_1000", origin=derived("ratio", "adoption_share_pct", by="context_other_persons", factor=10)
        ),
    }
    for id_, words in other.items():
        (tiny.root / "indicators" / f"{id_}.toml").write_text(words, encoding="utf-8")
    (tiny.root / "twins.toml").write_text(TWINS, encoding="utf-8")
    write_csv(tiny.delivery / "office_other" / "survey.csv", survey_rows())
    write_csv(tiny.delivery / "office_other" / "people.csv", people_rows())
    return tiny


@pytest.fixture
def remake(two: Project) -> Remake:
    """Build and publish from the delivery into a data folder; the lines it says go to the list."""

    def remake(data: Path, said: list[str]) -> Sealed:
        found = catalogue.load(two.root)
        with lock(data):
            sealed = build(found, data, gather(found, data, two.delivery)[0], said.append)
            publish(data, sealed)
        return sealed

    return remake


def revised(rows: list[list[str]], column: int, by: float) -> list[list[str]]:
    """The same rows with one number changed."""
    row = [*rows[5][:column], str(float(rows[5][column]) + by), *rows[5][column + 1 :]]
    return [*rows[:5], row, *rows[6:]]


@pytest.mark.parametrize(
    ("file", "rows", "calculated"),
    [
        # the share and the five that derive from it, with the two denominators
        ("office_survey/survey.csv", revised(survey_rows(), 2, 1), 8),
        # another denominator: the ratio, with the share it is of, and what else the source has
        ("office_other/people.csv", revised(people_rows(), 3, 500), 5),
        ("office_other/survey.csv", [row for row in survey_rows() if not row[0].startswith("FR")], 5),
    ],
)
def test_only_what_a_changed_source_touches_is_calculated_and_the_build_is_the_same(
    two: Project, remake: Remake, tmp_path: Path, file: str, rows: list[list[str]], calculated: int
) -> None:
    first = remake(two.data, [])
    write_csv(two.delivery / file, rows)
    said: list[str] = []
    second = remake(two.data, said)
    assert f"  {calculated} of 10 indicators to calculate, the others from build {first.id}" in said
    fresh: list[str] = []
    whole = remake(tmp_path / "fresh", fresh)
    assert not [line for line in fresh if "to calculate" in line]
    assert (second.id, second.content) == (whole.id, whole.content) != (first.id, first.content)
    told, there = manifest.prove(second.path), manifest.prove(whole.path)
    assert (told.created_from, there.created_from) == (first.id, "")
    assert told.tables == there.tables


def test_a_source_that_is_gone_takes_its_indicators_with_it(two: Project, remake: Remake, tmp_path: Path) -> None:
    remake(two.data, [])
    for path in (two.delivery / "office_other").iterdir():
        path.unlink()
    (two.delivery / "office_other").rmdir()
    said: list[str] = []
    second, whole = remake(two.data, said), remake(tmp_path / "fresh", [])
    assert second.content == whole.content


def test_other_code_or_a_damaged_build_is_not_built_upon(two: Project, remake: Remake) -> None:
    first = remake(two.data, [])
    path = two.root / "indicators" / "adoption_other_pct.toml"
    path.write_text(path.read_text().replace("title de", "Titel"))
    said: list[str] = []
    second = remake(two.data, said)
    assert not [line for line in said if "to calculate" in line]
    assert first.content != second.content
    second.path.write_bytes(second.path.read_bytes() + b"\0")  # other bytes, still readable
    write_csv(two.delivery / "office_survey" / "survey.csv", revised(survey_rows(), 2, 1))
    remake(two.data, said)
    assert not [line for line in said if "to calculate" in line]
