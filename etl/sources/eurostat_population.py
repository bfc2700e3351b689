"""Population on 1 January by NUTS region, from Eurostat's demo_r_pjangrp3: persons, all ages and sexes."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

DATASET: Final = eurostat.Dataset(
    code="demo_r_pjangrp3",
    key="population",
    dims=("sex", "unit", "age"),
    measures=(eurostat.Measure("population", {"sex": "T", "unit": "NR", "age": "TOTAL"}),),
    levels=(0, 1, 2, 3),
    low=1,
    high=200e6,
    meaning="population",
    additive=True,
    whole=0.0,
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_population",
    title={
        "de": "Bevölkerung am 1. Januar nach Altersgruppe, Geschlecht und NUTS-3-Region (demo_r_pjangrp3)",
        "fr": "Population au 1er janvier par groupe d’âge, sexe et région NUTS 3 (demo_r_pjangrp3)",
        "en": "Population on 1 January by age group, sex and NUTS 3 region (demo_r_pjangrp3)",
    },
    rhythm="yearly, spring",
    every_days=365,
    form="TSV",
    filtered=False,  # the order of the dimensions, which a filter needs, was seen in a delivery of 2024 only
    folders=("eurostat/denominators", "eurostat"),
    vintage="state of January 2024",
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `population`, persons on 1 January, NUTS 0–3 of NUTS 2024, from 2014 on; Eurostat's flags kept.

    Kreise that NUTS 2024 renamed keep their figure, merged ones are added up (reason own_sum).
    Raises DeliveryError also for a missing Land or région and where the parts do not add up to the country.
    """
    return eurostat.parse(DATASET, delivery)
