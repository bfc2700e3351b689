"""What has changed since a build, as rows of a CSV: one for each figure."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from flask import Flask, Response, request

from dashboard import changed, frozen, queries, urls
from dashboard.components.actions import kept
from dashboard.compressed import pack, respond
from dashboard.exports import csv
from dashboard.i18n import languages
from dashboard.pages import Request, pages
from dashboard.queries import Row
from dashboard.store import Build, Store

COLUMNS: Final = (
    "entity", "code", "indicator", "title", "unit", "breakdown", "period", "change", "then", "today",
    "status_then", "status_today", "build_then", "build_today", "source", "licence", "licence_url",
)  # fmt: skip
#: More rows than that are asked for indicator by indicator.
MOST: Final = 50_000


def register(server: Flask, store: Store) -> None:
    """`/{lang}/changed.csv?asof=`."""

    @server.get("/<lang>/changed.csv")
    def changed_csv(lang: str) -> Response:
        if lang not in languages():
            raise urls.NotFoundError(lang)
        made = pages()["changed"].file(frozen.page_request(store, lang, ""))
        answer = respond(
            request, pack(csv.text(made.rows, made.columns), quality=5), "text/csv; charset=utf-8", "no-cache"
        )
        answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}.csv"'
        return answer


def table(asked: Request, indicator: str, found: pl.DataFrame) -> csv.Table:
    """The changes of one indicator, or with '' of all; what a licence keeps here is counted, without its figures.

    Raises NotFoundError where there are too many at once (400), or a licence keeps the indicator asked for (403).
    """
    t, build, today = asked.words, asked.build, asked.today or asked.build
    if indicator:
        found = found.filter(pl.col("indicator") == indicator)
    if found.height > MOST:
        text = t("More than {n} figures have changed: take them along by indicator.", n=t.number(MOST))
        raise urls.NotFoundError(urls.ASOF, text=text, status=400)
    words, rows = changed.kinds(t), []
    for id_, cells in ((str(key[0]), part) for key, part in found.group_by("indicator", maintain_order=True)):
        builds = [one for one in (today, build) if id_ in queries.indicators(one, t.lang)]
        row = queries.indicators(builds[0], t.lang)[id_]
        about = csv.about(builds[0], t, row) | {"build_then": build.id, "build_today": today.id}
        if any(queries.withheld(one, queries.indicators(one, t.lang)[id_]) for one in builds):
            if indicator:
                csv.refuse_withheld(builds[0], t, row, urls.view_url(t.lang, "changed", "", {urls.ASOF: build.id}))
            rows.append(about | {"change": kept(t)})
            continue
        rows += [about | _line(builds[0], t.lang, row, cell, words) for cell in cells.to_dicts()]
    return csv.Table(f"changed-{build.id}-{today.id}", rows, COLUMNS)


def _line(build: Build, lang: str, row: Row, cell: Row, words: dict[str, str]) -> dict[str, Any]:
    known = queries.regions(build).get(cell["region"])
    return {
        "entity": known.name(lang) if known else cell["region"],
        "code": cell["region"],
        "breakdown": row["members"].get(cell["member"], cell["member"]),
        "period": cell["period"],
        "change": words[cell["change"]],
        "then": cell["old"],
        "today": cell["new"],
        "status_then": cell["old_status"],
        "status_today": cell["new_status"],
    }
