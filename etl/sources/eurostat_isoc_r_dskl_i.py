"""Digital skills of individuals by NUTS region, from Eurostat's isoc_r_dskl_i: per cent of people aged 16 to 74.

2025 only; Germany 12 of 16 Länder (none for Bremen, Rheinland-Pfalz, Saarland, Thüringen), France all 13 régions and
the overseas ones together (FRY), every French region flagged u (low reliability).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

DATASET: Final = eurostat.Dataset(
    code="isoc_r_dskl_i",
    dims=("indic_is", "unit"),
    measures=(
        eurostat.Measure("basic_or_above", {"indic_is": "I_DSK2_BAB", "unit": "PC_IND"}),
        eurostat.Measure("above_basic", {"indic_is": "I_DSK2_AB", "unit": "PC_IND"}),
    ),
    levels=(0, 1, 2),
    low=0,
    high=100,
    meaning="share",
    national=(5, 95),
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_isoc_r_dskl_i",
    title={
        "de": "Digitale Kompetenzen der Bevölkerung nach Region (isoc_r_dskl_i)",
        "fr": "Compétences numériques des personnes, par région (isoc_r_dskl_i)",
        "en": "Individuals’ level of digital skills by region (isoc_r_dskl_i)",
    },
    rhythm="every two years, winter",
    every_days=731,
    form="TSV",
    extracts=("isoc_r_dskl_i__DE_FR_extract.tsv",),
    vintage="state of 2026, reference year 2025",
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measures `basic_or_above` and `above_basic`, per cent of individuals, countries, NUTS 1 and 2 as published.

    Raises DeliveryError also where one of the two countries is missing or a share is outside 0…100.
    """
    return eurostat.parse(DATASET, delivery)
