"""Enterprises using AI, the official survey on ICT in enterprises, from Eurostat's isoc_eb_ai: per cent, by country."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import sdmx, tidy
from etl.model import Delivery, File, Licence, Source

SOURCE: Final = Source(
    id="eurostat_isoc_eb_ai",
    publisher="Eurostat",
    title={
        "de": "Künstliche Intelligenz in Unternehmen nach Größenklasse und Wirtschaftszweig (isoc_eb_ai)",
        "fr": "Intelligence artificielle dans les entreprises, par taille et activité (isoc_eb_ai)",
        "en": "Artificial intelligence in enterprises by size class and NACE activity (isoc_eb_ai)",
    },
    licence=Licence(
        name="Eurostat reuse notice",
        url="https://ec.europa.eu/eurostat/about-us/policies/copyright",
        credit="Source: Eurostat, isoc_eb_ai; free re-use with acknowledgement of the source",
    ),
    url="https://ec.europa.eu/eurostat/databrowser/view/isoc_eb_ai",
    files=(
        File(
            key="isoc_eb_ai",
            names=(
                "isoc_eb_ai.sdmx.csv",
                "isoc_eb_ai.csv",
                "isoc_eb_ai.tsv.gz",
                "isoc_eb_ai.tsv",
                "isoc_eb_ai__GE10__E_AI_TANY__PC_ENT.sdmx.csv",
            ),
            url="https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/isoc_eb_ai?format=SDMX-CSV",
        ),
    ),
    folders=("eurostat",),
    vintage="last update 27/02/26 11:00:00",
    rhythm="yearly, winter",
)

_DIMS: Final = ("size_emp", "nace_r2", "indic_is", "unit")
#: Enterprises with 10 or more persons; NACE C10–S95.1 without the financial sector (K); at least one AI technology.
_WHERE: Final = {"size_emp": "GE10", "nace_r2": "C10-S951_X_K", "indic_is": "E_AI_TANY", "unit": "PC_ENT"}


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `any_ai`, per cent of enterprises, Germany and France, years as surveyed (none for 2022).

    Flags b, u, c and e are kept; a confidential or unreliable cell without value stays a row without value.
    Raises DeliveryError also where one of the two countries is missing or a share is outside 0…100.
    """
    path = delivery.path("isoc_eb_ai")
    long = sdmx.fill_missing(sdmx.with_status(sdmx.read(path, _DIMS, _WHERE), path.name))
    frame = sdmx.to_nuts_2024(long, path.name)
    tidy.expect_regions(frame, "region", sdmx.COUNTRIES, path.name, what="country")
    tidy.expect_range(frame, "value", 0, 100, path.name, meaning="share")
    return tidy.to_tidy(frame.with_columns(measure=pl.lit("any_ai"), file=pl.lit("isoc_eb_ai")))
