"""The partnerships as their page shows them: which kind, whose seats are known, which of them a reader asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from dashboard import drawing, ledger, queries, urls
from dashboard.ledger_model import Event, Member, Organisation, Partnership, Place, Programme
from dashboard.map import arcs
from dashboard.store import Build

PATH = "partnerships"
#: Across the Franco-German border, inside one of the two, or with members from further countries.
KINDS = ("de-fr", "de", "fr", "more")
_NATIONAL = {frozenset({"DE", "FR"}): "de-fr", frozenset({"DE"}): "de", frozenset({"FR"}): "fr"}
#: Kinds of the ledger that say who works together; those without a known partner are named below the list.
CIRCLES = ("hub", "network", "centre", "cluster")


@dataclass(frozen=True)
class Choice:
    """What the address asks for; '' is everything. show: the partnership picked."""

    kind: str = ""
    state: str = ""
    event: str = ""
    region: str = ""
    show: str = ""

    def but(self, **changes: str) -> Choice:
        """A copy with some fields changed."""
        return Choice(**{**self.query, **changes})

    @property
    def query(self) -> dict[str, str]:
        """The parameters of its address."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Seat:
    """Where a member sits. memory: nobody read it at a source."""

    organisation: Organisation
    city: str
    nuts3: str
    memory: bool


@dataclass(frozen=True)
class Entry:
    """A partnership with its seats: one entry in the list and one object on the map, however many members it has.

    seats: of the members that have one; elsewhere: members without a known seat.
    """

    one: Partnership
    kind: str
    seats: tuple[Seat, ...]
    elsewhere: tuple[Member, ...]

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The Kreise and départements of its seats, each once."""
        return tuple(dict.fromkeys(seat.nuts3 for seat in self.seats))

    @property
    def drawn(self) -> bool:
        """Whether it is on the map."""
        return bool(self.places)

    def remembered(self, nuts3: str) -> bool:
        """Whether all its seats in a place are from memory."""
        return all(seat.memory for seat in self.seats if seat.nuts3 == nuts3)


@dataclass(frozen=True)
class Dated:
    """An event or a partnership on the time line. day: '2025-11-18', '2025-11' or '2025'."""

    day: str
    what: Programme | Partnership

    @property
    def year(self) -> float:
        """The day as a fraction of years; a month or year without day stands at its beginning."""
        year, month, day = (*(int(part) for part in self.day.split("-")), 1, 1)[:3]
        return year + (month - 1) / 12 + (day - 1) / 372


def entries(build: Build) -> dict[str, Entry]:
    """id → partnership with seats, in the ledger's order."""

    def make() -> dict[str, Entry]:
        return {one.id: _entry(one) for one in ledger.partnerships(build).values()}

    found: dict[str, Entry] = build.remember("partnership_entries", make)
    return found


def _entry(one: Partnership) -> Entry:
    seated = [(member, _seats(member.organisation.seats)) for member in _as_named(one)]
    return Entry(
        one,
        _NATIONAL.get(one.countries, "more"),
        tuple(
            Seat(member.organisation, place.city, place.nuts3, place.basis == "memory")
            for member, places in seated
            for place in places
        ),
        tuple(member for member, places in seated if not places),
    )


def _as_named(one: Partnership) -> list[Member]:
    """The members in the order in which the partnership's own name has them: SAP before Mistral AI."""
    name = one.name("")
    return sorted(one.members, key=lambda member: name.find(member.organisation.name("")) % (len(name) + 1))


def _seats(places: Iterable[Place]) -> list[Place]:
    """The seats among the places of an organisation, one in each Kreis; what was read goes before what was not."""
    known: dict[str, Place] = {}
    for place in sorted(places, key=lambda place: place.basis == "memory"):
        if place.role == "seat" and place.nuts3:
            known.setdefault(place.nuts3, place)
    return list(known.values())


def read(build: Build, query: Mapping[str, str]) -> Choice:
    """What an address asks for; raises NotFoundError, with the nearest spelling, for what the ledger does not know."""
    known = entries(build)
    allowed: dict[str, Mapping[str, object] | tuple[str, ...]] = {
        "kind": KINDS,
        "state": states(build),
        "event": {event.programme.id: event for event in ledger.events(build)},
        "region": queries.regions(build),
        "show": known,
    }
    found = {name: str(query.get(name, "")) for name in allowed}
    for name, value in found.items():
        urls.known(value, allowed[name])
    return Choice(**found)


def address(lang: str, choice: Choice, anchor: str = "") -> str:
    """The address of the page with a choice."""
    return urls.view_url(lang, PATH, "", choice.query) + (f"#{anchor}" if anchor else "")


def permalink(lang: str, id_: str) -> str:
    """The address of one partnership: picked on the map, and its entry in the list."""
    return address(lang, Choice(show=id_), id_)


def shown(build: Build, choice: Choice) -> list[Entry]:
    """The partnerships that fit a choice, latest first, those without a date last."""
    found = [entry for entry in entries(build).values() if _fits(entry, choice)]
    return sorted(found, key=lambda entry: (entry.one.since, entry.one.id), reverse=True)


def _fits(entry: Entry, choice: Choice) -> bool:
    return (
        choice.kind in ("", entry.kind)
        and choice.state in ("", entry.one.state)
        and choice.event in ("", entry.one.event)
        and (not choice.region or any(place.startswith(choice.region) for place in entry.places))
    )


def states(build: Build) -> tuple[str, ...]:
    """The states that occur, those of most partnerships first."""
    found = [entry.one.state for entry in entries(build).values()]
    return tuple(sorted(set(found), key=lambda state: (-found.count(state), state)))


def seated_regions(build: Build) -> list[str]:
    """The countries, Länder and régions in which a partner has its seat."""
    known = queries.regions(build)
    places = {place for entry in entries(build).values() for place in entry.places}
    return sorted({code for place in places for code in (known[place].country, known[place].land)})


def counted(build: Build) -> list[Event]:
    """The events of which is known how many partnerships were announced there."""
    return [event for event in ledger.events(build) if event.announced]


def without_partners(build: Build) -> list[Programme]:
    """Hubs, networks, centres and clusters of which the ledger has no partnership with a list of partners."""
    circles = {entry.one.programme for entry in entries(build).values()}
    return [one for one in ledger.programmes(build).values() if one.kind in CIRCLES and one.id not in circles]


def timeline(build: Build, found: Iterable[Entry]) -> tuple[list[Dated], list[Partnership]]:
    """Events and these partnerships in the order of time, and the partnerships without a date."""
    ones = [entry.one for entry in found]
    dated = [Dated(event.programme.start, event.programme) for event in ledger.events(build) if event.programme.start]
    dated += [Dated(one.since, one) for one in ones if one.since]
    return sorted(dated, key=lambda each: (each.day, each.what.id)), [one for one in ones if not one.since]


# ── On the map ───────────────────────────────────────────────────────────────────────────────────────────────────


def point(nuts3: str) -> arcs.Point:
    """Where a seat stands: the anchor of its Kreis or département."""
    shape = drawing.geometry("nuts3")["regions"][nuts3]
    return float(shape["x"]), float(shape["y"])


def stars(found: Iterable[Entry]) -> dict[str, arcs.Star]:
    """id → what is drawn of each partnership that has a seat; curves between the same two places lie side by side."""
    border = arcs.polylines(drawing.geometry("country")["lines"]["border"])
    taken: dict[frozenset[str], set[float]] = defaultdict(set)
    drawn: dict[str, arcs.Star] = {}
    for entry in sorted(found, key=lambda entry: entry.one.id):
        if not entry.drawn:
            continue
        countries = {place[:2] for place in entry.places}
        ends = frozenset(entry.places)
        star, bend = arcs.star([point(p) for p in entry.places], border if len(countries) == 1 else (), taken[ends])
        taken[ends].add(bend)
        drawn[entry.one.id] = star
    return drawn
