"""The deck "Status quo" of a region or territory: eight to ten slides from what their pages say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard import ledger, partnerships, twins, urls
from dashboard import view as views
from dashboard.compare.model import Comparison
from dashboard.components import ledger as said
from dashboard.deck import parts, subject
from dashboard.deck.arcs import arcs_map
from dashboard.deck.model import Deck, Slide, Text
from dashboard.deck.of import map as maps
from dashboard.deck.subject import Subject
from dashboard.deck.tables import comparison
from dashboard.programmes import today
from dashboard.queries import Row
from dashboard.urls import MapState


def deck(about: Subject, glance: Slide, own: Sequence[Slide]) -> Deck:
    """The deck. glance: its second slide; own: slides of its kind, after the map."""
    t, build = about.t, about.build
    title = t("Status quo: AI in {name}", name=about.name)
    first = subject.headline(about)
    found: list[Slide | None] = [subject.cover(about, title), glance, *own]
    found += [subject.trend(about, first)] if first else []
    found += [
        subject.theme(about, "jobs", t("Jobs: no figures for {name}", name=about.name)),
        subject.theme(about, "funding", t("Funding: no figures by region for {name}", name=about.name)),
        beside(about),
        promised(about),
        partners(about),
        subject.sources(about),
    ]
    return Deck(
        lang=about.lang,
        title=title,
        name=f"status-quo-{about.side.key}-{about.lang}",
        slides=tuple(slide for slide in found if slide is not None),
        build=build.id,
        day=parts.day_of(build),
        internal=about.brief.internal,
    )


def ranked_map(about: Subject, first: Row, level: str) -> Slide:
    """The headline on the map of its country, among the units it is ranked with, and the region picked."""
    state = MapState(indicator=first["id"], level=level, region=about.side.key, country=about.side.countries[0])
    shown = views.map_view(about.build, about.lang, state)
    made = maps.of_view(shown, ranked=16)
    own = shown.rows.get(about.side.key)
    if own is None or own["value"] is None:
        return made
    t, name = about.t, shown.name(about.side.key)
    said_ = t("{what}: {n}", what=name, n=views.sentence(shown, about.side.key, own).removeprefix(f"{name}: "))
    return replace(made, title=f"{said_} · {made.title}")


def beside(about: Subject) -> Slide | None:
    """Its figures beside the country's and its twin's across the border, or beside its members'."""
    build, t, place = about.build, about.t, about.side.territory
    if place is not None:
        keys = (about.side.key, *place.members)[:4] if len(place.members) > 1 else (about.side.key,)
        found = Comparison(build, about.lang, about.level, keys)
        return comparison(found, about.path, t("{name} beside its members and its country", name=about.name))
    alike = twins.twins(build, about.side.key, about.level)
    if not alike:
        found = Comparison(build, about.lang, about.level, (about.side.key,))
        return comparison(found, about.path, t("{name} beside its country", name=about.name))
    codes = (about.side.key, alike[0].code)
    made = comparison(
        Comparison(build, about.lang, about.level, codes),
        urls.compare_url(about.lang, codes),
        twins.lead(build, t, about.side.key, alike[0]),
    )
    return replace(made, notes=(twins.why(build, t, about.side.key, alike[0]), *made.notes))


def promised(about: Subject) -> Slide:
    """Promises of the programmes that lie there."""
    t, day = about.t, today()
    here = [each.programme for each in ledger.programmes_in(about.build, about.side.members) if each.relation != "over"]
    groups = [group for one in here for group in one.progress if group.promises]
    title = t(
        "Promises, each of its own kind: {n}; with a report: {m}; overdue: {k}.",
        n=len(groups),
        m=sum(bool(group.reports) for group in groups),
        k=sum(group.overdue(day) for group in groups),
    )
    made = subject.promises(
        about, t("{what}: {n}", what=about.name, n=title), t("Programmes: no promise for {name}", name=about.name)
    )
    shown = {(group.programme, group.measure, group.kind) for group in groups}
    claims = [claim for one in here for claim in one.claims if (one.id, claim.measure, claim.kind) in shown]
    names = dict.fromkeys(said.source_link(t, source)[0] for claim in claims for source in claim.sources)
    return replace(made, sources=tuple(names))


def partners(about: Subject) -> Slide:
    """Partnerships with a partner that has its seat there."""
    t, build = about.t, about.build
    known = partnerships.entries(build)
    found = [known[one.id] for one, _here in ledger.partnerships_in(build, about.side.members) if one.id in known]
    path = urls.page(about.lang, partnerships.PATH)
    if not found:
        missing = t("Partnerships: the ledger knows none with a partner seated in {name}", name=about.name)
        said = t("The ledger names only partnerships with named partners and a source; there may be others.")
        return Slide(missing, path, main=Text((said,)), notes=(missing, said))
    title = t("{name} – partnerships with named partners: {n}", name=about.name, n=len(found))
    return arcs_map(build, t, found, title, path)


def sentences_but(sentences: Sequence[str], *out: str) -> tuple[str, ...]:
    """Sentences without those that stand elsewhere."""
    return tuple(text for text in sentences if text and text not in out)
