"""Employed persons in information and communication (NACE J), from Eurostat's lfst_r_lfe2en2: thousand persons."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

_WHERE: Final = {"nace_r2": "J", "age": "Y15-64", "sex": "T", "unit": "THS_PER"}

DATASET: Final = eurostat.Dataset(
    code="lfst_r_lfe2en2",
    dims=("nace_r2", "age", "sex", "unit"),
    measures=(eurostat.Measure("employed_j", _WHERE),),
    levels=(0, 1, 2),
    low=0,
    high=6_000,  # thousand persons: a delivery in persons is far above
    meaning="employment",
    additive=True,
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_lfst_r_lfe2en2",
    title={
        "de": "Erwerbstätige nach Wirtschaftszweig und NUTS-2-Region, Arbeitskräfteerhebung (lfst_r_lfe2en2)",
        "fr": "Emploi par activité et région NUTS 2, enquête sur les forces de travail (lfst_r_lfe2en2)",
        "en": "Employment by sex, age, economic activity and NUTS 2 region, labour force survey (lfst_r_lfe2en2)",
    },
    rhythm="yearly, spring",
    every_days=365,
    form="JSON",  # by name: the order of the dimensions was not seen in a delivery
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `employed_j`, thousand persons aged 15 to 64 at their place of residence, NUTS 0–2.

    Sample survey: small regions carry the flag u or have no figure.
    """
    return eurostat.parse(DATASET, delivery)
