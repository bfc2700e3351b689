"""Partnerships as a slide: those a reader chose, as arcs with their list."""

from __future__ import annotations

from dashboard import partnerships
from dashboard.deck.arcs import arcs_map
from dashboard.deck.model import Slide, Text
from dashboard.pages import Request


def slides(request: Request) -> list[Slide]:
    """One slide."""
    t, build = request.words, request.build
    choice = partnerships.read(build, request.query)
    found = partnerships.shown(build, choice)
    path = partnerships.address(t.lang, choice)
    if not found:
        missing = t("No partnership fits this choice.")
        return [Slide(missing, path, main=Text((missing,)), notes=(missing,))]
    title = t(
        "{n} partnerships on AI with named partners in Germany, France and Europe, {drawn} of them with known seats.",
        n=len(found),
        drawn=sum(entry.drawn for entry in found),
    )
    if choice.region:
        found_notes = t("Partnerships without a known seat cannot be found by region.")
        title = f"{title} {found_notes}"
    return [arcs_map(build, t, found, title, path)]
