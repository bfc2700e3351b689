"""The words of the ledger: what its keys, amounts, days and sources are called, in one place, in each language."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from dashboard.i18n import Words
from dashboard.ledger_model import Claim

#: Amounts from here on are written in billions, and in millions.
_BILLION, _MILLION = 1e9, 1e6


def programme_kind(t: Words, kind: str) -> str:
    """What a programme is."""
    return {
        "programme": t("Programme"),
        "project": t("Project"),
        "hub": t("Hub"),
        "network": t("Network"),
        "centre": t("Centre"),
        "cluster": t("Cluster"),
        "event": t("Event"),
        "site": t("Site or investment"),
        "statistic": t("Count, not a programme"),
    }[kind]


def programme_status(t: Words, status: str) -> str:
    """How a programme stands, as far as it was read."""
    return {
        "announced": t("announced"),
        "awarded": t("awarded"),
        "building": t("under construction"),
        "active": t("running"),
        "ended": t("ended"),
        "held": t("held"),
        "cancelled": t("cancelled"),
        "unknown": t("unknown"),
    }[status]


def scope(t: Words, key: str) -> str:
    """Whose programme it is."""
    return {
        "land": t("of a Land or région"),
        "national": t("national"),
        "binational": t("Franco-German"),
        "eu": t("European"),
    }[key]


def state(t: Words, key: str) -> str:
    """How far a claim has come."""
    return {
        "announced": t("announced"),
        "applied": t("applied for"),
        "granted": t("granted"),
        "started": t("started"),
        "reported": t("reported"),
        "verified": t("verified"),
        "cancelled": t("cancelled"),
    }[key]


def measure(t: Words, key: str) -> str:
    """What is counted."""
    return {
        "jobs": t("Jobs and posts"),
        "professorships": t("Professorships"),
        "money": t("Money"),
        "places": t("Places"),
        "participants": t("People reached"),
        "organisations": t("Organisations"),
        "partnerships": t("Partnerships"),
        "assessment": t("Assessment"),
    }[key]


def claim_kind(t: Words, key: str) -> str:
    """Of which kind the counted is; kinds are never added to each other."""
    return {**_of_jobs(t), **_of_money(t), **_of_people(t)}[key]


def _of_jobs(t: Words) -> dict[str, str]:
    return {
        "direct": t("direct"),
        "indirect": t("indirect"),
        "direct_indirect": t("direct and indirect together"),
        "supported": t("supported, by a model"),
        "capacity": t("capacity, not created jobs"),
        "temporary": t("temporary"),
        "stock": t("stock, not an effect"),
        "share": t("share filled"),
        "target": t("target"),
        "need": t("need"),
        "unspecified": t("not specified"),
    }


def _of_money(t: Words) -> dict[str, str]:
    return {
        "envelope": t("envelope"),
        "part": t("part of an envelope"),
        "grant": t("grant"),
        "co_funding": t("co-funding"),
        "investment": t("private investment"),
        "building": t("building or site"),
        "total": t("total of all partners"),
    }


def _of_people(t: Words) -> dict[str, str]:
    return {
        "diagnostics": t("diagnostics"),
        "training": t("training places"),
        "attendance": t("attendance"),
        "trained": t("trained"),
        "ambassadors": t("ambassadors"),
        "contacts": t("contacts with firms"),
        "members": t("members"),
        "signatories": t("signatories"),
        "announced_at": t("announced there"),
        "rating": t("rating of a jury"),
    }


def role(t: Words, key: str) -> str:
    """What an organisation does in a programme or partnership."""
    return {
        "lead": t("lead"),
        "partner": t("partner"),
        "funder": t("funder"),
        "host": t("host"),
        "participant": t("participant"),
        "jury": t("jury"),
        "source": t("source of the entry"),
        "": t("partner"),
    }[key]


def place_role(t: Words, key: str) -> str:
    """Why a place is named: where it is, from where it is run, where it took place."""
    return {
        "site": t("site"),
        "seat": t("seat"),
        "venue": t("venue"),
        "area": t("area"),
        "partner": t("partner region"),
    }[key]


def organisation_kind(t: Words, key: str) -> str:
    """What kind of institution it is."""
    return {
        "company": t("Company"),
        "university": t("University"),
        "research": t("Research institute"),
        "hospital": t("Hospital"),
        "ministry": t("Ministry"),
        "authority": t("Public body"),
        "chamber": t("Chamber"),
        "foundation": t("Foundation"),
        "network": t("Network"),
        "other": t("Other"),
    }[key]


def partnership_kind(t: Words, key: str) -> str:
    """What was agreed."""
    return {
        "cooperation": t("Cooperation"),
        "memorandum": t("Memorandum"),
        "alliance": t("Alliance"),
        "consortium": t("Consortium"),
        "network": t("Network"),
        "funding": t("Joint funding"),
    }[key]


def partnership_state(t: Words, key: str) -> str:
    """How a partnership stands."""
    return programme_status(t, key)


def relation(t: Words, key: str) -> str:
    """How a programme lies to the regions looked at."""
    return {
        "inside": t("lies wholly here"),
        "across": t("partly here"),
        "over": t("of a wider area"),
    }[key]


def basis(t: Words, key: str) -> str:
    """A remark on what nobody read; '' where it was read."""
    return {"read": "", "memory": t("from memory, not read at a source")}[key]


def checked(t: Words, claim: Claim) -> str:
    """Whether somebody opened the address of a claim."""
    return t("address opened and compared") if claim.verified else t("not yet opened and compared")


# ── Amounts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def number(t: Words, value: float, unit: str) -> str:
    """One amount with its unit: €16.46m · 30 jobs · 2,800 jobs a year."""
    base = unit.partition("/")[0]
    return _per(t, _euros(t, value) if base == "EUR" else _counted(t, value, base), unit)


def _per(t: Words, text: str, unit: str) -> str:
    return {
        "": text,
        "year": t("{amount} a year", amount=text),
        "project": t("{amount} per project", amount=text),
        "site": t("{amount} per site", amount=text),
    }[unit.partition("/")[2]]


def amount(t: Words, low: float | None, high: float | None, unit: str) -> str:
    """An amount as it was stated: one figure, a range, at least, at most, or that none was."""
    if low is None and high is None:
        return t("no number stated")
    if low is None or high is None:
        bound = number(t, low if low is not None else high or 0.0, unit)
        return t("at least {amount}", amount=bound) if high is None else t("at most {amount}", amount=bound)
    if low == high:
        return number(t, low, unit)
    base = unit.partition("/")[0]
    if base == "EUR":
        return _per(t, t("{low} to {high}", low=_euros(t, low), high=_euros(t, high)), unit)
    return _per(t, _with_unit(t, t("{low} to {high}", low=_short(t, low), high=_short(t, high)), base), unit)


def claimed(t: Words, claim: Claim) -> str:
    """The amount of a claim."""
    return amount(t, claim.low, claim.high, claim.unit)


def _euros(t: Words, value: float) -> str:
    size = abs(value)
    if size >= _BILLION:
        return t("€{number}bn", number=_short(t, value / _BILLION))
    if size >= _MILLION:
        return t("€{number}m", number=_short(t, value / _MILLION))
    return t("€{number}", number=t.number(value))


def _short(t: Words, value: float) -> str:
    """As many decimals as the figure has, two at most."""
    decimals = next((places for places in (0, 1) if abs(round(value, places) - value) < 1e-9), 2)
    return t.number(value, decimals)


def _counted(t: Words, value: float, unit: str) -> str:
    if value == 1 and unit in ("jobs", "posts", "persons"):
        return {"jobs": t("1 job"), "posts": t("1 post"), "persons": t("1 person")}[unit]
    return _with_unit(t, _short(t, value), unit)


def _with_unit(t: Words, figure: str, unit: str) -> str:
    return {
        "jobs": t("{number} jobs", number=figure),
        "posts": t("{number} posts", number=figure),
        "persons": t("{number} people", number=figure),
        "places": t("{number} places", number=figure),
        "organisations": t("{number} organisations", number=figure),
        "partnerships": t("{number} partnerships", number=figure),
        "stars": t("{number} stars", number=figure),
        "pct": figure + t.suffix("pct"),
    }[unit]


# ── Days and sources ─────────────────────────────────────────────────────────────────────────────────────────────


def day(t: Words, text: str) -> str:
    """A day, month or year as this language writes it; 'date unknown' for ''."""
    if not text:
        return t("date unknown")
    if len(text) < 10:
        return t.period(text)
    return format_date(date.fromisoformat(text), "medium", locale=t.locale)


def span(t: Words, start: str, end: str) -> str:
    """From when to when, as far as known; '' where neither is."""
    if start and end:
        return day(t, start) if start == end else t("{start} to {end}", start=day(t, start), end=day(t, end))
    if start:
        return t("since {day}", day=day(t, start))
    return t("until {day}", day=day(t, end)) if end else ""


def source_link(t: Words, source: str) -> tuple[str, str]:
    """(text, address) of a source; no address where it is a document handed in, or only cited."""
    if source.startswith("seed:"):
        return t("Document handed in by the client, no. {number}", number=int(source[5:8]) + 1), ""
    if source.startswith("cited:"):
        return source.removeprefix("cited:"), ""
    host = source.partition("://")[2].partition("/")[0]
    return host.removeprefix("www."), source
