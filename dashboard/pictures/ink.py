"""The colours of a picture, literal: those of the page, in light or dark."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import Final

from dashboard.pictures import letters
from dashboard.pictures.tokens import mixed, tokens

THEMES: Final = ("light", "dark")
#: The strokes of two to four regions, in their order.
SERIES: Final = ("accent", "partner", "third", "fourth")


def css(dark: bool) -> str:
    """The classes of texts, lines and marks."""
    t = tokens(dark)
    quiet = mixed(t["ink-2"], t["bg"], 0.3)
    rules = [
        f".ink{{fill:{t['ink']}}}.soft{{fill:{t['ink-2']}}}.accent{{fill:{t['accent']}}}.ground{{fill:{t['bg']}}}",
        f".rule{{fill:none;stroke:{quiet};stroke-width:1}}.axis{{fill:none;stroke:{t['ink-2']};stroke-width:1}}",
        f".zero{{fill:none;stroke:{t['ink']};stroke-width:1.2}}",
        f".country{{stroke-width:1.3}}.de{{fill:{t['ink']};stroke:{t['bg']}}}.fr{{fill:{t['bg']};stroke:{t['ink']}}}",
        f".tally{{fill:{mixed(t['ink-2'], t['bg'], 0.38)}}}",
    ]
    strokes = {f"r{i}": t[name] for i, name in enumerate(SERIES)} | {"r8": t["ink-2"], "r9": t["ink-2"]}
    for name, colour in strokes.items():
        rules.append(
            f".l-{name}{{fill:none;stroke:{colour};stroke-linejoin:round;stroke-linecap:round}}"
            f".f-{name}{{fill:{colour}}}.o-{name}{{fill:{t['bg']};stroke:{colour}}}"
            f".b-{name}{{fill:{colour};fill-opacity:.14}}"
        )
    return "".join(rules)


@cache
def type_css() -> str:
    """The type itself, so that an SVG looks the same on any machine: the latin subset that pages load, 42 kB."""
    faces = ""
    for weight in (letters.PLAIN, letters.STRONG):
        data = b64encode((letters.WEB / f"source-sans-3-latin-{weight}-normal.woff2").read_bytes()).decode()
        faces += (
            f'@font-face{{font-family:"{letters.FAMILY[0]}";font-weight:{weight};'
            f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
        )
    return faces


def family() -> str:
    """The families of all texts."""
    names = ",".join(f'"{name}"' for name in letters.FAMILY)
    return f"text{{font-family:{names},sans-serif}}"
