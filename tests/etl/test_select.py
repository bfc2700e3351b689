"""From tidy rows to observations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from tiny_project import Project

from etl import catalogue
from etl.model import OBSERVATION, TIDY, CatalogueError, DeliveryError, Indicator
from etl.select import select

HASHES = {"table": "a" * 64, "people": "b" * 64}


@pytest.fixture
def share(tiny: Project) -> Indicator:
    """An indicator that takes the measure 'share' without a breakdown."""
    return catalogue.load(tiny.root).indicators["adoption_share_pct"]


def tidy(*rows: dict[str, Any]) -> pl.DataFrame:
    """Tidy rows with the given cells; the rest is a good row."""
    good = {"measure": "share", "region": "DE", "period": "2024", "dimension": "", "member": "", "value": 0.29}
    good |= {"status": "", "reason": "", "n": 10, "file": "table"}
    return pl.DataFrame([good | row for row in rows], schema=TIDY)


def test_a_slice_takes_its_measure_and_dimension_with_all_members(share: Indicator) -> None:
    by_sex = replace(share, id="by_sex", dimension="sex", factor=100)
    frame = tidy(
        {},
        {"dimension": "sex", "member": "m", "file": "people"},
        {"dimension": "sex", "member": "f", "value": None, "status": "c"},
        {"dimension": "age", "member": "young"},
        {"measure": "other"},
    )
    found = select(frame, [share, by_sex], HASHES)
    assert found.schema == OBSERVATION
    cells = found.select("indicator", "member", "value", "status", "delivery").rows()
    assert cells == [
        ("adoption_share_pct", "", 0.29, "", "a" * 64),
        ("by_sex", "f", None, "c", "a" * 64),
        ("by_sex", "m", 29.0, "", "b" * 64),  # 0.29 × 100 without the binary dust
    ]


def test_a_measure_that_the_source_lacks_is_an_error_unless_an_optional_file_is_absent(share: Indicator) -> None:
    other = replace(share, measure="shares")
    with pytest.raises(CatalogueError, match="no measure 'shares' by ''; it has 'share' by ''"):
        select(tidy({}), [other], HASHES)
    assert select(tidy({}), [other], HASHES, optional=True).is_empty()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{}, {}], "two rows have the same key"),
        ([{"value": None}], "a value is missing without a status"),
        ([{"value": float("inf")}], "not a finite number"),
        ([{"status": None}], "a text is null"),
    ],
)
def test_a_parser_that_breaks_the_contract_is_named(share: Indicator, rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        select(tidy(*rows), [share], HASHES)


def test_an_undelivered_file_or_another_schema_is_refused(share: Indicator) -> None:
    with pytest.raises(CatalogueError, match="'nowhere', which was not delivered"):
        select(tidy({"file": "nowhere"}), [share], HASHES)
    with pytest.raises(CatalogueError, match=r"model\.TIDY"):
        select(tidy({}).drop("n"), [share], HASHES)
