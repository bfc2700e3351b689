"""R&D personnel by NUTS region, from Eurostat's rd_p_persreg: full-time equivalents, per cent of all employed."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl import eurostat
from etl.model import Delivery, Source

DATASET: Final = eurostat.Dataset(
    code="rd_p_persreg",
    dims=("prof_pos", "sectperf", "sex", "unit"),
    measures=(
        eurostat.Measure("rd_personnel", {"prof_pos": "TOTAL", "sectperf": "TOTAL", "sex": "T", "unit": "PC_EMP_FTE"}),
    ),
    levels=(0, 1, 2),
    low=0,
    high=20,
    meaning="share",
    national=(0.2, 10),
)

SOURCE: Final[Source] = eurostat.source(
    DATASET,
    id="eurostat_rd_p_persreg",
    title={
        "de": "FuE-Personal nach NUTS-2-Region (rd_p_persreg)",
        "fr": "Personnel de R&D par région NUTS 2 (rd_p_persreg)",
        "en": "R&D personnel and researchers by sector of performance, sex and NUTS 2 region (rd_p_persreg)",
    },
    rhythm="yearly, regions every second year, autumn",
    every_days=365,
    form="JSON",  # by name: the order of the dimensions was not seen in a delivery
)


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `rd_personnel`, R&D personnel in full-time equivalents, per cent of employment, NUTS 0–2.

    All sectors of performance. Years that were surveyed nationally only have no regional rows.
    """
    return eurostat.parse(DATASET, delivery)
