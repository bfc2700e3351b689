"""Charts as SVG for pictures: series over time with their names at the line's end, and figures on an axis each. Pure.

The rules are those of the page's charts (figures/lines.py, figures/whiskers.py): a gap for a missing period or a break
in the series, bands and whiskers for 95 % intervals, hollow marks for doubtful values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.figures.lines import Point, nice_ticks, runs
from dashboard.figures.whiskers import SHAPES, Dot
from dashboard.map.scene import Box
from dashboard.pictures import letters
from dashboard.pictures.letters import STRONG
from dashboard.pictures.poster import spaced

SIZE: Final = 17.0
#: How lines are broken: those of regions are told apart by their marks, countries by their dashes.
DASHES: Final = {"r8": "9 6", "r9": "2 6"}
#: From so many periods on only the last of each series, and doubtful ones, have a mark.
MANY: Final = 20
_BELOW: Final = 34.0
_NAME_ROOM: Final = 230.0
Write = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One line. style: r0 … r3 for regions, r8 and r9 for the countries. name: what stands at its end."""

    style: str
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Axis:
    """How values are written: at a mark (write) and on the axis (tick). base: of an index, a line of its own.

    times: when the periods begin, in years; they lie as far apart as they are. Empty: all equally far.
    """

    write: Write
    tick: Write
    base: float | None = None
    times: tuple[float, ...] = ()


@dataclass(frozen=True)
class Row:
    """One indicator for some regions on its own axis. note: its unit and period. means: (DE or FR, value)."""

    title: str
    note: str
    dots: tuple[Dot, ...]
    means: tuple[tuple[str, float], ...]
    axis: Axis


def mark(style: str, x: float, y: float, *, hollow: bool = False, scale: float = 1.35) -> str:
    """The sign of a series: a shape of its own for each region, a dot for a country."""
    shape = SHAPES[int(style[1:]) if int(style[1:]) < len(SHAPES) else 0].format("")
    kind = "o" if hollow else "f"
    width = ' stroke-width="1.8"' if hollow else ""
    return f'<g class="{kind}-{style}"{width} transform="translate({x:.1f} {y:.1f}) scale({scale:g})">{shape}</g>'


# ── Over time ────────────────────────────────────────────────────────────────────────────────────────────────────


def over_time(series: Sequence[Series], periods: Sequence[str], axis: Axis, box: Box) -> str:
    """Series over common periods (as written for the reader). The axis begins at 0 unless it has a base."""
    base, write = axis.base, axis.write
    points = [point for one in series for point in one.points]
    every = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
    every.append(0.0 if base is None else base)
    ticks = nice_ticks(min(every), max(every))
    low, high = min(ticks[0], *every), max(ticks[-1], *every)
    names = {one.name: letters.wrapped(spaced(one.name), SIZE, _NAME_ROOM, STRONG) for one in series}
    right = max(letters.width(line, SIZE, STRONG) for lines in names.values() for line in lines) + 20
    left = max(letters.width(spaced(axis.tick(tick)), SIZE) for tick in ticks) + 12
    x, y, width, height = box
    plot = (x + left, y + SIZE, width - left - right, height - SIZE - _BELOW)
    up = plot[3] / ((high - low) or 1)
    times = axis.times or tuple(range(len(periods)))
    columns = [plot[0] + plot[2] * (time - times[0]) / ((times[-1] - times[0]) or 1) for time in times]

    def place(at: int, value: float) -> tuple[float, float]:
        return columns[at], plot[1] + plot[3] - (value - low) * up

    drawn = "".join(_grid(place(0, tick)[1], plot, spaced(axis.tick(tick)), zero=tick in {base, 0.0}) for tick in ticks)
    if base is not None and base not in ticks:
        drawn += f'<path class="zero" d="M{plot[0]:.1f} {place(0, base)[1]:.1f}h{plot[2]:.1f}"/>'
    drawn += _periods(periods, columns, plot)
    drawn += "".join(_line(one, place) for one in reversed(series))
    return f'<g class="chart">{drawn}{_ends(series, names, write, place, plot)}</g>'


def _grid(y: float, plot: Box, text: str, *, zero: bool) -> str:
    kind = "zero" if zero else "rule"
    line = f'<path class="{kind}" d="M{plot[0]:.1f} {y:.1f}h{plot[2]:.1f}"/>'
    return line + letters.line(text, plot[0] - 10, y + SIZE * 0.34, SIZE, fill="soft", anchor="end")


def when(period: str) -> float:
    """When a period begins, in years: 2024, 2024-Q2, 2024-06."""
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return int(year) + (int(part[1:]) - 1) / 4
    return int(year) + ((int(part) - 1) / 12 if part else 0)


def _periods(periods: Sequence[str], columns: Sequence[float], plot: Box) -> str:
    """The last period, the first, and as many between as have room."""
    room = max(letters.width(spaced(period), SIZE) for period in periods) + 14
    shown = [len(periods) - 1]
    if columns[-1] - columns[0] >= room:
        inner = [0]
        for i in range(1, len(periods) - 1):
            if columns[i] - columns[inner[-1]] >= room and columns[-1] - columns[i] >= room:
                inner.append(i)
        shown = [*inner, *shown]
    drawn, base = "", plot[1] + plot[3]
    for i in shown:
        drawn += f'<path class="axis" d="M{columns[i]:.1f} {base:.1f}v6"/>'
        drawn += letters.line(spaced(periods[i]), columns[i], base + _BELOW - 8, SIZE, fill="soft", anchor="middle")
    return drawn


def _line(one: Series, place: Callable[[int, float], tuple[float, float]]) -> str:
    """Band of the intervals, line, marks."""
    drawn = ""
    dash = f' stroke-dasharray="{DASHES[one.style]}"' if one.style in DASHES else ""
    wide = 3.4 if one.style in ("r0", "r1", "r2", "r3") else 2.4
    for run in runs(one.points):
        if len(run) < 2:
            continue
        if all(p.low is not None and p.high is not None for p in run):
            edge = [place(p.at, p.high) for p in run if p.high is not None]
            edge += [place(p.at, p.low) for p in reversed(run) if p.low is not None]
            drawn += f'<path class="b-{one.style}" d="M{_path(edge)}z"/>'
        line = _path([place(p.at, p.value) for p in run])
        drawn += f'<path class="l-{one.style}" stroke-width="{wide:g}"{dash} d="M{line}"/>'
    few = len(one.points) < MANY
    marked = [p for p in one.points if few or p.doubtful or p is one.points[-1]]
    return drawn + "".join(mark(one.style, *place(p.at, p.value), hollow=p.doubtful) for p in marked)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _ends(
    series: Sequence[Series],
    names: dict[str, list[str]],
    write: Write,
    place: Callable[[int, float], tuple[float, float]],
    plot: Box,
) -> str:
    """Name and last value of each series at its end, moved apart where they would touch."""
    step = SIZE * letters.LEADING
    ends = sorted(
        ((place(one.points[-1].at, one.points[-1].value)[1], one) for one in series if one.points),
        key=lambda pair: pair[0],
    )
    heights = [step * (len(names[one.name]) + 1) for _, one in ends]
    tops = [y - high / 2 for (y, _), high in zip(ends, heights, strict=True)]
    for i in range(1, len(tops)):
        tops[i] = max(tops[i], tops[i - 1] + heights[i - 1] + 4)
    floor = plot[1] + plot[3] + _BELOW
    for i in reversed(range(len(tops))):
        tops[i] = min(tops[i], floor - heights[i])
        floor = tops[i] - 4
    drawn = ""
    for top, (_, one) in zip(tops, ends, strict=True):
        text = [*names[one.name], spaced(write(one.points[-1].value))]
        x = plot[0] + plot[2] + 14
        for i, line in enumerate(text):
            weight = letters.PLAIN if i == len(text) - 1 else STRONG
            drawn += letters.line(line, x, top + step * i + SIZE * 0.95, SIZE, weight=weight, fill=f"f-{one.style}")
    return drawn


# ── On an axis each ──────────────────────────────────────────────────────────────────────────────────────────────


def on_axes(rows: Sequence[Row], box: Box) -> str:
    """A row per indicator: its title, the regions' marks with their intervals, their values in figures."""
    x, y, width, height = box
    step = min(height / max(len(rows), 1), 150.0)
    top = y + max(0.0, (height - step * len(rows)) / 2)
    label, values = 0.36 * width, 0.15 * width
    drawn = ""
    for i, row in enumerate(rows):
        here = top + i * step
        drawn += f'<path class="rule" d="M{x:.1f} {here:.1f}h{width:.1f}"/>'
        drawn += _label(row, x, here, label - 24, step)
        drawn += _axis(row, (x + label, here + 8, width - label - values - 20, step - 16))
        drawn += _values(row, x + width - values, here, step)
    return f'<g class="chart">{drawn}</g>'


def _label(row: Row, x: float, y: float, width: float, height: float) -> str:
    """Title and note, as large as the row has room for."""
    for size in (SIZE + 1, SIZE, 15.5, 14, 13, 12):
        title = letters.wrapped(spaced(row.title), size, width, STRONG)
        note = letters.wrapped(spaced(row.note), size * 0.86, width)
        tall = letters.block(title, size)[0] + letters.block(note, size * 0.86)[0]
        if tall <= height - 10:
            break
    high, drawn = letters.block(title, size, weight=STRONG)
    under = letters.block(note, size * 0.86, fill="soft")[1]
    at = y + (height - tall) / 2
    return f'<g transform="translate({x:.1f} {at:.1f})">{drawn}<g transform="translate(0 {high:.1f})">{under}</g></g>'


def _axis(row: Row, box: Box) -> str:
    """From 0 (or the lowest value below it) to the highest limit; a line for each national value."""
    every = [0.0, *(value for _, value in row.means)]
    every += [v for dot in row.dots for v in (dot.value, dot.low, dot.high) if v is not None]
    ticks = nice_ticks(min(every), max(every))
    low, high = min(ticks[0], *every), max(ticks[-1], *every)
    left, top, width, height = box
    size = 13.0
    base = top + height - size - 6

    def x(value: float) -> float:
        return left + 14 + (value - low) * (width - 28) / ((high - low) or 1)

    drawn = "".join(
        f'<path class="{"zero" if tick == 0 else "rule"}" d="M{x(tick):.1f} {top:.1f}V{base:.1f}"/>'
        + letters.line(spaced(row.axis.tick(tick)), x(tick), base + size + 3, size, fill="soft", anchor="middle")
        for tick in (ticks[0], ticks[-1], *([0.0] if ticks[0] < 0 < ticks[-1] else []))
    )
    drawn += "".join(
        f'<path class="axis" stroke-dasharray="3 3" d="M{x(value):.1f} {top + 8:.1f}V{base:.1f}"/>'
        f'<g transform="translate({x(value):.1f} {base - 11:.1f})"><path class="country {country.lower()}" '
        'd="M-6.5 11.5L0 0 6.5 11.5z"/></g>'
        for country, value in row.means
    )
    gap = (base - top - 8) / max(len(row.dots), 1)
    for i, dot in enumerate(row.dots):
        y = top + 4 + gap * (i + 0.5)
        if dot.low is not None and dot.high is not None:
            drawn += (
                f'<path class="l-r{dot.style}" stroke-width="2" d="M{x(dot.low):.1f} {y:.1f}H{x(dot.high):.1f}'
                f'M{x(dot.low):.1f} {y - 4:.1f}v8M{x(dot.high):.1f} {y - 4:.1f}v8"/>'
            )
        drawn += mark(f"r{dot.style}", x(dot.value), y, hollow=dot.doubtful)
    return drawn


def _values(row: Row, x: float, y: float, height: float) -> str:
    """The figures, each behind its mark."""
    size = min(SIZE, (height - 10) / len(row.dots) / letters.LEADING)
    step = size * letters.LEADING
    top = y + (height - step * len(row.dots)) / 2
    return "".join(
        mark(f"r{dot.style}", x + 8, top + step * (i + 0.5), hollow=dot.doubtful, scale=1.1)
        + letters.line(spaced(row.axis.write(dot.value)), x + 22, top + step * i + size * 0.95, size)
        for i, dot in enumerate(row.dots)
    )
