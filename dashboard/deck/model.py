"""What a slide says, in words ready to be set: the PowerPoint file and the presentation in the browser draw the same.

Nothing here knows of either. Figures come with their text, so that whoever draws them never formats a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from dashboard.map.scene import Scene
from dashboard.map.svg import LegendWords

#: Rows of a table and bars of a chart that a slide has room for, and paragraphs of a list.
ROWS: Final = 9
BARS: Final = 16
POINTS: Final = 6


@dataclass(frozen=True)
class Arc:
    """One partnership on a map: curves (start, control, end) in map units, and what it is."""

    curves: tuple[tuple[tuple[float, float], ...], ...]
    name: str
    across: bool


@dataclass(frozen=True)
class Spot:
    """A named place on a map, in map units."""

    x: float
    y: float
    name: str
    #: Whether its name is written beside it.
    written: bool = False


@dataclass(frozen=True)
class Map:
    """A scene with its legend. text: what is to be seen, for who cannot see it. names: code → name of its regions.

    key: rows of the legend in place of the scale's, (fill, meaning); a row without fill is words alone.
    arcs, spots: what lies over the regions. marked: codes of regions that stand out on a map without figures.
    """

    scene: Scene
    text: str
    names: Mapping[str, str]
    legend: LegendWords | None = None
    key: tuple[tuple[str, str], ...] = ()
    arcs: tuple[Arc, ...] = ()
    spots: tuple[Spot, ...] = ()
    marked: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """A value at a period, with its limits where it has some. broken: the series breaks before it."""

    period: str
    value: float
    low: float | None = None
    high: float | None = None
    broken: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Line:
    """A series; `style` 0…3 is its place among those compared."""

    name: str
    points: tuple[Point, ...]
    style: int = 0


@dataclass(frozen=True)
class Lines:
    """Series over time. periods: as written, in order; points name theirs by the same words.

    unit: of the axis, in words. write: an axis value as text. decimals: of the values in the data sheet.
    """

    lines: tuple[Line, ...]
    periods: tuple[str, ...]
    unit: str
    decimals: int
    text: str
    write: Callable[[float], str] = str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A named value with its text; marked: the one the slide is about."""

    name: str
    value: float
    written: str
    low: float | None = None
    high: float | None = None
    marked: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Bars:
    """Values of one indicator beside each other, in the order shown."""

    bars: tuple[Bar, ...]
    name: str
    unit: str
    decimals: int
    text: str


@dataclass(frozen=True)
class Table:
    """Heads and rows of words. widths: shares of the width. numbers: columns set to the right; marked: rows in bold."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    text: str
    numbers: tuple[int, ...] = ()
    marked: tuple[int, ...] = ()


@dataclass(frozen=True)
class Card:
    """A value with what it is and what qualifies it."""

    title: str
    value: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cards:
    """Two to four values side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Text:
    """Sentences, each a paragraph. points: with a mark before each."""

    paragraphs: tuple[str, ...]
    points: bool = True


Block = Map | Lines | Bars | Table | Cards | Text


@dataclass(frozen=True)
class Slide:
    """One slide.

    title: the finding as a sentence. main: what it shows; side: what stands beside it; top: above both. path: of the
    view on the atlas. notes: the figures in words. sources: of this slide, with licences. withheld: the sentence that
    stands instead, where a licence forbids to hand its figures on. kind: '' or 'cover'.
    """

    title: str
    path: str
    subtitle: str = ""
    main: Block | None = None
    side: Block | None = None
    top: Block | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    caveat: str = ""
    withheld: str = ""
    kind: str = ""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All that it shows, in the order of reading."""
        return tuple(block for block in (self.top, self.main, self.side) if block is not None)


@dataclass(frozen=True)
class Deck:
    """Slides of one build in one language. name: of the file, without ending. day: the build's data are of."""

    lang: str
    title: str
    name: str
    slides: tuple[Slide, ...]
    build: str
    day: date | None
    internal: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """How a deck looks: on dark ground or not. host: https://atlas.example.org, before every address.

    logo: bytes of a PNG or JPEG. template: bytes of a .pptx whose master, layouts and theme are used.
    """

    dark: bool = False
    host: str = ""
    logo: bytes = b""
    template: bytes = b""


@dataclass(frozen=True)
class Colours:
    """What a class of the map looks like, and the tones around it; all hex without #."""

    ink: str
    pale: str
    line: str
    ground: str
    land: str
    accent: str
    partner: str
    styles: tuple[str, ...]
    fills: Mapping[str, str] = field(default_factory=dict)
