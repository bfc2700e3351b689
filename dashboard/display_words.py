"""What a display says: its name, its numbers and notes, what it adds to a region's sentence, and its legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.display import Cell, Display, is_joint
from dashboard.i18n import Words
from dashboard.urls import OWN_LIMITS, MapState

if TYPE_CHECKING:
    from dashboard.view import MapView

#: Displays whose number can be ordered and stands in a title.
NUMBERED = ("gap", "change", "sure")


def shown(view: MapView) -> Display:
    """The display of a view; to be asked only where it has one."""
    if view.display is None:
        raise ValueError("the usual map has no display of its own")
    return view.display


def name(t: Words, view: MapView) -> str:
    """What the map shows, as part of a subtitle; '' where it is the value, only in other classes."""
    display = shown(view)
    if display.kind == "against" and display.other:
        time = display.times.get(view.state.period)
        return t("with {indicator}", indicator=display.other["title"]) + (f" ({t.period(time)})" if time else "")
    return {
        "value": "",
        "gap": t("gap to the mean of the own country"),
        "change": t("change against {period}", period=t.period(view.state.since)),
        "sure": t("half-width of the 95 % interval"),
        "flags": t("how the figures are flagged"),
    }[display.kind]


def period(t: Words, view: MapView) -> str:
    """The period of the other number that is named with it: of the second indicator, or what a change counts from."""
    display = shown(view)
    return t.period(display.times.get(view.state.period, "") if display.other else view.state.since)


def column(t: Words, display: Display) -> str:
    """The heading of the table's column with what is shown; '' where that is the value."""
    other = display.other["short"] if display.other else ""
    heads = {"gap": t("Gap"), "change": t("Change"), "sure": t("Half-width"), "flags": t("Flag"), "against": other}
    return str(heads.get(display.kind, ""))


def notes(t: Words, view: MapView) -> dict[str, str]:
    """Key of a note (display.Cell.note) → why a number is marked, or is missing."""
    return {
        "i": t("not significant"),
        "k": t("break in the series in between"),
        "b": t("no figure for {period}", period=t.period(view.state.since)),
        "n": t("no national figure"),
        "0": t("nothing to count from"),
        "s": t("no interval known"),
        "o": t("the other figure is missing"),
    }


def form(t: Words, display: Display) -> dict[str, Any]:
    """How a number is written, for the script: what `number` does."""
    return {"decimals": display.decimals, "suffix": t.suffix(display.unit), "sign": display.signed}


def number(t: Words, display: Display, value: float) -> str:
    """A number of the display, with its unit."""
    text = t.number(value, display.decimals, sign=display.signed) + t.suffix(display.unit)
    return f"± {text}" if display.kind == "sure" else text


def template(t: Words, display: Display) -> str:
    """What is said of a region, with the places {difference}, and {country} or {period} of that number."""
    said = {
        "gap": t("{difference} against {country}"),
        "change": t("{difference} against {period}"),
        "sure": "{difference}",
        "against": f"{display.other['short'] if display.other else ''} {{period}}: {{difference}}",
    }
    return said.get(display.kind, "")


def said(view: MapView, code: str, cell: Cell) -> str:
    """What a display adds to a region's sentence and tooltip: its number in words, its note."""
    t, display = view.words, shown(view)
    places = template(t, display)
    if not places:
        return ""
    note = notes(t, view)[cell.note] if cell.note else ""
    if cell.value is None:
        return note
    text = places.format(
        difference=number(t, display, cell.value),
        country=t("Germany") if code.startswith("DE") else t("France"),
        period=period(t, view),
    )
    return f"{text} ({note})" if note else text


# ── Legend ───────────────────────────────────────────────────────────────────────────────────────────────────────


def heading(t: Words, view: MapView) -> str:
    """What the colours mean, with the unit."""
    display, indicator = shown(view), view.indicator
    unit = {"pp": t("percentage points"), "pct": t("per cent")}.get(display.unit, "")
    first = name(t, view)
    first = first[:1].upper() + first[1:]
    return (
        f"{first}, {unit}" if display.kind in NUMBERED else (first if display.kind == "flags" else indicator["short"])
    )


def scale_name(t: Words, state: MapState) -> str:
    """What a scale is called."""
    if state.scale.startswith(OWN_LIMITS):
        return t("own limits")
    names = {
        "": t("as usual"),
        "quantile": t("equal numbers"),
        "equal": t("equal widths"),
        "jenks": t("natural breaks"),
        "continuous": t("continuous"),
    }
    return names[state.scale]


def remarks(t: Words, view: MapView) -> list[str]:
    """Sentences under the legend: how the classes were made, and what cannot be said."""
    display, state = shown(view), view.state
    constant = t("They are the same at every level and in every period.")
    if display.kind == "flags":
        return [
            t("No interval can be given: no sample sizes or errors are published. Shown is how figures are flagged.")
        ]
    if display.kind == "against" and display.other:
        found = [t("Thirds of the latest figures at the finest level.") + " " + constant]
        apart = [row["short"] for row in (view.indicator, display.other) if not is_joint(row)]
        return found + [
            t("{indicator}: not comparable between the countries, each has its own thirds.", indicator=each)
            for each in apart
        ]
    made = t(
        "Classes: {scale}, from the latest figures at the finest level.",
        scale=scale_name(t, state.but(scale=state.scale or "quantile")),
    )
    found = [t("Classes: {scale}.", scale=scale_name(t, state)) if state.scale.startswith(OWN_LIMITS) else made]
    return [f"{found[0]} {constant}"]


def signs(t: Words, view: MapView) -> dict[str, str]:
    """The overlays of a change, for the legend's signs."""
    return {key: notes(t, view)[key] for key in ("i", "k")} if shown(view).kind == "change" else {}
