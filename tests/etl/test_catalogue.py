"""The catalogue finds files by itself and refuses a wrong one, naming file and key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tiny_project import INDICATORS, Project, derived, from_source, indicator

from etl import catalogue
from etl.model import CatalogueError, Exit, Kind

FILE = "adoption_share_pct"


def test_files_are_found_and_read(tiny: Project) -> None:
    found = catalogue.load(tiny.root)
    assert list(found.sources) == ["office_survey"]
    assert list(found.indicators) == sorted(INDICATORS)
    share = found.indicators[FILE]
    assert (share.kind, share.source, share.measure, share.interval) == (Kind.RATE, "office_survey", "share", "wilson")
    assert share.words["fr"].title == "title fr"


def test_a_new_file_is_in_the_catalogue_without_editing_a_list(tiny: Project) -> None:
    (tiny.root / "indicators" / "jobs_new_pct.toml").write_text(
        indicator(origin=from_source("share")), encoding="utf-8"
    )
    assert "jobs_new_pct" in catalogue.load(tiny.root).indicators


def test_derived_indicators_are_ordered_by_what_they_need(tiny: Project) -> None:
    found = catalogue.load(tiny.root)
    depth = found.depths
    assert (depth[FILE], depth["adoption_share_change_pp"], depth["adoption_change_gap_pp"]) == (0, 1, 2)
    assert found.origins("adoption_change_gap_pp") == {"office_survey"}


def test_a_derived_indicator_inherits_words_and_has_the_sqls_own_reasons(tiny: Project) -> None:
    words = catalogue.load(tiny.root).indicators["adoption_share_per_people"].words
    assert "dernière année antérieure" in words["fr"].reasons["denominator_year"]
    assert words["de"].members == {"f": "women de", "m": "men de"}


def broken(old: str, new: str) -> Callable[[str], str]:
    """A change to an indicator's text that must be there to be made."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (broken('theme = "adoption"', 'theme = "adaption"'), "key 'theme': 'adaption' is not one of 'adoption'"),
        (broken('kind = "rate"', 'kind = "share"'), "key 'kind': 'share' is not one of"),
        (broken('unit = "pct"', ""), "key 'unit': missing"),
        (broken("decimals = 1", 'decimals = "1"'), "key 'decimals': '1' has the wrong type"),
        (broken("decimals = 1", "decimal = 1"), "key 'decimal': unknown"),
        (broken("on = 2026-11-21", 'on = "yesterday"'), "key 'checked.on'"),
        (broken('title = "title de"', ""), "key 'words.de.title': missing"),
        (broken('title = "title de"', 'title = " "'), "key 'words.de.title': empty"),
        (broken('m = "men fr"', ""), "key 'words.fr.members.m': missing; another language has it"),
        (broken('comparability = "same en"', ""), "key 'words.en.comparability': missing"),
        (broken('id = "office_survey"', 'id = "office_servey"'), "key 'source.id': there is no source 'office_servey'"),
        (broken("[checked]", '[derive]\nkind = "gap"\nof = "x"\n[checked]'), "exactly one of [source] and [derive]"),
        (broken('unit = "pct"', 'unit = "eur"'), "key 'interval'"),
        (broken("[checked]", "[checked"), "not valid TOML"),
    ],
)
def test_a_wrong_indicator_is_refused_naming_file_and_key(
    tiny: Project, change: Callable[[str], str], message: str
) -> None:
    path = tiny.root / "indicators" / f"{FILE}.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load(tiny.root)
    assert f"{FILE}.toml" in str(caught.value)
    assert message in str(caught.value)
    assert caught.value.exit_code == Exit.CATALOGUE


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        (derived("ratio", FILE), "key 'derive.by': a ratio needs it"),
        (derived("gap", FILE, by=FILE), "key 'derive.by': a ratio needs it, the other kinds have none"),
        (derived("gap", "no_such"), "key 'derive.of': there is no indicator 'no_such'"),
        (derived("sum", FILE), "key 'derive.kind'"),
        (derived("change", FILE, lag=0), "key 'derive.lag'"),
        (derived("gap", "adoption_new"), "a circle: adoption_new → adoption_new"),
    ],
)
def test_a_wrong_derivation_is_refused(tiny: Project, origin: str, message: str) -> None:
    (tiny.root / "indicators" / "adoption_new.toml").write_text(indicator(origin=origin), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load(tiny.root)
    assert "adoption_new.toml" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id="office_survey"', 'id="office"', "SOURCE.id is 'office'"),
        ("def parse", "def read", "AttributeError"),
        ("import polars as pl", "import polarz", "ModuleNotFoundError"),
        ('"fr": "Enquête"', '"fr": ""', "title needs de, fr and en"),
        ('File("people"', 'File("table"', "each needs a key of its own"),
    ],
)
def test_a_wrong_source_is_refused(tiny: Project, old: str, new: str, message: str) -> None:
    path = tiny.root / "sources" / "office_survey.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        catalogue.load(tiny.root)
    assert "sources/office_survey.py" in str(caught.value)
    assert message in str(caught.value)


def test_ids_are_lower_case_words(tiny: Project) -> None:
    (tiny.root / "indicators" / "Share-PCT.toml").write_text(indicator(origin=from_source("share")), encoding="utf-8")
    with pytest.raises(CatalogueError, match="Share-PCT"):
        catalogue.load(tiny.root)
