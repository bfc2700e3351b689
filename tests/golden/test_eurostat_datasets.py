"""Ten datasets of Eurostat behind one declaration: from SDMX-CSV, TSV and JSON-stat to the exact tidy table.

The cells of isoc_r_dskl_i, isoc_ai_iaiu, isoc_r_eb_ain2 (flags unknown) and bd_size_r3 are real, those of the other
datasets are CONSTRUCTED IN THE PUBLISHED FORMAT, NOT A REAL DELIVERY: no copy with German and French rows was at hand.
"""

from __future__ import annotations

import gzip
import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from etl.model import TIDY, Delivery, DeliveryError
from etl.snapshot import find_deliveries
from tests.golden import eurostat_forms as forms

FORMATS = {"sdmx.csv": forms.sdmx_csv, "tsv": forms.tsv, "json": forms.jsonstat}


@dataclass(frozen=True)
class Case:
    """cells: as `eurostat_forms.rows` reads them. want: `measure member region period value status`."""

    cells: str
    want: str
    dimension: str = ""


#: Foreign countries, other categories and EU aggregates stand around the rows that count, as in whole tables.
CASES = {
    "isoc_eb_ain2": Case(
        "2024|2025\n"
        + "".join(
            f"GE10,{nace},E_AI_TANY,PC_ENT,{geo} {cells}\n"
            for nace in ("C", "F", "G", "H", "I", "J", "L68", "M", "N", "C10-S951_X_K")
            for geo, cells in (("DE", "11.1 | 22.2"), ("EU27_2020", "1.5 | 2.5"), ("FR", "9.9 b | : u"))
        ),
        "".join(
            f"any_ai {nace} DE 2024 11.1 -\nany_ai {nace} DE 2025 22.2 -\n"
            f"any_ai {nace} FR 2024 9.9 b\nany_ai {nace} FR 2025 null u\n"
            for nace in ("C", "F", "G", "H", "I", "J", "L68", "M", "N")
        ),
        dimension="nace_r2",
    ),
    "isoc_r_eb_ain2": Case(
        """2023|2024|2025
GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,AT 10.79 | 20.27 | 29.95
GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,DE 11.55 | 19.75 | 25.97
GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,FR 5.88 | 9.91 | 18.16
""",
        """any_ai - DE 2023 11.55 -
any_ai - DE 2024 19.75 -
any_ai - DE 2025 25.97 -
any_ai - FR 2023 5.88 -
any_ai - FR 2024 9.91 -
any_ai - FR 2025 18.16 -
""",
    ),
    "isoc_r_dskl_i": Case(
        """2025
I_DSK2_AB,PC_IND,DE 24.21
I_DSK2_AB,PC_IND,DE8 10.88 u
I_DSK2_AB,PC_IND,FR 34.99
I_DSK2_AB,PC_IND,FRY 28.51 u
I_DSK2_B,PC_IND,DE 35.33
I_DSK2_BAB,PC_IND,DE 59.55
I_DSK2_BAB,PC_IND,DE3 69.23
I_DSK2_BAB,PC_IND,FR 65.74
I_DSK2_BAB,PC_IND,FR1 71.09 u
""",
        """above_basic - DE 2025 24.21 -
above_basic - DE8 2025 10.88 u
above_basic - FR 2025 34.99 -
above_basic - FRY 2025 28.51 u
basic_or_above - DE 2025 59.55 -
basic_or_above - DE3 2025 69.23 -
basic_or_above - FR 2025 65.74 -
basic_or_above - FR1 2025 71.09 u
""",
    ),
    "htec_emp_reg2": Case(
        """2023|2024
HTC,PC_EMP,T,DE 4.5 | 4.6
HTC,PC_EMP,T,DE21 9.1 | 9.2 u
HTC,PC_EMP,T,DE22 1.1 u | : u
HTC,PC_EMP,F,DE21 5.5 | 5.6
HTC,PC_EMP,T,FR 4.3 | 4.4
HTC,PC_EMP,T,FRM0 : | 1.7 bu
HTC,PC_EMP,T,FRL0 5.1 | 5.2
HTC,THS,T,DE 1900 | 1950
TOTAL,PC_EMP,T,DE 100 | 100
""",
        """high_tech - DE 2023 4.5 -
high_tech - DE 2024 4.6 -
high_tech - DE21 2023 9.1 -
high_tech - DE21 2024 9.2 u
high_tech - DE22 2023 1.1 u
high_tech - DE22 2024 null u
high_tech - FR 2023 4.3 -
high_tech - FR 2024 4.4 -
high_tech - FRL0 2023 5.1 -
high_tech - FRL0 2024 5.2 -
high_tech - FRM0 2023 null m
high_tech - FRM0 2024 1.7 u
""",
    ),
    "rd_p_persreg": Case(
        """2022|2023
TOTAL,TOTAL,T,PC_EMP_FTE,DE 1.8123 | 1.85 p
TOTAL,TOTAL,T,PC_EMP_FTE,DE11 : | 4.2
TOTAL,TOTAL,T,PC_EMP_FTE,DE12 : | 3.1 e
TOTAL,TOTAL,T,PC_EMP_FTE,FR 1.7 | 1.71
TOTAL,BES,T,PC_EMP_FTE,DE 1.2 | 1.3
""",
        """rd_personnel - DE 2022 1.8123 -
rd_personnel - DE 2023 1.85 p
rd_personnel - DE11 2023 4.2 -
rd_personnel - DE12 2023 3.1 e
rd_personnel - FR 2022 1.7 -
rd_personnel - FR 2023 1.71 -
""",
    ),
    "hrst_st_rcat": Case(
        """2024
SE,PC_ACT,DE 9.5
SE,PC_ACT,DE3 14.2
SE,PC_ACT,FR 9.1
SE,PC_ACT,FRX 3 u
SE,PC_ACT,FRY4 : c
HRST,PC_ACT,DE 50.1
""",
        """scientists_engineers - DE 2024 9.5 -
scientists_engineers - DE3 2024 14.2 -
scientists_engineers - FR 2024 9.1 -
scientists_engineers - FRY4 2024 null c
""",
    ),
    "lfst_r_lfe2en2": Case(
        """2024|2025
J,Y15-64,T,THS_PER,DE 1500.1 | 1510
J,Y15-64,T,THS_PER,DE30 110.5 | 112.5
J,Y15-64,T,THS_PER,FR 1000.5 | 1001 p
J,Y15-64,F,THS_PER,FR 300 | 301
TOTAL,Y15-64,T,THS_PER,FR 27000 | 27100
""",
        """employed_j - DE 2024 1500.1 -
employed_j - DE 2025 1510 -
employed_j - DE30 2024 110.5 -
employed_j - DE30 2025 112.5 -
employed_j - FR 2024 1000.5 -
employed_j - FR 2025 1001 p
""",
    ),
    "nama_10r_3empers": Case(
        """2009|2023
THS,EMP,J,DE 1200 | 1500 p
THS,EMP,J,DEG0N 0.5 | 0.75
THS,EMP,J,DEG0P 1.5 | 1.25 e
THS,EMP,J,FR 800 | 1000
THS,EMP,J,FR101 150 | 250.5
THS,EMP,TOTAL,DE 41000 | 46000
THS,EMP,TOTAL,FR 27000 | 30000
THS,SAL,J,DE 1100 | 1400
""",
        """employed - DE 2023 46000 -
employed - FR 2023 30000 -
employed_j - DE 2023 1500 p
employed_j - DEG0R 2023 2 e
employed_j - FR 2023 1000 -
employed_j - FR101 2023 250.5 -
""",
    ),
    "bd_size_r3": Case(
        """2019|2020
V11910,0,B-S_X_K642,FR 4115069 | 4603642
V11910,GE10,B-S_X_K642,FR 181284 | 177204
V11910,GE10,B-S_X_K642,FR1 42426 | 40853
V11910,GE10,B-S_X_K642,FR101 16392 | 15124
V11910,GE10,B-S_X_K642,FRY5 171 | 173
""",
        """enterprises - FR 2019 181284 -
enterprises - FR 2020 177204 -
enterprises - FR1 2019 42426 -
enterprises - FR1 2020 40853 -
enterprises - FR101 2019 16392 -
enterprises - FR101 2020 15124 -
enterprises - FRY5 2019 171 -
enterprises - FRY5 2020 173 -
""",
    ),
}


def module_of(code: str) -> ModuleType:
    return importlib.import_module(f"etl.sources.eurostat_{code}")


def delivered(folder: Path, code: str, ending: str, content: str | bytes) -> Delivery:
    place = folder / f"eurostat_{code}"
    place.mkdir(exist_ok=True)
    (place / f"{code}.{ending}").write_bytes(content.encode() if isinstance(content, str) else content)
    source = module_of(code).SOURCE
    return find_deliveries(folder, [source])[source.id]


def wanted(code: str) -> pl.DataFrame:
    rows = []
    for line in CASES[code].want.splitlines():
        measure, member, region, period, value, status = (part.replace("-", "", part == "-") for part in line.split())
        reason = "own_sum" if region == "DEG0R" else ""
        number = None if value == "null" else float(value)
        rows.append((measure, region, period, CASES[code].dimension, member, number, status, reason, None, code))
    return pl.DataFrame(rows, schema=TIDY, orient="row").sort("measure", "dimension", "member", "region", "period")


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("code", CASES)
def test_the_published_cells_become_exactly_these_rows(tmp_path: Path, code: str, ending: str) -> None:
    """In each of the three formats: what one format leaves out another prints as ':'."""
    module = module_of(code)
    text = FORMATS[ending](module.DATASET.dims, forms.rows(CASES[code].cells))
    got = module.parse(delivered(tmp_path, code, ending, text))
    assert got.equals(wanted(code))


@pytest.mark.parametrize("code", CASES)
def test_a_gzipped_delivery_gives_the_same(tmp_path: Path, code: str) -> None:
    module = module_of(code)
    text = forms.tsv(module.DATASET.dims, forms.rows(CASES[code].cells))
    assert module.parse(delivered(tmp_path, code, "tsv.gz", gzip.compress(text.encode()))).equals(wanted(code))


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("code", CASES)
def test_a_country_that_is_missing_stops_the_delivery(tmp_path: Path, code: str, ending: str) -> None:
    module = module_of(code)
    cells = [row for row in forms.rows(CASES[code].cells) if row[1] != "FR"]
    with pytest.raises(DeliveryError, match="country FR missing"):
        module.parse(delivered(tmp_path, code, ending, FORMATS[ending](module.DATASET.dims, cells)))


@pytest.mark.parametrize(("code", "gone"), [("isoc_eb_ain2", "J"), ("isoc_r_dskl_i", "I_DSK2_BAB")])
@pytest.mark.parametrize("ending", FORMATS)
def test_a_declared_category_that_is_missing_stops_the_delivery(
    tmp_path: Path, code: str, gone: str, ending: str
) -> None:
    module = module_of(code)
    cells = [row for row in forms.rows(CASES[code].cells) if gone not in row[0]]
    with pytest.raises(DeliveryError, match=f"'{gone}' is declared, but the delivery has no such row") as caught:
        module.parse(delivered(tmp_path, code, ending, FORMATS[ending](module.DATASET.dims, cells)))
    assert caught.value.column in module.DATASET.dims
    assert "Remedy:" in str(caught.value)


# ── Regional rows of the survey on AI in enterprises ─────────────────────────────────────────────────────────────


def test_regional_rows_appear_by_themselves(tmp_path: Path) -> None:
    """The day Eurostat has Länder, régions or NUTS 2 regions, they are in the tidy table without any change."""
    module = module_of("isoc_r_eb_ain2")
    key = "GE10,C10-S951_X_K,E_AI_TANY,PC_ENT,"
    table = f"2025\n{key}DE 25.97\n{key}DE3 32.1\n{key}DE30 32.1\n{key}FR 18.16\n{key}FR1 25.5 u\n{key}FRY1 9.9\n"
    got = module.parse(delivered(tmp_path, "isoc_r_eb_ain2", "tsv", forms.tsv(module.DATASET.dims, forms.rows(table))))
    assert dict(got.select("region", "value").rows()) == {
        "DE": 25.97,
        "DE3": 32.1,
        "DE30": 32.1,
        "FR": 18.16,
        "FR1": 25.5,
        "FRY1": 9.9,
    }
    assert got.filter(region="FR1")["status"].item() == "u"


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────

API = "https://ec.europa.eu/eurostat/api/dissemination/"


@pytest.mark.parametrize(
    ("code", "address"),
    [
        (
            "isoc_eb_ai",
            "sdmx/2.1/data/isoc_eb_ai/A.GE10.C10-S951_X_K.E_AI_TANY.PC_ENT.?format=SDMX-CSV&compressed=true",
        ),
        ("isoc_eb_ain2", "sdmx/2.1/data/isoc_eb_ain2/A.GE10..E_AI_TANY.PC_ENT.?format=SDMX-CSV&compressed=true"),
        ("isoc_r_dskl_i", "sdmx/2.1/data/isoc_r_dskl_i/A.I_DSK2_BAB+I_DSK2_AB.PC_IND.?format=TSV&compressed=true"),
        ("nama_10r_3empers", "sdmx/2.1/data/nama_10r_3empers/A.THS.EMP.J+TOTAL.?format=SDMX-CSV&compressed=true"),
        ("hrst_st_rcat", "statistics/1.0/data/hrst_st_rcat?format=JSON&lang=EN&category=SE&unit=PC_ACT"),
        ("population", "sdmx/2.1/data/demo_r_pjangrp3?format=TSV&compressed=true"),
    ],
)
def test_the_address_has_the_filter_and_the_format(code: str, address: str) -> None:
    """An SDMX key: freq, the dimensions in order, an open geo; codes of one dimension joined by '+'."""
    (file,) = module_of(code).SOURCE.files
    assert file.url == API + address
