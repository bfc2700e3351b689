"""Share of Indeed job ads that mention AI, Germany and France: daily as published, monthly means here, per cent."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from etl import codes, tidy
from etl.model import Delivery, DeliveryError, File, Licence, Source

_REPOSITORY: Final = "https://raw.githubusercontent.com/hiring-lab/ai-tracker"
#: History is rewritten with every edition, so the one shown has a name.
_COMMIT: Final = "41392c3f5a65acc3d47d35d4e8ef81265a020017"

SOURCE: Final = Source(
    id="indeed_ai_postings",
    publisher="Indeed Hiring Lab",
    title={
        "de": "AI Tracker: Anteil der Stellenanzeigen mit KI-Bezug",
        "fr": "AI Tracker : part des offres d’emploi mentionnant l’IA",
        "en": "AI Tracker: share of AI job postings",
    },
    licence=Licence(
        name="CC BY 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        credit="Indeed Hiring Lab, AI Tracker, CC BY 4.0",
    ),
    url="https://github.com/hiring-lab/ai-tracker",
    files=(
        File(
            key="postings",
            names=("AI_posting.csv",),
            url=f"{_REPOSITORY}/{_COMMIT}/AI_posting.csv",
            latest=f"{_REPOSITORY}/HEAD/AI_posting.csv",
        ),
    ),
    folders=("indeed",),
    vintage=f"commit {_COMMIT} (2026-07-21)",
    rhythm="monthly, with gaps",
    every_days=31,
    keeps_history=True,
)

COUNTRIES: Final = ("DE", "FR")
#: Nine countries in the file; the daily shares of the two range from 1.5 to 5.1 %. Below 0.2 the unit is a share of 1.
LOWEST: Final = 0.2


def parse(delivery: Delivery) -> pl.DataFrame:
    """Measure `ai_share`, per cent of all job ads, plain mean of the daily values of each complete month.

    The published daily value is itself a trailing seven-day average. A first or last month without all its days is
    left out. Raises DeliveryError for a missing country, a day missing inside the series or given twice, or a share
    outside 0.2…100.
    """
    path = delivery.path("postings")
    columns = {"date": pl.String, "jobcountry": pl.String, "AI_share_postings": pl.Float64}
    frame = tidy.read_csv(path, columns).filter(pl.col("jobcountry").is_in(COUNTRIES))
    tidy.expect_regions(frame, "jobcountry", COUNTRIES, path.name, what="country")
    tidy.expect_unique(frame, ["jobcountry", "date"], path.name)
    tidy.expect_range(frame, "AI_share_postings", LOWEST, 100, path.name, meaning="share")
    frame = tidy.map_codes(frame, "jobcountry", lambda code: codes.resolve(code, "nuts"), path.name)
    daily = _dated(frame, path)
    _expect_every_day(daily, path)
    months = daily.group_by("region", pl.col("day").dt.strftime("%Y-%m").alias("period")).agg(
        value=pl.col("AI_share_postings").sort_by("day").mean(),
        complete=pl.len() == pl.col("day").first().dt.month_end().dt.day(),
    )
    months = months.filter("complete")
    tidy.expect_regions(months, "region", COUNTRIES, path.name, what="a complete month of country")
    months = months.with_columns(measure=pl.lit("ai_share"), file=pl.lit("postings"))
    return tidy.to_tidy(months)


def _dated(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    frame = frame.rename({"jobcountry": "region"}).with_columns(
        day=pl.col("date").str.to_date("%Y-%m-%d", strict=False)
    )
    for column, problem in (("day", "is not a date like 2024-06-30"), ("AI_share_postings", "has no share")):
        if (bad := frame.filter(pl.col(column).is_null())).height:
            raise DeliveryError(
                f"'{bad['date'][0]}' {problem}",
                file=path.name,
                line=bad["line"][0],
                column="date" if column == "day" else column,
                remedy="fetch the delivery again.",
            )
    return frame


def _expect_every_day(daily: pl.DataFrame, path: Path) -> None:
    """A mean over a month with a hole would look like any other; a hole inside the series is therefore refused."""
    steps = daily.sort("region", "day").with_columns(gap=pl.col("day").diff().over("region").dt.total_days())
    if (holes := steps.filter(pl.col("gap") > 1)).height:
        hole = holes.row(0, named=True)
        raise DeliveryError(
            f"no value for {hole['region']} for {hole['gap'] - 1} day(s) before {hole['date']}",
            file=path.name,
            line=hole["line"],
            column="date",
            remedy="fetch the delivery again.",
        )
