"""Statistical twins: the published distance, worked by hand and counted again in Python."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import duckdb
import pytest
from tiny_project import Project, from_source, indicator
from transforming import LAENDER, PEOPLE, REGIONS, SHARE, Build, figure

from etl import catalogue, twins
from etl.model import CatalogueError

pytest_plugins = ["transforming"]  # the fixture `transformed`

BOTH = {
    SHARE: indicator(origin=from_source("share")),
    PEOPLE: indicator("count", "persons", origin=from_source("people")),
}


def declare(tiny: Project, least: int = 1, places: int = 40, **features: tuple[str, str]) -> None:
    """Write twins.toml: feature → (indicator, scale)."""
    text = f"least_shared = {least}\nplaces = {places}\n"
    for id_, (name, scale) in features.items():
        area = "per_area = true\n" if id_ == "density" else ""
        text += f'[[feature]]\nid = "{id_}"\nindicator = "{name}"\nscale = "{scale}"\n{area}reason = "because"\n'
    (tiny.root / "twins.toml").write_text(text, encoding="utf-8")


def distances(connection: duckdb.DuckDBPyConnection, level: str = "land") -> dict[tuple[str, str], float]:
    rows = connection.execute("select region, twin, distance from twin where level = ?", [level]).fetchall()
    return {(region, twin): distance for region, twin, distance in rows}


def some(code: str, number: int) -> list[dict[str, Any]]:
    return [
        figure(SHARE, code, "2024", 3 + number * 1.7 % 11),
        figure(PEOPLE, code, "2024", 1000.0 * (1 + number * 37 % 23)),
    ]


def every() -> list[dict[str, Any]]:
    return [row for number, code in enumerate([*LAENDER, *REGIONS]) for row in some(code, number)]


def test_a_distance_worked_by_hand(tiny: Project, transformed: Build) -> None:
    """17 regions have 0 and 17 have 2 of each: mean 1, deviation 1, so standardised they are -1 and 1.

    Alike in both features: 0. Alike in one: the root of (0 + 2²) / 2. In none: the root of (2² + 2²) / 2, which is 2.
    """
    declare(tiny, share=(SHARE, "plain"), people=(PEOPLE, "plain"))
    rows = []
    for number, code in enumerate([*LAENDER, *REGIONS]):
        rows.append(figure(SHARE, code, "2024", 2.0 * (number % 2)))
        rows.append(figure(PEOPLE, code, "2024", 2.0 * (number < 17)))
    found = distances(transformed(rows, **BOTH))
    germans, french = LAENDER[:2], REGIONS[:4]  # the first région has 2 people, the others 0
    assert found[germans[0], french[0]] == 0
    assert found[germans[0], french[2]] == pytest.approx(math.sqrt((0 + 4) / 2), abs=1e-6)
    assert found[germans[0], french[1]] == pytest.approx(2.0, abs=1e-6)
    assert found[germans[1], french[0]] == pytest.approx(math.sqrt((4 + 0) / 2), abs=1e-6)


def test_the_table_equals_the_formula_in_python(tiny: Project, transformed: Build) -> None:
    declare(tiny, share=(SHARE, "sqrt"), people=(PEOPLE, "log"), density=(PEOPLE, "log"))
    connection = transformed(every(), **BOTH)
    areas = dict(connection.execute("select code, area_km2 from region").fetchall())
    x: dict[str, dict[str, float]] = {"share": {}, "people": {}, "density": {}}
    for row in every():
        code, value = row["region"], row["value"]
        if row["indicator"] == SHARE:
            x["share"][code] = math.sqrt(value)
        else:
            x["people"][code], x["density"][code] = math.log(value), math.log(value / areas[code])
    z = {
        name: {code: (v - fmean(by.values())) / pstdev(by.values()) for code, v in by.items()} for name, by in x.items()
    }
    found = distances(connection)
    assert len(found) == 2 * len(LAENDER) * len(REGIONS)
    for a in LAENDER:
        for b in REGIONS:
            expected = math.sqrt(fmean([(by[a] - by[b]) ** 2 for by in z.values()]))
            assert found[a, b] == pytest.approx(expected, abs=1e-6)
            assert found[b, a] == found[a, b], "symmetric"
    gaps = connection.execute("select region, twin, feature, gap from twin_reason").fetchall()
    assert len(gaps) == 3 * len(found)
    for region, twin, feature, gap in gaps:
        assert gap == pytest.approx(z[feature][region] - z[feature][twin], abs=1e-6)


def test_places_are_the_order_of_distances_and_stay_on_the_other_side(tiny: Project, transformed: Build) -> None:
    declare(tiny, places=3, share=(SHARE, "plain"), people=(PEOPLE, "log"))
    connection = transformed(every(), **BOTH)
    rows = connection.execute("select region, twin, place, distance from twin order by region, place").fetchall()
    assert len(rows) == 3 * 34
    for first, second in pairwise(rows):
        if first[0] == second[0]:
            assert (first[3], first[1]) < (second[3], second[1])
    assert all(region[:2] != twin[:2] for region, twin, *_ in rows)


def test_units_do_not_matter(tiny: Project, transformed: Build) -> None:
    """Thousands instead of persons, per mille instead of per cent: the same twins at the same distance."""
    declare(tiny, places=5, share=(SHARE, "sqrt"), people=(PEOPLE, "log"), density=(PEOPLE, "plain"))
    one = transformed(every(), **BOTH)
    other = transformed(
        [row | {"value": row["value"] * (7 if row["indicator"] == SHARE else 0.001)} for row in every()], **BOTH
    )
    question = "select level, region, twin, place, distance from twin order by all"
    assert one.execute(question).fetchall() == other.execute(question).fetchall() != []


def test_too_few_shared_features_make_no_twins(tiny: Project, transformed: Build) -> None:
    """One Land has no people: with two features needed it has no twin; with one it has, by the other alone."""
    rows = [row for row in every() if (row["indicator"], row["region"]) != (PEOPLE, LAENDER[0])]
    for least, has in ((2, False), (1, True)):
        declare(tiny, least=least, share=(SHARE, "plain"), people=(PEOPLE, "log"))
        found = {region for region, _ in distances(transformed(rows, **BOTH))}
        assert (LAENDER[0] in found) == has
        assert LAENDER[1] in found


def test_a_feature_needs_both_countries_in_one_period_and_figures_beyond_doubt(
    tiny: Project, transformed: Build
) -> None:
    declare(tiny, share=(SHARE, "plain"), people=(PEOPLE, "log"))
    rows = every()
    rows += [figure(SHARE, code, "2025", 9.0) for code in LAENDER]  # newer, but of one country only
    for row in rows:
        if row["indicator"] == PEOPLE and row["region"] in REGIONS:
            row["status"] = "u"
    connection = transformed(rows, **BOTH)
    assert connection.execute("select distinct feature, period from twin_reason").fetchall() == [("share", "2024")]


def test_without_a_file_there_are_no_twins(transformed: Build) -> None:
    connection = transformed(every(), **BOTH)
    assert connection.execute("select count(*) from twin").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[feature]]\nid = "x"\nindicator = "nope"\nscale = "log"\nreason = "r"', "there is no indicator 'nope'"),
        (f'[[feature]]\nid = "x"\nindicator = "{SHARE}"\nscale = "cubic"\nreason = "r"', "scale"),
        (f'[[feature]]\nid = "x"\nindicator = "{SHARE}"\nscale = "log"\nreason = "r"\nweight = 2', "weight"),
        (f'[[feature]]\nid = "x"\nindicator = "{SHARE}"\nscale = "log"', "reason"),
        (f'[[feature]]\nid = "x"\nindicator = "{SHARE}"\nscale = "log"\nreason = "r"\n' * 2, "same id"),
    ],
)
def test_a_wrong_file_is_refused_naming_the_key(tiny: Project, text: str, says: str) -> None:
    (tiny.root / "twins.toml").write_text(f"least_shared = 1\nplaces = 5\n{text}\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=says):
        twins.frame(catalogue.load(tiny.root))


def test_a_feature_that_differs_between_the_countries_is_refused(tiny: Project) -> None:
    path = Path(tiny.root) / "indicators" / f"{SHARE}.toml"
    path.write_text(indicator(origin=from_source("share"), verdict="similar"), encoding="utf-8")
    declare(tiny, share=(SHARE, "log"))
    with pytest.raises(CatalogueError, match="not defined the same"):
        twins.frame(catalogue.load(tiny.root))
