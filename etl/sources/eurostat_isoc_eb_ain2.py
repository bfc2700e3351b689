"""Enterprises using AI by economic activity, from Eurostat's isoc_eb_ain2: per cent, by country."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

#: NACE Rev. 2 sections (L only as its division 68). The address leaves them open: a renamed one is refused on reading.
ACTIVITIES: Final = ("C", "F", "G", "H", "I", "J", "L68", "M", "N")
_WHERE: Final = {"size_emp": "GE10", "indic_is": "E_AI_TANY", "unit": "PC_ENT"}

DATASET: Final = eurostat.Dataset(
    code="isoc_eb_ain2",
    dims=("size_emp", "nace_r2", "indic_is", "unit"),
    measures=(eurostat.Measure("any_ai", _WHERE, by="nace_r2", members=ACTIVITIES),),
    levels=(0,),
    low=0,
    high=100,
    meaning="share",
    national=(0.5, 100),
    open=("nace_r2",),
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_isoc_eb_ain2",
    title={
        "de": "Künstliche Intelligenz in Unternehmen nach Wirtschaftszweig (isoc_eb_ain2)",
        "fr": "Intelligence artificielle dans les entreprises, par activité (isoc_eb_ain2)",
        "en": "Artificial intelligence in enterprises by NACE Rev. 2 activity (isoc_eb_ain2)",
    },
    rhythm="yearly, winter",
    every_days=365,
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `any_ai` by `nace_r2`, per cent of enterprises with 10 or more persons, Germany and France.

    Raises DeliveryError also where one of the declared activities or one of the two countries is missing.
    """
    return eurostat.parse(DATASET, delivery)
