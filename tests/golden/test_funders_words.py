"""CORDIS, Förderkatalog and Kohesio: what the parsers return has its indicators, and every reason its sentence."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from etl import catalogue
from etl.model import LANGUAGES
from etl.select import select
from tests.golden import test_bund_foerderkatalog, test_cordis_projects, test_kohesio_operations

GOLDEN = {
    "cordis_projects": test_cordis_projects.delivery,
    "bund_foerderkatalog": test_bund_foerderkatalog.delivery,
    "kohesio_operations": test_kohesio_operations.delivery,
}


@pytest.mark.parametrize("source", GOLDEN)
def test_every_measure_is_an_indicator_and_every_reason_has_a_sentence(source: str, tmp_path: Path) -> None:
    found = catalogue.load()
    indicators = found.of_source(source)
    tidy = found.sources[source].parse(GOLDEN[source](tmp_path))
    assert set(tidy["measure"]) == {indicator.measure for indicator in indicators}
    rows = select(tidy, indicators, {key: key for key in tidy["file"].unique()})
    for indicator in indicators:
        reasons = set(rows.filter(pl.col("indicator") == indicator.id)["reason"]) - {""}
        assert reasons
        for lang in LANGUAGES:
            assert reasons <= set(indicator.words[lang].reasons), indicator.id
