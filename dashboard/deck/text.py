"""Texts on a slide: boxes whose letters are as large as there is room for, each run in its language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from dashboard.deck import measure
from dashboard.deck.shapes import Area, clean, colour, element, emu

#: Language → what PowerPoint calls it, which decides spelling and hyphens.
TONGUES: Final = {"de": "de-DE", "fr": "fr-FR", "en": "en-GB"}


@dataclass(frozen=True)
class Style:
    """size in points; ink: hex digits or a word of the theme. point: with a mark before each paragraph.

    between: points between paragraphs. align: l, ctr, r. anchor: t, ctr, b.
    """

    size: float
    bold: bool = False
    ink: str = "tx1"
    point: bool = False
    between: float = 0.0
    align: str = "l"
    anchor: str = "t"


def rightward(text: str) -> bool:
    """Whether a text runs from right to left: by its first letter that has a direction."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def paragraph(text: str, style: Style, lang: str, link: str = "") -> str:
    """One paragraph as markup."""
    indent = f' marL="{emu(style.size * 0.9)}" indent="-{emu(style.size * 0.9)}"' if style.point else ""
    right = ' rtl="1"' if rightward(text) else ""
    align = "r" if right and style.align == "l" else style.align
    mark = '<a:buFont typeface="Arial"/><a:buChar char="•"/>' if style.point else "<a:buNone/>"
    space = f'<a:spcAft><a:spcPts val="{round(style.between * 100)}"/></a:spcAft>' if style.between else ""
    return f'<a:p><a:pPr algn="{align}"{indent}{right}>{space}{mark}</a:pPr>{run(text, style, lang, link)}</a:p>'


def run(text: str, style: Style, lang: str, link: str = "") -> str:
    """A run of letters as markup."""
    click = f'<a:hlinkClick r:id="{link}"/>' if link else ""
    bold = ' b="1"' if style.bold else ' b="0"'
    look = f'lang="{TONGUES.get(lang, lang)}" sz="{round(style.size * 100)}"{bold}'
    kept = escape(clean(re.sub(r"\s*\n\s*", " ", text)))
    return f"<a:r><a:rPr {look}><a:solidFill>{colour(style.ink)}</a:solidFill>{click}</a:rPr><a:t>{kept}</a:t></a:r>"


def body(paragraphs: Sequence[str], style: Style, lang: str, tag: str = "p:txBody", link: str = "") -> str:
    """A text body without margins."""
    inner = "".join(paragraph(text, style, lang, link) for text in paragraphs) or "<a:p/>"
    return (
        f'<{tag}><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{style.anchor}"><a:noAutofit/>'
        f"</a:bodyPr><a:lstStyle/>{inner}</{tag}>"
    )


def box(name: str, area: Area, paragraphs: Sequence[str], style: Style, lang: str, *, link: str = "") -> Any:
    """A text box, as it is; `fitted` sees to it that its text has room."""
    return element(markup(name, area, paragraphs, style, lang, link=link))


def markup(name: str, area: Area, paragraphs: Sequence[str], style: Style, lang: str, *, link: str = "") -> str:
    """The same as markup, to stand in a group."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name={quoteattr(clean(name))}/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{emu(area.x)}" y="{emu(area.y)}"/><a:ext cx="{emu(area.width)}" '
        f'cy="{emu(area.height)}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
        f"{body(paragraphs, style, lang, link=link)}</p:sp>"
    )


def fitted(paragraphs: Sequence[str], area: Area, style: Style, least: float) -> tuple[list[str], Style]:
    """The paragraphs with the largest size up to the style's at which all fit; at `least` the last ones are cut."""
    texts = [text for text in paragraphs if text]
    size = style.size
    while size > least and _height(texts, area.width, size, style) > area.height:
        size -= 0.5
    style = Style(size, style.bold, style.ink, style.point, style.between, style.align, style.anchor)
    while len(texts) > 1 and _height(texts, area.width, size, style) > area.height:
        texts.pop()
    if texts and _height(texts, area.width, size, style) > area.height:
        room = area.width - (size * 0.9 if style.point else 0)
        texts = [measure.cut(texts[0], room, area.height, size, bold=style.bold)]
    return texts, style


def _height(texts: list[str], width: float, size: float, style: Style) -> float:
    room = width - (size * 0.9 if style.point else 0)
    return measure.height(texts, room, size, bold=style.bold, between=style.between)
