"""Scientists and engineers by NUTS region, from Eurostat's hrst_st_rcat: per cent of the active population."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

DATASET: Final = eurostat.Dataset(
    code="hrst_st_rcat",
    dims=("category", "unit"),
    measures=(eurostat.Measure("scientists_engineers", {"category": "SE", "unit": "PC_ACT"}),),
    levels=(0, 1, 2),
    low=0,
    high=60,
    meaning="share",
    national=(1, 40),
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_hrst_st_rcat",
    title={
        "de": "Humanressourcen in Wissenschaft und Technik nach NUTS-2-Region (hrst_st_rcat)",
        "fr": "Ressources humaines en science et technologie, par région NUTS 2 (hrst_st_rcat)",
        "en": "Human resources in science and technology by category and NUTS 2 region (hrst_st_rcat)",
    },
    rhythm="yearly, spring",
    every_days=365,
    form="JSON",  # by name: the order of the dimensions was not seen in a delivery
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `scientists_engineers` (category SE), per cent of the active population, NUTS 0–2.

    From the labour force survey: small regions carry the flag u.
    """
    return eurostat.parse(DATASET, delivery)
