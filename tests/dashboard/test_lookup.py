"""Finding a place: what names and codes in three languages lead to, and how it gets onto the map."""

from __future__ import annotations

import orjson
import pytest

from dashboard import lookup, queries
from dashboard.compressed import pack
from dashboard.i18n import words
from dashboard.store import Build
from dashboard.urls import MapState

ALL = ["country", "land", "nuts2", "nuts3"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("München", "munchen"),
        ("Muenchen", "munchen"),
        ("Straßburg", "strassburg"),
        ("Île-de-France", "ile de france"),
        ("Œuilly", "ouilly"),
        ("  L'Haÿ-les-Roses ", "l hay les roses"),
        ("<b>&nbsp;", "b nbsp"),
        ("…", ""),
    ],
)
def test_accents_umlauts_and_signs_do_not_count(text: str, folded: str) -> None:
    assert lookup.fold(text) == folded


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
@pytest.mark.parametrize(
    ("text", "region"),
    [
        *(("Leipzig", "DED51"), ("leip", "DED51"), ("Munich", "DE212"), ("muenchen", "DE212"), ("Cologne", "DEA23")),
        *(("Strasbourg", "FRF11"), ("Straßburg", "FRF11"), ("strassburg", "FRF11"), ("Nizza", "FRL03")),
        *(("Mulhouse", "FRF12"), ("Dunkirk", "FRE11"), ("Hannover", "DE929"), ("bas rhin", "FRF11")),
        *(("Saxe", "DED"), ("Saxony", "DED"), ("Sachsen", "DED"), ("Grand Est", "FRF"), ("berlin", "DE3")),
        *(("67", "FRF11"), ("14713", "DED51"), ("14713000", "DED51"), ("DE-SN", "DED"), ("FRF11", "FRF11")),
        *(("67482", "FRF11"), ("75056", "FR101"), ("2a", "FRM01"), ("DE300", "DE3"), ("Guadeloupe", "FRY1")),
    ],
)
def test_the_first_match_is_what_was_meant(opened: Build, lang: str, text: str, region: str) -> None:
    assert lookup.search(lookup.places(opened, words(lang)), text)[0].region == region


def test_every_unit_of_a_map_is_found_by_its_name_and_code_once(opened: Build) -> None:
    """One-unit chains (DE3, DE30, DE300) are one place; nothing is found twice under one name and detail."""
    known = queries.regions(opened)
    found = lookup.places(opened, words("fr"))
    for level in queries.LEVELS:
        for code in queries.units(opened, level):
            by_code = lookup.search(found, code)[0].region
            assert code in lookup.line(known, by_code), code
            assert by_code in {place.region for place in lookup.search(found, known[code].name("fr"))}, code
    shown = [(place.name, place.detail) for place in found]
    assert len(set(shown)) == len(shown)


def test_what_finds_nothing_is_offered_what_is_spelt_alike(opened: Build) -> None:
    found = lookup.places(opened, words("de"))
    assert lookup.search(found, "Lepizig") == []
    assert "DED51" in {place.region for place in lookup.near(found, "Lepizig")}
    assert lookup.search(found, "") == lookup.search(found, "%%%") == []
    assert lookup.search(found, "x" * 10_000) == []


@pytest.mark.parametrize(
    ("levels", "code", "asked", "expected"),
    [
        (ALL, "DED51", MapState(level="land"), ("nuts3", "DED51", "DED")),
        (ALL, "DED51", MapState(level="nuts3", within="DED5"), ("nuts3", "DED51", "DED5")),
        (ALL, "DED51", MapState(level="nuts3", within="DE1"), ("nuts3", "DED51", "DED")),
        (ALL, "DE3", MapState(level="nuts3"), ("nuts3", "DE300", "")),
        (ALL, "DED", MapState(level="nuts3"), ("land", "DED", "")),
        (["country", "land"], "FRF11", MapState(level="land"), ("land", "FRF", "")),
        (["country", "land", "nuts2"], "FRY1", MapState(level="nuts2"), ("nuts2", "FRY1", "")),
        (["country"], "FRF11", MapState(level="country"), ("country", "FR", "")),
    ],
)  # fmt: skip
def test_the_way_onto_the_map(
    opened: Build, levels: list[str], code: str, asked: MapState, expected: tuple[str, str, str]
) -> None:
    """Picked at the shown level where it has the region, drilled to where it is small, else the next region around."""
    shown = lookup.reach(opened, levels, code, asked)
    assert (shown.level, shown.region, shown.within) == expected


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_what_the_script_loads_is_light(opened: Build, lang: str) -> None:
    text = lookup.json(opened, words(lang))
    assert len(pack(text).br) < 25_000
    assert len(orjson.loads(text)) == len(lookup.places(opened, words(lang)))
