"""A comparison as a slide, and the deck "Cross-border" of a pair."""

from __future__ import annotations

from dashboard import queries, urls, view
from dashboard.compare.model import Comparison, Line
from dashboard.compare.text import findings
from dashboard.deck import parts, status_quo, tables
from dashboard.deck.arcs import arcs_map
from dashboard.deck.model import Deck, Map, Slide, Text
from dashboard.deck.of import map as maps
from dashboard.ledger import partnerships_in
from dashboard.pages import Request
from dashboard.pages import compare as page
from dashboard.partnerships import entries
from dashboard.settings import INTERNAL
from dashboard.urls import MapState, NotFoundError


def slides(request: Request) -> list[Slide]:
    """The table of the comparison, titled with what is found first; a page that only asks whom is no view."""
    found = _read(request)
    return [_table(found)]


def deck(request: Request) -> Deck:
    """Cross-border: cover, findings, table, a line over time, maps, partnerships, sources."""
    found = _read(request)
    t, build = found.words, found.build
    usable = tables.usable(found)
    made: list[Slide | None] = [_cover(found), _findings(found)]
    if usable:
        made.append(tables.comparison(found, _path(found), findings(found)[0]))
    made += [slide for line in usable if (slide := _over_time(found, line)) is not None][:2]
    made += _maps(found, usable)
    made += [_partners(found), _sources(found, usable)]
    return Deck(
        lang=found.lang,
        title=_cover_title(found),
        name=f"compare-{'-'.join(found.codes)}-{found.lang}",
        slides=tuple(slide for slide in made if slide is not None),
        build=build.id,
        day=parts.day_of(build),
        internal=build.audience == INTERNAL,
        notices=() if usable else (t("The atlas has no figures for this region."),),
    )


def _read(request: Request) -> Comparison:
    found = page.read(request)
    if len(found.codes) < 2:
        raise NotFoundError("compare")
    return found


def _path(found: Comparison) -> str:
    return urls.compare_url(found.lang, found.codes, {"period": found.asked})


def _cover_title(found: Comparison) -> str:
    t = found.words
    across = len(found.countries) > 1
    return t("AI across the border: {names}", names=found.names) if across else t("{names} compared", names=found.names)


def _where(found: Comparison) -> Map:
    """All sides on both countries."""
    members = tuple(code for side in found.sides.values() for code in side.members)
    known = queries.regions(found.build)
    names = {code: known[code].name(found.lang) for code in members}
    return parts.where(members, found.words("Map: where {region} lies", region=found.names), names)


def _cover(found: Comparison) -> Slide:
    t = found.words
    label = t("Map: where {region} lies", region=found.names)
    published = parts.day_of(found.build)
    return Slide(
        title=_cover_title(found),
        subtitle=t("Figures as published on {day}", day=t.day(published)) if published else "",
        path=_path(found),
        main=_where(found),
        kind="cover",
        notes=(label,),
    )


def _findings(found: Comparison) -> Slide:
    sentences = findings(found)
    title, rest = (sentences[1], [sentences[0], *sentences[2:]]) if len(sentences) > 1 else (sentences[0], [])
    used = [line.indicator for line in tables.usable(found)]
    return Slide(
        title=title,
        subtitle=found.words("{names} compared", names=found.names),
        path=_path(found),
        main=Text(tuple(rest) or (title,)),
        side=_where(found),
        notes=tuple(sentences),
        sources=parts.sources(found.words, found.build, used[:3]),
    )


def _table(found: Comparison) -> Slide:
    sentences = findings(found)
    title = sentences[1] if len(sentences) > 1 else sentences[0]
    if not tables.usable(found):
        return Slide(title, _path(found), main=Text(tuple(sentences)), notes=tuple(sentences))
    return tables.comparison(found, _path(found), title)


def _over_time(found: Comparison, line: Line) -> Slide | None:
    t, indicator = found.words, line.indicator
    if not line.joint:
        return None
    shown = parts.over_time(t, indicator, [(found.name(code), line.series[code]) for code in found.codes])
    if shown is None or any(len(each.points) < 3 for each in shown.lines):
        return None
    values = t.listed([f"{found.name(code)} {tables.cell(found, line, code)}" for code in found.codes])
    period = t.period(line.period)
    return Slide(
        title=t("{indicator}, {period}: {list}.", indicator=indicator["title"], period=period, list=values),
        subtitle=str(indicator["unit_words"]),
        path=_path(found),
        main=shown,
        notes=tuple(shown.text.split(". ")[1:]),
        sources=parts.sources(t, found.build, [indicator]),
        caveat=parts.caveat(t, indicator),
    )


def _maps(found: Comparison, usable: list[Line]) -> list[Slide]:
    """The first indicator inside each region that is one, at the finest level."""
    if not usable:
        return []
    indicator, made = usable[0].indicator, []
    for code in found.codes[:2]:
        if found.sides[code].territory is not None or "nuts3" not in indicator["levels"] or found.level == "nuts3":
            continue
        state = MapState(indicator=indicator["id"], level="nuts3", within=code)
        made.append(maps.of_view(view.map_view(found.build, found.lang, state), ranked=14))
    return made


def _partners(found: Comparison) -> Slide | None:
    """Partnerships that join the two sides."""
    t, build, known = found.words, found.build, entries(found.build)
    here = [{one.id for one, _ in partnerships_in(build, side.members)} for side in found.sides.values()]
    both = [known[id_] for id_ in sorted(set.intersection(*here)) if id_ in known]
    if both:
        title = t("Partnerships with named partners that join {names}: {n}", n=len(both), names=found.names)
        return arcs_map(build, t, both, title, _path(found))
    missing = t("Partnerships: the ledger names none that joins {names}", names=found.names)
    each = tuple(
        t("{what}: {n}", what=found.name(code), n=t.number(len(ones)))
        for code, ones in zip(found.codes, here, strict=True)
    )
    lead = t("Partnerships with a partner seated there:")
    return Slide(missing, _path(found), main=Text((lead, *each)), notes=(missing, *each))


def _sources(found: Comparison, usable: list[Line]) -> Slide:
    t = found.words
    used = [line.indicator for line in usable]
    lines = parts.sources(t, found.build, used, map_=True)
    apart = tuple(dict.fromkeys(line.indicator["comparability"] for line in usable if not line.joint))[:4]
    return Slide(
        title=t("Sources, and what to keep in mind"),
        path=_path(found),
        main=Text(lines),
        side=Text(status_quo.sentences_but(apart)) if apart else None,
        notes=(*lines, *apart),
    )
