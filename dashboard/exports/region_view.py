"""A region as rows: every indicator with its whole series, breakdowns in their latest period."""

from __future__ import annotations

from typing import Any

from dashboard import queries
from dashboard.exports import csv
from dashboard.i18n import words
from dashboard.profile import Entry, Profile


def table(found: Profile) -> csv.Table:
    """The figures of the region's page. What a licence keeps here is named and left empty."""
    rows = [row for entry in found.entries for row in _lines(found, entry)]
    name = csv.file_name(found.region.name(found.lang), found.region.code)
    return csv.Table(name, rows)


def _lines(found: Profile, entry: Entry) -> list[dict[str, Any]]:
    t, indicator = words(found.lang), entry.indicator
    place = {"entity": found.region.name(found.lang), "code": found.region.code, "level": found.level}
    if queries.withheld(found.build, indicator):
        return [place | csv.withheld_row(found.build, t, indicator)]
    return [
        place
        | csv.about(found.build, t, indicator, row["member"])
        | {"period": row["period"]}
        | csv.figure(indicator, row, t)
        for row in entry.series or entry.members
    ]
