"""The programmes and partnerships of a region or territory: each with how it lies there, and its source."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from dashboard import ledger, partnerships, programmes, urls
from dashboard.components import ledger as said
from dashboard.i18n import Words
from dashboard.ledger_model import Here, Member, Partnership
from dashboard.pages import pages
from dashboard.programmes import Choice
from dashboard.store import Build

#: Entries of the ledger that count something and are no programmes.
COUNTS = (programmes.COUNTS,)
#: Programmes that lie there are listed openly up to so many; those of a wider area are folded away.
OPEN = 12


def programmes_here(t: Words, build: Build, codes: Iterable[str], choice: Choice | None = None) -> list[Component]:
    """Programmes in these regions; [] where the ledger knows none. They are no figures and are not added up.

    choice: what the list of programmes is asked for, to show these with what was promised.
    """
    found = [here for here in ledger.programmes_in(build, codes) if here.programme.kind not in COUNTS]
    if not found:
        return []
    near = [here for here in found if here.relation != "over"]
    wide = [here for here in found if here.relation == "over"]
    parts: list[Component] = []
    if near[:OPEN]:
        parts.append(html.Ul([_programme(t, here) for here in near[:OPEN]], className="ledger-list"))
    more = near[OPEN:]
    parts += _folded(t, t("More programmes here: {n}", n=len(more)), more)
    parts += _folded(t, t("Programmes of a wider area: {n}", n=len(wide)), wide)
    if choice and near:
        text = t("What was promised and reported of them")
        parts.append(html.P(html.A(text, href=programmes.address(t.lang, choice))))
    return parts


def _folded(t: Words, label: str, found: list[Here]) -> list[html.Details]:
    items = [_programme(t, here) for here in found]
    return [html.Details([html.Summary(label), html.Ul(items, className="ledger-list")])] if items else []


def _programme(t: Words, here: Here) -> html.Li:
    one = here.programme
    facts = [
        said.programme_kind(t, one.kind),
        said.programme_status(t, one.status),
        said.span(t, one.start, one.end),
        said.relation(t, here.relation),
    ]
    name = _linked(t, "programme", one.id, one.name(t.lang))
    return html.Li([name, f" · {_joined(facts)}", *_sources(t, one.sources)])


def partnerships_here(t: Words, build: Build, codes: Iterable[str]) -> list[Component]:
    """Partnerships with a member seated there; [] where the ledger knows none."""
    found = ledger.partnerships_in(build, codes)
    return [html.Ul([_partnership(t, one, here) for one, here in found], className="ledger-list")] if found else []


def _partnership(t: Words, one: Partnership, here: tuple[Member, ...]) -> html.Li:
    facts = [
        said.partnership_kind(t, one.kind),
        said.partnership_state(t, one.state),
        said.day(t, one.since) if one.since else "",
    ]
    others = [member for member in one.members if member not in here]
    lines = [
        _people(t, t("From here"), here),
        _people(t, t("With"), tuple(others)),
    ]
    name = html.A(html.B(one.name(t.lang)), href=partnerships.permalink(t.lang, one.id))
    named = [name, f" · {_joined(facts)}", *_sources(t, one.sources)]
    return html.Li([*named, *(line for line in lines if line)])


def _linked(t: Words, page: str, id_: str, name: str) -> Component:
    """The name; a link where the site has a page on it."""
    return html.A(html.B(name), href=urls.page(t.lang, page, id_)) if page in pages() else html.B(name)


def _people(t: Words, label: str, members: tuple[Member, ...]) -> html.Small | None:
    """Named members; what was not read at a source is marked as such."""
    if not members:
        return None
    names = [
        " ".join(part for part in (member.organisation.name(t.lang), _doubt(t, member)) if part) for member in members
    ]
    return html.Small(t("{what}: {n}", what=label, n=", ".join(names)), className="members")


def _doubt(t: Words, member: Member) -> str:
    remark = said.basis(t, member.basis)
    return f"({remark})" if remark else ""


def _sources(t: Words, sources: tuple[str, ...]) -> list[Component | str]:
    parts: list[Component | str] = []
    for source in sources[:2]:
        text, address = said.source_link(t, source)
        parts += [" · ", html.A(text, href=address) if address else html.Small(text)]
    return parts


def _joined(facts: list[str]) -> str:
    return ", ".join(fact for fact in facts if fact)
