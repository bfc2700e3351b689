"""Individuals using generative AI, from Eurostat's isoc_ai_iaiu: per cent of people aged 16 to 74, by country."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

#: Used in the last three months, share of all individuals.
_WHERE: Final = {"indic_is": "I_IUAI", "unit": "PC_IND"}
_EXTRACTS: Final = ("isoc_ai_iaiu__2025_DE_FR_EU.csv",)

DATASET: Final = eurostat.Dataset(
    code="isoc_ai_iaiu",
    dims=("ind_type", "indic_is", "unit"),
    measures=(
        eurostat.Measure("genai", {**_WHERE, "ind_type": "IND_TOTAL"}),
        eurostat.Measure("genai", _WHERE, by="ind_type", members=("Y16_24", "Y25_54")),
    ),
    levels=(0,),
    low=0,
    high=100,
    meaning="share",
    national=(1, 100),
    flagless=_EXTRACTS,
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_isoc_ai_iaiu",
    title={
        "de": "Nutzung von Werkzeugen der generativen KI durch Personen (isoc_ai_iaiu)",
        "fr": "Utilisation d’outils d’IA générative par les personnes (isoc_ai_iaiu)",
        "en": "Individuals – use of generative AI tools (isoc_ai_iaiu)",
    },
    rhythm="yearly, winter",
    every_days=365,
    extracts=_EXTRACTS,
    vintage="state of 2026, reference year 2025",
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `genai`, per cent of individuals, Germany and France, in total and by age group (`ind_type`).

    Rows of the recorded extract have the reason flags_unknown: it was published without Eurostat's flags.
    Raises DeliveryError also where a declared age group or one of the two countries is missing.
    """
    return eurostat.parse(DATASET, delivery)
