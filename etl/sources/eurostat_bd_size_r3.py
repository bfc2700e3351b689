"""Active enterprises with 10 or more employees by NUTS 3 region, from Eurostat's bd_size_r3: France only.

Eurostat has no rows for Germany. NACE B–S without K64.2 is wider than the field of the ICT survey, so survey shares
times this count are an estimate, not a number of enterprises.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

DATASET: Final = eurostat.Dataset(
    code="bd_size_r3",
    dims=("indic_sb", "sizeclas", "nace_r2"),
    measures=(eurostat.Measure("enterprises", {"indic_sb": "V11910", "sizeclas": "GE10", "nace_r2": "B-S_X_K642"}),),
    levels=(0, 1, 2, 3),
    low=0,
    high=2e6,
    meaning="number of enterprises",
    required=("FR",),
    additive=True,
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_bd_size_r3",
    title={
        "de": "Unternehmensdemografie nach Größenklasse und NUTS-3-Region (bd_size_r3)",
        "fr": "Démographie des entreprises par taille et région NUTS 3 (bd_size_r3)",
        "en": "Business demography by size class and NUTS 3 region (bd_size_r3)",
    },
    rhythm="yearly until 2020, then closed",
    form="JSON",  # by name: the order of the dimensions was not seen in a delivery
    folders=("eurostat/denominators", "eurostat"),
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `enterprises`, population of active enterprises with 10 or more employees, France, NUTS 0–3."""
    return eurostat.parse(DATASET, delivery)
