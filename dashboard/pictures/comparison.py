"""Pictures of a comparison: its indicators on an axis each, or one of them over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dashboard import queries, urls
from dashboard.brief.model import source_lines
from dashboard.compare.model import Comparison, Line
from dashboard.compare.text import finding, findings
from dashboard.components.comparison import axis_dots, means
from dashboard.components.comparison_charts import Course, course_points, courses, unit_of
from dashboard.display import is_difference
from dashboard.exports.csv import refuse_withheld
from dashboard.pictures.charts import Axis, Row, Series, on_axes, over_time, when
from dashboard.pictures.courses import axis, marks
from dashboard.pictures.keys import series_key
from dashboard.pictures.model import Picture
from dashboard.urls import NotFoundError, compare_url

#: Indicators that one picture has room for.
ROWS = 6


def of_comparison(comparison: Comparison, query: Mapping[str, str]) -> Picture:
    """The picture; `indicator` in the address picks one.

    Raises NotFoundError for an indicator that is not compared on one scale, and where there is none.
    """
    t = comparison.words
    path = compare_url(comparison.lang, comparison.codes, {"period": comparison.asked})
    asked = str(query.get("indicator", ""))[:200]
    urls.known(asked, queries.indicators(comparison.build, comparison.lang))
    fit = [line for line in comparison.lines if line.complete and line.joint]
    if asked:
        path = compare_url(comparison.lang, comparison.codes, {"period": comparison.asked, "indicator": asked})
        fit = [line for line in fit if line.indicator["id"] == asked]
        for line in fit:
            refuse_withheld(comparison.build, t, line.indicator, path)
    fit = [line for line in fit if not queries.withheld(comparison.build, line.indicator)]
    if not fit:
        text = t("There is nothing here that all of them have on one scale.")
        raise NotFoundError(asked or comparison.names, text=text, links=((t("Back to the page"), path),))
    course = next((each for each in courses(comparison) if each.line is fit[0]), None) if asked else None
    return _over_time(comparison, course, path) if course else _on_axes(comparison, fit, path, asked)


def _on_axes(comparison: Comparison, fit: list[Line], path: str, asked: str) -> Picture:
    t, lines = comparison.words, chosen(fit)
    rows = [_row(comparison, line) for line in lines]
    said = findings(comparison)
    title = finding(comparison, lines[0]) if asked or len(said) < 2 else said[1]
    left = len(fit) - len(lines)
    more = [t("{n} of {of} indicators that all have on one scale.", n=len(lines), of=len(fit))] if left else []
    note = t("Whiskers: 95 % intervals. Hollow marks: low reliability or suspected artefact.")
    beside = sorted({country for row in rows for country, _ in row.means})
    regions = [(f"r{i}", comparison.name(code)) for i, code in enumerate(comparison.codes)]
    return Picture(
        lang=t.lang,
        title=title,
        subtitle=t("Comparison: {names}", names=comparison.names),
        figure=lambda box, dark: on_axes(rows, box),
        keys=(series_key(regions, [(country, comparison.name(country)) for country in beside]),),
        notes=(" ".join([note, *more]),),
        sources=_sources(comparison, lines),
        name="-".join(comparison.codes) + (f"-{asked}" if asked else ""),
        path=path,
        alt=" ".join(finding(comparison, line) for line in lines),
    )


def chosen(fit: list[Line]) -> list[Line]:
    """At most ROWS lines: shares before counts, every theme before more of one; changes only for want of others."""
    plain = [line for line in fit if not is_difference(line.indicator)] or fit
    ordered = sorted(plain, key=lambda line: line.indicator["kind"] in ("count", "amount"))
    firsts = list({line.indicator["theme"]: line for line in reversed(ordered)}.values())
    picked = [*reversed(firsts), *(line for line in ordered if line not in firsts)][:ROWS]
    return [line for line in fit if line in picked]


def _row(comparison: Comparison, line: Line) -> Row:
    t, indicator = comparison.words, line.indicator
    national = means(line, set(comparison.countries), set(comparison.codes))
    return Row(
        title=indicator["title"],
        note=", ".join((indicator["unit_words"], t.period(line.period))),
        dots=tuple(axis_dots(comparison, line, list(comparison.codes))),
        means=tuple((country, row["value"]) for country, row in national.items()),
        axis=axis(t, indicator),
    )


def _over_time(comparison: Comparison, course: Course, path: str) -> Picture:
    t, indicator = comparison.words, course.line.indicator
    lines = [
        Series(f"r{i}", comparison.name(code), tuple(course_points(course, code)))
        for i, code in enumerate(comparison.codes)
    ]
    periods = [t.period(period) for period in course.periods]

    drawn_on = Axis(t.number, t.number, 100.0) if course.base else axis(t, indicator)
    drawn_on = replace(drawn_on, times=tuple(when(period) for period in course.periods))
    return Picture(
        lang=t.lang,
        title=finding(comparison, course.line),
        subtitle=f"{indicator['title']}, {unit_of(t, course)}, {periods[0]}–{periods[-1]}",
        figure=lambda box, dark: over_time(lines, periods, drawn_on, box),
        keys=(series_key([(line.style, line.name) for line in lines]),),
        notes=marks(t, lines),
        sources=_sources(comparison, [course.line]),
        name="-".join([*comparison.codes, indicator["id"]]),
        path=path,
        alt=finding(comparison, course.line),
    )


def _sources(comparison: Comparison, lines: list[Line]) -> tuple[str, ...]:
    names = {name for line in lines for name in line.indicator["sources"]}
    return source_lines(comparison.words, comparison.build, names)[:-1]
