"""What a page hands over to be drawn, and how it is to be drawn. Pure: words, numbers, functions that draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.map.scene import Box

#: Width and height of a picture in CSS pixels.
SIZES: Final = {"wide": (1600, 900), "square": (1080, 1080)}
THEMES: Final = ("light", "dark")
GROUNDS: Final = ("solid", "none")
TIMES: Final = ("1", "2")
#: The parameters of an address that say how the picture looks; the others say what it shows.
PARAMETERS: Final = {"size": tuple(SIZES), "theme": THEMES, "ground": GROUNDS, "x": TIMES}


@dataclass(frozen=True)
class Options:
    """size: a key of SIZES. dark: light letters on dark ground. bare: no ground at all. times: of a PNG."""

    size: str = "wide"
    dark: bool = False
    bare: bool = False
    times: int = 1

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in CSS pixels."""
        return SIZES[self.size]


def options(query: Mapping[str, str]) -> Options:
    """The options of an address; raises UnknownOptionError for a value that there is not."""
    asked = {name: str(query.get(name, "") or allowed[0])[:40] for name, allowed in PARAMETERS.items()}
    for name, value in asked.items():
        if value not in PARAMETERS[name]:
            raise UnknownOptionError(name, value)
    return Options(asked["size"], asked["theme"] == "dark", asked["ground"] == "none", int(asked["x"]))


class UnknownOptionError(Exception):
    """A parameter of the picture has a value that there is not."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value, self.allowed = name, value, PARAMETERS[name]
        super().__init__(name)


@dataclass(frozen=True)
class Block:
    """Something drawn from (0, 0) to (width, height)."""

    width: float
    height: float
    svg: str


@dataclass(frozen=True)
class Room:
    """What a key has: its width and size of type in pixels, and the box of the figure that it explains."""

    width: float
    size: float
    figure: Box


Key = Callable[[Room], Block]


@dataclass(frozen=True)
class Picture:
    """One view, ready to be set.

    title: the finding as a sentence. subtitle: what is shown, in which unit, where, when. keys: the legend's parts.
    notes: what must be known besides. sources: with licence and day, a line each. figure: draws into a box, for light
    or dark. bleeds: the figure may reach to the picture's edges (a map); else the key stands above it where there is
    no room beside. name: of the file, without ending. path: the address of the view, without host. alt: what is
    drawn, in words.
    """

    lang: str
    title: str
    subtitle: str
    figure: Callable[[Box, bool], str]
    keys: tuple[Key, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    name: str
    path: str
    alt: str
    bleeds: bool = False


@dataclass(frozen=True)
class Foot:
    """What stands below every picture. name: of the atlas. edition: build and day. address: of the frozen view."""

    name: str
    edition: str
    address: str
