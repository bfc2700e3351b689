"""Recorded extracts of Eurostat's tables, and whole deliveries in all three formats where they lie beside us."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import TIDY, DeliveryError
from etl.snapshot import find_deliveries
from tests.golden import eurostat_forms as forms
from tests.golden.delivered import shared
from tests.golden.test_eurostat_datasets import FORMATS, delivered, module_of

#: Real rows, in the order and with the header of the recorded extract, which lost Eurostat's flags.
EXTRACT = """\
dataset,indic_is,ind_type,unit,geo,TIME_PERIOD,OBS_VALUE
isoc_ai_iaiu,I_IUAI,IND_TOTAL,PC_IND,DE,2025,32.25
isoc_ai_iaiu,I_IUAI,IND_TOTAL,PC_IND,FR,2025,37.46
isoc_ai_iaiu,I_IUAI,IND_TOTAL,PC_IND,EU27_2020,2025,32.66
isoc_ai_iaiu,I_IUAI,Y16_24,PC_IND,DE,2025,52.65
isoc_ai_iaiu,I_IUAI,Y16_24,PC_IND,FR,2025,76.48
isoc_ai_iaiu,I_IUAI,Y25_54,PC_IND,DE,2025,41.03
isoc_ai_iaiu,I_IUAI,Y25_54,PC_IND,FR,2025,42.36
"""
GENAI = [
    ("", "", "DE", 32.25),
    ("", "", "FR", 37.46),
    ("ind_type", "Y16_24", "DE", 52.65),
    ("ind_type", "Y16_24", "FR", 76.48),
    ("ind_type", "Y25_54", "DE", 41.03),
    ("ind_type", "Y25_54", "FR", 42.36),
]


def genai(reason: str) -> pl.DataFrame:
    rows = [
        ("genai", region, "2025", dim, member, value, "", reason, None, "isoc_ai_iaiu")
        for dim, member, region, value in GENAI
    ]
    return pl.DataFrame(rows, schema=TIDY, orient="row")


def test_a_recorded_extract_without_flags_says_so_in_every_row(tmp_path: Path) -> None:
    place = tmp_path / "eurostat"
    place.mkdir()
    (place / "isoc_ai_iaiu__2025_DE_FR_EU.csv").write_text(EXTRACT)
    module = module_of("isoc_ai_iaiu")
    got = module.parse(find_deliveries(tmp_path, [module.SOURCE])[module.SOURCE.id])
    assert got.equals(genai("flags_unknown"))


def test_a_delivery_under_its_own_name_must_have_its_flags(tmp_path: Path) -> None:
    module = module_of("isoc_ai_iaiu")
    with pytest.raises(DeliveryError, match="line 1, column 'freq': the column is missing"):
        module.parse(delivered(tmp_path, "isoc_ai_iaiu", "sdmx.csv", EXTRACT))


@pytest.mark.parametrize("ending", FORMATS)
def test_the_published_formats_of_the_same_figures_have_no_such_reason(tmp_path: Path, ending: str) -> None:
    module = module_of("isoc_ai_iaiu")
    table = "2025\n" + "".join(
        f"{member or 'IND_TOTAL'},I_IUAI,PC_IND,{region} {value}\n" for _, member, region, value in GENAI
    )
    text = FORMATS[ending](module.DATASET.dims, forms.rows(table))
    assert module.parse(delivered(tmp_path, "isoc_ai_iaiu", ending, text)).equals(genai(""))


def test_the_whole_extracts_have_the_reference_figures() -> None:
    """Digital skills: 28 regions twice, every French région u; the two measures and 'basic' add up (README)."""
    module = module_of("isoc_r_dskl_i")
    got = module.parse(shared(module.SOURCE))
    assert got.height == 2 * 28
    basic = got.filter(measure="basic_or_above")
    assert dict(basic.select("region", "value").rows())["DE2"] == 47.70
    assert set(basic["region"]) & set(codes.units("land", "DE")) == set(codes.units("land", "DE")) - {
        "DE5",
        "DEB",
        "DEC",
        "DEG",
    }
    french = got.filter(pl.col("region").str.starts_with("FR") & (pl.col("region") != "FR"))
    assert french.height == 2 * 14
    assert set(french["status"]) == {"u"}
    module = module_of("isoc_ai_iaiu")
    assert module.parse(shared(module.SOURCE)).equals(genai("flags_unknown"))


def test_a_whole_delivery_written_in_the_other_formats_gives_the_same(tmp_path: Path) -> None:
    """GDP, every German and French cell since 2000, out of the real TSV; read back from all three."""
    module = module_of("gdp")
    real = shared(module.SOURCE)
    header, *lines = gzip.decompress(real.path("gdp").read_bytes()).decode().splitlines()
    periods = [period.strip() for period in header.split("\t")[1:]]
    cells = []
    for line in lines:
        key, *texts = line.split("\t")
        _, unit, geo = key.split(",")
        if geo.startswith(("DE", "FR")):
            cells.append(((unit,), geo, dict(zip(periods, (text.strip() for text in texts), strict=True))))
    want = module.parse(real)
    for ending, write in FORMATS.items():
        (tmp_path / ending / "eurostat_gdp").mkdir(parents=True)
        (tmp_path / ending / "eurostat_gdp" / f"nama_10r_3gdp.{ending}").write_text(write(("unit",), cells))
        delivery = find_deliveries(tmp_path / ending, [module.SOURCE])[module.SOURCE.id]
        assert module.parse(delivery).equals(want), ending
