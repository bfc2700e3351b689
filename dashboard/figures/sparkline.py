"""A region's series as a small line: band of the intervals, gaps for missing periods and breaks, marked flags.

Pure: rows in, SVG out; colours come from assets/region.css.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

Row = dict[str, Any]
Places = list[tuple[float, Row]]

WIDTH: Final = 168
HEIGHT: Final = 44
_EDGE: Final = 5
#: Flags whose points are drawn hollow; a break is a gap, provisional and estimated are said in words.
_HOLLOW: Final = ("u", "a")


def sparkline(rows: Sequence[Row], label: str) -> str:
    """The series `rows` (period, value, status, ci_low, ci_high, in order of time) as an SVG with a text alternative.

    The axis includes zero, so that a small change looks small. Nothing where there are fewer than two values.
    """
    known = [row for row in rows if row["value"] is not None]
    if len(known) < 2:
        return ""
    edges = [0.0] + [row[key] for row in known for key in ("value", "ci_low", "ci_high") if row[key] is not None]
    low, high = min(edges), max(edges)
    across, up = (WIDTH - 2 * _EDGE) / (len(rows) - 1), (HEIGHT - 2 * _EDGE) / ((high - low) or 1)

    def y(value: float) -> str:
        return f"{HEIGHT - _EDGE - (value - low) * up:.1f}"

    pieces = _pieces(rows, across)
    bands = "".join(_band(piece, y) for piece in pieces)
    paths = "".join(_line(piece, y) for piece in pieces if len(piece) > 1)
    last = pieces[-1][-1]
    marked = [(x, row) for piece in pieces for x, row in piece if row["status"] in _HOLLOW or len(piece) == 1]
    dots = "".join(_dot(x, y(row["value"]), row) for x, row in [*(spot for spot in marked if spot != last), last])
    return (
        f'<svg class="sparkline" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(label)}"><path class="zero" d="M0 {y(0)}H{WIDTH}"/>{bands}{paths}{dots}</svg>'
    )


def _pieces(rows: Sequence[Row], across: float) -> list[Places]:
    """The series cut where a value is missing, and before a break."""
    found: list[Places] = [[]]
    for place, row in enumerate(rows):
        if row["value"] is None or row["status"] == "b":
            found.append([])
        if row["value"] is not None:
            found[-1].append((_EDGE + place * across, row))
    return [piece for piece in found if piece]


def _band(piece: Places, y: Any) -> str:
    if len(piece) < 2 or any(row["ci_low"] is None for _, row in piece):
        return ""
    upper = [f"{x:.1f} {y(row['ci_high'])}" for x, row in piece]
    lower = [f"{x:.1f} {y(row['ci_low'])}" for x, row in reversed(piece)]
    return f'<path class="band" d="M{" ".join(upper + lower)}z"/>'


def _line(piece: Places, y: Any) -> str:
    points = " ".join(f"{x:.1f} {y(row['value'])}" for x, row in piece)
    return f'<path class="line" d="M{points}"/>'


def _dot(x: float, y: str, row: Row) -> str:
    hollow = ' class="hollow"' if row["status"] in _HOLLOW else ""
    return f'<circle cx="{x:.1f}" cy="{y}" r="3"{hollow}/>'
