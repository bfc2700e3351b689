"""Partnerships as a slide: arcs between seats on the map, and the list beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard import drawing, partnerships
from dashboard.brief import model as brief
from dashboard.components import ledger as said
from dashboard.components.partnership_words import place_name, spoken
from dashboard.deck import parts
from dashboard.deck.model import Arc, Map, Slide, Spot, Table
from dashboard.i18n import Words
from dashboard.map.ground import anchor
from dashboard.map.scene import fit
from dashboard.partnerships import Entry
from dashboard.store import Build

#: Partnerships named on one slide; the notes name all.
NAMED = 8
#: The narrowest view, as a part of the whole map, and the room around the seats.
_NARROWEST, _ROOM = 0.45, 0.18


def arcs_map(build: Build, t: Words, found: Sequence[Entry], title: str, path: str) -> Slide:
    """One slide of these partnerships, latest first."""
    ordered = sorted(found, key=lambda entry: (entry.one.since, entry.one.id), reverse=True)
    rows = tuple(
        (entry.one.name(t.lang), said.day(t, entry.one.since) if entry.one.since else "–", _state(t, entry))
        for entry in ordered[:NAMED]
    )
    sentences = tuple(spoken(t, entry) for entry in ordered)
    left = len(ordered) - len(rows)
    sources = dict.fromkeys(said.source_link(t, source)[0] for entry in ordered for source in entry.one.sources)
    heads = (t("Partnership"), t("Since"), t("State"))
    shown = _map(t, ordered)
    table = Table(heads, rows, (2.0, 1.3, 1.3), f"{title}. " + "; ".join(", ".join(row) for row in rows))
    return Slide(
        title=title,
        subtitle=t("Named partners, with the seats that are known; announced is not yet done"),
        path=path,
        main=shown or table,
        side=table if shown else None,
        notes=sentences,
        sources=(*list(sources)[:8], brief.boundaries(t)),
        caveat=t("Further partnerships: {n}", n=t.number(left)) if left else "",
    )


def _state(t: Words, entry: Entry) -> str:
    return said.partnership_state(t, entry.one.state)


def _map(t: Words, found: Sequence[Entry]) -> Map | None:
    """The seats and what joins them; None where no seat is known."""
    stars = partnerships.stars(found)
    arcs = tuple(
        Arc(star.legs, spoken(t, entry), entry.kind in ("de-fr", "more"))
        for entry in found
        if (star := stars.get(entry.one.id)) is not None and star.legs
    )
    places = dict.fromkeys(place for entry in found for place in entry.places)
    spots = tuple(
        Spot(*at, place_name(place, found), written=True) for place in places if (at := anchor(place)) is not None
    )
    if not spots:
        return None
    ground = parts.where((), t("Map: seats of the partners and the partnerships between them"), {})
    xs, ys = [spot.x for spot in spots], [spot.y for spot in spots]
    whole = drawing.geometry("land")
    room = _ROOM * max(max(xs) - min(xs), max(ys) - min(ys))
    least = _NARROWEST * whole["width"]
    mid = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    half = (max((max(xs) - min(xs)) / 2 + room, least / 2), max((max(ys) - min(ys)) / 2 + room, least / 2))
    view = fit((mid[0] - half[0], mid[1] - half[1], mid[0] + half[0], mid[1] + half[1]), ground.scene.base)
    key = (("", t("● seat of a partner")),)
    return replace(ground, scene=replace(ground.scene, view=view), arcs=arcs, spots=spots, key=key)
