"""The table beside the map: the same rows, order, values and flags as the map shows."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

from dash import html

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.queries import Row
from dashboard.view import MapView, flag_word, rank_text, ranked

#: (key, heading, can be sorted): the script keeps this order.
COLUMNS = (
    ("rank", "Rank", False),
    ("name", "Region", True),
    ("value", "Value", True),
    ("margin", "±", False),
    ("n", "n", True),
)


def table(view: MapView) -> html.Table:
    """Rank range, region (a link that drills), value, half-width of the interval, base, flag; missing rows last."""
    t = view.words
    rows = ranked(view, view.shown)
    present = {row["region"] for row in rows}
    missing = sorted((code for code in view.shown if code not in present), key=lambda code: letters(view.name(code)))
    caption = t("{indicator}, {period}", indicator=view.indicator["title"], period=t.period(view.state.period))
    return html.Table(
        [
            html.Caption(caption, className="unseen"),
            html.Thead(html.Tr([_heading(view, *column) for column in COLUMNS])),
            html.Tbody(
                [_line(view, row["region"], row) for row in rows]
                + [_line(view, code, view.rows.get(code)) for code in missing]
            ),
        ],
        className=" ".join(["figures", *_without(view)]),
    )


def _without(view: MapView) -> list[str]:
    """Classes that take away the columns this indicator cannot fill."""
    rows = view.rows.values()
    margin = [] if view.indicator["interval"] else ["without-margin"]
    return margin + ([] if any(row["n"] is not None for row in rows) else ["without-n"])


def letters(name: str) -> str:
    """A name for sorting: Île stands under I, as the script's collation has it."""
    return normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()


def _heading(view: MapView, key: str, label: str, sortable: bool) -> html.Th:
    text = view.words(label) if label.isalpha() and len(label) > 1 else label
    sort = attrs(aria_sort="descending" if key == "value" else None)
    inner = html.Button(text, type="button", **attrs(data_sort=key)) if sortable else text
    return html.Th(inner, scope="col", className=key, **sort)


def _line(view: MapView, code: str, row: Row | None) -> html.Tr:
    t = view.words
    decimals = view.indicator["decimals"]
    name = html.Th(html.A(view.name(code), href=_href(view, code)), scope="row", className="name")
    status = row["status"] if row else "m"
    if row is None or row["value"] is None:
        cells: list[Any] = ["", name, html.Td(flag_word(t, status), className="value absent"), "", ""]
    else:
        half = (row["ci_high"] - row["ci_low"]) / 2 if row["ci_low"] is not None else None
        flag = html.Abbr(status, title=flag_word(t, status), className="flag") if status else None
        cells = [
            [rank_text(t, row), html.Small(view.regions[code].country)],
            name,
            html.Td([view.value(row["value"]), flag], className="value"),
            t.number(half, decimals) if half is not None else "",
            t.number(row["n"]) if row["n"] is not None else "",
        ]
    keys = [column[0] for column in COLUMNS]
    tds = [
        c if isinstance(c, (html.Th, html.Td)) else html.Td(c, className=k) for k, c in zip(keys, cells, strict=True)
    ]
    return html.Tr(tds, **attrs(data_c=code))


def _href(view: MapView, code: str) -> str:
    return urls.map_url(view.lang, view.state.but(region=code))
