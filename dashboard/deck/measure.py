"""How much room a text takes, by the widths of our own type, with room for another that a program puts in its place."""

from __future__ import annotations

from typing import Final

from dashboard.pictures import letters

#: Types that stand in for ours where it is not installed are wider: Arial by a seventh, DejaVu Sans by a quarter.
ROOM: Final = {False: 1.24, True: 1.34}
_WEIGHT: Final = {False: letters.PLAIN, True: letters.STRONG}
#: Height of a line, as a part of the size of the letters.
LINE: Final = 1.22


def width(text: str, *, bold: bool = False) -> float:
    """The width of a line of text per point of its size, at worst."""
    return letters.width(text, 1, _WEIGHT[bold]) * ROOM[bold]


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """The lines a text takes in a room of points; a word that is wider than the room is broken."""
    return [
        line
        for paragraph in text.split("\n")
        for line in letters.wrapped(paragraph, size, room / ROOM[bold], _WEIGHT[bold]) or [""]
    ]


def height(paragraphs: list[str], room: float, size: float, *, bold: bool = False, between: float = 0.0) -> float:
    """The height in points of paragraphs set one below the other."""
    lines = sum(len(wrapped(text, room, size, bold=bold)) for text in paragraphs)
    return lines * size * LINE + between * max(len(paragraphs) - 1, 0)


def fit(text: str, room: float, high: float, *, largest: float, least: float, bold: bool = False) -> tuple[float, str]:
    """(size, text): the largest size in points at which it fits; at the least size it is cut with an ellipsis."""
    size = largest
    while size > least and height([text], room, size, bold=bold) > high:
        size -= 1
    return size, cut(text, room, high, size, bold=bold)


def cut(text: str, room: float, high: float, size: float, *, bold: bool = False) -> str:
    """The text, or as much of it as fits at a size, with an ellipsis."""
    most = max(1, int(high / (size * LINE) + 1e-6))
    lines = wrapped(text, room, size, bold=bold)
    if len(lines) <= most:
        return text
    kept = " ".join(lines[:most])
    while kept and len(wrapped(f"{kept}…", room, size, bold=bold)) > most:
        kept = kept.rpartition(" ")[0] if " " in kept else kept[:-1]
    return kept.rstrip(" ,;:") + "…"
