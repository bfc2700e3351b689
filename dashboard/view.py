"""What a map view shows: a state made whole against a build, its rows, and its sentences.

Pure but for reading the build. The page's first paint, the slice a script fetches, and later every export start here,
so that all of them say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard import display_words, queries
from dashboard.display import Display, is_difference, make
from dashboard.display_choice import settle
from dashboard.i18n import Words, words
from dashboard.queries import Region, Row
from dashboard.store import Build
from dashboard.urls import COUNTRIES, LEVELS, MapState, NotFoundError

SUBNATIONAL = ("land", "nuts2", "nuts3")


@dataclass(frozen=True)
class MapView:
    """One view. rows: code → row of the slice in the shown period; names are in the view's language.

    display: what colours the map other than the value; notices: what was asked for in vain, as sentences.
    """

    build: Build
    lang: str
    state: MapState
    indicator: Row
    periods: tuple[str, ...]
    rows: dict[str, Row]
    national: dict[str, Row]
    regions: dict[str, Region]
    display: Display | None = None
    notices: tuple[str, ...] = ()

    @property
    def words(self) -> Words:
        """The view's language."""
        return words(self.lang)

    @property
    def shown(self) -> list[str]:
        """The codes on the map that are not faded: the chosen country, inside the region drilled into."""
        return [
            code
            for code, country in queries.units(self.build, self.state.level).items()
            if self.state.country in ("", country) and self.inside(code)
        ]

    def inside(self, code: str) -> bool:
        """Whether a region lies in the one drilled into."""
        return not self.state.within or self.state.within in ancestors(self.regions, code)

    @property
    def focus(self) -> tuple[str, ...]:
        """The codes that the map opens on, nothing for all of it; whatever is not inside them is faded."""
        return (self.state.within,) if self.state.within else ()

    def name(self, code: str) -> str:
        """A region's name."""
        return self.regions[code].name(self.lang)

    def value(self, value: float) -> str:
        """A value as text with its unit."""
        return self.words.value(value, self.indicator["unit"], self.indicator["decimals"], sign=self.diverging)

    @property
    def diverging(self) -> bool:
        """Changes and gaps have a middle: diverging colours, and values with their sign."""
        return is_difference(self.indicator)


def ancestors(regions: dict[str, Region], code: str) -> list[str]:
    """A region and everything above it, smallest first; the land of an overseas région is itself, then FR."""
    chain = [code]
    while regions[chain[-1]].parent:
        chain.append(regions[chain[-1]].parent)
    return chain


def complete(build: Build, lang: str, asked: MapState) -> MapState:
    """Fill what the address left out; refuse what this indicator does not have.

    Raises NotFoundError for a level, member or period that the indicator lacks.
    """
    known = queries.indicators(build, lang)
    indicator = known[asked.indicator or next(iter(known))]
    levels = [level for level in LEVELS if level in indicator["levels"]]
    state = asked.but(indicator=indicator["id"])
    if state.member and state.member not in indicator["members"]:
        raise NotFoundError(state.member)
    if not state.member and indicator["members"]:
        state = state.but(member=next(iter(indicator["members"])))
    if not state.level or state.level not in levels:
        state = state.but(level=_default_level(build, levels, state))
    if state.region and state.region not in queries.units(build, state.level) and state.region not in COUNTRIES:
        state = state.but(region="")
    periods = all_periods(build, state)
    if state.period in periods:
        return state
    elsewhere = {period for level in levels for period in all_periods(build, state.but(level=level))}
    if state.period and state.period not in elsewhere:  # what another level has leads here to the newest of this one
        raise NotFoundError(state.period, periods[-1])
    return state.but(period=periods[-1])


def _default_level(build: Build, levels: list[str], state: MapState) -> str:
    below = queries.regions(build)[state.within].level if state.within else 0
    finer = [level for level in levels if level in SUBNATIONAL]
    if state.within:
        finer = [level for level in finer if _NUTS[level] > below] or finer[-1:]
    return finer[0] if finer else levels[0]


_NUTS = {"country": 0, "land": 1, "nuts2": 2, "nuts3": 3}


def all_periods(build: Build, state: MapState) -> tuple[str, ...]:
    """The periods of an indicator at a level, in order."""
    return queries.periods(build, state.indicator, state.level, state.member)


def map_view(build: Build, lang: str, asked: MapState) -> MapView:
    """The view an address asks for."""
    state, notices = settle(build, lang, complete(build, lang, asked))
    if asked.level not in ("", state.level):
        title = queries.indicators(build, lang)[state.indicator]["title"]
        notices = (words(lang)("“{indicator}” has no figures at this level.", indicator=title), *notices)
    rows = queries.slice_rows(build, state.indicator, state.level, state.member)
    national = queries.slice_rows(build, state.indicator, "country", state.member)
    return MapView(
        build=build,
        lang=lang,
        state=state,
        indicator=queries.indicators(build, lang)[state.indicator],
        periods=all_periods(build, state),
        rows={row["region"]: row for row in rows if row["period"] == state.period},
        national={row["region"]: row for row in national if row["period"] == state.period},
        regions=queries.regions(build),
        display=make(build, lang, state),
        notices=notices,
    )


def doubtful(indicator: Row) -> tuple[str, ...]:
    """The flags on which no title is built while there are other values.

    Suspected artefacts always; low reliability where it comes from a small sample. A sum that is unreliable because a
    part is missing (a grant without amount) is a lower bound and may well lead.
    """
    return ("a", "u") if indicator["interval"] else ("a",)


def ranked(view: MapView, codes: list[str]) -> list[Row]:
    """The rows with a value among `codes`, highest first."""
    rows = [view.rows[code] for code in codes if code in view.rows and view.rows[code]["value"] is not None]
    return sorted(rows, key=lambda row: (-row["value"], row["region"]))


def level_name(t: Words, level: str, country: str) -> str:
    """The plural for a level, as each country calls it."""
    names = {
        ("land", "DE"): t("Länder"),
        ("land", "FR"): t("régions"),
        ("land", ""): t("Länder and régions"),
        ("nuts2", "DE"): t("NUTS 2 regions"),
        ("nuts2", "FR"): t("former régions (NUTS 2)"),
        ("nuts2", ""): t("NUTS 2 regions"),
        ("nuts3", "DE"): t("Kreise"),
        ("nuts3", "FR"): t("départements"),
        ("nuts3", ""): t("Kreise and départements"),
    }
    return names.get((level, country), t("countries"))


def unit_name(view: MapView) -> str:
    """What the regions with figures are called: Länder, régions, Kreise …"""
    within = view.regions[view.state.within].country if view.state.within else ""
    countries = view.indicator["countries"]
    only = countries[0] if len(countries) == 1 else ""
    return level_name(view.words, view.state.level, view.state.country or within or only)


def flag_word(t: Words, status: str) -> str:
    """A status as a reader's word."""
    return {
        "b": t("break in series"),
        "e": t("estimated"),
        "p": t("provisional"),
        "u": t("low reliability"),
        "c": t("suppressed"),
        "m": t("not collected"),
        "z": t("not applicable"),
        "a": t("suspected artefact"),
        "": "",
    }[status]


def verdict_word(t: Words, verdict: str) -> str:
    """The comparability verdict as words."""
    return {
        "same": t("Same definition in both countries"),
        "similar": t("Similar, not the same"),
        "none": t("Not comparable"),
        "single": t("Figures for one country only"),
    }[verdict]


def rank_text(t: Words, row: Row) -> str:
    """'9', '9–11' or '' where the region is not ranked."""
    if row.get("rank_low") is None:
        return ""
    low, high = row["rank_low"], row["rank_high"]
    return str(low) if low == high else f"{low}–{high}"


def sentence(view: MapView, code: str, row: Row | None) -> str:
    """What a screen reader says of a region: name, value, flag, place among its country's units."""
    t, name = view.words, view.name(code)
    if row is None or row["value"] is None:
        return f"{name}: {flag_word(t, row['status'] if row else 'm')}"
    parts = [f"{name}: {view.value(row['value'])}"]
    if view.display and (more := display_words.said(view, code, view.display.cells(view.state.period)[code])):
        parts.append(more)
    if row["status"]:
        parts.append(flag_word(t, row["status"]))
    if rank := rank_text(t, row):
        parts.append(t("rank {rank} of {of}", rank=rank, of=row["of"]))
    return ", ".join(parts)


def gap_sentences(view: MapView) -> list[str]:
    """For each country shown without any figure: the sentence that says what is missing."""
    shown = [view.state.country] if view.state.country else list(COUNTRIES)
    have = {queries.regions(view.build)[code].country for code in view.rows}
    return [view.indicator["gaps"][c] for c in shown if c not in have and c in view.indicator["gaps"]]
