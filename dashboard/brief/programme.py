"""The brief of a programme: what it is, what it promised, what is reported, who says so."""

from __future__ import annotations

from dashboard.brief import drawn, model, promised
from dashboard.brief.model import Brief, Figure
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.i18n import Words
from dashboard.ledger_model import Programme
from dashboard.pages import Request
from dashboard.programmes import ONE, today
from dashboard.urls import page

#: Sources named at most; the page of the programme has all.
_SOURCES = 12


def brief(request: Request, one: Programme) -> Brief:
    """The brief of a programme."""
    t, build, day = request.words, request.build, today()
    rows, left = promised.rows(t, [one], day, named=False, counts=True)
    facts = [
        said.programme_kind(t, one.kind),
        said.programme_status(t, one.status),
        said.span(t, one.start, one.end),
        speak.scope_or_regions(build, t, one),
    ]
    return Brief(
        lang=t.lang,
        title=model.title(one.name(t.lang)),
        kind=model.cell(" · ".join(fact for fact in facts if fact)),
        figures=_figures(t, one),
        findings=tuple(model.sentence(text) for text in _findings(t, one) if text),
        promises=rows,
        left=left,
        no_promise=t("The ledger has no promise of this programme."),
        sources=_sources(t, one),
        svg=drawn.places(one),
        label=t("Map: where {region} lies", region=one.name(t.lang)),
        path=page(t.lang, ONE, one.id),
        build=build.id,
        day=day,
        internal=promised.internal(build),
    )


def _figures(t: Words, one: Programme) -> tuple[Figure, ...]:
    """What was promised last, kind by kind; where there is room, how many partners the ledger names."""
    amounts = promised.amounts(t, one)[: model.FIGURES]
    found = [Figure(model.cell(what), amount, facts) for what, amount, facts in amounts]
    if len(found) < model.FIGURES and one.members:
        found.append(Figure(t("Partners"), t.number(len(one.members)), (t("named in the ledger"),)))
    return tuple(found)


def _findings(t: Words, one: Programme) -> list[str]:
    note, lang = one.note(t.lang)
    groups = [group for group in one.progress if group.promises]
    day = today()
    sentences = [note if lang == t.lang else ""]
    for label, role in ((t("Lead"), "lead"), (t("Funder or fund"), "funder")):
        names = [member.organisation.name(t.lang) for member in one.members if member.role == role]
        sentences.append(f"{t('{what}: {n}', what=label, n=t.listed(names))}." if names else "")
    if groups:
        reported, late = sum(bool(group.reports) for group in groups), sum(group.overdue(day) for group in groups)
        sentences.append(
            t(
                "Promises, each of its own kind: {n}; with a report: {m}; overdue: {k}.",
                n=len(groups),
                m=reported,
                k=late,
            )
        )
    if any(group.promised[0] != group.promised[1] for group in groups):
        sentences.append(t("Several figures; the atlas does not choose between them."))
    if one.claims:
        opened = sum(claim.verified for claim in one.claims)
        sentences.append(t("Claims whose source was opened and compared: {m} of {n}.", m=opened, n=len(one.claims)))
    return sentences


def _sources(t: Words, one: Programme) -> tuple[str, ...]:
    """Hosts and documents, each once, and whose the map is."""
    found = dict.fromkeys([*one.sources, *(source for claim in one.claims for source in claim.sources)])
    names = list(dict.fromkeys(model.cell(said.source_link(t, source)[0]) for source in found))
    more = [t("and {n} more on the atlas", n=len(names) - _SOURCES)] if len(names) > _SOURCES else []
    return (*names[:_SOURCES], *more, model.boundaries(t))
