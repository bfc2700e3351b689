"""The presentation that slides are put into: our own master in light and dark, or one that an operator gives.

What an operator gives is read at the start, so that a wrong file stops the server with a sentence, never a deck.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from PIL import Image
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.util import Emu

from dashboard.deck.colours import tokens
from dashboard.deck.shapes import Area, emu

#: Of our own slides, 16:9, in points.
WIDTH, HEIGHT = 960.0, 540.0
MARGIN: Final = 40.0
#: The largest logo and template that are taken, in bytes.
LOGO_MOST: Final = 2 * 1024 * 1024
TEMPLATE_MOST: Final = 20 * 1024 * 1024
FONT: Final = "Source Sans 3"
_LOGOS: Final = {"PNG", "JPEG"}
_PIXELS: Final = 25_000_000
_COVER, _CONTENT = 0, 5
_TITLE: Final = Area(MARGIN, 22, WIDTH - 2 * MARGIN, 66)
_COVER_TITLE: Final = Area(MARGIN, 140, 540, 150)
_COVER_SUBTITLE: Final = Area(MARGIN, 304, 540, 70)
_NUMBER: Final = Area(WIDTH - MARGIN - 110, 516, 30, 14)
#: Our tokens as the colours of a theme, in light and in dark (where background and text change places).
_THEME: Final = {
    False: {"dk1": "ink", "lt1": "surface", "dk2": "ink-2", "lt2": "soft"},
    True: {"dk1": "surface", "lt1": "ink", "dk2": "soft", "lt2": "ink-2"},
}
_ACCENTS: Final = {
    "accent1": "accent",
    "accent2": "partner",
    "accent3": "third",
    "accent4": "fourth",
    "accent5": "chosen",
    "accent6": "ink-2",
    "hlink": "link",
    "folHlink": "link",
}


def logo(path: str) -> bytes:
    """The bytes of a logo, b"" for no path. Raises SystemExit with a sentence for what is no PNG or JPEG up to 2 MB."""
    if not path:
        return b""
    content = _read("ATLAS_LOGO", path, LOGO_MOST, "2 MB")
    if content.lstrip()[:5] in (b"<?xml", b"<svg ") or b"<svg" in content[:1000]:
        raise SystemExit(f"ATLAS_LOGO names an SVG ({path}); a deck takes a PNG or JPEG: export the logo as one.")
    try:
        with Image.open(io.BytesIO(content)) as picture:
            kind, size = picture.format, picture.size
            if kind not in _LOGOS or size[0] * size[1] > _PIXELS:
                raise ValueError(f"{kind}, {size[0]} × {size[1]}")
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise SystemExit(
            f"ATLAS_LOGO names a file that is no PNG or JPEG of at most 25 million pixels: {path} ({error})."
        ) from None
    return content


def template(path: str) -> bytes:
    """The bytes of a template, b"" for no path. Raises SystemExit with a sentence for what is no usable .pptx."""
    if not path:
        return b""
    content = _read("ATLAS_DECK_TEMPLATE", path, TEMPLATE_MOST, "20 MB")
    try:
        opened = Presentation(io.BytesIO(content))
        layout_of(opened, "content")
    except Exception as error:
        raise SystemExit(
            f"ATLAS_DECK_TEMPLATE names a file that is no usable PowerPoint file: {path} "
            f"({str(error)[:120] or type(error).__name__}). Give a .pptx with a layout that has a title."
        ) from None
    return content


def _read(name: str, path: str, most: int, said: str) -> bytes:
    try:
        if Path(path).stat().st_size > most:
            raise SystemExit(f"{name} names a file of more than {said}: {path}. Give a smaller one.")
        return Path(path).read_bytes()
    except OSError as error:
        raise SystemExit(f"{name} names a file that cannot be read: {path} ({error.strerror}).") from None


def opened(content: bytes, *, dark: bool) -> Any:
    """A presentation without slides: the operator's, or ours."""
    if not content:
        return Presentation(io.BytesIO(_ours(dark)))
    found = Presentation(io.BytesIO(content))
    slides = found.slides._sldIdLst
    for slide in list(slides):
        found.part.drop_rel(slide.rId)
        slides.remove(slide)
    return found


def layout_of(presentation: Any, kind: str) -> Any:
    """The layout for a cover or for content: by its type, else the one with a title and the fewest other places.

    Raises ValueError where no layout has a title.
    """
    wanted = {"cover": "title", "content": "titleOnly"}[kind]
    titled = [layout for layout in presentation.slide_layouts if _title(layout) is not None]
    if not titled:
        raise ValueError("no layout has a title")
    typed = [layout for layout in titled if layout._element.get("type") == wanted]
    return (typed or sorted(titled, key=lambda layout: len(layout.placeholders)))[0]


def _title(layout: Any) -> Any:
    return next((shape for shape in layout.placeholders if shape.placeholder_format.type in (1, 3)), None)


def dark_ground(presentation: Any) -> bool:
    """Whether the master's background is dark, by its theme."""
    master = presentation.slide_master
    theme = master.part.part_related_by(RT.THEME).blob.decode("utf-8", "replace")
    mapped = re.search(r'bg1="(\w+)"', _markup(master._element))
    name = mapped.group(1) if mapped else "lt1"
    found = re.search(rf"<a:{name}>.*?(?:lastClr|srgbClr val)=\"([0-9A-Fa-f]{{6}})\"", theme, re.DOTALL)
    if not found:
        return False
    red, green, blue = (int(found.group(1)[i : i + 2], 16) for i in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 110


def _markup(element: Any) -> str:
    from lxml import etree  # noqa: PLC0415

    return str(etree.tostring(element, encoding="unicode"))


@lru_cache(maxsize=2)
def _ours(dark: bool) -> bytes:
    """Our own template: python-pptx's, made 16:9, in our fonts and colours, with two layouts."""
    made = Presentation()
    made.slide_width, made.slide_height = Emu(emu(WIDTH)), Emu(emu(HEIGHT))
    kept = [made.slide_layouts[_COVER], made.slide_layouts[_CONTENT]]
    for layout in list(made.slide_layouts):
        if layout not in kept:
            made.slide_layouts.remove(layout)
    master = made.slide_master
    _theme(master, dark)
    _masks(master, dark)
    for holder in (master, *kept):
        for shape in list(holder.placeholders):
            _put(shape, holder, cover=holder is kept[0])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _theme(master: Any, dark: bool) -> None:
    part = master.part.part_related_by(RT.THEME)
    text, known = part.blob.decode(), tokens(dark)
    for name, token in {**_THEME[dark], **_ACCENTS}.items():
        text = re.sub(
            rf"(<a:{name}>).*?(</a:{name}>)", rf'\1<a:srgbClr val="{known[token].upper()}"/>\2', text, flags=re.S
        )
    text = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", text)
    part._blob = text.encode()


def _masks(master: Any, dark: bool) -> None:
    """On dark ground the background is the theme's dark colour and the letters its light one."""
    found = master._element.find("{http://schemas.openxmlformats.org/presentationml/2006/main}clrMap")
    if dark:
        for name, colour in (("bg1", "dk1"), ("tx1", "lt1"), ("bg2", "dk2"), ("tx2", "lt2")):
            found.set(name, colour)


def _put(shape: Any, holder: Any, *, cover: bool) -> None:
    """Each placeholder in its place; those for date and footer go, their words stand in the slide."""
    kind = shape.placeholder_format.type
    if kind in (15, 16):  # footer, date
        shape._element.getparent().remove(shape._element)
        return
    area = {1: _TITLE, 3: _COVER_TITLE, 4: _COVER_SUBTITLE, 13: _NUMBER, 2: Area(MARGIN, 120, 880, 340)}.get(kind)
    if kind == 1 and cover:
        area = _COVER_TITLE
    if area is not None:
        shape.left, shape.top, shape.width, shape.height = (
            Emu(emu(value)) for value in (area.x, area.y, area.width, area.height)
        )
