"""An indicator in a frame: what it is, and the course of the national figures."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import queries
from dashboard.components.attributes import attrs
from dashboard.components.comparison import mark
from dashboard.components.foot import foot
from dashboard.figures.lines import Point, lines
from dashboard.firstpaint import Raw
from dashboard.pages import Request
from dashboard.queries import Row
from dashboard.titles import with_unit
from dashboard.view import flag_word

#: Fewer periods are no course.
LEAST = 3


def frame(request: Request, row: Row) -> list[Component]:
    """Title, one chart for each group of countries that may share a scale (honesty rule 2), the same as a table."""
    t, build = request.words, request.build
    member = next(iter(row["members"]), "")
    rows = queries.slice_rows(build, row["id"], "country", member)
    series = {
        code: {one["period"]: one for one in rows if one["region"] == code and one["value"] is not None}
        for code in row["countries"]
    }
    joint = row["verdict"] == "same"
    groups = [[code for code in series if series[code]]] if joint else [[code] for code in series if series[code]]
    charts = [_chart(request, row, {code: series[code] for code in group}) for group in groups if group]
    what = ", ".join(filter(None, [with_unit(row["title"], row["unit_words"]), row["members"].get(member, "")]))
    note = [] if joint or len(groups) < 2 else [html.P(row["comparability"], className="note")]
    return [
        html.H1(row["title"]),
        html.P(what, className="subtitle"),
        html.Div([chart for chart in charts if chart is not None], className="compare embed-charts"),
        *note,
        html.P(row["definition"]),
        foot(t, build, row),
    ]


def _chart(request: Request, row: Row, series: dict[str, dict[str, Row]]) -> html.Figure:
    t = request.words
    names = {"DE": t("Germany"), "FR": t("France")}
    periods = sorted({period for found in series.values() for period in found})
    key = html.Ul([html.Li([mark(i), names[code]]) for i, code in enumerate(series)], className="key")
    parts: list[Component | Raw] = [html.Figcaption(key)]

    def write(value: float) -> str:
        return t.value(value, row["unit"], row["decimals"])

    if len(periods) >= LEAST:
        drawn = [[_point(periods, found[period]) for period in periods if period in found] for found in series.values()]
        label = f"{row['title']}{t.colon}{t.listed([names[code] for code in series])}"
        parts.append(Raw(lines(drawn, [t.period(period) for period in periods], write, label)))
    head = [html.Th(t("Period"), scope="col"), *(html.Th(names[code], scope="col") for code in series)]
    body = []
    for period in reversed(periods):
        cells = [_cell(request, row, found.get(period)) for found in series.values()]
        body.append(html.Tr([html.Th(t.period(period), scope="row"), *cells]))
    caption = t("Figures of this chart")
    table = html.Table([html.Caption(caption, className="unseen"), html.Thead(html.Tr(head)), html.Tbody(body)],
                       className="figures")  # fmt: skip
    box = html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=caption))
    parts.append(html.Details([html.Summary(caption), box], open=len(periods) < LEAST))
    return html.Figure(parts)


def _point(periods: list[str], row: Row) -> Point:
    broken, doubtful = row["status"] == "b", row["status"] in ("a", "u")
    return Point(periods.index(row["period"]), row["value"], row["ci_low"], row["ci_high"], broken, doubtful)


def _cell(request: Request, indicator: Row, row: Row | None) -> html.Td:
    t = request.words
    if row is None:
        return html.Td(flag_word(t, "m"), className="absent")
    flag = html.Abbr(row["status"], title=flag_word(t, row["status"]), className="flag") if row["status"] else None
    return html.Td([t.value(row["value"], indicator["unit"], indicator["decimals"]), flag], className="value")
