"""Gross domestic product at current market prices by NUTS region, from Eurostat's nama_10r_3gdp: million euro."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

#: The atlas's other series begin in 2012 at the earliest; older years would only swell the build.
FIRST_YEAR: Final = "2010"

DATASET: Final = eurostat.Dataset(
    code="nama_10r_3gdp",
    key="gdp",
    dims=("unit",),
    measures=(eurostat.Measure("gdp", {"unit": "MIO_EUR"}),),
    levels=(0, 1, 2, 3),
    low=0,
    high=50e6,
    meaning="GDP",
    additive=True,
    whole=0.01,
    first_year=FIRST_YEAR,
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_gdp",
    title={
        "de": "Bruttoinlandsprodukt (BIP) zu jeweiligen Marktpreisen nach NUTS-3-Region (nama_10r_3gdp)",
        "fr": "Produit intérieur brut (PIB) aux prix courants du marché par région NUTS 3 (nama_10r_3gdp)",
        "en": "Gross domestic product (GDP) at current market prices by NUTS 3 region (nama_10r_3gdp)",
    },
    rhythm="yearly, spring",
    every_days=365,
    form="TSV",
    folders=("eurostat/denominators", "eurostat"),
    vintage="state of May 2024",
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `gdp`, million euro at current prices, NUTS 0–3 of NUTS 2024, from 2010 on; Eurostat's flags kept.

    Kreise that NUTS 2024 renamed keep their figure, merged ones are added up (reason own_sum). Extra-regio GDP
    (FRZ) belongs to no region: the regions add up to 0.04 % less than France in 2021.
    Raises DeliveryError also for a missing Land or région and where the parts are 1 % off the country.
    """
    return eurostat.parse(DATASET, delivery)
