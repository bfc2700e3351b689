"""The table beside the map: the same rows, order, values and flags as the map shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from dash import html

from dashboard import display_titles, display_words, urls
from dashboard.components.attributes import attrs
from dashboard.display import Cell
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


def table(view: MapView, since: Mapping[str, str] | None = None) -> html.Table:
    """Rank range, region (a link that drills), value, half-width of the interval, base, flag; missing rows last.

    since: region → what has changed of its figure, below it.
    """
    t = view.words
    rows = ranked(view, view.shown)
    present = {row["region"] for row in rows}
    missing = sorted((code for code in view.shown if code not in present), key=lambda code: letters(view.name(code)))
    caption = t("{indicator}, {period}", indicator=view.indicator["title"], period=t.period(view.state.period))
    return html.Table(
        [
            html.Caption(caption, className="unseen"),
            html.Thead(html.Tr(_headings(view))),
            html.Tbody(
                [_line(view, row["region"], row, since or {}) for row in ordered(view, rows)]
                + [_line(view, code, view.rows.get(code), since or {}) for code in missing]
            ),
        ],
        className=" ".join(
            ["figures", *_without(view), f"display-{view.display.kind}" if view.display else ""]
        ).strip(),
    )


def _without(view: MapView) -> list[str]:
    """Classes that take away the columns this indicator cannot fill."""
    rows = view.rows.values()
    margin = [] if view.indicator["interval"] else ["without-margin"]
    return margin + ([] if any(row["n"] is not None for row in rows) else ["without-n"])


def letters(name: str) -> str:
    """A name for sorting: Île stands under I, as the script's collation has it."""
    return normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()


def _headings(view: MapView) -> list[html.Th]:
    """The columns' heads; where the map shows another number than the value, its own column after the name."""
    heads = [_heading(view, *column) for column in COLUMNS]
    if has_column(view) and view.display:
        text = display_words.column(view.words, view.display)
        inner = html.Button(text, type="button", **attrs(data_sort="shown")) if view.display.kind != "flags" else text
        sort = attrs(aria_sort="descending") if by_shown(view) else {}
        heads.insert(2, html.Th(inner, scope="col", className="shown", **sort))
    return heads


def has_column(view: MapView) -> bool:
    """Whether the map shows another number than the value."""
    return view.display is not None and view.display.kind != "value"


def by_shown(view: MapView) -> bool:
    """Whether the table is in the order of that number."""
    return view.display is not None and view.display.kind in display_words.NUMBERED


def ordered(view: MapView, rows: list[Row]) -> list[Row]:
    """The rows in the order of what the map shows, highest first; those without it after the others."""
    if view.display is None or not by_shown(view):
        return rows
    cells = view.display.cells(view.state.period)

    def place(row: Row) -> tuple[bool, float, str]:
        value = cells[row["region"]].value
        return value is None, -(value or 0), row["region"]

    return sorted(rows, key=place)


def _heading(view: MapView, key: str, label: str, sortable: bool) -> html.Th:
    text = view.words(label) if label.isalpha() and len(label) > 1 else label
    sort = attrs(aria_sort="descending" if key == "value" and not by_shown(view) else None)
    inner = html.Button(text, type="button", **attrs(data_sort=key)) if sortable else text
    return html.Th(inner, scope="col", className=key, **sort)


def _line(view: MapView, code: str, row: Row | None, since: Mapping[str, str]) -> html.Tr:
    t = view.words
    decimals = view.indicator["decimals"]
    name = html.Th(html.A(view.name(code), href=_href(view, code)), scope="row", className="name")
    status = row["status"] if row else "m"
    moved = html.Small(since[code], className="since") if code in since else None
    if row is None or row["value"] is None:
        cells: list[Any] = ["", name, html.Td([flag_word(t, status), moved], className="value absent"), "", ""]
    else:
        half = (row["ci_high"] - row["ci_low"]) / 2 if row["ci_low"] is not None else None
        flag = html.Abbr(status, title=flagged(view, row), className="flag") if status else None
        cells = [
            [rank_text(t, row), html.Small(view.regions[code].country)],
            name,
            html.Td([view.value(row["value"]), flag, moved], className="value"),
            t.number(half, decimals) if half is not None else "",
            t.number(row["n"]) if row["n"] is not None else "",
        ]
    keys = [column[0] for column in COLUMNS]
    tds = [
        c if isinstance(c, (html.Th, html.Td)) else html.Td(c, className=k) for k, c in zip(keys, cells, strict=True)
    ]
    if has_column(view) and view.display:
        tds.insert(2, _shown(view, view.display.cells(view.state.period)[code], row))
    return html.Tr(tds, **attrs(data_c=code))


def _shown(view: MapView, cell: Cell, row: Row | None) -> html.Td:
    if row is None or row["value"] is None:
        return html.Td("", className="shown")
    note = display_words.notes(view.words, view).get(cell.note)
    more = html.Small(note, className="note") if note else None
    return html.Td([display_titles.in_table(view, cell), more], className="shown")


def flagged(view: MapView, row: Row) -> str:
    """A flag in words, with its reason where there is one."""
    word, reason = flag_word(view.words, row["status"]), view.indicator["reasons"].get(row["reason"])
    return f"{word}{view.words.colon}{reason}" if reason else word


def _href(view: MapView, code: str) -> str:
    return urls.map_url(view.lang, view.state.but(region=code))
