"""A display of one slice as JSON for the map's script: drawings, numbers, notes, titles of all periods, ready to paint.

The script knows how to write a number and where to put it; what a region looks like and what is said of it comes from
here alone, so that the first paint and every later year agree.
"""

from __future__ import annotations

import orjson

from dashboard import display_words
from dashboard.components.display import menu
from dashboard.display import Cell, Display
from dashboard.display_titles import doubted
from dashboard.firstpaint import draw
from dashboard.slices import packed, titles
from dashboard.store import Build
from dashboard.urls import MapState, NotFoundError, parameters
from dashboard.view import MapView, map_view

#: A drawing is one letter in the JSON: its place in the list of drawings, counted from this one.
_FIRST = 48


def display_json(build: Build, lang: str, asked: MapState) -> bytes:
    """The display as JSON bytes. Raises NotFoundError where a slice cannot be shown as asked: the page says why."""
    view = map_view(build, lang, asked.but(period="", region="", within="", country=""))
    display = view.display
    if display is None or view.notices or view.state.level != asked.level:
        raise NotFoundError(asked.view or asked.scale or asked.against)
    cells = [[display.cells(period)[code] for code in display.codes] for period in view.periods]
    drawings = list(dict.fromkeys(cell.drawn for line in cells for cell in line))
    place = {drawn: chr(_FIRST + i) for i, drawn in enumerate(drawings)}
    doubt = doubted(view)
    return orjson.dumps(
        {
            "build": build.id,
            "kind": display.kind,
            "codes": display.codes,
            "digits": display.digits,
            "drawings": drawings,
            "k": ["".join(place[cell.drawn] for cell in line) for line in cells],
            "v": None if display.kind in ("value", "flags") else _numbers(display, cells),
            "notes": ["".join(cell.note or "." for cell in line) for line in cells],
            "doubt": ["".join("x" if cell.status in doubt else "." for cell in line) for line in cells],
            "titles": None if display.kind == "value" else titles(build, lang, view),
            **_words(view),
        }
    )


def _numbers(display: Display, cells: list[list[Cell]]) -> list[tuple[int | None, ...]]:
    scale = 10**display.digits
    whole = [[None if cell.value is None else round(cell.value * scale) for cell in line] for line in cells]
    return packed([list(line) for line in zip(*whole, strict=True)])


def _words(view: MapView) -> dict[str, object]:
    """What the script fills in: the display's name in each period, templates, form of numbers, notes, limits."""
    t, display = view.words, display_words.shown(view)
    views = [map_view(view.build, view.lang, view.state.but(period=period)) for period in view.periods]
    return {
        "what": [display_words.name(t, each) for each in views],
        "times": [display_words.period(t, each) for each in views],
        "said": display_words.template(t, display),
        "form": display_words.form(t, display),
        "note": display_words.notes(t, view),
        "limits": {c: scale.limits for c, scale in display.scales.items()} if display.kind == "value" else None,
        "numbered": display.kind in display_words.NUMBERED,
    }


def menu_json(build: Build, lang: str, asked: MapState) -> bytes:
    """The Display menu for a state that the script has reached, as {"html": …}."""
    view = map_view(build, lang, asked)
    return orjson.dumps({"html": draw(menu(view)), "for": dict(parameters(view.state))})
