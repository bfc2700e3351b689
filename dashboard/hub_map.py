"""The map of a territory: one indicator at one level, its members shown, everything else faded."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dashboard import drawing, hub, queries
from dashboard.i18n import Words
from dashboard.map.svg import EXPECTED_WIDTH
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import Territory, tops
from dashboard.titles import with_unit
from dashboard.urls import MapState, NotFoundError
from dashboard.view import MapView, level_name, map_view

#: A member smaller than this part of the map's width is ringed on the small map, so that it is found.
_SMALL = 0.04


@dataclass(frozen=True)
class HubView(MapView):
    """A map view that shows the units inside a territory. areas: the coarsest codes of its members."""

    areas: tuple[str, ...] = ()

    def inside(self, code: str) -> bool:
        """Whether a unit lies in the territory."""
        return code.startswith(self.areas)

    @property
    def focus(self) -> tuple[str, ...]:
        """The areas that the map opens on; the rest is faded."""
        return self.areas


def view_of(build: Build, t: Words, territory: Territory, state: MapState) -> HubView | None:
    """The view of an indicator for the territory; None where the indicator is published for no such regions.

    Raises NotFoundError for a level at which the territory cannot be drawn, and for periods and members unknown.
    """
    indicator = queries.indicators(build, t.lang)[state.indicator]
    levels = hub.levels(build, territory, indicator)
    if not levels:
        return None
    if state.level and state.level not in levels:
        raise NotFoundError(state.level, levels[0])
    found = map_view(build, t.lang, state.but(level=state.level or levels[0]))
    copied = {field.name: getattr(found, field.name) for field in fields(found)}
    return HubView(**copied, areas=tuple(tops(build)[code] for code in territory.members))


def caption(view: HubView) -> str:
    """What the map shows, in which unit, of which regions, when."""
    t, indicator = view.words, view.indicator
    countries = {code[:2] for code in view.areas}
    units = level_name(t, view.state.level, next(iter(countries)) if len(countries) == 1 else "")
    member = indicator["members"].get(view.state.member, "")
    parts = [with_unit(indicator["title"], indicator["unit_words"]), member, units, t.period(view.state.period)]
    return ", ".join(part for part in parts if part)


def small(build: Build, territory: Territory) -> str:
    """The territory on both countries, without figures, as SVG text; its outline of both countries is `base`."""
    base = drawing.geometry("country")
    marks = []
    for area in (tops(build)[code] for code in territory.members):
        shape = _shape(area)
        marks.append(f'<path d="{shape["d"]}"/>' if shape else "")
        if shape and max(shape["box"][2] - shape["box"][0], shape["box"][3] - shape["box"][1]) < _SMALL * base["width"]:
            marks.append(f'<circle cx="{shape["x"]}" cy="{shape["y"]}" r="{_SMALL * base["width"]:.0f}"/>')
    return (
        f'<svg class="small-map" viewBox="0 0 {base["width"]} {base["height"]}" width="{EXPECTED_WIDTH // 5}" '
        f'aria-hidden="true"><use href="#both-countries"/>{"".join(marks)}</svg>'
    )


def _shape(area: str) -> Row | None:
    found = (drawing.geometry(level)["regions"].get(area) for level in ("country", "land", "nuts2", "nuts3"))
    return next((shape for shape in found if shape), None)


def outlines() -> str:
    """What all small maps share, once per page."""
    base = drawing.geometry("country")["regions"].values()
    paths = "".join(f'<path d="{shape["d"]}"/>' for shape in base)
    group = f'<defs><g id="both-countries">{paths}</g></defs>'
    return f'<svg width="0" height="0" aria-hidden="true" class="defs">{group}</svg>'
