"""Neighbours are those whose shapes share an edge, and every other spelling of a code leads to its region."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import shapely
from shape_reading import SHAPES, polygons

from etl import codes, neighbours


def around(code: str) -> set[str]:
    return {other for one, other in codes.neighbours() if one == code}


def test_the_committed_table_is_that_of_the_shapes(tmp_path: Path) -> None:
    committed = Path(codes.__file__).parent / "regions" / neighbours.FILE
    assert neighbours.write(SHAPES, tmp_path).read_bytes() == committed.read_bytes()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("DE", {"FR"}),
        ("DEC", {"DEB", "FRF"}),
        ("DE3", {"DE4"}),
        ("FRF12", {"DE132", "DE133", "DE139", "FRC24", "FRF11", "FRF34"}),
        ("FRY1", set()),
        ("FRM01", {"FRM02"}),
    ],
)
def test_known_neighbours(code: str, expected: set[str]) -> None:
    """Saarland touches Grand Est, Haut-Rhin three Kreise across the Rhine, Berlin one Land; islands touch nobody."""
    assert around(code) == expected


def test_a_geometry_library_finds_the_same_borders() -> None:
    """Shapely on the same shapes: two regions are neighbours where their common border has a length."""
    shapes = polygons("nuts2")
    expected = {
        (a, b)
        for a, one in shapes.items()
        for b, other in shapes.items()
        if a != b and shapely.length(shapely.intersection(one, other)) > 0
    }
    assert {pair for pair in codes.neighbours() if len(pair[0]) == len(pair[1]) == 4} == expected


def test_neighbours_are_mutual_and_of_one_level() -> None:
    pairs = set(codes.neighbours())
    assert pairs == {(b, a) for a, b in pairs}
    assert all(codes.region(a).level == codes.region(b).level for a, b in pairs)


def test_every_alias_leads_to_a_region_of_today_and_whole_regions_are_shared_out() -> None:
    with duckdb.connect() as connection:
        connection.execute((Path(codes.__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        rows = [(a.system, a.code, a.region, a.weight, a.version) for a in codes.aliases()]
        connection.executemany("insert into region_alias values (?, ?, ?, ?, ?)", rows)
        odd = connection.execute("""select system, code, sum(weight) as total from region_alias group by all
            having abs(total - 1) > 0.02""").fetchall()
    assert odd == []
    known = {region.code for region in codes.regions()}
    assert {alias.region for alias in codes.aliases()} <= known
    assert not [a for a in codes.aliases() if a.system == "nuts" and a.code in known], "a code of today is no alias"
    found = {(a.system, a.code): a for a in codes.aliases()}
    assert found["ags", "14713"].region == "DED51"
    assert found["insee_dep", "2A"].region == "FRM01"
    assert found["iso", "DE-SN"].region == "DED"
    assert (found["nuts", "DEG0N"].region, found["nuts", "DEG0N"].version) == ("DEG0R", "2021"), (
        "Eisenach went to Wartburgkreis"
    )
