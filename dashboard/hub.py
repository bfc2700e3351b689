"""All that a build says of a territory: each indicator's figure with its recipe, place and share, or why there is none.

Pure but for reading the build; the page, its table and the CSV say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard import aggregate, queries
from dashboard.aggregate import Aggregate, Case, Place
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import Territory, tops
from dashboard.urls import COUNTRIES
from dashboard.view import SUBNATIONAL


@dataclass(frozen=True)
class Finding:
    """One indicator. place: among the units of the country at map level `among`, for rates in one country.

    share: per cent of the country's sum, for counts and amounts in one country.
    """

    indicator: Row
    figure: Aggregate
    place: Place | None = None
    among: str = ""
    share: float | None = None


def plain(build: Build, t: Words) -> list[Row]:
    """The indicators without breakdown, in picker order."""
    return [row for row in queries.indicators(build, t.lang).values() if not row["dimension"]]


def case(build: Build, t: Words, members: Iterable[str], indicators: Iterable[str]) -> Case:
    """What is known of these regions, for these indicators and those they are derived from."""
    known = queries.indicators(build, t.lang)
    wanted = tuple(sorted(_with_parts(known, indicators)))
    asked = {tops(build)[code]: code for code in members}
    rows = _figures(build, tuple(asked), wanted)
    own = [row | {"part_of": asked[row["part_of"]], "region": asked.get(row["region"], row["region"])} for row in rows]
    nations = {code[:2]: aggregate.grouped(_figures(build, (code[:2],), wanted)) for code in asked}
    return Case(tuple(sorted(asked.values())), known, aggregate.grouped(own), nations)


def _figures(build: Build, areas: tuple[str, ...], wanted: tuple[str, ...]) -> list[Row]:
    found: list[Row] = build.recent(
        ("territory_figures", areas, wanted),
        lambda: build.rows("territory_figures", members=list(areas), indicators=list(wanted)),
    )
    return found


def _with_parts(known: dict[str, Row], indicators: Iterable[str]) -> set[str]:
    found, open_ = set[str](), list(indicators)
    while open_:
        id_ = open_.pop()
        if id_ not in found:
            found.add(id_)
            open_ += [other for other in (known[id_]["derive_of"], known[id_]["derive_by"]) if other]
    return found


def findings(build: Build, t: Words, territory: Territory) -> tuple[Finding, ...]:
    """Every indicator without breakdown, in picker order: its newest figure, or why it has none."""

    def make() -> tuple[Finding, ...]:
        rows = plain(build, t)
        found = case(build, t, territory.members, [row["id"] for row in rows])
        figures = [aggregate.newest(found, row["id"]) for row in rows]
        peers = _peers(build, territory, figures)
        level = peer_level(build, territory)
        return tuple(_finding(found, figure, peers.get(figure.indicator, []), level) for figure in figures)

    return build.recent(("findings", t.lang, territory.members), make)


def peer_level(build: Build, territory: Territory) -> str:
    """The map level whose units it is ranked among: that of its coarsest member; '' across the border."""
    areas = {tops(build)[code] for code in territory.members}
    if len(territory.countries) > 1 or areas & set(COUNTRIES):
        return ""
    return next((level for level in SUBNATIONAL if areas & set(queries.units(build, level))), "")


def _peers(build: Build, territory: Territory, figures: list[Aggregate]) -> dict[str, list[Row]]:
    """Indicator → the units of its country that a figure is ranked among; the territory itself is none of them."""
    level = peer_level(build, territory)
    have = [figure for figure in figures if figure.value is not None]
    if not level or not have:
        return {}
    rows = build.rows(
        "territory_peers",
        indicators=[figure.indicator for figure in have],
        periods=[figure.period for figure in have],
        level=level,
        country=territory.countries[0],
    )
    area = [tops(build)[code] for code in territory.members]
    found: dict[str, list[Row]] = {}
    for row in rows:
        if [tops(build)[row["region"]]] != area:
            found.setdefault(row["indicator"], []).append(row)
    return found


def _finding(known: Case, figure: Aggregate, peers: list[Row], level: str) -> Finding:
    row = known.indicators[figure.indicator]
    if figure.value is None:
        return Finding(row, figure)
    if row["kind"] in ("count", "amount"):
        return Finding(row, figure, share=_share(known, row, figure))
    decimals = max(2, row["decimals"]) if row["interval"] else row["decimals"]
    spot = aggregate.place(figure, peers, decimals)
    return Finding(row, figure, spot, level if spot else "")


def _share(known: Case, row: Row, figure: Aggregate) -> float | None:
    """Per cent of the country's sum; none across the border, or where the sum lacks a part of its own."""
    if len(known.countries) > 1 or row["aggregation"] != "sum" or figure.value is None:
        return None
    country = known.countries[0]
    nation = Case((country,), known.indicators, known.national[country])
    whole = aggregate.aggregate(nation, row["id"], "", figure.period).value
    return 100 * figure.value / whole if whole and 0 <= figure.value <= whole else None


def breakdown(build: Build, t: Words, territory: Territory, indicator: Row) -> list[Aggregate]:
    """The figures of an indicator's breakdown in its order, each for its newest period."""
    known = case(build, t, territory.members, [indicator["id"]])
    return [aggregate.newest(known, indicator["id"], member) for member in indicator["members"]]


def members(build: Build, t: Words, territory: Territory, figure: Aggregate) -> list[Aggregate]:
    """The same figure, for the same period, of each member by itself, in their order."""
    known = case(build, t, territory.members, [figure.indicator])
    return [
        aggregate.aggregate(known.only(code), figure.indicator, figure.member, figure.period)
        for code in territory.members
    ]


def levels(build: Build, territory: Territory, indicator: Row) -> list[str]:
    """The map levels of the indicator whose units, taken together, are the territory; the coarsest first."""
    areas = [tops(build)[code] for code in territory.members]
    return [
        level
        for level in indicator["levels"]
        if all(any(unit.startswith(area) for unit in queries.units(build, level)) for area in areas)
    ]
