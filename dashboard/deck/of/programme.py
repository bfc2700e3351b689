"""A programme as a slide, and its prepared deck: what it is, what it promised, what is reported, where, who says so."""

from __future__ import annotations

from dataclasses import replace

from dashboard import ledger, partnerships
from dashboard.brief import programme as brief
from dashboard.brief.model import Brief
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.deck import parts
from dashboard.deck.arcs import arcs_map
from dashboard.deck.model import Card, Cards, Deck, Map, Slide, Spot, Table, Text
from dashboard.i18n import Words
from dashboard.ledger_model import Claim, Programme
from dashboard.map.ground import anchor, around, whole
from dashboard.pages import Request
from dashboard.pages import programme as page
from dashboard.programmes import today

#: Claims and partners of one slide.
CLAIMS, PARTNERS = 8, 10


def slides(request: Request) -> list[Slide]:
    """Promised and reported."""
    one, made = _read(request)
    return [_promised(request, one, made)]


def deck(request: Request) -> Deck:
    """Cover, at a glance, promised and reported, who said what, places, partners, partnerships, sources."""
    one, made = _read(request)
    t, build = request.words, request.build
    found = [
        _cover(request, one, made),
        _glance(request, one, made),
        _promised(request, one, made),
        _claims(request, one, made),
        _places(request, one, made),
        _partners(request, one, made),
        _together(request, one, made),
        _sources(request, made),
    ]
    title = t("Programme: {name}", name=made.title)
    return Deck(
        lang=t.lang,
        title=title,
        name=f"programme-{one.id}-{t.lang}",
        slides=tuple(slide for slide in found if slide is not None),
        build=build.id,
        day=parts.day_of(build),
        internal=made.internal,
    )


def _read(request: Request) -> tuple[Programme, Brief]:
    one = page.read(request)
    return one, brief.brief(request, one)


def _count(request: Request, one: Programme) -> str:
    """How many promises there are, reported, overdue."""
    t, day = request.words, today()
    groups = [group for group in one.progress if group.promises]
    return t(
        "Promises, each of its own kind: {n}; with a report: {m}; overdue: {k}.",
        n=len(groups),
        m=sum(bool(group.reports) for group in groups),
        k=sum(group.overdue(day) for group in groups),
    )


def _cover(request: Request, one: Programme, made: Brief) -> Slide:
    return Slide(
        title=made.title,
        subtitle=made.kind,
        path=made.path,
        main=_map(request, one),
        sources=made.sources[:4],
        kind="cover",
        notes=(made.kind,),
    )


def _glance(request: Request, one: Programme, made: Brief) -> Slide:
    cards = tuple(Card(figure.title, figure.value, figure.facts) for figure in made.figures)
    return Slide(
        title=request.words("{what}: {n}", what=made.title, n=_count(request, one)),
        subtitle=made.kind,
        path=made.path,
        top=Cards(cards) if cards else None,
        main=Text(made.findings or (made.kind,)),
        notes=(*(f"{card.title}: {card.value}, {', '.join(card.facts)}" for card in cards), *made.findings),
        sources=made.sources[:6],
    )


def _promised(request: Request, one: Programme, made: Brief) -> Slide:
    t = request.words
    if not made.promises:
        return Slide(
            t("{what}: {n}", what=made.title, n=made.no_promise), made.path, made.kind, Text((made.no_promise,))
        )
    rows = tuple((row.what, row.promised, row.standing) for row in made.promises)
    text = f"{made.title}. " + "; ".join(", ".join(row) for row in rows)
    return Slide(
        title=request.words("{what}: {n}", what=made.title, n=_count(request, one)),
        subtitle=made.kind,
        path=made.path,
        main=Table((t("What"), t("Promised"), t("What came of it")), rows, (1.4, 2.0, 2.4), text),
        notes=tuple(": ".join([row[0], "; ".join(row[1:])]) for row in rows),
        sources=made.sources[:6],
        caveat=t("Announced, granted and paid out are different things; nothing here is added up."),
    )


def _claims(request: Request, one: Programme, made: Brief) -> Slide | None:
    """Who said what, latest last."""
    t = request.words
    found = sorted(one.claims, key=lambda claim: claim.stated_on)
    if not found:
        return None
    rows = tuple(_claim(t, claim) for claim in found[-CLAIMS:])
    opened = sum(claim.verified for claim in found)
    title = t("Claims whose source was opened and compared: {m} of {n}.", m=opened, n=len(found))
    text = f"{title} " + "; ".join(", ".join(row) for row in rows)
    return Slide(
        title=t("{what}: {n}", what=made.title, n=title),
        subtitle=t("Who said what, in the order of time"),
        path=made.path,
        main=Table((t("Day"), t("Who"), t("What"), t("State")), rows, (1.0, 1.6, 3.0, 1.1), text),
        notes=tuple(", ".join(row) for row in (_claim(t, claim) for claim in found)),
        sources=made.sources[:6],
        caveat=t("Further claims on the atlas: {n}", n=len(found) - len(rows)) if len(found) > len(rows) else "",
    )


def _claim(t: Words, claim: Claim) -> tuple[str, ...]:
    what = speak.stated(t, claim, said.claimed(t, claim))
    return said.day(t, claim.stated_on) if claim.stated_on else "–", claim.by, what, said.state(t, claim.state)


def _map(request: Request, one: Programme) -> Map | None:
    """Its regions and places; None where the ledger names none."""
    spots = tuple(
        Spot(*at, place.city, written=True)
        for place in one.places
        if place.nuts3 and (at := anchor(place.nuts3)) is not None
    )
    regions = tuple(code for code in one.regions if len(code) > 2 and anchor(code))
    if not spots and not regions:
        return None
    countries = sorted({code[:2] for code in (*regions, *(place.nuts3 for place in one.places if place.nuts3))})
    names = dict(speak.where(request.build, request.words, one))
    label = request.words("Map: where {region} lies", region=one.name(request.lang))
    made = parts.where(regions, label, names, around(countries) if len(countries) == 1 else whole())
    return replace(made, spots=spots)


def _places(request: Request, one: Programme, made: Brief) -> Slide | None:
    """Where it is: the map, and each place with its role."""
    t, shown = request.words, _map(request, one)
    if shown is None:
        return None
    rows = tuple(
        (place.city, ", ".join(filter(None, (said.place_role(t, place.role), said.basis(t, place.basis)))))
        for place in one.places[:CLAIMS]
    )
    where = speak.scope_or_regions(request.build, t, one)
    table = Table((t("Place"), t("Role")), rows, (1.4, 1.6), where) if rows else None
    return Slide(
        title=t("{name} – where it is: {where}", name=made.title, where=where),
        path=made.path,
        main=shown,
        side=table or Text((where,)),
        notes=(where, *(", ".join(part for part in row if part) for row in rows)),
        sources=made.sources[-1:],
    )


def _partners(request: Request, one: Programme, made: Brief) -> Slide | None:
    t = request.words
    if not one.members:
        return None
    rows = tuple(
        (
            member.organisation.name(t.lang),
            said.role(t, member.role),
            said.organisation_kind(t, member.organisation.kind),
        )
        for member in one.members
    )
    title = t("{name} – partners named in the ledger: {n}", name=made.title, n=len(rows))
    text = f"{title}. " + "; ".join(", ".join(row) for row in rows[:PARTNERS])
    return Slide(
        title=title,
        path=made.path,
        main=Table((t("Partner"), t("Role"), t("Type")), rows[:PARTNERS], (2.4, 1.2, 1.4), text),
        notes=tuple(", ".join(row) for row in rows),
        sources=made.sources[:6],
        caveat=t("Further partners on the atlas: {n}", n=len(rows) - PARTNERS) if len(rows) > PARTNERS else "",
    )


def _together(request: Request, one: Programme, made: Brief) -> Slide | None:
    t, known = request.words, partnerships.entries(request.build)
    found = [known[id_] for id_ in one.partnerships if id_ in known]
    if not found:
        return None
    title = t("{name} – partnerships with named partners: {n}", name=made.title, n=len(found))
    return arcs_map(request.build, t, found, title, made.path)


def _sources(request: Request, made: Brief) -> Slide:
    t = request.words
    one = ledger.programme(request.build, request.item)
    caveats = (t("Announced, granted and paid out are different things; nothing here is added up."),)
    side = (*caveats, *([t("What is known from memory is marked as such.")] if one and one.places else []))
    return Slide(
        t("Sources, and what to keep in mind"), made.path, main=Text(made.sources), side=Text(side), notes=made.sources
    )
