"""Small maps side by side: each region in its surroundings, or one map in several periods or of several indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from dashboard import drawing, queries, urls
from dashboard.compare.model import Comparison, common
from dashboard.compare.sides import Side
from dashboard.map.scene import Scene, fit
from dashboard.queries import LEVELS
from dashboard.urls import MapState, NotFoundError
from dashboard.view import MapView, map_view

MODES: Final = ("places", "periods", "indicators")
#: The parameters of an address that choose the maps.
PARAMETERS: Final = ("maps", "indicator", "m1", "m2", "m3", "m4")
#: What surrounds a region: so much of its own size on each side, and at least so much of the map's width.
AROUND: Final = (0.7, 0.05)
_DEFS: Final = re.compile(r"<defs>.*?</defs>", re.S)
_KEYS: Final = re.compile(r'<p class="am-keys" id="am-keys">.*?</p>', re.S)
_SIGNS: Final = re.compile(r'<svg class="am-defs".*?</svg>', re.S)


@dataclass(frozen=True)
class Choice:
    """What the address asks of the maps. mode: one of MODES; the periods or indicators the mode shows, two to four."""

    mode: str
    indicator: str
    periods: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One small map: what it shows in words, its view, its scene."""

    caption: str
    view: MapView
    scene: Scene


def possible(comparison: Comparison) -> list[queries.Row]:
    """The indicators that can be mapped: with figures at the level, for one of the countries at least."""
    rows = queries.indicators(comparison.build, comparison.lang).values()
    return [
        row for row in rows if comparison.level in row["levels"] and set(row["countries"]) & set(comparison.countries)
    ]


def read(comparison: Comparison, query: Mapping[str, str]) -> Choice | None:
    """The maps an address asks for, made whole; None where nothing can be mapped.

    Raises NotFoundError for a mode, indicator or period there is not.
    """
    known = {row["id"]: row for row in possible(comparison)}
    if not known:
        return None
    asked = {name: str(query.get(name, ""))[:80] for name in PARAMETERS}
    urls.known(asked["maps"], MODES)
    mode = asked["maps"] or MODES[0]
    indicator = asked["indicator"] or _first(comparison, list(known))
    picked = tuple(dict.fromkeys(asked[name] for name in PARAMETERS[2:] if asked[name]))
    for each in (indicator, *(picked if mode == "indicators" else ())):
        _known(comparison, each, known)
    if mode == "periods":
        have = periods(comparison, indicator)
        for each in picked:
            urls.known(each, have)
        return Choice(
            mode, indicator, periods=tuple(sorted(picked)) if len(picked) > 1 else (have[0], have[-1])[: len(have)]
        )
    if mode == "indicators":
        rest = [each for each in _ordered(comparison, list(known)) if each not in picked]
        return Choice(mode, indicator, indicators=(*picked, *rest[: max(2 - len(picked), 0)]))
    return Choice(mode, indicator)


def _known(comparison: Comparison, indicator: str, known: Mapping[str, queries.Row]) -> None:
    every = queries.indicators(comparison.build, comparison.lang)
    urls.known(indicator, every)
    if indicator not in known:
        text = comparison.words("“{indicator}” has no figures at this level.", indicator=every[indicator]["title"])
        here = (comparison.names, urls.compare_url(comparison.lang, comparison.codes))
        raise NotFoundError(indicator, text=text, links=(here,))


def _first(comparison: Comparison, known: list[str]) -> str:
    return _ordered(comparison, known)[0]


def _ordered(comparison: Comparison, known: list[str]) -> list[str]:
    """The indicators that all regions have first, in picker order."""
    whole = [line.indicator["id"] for line in comparison.lines if line.complete and line.indicator["id"] in known]
    return whole + [each for each in known if each not in whole]


def periods(comparison: Comparison, indicator: str) -> tuple[str, ...]:
    """The periods an indicator has at the comparison's level, of its first breakdown where it has any."""
    row = queries.indicators(comparison.build, comparison.lang)[indicator]
    return queries.periods(comparison.build, indicator, comparison.level, next(iter(row["members"]), ""))


def _period(comparison: Comparison, indicator: str) -> str:
    """The newest period up to the year asked for that all regions have, else the newest there is."""
    have = periods(comparison, indicator)
    line = next((line for line in comparison.lines if line.indicator["id"] == indicator), None)
    shared = set(common(line.series)) if line else set()
    allowed = [p for p in have if not comparison.asked or p[:4] <= comparison.asked]
    return next((p for p in reversed(allowed) if p in shared), (allowed or list(have))[-1])


def panels(comparison: Comparison, choice: Choice) -> list[Panel]:
    """The maps of a choice, two to four."""
    t = comparison.words
    if choice.mode == "periods":
        views = [_view(comparison, choice.indicator, period) for period in choice.periods]
        return [Panel(t.period(v.state.period), v, drawing.scene(v)) for v in views]
    if choice.mode == "indicators":
        views = [_view(comparison, each, _period(comparison, each)) for each in choice.indicators]
        return [Panel(f"{v.indicator['title']}, {t.period(v.state.period)}", v, drawing.scene(v)) for v in views]
    view = _view(comparison, choice.indicator, _period(comparison, choice.indicator))
    scene = drawing.scene(view)
    return [Panel(each.name, view, surroundings(scene, each)) for each in comparison.sides.values()]


def _view(comparison: Comparison, indicator: str, period: str) -> MapView:
    state = MapState(indicator=indicator, period=period, level=comparison.level)
    return map_view(comparison.build, comparison.lang, state)


def surroundings(scene: Scene, side: Side) -> Scene:
    """The part of a map around a region or territory: what lies outside is left out, and cannot be zoomed out to."""
    found = [region for region in scene.regions if side.holds(region.code)]
    if not found:
        return scene
    x0, y0 = min(region.box[0] for region in found), min(region.box[1] for region in found)
    x1, y1 = max(region.box[2] for region in found), max(region.box[3] for region in found)
    more = max(AROUND[0] * max(x1 - x0, y1 - y0), AROUND[1] * scene.width)
    box = fit((x0 - more, y0 - more, x1 + more, y1 + more), (0.0, 0.0, scene.width, scene.height))
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]

    def inside(x0: float, y0: float, x1: float, y1: float) -> bool:
        return x0 < right and x1 > left and y0 < bottom and y1 > top

    return replace(
        scene,
        regions=tuple(region for region in scene.regions if inside(*region.box)),
        frames=tuple(f for f in scene.frames if inside(f.x, f.y, f.x + f.width, f.y + f.height)),
        base=box,
        view=box,
        selected=found[0].code if len(found) == 1 else None,
    )


def drawn(comparison: Comparison, panel: Panel, first: bool) -> str:
    """The markup inside `<div data-map>`: the compared regions outlined in their colours.

    Patterns and the sentence on the keys have ids, so only the first map of a page brings them along.
    """
    scene = replace(panel.scene, title=panel.caption, desc="", label=panel.caption)
    text = drawing.widget(comparison.words, scene)
    outlines = "".join(
        f'<path class="r{i}" d="{escape(d)}"/>'
        for i, side in enumerate(comparison.sides.values())
        for d in _shapes(comparison, scene, side)
    )
    text = text.replace(
        '<g class="am-over"', f'<g class="outlines" aria-hidden="true">{outlines}</g><g class="am-over"', 1
    )
    return text if first else _KEYS.sub("", _DEFS.sub("", text, 1), 1)


def _shapes(comparison: Comparison, scene: Scene, side: Side) -> list[str]:
    """The outlines of a side that the map shows: its members', each from the level it is a unit of."""
    shown = [region.code for region in scene.regions]
    members = [code for code in side.members if any(each.startswith(code) for each in shown)]
    level = {code: next(name for name in LEVELS if code in queries.units(comparison.build, name)) for code in members}
    return [drawing.geometry(level[code])["regions"][code]["d"] for code in members]


def legend(panel: Panel, first: bool) -> str:
    """The legend of a panel's indicator; its patterns, too, only once."""
    text = drawing.legend(panel.view)
    return text if first else _SIGNS.sub("", text, 1)
