"""A region as rows of a CSV: every indicator with its whole series, breakdowns in their latest period."""

from __future__ import annotations

from typing import Any

from dashboard import queries
from dashboard.exports import csv
from dashboard.i18n import words
from dashboard.profile import Entry, Profile
from dashboard.view import flag_word


def table(found: Profile) -> csv.Table:
    """The figures of the region's page. What a licence keeps here is named and left empty."""
    return csv.Table(f"atlas-{found.region.code}", [row for entry in found.entries for row in _lines(found, entry)])


def _lines(found: Profile, entry: Entry) -> list[dict[str, Any]]:
    t, indicator = words(found.lang), entry.indicator
    place = {"entity": found.region.name(found.lang), "code": found.region.code}
    if queries.withheld(found.build, indicator):
        said = t("Shown only: the licence does not let us hand these figures on.")
        return [place | csv.about(found.build, t, indicator) | {"status": "withheld", "recipe": said}]
    return [
        place
        | csv.about(found.build, t, indicator, row["member"])
        | {name: row[name] for name in ("period", "value", "status", "n", "ci_low", "ci_high")}
        | {"status_text": flag_word(t, row["status"]), "recipe": indicator["reasons"].get(row["reason"], "")}
        for row in entry.series or entry.members
    ]
