"""Enterprises using AI by size class, from Eurostat's isoc_eb_ai: per cent of a class, by country."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

#: Persons employed: small, medium-sized, both together (SMEs without micro-enterprises), large.
SIZES: Final = ("10-49", "50-249", "10-249", "GE250")
#: The same field and question as eurostat_isoc_eb_ai, so that a class stands beside the figure of all enterprises.
_WHERE: Final = {"nace_r2": "C10-S951_X_K", "indic_is": "E_AI_TANY", "unit": "PC_ENT"}

DATASET: Final = eurostat.Dataset(
    code="isoc_eb_ai",
    dims=("size_emp", "nace_r2", "indic_is", "unit"),
    measures=(eurostat.Measure("any_ai", _WHERE, by="size_emp", members=SIZES),),
    levels=(0,),
    low=0,
    high=100,
    meaning="share",
    national=(0.5, 100),
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_isoc_eb_ai_size",
    title={
        "de": "Künstliche Intelligenz in Unternehmen nach Größenklasse (isoc_eb_ai)",
        "fr": "Intelligence artificielle dans les entreprises, par classe de taille (isoc_eb_ai)",
        "en": "Artificial intelligence in enterprises by size class (isoc_eb_ai)",
    },
    rhythm="yearly, winter",
    every_days=365,
    extracts=("isoc_eb_ai__sizes__E_AI_TANY__PC_ENT.sdmx.csv",),
    vintage="last update 27/02/26 11:00:00",
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `any_ai` by `size_emp`, per cent of enterprises of the class, Germany and France, years as surveyed.

    Raises DeliveryError also where one of the declared classes or one of the two countries is missing.
    """
    return eurostat.parse(DATASET, delivery)
