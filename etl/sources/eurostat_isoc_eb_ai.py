"""Enterprises using AI, the official survey on ICT in enterprises, from Eurostat's isoc_eb_ai: per cent, by country."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

#: Enterprises with 10 or more persons; NACE C10–S95.1 without the financial sector (K); at least one AI technology.
_WHERE: Final = {"size_emp": "GE10", "nace_r2": "C10-S951_X_K", "indic_is": "E_AI_TANY", "unit": "PC_ENT"}

DATASET: Final = eurostat.Dataset(
    code="isoc_eb_ai",
    dims=("size_emp", "nace_r2", "indic_is", "unit"),
    measures=(eurostat.Measure("any_ai", _WHERE),),
    levels=(0, 1, 2, 3),
    low=0,
    high=100,
    meaning="share",
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_isoc_eb_ai",
    title={
        "de": "Künstliche Intelligenz in Unternehmen nach Größenklasse und Wirtschaftszweig (isoc_eb_ai)",
        "fr": "Intelligence artificielle dans les entreprises, par taille et activité (isoc_eb_ai)",
        "en": "Artificial intelligence in enterprises by size class and NACE activity (isoc_eb_ai)",
    },
    rhythm="yearly, winter",
    every_days=365,
    extracts=("isoc_eb_ai__GE10__E_AI_TANY__PC_ENT.sdmx.csv",),
    vintage="last update 27/02/26 11:00:00",
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `any_ai`, per cent of enterprises, Germany and France, years as surveyed (none for 2022).

    Flags b, u, c and e are kept; a confidential or unreliable cell without value stays a row without value.
    Raises DeliveryError also where one of the two countries is missing or a share is outside 0…100.
    """
    return eurostat.parse(DATASET, delivery)
