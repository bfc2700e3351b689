"""Employment in high-technology sectors by NUTS region, from Eurostat's htec_emp_reg2: per cent of all employed."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

DATASET: Final = eurostat.Dataset(
    code="htec_emp_reg2",
    dims=("nace_r2", "unit", "sex"),
    measures=(eurostat.Measure("high_tech", {"nace_r2": "HTC", "unit": "PC_EMP", "sex": "T"}),),
    levels=(0, 1, 2),
    low=0,
    high=60,
    meaning="share",
    national=(0.5, 30),
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_htec_emp_reg2",
    title={
        "de": "Beschäftigung in Hochtechnologiesektoren nach NUTS-2-Region (htec_emp_reg2)",
        "fr": "Emploi dans les secteurs de haute technologie, par région NUTS 2 (htec_emp_reg2)",
        "en": "Employment in technology and knowledge-intensive sectors by NUTS 2 region (htec_emp_reg2)",
    },
    rhythm="yearly, summer",
    every_days=365,
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `high_tech`, per cent of total employment, countries, NUTS 1 and 2, from 2008 on.

    HTC: high-technology manufacturing and knowledge-intensive high-technology services. Flags b and u are frequent.
    """
    return eurostat.parse(DATASET, delivery)
