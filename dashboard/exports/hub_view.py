"""A territory as rows of a CSV: its figures and those of its members, each with how it came about."""

from __future__ import annotations

from typing import Any

from dashboard import aggregate, hub, queries, recipes
from dashboard.aggregate import Aggregate, Case
from dashboard.exports import csv
from dashboard.hub import Finding
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import Territory
from dashboard.view import flag_word


def newest(build: Build, t: Words, territory: Territory) -> csv.Table:
    """Every indicator in its newest period: the territory, then its members. What cannot be had says why."""
    rows: list[dict[str, Any]] = []
    known = list(queries.indicators(build, t.lang).values())
    figures = hub.case(build, t, territory.members, [row["id"] for row in known])
    places = {finding.indicator["id"]: finding for finding in hub.findings(build, t, territory)}
    alone = _alone(figures, territory)
    for indicator in known:
        for member in indicator["members"] or [""]:
            found = aggregate.newest(figures, indicator["id"], member)
            lines = _lines(build, t, territory, [found], indicator=indicator, alone=alone)
            lines[0] |= _place(places.get(indicator["id"]), found)
            rows += lines
    notes = [t("The range of ranks of a territory is the one it would have among the units of its country.")]
    ranked = len(territory.members) > 1 and any(row.get("of") for row in rows)
    return csv.Table(csv.file_name(territory.name), rows, notes=notes if ranked else ())


def one(build: Build, t: Words, territory: Territory, indicator: Row, back: str) -> csv.Table:
    """One indicator in all periods and all parts of its breakdown; back: the page's address.

    Raises NotFoundError (403) where the licence does not let the figures leave.
    """
    csv.refuse_withheld(build, t, indicator, back)
    figures = hub.case(build, t, territory.members, [indicator["id"]])
    rows: list[dict[str, Any]] = []
    for member in indicator["members"] or [""]:
        found = [
            aggregate.aggregate(figures, indicator["id"], member, period)
            for period in figures.periods(indicator["id"], member)
        ]
        found = found or [aggregate.newest(figures, indicator["id"], member)]
        rows += _lines(build, t, territory, found, indicator=indicator, alone=_alone(figures, territory))
    return csv.Table(
        csv.file_name(indicator["short"], territory.name), rows, title=f"{indicator['title']}, {territory.name}"
    )


def _place(finding: Finding | None, figure: Aggregate) -> dict[str, Any]:
    """The range of ranks of the territory's figure, where the page says it, too."""
    spot = finding.place if finding else None
    if finding is None or spot is None or finding.figure.period != figure.period:
        return {}
    return {"level": finding.among, "rank": spot.rank, "rank_low": spot.low, "rank_high": spot.high, "of": spot.of}


def _alone(figures: Case, territory: Territory) -> dict[str, Case]:
    """Member → what is known of it alone."""
    return {code: figures.only(code) for code in territory.members}


def _lines(
    build: Build, t: Words, territory: Territory, figures: list[Aggregate], *, indicator: Row, alone: dict[str, Case]
) -> list[dict[str, Any]]:
    """The rows of the territory and of its members for some figures."""
    about = {"entity": territory.name, "code": territory.item}
    if queries.withheld(build, indicator):
        return [about | csv.withheld_row(build, t, indicator)]
    regions = queries.regions(build)
    rows = []
    for figure in figures:
        rows.append(about | _figure(build, t, indicator, figure))
        for code, known in alone.items():
            own = aggregate.aggregate(known, figure.indicator, figure.member, figure.period)
            rows.append({"entity": regions[code].name(t.lang), "code": code} | _figure(build, t, indicator, own))
    return rows


def _figure(build: Build, t: Words, indicator: Row, figure: Aggregate) -> dict[str, Any]:
    row = csv.about(build, t, indicator, figure.member) | {"period": figure.period}
    if figure.refusal:
        return row | {"status": "refused", "recipe": recipes.refusal(build, t, indicator, figure.refusal)}
    return row | {
        "value": round(figure.value, csv.digits(indicator)) if figure.value is not None else None,
        "status": figure.status,
        "status_text": flag_word(t, figure.status),
        "n": figure.n,
        "ci_low": _rounded(figure.ci_low),
        "ci_high": _rounded(figure.ci_high),
        "recipe": recipes.recipe(build, t, figure),
    }


def _rounded(limit: float | None) -> float | None:
    return None if limit is None else round(limit, 4)
