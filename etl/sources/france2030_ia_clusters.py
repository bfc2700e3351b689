"""Awards announced for the nine IA-Clusters of France 2030 (May 2024), by région of the lead institution.

A table of the project's own, each row with the press page it quotes. Announced amounts: not what was spent, and never
to be added to the 3IA grants of 2019, which went partly to the same institutes.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import polars as pl

from etl import codes
from etl.model import Delivery, DeliveryError, File, Licence, Source
from etl.tidy import expect_range, expect_unique, expect_values, map_codes, read_csv, to_tidy

_PRESS: Final = "https://www.webtimemedias.com/article/3-ia-cote-azur-label-ia-cluster-assorti-20-me"

SOURCE: Final = Source(
    id="france2030_ia_clusters",
    publisher="France 2030 / ANR, as quoted by the press",
    title={
        "de": "IA-Cluster von France 2030: angekündigte Förderung",
        "fr": "IA-Clusters de France 2030 : dotations annoncées",
        "en": "IA-Clusters of France 2030: announced awards",
    },
    licence=Licence(
        name="quotation with source",
        url=_PRESS,
        credit="Nine amounts as quoted by WebTimeMedias, collected by the atlas.",
    ),
    url=_PRESS,
    files=(File("programmes", ("programmes.csv",), _PRESS, page=True),),
    folders=("programmes",),
    vintage="announcement of 2024-05-21",
    rhythm="one announcement",
)

_COLUMNS: Final = {
    "id": pl.String,
    "type": pl.String,
    "nuts1": pl.String,
    "start": pl.String,
    "funding_eur": pl.Int64,
    "status": pl.String,
    "source": pl.String,
}
_IGNORED: Final = (
    "name", "lead", "orgs", "cities", "region", "end", "funding_kind", "jobs_planned", "jobs_realised",
    "partner_regions", "note",
)  # fmt: skip
_TYPE: Final = "IA-Cluster"
_TOTAL_ROW: Final = "ia-clusters"


def parse(delivery: Delivery) -> pl.DataFrame:
    """TIDY rows of ia_cluster_awards: EUR, 18 régions (0 where no cluster is led from) and France, 2024."""
    path = delivery.path("programmes")
    frame = read_csv(path, _COLUMNS, ignore=_IGNORED)
    expect_unique(frame, ["id"], path.name)
    clusters = frame.filter(pl.col("type") == _TYPE)
    expect_values(clusters, "status", ("awarded",), path.name)
    expect_range(clusters, "funding_eur", 1_000_000, 1_000_000_000, path.name, meaning="award in EUR")
    for column, needed in {"funding_eur": "amount", "nuts1": "région", "source": "address"}.items():
        bare = clusters.filter(pl.col(column).is_null())
        if bare.height:
            raise DeliveryError(
                f"the cluster '{bare['id'][0]}' has no {needed}",
                file=path.name,
                line=bare["line"][0],
                column=column,
                remedy="complete the row from its source, or leave the cluster out.",
            )
    _expect_total(frame, clusters, path.name)
    clusters = map_codes(clusters, "nuts1", partial(codes.resolve, system="nuts"), path.name)
    lands = codes.units("land", "FR")
    expect_values(clusters, "nuts1", lands, path.name)
    sums = clusters.group_by(region="nuts1").agg(pl.col("funding_eur").sum())
    rows = pl.DataFrame({"region": lands}).join(sums, on="region", how="left")
    rows = rows.with_columns(
        pl.col("funding_eur").fill_null(0),
        reason=pl.when(pl.col("funding_eur").is_null()).then(pl.lit("")).otherwise(pl.lit("lead_region")),
    )
    france = rows.select(region=pl.lit("FR"), funding_eur=pl.col("funding_eur").sum(), reason=pl.lit("own_sum")).head(1)
    return to_tidy(
        pl.concat([rows, france]).select(
            "region",
            "reason",
            measure=pl.lit("ia_cluster_awards"),
            period=pl.lit(_year(clusters, path.name)),
            value=pl.col("funding_eur").cast(pl.Float64),
            file=pl.lit("programmes"),
        )
    )


def _expect_total(frame: pl.DataFrame, clusters: pl.DataFrame, file: str) -> None:
    """The nine awards must sum to the published total."""
    total = frame.filter(pl.col("id") == _TOTAL_ROW)["funding_eur"].to_list()
    found = clusters["funding_eur"].sum()
    if total != [found]:
        raise DeliveryError(
            f"the awards sum to {found} EUR, the row '{_TOTAL_ROW}' says {total}",
            file=file,
            column="funding_eur",
            remedy="find the cluster that is missing or changed.",
        )


def _year(clusters: pl.DataFrame, file: str) -> str:
    years = clusters["start"].str.slice(0, 4).unique().to_list()
    if len(years) != 1 or years[0] is None:
        raise DeliveryError(
            f"the clusters start in {years}, expected one year", file=file, column="start", remedy="check the dates."
        )
    return str(years[0])
