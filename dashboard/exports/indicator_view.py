"""A whole indicator as rows: every level, region, period and member of its breakdown that the build has."""

from __future__ import annotations

from dashboard import queries, urls
from dashboard.exports import csv
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build


def table(build: Build, t: Words, indicator: Row) -> csv.Table:
    """The rows, coarsest level first, in the order of the breakdown.

    Raises NotFoundError (403) where the licence does not let the figures leave.
    """
    csv.refuse_withheld(build, t, indicator, urls.page(t.lang, "indicator", indicator["id"]))
    regions = queries.regions(build)
    about = {member: csv.about(build, t, indicator, member) for member in indicator["members"] or [""]}
    rows = [
        {"entity": regions[row["region"]].name(t.lang), "code": row["region"], "level": row["level"]}
        | about[row["member"]]
        | {"period": row["period"]}
        | csv.figure(indicator, row, t)
        for row in build.rows("indicator_figures", indicator=indicator["id"])
        if row["member"] in about
    ]
    return csv.Table(csv.file_name(indicator["short"]), rows, title=indicator["title"])
