"""The finding of a map that shows a display, as a sentence; and the text of its column in the table."""

from __future__ import annotations

from typing import Any

from dashboard.display import Cell
from dashboard.display_words import NUMBERED, name, number, shown
from dashboard.view import MapView, doubtful, flag_word, unit_name


def in_table(view: MapView, cell: Cell) -> str:
    """The text of a table's cell: the number, or the flag where that is shown."""
    if shown(view).kind == "flags":
        return flag_word(view.words, cell.status) or "–"
    return "" if cell.value is None else number(view.words, shown(view), cell.value)


def title(view: MapView) -> str:
    """The finding of a display as a sentence; '' where the usual title holds."""
    t, display, period = view.words, shown(view), view.words.period(view.state.period)
    if display.kind == "value":
        return ""
    cells = {code: cell for code, cell in display.cells(view.state.period).items() if code in set(view.shown)}
    have = {code: cell for code, cell in cells.items() if cell.value is not None}
    if not have:
        return t("{indicator}: no figures for {period}", indicator=view.indicator["title"], period=period)
    if view.state.within:
        return _inside(view, have, period)
    counted = {"period": period, "of": len(have), "units": unit_name(view)}
    return {"gap": _gap, "change": _change, "sure": _sure, "flags": _flags, "against": _both}[display.kind](
        view, have, counted
    )


def doubted(view: MapView) -> tuple[str, ...]:
    """The flags on which a title is not built; how unsure a figure is may be said of an unsure one."""
    return () if shown(view).kind == "sure" else doubtful(view.indicator)


def _sure_cells(view: MapView, have: dict[str, Cell]) -> list[tuple[float, str]]:
    """(number, code) of the cells on which a title may be built, highest first."""
    fine = {code: cell for code, cell in have.items() if cell.status not in doubted(view)} or have
    return sorted(((cell.value or 0.0, code) for code, cell in fine.items()), key=lambda pair: (-pair[0], pair[1]))


def _inside(view: MapView, have: dict[str, Cell], period: str) -> str:
    t, display, what = view.words, shown(view), name(view.words, view)
    where = {"where": view.name(view.state.within), "period": period}
    if display.kind not in NUMBERED:
        return f"{what} – {where['where']}, {period}"
    ordered = _sure_cells(view, have)
    (high, a), (low, z) = ordered[0], ordered[-1]
    where |= {"a": view.name(a), "va": number(t, display, high)}
    if len(ordered) == 1:
        return f"{what} – " + t("{where}, {period}: {a} {va}", **where)
    where |= {"z": view.name(z), "vz": number(t, display, low)}
    return f"{what} – " + t("{where}, {period}: from {z} ({vz}) to {a} ({va})", **where)


def _gap(view: MapView, have: dict[str, Cell], counted: dict[str, Any]) -> str:
    above = sum((cell.value or 0) > 0 for cell in have.values())
    most, first = _sure_cells(view, have)[0]
    text = view.words("{period}: {n} of {of} {units} lie above the mean of their country", n=above, **counted)
    if most <= 0:
        return text
    far = {"a": view.name(first), "va": number(view.words, shown(view), most)}
    return text + view.words(", furthest {a} ({va})", **far)


def _change(view: MapView, have: dict[str, Cell], counted: dict[str, Any]) -> str:
    t = view.words
    up, down = (sum((cell.value or 0) * sign > 0 for cell in have.values()) for sign in (1, -1))
    counted |= {"since": t.period(view.state.since), "up": up}
    text = t("{period} against {since}: up in {up} of {of} {units}", **counted)
    text += t(", down in {down}", down=down) if down else ""
    still = sum(cell.note == "i" for cell in have.values())
    return text + t("; in {n} the change is not significant", n=still) if still else text


def _sure(view: MapView, have: dict[str, Cell], counted: dict[str, Any]) -> str:
    ordered = _sure_cells(view, have)
    (high, a), (low, z) = ordered[0], ordered[-1]
    text = [number(view.words, shown(view), value) for value in (low, high)]
    values = {"z": view.name(z), "vz": text[0], "a": view.name(a), "va": text[1]}
    return view.words("{period}: surest for {z} ({vz}), least sure for {a} ({va})", **values, **counted)


def _flags(view: MapView, have: dict[str, Cell], counted: dict[str, Any]) -> str:
    flagged = sum(bool(cell.status) for cell in have.values())
    return view.words("{period}: {n} of {of} figures carry a flag", n=flagged, **counted)


def _both(view: MapView, have: dict[str, Cell], counted: dict[str, Any]) -> str:
    high, low = (sum(cell.drawn[0].startswith(fill) for cell in have.values()) for fill in ("b22", "b00"))
    return view.words("{period}: {n} of {of} {units} are high in both, {m} low in both", n=high, m=low, **counted)
