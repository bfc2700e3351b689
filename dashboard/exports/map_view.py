"""The map view as rows: exactly the regions on screen, in the table's order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard import display_words, urls, view
from dashboard.components.table import has_column, letters
from dashboard.exports import csv, indicator_view
from dashboard.view import MapView

#: What `rows=` in the address may ask for: what is on screen, or the whole indicator.
ROWS: Final = ("view", "all")
#: Where the map shows another number than the value, it stands after the value.
_SHOWN: Final = ("shown", "shown_as", "shown_note")


def asked(shown: MapView, query: Mapping[str, str]) -> csv.Table:
    """The table that an address of the map asks for; raises NotFoundError (400) for rows unknown."""
    t, rows = shown.words, str(query.get("rows", "")) or ROWS[0]
    if rows not in ROWS:
        said = t("“{text}” is no choice of rows: view is what is on screen, all the whole indicator.", text=rows[:80])
        back = (t("Back to the page"), urls.map_url(t.lang, shown.state))
        raise urls.NotFoundError(rows, text=said, links=(back,), status=400)
    return indicator_view.table(shown.build, t, shown.indicator) if rows == "all" else table(shown)


def table(shown: MapView) -> csv.Table:
    """The regions that are not faded, highest first, then those without a value, by name.

    Raises NotFoundError (403) where the licence does not let the figures leave.
    """
    t, state = shown.words, shown.state
    csv.refuse_withheld(shown.build, t, shown.indicator, urls.map_url(shown.lang, state))
    about = csv.about(shown.build, t, shown.indicator, state.member)
    about |= {"period": state.period, "level": state.level}
    ranked = view.ranked(shown, shown.shown)
    present = {row["region"] for row in ranked}
    missing = sorted((code for code in shown.shown if code not in present), key=lambda code: letters(shown.name(code)))
    rows = [(row["region"], row) for row in ranked] + [
        (code, shown.rows.get(code) or {"status": "m"}) for code in missing
    ]
    lines = [
        {"entity": shown.name(code), "code": code} | about | csv.figure(shown.indicator, row, t) | _shown(shown, code)
        for code, row in rows
    ]
    columns = list(csv.COLUMNS)
    if has_column(shown):
        place = columns.index("value") + 1
        columns[place:place] = _SHOWN
    name = csv.file_name(shown.indicator["short"], state.level, state.period)
    return csv.Table(name, lines, columns, notes=[*view.gap_sentences(shown), *shown.notices])


def _shown(shown: MapView, code: str) -> dict[str, Any]:
    """The number that gives a region its colour, where that is not the value; flags stand in their own column."""
    if not has_column(shown) or shown.display is None:
        return {}
    cell = shown.display.cells(shown.state.period).get(code)
    if cell is None:
        return {}
    note = display_words.notes(shown.words, shown).get(cell.note, "")
    number = None if shown.display.kind == "flags" or cell.value is None else cell.value
    return {"shown": number, "shown_as": display_words.heading(shown.words, shown), "shown_note": note}
