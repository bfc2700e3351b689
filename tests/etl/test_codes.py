"""Every code system is read where it is named; what could be two places or none is refused in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import codes
from etl.codes import CodeError, resolve, to_2024, units

BA_CODES = Path(__file__).parents[3] / "shared" / "sources" / "ba_badata" / "region_codes.rda"
regions = st.sampled_from(codes.regions())


@pytest.mark.parametrize(
    ("code", "system", "expected"),
    [
        ("DED", None, "DED"),
        ("ded", "nuts", "DED"),
        ("14", "ags", "DED"),
        ("ags:14", None, "DED"),
        ("AGS: 14", None, "DED"),
        ("14", "insee_dep", "FRD11"),
        ("11", "ags", "DE3"),
        ("11", "insee_reg", "FR1"),
        ("084", "ags", "DE14"),
        ("120", "ags", "DE40"),
        ("14612", "ags", "DED21"),
        ("14612000", "ags", "DED21"),
        ("14612000", None, "DED21"),
        ("01", "insee_reg", "FRY1"),
        ("01", "insee_dep", "FRK21"),
        ("01", "ags", "DEF"),
        ("971", "insee_dep", "FRY10"),
        ("971", None, "FRY10"),
        ("2A", None, "FRM01"),
        ("2b", "insee_dep", "FRM02"),
        ("69M", "insee_dep", "FRK26"),
        ("69D", "insee_dep", "FRK26"),
        ("60", None, "FRE22"),
        ("75056", "insee_com", "FR101"),
        ("75113", "insee_com", "FR101"),
        ("2A004", "insee_com", "FRM01"),
        ("97611", "insee_com", "FRY50"),
        ("01001", "insee_com", "FRK21"),
        ("01001", "ags", "DEF01"),
        ("DE-SN", None, "DED"),
        ("FR-ARA", "iso", "FRK"),
        ("FR-20R", None, "FRM"),
        ("FR-2A", None, "FRM01"),
        ("FR-75C", None, "FR101"),
        ("FR-69M", None, "FRK26"),
        ("FR-971", None, "FRY1"),
    ],
)
def test_reads_each_system(code: str, system: str | None, expected: str) -> None:
    assert resolve(code, system) == expected


@pytest.mark.parametrize(
    ("code", "now"),
    [("16056", "DEG0R"), ("16063", "DEG0R"), ("06415", "DE719"), ("06435", "DE719"), ("03152", "DE91C")],
)
def test_kreise_that_split_or_merged_lead_to_the_nuts_2024_region(code: str, now: str) -> None:
    assert resolve(code, "ags") == now


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("14", ["Sachsen", "Calvados", "ags:14", "insee_dep:14"]),
        ("11", ["Berlin", "Île-de-France", "Aude"]),
        ("75", ["Nouvelle-Aquitaine", "Paris"]),
        ("09162", ["München (Stadt)", "Ariège"]),
    ],
)
def test_refuses_a_number_that_could_be_two_places_and_names_them(code: str, places: list[str]) -> None:
    with pytest.raises(CodeError, match="system=") as error:
        resolve(code)
    for place in places:
        assert place in str(error.value)


def test_a_mistyped_kreis_does_not_pass_as_a_french_commune() -> None:
    with pytest.raises(CodeError, match="insee_com:09165"):
        resolve("09165")


@pytest.mark.parametrize(
    ("code", "system", "said"),
    [
        ("DEX", "nuts", "unknown NUTS code 'DEX'; did you mean 'DE"),
        ("DED99", "nuts", "did you mean 'DED"),
        ("FR-ARB", "iso", r"did you mean 'FR-ARA' \(Auvergne-Rhône-Alpes\)"),
        ("14613", "ags", r"did you mean '14612' \(Dresden\)"),
        ("DEG0P", None, r"code of NUTS 2021, not of NUTS 2024; today 'DEG0R' \(Wartburgkreis\)"),
        ("FR718", "nuts", r"code of NUTS 2013, not of NUTS 2024; today 'FRK28' \(Haute-Savoie\)"),
        ("FR7", "nuts", "ZEAT.*use FRK"),
        ("ags:14", "nuts", "says ags where nuts was asked for"),
        ("14", "plz", "unknown code system 'plz'; there are nuts, ags"),
        ("", None, "unknown region code ''"),
    ],
)
def test_says_what_is_wrong_and_what_is_near(code: str, system: str | None, said: str) -> None:
    with pytest.raises(CodeError, match=said):
        resolve(code, system)


def test_refuses_a_number_instead_of_text() -> None:
    """A spreadsheet that read AGS 01 as 1 must not go unnoticed."""
    with pytest.raises(CodeError, match="must be text, not int 1"):
        resolve(1)  # type: ignore[arg-type]


def test_map_levels_have_their_number_of_units() -> None:
    assert [len(units(level)) for level in codes.MAP_LEVELS] == [2, 34, 65, 501]
    assert [len(units(level, "DE")) for level in codes.MAP_LEVELS] == [1, 16, 38, 400]
    assert [len(units(level, "FR")) for level in codes.MAP_LEVELS] == [1, 18, 27, 101]
    with pytest.raises(CodeError, match="there are country, land"):
        units("kreis")
    with pytest.raises(CodeError, match="there are DE and FR"):
        units("land", "AT")


@pytest.mark.parametrize("system", ["nuts", "ags", "insee_reg", "insee_dep", "iso"])
@given(one=regions)
def test_round_trip_lands_on_the_region_or_a_coarser_one_of_its_chain(system: str, one: codes.Region) -> None:
    code = one.code if system == "nuts" else getattr(one, system)
    if not code:
        return
    found = codes.region(resolve(code, system))
    if system == "insee_reg":
        assert found.code == one.land
    elif system == "insee_dep":
        assert found.level == 3
        assert found.code.startswith(one.code)
    else:
        assert one.code.startswith(found.code)
        # A coarser answer covers the same ground.
        assert found.area_km2 == pytest.approx(one.area_km2, rel=1e-3)
    assert resolve(f"{system}:{code}") == found.code
    assert resolve(f" {code.lower()} ", system) == found.code


@given(one=regions)
def test_gemeinden_and_communes_lie_in_their_kreis_or_departement(one: codes.Region) -> None:
    if one.level == 3 and one.ags:
        assert resolve(one.ags + "017", "ags") == one.code
    if one.level == 3 and one.insee_dep:
        assert resolve(one.insee_dep + "00123"[-(5 - len(one.insee_dep)) :], "insee_com") == one.code


@given(text=st.text(max_size=12), system=st.sampled_from([None, *codes.SYSTEMS]))
def test_any_text_gives_a_region_or_a_code_error(text: str, system: str | None) -> None:
    try:
        found = resolve(text, system)
    except CodeError:
        return
    assert codes.region(found).code == found


@given(digits=st.text("0123456789AB", min_size=1, max_size=8))
def test_without_a_system_a_code_is_read_only_if_all_systems_agree(digits: str) -> None:
    readings = set()
    for system in codes.SYSTEMS:
        try:
            readings.add(resolve(digits, system))
        except CodeError:
            continue
    try:
        found = resolve(digits)
    except CodeError:
        return
    assert readings == {found}


@given(one=regions, version=st.sampled_from(["2016", "2021", "2024"]))
def test_crosswalk_gives_weights_that_sum_to_one(one: codes.Region, version: str) -> None:
    try:
        targets = to_2024(one.code, version)
    except CodeError:
        # Only the Thuringian regions that were recoded are new in 2024.
        assert one.code in {"DEG0Q", "DEG0R", "DEG0S", "DEG0T", "DEG0U", "DEG0V"}
        return
    assert sum(weight for _, weight in targets) == pytest.approx(1.0, abs=2e-6)
    assert all(len(code) == len(one.code) for code, _ in targets)


def test_crosswalk_carries_old_codes_to_2024() -> None:
    assert to_2024("DEG0P", "2021") == [("DEG0R", 1.0)]
    assert to_2024("DEG0N", "2021") == [("DEG0R", 1.0)]
    assert to_2024("FRK28", "2024") == [("FRK28", 1.0)]
    assert to_2024("FR718", "2013") == [("FRK28", 1.0)]
    assert to_2024("FR71", "2010") == [("FRK2", 1.0)]
    assert to_2024("FR94", "2010") == [("FRY4", 1.0)]
    assert dict(to_2024("DEG0F", "2016")) == {"DEG0S": 0.01889, "DEG0T": 0.98111}


@pytest.mark.parametrize(
    ("code", "version", "said"),
    [
        ("FR3", "2013", "ZEAT.*NUTS 2 or NUTS 3"),
        ("FR8", "2010", "ZEAT"),
        ("FRK", "2013", "it is a code of NUTS 2016, 2021, 2024"),
        ("DE915", "2016", "it is a code of NUTS 2013"),
        ("DEZZ", "2021", "did you mean"),
        ("DED", "2018", "unknown NUTS version '2018'"),
    ],
)
def test_crosswalk_refuses_what_does_not_map(code: str, version: str, said: str) -> None:
    with pytest.raises(CodeError, match=said):
        to_2024(code, version)


@pytest.mark.skipif(not BA_CODES.is_file(), reason="the BA delivery lies beside the project only where it was fetched")
def test_every_kreis_of_the_federal_employment_agency_resolves() -> None:
    import pyreadr

    delivered = pyreadr.read_r(str(BA_CODES))["region_codes"]["code"].tolist()
    assert len(delivered) == 401
    assert {resolve(code, "ags") for code in delivered} == set(units("nuts3", "DE"))
