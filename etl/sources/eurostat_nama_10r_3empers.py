"""Employed persons in information and communication (NACE J), from Eurostat's nama_10r_3empers: thousand persons."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

_WHERE: Final = {"unit": "THS", "wstatus": "EMP"}

DATASET: Final = eurostat.Dataset(
    code="nama_10r_3empers",
    dims=("unit", "wstatus", "nace_r2"),
    measures=(
        eurostat.Measure("employed_j", {**_WHERE, "nace_r2": "J"}),
        eurostat.Measure("employed", {**_WHERE, "nace_r2": "TOTAL"}),
    ),
    levels=(0, 1, 2, 3),
    low=0,
    high=60_000,  # thousand persons: a delivery in persons is far above
    meaning="employment",
    additive=True,
    first_year="2010",
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_nama_10r_3empers",
    title={
        "de": "Erwerbstätige nach Wirtschaftsbereich und NUTS-3-Region (nama_10r_3empers)",
        "fr": "Emploi par branche et région NUTS 3 (nama_10r_3empers)",
        "en": "Employment (thousand persons) by NUTS 3 region and activity (nama_10r_3empers)",
    },
    rhythm="yearly, winter",
    every_days=365,
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measures `employed_j` and `employed`, thousand persons at their place of work, NUTS 0–3, from 2010 on.

    National accounts concept (ESA 2010). Merged Kreise are added up (reason own_sum).
    """
    return eurostat.parse(DATASET, delivery)
