"""Gross domestic product at current market prices by NUTS region, from Eurostat's nama_10r_3gdp: million euro."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import sdmx, tidy
from etl.model import Delivery, File, Licence, Source

SOURCE: Final = Source(
    id="eurostat_gdp",
    publisher="Eurostat",
    title={
        "de": "Bruttoinlandsprodukt (BIP) zu jeweiligen Marktpreisen nach NUTS-3-Region (nama_10r_3gdp)",
        "fr": "Produit intérieur brut (PIB) aux prix courants du marché par région NUTS 3 (nama_10r_3gdp)",
        "en": "Gross domestic product (GDP) at current market prices by NUTS 3 region (nama_10r_3gdp)",
    },
    licence=Licence(
        name="Eurostat reuse notice",
        url="https://ec.europa.eu/eurostat/about-us/policies/copyright",
        credit="Source: Eurostat, nama_10r_3gdp; free re-use with acknowledgement of the source",
    ),
    url="https://ec.europa.eu/eurostat/databrowser/view/nama_10r_3gdp",
    files=(
        File(
            key="gdp",
            names=("nama_10r_3gdp.tsv.gz", "nama_10r_3gdp.tsv", "nama_10r_3gdp.sdmx.csv"),
            url="https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/nama_10r_3gdp?format=TSV&compressed=true",
        ),
    ),
    folders=("eurostat/denominators", "eurostat"),
    vintage="state of May 2024",
    rhythm="yearly, spring",
)

_WHERE: Final = {"unit": "MIO_EUR"}
#: The atlas's other series begin in 2012 at the earliest; older years would only swell the build.
FIRST_YEAR: Final = "2010"


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `gdp`, million euro at current prices, NUTS 0–3 of NUTS 2024, from 2010 on; Eurostat's flags kept.

    Kreise that NUTS 2024 renamed keep their figure, merged ones are added up (reason own_sum). Extra-regio GDP
    (FRZ) belongs to no region: the régions add up to 0.04 % less than France in 2021.
    Raises DeliveryError also for a missing Land or région and where the parts are 1 % off the country.
    """
    path = delivery.path("gdp")
    long = sdmx.read(path, ("unit",), _WHERE).filter(pl.col("period") >= FIRST_YEAR)
    frame = sdmx.to_nuts_2024(sdmx.fill_missing(sdmx.with_status(long, path.name)), path.name)
    tidy.expect_range(frame, "value", 0, 50e6, path.name, meaning="GDP")
    sdmx.expect_whole(frame, path.name, tolerance=0.01)
    return tidy.to_tidy(frame.with_columns(measure=pl.lit("gdp"), file=pl.lit("gdp")))
