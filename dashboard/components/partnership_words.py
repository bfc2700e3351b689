"""What is said of a partnership, on the map and in the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from dashboard.components import ledger as said
from dashboard.i18n import Words
from dashboard.ledger_model import Organisation
from dashboard.partnerships import Entry

#: With more members than so many, the sentence has the partnership's name.
_FEW = 4
#: Letters of a whole day: 2025-11-18.
_WHOLE = 10


def kind(t: Words, key: str) -> str:
    """Across the border, inside a country, or wider."""
    return {
        "de-fr": t("Franco-German"),
        "de": t("inside Germany"),
        "fr": t("inside France"),
        "more": t("with further countries"),
    }[key]


def spoken(t: Words, entry: Entry) -> str:
    """SAP (Walldorf) – Mistral AI (Paris): announced 18 November 2025; seats from memory."""
    seats: dict[str, list[str]] = {}
    for seat in entry.seats:
        seats.setdefault(seat.organisation.id, []).append(seat.city)
    members = [_seated(t, seat.organisation, seats) for seat in entry.seats]
    members += [member.organisation.name(t.lang) for member in entry.elsewhere]
    names = list(dict.fromkeys(members))
    who = " – ".join(names) if len(names) <= _FEW else entry.one.name(t.lang)
    state, when = said.partnership_state(t, entry.one.state), long_day(t, entry.one.since)
    if len(entry.one.since) == _WHOLE:
        said_of = t("{who}: {state} {day}", who=who, state=state, day=when)
    else:
        said_of = t("{what}: {n}", what=who, n=", ".join(part for part in (state, when) if part))
    if entry.seats and any(seat.memory for seat in entry.seats):
        every = all(seat.memory for seat in entry.seats)
        remark = t("seats from memory") if every else t("some seats from memory")
        return t("{first}; {second}", first=said_of, second=remark)
    return said_of


def _seated(t: Words, organisation: Organisation, seats: dict[str, list[str]]) -> str:
    return f"{organisation.name(t.lang)} ({', '.join(dict.fromkeys(seats[organisation.id]))})"


def long_day(t: Words, text: str) -> str:
    """A day in full (18 November 2025), a month or a year; '' where there is none."""
    if len(text) < _WHOLE:
        return t.period(text) if text else ""
    pattern = "d. MMMM y" if t.lang == "de" else "d MMMM y"
    return str(format_date(date.fromisoformat(text), pattern, locale=t.locale))


def place_name(nuts3: str, found: Sequence[Entry]) -> str:
    """The cities of the seats in a Kreis or département: mostly one."""
    cities = [seat.city for entry in found for seat in entry.seats if seat.nuts3 == nuts3]
    return ", ".join(sorted(set(cities)))
