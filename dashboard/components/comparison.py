"""The comparison's tables: a row per indicator, a column per region, one axis where allowed, the difference."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.compare.model import Comparison, Line
from dashboard.compare.text import verdict, written, written_difference
from dashboard.components.attributes import attrs
from dashboard.components.controls import THEMES
from dashboard.figures.whiskers import Dot, shape, whiskers
from dashboard.firstpaint import Raw
from dashboard.queries import Row
from dashboard.view import flag_word, rank_text, verdict_word

#: The signs of the national values, as in the map's legend.
SIGNS = {"DE": "▲", "FR": "△"}


def mark(style: int) -> Raw:
    """The sign of one region, for headings and keys."""
    return Raw(
        f'<svg class="mark" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">{shape(style, 0, 0)}</svg>'
    )


def tables(comparison: Comparison) -> list[Component]:
    """A table for each theme: what all regions have; folded behind it what some lack, each with the reason."""
    t, found = comparison.words, list[Component]()
    for theme, label in THEMES.items():
        lines = [line for line in comparison.lines if line.indicator["theme"] == theme]
        whole = [line for line in lines if line.complete]
        apart = [line for line in lines if not line.complete]
        if lines:
            found.append(html.H2(t(label), id=f"theme-{theme}"))
        if whole:
            found.append(_table(comparison, t(label), whole))
        if apart:
            caption = t("{theme}: without figures for all of them ({n})", theme=t(label), n=len(apart))
            found.append(html.Details([html.Summary(caption), _table(comparison, caption, apart)], className="apart"))
    return found


def _table(comparison: Comparison, caption: str, lines: list[Line]) -> html.Div:
    """The roles are written out: on a phone the rows become cards, and a browser would forget that it is a table."""
    t = comparison.words
    heads = [html.Th(t("Indicator"), scope="col", role="columnheader")]
    heads += [
        html.Th([mark(i), comparison.name(code)], scope="col", role="columnheader")
        for i, code in enumerate(comparison.codes)
    ]
    whole = any(line.complete for line in lines)
    if whole:
        heads += [html.Th(text, scope="col", role="columnheader") for text in (t("On one axis"), _against(comparison))]
    table = html.Table(
        [
            html.Caption(f"{caption}, {comparison.names}", className="unseen"),
            html.Thead(html.Tr(heads, role="row"), role="rowgroup"),
            html.Tbody([_row(comparison, line) for line in lines], role="rowgroup"),
        ],
        className="compared" if whole else "compared without-axes",
        role="table",
    )
    return html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=caption))


def _row(comparison: Comparison, line: Line) -> html.Tr:
    t, indicator = comparison.words, line.indicator
    head = html.Th(
        [
            html.A(indicator["title"], href=urls.page(t.lang, "indicator", indicator["id"])),
            html.Small(", ".join(filter(None, (indicator["unit_words"], line.period and t.period(line.period))))),
        ],
        scope="row",
        role="rowheader",
    )
    cells = [
        html.Td(_figure(comparison, line, code), role="cell", **attrs(data_label=comparison.name(code)))
        for code in comparison.codes
    ]
    if line.complete:
        label = t("On one axis") if line.joint else t("Each on its own axis")
        cells.append(html.Td(_axes(comparison, line), role="cell", className="axes", **attrs(data_label=label)))
        cells.append(_difference(comparison, line))
    return html.Tr([head, *cells], role="row", id=indicator["id"])


def _figure(comparison: Comparison, line: Line, code: str) -> list[Any]:
    """Value, interval, flag, place among its country's; without a common period, whose figure it is, or why none."""
    t, indicator, row = comparison.words, line.indicator, line.rows.get(code)
    if row is None or row["value"] is None:
        return [html.Span(comparison.absence(line, code), className="absent")]
    parts: list[Any] = [html.B(written(comparison, indicator, row["value"]))]
    notes = [] if line.complete else [t.period(row["period"])]
    if row["ci_low"] is not None:
        low, high = (t.number(row[key], indicator["decimals"]) for key in ("ci_low", "ci_high"))
        notes.append(t("{low} to {high}", low=low, high=high))
    if rank := rank_text(t, row):
        notes.append(t("rank {rank} of {of}", rank=rank, of=row["of"]))
    if row["status"]:
        notes.append(flag_word(t, row["status"]))
    parts += [html.Small(note) for note in notes]
    reason = indicator["reasons"].get(row["reason"]) if row["status"] in ("a", "u", "b", "e") else row.get("why")
    return [*parts, html.Small(reason, className="reason")] if reason else parts


def _axes(comparison: Comparison, line: Line) -> list[Any]:
    """One drawing for all where the verdict lets them share a scale, else one for each country."""
    if line.joint:
        return [_axis(comparison, line, list(comparison.codes))]
    drawn: list[Any] = []
    for country in comparison.countries:
        codes = [code for code in comparison.codes if comparison.sides[code].countries[0] == country]
        drawn += [html.Small(comparison.name(country)), _axis(comparison, line, codes)]
    return drawn


def _axis(comparison: Comparison, line: Line, codes: list[str]) -> Raw:
    indicator = line.indicator
    rows = {code: line.rows[code] for code in codes}
    dots = axis_dots(comparison, line, codes)
    national = means(line, {c for code in codes for c in comparison.sides[code].countries}, set(codes))

    def write(value: float) -> str:
        return written(comparison, indicator, value)

    spoken = [f"{comparison.name(code)} {_spoken(comparison, indicator, row)}" for code, row in rows.items()]
    spoken += [f"{comparison.name(country)} {write(row['value'])}" for country, row in national.items()]
    return Raw(whiskers(dots, [(SIGNS[c], row["value"]) for c, row in national.items()], write, "; ".join(spoken)))


def axis_dots(comparison: Comparison, line: Line, codes: list[str]) -> list[Dot]:
    """The figures of some regions, ready for an axis."""
    rows = {code: line.rows[code] for code in codes}
    return [
        Dot(comparison.codes.index(code), row["value"], row["ci_low"], row["ci_high"], row["status"] in ("a", "u"))
        for code, row in rows.items()
    ]


def means(line: Line, countries: set[str], shown: set[str]) -> dict[str, Row]:
    """The national values that help to read regional ones: not for sums, and not for the countries themselves."""
    if line.indicator["kind"] in ("count", "amount"):
        return {}
    return {
        country: row
        for country, row in line.national.items()
        if country in countries - shown and country in SIGNS and row["value"] is not None
    }


def _spoken(comparison: Comparison, indicator: Row, row: Row) -> str:
    text = written(comparison, indicator, row["value"])
    if row["ci_low"] is None:
        return text
    low, high = (comparison.words.number(row[key], indicator["decimals"]) for key in ("ci_low", "ci_high"))
    return f"{text} ({comparison.words('{low} to {high}', low=low, high=high)})"


def _difference(comparison: Comparison, line: Line) -> html.Td:
    """Against the first region: difference, interval, verdict; or the sentence why there is none."""
    t, parts = comparison.words, list[Any]()
    several = len(comparison.codes) > 2
    for code, found in line.differences.items():
        parts.append(
            html.Div(
                [
                    html.Small(comparison.name(code)) if several else None,
                    html.B(written_difference(comparison, line.indicator, found.value)),
                    *_sure(comparison, line, code),
                ]
            )
        )
    if len(comparison.countries) > 1:
        said = [] if line.indicator["verdict"] == "same" else [verdict_word(t, line.indicator["verdict"]) + "."]
        parts.append(html.Small(" ".join([*said, line.indicator["comparability"]]), className="reason"))
    return html.Td(parts, role="cell", className="difference", **attrs(data_label=_against(comparison)))


def _against(comparison: Comparison) -> str:
    return comparison.words("Difference to {name}", name=comparison.name(comparison.codes[0]))


def _sure(comparison: Comparison, line: Line, code: str) -> list[Any]:
    t, found = comparison.words, line.differences[code]
    if found.low is None or found.high is None:
        return []
    low, high = (t.number(value, line.indicator["decimals"], sign=True) for value in (found.low, found.high))
    return [html.Small(t("{low} to {high}", low=low, high=high)), html.Small(verdict(comparison, found))]
