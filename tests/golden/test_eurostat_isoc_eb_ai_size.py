"""Eurostat isoc_eb_ai by size class: the published cells of Germany and France, and what is refused."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from etl.model import DeliveryError
from etl.sources import eurostat_isoc_eb_ai_size as module
from tests.golden.delivered import written

HEADER = "DATAFLOW,LAST UPDATE,freq,size_emp,nace_r2,indic_is,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"
YEARS = ("2021", "2023", "2024", "2025")
#: Per size class and country, as published on 27 February 2026; France 2023 has Eurostat's flag b in every class.
CELLS = {
    ("10-249", "DE"): ("9.87", "10.75", "18.78", "24.93"),
    ("10-249", "FR"): ("6.03", "5.44", "9.25", "17.01"),
    ("10-49", "DE"): ("8.90", "9.68", "16.92", "23.06"),
    ("10-49", "FR"): ("5.03", "4.72", "8.51", "15.04"),
    ("50-249", "DE"): ("14.80", "16.21", "28.22", "35.56"),
    ("50-249", "FR"): ("13.07", "10.16", "14.52", "30.81"),
    ("GE250", "DE"): ("30.92", "35.39", "48.20", "56.99"),
    ("GE250", "FR"): ("30.95", "20.94", "32.74", "58.01"),
}


def flag(country: str, year: str) -> str:
    return "b" if (country, year) == ("FR", "2023") else ""


def published(cells: dict[tuple[str, str], tuple[str, ...]]) -> str:
    first = "ESTAT:ISOC_EB_AI(1.0),27/02/26 11:00:00,A"
    rows = [
        f"{first},{size},C10-S951_X_K,E_AI_TANY,PC_ENT,{country},{year},{value},{flag(country, year)},"
        for (size, country), values in cells.items()
        for year, value in zip(YEARS, values, strict=True)
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def test_every_cell_is_taken_as_published(tmp_path: Path) -> None:
    got = module.parse(written(tmp_path, module.SOURCE, isoc_eb_ai=published(CELLS)))
    assert set(got["dimension"]) == {"size_emp"}
    found = {(row["member"], row["region"], row["period"]): row for row in got.iter_rows(named=True)}
    assert len(found) == got.height == len(CELLS) * len(YEARS)
    for ((size, country), values), (place, year) in product(CELLS.items(), enumerate(YEARS)):
        row = found[size, country, year]
        assert (row["value"], row["status"]) == (float(values[place]), flag(country, year))


def test_small_and_medium_together_lie_between_the_two() -> None:
    """A retyped figure would hardly keep to this."""
    for country, place in product(("DE", "FR"), range(len(YEARS))):
        small, both, medium, large = (
            float(CELLS[size, country][place]) for size in ("10-49", "10-249", "50-249", "GE250")
        )
        assert small < both < medium < large


@pytest.mark.parametrize("gone", [("GE250", "DE"), ("10-49", "FR")])
def test_a_missing_class_of_a_country_is_refused(tmp_path: Path, gone: tuple[str, str]) -> None:
    rest = {key: values for key, values in CELLS.items() if key != gone}
    with pytest.raises(DeliveryError):
        module.parse(written(tmp_path, module.SOURCE, isoc_eb_ai=published(rest)))
