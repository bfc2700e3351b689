"""What colours the map in place of the value: a gap, a change, how sure, two indicators, or the value in other classes.

Everything is worked out here, for all periods of a slice, and sent ready to paint (dashboard/slices.py): the script has
no second copy of these rules. Class limits come from all periods of the finest level with enough regions, so that they
are the same at every level, inside every region and in every period (honesty rule 6); artefacts have no say in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dashboard import queries
from dashboard.differences import NOT_SIGNIFICANT, difference
from dashboard.map import classify
from dashboard.map.palette import CLASSES
from dashboard.map.scene import RAMP, Scale, mark
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.urls import COUNTRIES, DISPLAY, OWN_LIMITS, MapState

#: Fewer regions than this in a period do not make classes, if a coarser level or other periods can.
ENOUGH: Final = 12
#: What a region's flag may say where no interval can: fine, less than fine, and the two that have an overlay.
_FLAG_FILLS: Final = {"": "q1", "b": "q3", "e": "q3", "p": "q3", "u": "q3 u", "a": "q3 a"}
#: value, status, note: of one region in one period. A note is a key of `display_words.notes`.
Figure = tuple[float | None, str, str]
Table = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True)
class Cell:
    """What is shown of a region: the number that gives its colour, flag, note, and its drawing as `mark` gives it."""

    value: float | None
    status: str
    note: str
    drawn: tuple[str, float | None]


@dataclass(frozen=True)
class Display:
    """One way to colour one slice.

    kind: value, gap, change, sure, flags (how sure, where there are no intervals) or against. unit, decimals, signed:
    how its numbers are written. scales: country → scale, the same object where one serves both. across: likewise for
    the second indicator of a map of two, `other`. times: period → the period that `other` has a figure for.
    """

    kind: str
    unit: str
    decimals: int
    signed: bool
    scales: Mapping[str, Scale]
    figure: Callable[[str, str], Figure]
    codes: tuple[str, ...]
    across: Mapping[str, Scale] = field(default_factory=dict)
    other: Row | None = None
    times: Mapping[str, str] = field(default_factory=dict)
    first: Callable[[str, str], Figure] | None = None
    _cells: dict[str, Mapping[str, Cell]] = field(default_factory=dict)

    @property
    def digits(self) -> int:
        """Decimals its numbers are rounded to, before classes are found and on the way to the script."""
        return max(2, self.decimals)

    def cells(self, period: str) -> Mapping[str, Cell]:
        """code → what is shown in a period, for all regions of the slice."""
        if period not in self._cells:
            self._cells[period] = {code: self._cell(code, period) for code in self.codes}
        return self._cells[period]

    def _cell(self, code: str, period: str) -> Cell:
        value, status, note = self.figure(code, period)
        return Cell(value, status, note, self._drawn(code, period, value, status, note))

    def _drawn(self, code: str, period: str, value: float | None, status: str, note: str) -> tuple[str, float | None]:
        if self.kind == "flags":
            return (_FLAG_FILLS[status], None) if value is not None else mark(None, status, None)
        if self.kind == "against":
            return self._pair(code, period, value, status)
        drawn = mark(value, note if note in ("i", "k") and status != "a" else status, self.scales.get(code[:2]))
        return drawn if self.kind == "value" else (drawn[0], None)

    def _pair(self, code: str, period: str, value: float | None, status: str) -> tuple[str, float | None]:
        first = self.first(code, period)[0] if self.first else None
        x, y = self.scales.get(code[:2]), self.across.get(code[:2])
        if first is None or value is None or not x or not y:
            return mark(None, status, None)
        place = [sum(number >= limit for limit in s.limits) for number, s in ((first, x), (value, y))]
        return f"b{place[0]}{place[1]}" + (f" {status}" if status in ("u", "a") else ""), None


def two_sided(indicator: Row, state: MapState) -> bool:
    """Whether colours part at a middle: gaps, changes, and indicators that are such themselves."""
    return state.view in ("gap", "change") or (state.view == "" and is_difference(indicator))


def is_difference(indicator: Row) -> bool:
    """Whether an indicator is itself a change or a gap."""
    return indicator["derive_kind"] in ("change", "change_pct", "gap")


def is_counted(indicator: Row) -> bool:
    """Whether its values are circles (honesty rule 9)."""
    return indicator["kind"] in ("count", "amount")


def is_joint(indicator: Row) -> bool:
    """Whether both countries share a scale (honesty rule 2)."""
    return indicator["verdict"] in ("same", "single")


def wanted(state: MapState) -> bool:
    """Whether a state asks for more than the value in the build's own classes."""
    return any(getattr(state, name) for name in DISPLAY)


def make(build: Build, lang: str, state: MapState) -> Display | None:
    """The display of a settled state (`display_choice.settle`), None for the usual map; remembered with the build."""
    if not wanted(state):
        return None
    key = (state.indicator, state.level, state.member, *(getattr(state, name) for name in DISPLAY))
    found: Display = build.recent(("display", *key), lambda: _made(build, queries.indicators(build, lang), state))
    return found


def _made(build: Build, known: Mapping[str, Row], state: MapState) -> Display:
    indicator = known[state.indicator]
    codes = tuple(sorted({*queries.units(build, state.level), *COUNTRIES}))
    if state.against:
        return _against(build, known, state, codes)
    kind = "flags" if state.view == "sure" and not indicator["interval"] else state.view or "value"
    unit, decimals = _written(indicator, state)
    return Display(
        kind,
        unit,
        decimals,
        signed=two_sided(indicator, state),
        scales={} if kind == "flags" else _scales(build, indicator, state),
        figure=figures(build, indicator, state, state.level),
        codes=codes,
    )


def _written(indicator: Row, state: MapState) -> tuple[str, int]:
    """Unit and decimals of what is shown: percentage points for shares, else per cent."""
    if not state.view:
        return indicator["unit"], indicator["decimals"]
    if state.view == "sure" or _is_share(indicator):
        return "pp", max(indicator["decimals"], 1 if state.view == "sure" else 0)
    return "pct", 1


def _is_share(indicator: Row) -> bool:
    return indicator["unit"] in ("pct", "pp")


def table(build: Build, indicator: str, level: str, member: str) -> Table:
    """code → period → row, of a level and of both countries."""

    def make_it() -> Table:
        found: dict[str, dict[str, Row]] = {}
        for each in (level, "country"):
            for row in queries.slice_rows(build, indicator, each, member):
                found.setdefault(row["region"], {})[row["period"]] = row
        return found

    return build.remember(("table", indicator, level, member), make_it)


def figures(build: Build, indicator: Row, state: MapState, level: str) -> Callable[[str, str], Figure]:
    """(code, period) → what a state shows of it, without colour."""
    rows = table(build, indicator["id"], level, state.member)
    if state.view == "gap":
        return lambda code, period: _gap(indicator, _row(rows, code, period), _row(rows, code[:2], period))
    if state.view == "change":
        return lambda code, period: _change(indicator, rows.get(code, {}), state.since, period)
    if state.view == "sure" and indicator["interval"]:
        return lambda code, period: _sure(_row(rows, code, period))
    return lambda code, period: _plain(_row(rows, code, period))


def _row(rows: Table, code: str, period: str) -> Row | None:
    return rows.get(code, {}).get(period)


def _plain(row: Row | None) -> Figure:
    return (None, "m", "") if row is None else (row["value"], row["status"], "")


def _gap(indicator: Row, row: Row | None, mean: Row | None) -> Figure:
    """The value less its own country's: in percentage points for shares, else in per cent of the country's."""
    value, status, _ = _plain(row)
    if value is None:
        return None, status, ""
    if mean is None or mean["value"] is None or (not _is_share(indicator) and mean["value"] <= 0):
        return None, "m" if mean is None or mean["value"] is not None else mean["status"], "n"
    return _less(indicator, value, mean["value"]), status, ""


def _change(indicator: Row, rows: Mapping[str, Row], since: str, period: str) -> Figure:
    """The value less that of another period; breaks in the series between are noted, and what is not significant."""
    row, base = rows.get(period), rows.get(since)
    value, status, _ = _plain(row)
    if row is None or value is None:
        return None, status, ""
    if base is None or base["value"] is None:
        return None, base["status"] if base else "m", "b"
    if not _is_share(indicator) and base["value"] <= 0:
        return None, "z", "0"
    if "a" in (status, base["status"]):
        status = "a"
    elif "u" in (status, base["status"]):
        status = "u"
    low, high = sorted((since, period))
    found, note = difference(row, base), ""
    if any(between["status"] == "b" for when, between in rows.items() if low < when <= high):
        note = "k"
    elif found and found.verdict == NOT_SIGNIFICANT and since != period:
        note = "i"
    return _less(indicator, value, base["value"]), status, note


def _less(indicator: Row, value: float, other: float) -> float:
    found = value - other if _is_share(indicator) else 100 * (value / other - 1)
    return round(found, 2) + 0.0


def _sure(row: Row | None) -> Figure:
    """Half the width of the 95 % interval, in percentage points."""
    value, status, _ = _plain(row)
    if row is None or value is None:
        return None, status, ""
    if row["ci_low"] is None:
        return None, "m", "s"
    return round((row["ci_high"] - row["ci_low"]) / 2, 2), status, ""


# ── Classes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def basis(build: Build, indicator: Row, state: MapState) -> dict[str, list[float]]:
    """country ('' for both) → the numbers that make the classes, by the build's own rule (etl/transform/60_scale.sql).

    Those of the latest period at the finest level that has ENOUGH of them then, else of all periods at the finest
    level there is. So they depend on neither level nor period of the map.
    """

    def collect() -> dict[str, list[float]]:
        groups = ("",) if is_joint(indicator) else COUNTRIES
        return {group: values for group in groups if (values := _numbers(build, indicator, state, group))}

    return build.recent(("basis", indicator["id"], state.member, state.view, state.since), collect)


def _numbers(build: Build, indicator: Row, state: MapState, country: str) -> list[float]:
    everything: list[float] = []
    for level in [level for level in reversed(queries.LEVELS) if level in indicator["levels"]]:
        figure, codes = figures(build, indicator, state, level), queries.units(build, level)
        periods = [p for p in queries.periods(build, indicator["id"], level, state.member) if p != state.since]
        by_period = [
            [
                value
                for code in codes
                if code.startswith(country)
                for value, status, _ in [figure(code, period)]
                if value is not None and status != "a"
            ]
            for period in periods
        ]
        latest = next((values for values in reversed(by_period) if values), [])
        if len(latest) >= ENOUGH:
            return latest
        everything = everything or [value for values in by_period for value in values]
    return everything


def _scales(build: Build, indicator: Row, state: MapState) -> dict[str, Scale]:
    numbers, parted = basis(build, indicator, state), two_sided(indicator, state)
    decimals = _written(indicator, state)[1]

    def one(values: list[float]) -> Scale:
        if state.scale.startswith(OWN_LIMITS):
            found = classify.own(state.scale)
        else:
            count = int(state.classes or classify.USUAL)
            found = classify.limits(values, state.scale or "quantile", count, two_sided=parted)
            found = classify.rounded(found, decimals)
        ramp = len(found) + 1 != CLASSES
        return Scale("classes", found[:RAMP], parted, ramp)

    return spread({country: one(values) for country, values in numbers.items()})


def spread(scales: Mapping[str, Scale]) -> dict[str, Scale]:
    """country → scale, where '' stands for both."""
    return {c: scale for c in COUNTRIES if (scale := scales.get("") or scales.get(c)) is not None}


# ── Two indicators ───────────────────────────────────────────────────────────────────────────────────────────────


def _against(build: Build, known: Mapping[str, Row], state: MapState, codes: tuple[str, ...]) -> Display:
    """Both values in thirds of their own; the second in its latest period that is not after the first's."""
    indicator, other = known[state.indicator], known[state.against]
    second = MapState(indicator=state.against, level=state.level, member=next(iter(other["members"]), ""))
    ours, theirs = (
        table(build, each.indicator, each.level, each.member) for each in (state.but(view="", scale=""), second)
    )
    have = queries.periods(build, state.against, state.level, second.member)
    times = {}
    for period in queries.periods(build, state.indicator, state.level, state.member):
        earlier = [each for each in have if each[: len(period)] <= period[: len(each)]]
        if earlier:
            times[period] = earlier[-1]

    def first(code: str, period: str) -> Figure:
        return _plain(_row(ours, code, period))

    def both(code: str, period: str) -> Figure:
        value, status, _ = _plain(_row(theirs, code, times.get(period, "")))
        mine = first(code, period)
        if mine[0] is None:
            return None, mine[1], ""
        if value is None:
            return None, status, "o"
        worse = next((flag for flag in "au" if flag in (status, mine[1])), mine[1])
        return value, worse, ""

    def thirds(row: Row, of: MapState) -> dict[str, Scale]:
        made = {
            country: Scale("classes", classify.rounded(classify.limits(values, "quantile", 3), row["decimals"]))
            for country, values in basis(build, row, of).items()
        }
        return spread(made)

    plain = state.but(**dict.fromkeys(DISPLAY, ""))
    return Display(
        "against",
        other["unit"],
        other["decimals"],
        signed=False,
        scales=thirds(indicator, plain),
        across=thirds(other, second),
        figure=both,
        first=first,
        codes=codes,
        other=other,
        times=times,
    )
