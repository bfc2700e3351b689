"""How wide a text is in the atlas's own type, and where its lines break. Widths in pixels, from the type's files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final

from PIL import ImageFont

#: The files, shipped with their licence (OFL.txt beside them): what Typst sets briefs in, and what browsers load.
FILES: Final = Path(__file__).resolve().parent.parent / "brief" / "fonts"
WEB: Final = Path(__file__).resolve().parent.parent / "assets" / "fonts"
#: The second name is what the files call themselves.
FAMILY: Final = ("Source Sans 3", "Source Sans 3 ExtraLight")
PLAIN, STRONG = 400, 600
#: Line height, and how far below the top of a line its baseline lies, as parts of the size.
LEADING, BASELINE = 1.24, 0.94
#: Widths are those of single letters: kerning only makes a text narrower. This is kept free for what it widens.
_SPARE: Final = 1.012
_UNITS: Final = 1000
_WORDS: Final = re.compile(r"[ \n\t]+")
#: Where an address may break.
_BREAKS: Final = re.compile(r"(?<=[/?&=+,._-])")
ELLIPSIS: Final = "…"


def file(weight: int) -> Path:
    """The file of a weight."""
    return FILES / f"source-sans-3-latin-{weight}-normal.ttf"


@lru_cache(maxsize=2)
def _font(weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file(weight)), _UNITS, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _advance(letter: str, weight: int) -> float:
    return _font(weight).getlength(letter) / _UNITS * _SPARE


@lru_cache(maxsize=16384)
def _width(text: str, weight: int) -> float:
    """Of a size of 1; the words of a picture are measured again and again."""
    return sum(_advance(letter, weight) for letter in text)


def width(text: str, size: float, weight: int = PLAIN) -> float:
    """The width of a line in pixels."""
    return _width(text, weight) * size


def wrapped(text: str, size: float, room: float, weight: int = PLAIN) -> list[str]:
    """The text in lines no wider than `room`: broken between words, or where a word has no end inside it."""
    most, space = room / size, _advance(" ", weight)
    lines: list[str] = []
    end = 0.0
    for word in _WORDS.split(text.strip()):
        wide = _width(word, weight)
        if lines and end + space + wide <= most:
            lines[-1] += f" {word}"
            end += space + wide
        else:
            lines += [word] if wide <= most else _pieces(word, most, weight)
            end = _width(lines[-1], weight) if lines else 0.0
    return lines


def _pieces(word: str, most: float, weight: int) -> list[str]:
    """A word in lines: at the signs of an address, at last between any two letters."""
    lines, end = [""], 0.0
    for part in _BREAKS.split(word):
        wide = _width(part, weight)
        if end + wide > most:
            lines.append("")
            end = 0.0
        for piece in [part] if wide <= most else part:
            more = _width(piece, weight)
            if lines[-1] and end + more > most:
                lines.append("")
                end = 0.0
            lines[-1] += piece
            end += more
    return [line for line in lines if line]


def balanced(text: str, size: float, room: float, weight: int = PLAIN) -> list[str]:
    """The text in as few lines, none of them much shorter than the others: for headings."""
    lines = wrapped(text, size, room, weight)
    low, high = room / 2, room
    while high - low > size / 4:
        middle = (low + high) / 2
        low, high = (low, middle) if len(wrapped(text, size, middle, weight)) == len(lines) else (middle, high)
    return wrapped(text, size, high, weight)


def cut(lines: Sequence[str], most: int) -> list[str]:
    """At most so many lines; what is cut ends in an ellipsis."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], lines[most - 1].rstrip(" ,;:–")[:-1].rstrip() + ELLIPSIS]


def line(
    text: str, x: float, y: float, size: float, *, weight: int = PLAIN, fill: str = "ink", anchor: str = "start"
) -> str:
    """One line of text with its baseline at y. fill: a class of `ink.css`."""
    strong = f' font-weight="{weight}"' if weight != PLAIN else ""
    at = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{strong}{at} class="{fill}">{escape(text)}</text>'


def block(
    lines: Sequence[str], size: float, *, weight: int = PLAIN, fill: str = "ink", leading: float = LEADING
) -> tuple[float, str]:
    """Lines below each other from (0, 0): (height, markup)."""
    step = size * leading
    drawn = "".join(
        line(text, 0, step * i + size * (leading - LEADING) / 2 + size * BASELINE, size, weight=weight, fill=fill)
        for i, text in enumerate(lines)
    )
    return step * len(lines), drawn
