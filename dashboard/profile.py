"""What the build knows of one region: per indicator its level, place, trend, gap to the country, and its peers.

Pure but for reading the build; the region page, its sentences (`findings.py`) and its table say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dashboard import places, queries
from dashboard.differences import UNKNOWN, Difference, difference
from dashboard.queries import Region, Row
from dashboard.store import Build
from dashboard.view import doubtful

#: Map level → the one whose units show how different a region is inside.
INSIDE = {"country": "land", "land": "nuts3", "nuts2": "nuts3"}


@dataclass(frozen=True)
class Peers:
    """Regions of the same kind: the median of their values, how many have one, and the few nearest in population."""

    middle: float | None = None
    of: int = 0
    alike: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Change:
    """From the first to the latest period of a series; a break in the series is where it begins."""

    first: Row
    difference: Difference


@dataclass(frozen=True)
class Entry:
    """One indicator in one region.

    latest: the newest row with a value, else the newest. series: all periods of the total. national: the country's
    figure in the same period. gap: to that, or where there is none to the median of the peers (`beside` says which).
    share: of the country's sum in per cent, for counts and amounts. members: a breakdown's rows in the latest period.
    """

    indicator: Row
    latest: Row
    series: tuple[Row, ...]
    national: Row | None = None
    gap: Difference | None = None
    beside: str = ""
    share: float | None = None
    change: Change | None = None
    peers: Peers = field(default_factory=Peers)
    members: tuple[Row, ...] = ()

    @property
    def value(self) -> float | None:
        """The latest value."""
        found: float | None = self.latest["value"]
        return found

    @property
    def diverging(self) -> bool:
        """Changes: written with their sign."""
        return self.indicator["derive_kind"] in ("change", "change_pct", "gap")

    @property
    def doubtful(self) -> bool:
        """Whether no sentence is built on the latest value (`view.doubtful`)."""
        return self.latest["status"] in doubtful(self.indicator)


@dataclass(frozen=True)
class Profile:
    """One region. entries: in picker order. spread: lowest and highest sure value of the headline inside the region."""

    build: Build
    lang: str
    region: Region
    entries: tuple[Entry, ...]
    spread: tuple[Row, ...] = ()

    @property
    def headline(self) -> Entry | None:
        """The indicator the sentences begin with: the first with an interval, else the first rate, else the first."""
        known = [e for e in self.entries if e.value is not None and not e.members and not e.diverging]
        tests = (lambda e: e.latest["ci_low"] is not None, lambda e: e.indicator["kind"] == "rate", lambda e: True)
        return next((entry for test in tests for entry in known if test(entry)), None)

    @property
    def level(self) -> str:
        """The map level the region is ranked at; '' for FRY, which only groups others."""
        return self.region.adm


def profile(build: Build, lang: str, region: Region) -> Profile:
    """Everything about one region, kept while it is asked for."""
    return build.recent(("profile", lang, region.code), lambda: _profile(build, lang, region))


def _profile(build: Build, lang: str, region: Region) -> Profile:
    rows: list[Row] = build.recent(
        ("profile rows", region.code),
        lambda: build.rows("profile", region=region.code, level=region.adm, country=region.country),
    )
    by_indicator: dict[str, list[Row]] = {}
    for row in rows:
        by_indicator.setdefault(row["indicator"], []).append(row)
    peers = _peers(build, region)
    entries = tuple(
        _entry(region, indicator, by_indicator[id_], peers.get(id_, Peers()))
        for id_, indicator in queries.indicators(build, lang).items()
        if id_ in by_indicator and indicator["derive_kind"] != "gap"  # the gap stands beside its indicator
    )
    found = Profile(build, lang, region, entries)
    return Profile(build, lang, region, entries, _spread(found))


def _peers(build: Build, region: Region) -> dict[str, Peers]:
    """Indicator → peers; for a country the other one, where both share a definition."""
    kin, alike = places.same_kind(build, region), places.alike(build, region)
    if region.level == 0:
        kin = alike = [code for code in queries.units(build, "country") if code != region.code]
    if not kin:
        return {}
    rows: list[Row] = build.recent(
        ("profile peers", region.code),
        lambda: build.rows("profile_peers", region=region.code, kin=kin, alike=alike or [""]),
    )
    known = queries.indicators(build, "en")
    return {
        row["indicator"]: Peers(row["middle"] if region.level else None, row["of"], tuple(row["alike"] or ()))
        for row in rows
        if region.level or known[row["indicator"]]["verdict"] == "same"
    }


def _entry(region: Region, indicator: Row, rows: list[Row], peers: Peers) -> Entry:
    totals = tuple(row for row in rows if not row["member"])
    if not totals:
        order = list(indicator["members"])
        members = tuple(sorted(rows, key=lambda row: order.index(row["member"])))
        return Entry(indicator, members[0], (), members=members)
    known = [row for row in totals if row["value"] is not None]
    latest = known[-1] if known else totals[-1]
    national = nation(latest) if region.level else None
    rate = indicator["kind"] not in ("count", "amount")
    gap, beside = _gap(latest, national, peers) if rate else (None, "")
    return Entry(
        indicator,
        latest,
        totals,
        national=national,
        gap=gap,
        beside=beside,
        share=None if rate else _share(indicator, latest, national),
        change=change(known),
        peers=peers,
    )


def nation(row: Row) -> Row | None:
    """The country's figure beside a row of `profile.sql`, as a row."""
    if row["c_value"] is None:
        return None
    return {key: row[f"c_{key}"] for key in ("value", "status", "ci_low", "ci_high")}


def _gap(latest: Row, national: Row | None, peers: Peers) -> tuple[Difference | None, str]:
    if national is not None:
        return difference(latest, national), "country"
    if latest["value"] is None or peers.middle is None:
        return None, ""
    return Difference(latest["value"] - peers.middle, None, None, UNKNOWN), "peers"


def _share(indicator: Row, latest: Row, national: Row | None) -> float | None:
    """Per cent of the country's sum; none where the sum is less than its part (a part of it is missing)."""
    whole, part = national["value"] if national else None, latest["value"]
    if indicator["aggregation"] != "sum" or not whole or part is None or part > whole:
        return None
    return float(100 * part / whole)


def change(known: list[Row]) -> Change | None:
    """From the first value to the latest, or from the latest break in the series on."""
    begin = max((i for i, row in enumerate(known) if row["status"] == "b"), default=0)
    if len(known) - begin < 2:
        return None
    found = difference(known[-1], known[begin])
    return Change(known[begin], found) if found else None


def _spread(found: Profile) -> tuple[Row, ...]:
    """Lowest and highest value of the headline inside the region, doubtful ones left out."""
    entry, level = found.headline, INSIDE.get(found.region.adm, "")
    if entry is None or level not in entry.indicator["levels"]:
        return ()
    asked = {"indicator": entry.indicator["id"], "period": entry.latest["period"], "region": found.region.code}
    rows = sure(entry.indicator, found.build.rows("inside", level=level, **asked))
    return (rows[-1], rows[0]) if len(rows) > 2 else ()


def sure(indicator: Row, rows: Iterable[Row]) -> list[Row]:
    """The rows on which a sentence may be built."""
    return [row for row in rows if row["status"] not in doubtful(indicator)]
