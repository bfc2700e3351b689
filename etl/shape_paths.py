"""Shapes as SVG paths: whole units, relative commands, no separator that can be left out. Needs no geometry library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Point = tuple[int, int]


def path(lines: Iterable[Sequence[Point]], *, closed: bool) -> str:
    """An SVG path of rings (closed, first point not repeated) or lines: 'm12 34 5-6 …z'.

    Each 'm' but the first is relative to where the line before it ended; after 'z' that is its start.
    """
    parts: list[str] = []
    at = (0, 0)
    for line in lines:
        parts.append("m")
        text = ""
        for point in line:
            text = _joined(_joined(text, point[0] - at[0]), point[1] - at[1])
            at = point
        parts.append(text)
        if closed:
            parts.append("z")
            at = line[0]
    return "".join(parts)


def _joined(text: str, number: int) -> str:
    return f"{text}{number}" if not text or number < 0 else f"{text} {number}"
