"""What somebody who answers for it should look at: no report, a decline, far behind the peers, a revised figure.

Pure but for reading the build. The rules say only what the figures carry: a decline or a distance counts beyond its
interval, so figures without one make no such alert; suspected artefacts, small samples, breaks in the series and
suppressed values make none. Overdue depends on the day, so nothing of it is kept in the build.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Final

import polars as pl

from dashboard import changes, ledger, places, queries
from dashboard.differences import SIGNIFICANT, difference
from dashboard.ledger_model import Progress
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.view import doubtful

OVERDUE, REVISION, DECLINE, BEHIND = KINDS = ("overdue", "revision", "decline", "behind")
#: Far behind: so many points below the median of the peers, or this part of the median, whichever is less.
BEHIND_POINTS: Final = 10.0
BEHIND_PART: Final = 0.25
#: Fewer peers with a sure value have no median worth a comparison.
PEERS_LEAST: Final = 5
#: A revision by a smaller part of the old value is told in the feed of changes only; and how long one is told.
REVISED_PART: Final = 0.01
REVISED_DAYS: Final = 92
#: Where somebody answers for the figures: Länder and régions, Kreise and départements.
LEVELS: Final = ("land", "nuts3")
#: Releases read from the records of changes, at most.
RELEASES: Final = 200


@dataclass(frozen=True)
class Alert:
    """One thing to look at.

    subject: id of the programme (overdue) or indicator. on: the day from which it holds. since: the period or day it
    speaks of; of BEHIND the first period of the course. period: the latest one. regions: where; one for DECLINE and
    BEHIND, all revised ones for REVISION, whose largest revision is `region`, `old`, `new`. old, new: the values before
    and now; the peers' median and the value for BEHIND. count: peers, or figures revised. group: what was promised.
    """

    kind: str
    subject: str
    on: date
    since: str
    period: str = ""
    region: str = ""
    regions: frozenset[str] = frozenset()
    old: float | None = None
    new: float | None = None
    count: int = 0
    source: str = ""
    about: str = ""
    group: Progress | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """Stays the same as long as it is the same thing to look at, in every build and on every day."""
        where = "" if self.kind == REVISION else self.region
        return "/".join((self.kind, self.subject, where, self.since, self.about))


def alerts(build: Build, day: date) -> list[Alert]:
    """All of them on a day: what holds since yesterday before what holds since last year; in that by kind and place."""
    newest = next((one.path.name for one in changes.publications(build.data)), "")

    def make() -> list[Alert]:
        found = [*_overdue(build, day), *_revisions(build, day), *_of_figures(build)]
        known = queries.regions(build)
        return sorted(
            found,
            key=lambda a: (
                -a.on.toordinal(), KINDS.index(a.kind), known[a.region].level if a.region in known else 0, a.id
            ),
        )  # fmt: skip

    return build.recent(("alerts", day, newest), make)


def select(
    build: Build,
    found: Iterable[Alert],
    *,
    regions: Collection[str] = (),
    programmes: Collection[str] = (),
    indicators: Collection[str] = (),
) -> list[Alert]:
    """Those that concern regions (with all inside them), programmes, indicators; all where nothing is named.

    Figures: of the indicators, in the regions; one of the two left out means any. Programmes: those named, and those
    that lie in the regions, not those of a wider area.
    """
    if not (regions or programmes or indicators):
        return list(found)
    codes = queries.inside(build, regions)
    here = (
        {one.programme.id for one in ledger.programmes_in(build, codes) if one.relation != "over"} if codes else set()
    )
    wanted = here | set(programmes)

    def concerns(alert: Alert) -> bool:
        if alert.kind == OVERDUE:
            return alert.subject in wanted
        if not (regions or indicators):
            return False
        return (not regions or bool(alert.regions & codes)) and (not indicators or alert.subject in indicators)

    return [alert for alert in found if concerns(alert)]


# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _overdue(build: Build, day: date) -> Iterator[Alert]:
    for programme in ledger.programmes(build).values():
        for group in programme.progress:
            if group.due_by and group.overdue(day):
                about = f"{group.measure}.{group.kind}.{group.unit}"
                on = group.due_by + timedelta(days=1)
                yield Alert(
                    OVERDUE, programme.id, on, group.due_by.isoformat(), about=about, group=group,
                    regions=frozenset(programme.regions),
                )  # fmt: skip


# ── Revisions ────────────────────────────────────────────────────────────────────────────────────────────────────


def _revisions(build: Build, day: date) -> Iterator[Alert]:
    """One for each indicator and period (or all its periods) that a publication revised."""
    first = day - timedelta(days=REVISED_DAYS)
    for release in changes.releases(build.data, RELEASES):
        published = release.publication.published.date()
        if published < first:
            return
        moved = (pl.col("new") - pl.col("old")).abs()
        cells = release.cells.filter(
            (pl.col("change") == "revised")
            & (moved > 0)
            & (moved >= REVISED_PART * pl.col("old").abs())
            & (pl.col("old_status").fill_null("") != "a")
            & (pl.col("new_status").fill_null("") != "a")
        ).sort([moved, "region", "period", "member"], descending=[True, False, False, False])
        if cells.is_empty() or release.indicator not in queries.indicators(build, "en"):
            continue
        most = cells.row(0, named=True)
        yield Alert(
            REVISION, release.indicator, published, release.first, release.last, most["region"],
            frozenset(cells["region"]), most["old"], most["new"], cells.height, most["source"],
            about=release.publication.new,
        )  # fmt: skip


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_figures(build: Build) -> Iterator[Alert]:
    """Declines and distances of the indicators that have an interval and a direction that is good."""
    for indicator in queries.indicators(build, "en").values():
        judged = indicator["interval"] and indicator["direction"] in ("up", "down")
        if judged and indicator["derive_kind"] not in ("change", "change_pct", "gap"):
            for level in LEVELS:
                rows = {(r["region"], r["period"]): r for r in queries.slice_rows(build, indicator["id"], level, "")}
                periods = queries.periods(build, indicator["id"], level, "")
                yield from declines(build, indicator, rows, periods)
                yield from behind(build, indicator, rows, periods)


def declines(
    build: Build, indicator: Row, rows: dict[tuple[str, str], Row], periods: tuple[str, ...]
) -> Iterator[Alert]:
    """Where the latest value is worse than in the period before, beyond the interval of the difference.

    rows: (region, period) → row of `slice.sql`. Not across a break in the series, nor without the period before.
    """
    if len(periods) < 2:
        return
    before, latest = periods[-2:]
    for (region, period), row in rows.items():
        first = rows.get((region, before))
        if period != latest or first is None or row["status"] == "b" or not _sure(indicator, row, first):
            continue
        found = difference(row, first)
        if found and found.verdict == SIGNIFICANT and _sign(indicator) * found.value < 0:
            yield Alert(
                DECLINE, indicator["id"], _retrieved(build, row), latest, latest, region, frozenset({region}),
                first["value"], row["value"], source=row["source"], about=before,
            )  # fmt: skip


def behind(build: Build, indicator: Row, rows: dict[tuple[str, str], Row], periods: tuple[str, ...]) -> Iterator[Alert]:
    """Where a value is far worse than the median of the regions of its kind, with its whole interval beyond it."""
    if not periods:
        return
    for group in _groups(build, {code for code, _ in rows}):
        middles = {period: _middle(indicator, rows, group, period) for period in periods}
        for region in group:
            course = _course(indicator, rows, region, middles)
            if not course:
                continue
            row, (middle, of) = rows[region, periods[-1]], middles[periods[-1]]
            yield Alert(
                BEHIND, indicator["id"], _retrieved(build, row), course[-1], periods[-1], region, frozenset({region}),
                middle, row["value"], of, row["source"],
            )  # fmt: skip


def _groups(build: Build, codes: set[str]) -> Iterator[list[str]]:
    """The codes as groups of regions that are compared with one another."""
    left, known = sorted(codes), queries.regions(build)
    while left:
        group = places.same_kind(build, known[left[0]])
        yield group
        left = [code for code in left[1:] if code not in set(group)]


def _middle(indicator: Row, rows: dict[tuple[str, str], Row], group: list[str], period: str) -> tuple[float, int]:
    """The median of the sure values of a group, and how many there are; 0 of 0 where they are too few."""
    found = [rows[code, period] for code in group if (code, period) in rows]
    values = [row["value"] for row in found if _sure(indicator, row)]
    return (median(values), len(values)) if len(values) >= PEERS_LEAST else (0.0, 0)


def _course(
    indicator: Row, rows: dict[tuple[str, str], Row], region: str, middles: dict[str, tuple[float, int]]
) -> list[str]:
    """The periods, the latest first, in which a region is far behind without a pause or a break in the series."""
    course: list[str] = []
    for period in reversed(middles):
        row, (middle, of) = rows.get((region, period)), middles[period]
        if row is None or not of or not _sure(indicator, row) or not _far(indicator, row, middle):
            break
        course.append(period)
        if row["status"] == "b":
            break
    return course


def _far(indicator: Row, row: Row, middle: float) -> bool:
    sign = _sign(indicator)
    enough = BEHIND_PART * abs(middle)
    if indicator["unit"] == "pct":
        enough = min(enough, BEHIND_POINTS)
    nearest = row["ci_high"] if sign > 0 else row["ci_low"]
    return bool(sign * (middle - nearest) > 0 and sign * (middle - row["value"]) >= enough)


def _sign(indicator: Row) -> int:
    return 1 if indicator["direction"] == "up" else -1


def _sure(indicator: Row, *rows: Row) -> bool:
    """Whether all have a value that is not doubtful, and its interval."""
    return all(
        row["value"] is not None and row["ci_low"] is not None and row["status"] not in doubtful(indicator)
        for row in rows
    )


def _retrieved(build: Build, row: Row) -> date:
    """The day on which the delivery with a figure was fetched."""
    known = {each["sha256"]: each["retrieved"] for each in queries.deliveries(build)}
    found: date = known.get(row["delivery"]) or queries.sources(build)[row["source"]]["retrieved"]
    return found
