"""What a prepared deck is about: a region or a territory, with its series as comparisons have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dashboard import aggregate, findings, hub, queries, recipes, urls
from dashboard.aggregate import Aggregate
from dashboard.brief.model import Brief
from dashboard.compare.model import Comparison
from dashboard.compare.sides import Side, fitting, region_figures, side
from dashboard.deck import parts
from dashboard.deck.model import BARS, Bar, Bars, Card, Cards, Slide, Table, Text
from dashboard.i18n import Words, words
from dashboard.profile import Entry, change
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import Territory
from dashboard.view import doubtful, flag_word, level_name, rank_text

#: Rows of a table of one theme, and of what is compared.
ROWS = 8


@dataclass(frozen=True)
class Subject:
    """side: whose figures; brief: what its page on paper says; path: of its page."""

    build: Build
    lang: str
    side: Side
    brief: Brief
    path: str

    @property
    def t(self) -> Words:
        """The language."""
        return words(self.lang)

    @property
    def name(self) -> str:
        """The brief's title: a name that tells namesakes apart."""
        return self.brief.title

    @cached_property
    def level(self) -> str:
        """The map level it is made of."""
        return fitting(self.build, self.side.members)

    @cached_property
    def comparison(self) -> Comparison:
        """Its figures beside nobody's, line by line, as pages that compare have them."""
        return Comparison(self.build, self.lang, self.level, (self.side.key,))

    def national(self, indicator: Row) -> list[tuple[str, Mapping[str, Row]]]:
        """(country, period → row) of its countries for an indicator."""
        known = queries.regions(self.build)
        return [
            (known[code].name(self.lang), region_figures(self.build, code, "country").get(indicator["id"], {}))
            for code in self.side.countries
        ]


def lines_of(subject: Subject, theme: str = "") -> list[tuple[Row, Row]]:
    """(indicator, newest row with a value) in picker order, without what a licence keeps here; of a theme or of all."""
    found = []
    for line in subject.comparison.lines:
        row = line.rows.get(subject.side.key)
        fits = theme in ("", line.indicator["theme"]) and not queries.withheld(subject.build, line.indicator)
        if fits and row is not None and row["value"] is not None:
            found.append((line.indicator, row))
    return found


def headline(subject: Subject) -> Row | None:
    """The first share with an interval, else the first rate, else the first figure there is."""
    known = [row for row, _ in lines_of(subject) if not row["derive_kind"] or row["derive_kind"] == "ratio"]
    tests = (lambda row: bool(row["interval"]), lambda row: row["kind"] == "rate", lambda _row: True)
    return next((row for test in tests for row in known if test(row)), None)


def said(subject: Subject, indicator: Row, row: Row) -> str:
    """One figure as a sentence: what, how much, when, and its place where it has one."""
    t = subject.t
    unit = str(indicator["unit_words"])
    text = t.value(row["value"], indicator["unit"], indicator["decimals"])
    if not t.suffix(indicator["unit"]):
        text = f"{text} {unit}"
    when = ", ".join(part for part in (t.period(row["period"]), flag_word(t, row["status"])) if part)
    values = {"what": f"{subject.name}, {indicator['title']}", "value": text, "when": when}
    rank = rank_text(t, row)
    if not rank or row["status"] in doubtful(indicator):
        return t("{what}: {value} ({when}).", **values)
    units = level_name(t, subject.level, subject.side.countries[0])
    return t("{what}: {value} ({when}), rank {rank} of {of} {units}.", rank=rank, of=row["of"], units=units, **values)


# ── Slides that regions and territories share ────────────────────────────────────────────────────────────────────


def cover(subject: Subject, title: str) -> Slide:
    """What the deck is, of whom, of when."""
    t, known = subject.t, queries.regions(subject.build)
    names = {code: known[code].name(subject.lang) for code in subject.side.members}
    published = parts.day_of(subject.build)
    day = t("Figures as published on {day}", day=t.day(published)) if published else ""
    return Slide(
        title=title,
        subtitle=" · ".join(part for part in (subject.brief.kind, day) if part),
        path=subject.path,
        main=parts.where(subject.side.members, subject.brief.label, names),
        sources=(subject.brief.sources[-1],),
        kind="cover",
        notes=(subject.brief.label,),
    )


def glance(subject: Subject, title: str, sentences: tuple[str, ...]) -> Slide:
    """Its figures and what they say."""
    brief = subject.brief
    cards = tuple(Card(figure.title, figure.value, figure.facts) for figure in brief.figures)
    known = queries.regions(subject.build)
    names = {code: known[code].name(subject.lang) for code in subject.side.members}
    return Slide(
        title=title,
        subtitle=brief.kind,
        path=subject.path,
        top=Cards(cards) if cards else None,
        main=Text(sentences) if sentences else Text((subject.t("The atlas has no figures for this region."),)),
        side=parts.where(subject.side.members, brief.label, names),
        notes=(*(f"{card.title}: {card.value}, {', '.join(card.facts)}" for card in cards), *sentences),
        sources=brief.sources,
    )


def trend(subject: Subject, indicator: Row) -> Slide | None:
    """An indicator over time beside its country, titled with what may be said of it; None where there is no series."""
    line = next((each for each in subject.comparison.lines if each.indicator["id"] == indicator["id"]), None)
    own = line.series[subject.side.key] if line else {}
    shown = parts.over_time(subject.t, indicator, [(subject.name, own), *subject.national(indicator)]) if own else None
    if shown is None:
        return None
    t, known = subject.t, [own[period] for period in sorted(own) if own[period]["value"] is not None]
    said_ = findings.trend(t, Entry(indicator, known[-1], tuple(known), change=change(known)))
    return Slide(
        title=t("{what}: {n}", what=f"{subject.name}, {indicator['short']}", n=said_)
        if said_
        else t("{indicator} in {name} over time", indicator=indicator["title"], name=subject.name),
        subtitle=f"{indicator['title']}, {indicator['unit_words']}",
        path=subject.path,
        main=shown,
        notes=tuple(shown.text.split(". ")[1:]),
        sources=parts.sources(t, subject.build, [indicator]),
        caveat=parts.caveat(t, indicator),
    )


def theme(subject: Subject, key: str, missing: str) -> Slide:
    """All figures of a theme beside the country's; where there are none, the sentence that says so."""
    t, found = subject.t, lines_of(subject, key)
    if not found:
        gaps = {
            row["gaps"][code]: t("{what}: {n}", what=row["title"], n=row["gaps"][code])
            for row in reversed(queries.indicators(subject.build, subject.lang).values())
            for code in subject.side.countries
            if row["theme"] == key and code in row["gaps"]
        }
        told = tuple(reversed(gaps.values()))  # a reason that several share is said of the first of them
        return Slide(missing, subject.path, main=Text(told or (missing,)), notes=(missing, *told))
    levels = [(row, figure) for row, figure in found if row["derive_kind"] in (None, "", "ratio")] or found
    rates = [pair for pair in levels if pair[0]["kind"] == "rate" and pair[1]["status"] not in doubtful(pair[0])]
    first = (rates or levels)[0]
    nations = {row["id"]: subject.national(row) for row, _ in found}
    heads = [t("Indicator"), subject.name, *(name for name, _ in next(iter(nations.values()))), t("Period")]
    rows = []
    for row, figure in found[:ROWS]:
        beside = [_beside(t, row, rows_.get(figure["period"])) for _, rows_ in nations[row["id"]]]
        rows.append((row["title"], parts.written(t, row, figure), *beside, t.period(figure["period"])))
    used = [row for row, _ in found]
    return Slide(
        title=said(subject, *first),
        path=subject.path,
        main=_table(heads, rows, subject.name),
        notes=tuple(said(subject, row, figure) for row, figure in found),
        sources=parts.sources(t, subject.build, used),
        caveat=parts.caveat(t, first[0]),
    )


def _beside(t: Words, indicator: Row, row: Row | None) -> str:
    return parts.written(t, indicator, row) if row is not None and row["value"] is not None else "–"


def _table(heads: list[str], rows: list[tuple[str, ...]], about: str) -> Table:
    columns = len(heads)
    widths = (2.4, *([1.5] * (columns - 2)), 0.9)
    text = f"{about}. " + "; ".join(", ".join(row) for row in rows)
    return Table(tuple(heads), tuple(rows), widths, text, numbers=tuple(range(1, columns)))


def promises(subject: Subject, title: str, missing: str) -> Slide:
    """What was promised there, and what came of it."""
    brief, t = subject.brief, subject.t
    if not brief.promises:
        return Slide(missing, subject.path, main=Text((brief.no_promise,)), notes=(brief.no_promise,))
    named = any(row.programme for row in brief.promises)
    heads = [*([t("Programme")] if named else []), t("What"), t("Promised"), t("What came of it")]
    rows = tuple(
        (*([row.programme] if named else []), row.what, row.promised, row.standing) for row in brief.promises[:ROWS]
    )
    left = brief.left + len(brief.promises) - len(rows)
    text = f"{title} " + "; ".join(", ".join(row) for row in rows)
    more = (t("Further promises on the atlas: {n}", n=t.number(left)),) if left else ()
    return Slide(
        title=title,
        path=subject.path,
        main=Table(tuple(heads), rows, (2.0, 1.5, 1.8, 2.4) if named else (1.5, 1.8, 2.4), text),
        notes=(*(": ".join([row[0], "; ".join(row[1:])]) for row in rows), *more),
        caveat=" ".join([t("Announced, granted and paid out are different things; nothing here is added up."), *more]),
    )


def sources(subject: Subject) -> Slide:
    """Whose the figures are, and what to keep in mind."""
    t = subject.t
    used = [row for row, _ in lines_of(subject)]
    caveats = tuple(dict.fromkeys(text for row in used for text in row["caveats"][:1]))[:5]
    lines = parts.sources(t, subject.build, used, map_=True)
    return Slide(
        title=t("Sources, and what to keep in mind"),
        path=subject.path,
        main=Text(lines),
        side=Text(caveats) if caveats else None,
        notes=(*lines, *caveats),
    )


def of_side(build: Build, lang: str, key: str, brief: Brief, name: str) -> Subject:
    """The subject of a region's code or a territory's key. name: of the page."""
    found = side(build, lang, key)
    item = found.territory.item if found.territory else key
    return Subject(build, lang, found, brief, urls.page(lang, name, item))


def members(subject: Subject, indicator: Row) -> Slide | None:
    """The members of a territory beside each other; None for one of a single member."""
    place, t, build = subject.side.territory, subject.t, subject.build
    if place is None:
        return None
    whole = aggregate.newest(hub.case(build, t, place.members, [indicator["id"]]), indicator["id"])
    shown = member_bars(build, t, place, indicator, whole)
    if shown is None:
        return None
    first = next(bar for bar in shown.bars if not bar.marked)
    recipe = recipes.recipe(build, t, whole)
    return Slide(
        title=t("{what}: highest in {a} ({va})", what=indicator["title"], a=first.name, va=first.written),
        subtitle=", ".join([str(indicator["unit_words"]), t.period(whole.period)]),
        path=urls.view_url(t.lang, "hub", place.item, {"indicator": indicator["id"]}),
        main=shown,
        notes=(*(f"{bar.name}: {bar.written}" for bar in shown.bars), recipe),
        sources=parts.sources(t, build, [indicator]),
        caveat=recipe,
    )


def member_bars(build: Build, t: Words, place: Territory, indicator: Row, whole: Aggregate) -> Bars | None:
    """A territory and its members for one figure, highest first; None where fewer than two have a value."""
    known = queries.regions(build)
    ones = zip(place.members, hub.members(build, t, place, whole), strict=True)
    rows = [(place.name, whole, True), *((known[code].name(t.lang), one, False) for code, one in ones)]
    have = [row for row in rows if row[1].value is not None]
    if len(have) < 3:
        return None
    have.sort(key=lambda row: -(row[1].value or 0.0))
    bars = tuple(
        Bar(
            name,
            float(one.value or 0.0),
            recipes.value(t, indicator, one),
            one.ci_low,
            one.ci_high,
            marked=whole_,
            doubtful=one.status in ("u", "a"),
        )
        for name, one, whole_ in have[:BARS]
    )
    text = f"{indicator['short']}. " + ", ".join(f"{bar.name} {bar.written}" for bar in bars)
    return Bars(bars, str(indicator["short"]), str(indicator["unit_words"]), indicator["decimals"], text)
