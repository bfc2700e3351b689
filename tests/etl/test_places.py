"""The cities and communes that lead to a region: each lies in the region that it names, in names people use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl import codes

SOURCES = Path(__file__).parents[3] / "shared" / "sources"
INSIDE = {"751": "75056", "132": "13055", "6938": "69123"}


def test_every_place_lies_in_a_region_of_nuts_3_and_a_commune_in_its_departement() -> None:
    regions = {region.code: region for region in codes.regions() if region.level == 3}
    for place in codes.places():
        region = regions[str(place["region"])]
        code = place["code"]
        assert (code is not None) == (region.country == "FR"), place
        if code:
            assert code.startswith(region.insee_dep), place
            assert len(code) == 5


def test_each_departement_has_its_chef_lieu() -> None:
    named = {place["region"] for place in codes.places() if place["source"] == "insee_cog"}
    assert {region.code for region in codes.regions() if region.level == 3 and region.country == "FR"} <= named


@pytest.mark.parametrize(
    ("column", "name", "region"),
    [
        ("name", "Strasbourg", "FRF11"),
        ("name_de", "Straßburg", "FRF11"),
        ("name_de", "Mülhausen", "FRF12"),
        ("name_fr", "Hanovre", "DE929"),
        ("name_en", "Dunkirk", "FRE11"),
        ("name", "Villeurbanne", "FRK26"),
        ("name", "Siegen", "DEA5A"),
    ],
)
def test_known_places(column: str, name: str, region: str) -> None:
    assert [place["region"] for place in codes.places() if place[column] == name] == [region]


@pytest.mark.skipif(not (SOURCES / "inov").is_dir(), reason="the delivery is not here")
def test_the_communes_of_the_delivery_are_there() -> None:
    """Every commune of a laureate is in the table, with the publisher's name or the official one."""
    known = {place["code"] for place in codes.places()}
    laureates = json.loads((SOURCES / "inov" / "inov_laureates.json").read_text(encoding="utf-8"))
    for laureate in laureates:
        code = laureate["cityid"] or ""
        whole = next((commune for prefix, commune in INSIDE.items() if code.startswith(prefix)), code)
        assert not whole or whole in known, laureate["com_nom"]
