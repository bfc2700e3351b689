"""How compared regions developed: an index for counts and amounts, the level for shares, each with its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.compare.model import Comparison, Line, common
from dashboard.compare.text import written
from dashboard.components.attributes import attrs
from dashboard.components.comparison import mark
from dashboard.figures.lines import Point, lines
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.view import flag_word

#: Fewer periods are no course.
LEAST_PERIODS: Final = 3
#: An index on a count below this jumps with every single case.
LEAST_BASE: Final = 20


@dataclass(frozen=True)
class Course:
    """One chart: the periods all regions have, and each region's figures in them. base: the index's first period."""

    line: Line
    periods: tuple[str, ...]
    base: str = ""

    def value(self, code: str, period: str) -> float:
        """The figure, or the figure as per cent of that of the base period."""
        rows = self.line.series[code]
        value = float(rows[period]["value"])
        return 100 * value / float(rows[self.base]["value"]) if self.base else value


def courses(comparison: Comparison) -> list[Course]:
    """What can be drawn on one scale: an index where all counts are large enough to begin with, else the level."""
    found = []
    for line in comparison.lines:
        periods = [p for p in common(line.series) if not comparison.asked or p[:4] <= comparison.asked]
        if (
            not line.joint
            or len(periods) < LEAST_PERIODS
            or line.indicator["derive_kind"] in ("change", "change_pct", "gap")
        ):
            continue
        base = next((p for p in periods if _can_be_base(line, p)), "") if _countable(line) else ""
        if base and len(since := [p for p in periods if p >= base]) >= LEAST_PERIODS:
            found.append(Course(line, tuple(since), base))
        else:
            found.append(Course(line, tuple(periods)))
    return found


def _countable(line: Line) -> bool:
    return line.indicator["kind"] in ("count", "amount")


def _can_be_base(line: Line, period: str) -> bool:
    values = [rows[period]["value"] for rows in line.series.values()]
    return all(value >= (LEAST_BASE if line.indicator["kind"] == "count" else 1e-9) for value in values)


def charts(comparison: Comparison) -> list[Component]:
    """Key, and a figure with its table for each course; nothing where there is none."""
    t, drawn = comparison.words, courses(comparison)
    if not drawn:
        return []
    key = [html.Li([mark(i), comparison.name(code)]) for i, code in enumerate(comparison.codes)]
    note = t(
        "Counts and amounts: the first period in which each has enough is 100. Shares: the level, with its interval. "
        "A gap in a line is a missing period or a break in the series."
    )
    return [
        html.H2(t("Over time")),
        html.P(note, className="small"),
        html.Ul(key, className="key"),
        html.Div([_chart(comparison, course) for course in drawn], className="charts"),
    ]


def _chart(comparison: Comparison, course: Course) -> html.Figure:
    t, indicator = comparison.words, course.line.indicator
    series = [course_points(course, code) for code in comparison.codes]

    def write(value: float) -> str:
        return t.number(value) if course.base else written(comparison, indicator, value)

    first, last = course.periods[0], course.periods[-1]
    spoken = "; ".join(
        f"{comparison.name(code)} {write(course.value(code, first))} – {write(course.value(code, last))}"
        for code in comparison.codes
    )
    unit = unit_of(t, course)
    labels = [t.period(period) for period in course.periods]
    label = f"{indicator['title']}, {labels[0]}–{labels[-1]}{t.colon}{spoken}"
    return html.Figure(
        [
            html.Figcaption([html.B(indicator["title"]), html.Small(unit)]),
            Raw(lines(series, labels, write, label, 100.0 if course.base else None)),
            html.Details([html.Summary(t("Figures of this chart")), _table(comparison, course, unit)]),
        ]
    )


def unit_of(t: Words, course: Course) -> str:
    """What the axis says: the unit, or the period that is 100."""
    return t("{period} = 100", period=t.period(course.base)) if course.base else course.line.indicator["unit_words"]


def course_points(course: Course, code: str) -> list[Point]:
    """A region's line."""
    return [_point(course, code, at, period) for at, period in enumerate(course.periods)]


def _point(course: Course, code: str, at: int, period: str) -> Point:
    row = course.line.series[code][period]
    low, high = (None, None) if course.base else (row["ci_low"], row["ci_high"])
    return Point(at, course.value(code, period), low, high, row["status"] == "b", row["status"] in ("a", "u"))


def _table(comparison: Comparison, course: Course, unit: str) -> html.Div:
    t = comparison.words
    head = [html.Th(t("Period"), scope="col")] + [
        html.Th(comparison.name(code), scope="col") for code in comparison.codes
    ]
    body = [
        html.Tr(
            [
                html.Th(t.period(period), scope="row"),
                *(html.Td(_cell(t, course, code, period)) for code in comparison.codes),
            ]
        )
        for period in course.periods
    ]
    title = f"{course.line.indicator['title']}, {unit}"
    table = html.Table(
        [html.Caption(title, className="unseen"), html.Thead(html.Tr(head)), html.Tbody(body)], className="figures"
    )
    return html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=title))


def _cell(t: Words, course: Course, code: str, period: str) -> list[str | html.Abbr]:
    row: Row = course.line.series[code][period]
    decimals = 1 if course.base else course.line.indicator["decimals"]
    flag = [html.Abbr(row["status"], title=flag_word(t, row["status"]), className="flag")] if row["status"] else []
    return [t.number(course.value(code, period), decimals), *flag]
