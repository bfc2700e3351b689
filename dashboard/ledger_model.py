"""What the ledger is about, as pages get it: programmes, claims, organisations, partnerships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dashboard.i18n import DEFAULT


@dataclass(frozen=True)
class Named:
    """What has a name of its own ('' in `names`) and, where that is a description, one in other languages."""

    id: str
    names: Mapping[str, str]

    def name(self, lang: str) -> str:
        """The name in a language; its own where that language has none."""
        return self.names.get(lang) or self.names[""]


@dataclass(frozen=True)
class Noted:
    """What has a note of the editors, written in English and perhaps in other languages."""

    notes: Mapping[str, str]
    sources: tuple[str, ...]

    def note(self, lang: str) -> tuple[str, str]:
        """The note and the language it is in: English where nobody translated it; ('', '') where there is none."""
        if found := self.notes.get(lang):
            return found, lang
        return (self.notes[DEFAULT], DEFAULT) if self.notes.get(DEFAULT) else ("", "")


@dataclass(frozen=True)
class Place:
    """A city and its Kreis or département. role: 'site', 'seat' or 'venue'; basis: 'read' or from 'memory'."""

    city: str
    nuts3: str
    role: str
    basis: str
    note: str = ""


@dataclass(frozen=True)
class Organisation(Named):
    """An institution; country of two letters or '' where it was not read. seats: where it is, as far as known."""

    kind: str
    country: str
    url: str
    seats: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Member:
    """An organisation in a programme or partnership. basis: 'read', or from 'memory' and to be marked as such."""

    organisation: Organisation
    role: str
    basis: str
    note: str = ""


@dataclass(frozen=True)
class Claim(Noted):
    """One statement by somebody. Days are '2024', '2024-04' or '2024-04-30', or '' where unknown.

    low, high: the amount in `unit`; only low is "at least", only high "at most", none "no number stated". part_of,
    overlaps: ids of claims that count the same; nothing of these is ever added. verified: whether anybody opened the
    address.
    """

    id: str
    programme: str
    measure: str
    kind: str
    low: float | None
    high: float | None
    unit: str
    state: str
    stated_on: str
    due_on: str
    period: str
    by: str
    quote: str
    quote_lang: str
    verified: bool
    part_of: str
    overlaps: tuple[str, ...]
    audience: str
    embargo_until: str


@dataclass(frozen=True)
class Progress:
    """Promise against report for one measure, kind and unit of a programme; ranges over competing claims, never sums.

    promised: (lowest, highest) of all promises; latest: of those stated last; reported: of the last reports. None
    where no number is stated. reports 0 means "no report yet", which is not 0 %.
    """

    programme: str
    measure: str
    kind: str
    unit: str
    state: str
    promises: int
    promised: tuple[float | None, float | None]
    promised_at_least: bool
    latest: tuple[float | None, float | None]
    latest_on: str
    latest_state: str
    reports: int
    reported: tuple[float | None, float | None]
    reported_on: str
    first_on: str
    last_on: str
    due_on: str
    due_by: date | None

    @property
    def open(self) -> bool:
        """Whether something is promised and neither reported nor cancelled."""
        return bool(self.promises) and not self.reports and self.state != "cancelled"

    def overdue(self, today: date) -> bool:
        """Whether the day it was due has passed and nothing is reported."""
        return self.open and self.due_by is not None and self.due_by < today

    def due_between(self, first: date, last: date) -> bool:
        """Whether it is still open and due on one of these days."""
        return self.open and self.due_by is not None and first <= self.due_by <= last


@dataclass(frozen=True)
class Programme(Named, Noted):
    """A programme, project, hub, event … kind, status and scope are keys, with words in dashboard/components/ledger.py.

    regions: NUTS as declared; partner_regions: named regions it works with. The tuples below hold all there is.
    """

    kind: str
    family: str
    status: str
    start: str
    end: str
    parent: str
    scope: str
    regions: tuple[str, ...]
    partner_regions: tuple[str, ...]
    url: str
    audience: str
    embargo_until: str
    places: tuple[Place, ...] = ()
    members: tuple[Member, ...] = ()
    claims: tuple[Claim, ...] = ()
    progress: tuple[Progress, ...] = ()
    children: tuple[str, ...] = ()
    partnerships: tuple[str, ...] = ()


@dataclass(frozen=True)
class Here:
    """A programme seen from a set of regions.

    relation: 'inside' (all of it lies there), 'across' (some of it, or a seat or partner region), 'over' (it belongs to
    an area that contains one of them). places: the codes through which it is there, with their role.
    """

    programme: Programme
    relation: str
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Partnership(Named, Noted):
    """Two or more organisations that said they work together; three are one object, not three pairs.

    event, programme: where it was announced, and whose circle of members it is, or ''.
    """

    kind: str
    event: str
    programme: str
    state: str
    since: str
    verified: bool
    members: tuple[Member, ...] = field(default=())

    @property
    def countries(self) -> frozenset[str]:
        """Of its members, as far as they were read."""
        return frozenset(member.organisation.country for member in self.members if member.organisation.country)

    @property
    def crosses_border(self) -> bool:
        """Whether it joins Germany and France."""
        return self.countries >= {"DE", "FR"}


@dataclass(frozen=True)
class Event:
    """A programme of kind event.

    announced: how many partnerships were announced there, in which claim, or None. partnerships: ids of those that are
    named: "6 of 18 named" is len(partnerships) of announced.
    """

    programme: Programme
    announced: int | None
    claim: str
    partnerships: tuple[str, ...]
