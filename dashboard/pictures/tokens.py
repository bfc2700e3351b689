"""The page's colours for what leaves the page: read from assets/tokens.css, the only place that holds them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).resolve().parents[1] / "assets" / "tokens.css"


@cache
def tokens(dark: bool) -> dict[str, str]:
    """Name (ink, bg …) → hex colour, for light or dark."""
    text = _FILE.read_text(encoding="utf-8")
    light = re.search(r":root\{(.*?)\}", text, re.S)
    night = re.search(r":root\[data-theme=dark\]\{(.*?)\}", text, re.S)
    if light is None or night is None:
        raise ValueError("assets/tokens.css has no colours for light, or none for dark")
    return _colours(light[1]) | (_colours(night[1]) if dark else {})


def _colours(rules: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]+)", rules))


def mixed(a: str, b: str, share: float) -> str:
    """A colour between two: b with so much of a. Both are #rrggbb, or #rgb."""
    first, second = _parts(a), _parts(b)
    return "#" + "".join(f"{round(x * share + y * (1 - share)):02x}" for x, y in zip(first, second, strict=True))


def _parts(colour: str) -> list[int]:
    digits = colour[1:] if len(colour) > 4 else "".join(2 * digit for digit in colour[1:])
    return [int(digits[i : i + 2], 16) for i in (0, 2, 4)]


def luminous(colour: str) -> float:
    """How bright a colour is to the eye, 0 … 1."""
    red, green, blue = (part / 255 for part in _parts(colour))
    return 0.299 * red + 0.587 * green + 0.114 * blue
