"""The brief of a region: its findings, four figures, what was promised to it and what came of that."""

from __future__ import annotations

from dataclasses import replace

from dashboard import ledger, places, profile
from dashboard.brief import coloured, model, promised
from dashboard.brief.model import Brief, Figure
from dashboard.findings import findings, limits_text, value_text, with_unit
from dashboard.i18n import Words
from dashboard.map.locator import locator
from dashboard.pages import Request
from dashboard.profile import Entry, Profile
from dashboard.programmes import today
from dashboard.queries import Region, withheld
from dashboard.urls import page
from dashboard.view import flag_word, level_name, rank_text


def brief(request: Request, region: Region, name: str) -> Brief:
    """The brief of a region. name: one that tells namesakes apart."""
    t, build = request.words, request.build
    found, day = handed_on(profile.profile(build, t.lang, region)), today()
    chosen = figures(found)
    svg, label = coloured.of_region(build, t.lang, region, found.headline)
    here = [each.programme for each in ledger.programmes_in(build, [region.code]) if each.relation != "over"]
    rows, left = promised.rows(t, here, day)
    kind = places.kind_name(t, region)
    return Brief(
        lang=t.lang,
        title=model.title(name),
        kind=f"{kind[:1].upper()}{kind[1:]} · NUTS 2024: {region.code}",
        figures=tuple(_figure(t, found, entry) for entry in chosen),
        findings=tuple(model.sentence(text) for text in findings(found)),
        promises=rows,
        left=left,
        no_promise=t("The ledger has no promise for this region."),
        sources=model.source_lines(t, build, {name for entry in found.entries for name in entry.indicator["sources"]}),
        svg=svg or locator(region, ""),
        label=label or t("Map: where {region} lies", region=region.name(t.lang)),
        path=page(t.lang, places.PATH, region.code),
        build=build.id,
        day=day,
        internal=promised.internal(build),
    )


def handed_on(found: Profile) -> Profile:
    """The profile without what a licence keeps on the site: a brief is made to be passed on."""
    kept = replace(found, entries=tuple(e for e in found.entries if not withheld(found.build, e.indicator)))
    return kept if kept.headline is found.headline else replace(kept, spread=())


def figures(found: Profile) -> list[Entry]:
    """The headline, then the first sure rate of each other theme, then what there is besides; no changes."""
    known = [e for e in found.entries if e.value is not None and not e.members and not e.diverging]
    first = found.headline
    rates = [e for e in known if e.indicator["kind"] not in ("count", "amount") and not e.doubtful]
    themes = {first.indicator["theme"]: first} if first else {}
    for entry in rates:
        themes.setdefault(entry.indicator["theme"], entry)
    order = [*themes.values(), *rates, *(e for e in known if not e.doubtful), *known]
    unique = {entry.indicator["id"]: entry for entry in order}
    return list(unique.values())[: model.FIGURES]


def _figure(t: Words, found: Profile, entry: Entry) -> Figure:
    row = entry.latest
    value = value_text(t, entry, row["value"])
    unit = with_unit(t, entry, row["value"]).removeprefix(value).strip()
    rank = rank_text(t, row)
    units = level_name(t, found.level, found.region.country)
    facts = [
        unit,
        t.period(row["period"]),
        flag_word(t, row["status"]),
        limits_text(t, entry, row),
        t("rank {rank} of {of} {units}", rank=rank, of=row["of"], units=units) if rank and not entry.doubtful else "",
    ]
    return Figure(entry.indicator["short"], value, tuple(fact for fact in facts if fact))
