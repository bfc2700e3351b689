"""The page on small and medium-sized firms as rows: every national figure by size class and activity."""

from __future__ import annotations

from dashboard import firms, queries
from dashboard.exports import csv
from dashboard.firms import SECTOR, SIZE, Breakdown
from dashboard.i18n import Words
from dashboard.store import Build
from dashboard.urls import COUNTRIES


def table(build: Build, t: Words, name: str) -> csv.Table:
    """All periods of the page's two breakdowns, as far as the build has them; name: the page's."""
    found = [one for id_ in (SIZE, SECTOR) if (one := firms.breakdown(build, t.lang, id_))]
    return csv.Table(csv.file_name(name), [row for one in found for row in _rows(build, t, one)])


def _rows(build: Build, t: Words, found: Breakdown) -> list[dict[str, object]]:
    if queries.withheld(build, found.indicator):
        return [csv.withheld_row(build, t, found.indicator)]
    regions = queries.regions(build)
    return [
        {"entity": regions[country].name(t.lang), "code": country, "level": "country"}
        | csv.about(build, t, found.indicator, member)
        | {"period": period}
        | csv.figure(found.indicator, found.figures[member][country].get(period) or {"status": "m"}, t)
        for member in found.figures
        for country in COUNTRIES
        for period in found.periods
    ]
