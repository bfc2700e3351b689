"""The deck of a tray: a cover, and the slides of its views under the titles that the reader gave."""

from __future__ import annotations

from dataclasses import replace

from dashboard.components.actions import kept
from dashboard.deck import parts, tray
from dashboard.deck.model import Deck, Slide
from dashboard.deck.of import builders
from dashboard.pages import Request
from dashboard.settings import INTERNAL
from dashboard.urls import NotFoundError, keynote


def deck(request: Request) -> Deck:
    """The deck. Raises NotFoundError for an empty tray (404), and where a licence keeps all of it here (403)."""
    t, found = request.words, tray.read(request)
    back = ((t("Back to the tray"), found.address(request.lang)),)
    if not found.views:
        text = t("This tray has no view that becomes a slide.")
        raise NotFoundError("keynote", text=text, links=((t("An empty tray"), keynote(request.lang, ())),))
    slides = [slide for view in found.views for slide in _titled(view)]
    if all(slide.withheld for slide in slides):
        raise NotFoundError("keynote", text=kept(t), links=back, status=403)
    title = found.name or t("AI in the regions of Germany and France")
    published = parts.day_of(request.build)
    cover = Slide(
        title=title,
        subtitle=t("Figures as published on {day}", day=t.day(published)) if published else "",
        path=found.address(request.lang),
        kind="cover",
        main=parts.where((), t("Map: Germany and France"), {}),
        notes=tuple(f"{place}. {slide.title}" for place, slide in enumerate(slides, 2)),
    )
    return Deck(
        lang=request.lang,
        title=title,
        name=f"keynote-{request.lang}",
        slides=(cover, *slides),
        build=request.build.id,
        day=published,
        internal=request.build.audience == INTERNAL,
        notices=tuple(f"{about}: {why}" for about, why in found.refused),
    )


def _titled(view: tray.View) -> list[Slide]:
    """The slides of a view; a title of the reader's own goes on the first, whose finding stays in the notes."""
    slides: list[Slide] = builders()[view.page].slides(view.request)
    if not view.own:
        return slides
    first = slides[0]
    return [replace(first, title=view.own, notes=(first.title, *first.notes)), *slides[1:]]
