"""The list of indicators as rows: what there is of each, by country and level, from which sources, and its licence."""

from __future__ import annotations

from dashboard import queries, urls
from dashboard.components.controls import THEMES
from dashboard.exports import csv
from dashboard.i18n import Words
from dashboard.store import Build

COLUMNS = (
    "theme", "indicator", "title", "unit", "country", "level", "first_period", "last_period", "periods",
    "regions_with", "units", "figures", "missing", "hand_on", "source", "licence", "licence_url", "retrieved", "page",
)  # fmt: skip


def table(build: Build, t: Words, name: str) -> csv.Table:
    """A row for each indicator, country and level; name: the page's."""
    known = queries.indicators(build, t.lang)
    themes = {theme: t(name) for theme, name in THEMES.items()}
    order = {id_: place for place, id_ in enumerate(known)}
    rows = [
        csv.about(build, t, known[row["indicator"]])
        | {
            "theme": themes[known[row["indicator"]]["theme"]],
            "regions_with": row["regions"],
            "figures": row["observed"],
            "hand_on": t("no: shown only") if queries.withheld(build, known[row["indicator"]]) else t("yes"),
            "page": urls.page(t.lang, "indicator", row["indicator"]),
        }
        | {key: row[key] for key in ("country", "level", "first_period", "last_period", "periods", "units", "missing")}
        for row in sorted(queries.coverage(build), key=lambda row: order[row["indicator"]])
    ]
    return csv.Table(csv.file_name(name), rows, COLUMNS, sources=sorted(queries.sources(build)))
