"""The maps of briefs on territories and programmes: areas and places on both countries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.ledger_model import Programme
from dashboard.map import ground

#: Radius of a place, as a part of the view's width.
_POINT = 0.012


def areas(codes: Iterable[str], countries: Sequence[str], marks: str = "") -> str:
    """Regions standing out on their country, or on both."""
    marked = [code for code in codes if ground.anchor(code)]
    box = ground.around(countries) if len(countries) == 1 else ground.whole()
    drawn = ground.ground(marked=marked)
    return f'<svg viewBox="{ground.attribute(box)}" role="img" aria-label="">{drawn}{marks}</svg>'


def places(one: Programme) -> str:
    """A programme's regions and its places as points; '' where the ledger names none. A whole country is not filled."""
    points = {place.nuts3: at for place in one.places if place.nuts3 and (at := ground.anchor(place.nuts3))}
    regions = [code for code in one.regions if len(code) > 2 and ground.anchor(code)]
    countries = sorted({code[:2] for code in (*points, *one.regions)})
    if not points and not regions:
        return ""
    width = (ground.around(countries) if len(countries) == 1 else ground.whole())[2]
    dots = "".join(
        f'<circle class="place" cx="{x:.0f}" cy="{y:.0f}" r="{_POINT * width:.0f}"/>' for x, y in points.values()
    )
    return areas(regions, countries, dots)
