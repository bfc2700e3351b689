"""Every source of figures stands in data/LICENCES.md with what its module declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.catalogue import load

REGISTER = Path(__file__).parents[2] / "data" / "LICENCES.md"
SOURCES = load().sources


def line(source: str) -> str:
    rows = [row for row in REGISTER.read_text(encoding="utf-8").splitlines() if row.startswith("| `")]
    found = [row for row in rows if f"`{source}`" in row.split("|")[1]]
    assert len(found) == 1, f"data/LICENCES.md has {len(found)} rows for the source {source}"
    return found[0]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_registered_with_its_licence(source: str) -> None:
    declared = SOURCES[source].source
    assert declared.licence.name in line(source) or declared.licence.url in line(source)


@pytest.mark.parametrize("source", SOURCES)
def test_the_register_says_which_figures_must_not_be_handed_on(source: str) -> None:
    assert ("no download" in line(source)) is not SOURCES[source].source.redistribute


def test_the_share_alike_source_has_its_notice() -> None:
    text = REGISTER.read_text(encoding="utf-8")
    assert "made available under the ODbL 1.0" in text
    assert "ODbL" in SOURCES["anr_ai"].source.licence.credit


def test_the_boundaries_are_credited() -> None:
    text = REGISTER.read_text(encoding="utf-8")
    assert "GeoBasis-DE / BKG](https://www.bkg.bund.de) 2021 (Daten verändert)" in text
    assert "IGN ADMIN EXPRESS COG 2018" in text
