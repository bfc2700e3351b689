"""The map view as rows of a CSV: exactly the regions on screen, in the table's order."""

from __future__ import annotations

from dashboard import urls, view
from dashboard.components.table import letters
from dashboard.exports import csv
from dashboard.view import MapView


def table(shown: MapView) -> csv.Table:
    """The regions that are not faded, highest first, then those without a value, by name.

    Raises NotFoundError (403) where the licence does not let the figures leave.
    """
    t, state = shown.words, shown.state
    csv.refuse_withheld(shown.build, t, shown.indicator, urls.map_url(shown.lang, state))
    about = csv.about(shown.build, t, shown.indicator, state.member)
    ranked = view.ranked(shown, shown.shown)
    present = {row["region"] for row in ranked}
    missing = sorted((code for code in shown.shown if code not in present), key=lambda code: letters(shown.name(code)))
    rows = [(row["region"], row) for row in ranked] + [
        (code, shown.rows.get(code) or {"status": "m"}) for code in missing
    ]
    lines = []
    for code, row in rows:
        reason = shown.indicator["reasons"].get(row.get("reason") or "", "")
        figure = {name: row.get(name) for name in ("value", "status", "n", "ci_low", "ci_high")}
        more = {"period": state.period, "status_text": view.flag_word(t, row["status"]), "recipe": reason}
        lines.append({"entity": shown.name(code), "code": code} | about | figure | more)
    return csv.Table(f"{state.indicator}-{state.level}-{state.period}", lines)
