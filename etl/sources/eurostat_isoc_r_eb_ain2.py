"""Enterprises using AI by NUTS region, from Eurostat's isoc_r_eb_ain2: per cent.

As of September 2026 it has nothing below the country for Germany and France (other countries have NUTS 1 or 2). It
is polled: rows for Länder and régions appear in the atlas by themselves the day Eurostat publishes them.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

#: The same field as eurostat_isoc_eb_ai, so that a region stands beside its country's published figure.
_WHERE: Final = {"size_emp": "GE10", "nace_r2": "C10-S951_X_K", "indic_is": "E_AI_TANY", "unit": "PC_ENT"}

DATASET: Final = eurostat.Dataset(
    code="isoc_r_eb_ain2",
    dims=("size_emp", "nace_r2", "indic_is", "unit"),
    measures=(eurostat.Measure("any_ai", _WHERE),),
    levels=(0, 1, 2),
    low=0,
    high=100,
    meaning="share",
    national=(0.5, 100),
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_isoc_r_eb_ain2",
    title={
        "de": "Künstliche Intelligenz in Unternehmen nach Wirtschaftszweig und NUTS-2-Region (isoc_r_eb_ain2)",
        "fr": "Intelligence artificielle dans les entreprises, par activité et région NUTS 2 (isoc_r_eb_ain2)",
        "en": "Artificial intelligence by NACE Rev. 2 activity and NUTS 2 region (isoc_r_eb_ain2)",
    },
    rhythm="yearly, winter",
    every_days=365,
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `any_ai`, per cent of enterprises with 10 or more persons, countries, NUTS 1 and NUTS 2 as published.

    Raises DeliveryError also where one of the two countries is missing or a share is outside 0…100.
    """
    return eurostat.parse(DATASET, delivery)
