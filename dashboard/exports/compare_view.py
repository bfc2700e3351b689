"""A comparison as rows: each indicator for each side in the common period, its difference to the first, the nations."""

from __future__ import annotations

from typing import Any, Final

from dashboard import queries
from dashboard.compare.model import Comparison, Line
from dashboard.compare.text import findings, verdict
from dashboard.exports import csv

_PLACE: Final = csv.COLUMNS.index("source")
COLUMNS: Final = (
    *csv.COLUMNS[:_PLACE],
    "difference",
    "difference_low",
    "difference_high",
    "significance",
    *csv.COLUMNS[_PLACE:],
)


def table(comparison: Comparison) -> csv.Table:
    """The figures of the page; what a side lacks has its reason, what a licence keeps here is named and left empty."""
    rows = [row for line in comparison.lines for row in _lines(comparison, line)]
    name = csv.file_name(*(comparison.name(code) for code in comparison.codes))
    return csv.Table(name, rows, COLUMNS, notes=findings(comparison) if rows else ())


def _lines(comparison: Comparison, line: Line) -> list[dict[str, Any]]:
    build, t, indicator = comparison.build, comparison.words, line.indicator
    if queries.withheld(build, indicator):
        return [csv.withheld_row(build, t, indicator)]
    about = csv.about(build, t, indicator)
    rows = []
    for code in comparison.codes:
        place = {"entity": comparison.name(code), "code": code, "level": comparison.level}
        rows.append(place | about | _figure(comparison, line, code) | _difference(comparison, line, code))
    for country, row in line.national.items():
        if country not in comparison.codes:
            place = {"entity": comparison.name(country), "code": country, "level": "country"}
            rows.append(place | about | {"period": line.period} | csv.figure(indicator, row, t))
    return rows


def _figure(comparison: Comparison, line: Line, code: str) -> dict[str, Any]:
    """A side's figure; of a territory the remark says how it was put together."""
    t, row = comparison.words, line.rows.get(code)
    if row is None or row["value"] is None:
        status = row["status"] if row and row["status"] else "m"
        found = csv.figure(line.indicator, {"status": status}, t)
        return found | {"period": row["period"] if row else "", "recipe": comparison.absence(line, code)}
    found = csv.figure(line.indicator, row, t) | {"period": row["period"]}
    if comparison.sides[code].territory is not None:
        limits = {name: round(row[name], 4) for name in ("ci_low", "ci_high") if row[name] is not None}
        found |= limits | {"value": round(row["value"], csv.digits(line.indicator)), "recipe": row["why"]}
    return found


def _difference(comparison: Comparison, line: Line, code: str) -> dict[str, Any]:
    """That side minus the first, where both share a scale."""
    found = line.differences.get(code)
    if found is None:
        return {}
    numbers = {"difference": found.value, "difference_low": found.low, "difference_high": found.high}
    rounded = {name: None if number is None else round(number, 4) for name, number in numbers.items()}
    return rounded | {"significance": verdict(comparison, found)}
