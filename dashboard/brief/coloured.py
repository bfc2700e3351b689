"""The map of a region's brief: its country in the colours of the headline, the region outlined, with the classes' key.

Drawn by what draws every picture (dashboard/pictures): the same classes, patterns and means as on the page of the map.
"""

from __future__ import annotations

from typing import Final

from dashboard import drawing, titles
from dashboard.map.scene import Scene
from dashboard.pictures import ink, keys
from dashboard.pictures.model import Room
from dashboard.pictures.plate import plate
from dashboard.pictures.poster import stack
from dashboard.profile import Entry
from dashboard.queries import LEVELS, Region
from dashboard.store import Build
from dashboard.urls import MapState
from dashboard.view import MapView, map_view

#: Width of the drawing and size of its letters, in pixels that the sheet makes smaller; the space above the key.
WIDTH, SIZE, GAP = 250.0, 14.0, 8.0
#: A country is at most so much higher than wide.
TALLEST: Final = 1.35
#: A whole country is shown by its Länder or régions.
_BELOW: Final = {"country": "land"}


def of_region(build: Build, lang: str, region: Region, entry: Entry | None) -> tuple[str, str]:
    """(the map as SVG of its own, what it shows); two empty texts where the headline has no map at its level."""
    level = _BELOW.get(region.adm, region.adm)
    if entry is None or level not in entry.indicator["levels"] or level not in LEVELS or entry.members:
        return "", ""
    asked = MapState(
        indicator=entry.indicator["id"],
        level=level,
        period=entry.latest["period"],
        country=region.country,
        within=region.country,
        region="" if region.adm in _BELOW else region.code,
    )
    shown = map_view(build, lang, asked)
    return _drawn(shown, drawing.scene(shown)), f"{titles.subtitle(shown)}. {titles.title(shown)}"


def _drawn(shown: MapView, scene: Scene) -> str:
    height = WIDTH * min(TALLEST, scene.view[3] / scene.view[2])
    room = Room(WIDTH, SIZE, (0.0, 0.0, WIDTH, height))
    words = drawing.legend_words(shown)
    period = shown.words.period(shown.state.period)
    known = [keys.heading(f"{words.title}, {period}"), *keys.of_scene(scene, words), keys.signs(scene, words)]
    key = stack([block for block in (each(room) for each in known) if block.height], SIZE * 0.5)
    top = height + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {top + key.height:.1f}">'
        f"<style>{ink.family()}{ink.css(dark=False)}</style>{plate(scene, room.figure, dark=False)}"
        f'<g transform="translate(0 {top:.1f})">{key.svg}</g></svg>'
    )
