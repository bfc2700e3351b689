"""The sentences above the map: what the figures show, and what was measured. No claim the figures do not carry."""

from __future__ import annotations

from statistics import median

from dashboard import display_titles, display_words
from dashboard.queries import Row
from dashboard.urls import COUNTRIES
from dashboard.view import MapView, doubtful, ranked, unit_name

#: Under this many units a median says nothing a reader would miss.
MEDIAN_FROM = 12


def title(view: MapView) -> str:
    """The finding as a sentence. Doubtful values do not lead while there are others."""
    text = (display_titles.title(view) if view.display else "") or _finding(view)
    return text[:1].upper() + text[1:]


def named(view: MapView) -> str:
    """What was measured and the finding, for where the subtitle does not stand below: tabs, searches, citations."""
    what, found = str(view.indicator["title"]), title(view)
    return found if what in found else f"{what} – {found}"


def _finding(view: MapView) -> str:
    t, period = view.words, view.words.period(view.state.period)
    rows = ranked(view, view.shown)
    sure = [row for row in rows if row["status"] not in doubtful(view.indicator)] or rows
    if not rows:
        return t("{indicator}: no figures for {period}", indicator=view.indicator["title"], period=period)
    if view.state.level == "country":
        named = (f"{view.name(row['region'])} {view.value(row['value'])}" for row in sure)
        return t("{period}: {list}", period=period, list=", ".join(named))
    if view.state.within:
        return _inside(view, sure, period)
    asked = [code for code in view.shown if view.regions[code].country in view.indicator["countries"]]
    if len(rows) < len(asked) / 2:
        return t(
            "{period}: figures for {n} of {of} {units}, among them {a} ({va})",
            **{"period": period, "n": len(rows), "of": len(asked), "units": unit_name(view)},
            **_values(view, sure[:1]),
        )
    return _leading(view, sure, period) + _middle(view, rows)


def _leading(view: MapView, rows: list[Row], period: str) -> str:
    """Who is first, of each country or of the one. 'Leads' only where more is better and the first is surely first."""
    t = view.words
    firsts = {
        country: row
        for country in COUNTRIES
        if (row := next((row for row in rows if view.regions[row["region"]].country == country), None)) is not None
    }
    picked = list(firsts.values()) if len(firsts) == 2 else rows[:2]
    values = {"period": period} | _values(view, picked)
    lead = view.indicator["direction"] == "up" and all(row["rank_high"] == 1 for row in firsts.values())
    if len(firsts) == 2:
        if lead:
            return t("{period}: {a} ({va}) leads in Germany, {b} ({vb}) in France", **values)
        return t("{period}: highest in Germany {a} ({va}), in France {b} ({vb})", **values)
    if len(picked) == 1:
        return t("{period}: {a} {va}", **values)
    if lead:
        return t("{period}: {a} ({va}) leads, ahead of {b} ({vb})", **values)
    return t("{period}: highest in {a} ({va}) and {b} ({vb})", **values)


def _middle(view: MapView, rows: list[Row]) -> str:
    """Where the middle lies; only where all shown regions share one definition."""
    joint = view.indicator["verdict"] in ("same", "single") or view.state.country
    if len(rows) < MEDIAN_FROM or not joint or view.indicator["kind"] != "rate":
        return ""
    middle = median(row["value"] for row in rows)
    if middle == 0 and not view.diverging:
        return view.words("; half of all {units} have none", units=unit_name(view))
    return view.words("; half of all {units} lie below {middle}", units=unit_name(view), middle=view.value(middle))


def _inside(view: MapView, rows: list[Row], period: str) -> str:
    values = {"where": view.name(view.state.within), "period": period} | _values(view, rows[:1])
    if len(rows) == 1:
        return view.words("{where}, {period}: {a} {va}", **values)
    values |= _values(view, rows[-1:], "z")
    return view.words("{where}, {period}: from {z} ({vz}) to {a} ({va})", **values)


def _values(view: MapView, rows: list[Row], letters: str = "ab") -> dict[str, str]:
    """a and va, b and vb …: names and values for a sentence's places."""
    found: dict[str, str] = {}
    for letter, row in zip(letters, rows, strict=False):
        found |= {letter: view.name(row["region"]), f"v{letter}": view.value(row["value"])}
    return found


def subtitle(view: MapView) -> str:
    """What is measured, in which unit, where, when."""
    member = view.indicator["members"].get(view.state.member, "")
    parts = [with_unit(view.indicator["title"], "" if member else view.indicator["unit_words"]), member]
    parts += [view.indicator["unit_words"] if member else "", unit_name(view), view.words.period(view.state.period)]
    parts += [display_words.name(view.words, view)] if view.display else []
    return ", ".join(part for part in parts if part)


def with_unit(text: str, unit: str) -> str:
    """A title with its unit, unless it says it already."""
    return text if not unit or unit.lower() in text.lower() else f"{text}, {unit}"
