"""What alerts say, in each language: for the desk's page, the feed and the mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import html

from dashboard import alerts, ledger, places, queries, urls
from dashboard.alerts import BEHIND, DECLINE, KINDS, OVERDUE, REVISION, Alert
from dashboard.components import ledger as said
from dashboard.components.programme_words import counted
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build

#: So many of each kind stand on a page; the feed has the others.
SHOWN = 5


def kind_word(t: Words, kind: str) -> str:
    """The heading of a kind."""
    return {
        OVERDUE: t("Overdue: no report in the ledger"),
        REVISION: t("Figures revised"),
        DECLINE: t("Worse than before, beyond the interval"),
        BEHIND: t("Far behind comparable regions"),
    }[kind]


def title(build: Build, t: Words, alert: Alert) -> str:
    """What it is about, in a line."""
    if alert.kind == OVERDUE and alert.group:
        programme = ledger.programmes(build)[alert.subject].name(t.lang)
        return t("{what}: {n}", what=programme, n=counted(t, alert.group.measure, alert.group.kind))
    what = queries.indicators(build, t.lang)[alert.subject]["title"]
    if alert.kind == REVISION:
        return t("{what}: {n}", what=what, n=_periods(t, alert))
    return t("{what}: {n}", what=queries.distinct_name(build, t.lang, alert.region), n=what)


def sentence(build: Build, t: Words, alert: Alert, *, handed_on: bool = False) -> str:
    """What is to be looked at, with its figures. handed_on: it leaves the site, where a licence may keep them."""
    if alert.kind == OVERDUE and alert.group:
        return t(
            "Promised: {amount}, due {day}. The ledger has no report; that does not mean that nothing was done.",
            amount=said.amount(t, *alert.group.latest, alert.group.unit),
            day=said.day(t, alert.group.due_on),
        )
    if handed_on and not _free(build, alert):
        return t("The values are on the site: the licence does not let us hand them on.")
    row = queries.indicators(build, t.lang)[alert.subject]
    old, new = _value(t, row, alert.old), _value(t, row, alert.new)
    if alert.kind == REVISION:
        return t(
            "Figures that changed by {share} or more: {n}. Largest revision: {where}, {old} → {new}.",
            share=t.number(100 * alerts.REVISED_PART) + t.suffix("pct"),
            n=t.number(alert.count),
            where=queries.distinct_name(build, t.lang, alert.region),
            old=old,
            new=new,
        )
    if alert.kind == DECLINE:
        return t(
            "From {old} ({first}) to {new} ({second}): worse by more than the 95\u00a0% interval of the difference.",
            old=old,
            first=t.period(alert.about),
            new=new,
            second=t.period(alert.period),
        )
    return t(
        "{new} ({period}); median of {n} {kin}: {old}. The whole 95\u00a0% interval is on the worse side of it, "
        "since {since}.",
        new=new,
        period=t.period(alert.period),
        n=t.number(alert.count),
        kin=places.kin_name(t, queries.regions(build)[alert.region]),
        old=old,
        since=t.period(alert.since),
    )


def address(t: Words, alert: Alert) -> str:
    """The page with what it speaks of."""
    if alert.kind == OVERDUE:
        return urls.page(t.lang, "programme", alert.subject)
    if alert.kind == REVISION:
        return urls.page(t.lang, "indicator", alert.subject)
    return urls.page(t.lang, places.PATH, alert.region)


def section(build: Build, t: Words, found: Sequence[Alert], day: date) -> list[html.H2 | html.H3 | html.P | html.Ul]:
    """The alerts for a page: each kind with the newest, and where the others are."""
    parts: list[html.H2 | html.H3 | html.P | html.Ul] = [html.H2(t("To look at"))]
    if not found:
        parts.append(html.P(t("Nothing: no overdue report, no decline, no revision as of {day}.", day=t.day(day))))
    for kind in KINDS:
        some = [alert for alert in found if alert.kind == kind]
        if some:
            parts += [html.H3(f"{kind_word(t, kind)} ({t.number(len(some))})"), _list(build, t, some)]
    words = t("Figures without an interval make no alert of a decline or a distance.")
    parts.append(html.P([words, " ", html.A(t("All alerts as a feed"), href=urls.feed(t.lang, "alerts"))]))
    return parts


def _list(build: Build, t: Words, some: Sequence[Alert]) -> html.Ul:
    items = [
        html.Li([html.A(title(build, t, alert), href=address(t, alert)), html.Br(), sentence(build, t, alert)])
        for alert in some[:SHOWN]
    ]
    more = len(some) - len(items)
    return html.Ul(items + [html.Li(t("… and {n} more", n=t.number(more)))] * bool(more))


def _free(build: Build, alert: Alert) -> bool:
    source = queries.sources(build).get(alert.source)
    return source is None or bool(source["redistribute"])


def _value(t: Words, row: Row, value: float | None) -> str:
    if value is None:
        return "–"
    sign = row["derive_kind"] in ("change", "change_pct", "gap")
    return t.value(value, row["unit"], row["decimals"], sign=sign)


def _periods(t: Words, alert: Alert) -> str:
    first = t.period(alert.since)
    return first if alert.since == alert.period else f"{first} – {t.period(alert.period)}"
