"""The brief of a territory: what it is, its figures put together by the rules of its page, what was promised there."""

from __future__ import annotations

from dashboard import aggregate, hub, ledger, queries, recipes, territories
from dashboard.brief import drawn, model, promised
from dashboard.brief.model import Brief, Figure
from dashboard.components import hub_cards
from dashboard.hub import Finding
from dashboard.i18n import Words
from dashboard.pages import Request
from dashboard.programmes import today
from dashboard.queries import withheld
from dashboard.store import Build
from dashboard.territories import Territory
from dashboard.urls import page
from dashboard.view import flag_word


def brief(request: Request, place: Territory) -> Brief:
    """The brief of a territory."""
    t, build, day = request.words, request.build, today()
    chosen = figures(build, hub.findings(build, t, place))
    here = [each.programme for each in ledger.programmes_in(build, place.members) if each.relation != "over"]
    rows, left = promised.rows(t, here, day)
    countries = t.listed([t("Germany") if code == "DE" else t("France") for code in place.countries])
    return Brief(
        lang=t.lang,
        title=model.title(place.name),
        kind=model.cell(f"{territories.kind_name(t, place.kind)} · {countries}"),
        figures=tuple(_figure(t, place, each) for each in chosen),
        findings=tuple(model.sentence(text) for text in _findings(build, t, place, chosen) if text),
        promises=rows,
        left=left,
        no_promise=t("The ledger has no promise for this territory."),
        sources=model.source_lines(t, build, {name for each in chosen for name in each.indicator["sources"]}),
        svg=drawn.areas(place.members, place.countries),
        label=t("Map: where {region} lies", region=place.name),
        path=page(t.lang, territories.PATH, place.item),
        build=build.id,
        day=day,
        internal=promised.internal(build),
    )


def figures(build: Build, found: tuple[Finding, ...]) -> list[Finding]:
    """The first of each theme, then the others; no changes, nothing that a licence keeps on the site."""
    known = [
        each
        for each in found
        if each.figure.value is not None and not each.indicator["derive_kind"] and not withheld(build, each.indicator)
    ]
    themes: dict[str, Finding] = {}
    for each in known:
        themes.setdefault(each.indicator["theme"], each)
    unique = {each.indicator["id"]: each for each in (*themes.values(), *known)}
    return list(unique.values())[: model.FIGURES]


def _figure(t: Words, place: Territory, each: Finding) -> Figure:
    indicator, figure = each.indicator, each.figure
    value = recipes.value(t, indicator, figure)
    unit = str(indicator["unit_words"])
    facts = [
        unit.lstrip("% \u00a0\u202f") if "%" in value else "" if unit in value else unit,
        t.period(figure.period),
        flag_word(t, figure.status) if figure.status else "",
        hub_cards.limits(t, indicator, figure),
        *hub_cards.standing(t, place, each),
    ]
    return Figure(indicator["short"], value, tuple(fact for fact in facts if fact))


def _findings(build: Build, t: Words, place: Territory, chosen: list[Finding]) -> list[str]:
    """What it is, who belongs to it, how its first figure came about and how far its members are apart in it."""
    names = [queries.regions(build)[code].name(t.lang) for code in place.members]
    sentences = [place.description or t("Figures for a territory of {names}", names=t.listed(names)) + "."]
    if place.perimeter:
        sentences.append(f"{t('Perimeter:')} {place.perimeter}")
    if chosen:
        first = chosen[0]
        sentences.append(f"{first.indicator['short']}{t.colon}{recipes.recipe(build, t, first.figure)}")
        sentences.append(_apart(t, names, first, hub.members(build, t, place, first.figure)))
    return sentences


def _apart(t: Words, names: list[str], first: Finding, members: list[aggregate.Aggregate]) -> str:
    """Lowest and highest of its members, where all have a value that nobody doubts."""
    known = [(one.value, name) for one, name in zip(members, names, strict=True) if one.value is not None]
    if len(known) < 2 or len(known) < len(members) or any(one.status for one in members):
        return ""
    (low, lowest), (high, highest) = min(known), max(known)
    text = [t.value(value, first.indicator["unit"], first.indicator["decimals"]) for value in (low, high)]
    return t("Inside it the values go from {z} ({vz}) to {a} ({va}).", z=lowest, vz=text[0], a=highest, va=text[1])
