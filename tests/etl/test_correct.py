"""Corrections of known publisher errors, guarded by what they expect to find."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tiny_project import Project

from etl import catalogue
from etl.correct import correct, read_corrections
from etl.figures import from_delivery
from etl.model import TIDY, CatalogueError, DeliveryError, Exit
from etl.snapshot import find_deliveries

TEXT = """
[[correction]]
id = "times_ten"
match = {measure = "share", region = "DE1", period = "2024"}
expect = 7.0
set = 0.7
reason = {de = "Zehnfach", fr = "Dix fois", en = "Ten times"}
"""


def frame(*values: float | None) -> pl.DataFrame:
    """Tidy rows of DE1 in 2024, and one of DE2."""
    rows = [("share", "DE1", "2024", "", "", v, "" if v is not None else "c", "", 1, "table") for v in values]
    return pl.DataFrame([*rows, ("share", "DE2", "2024", "", "", 7.0, "", "", 1, "table")], schema=TIDY, orient="row")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A corrections file."""
    path = tmp_path / "office_survey.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_only_the_named_row_is_corrected_and_carries_the_reason(file: Path) -> None:
    found = correct(frame(7.0), read_corrections(file)).select("region", "value", "reason").rows()
    assert found == [("DE1", 0.7, "times_ten"), ("DE2", 7.0, "")]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0.7,), "expects 7, the delivery has 0.7"),
        ((None,), "expects 7, the delivery has no value"),
        ((), "names 0 rows"),
        ((7.0, 7.0), "names 2 rows"),
    ],
)
def test_a_correction_stops_the_build_when_the_publisher_changed_the_value(
    file: Path, values: tuple[float | None, ...], message: str
) -> None:
    with pytest.raises(DeliveryError) as caught:
        correct(frame(*values), read_corrections(file))
    assert message in str(caught.value)
    assert "office_survey.toml" in str(caught.value)
    assert "remove the correction" in str(caught.value)
    assert caught.value.exit_code == Exit.DELIVERY


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("expect = 7.0\n", "", "key 'correction.expect': missing"),
        ('region = "DE1", ', "", "key 'correction.match'"),
        (', fr = "Dix fois"', "", "key 'correction.reason'"),
        ("set =", "sets =", "key 'correction.sets': unknown"),
    ],
)
def test_a_wrong_correction_is_refused(file: Path, old: str, new: str, message: str) -> None:
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_corrections(file)
    assert message in str(caught.value)


def test_a_correction_reaches_the_figures_and_its_sentence_the_reader(tiny: Project) -> None:
    (tiny.root / "corrections" / "office_survey.toml").write_text(TEXT, encoding="utf-8")
    found = catalogue.load(tiny.root)
    delivery = find_deliveries(tiny.delivery, [found.sources["office_survey"].source])["office_survey"]
    rows = from_delivery(found, delivery, "delivery").rows.filter(pl.col("reason") == "times_ten")
    assert rows.select("indicator", "region", "period", "value").rows() == [("adoption_share_pct", "DE1", "2024", 0.7)]
    for id_ in ("adoption_share_pct", "adoption_share_change_pp"):
        assert found.indicators[id_].words["fr"].reasons["times_ten"] == "Dix fois"


def test_a_correction_of_no_source_is_refused(tiny: Project) -> None:
    (tiny.root / "corrections" / "office_servey.toml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(CatalogueError, match="no source 'office_servey'"):
        catalogue.load(tiny.root)
