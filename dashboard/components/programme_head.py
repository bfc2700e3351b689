"""A programme's head, partners, relations and sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import ledger, partnerships, programmes, urls
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.components.attributes import attrs
from dashboard.components.programme_list import link
from dashboard.i18n import Words
from dashboard.ledger_model import Member, Programme
from dashboard.pages import Request


def head(request: Request, one: Programme) -> list[Component]:
    """Name, what it is, who carries it, where; the note of the editors with its language."""
    t = request.words
    text, lang = one.note(t.lang)
    links = [html.A(t("All programmes"), href=urls.page(t.lang, programmes.PATH))]
    links.append(html.A(t("Follow changes (Atom)"), href=urls.feed(t.lang, "programme", one.id)))
    links += [html.A(t("Brief on one page"), href=urls.brief(t.lang, programmes.ONE, one.id))]
    links += [html.A(t("The programme’s own site"), href=one.url)] if one.url else []
    return [
        html.Nav(
            html.Ol(
                [
                    html.Li(html.A(t("Programmes"), href=urls.page(t.lang, programmes.PATH))),
                    html.Li(html.Span(one.name(t.lang), **attrs(aria_current="location"))),
                ]
            ),
            className="crumbs",
            **attrs(aria_label=t("You are here")),
        ),
        html.H1(one.name(t.lang)),
        html.Dl(_facts(request, one), className="pg-facts"),
        *([html.P(text, lang=lang, className="note")] if text else []),
        html.P([part for each in links for part in (each, " ")], className="actions"),
    ]


def _facts(request: Request, one: Programme) -> list[html.Div]:
    t = request.words
    regions: list[Component | str] = []
    for code, name in speak.where(request.build, t, one):
        regions += [", "] * bool(regions) + [html.A(name, href=speak.region_link(t, code))]
    leads = [member.organisation.name(t.lang) for member in one.members if member.role == "lead"]
    funders = [member.organisation.name(t.lang) for member in one.members if member.role == "funder"]
    facts: list[tuple[str, str | list[Component | str]]] = [
        (t("Type"), said.programme_kind(t, one.kind) + (f" ({one.family})" if one.family else "")),
        (t("State"), said.programme_status(t, one.status)),
        (t("Time"), said.span(t, one.start, one.end)),
        (t("Lead"), ", ".join(leads)),
        (t("Funder or fund"), ", ".join(funders)),
        (t("Where"), regions or said.scope(t, one.scope)),
    ]
    return [html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts if value]


def partners(request: Request, one: Programme) -> list[Component]:
    """Organisations with what they do; [] where the ledger names none."""
    t = request.words
    if not one.members:
        return []
    return [html.H2(t("Partners")), html.Ul([_member(t, member) for member in one.members], className="pg-plain")]


def _member(t: Words, member: Member) -> html.Li:
    organisation = member.organisation
    cities = sorted({place.city for place in organisation.seats if place.city})
    facts = [
        said.role(t, member.role),
        said.organisation_kind(t, organisation.kind),
        ", ".join(cities),
        said.basis(t, member.basis),
        member.note,
    ]
    return html.Li([html.B(organisation.name(t.lang)), html.Small(" · " + " · ".join(fact for fact in facts if fact))])


def related(request: Request, one: Programme) -> list[Component]:
    """What it belongs to, what belongs to it, and its partnerships; [] where there is nothing."""
    t, known, agreed = request.words, ledger.programmes(request.build), ledger.partnerships(request.build)
    parts: list[Component] = []
    parts += _named(
        t("Belongs to"), [(known[one.parent].name(t.lang), link(t, one.parent))] if one.parent in known else []
    )
    parts += _named(t("Consists of"), [(known[id_].name(t.lang), link(t, id_)) for id_ in one.children])
    found = [(agreed[id_].name(t.lang), partnerships.permalink(t.lang, id_)) for id_ in one.partnerships]
    parts += _named(t("Partnerships"), found)
    return [html.H2(t("Related")), *parts] if parts else []


def _named(label: str, found: Sequence[tuple[str, str]]) -> list[Component]:
    if not found:
        return []
    items = [html.Li(html.A(name, href=href)) for name, href in found]
    return [html.H3(label), html.Ul(items, className="pg-plain")]


def sources(t: Words, one: Programme) -> list[Component]:
    """Every source of the entry and of its claims, each once."""
    found = dict.fromkeys([*one.sources, *(source for claim in one.claims for source in claim.sources)])
    return [html.Ul([html.Li(each) for each in source_links(t, found)], className="pg-plain sources")]


def source_links(t: Words, sources_: Iterable[str]) -> list[Component | str]:
    """Sources as links, as far as they have an address."""
    found = [said.source_link(t, source) for source in sources_]
    return [html.A(text, href=address) if address else text for text, address in found]
