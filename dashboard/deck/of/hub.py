"""A territory as a slide: one indicator on its map with its members; and its prepared deck "Status quo"."""

from __future__ import annotations

from dataclasses import replace

from dashboard import hub, recipes, territories, urls
from dashboard.brief import hub as brief
from dashboard.deck import parts, status_quo, subject
from dashboard.deck.model import Block, Deck, Slide, Text
from dashboard.deck.subject import Subject
from dashboard.pages import Request
from dashboard.pages import hub as page
from dashboard.titles import with_unit
from dashboard.urls import NotFoundError


def slides(request: Request) -> list[Slide]:
    """The view asked for; raises NotFoundError for the list of territories, which is no view."""
    if not request.item:
        raise NotFoundError("hub")
    return [_view(request, page.read(request))]


def deck(request: Request) -> Deck:
    """Status quo."""
    place = page.territory(request)
    about = _about(request)
    build, t = request.build, request.words
    chosen = brief.figures(build, hub.findings(build, t, place))
    first = subject.headline(about)
    sentences = about.brief.findings
    newest = next((row for each, row in subject.lines_of(about) if first and each["id"] == first["id"]), None)
    title = (
        subject.said(about, first, newest) if first and newest else t("{what}: {n}", what=about.name, n=sentences[0])
    )
    shown = page.read(replace(request, query={"indicator": (first or chosen[0].indicator)["id"]})) if chosen else None
    own = [_inside(request, shown)] if shown else []
    extra = subject.members(about, first) if first and (not shown or shown.view is None) else None
    return status_quo.deck(about, subject.glance(about, title, sentences), [*own, *([extra] if extra else [])])


def _inside(request: Request, shown: page.Shown) -> Slide:
    """The view, titled with what it shows inside the territory: its figure stands on the slide before."""
    made, t = _view(request, shown), request.words
    bars = subject.member_bars(request.build, t, shown.territory, shown.indicator, shown.figure)
    first = next((bar for bar in bars.bars if not bar.marked), None) if bars else None
    if first is None:
        return made
    what = shown.indicator["title"]
    return replace(made, title=t("{what}: highest in {a} ({va})", what=what, a=first.name, va=first.written))


def _about(request: Request) -> Subject:
    place = territories.find(request.build, request.words, request.item, {})
    made = brief.brief(request, place)
    key = place.id or ",".join(place.members)
    return subject.of_side(request.build, request.lang, key, made, page.PATH)


def _view(request: Request, shown: page.Shown) -> Slide:
    """One indicator: the territory's figure in the title, the map, its members as bars."""
    t, build, place = request.words, request.build, shown.territory
    indicator, figure = shown.indicator, shown.figure
    kept = {"indicator": indicator["id"], "period": figure.period, "member": figure.member}
    path = urls.view_url(t.lang, page.PATH, place.item, kept)
    if refused := parts.refused(t, build, indicator, path):
        return refused
    label = with_unit(indicator["title"], indicator["unit_words"])
    if figure.value is None:
        why = recipes.refusal(build, t, indicator, figure.refusal) if figure.refusal else ""
        title = t("{indicator} cannot be put together for {name}", indicator=indicator["title"], name=place.name)
        instead = parts.map_of(shown.view) if shown.view else Text((why,))
        return Slide(
            title, path, label, instead, notes=(why,), sources=parts.sources(t, build, [indicator]), caveat=why
        )
    value = recipes.value(t, indicator, figure)
    what = f"{place.name}, {indicator['title']}"
    title = t("{what}: {value} ({when}).", what=what, value=value, when=t.period(figure.period))
    recipe = recipes.recipe(build, t, figure)
    bars = subject.member_bars(build, t, place, indicator, figure)
    main: Block | None = parts.map_of(shown.view) if shown.view else bars
    notes = [recipe, *(f"{bar.name}: {bar.written}" for bar in bars.bars)] if bars else [recipe]
    return Slide(
        title=title,
        subtitle=", ".join(
            part for part in (label, indicator["members"].get(figure.member, ""), t.period(figure.period)) if part
        ),
        path=path,
        main=main or Text((recipe,)),
        side=bars if shown.view else None,
        notes=tuple(notes + (list(parts.said_of_map(shown.view)) if shown.view else [])),
        sources=parts.sources(t, build, [indicator], map_=True),
        caveat=recipe,
    )
