"""What is said of promises and reports, in the list of programmes and on a programme's page."""

from __future__ import annotations

from datetime import date

from dashboard import places, programmes, queries, urls
from dashboard.attainment import Attained, attained
from dashboard.components import ledger as said
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.ledger_model import Claim, Programme, Progress
from dashboard.store import Build


def counted(t: Words, measure: str, kind: str) -> str:
    """Money, grant · Jobs and posts, direct."""
    return f"{said.measure(t, measure)}, {said.claim_kind(t, kind)}"


def stated(t: Words, claim: Claim | Progress, amount: str) -> str:
    """Money, grant: €16.46m."""
    return t("{what}: {n}", what=counted(t, claim.measure, claim.kind), n=amount)


def option(t: Words, measured: str) -> str:
    """What circles stand for, with the unit where the kind does not say it."""
    measure, kind, unit = measured.split(".")
    base, _, per = unit.partition("/")
    facts = [{"jobs": t("jobs"), "posts": t("posts"), "persons": t("people")}.get(base, "")]
    facts.append({"": "", "year": t("per year"), "project": t("per project"), "site": t("per site")}[per])
    more = ", ".join(fact for fact in facts if fact)
    return counted(t, measure, kind) + (f" ({more})" if more else "")


def last(t: Words, group: Progress) -> str:
    """What was promised last, 'at least' where that was said."""
    text = said.amount(t, *group.latest, group.unit)
    exact = group.latest[0] is not None and group.latest[0] == group.latest[1]
    return t("at least {amount}", amount=text) if group.promised_at_least and exact else text


def promised(t: Words, group: Progress) -> str:
    """What was promised last, and where older or competing figures differ, their range."""
    if group.promised == group.latest:
        return last(t, group)
    return t(
        "{last}, stated last; {range} in all", last=last(t, group), range=said.amount(t, *group.promised, group.unit)
    )


def standing(t: Words, one: Programme, group: Progress, day: date) -> str:
    """What came of a promise, as far as the ledger knows; 'no report yet' is not 0."""
    if not group.reports:
        said_so = _unreported(t, group, day)
        return (
            t("{words}; only a part of it is reported", words=said_so)
            if programmes.reported_part(one, group)
            else said_so
        )
    reported = t("reported: {amount}", amount=said.amount(t, *group.reported, group.unit))
    if group.reported_on:
        reported += f" ({said.day(t, group.reported_on)})"
    if not group.promises:
        return reported
    found = attained(group)
    return f"{reported}. {share_words(t, found)}" if found else reported


def _unreported(t: Words, group: Progress, day: date) -> str:
    if group.state == "cancelled":
        return t("cancelled")
    if not group.promises:
        return t("no promise and no report")
    if group.due_by is None:
        return t("no report yet")
    due = said.day(t, group.due_on)
    if group.overdue(day):
        return t("no report in the ledger; due {day}, overdue", day=due)
    return t("no report yet; due {day}", day=due)


def share_words(t: Words, found: Attained) -> str:
    """The share reached in words; below 0 and above 100 per cent are said as such."""
    part = percent(t, found)
    return {
        "behind": t("That is {share} of the way: less than at the start.", share=part),
        "part": t("That is {share} of what was promised last.", share=part),
        "reached": t("That is {share} of what was promised last: reached.", share=part),
        "beyond": t("That is {share} of what was promised last: more than promised.", share=part),
        "between": t("That is {share} of what was promised last, depending on the figures compared.", share=part),
    }[found.standing]


def percent(t: Words, found: Attained) -> str:
    """63 % · 63 to 71 %."""
    low, high = t.number(100 * found.low), t.number(100 * found.high)
    return (low if low == high else t("{low} to {high}", low=low, high=high)) + t.suffix("pct")


def bar(group: Progress) -> Raw:
    """Reported against promised as a bar; without a report an empty outline. The words beside it say the same.

    Beyond the promise the bar goes on behind the mark for it; below the start it stays empty.
    """
    found = attained(group)
    if found is None:
        kind = "told" if group.reports else "empty"
        return Raw(
            f'<svg class="pg-bar {kind}" viewBox="0 0 120 10" aria-hidden="true">'
            '<rect class="aim" x=".5" y=".5" width="119" height="9"/></svg>'
        )
    whole = max(1.0, found.high)
    aim, low, high = 119 / whole, 119 * max(found.low, 0) / whole, 119 * max(found.high, 0) / whole
    return Raw(
        f'<svg class="pg-bar" viewBox="0 0 120 10" aria-hidden="true"><rect class="most" x=".5" y=".5" '
        f'width="{high:.1f}" height="9"/><rect class="done" x=".5" y=".5" width="{low:.1f}" height="9"/>'
        f'<rect class="aim" x=".5" y=".5" width="{aim:.1f}" height="9"/></svg>'
    )


def where(build: Build, t: Words, one: Programme) -> list[tuple[str, str]]:
    """(code, name) of the regions a programme is of, as declared; groups of Länder, too."""
    known = queries.regions(build)
    return [(code, known[code].name(t.lang) if code in known else code) for code in one.regions]


def scope_or_regions(build: Build, t: Words, one: Programme) -> str:
    """Where, in words: its regions, or whose programme it is."""
    return t.listed([name for _, name in where(build, t, one)]) or said.scope(t, one.scope)


def region_link(t: Words, code: str) -> str:
    """The address of a region's page."""
    return urls.page(t.lang, places.PATH, code)
