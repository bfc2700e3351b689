"""A map as a slide: its shapes with the legend; notes say the figures."""

from __future__ import annotations

from dashboard import titles, urls
from dashboard import view as views
from dashboard.deck import parts
from dashboard.deck.model import Slide
from dashboard.pages import Request
from dashboard.pages import map as page
from dashboard.view import MapView


def slides(request: Request) -> list[Slide]:
    """One slide."""
    return [of_view(page.read(request))]


def of_view(shown: MapView, *, ranked: int = 0) -> Slide:
    """The slide of a view. ranked: bars of so many regions beside the map, where they can be ranked."""
    t, build = shown.words, shown.build
    path = urls.map_url(t.lang, shown.state)
    used = [shown.indicator, *([shown.display.other] if shown.display and shown.display.other else [])]
    for indicator in used:
        if refused := parts.refused(t, build, indicator, path):
            return refused
    return Slide(
        title=titles.title(shown),
        subtitle=titles.subtitle(shown),
        path=path,
        main=parts.map_of(shown),
        side=parts.ranking(shown, ranked) if ranked else None,
        notes=parts.said_of_map(shown),
        sources=parts.sources(t, build, used, map_=True),
        caveat=parts.caveat(t, shown.indicator, [*shown.notices, *views.gap_sentences(shown)]),
    )
