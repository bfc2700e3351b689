"""Beside the map of partnerships: the counter, the choice, the list with the same entries, the time line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from dash import html
from dash.development.base_component import Component

from dashboard import ledger, partnerships, queries, urls
from dashboard.components import ledger as said
from dashboard.components.attributes import attrs
from dashboard.components.choose_field import select
from dashboard.components.partnership_words import kind
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.ledger_model import Event, Member, Programme
from dashboard.pages import Request, pages
from dashboard.partnerships import KINDS, Choice, Entry, Seat
from dashboard.store import Build


def counter(request: Request, event: Event) -> html.Section:
    """How many of the partnerships announced at an event are named: the others are a number, no entries."""
    t, named, announced = request.words, len(event.partnerships), event.announced or 0
    seated = sum(partnerships.entries(request.build)[id_].drawn for id_ in event.partnerships)
    claim = ledger.claims(request.build).get(event.claim)
    rest = t(
        "{event}: {announced} partnerships were announced there. {named} are named in the sources read; "
        "{seated} of these have known seats and are on the map. The other {rest} are a number here and nothing else.",
        event=event.programme.name(t.lang),
        announced=announced,
        named=named,
        seated=seated,
        rest=announced - named,
    )
    dots = "●" * named + "○" * (announced - named)
    return html.Section(
        [
            html.P(
                [
                    html.Strong(t("{named} of {announced} named", named=named, announced=announced)),
                    html.Span(dots, className="dots", **attrs(aria_hidden="true")),
                ],
                className="counter-figure",
            ),
            html.P([rest, *_sources(t, claim.sources if claim else ())]),
        ],
        className="counter",
        **attrs(aria_label=t("How many are named")),
    )


# ── The choice ───────────────────────────────────────────────────────────────────────────────────────────────────


def choices(request: Request, choice: Choice) -> Raw:
    """A form that needs no script: kind, state, event, region."""
    t, build = request.words, request.build
    known = queries.regions(build)
    codes = partnerships.seated_regions(build)
    codes += [choice.region] if choice.region and choice.region not in codes else []
    met = [event.programme for event in ledger.events(build) if event.partnerships]
    fields = (
        ("kind", t("Where"), [(key, kind(t, key)) for key in KINDS], choice.kind),
        (
            "state",
            t("State"),
            [(key, said.partnership_state(t, key)) for key in partnerships.states(build)],
            choice.state,
        ),
        ("event", t("Event"), [(one.id, one.name(t.lang)) for one in met], choice.event),
        ("region", t("Seat in"), [(code, known[code].name(t.lang)) for code in codes], choice.region),
    )
    inner = "".join(select(t, *field) for field in fields)
    action = escape(urls.page(t.lang, partnerships.PATH))
    reset = f'<a href="{action}">{escape(t("Show all"))}</a>' if any(choice.query.values()) else ""
    return Raw(
        f'<form class="pm-choice" method="get" action="{action}">{inner}'
        f'<button type="submit" class="button">{escape(t("Show"))}</button>{reset}</form>'
    )


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────


def table(request: Request, choice: Choice, found: Sequence[Entry]) -> html.Table:
    """One row for each partnership, however many members it has; the one picked is marked."""
    t = request.words
    heads = [t("Partnership"), t("Members and seats"), t("State"), t("Event"), t("Sources")]
    rows = [_row(request, choice, entry) for entry in found]
    return html.Table(
        [
            html.Caption(t("Partnerships, latest first"), className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col", role="columnheader") for head in heads], role="row")),
            html.Tbody(rows, role="rowgroup"),
        ],
        className="partnerships",
        role="table",
    )


def _row(request: Request, choice: Choice, entry: Entry) -> html.Tr:
    t, one = request.words, entry.one
    text, lang = one.note(t.lang)
    on_map = html.A(
        t("On the map") if entry.drawn else t("Link to this entry"),
        href=partnerships.address(t.lang, choice.but(show=one.id), one.id),
        className="to-map",
        **attrs(aria_label=t("{name}: on the map", name=one.name(t.lang)) if entry.drawn else None),
        **attrs(data_show=one.id if entry.drawn else None),
    )
    what = [html.P([said.partnership_kind(t, one.kind), ", ", kind(t, entry.kind)])]
    what += [html.P(text, lang=lang, className="note")] if text else []
    what += [html.P(on_map if entry.drawn else [t("No seat is known: in the list only.") + " ", on_map])]
    return html.Tr(
        [
            html.Th([html.B(one.name(t.lang)), *what], scope="row", role="rowheader"),
            _cell(t("Members and seats"), _members(t, entry)),
            _cell(t("State"), said.partnership_state(t, one.state), html.Br(), said.day(t, one.since)),
            _cell(t("Event"), _event(request, one.event)),
            _cell(t("Sources"), _listed(t, one.sources), _checked(t, one.verified)),
        ],
        id=one.id,
        role="row",
        tabIndex=-1,
        **attrs(data_partnership=one.id, aria_current="true" if one.id == choice.show else None),
    )


def _cell(label: str, *children: Component | str) -> html.Td:
    return html.Td(list(children), role="cell", **attrs(data_label=label))


def _checked(t: Words, verified: bool) -> html.Small:
    text = t("address opened and compared") if verified else t("not yet opened and compared")
    return html.Small(text, className="checked")


def _members(t: Words, entry: Entry) -> html.Ul:
    seats: dict[str, list[Seat]] = {}
    for seat in entry.seats:
        seats.setdefault(seat.organisation.id, []).append(seat)
    roles = {member.organisation.id: member for member in entry.one.members}
    known = [_member(t, roles[id_], found) for id_, found in seats.items()]
    return html.Ul([*known, *[_member(t, member, []) for member in entry.elsewhere]], className="members")


def _member(t: Words, member: Member, seats: list[Seat]) -> html.Li:
    facts = [said.role(t, member.role)] if member.role not in ("", "partner") else []
    if seats:
        facts += [place(t, seat) for seat in seats]
    else:
        facts.append(t("seat not read"))
    facts += [said.basis(t, member.basis)] if member.basis == "memory" else []
    return html.Li([member.organisation.name(t.lang), html.Small(" · " + ", ".join(facts))])


def place(t: Words, seat: Seat) -> str:
    """The city of a seat, marked where it was not read."""
    return f"{seat.city} ({said.basis(t, 'memory')})" if seat.memory else seat.city


def _event(request: Request, id_: str) -> Component | str:
    found = ledger.programme(request.build, id_) if id_ else None
    return _programme(request.words, found) if found else "–"


def _programme(t: Words, found: Programme) -> Component | str:
    """A programme's name, a link where the site has a page on it."""
    name = found.name(t.lang)
    return html.A(name, href=urls.page(t.lang, "programme", found.id)) if "programme" in pages() else name


def _sources(t: Words, sources: Iterable[str]) -> list[Component | str]:
    parts: list[Component | str] = []
    for text, address in (said.source_link(t, source) for source in sources):
        parts += [" · ", html.A(text, href=address) if address else text]
    return parts


def _listed(t: Words, sources: Iterable[str]) -> html.Ul:
    found = [said.source_link(t, source) for source in sources]
    return html.Ul([html.Li(html.A(text, href=address) if address else text) for text, address in found])


# ── Organisations and circles without partners ───────────────────────────────────────────────────────────────────


def organisations(request: Request, found: Sequence[Entry]) -> html.Details:
    """Every organisation of these partnerships, its kind, seat and partnerships."""
    t = request.words
    known = {m.organisation.id: m.organisation for entry in found for m in entry.one.members}
    lines = []
    for one in sorted(known.values(), key=lambda one: one.name(t.lang).casefold()):
        mine = [entry for entry in found if any(m.organisation.id == one.id for m in entry.one.members)]
        seats = {seat.city: seat for entry in mine for seat in entry.seats if seat.organisation.id == one.id}
        where = ", ".join(place(t, seat) for seat in seats.values())
        facts = ", ".join((said.organisation_kind(t, one.kind), where or t("seat not read")))
        links: list[Component | str] = []
        for entry in mine:
            links += [" · ", html.A(entry.one.name(t.lang), href=f"#{entry.one.id}")]
        lines.append(html.Li([html.B(one.name(t.lang)), f" – {facts}", *links]))
    return html.Details(
        [html.Summary(t("Organisations: {n}", n=len(lines))), html.Ul(lines, className="organisations")]
    )


def circles(t: Words, build: Build) -> html.Details:
    """Hubs, networks, centres and clusters without a list of partners, by family; they are no partnerships."""
    found = partnerships.without_partners(build)
    families: dict[str, list[Programme]] = {}
    for one in found:
        families.setdefault(one.family or said.programme_kind(t, one.kind), []).append(one)
    parts: list[Component] = [
        html.P(
            t(
                "Of these the ledger knows name and place, but no partners one by one. "
                "They are not drawn as partnerships."
            )
        )
    ]
    for family, ones in sorted(families.items()):
        items = [html.Li([_programme(t, one), html.Small(_where(t, one))]) for one in ones]
        parts += [html.H3(f"{family} ({len(ones)})"), html.Ul(items, className="organisations")]
    label = t("Hubs, networks, centres and clusters without a list of partners: {n}", n=len(found))
    return html.Details([html.Summary(label), *parts])


def _where(t: Words, one: Programme) -> str:
    cities = dict.fromkeys(
        f"{place.city} ({said.basis(t, 'memory')})" if place.basis == "memory" else place.city
        for place in one.places
        if place.city
    )
    facts = [said.programme_status(t, one.status), ", ".join(cities)]
    return " · " + " · ".join(fact for fact in facts if fact)
