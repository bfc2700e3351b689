"""Population on 1 January by NUTS region, from Eurostat's demo_r_pjangrp3: persons, all ages and sexes."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import sdmx, tidy
from etl.model import Delivery, File, Licence, Source

SOURCE: Final = Source(
    id="eurostat_population",
    publisher="Eurostat",
    title={
        "de": "Bevölkerung am 1. Januar nach Altersgruppe, Geschlecht und NUTS-3-Region (demo_r_pjangrp3)",
        "fr": "Population au 1er janvier par groupe d’âge, sexe et région NUTS 3 (demo_r_pjangrp3)",
        "en": "Population on 1 January by age group, sex and NUTS 3 region (demo_r_pjangrp3)",
    },
    licence=Licence(
        name="Eurostat reuse notice",
        url="https://ec.europa.eu/eurostat/about-us/policies/copyright",
        credit="Source: Eurostat, demo_r_pjangrp3; free re-use with acknowledgement of the source",
    ),
    url="https://ec.europa.eu/eurostat/databrowser/view/demo_r_pjangrp3",
    files=(
        File(
            key="population",
            names=("demo_r_pjangrp3.tsv.gz", "demo_r_pjangrp3.tsv", "demo_r_pjangrp3.sdmx.csv"),
            url="https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/demo_r_pjangrp3?format=TSV&compressed=true",
        ),
    ),
    folders=("eurostat/denominators", "eurostat"),
    vintage="state of January 2024",
    rhythm="yearly, spring",
)

_DIMS: Final = ("sex", "unit", "age")
_WHERE: Final = {"sex": "T", "unit": "NR", "age": "TOTAL"}


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `population`, persons on 1 January, NUTS 0–3 of NUTS 2024, from 2014 on; Eurostat's flags kept.

    Kreise that NUTS 2024 renamed keep their figure, merged ones are added up (reason own_sum).
    Raises DeliveryError also for a missing Land or région and where the parts do not add up to the country.
    """
    path = delivery.path("population")
    long = sdmx.with_status(sdmx.read(path, _DIMS, _WHERE), path.name)
    frame = sdmx.to_nuts_2024(sdmx.fill_missing(long), path.name)
    tidy.expect_range(frame, "value", 1, 200e6, path.name, meaning="population")
    sdmx.expect_whole(frame, path.name, tolerance=0.0)
    return tidy.to_tidy(frame.with_columns(measure=pl.lit("population"), file=pl.lit("population")))
