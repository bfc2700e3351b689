"""A table of PowerPoint: words in cells, a rule below the heads, letters as large as there is room for."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree
from pptx.util import Emu

from dashboard.deck import measure
from dashboard.deck.model import Table
from dashboard.deck.shapes import Area, element, emu
from dashboard.deck.text import Style, body

#: "No style, no grid": what is drawn, is drawn here.
_PLAIN: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
#: Around the words of a cell, in points.
_SIDE: Final = 4.0
_ABOVE: Final = 3.0
#: Figures are wider still than letters in the type that stands in for ours.
_FIGURES: Final = 1.06
LARGEST: Final = 16.0
LEAST: Final = 8.0


def draw(slide: Any, shown: Table, area: Area, lang: str) -> Any:
    """The table; rows that do not fit even in the smallest letters are left out (the builder keeps them few)."""
    widths = [share / sum(shown.widths) * area.width for share in shown.widths]
    rows = [shown.heads, *shown.rows]
    size = LARGEST
    while size > LEAST and (sum(heights(rows, widths, size)) > area.height or _torn(rows, widths, size)):
        size -= 0.5
    while len(rows) > 2 and sum(heights(rows, widths, size)) > area.height:
        rows.pop()
    high = heights(rows, widths, size)
    frame = slide.shapes.add_table(
        len(rows), len(shown.heads), *(Emu(emu(value)) for value in (area.x, area.y, area.width, sum(high)))
    )
    table = frame.table
    _style(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Emu(emu(width))
    for place, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        row.height = Emu(emu(high[place]))
        for column, text in enumerate(texts):
            bold = place == 0 or place - 1 in shown.marked
            align = "r" if column in shown.numbers else "l"
            ink = "tx2" if place == 0 else "tx1"
            style = Style(size - 1 if place == 0 else size, bold, ink, align=align, anchor="b" if place == 0 else "ctr")
            _cell(table.cell(place, column), text, style, lang, "tx2" if place == 0 else "bg2")
    return frame


def heights(rows: list[tuple[str, ...]], widths: list[float], size: float) -> list[float]:
    """The height of each row at a size."""
    return [
        max(
            measure.height([text or " "], width - 2 * _SIDE, size, bold=place == 0) + 2 * _ABOVE
            for text, width in zip(row, widths, strict=True)
        )
        for place, row in enumerate(rows)
    ]


def _torn(rows: list[tuple[str, ...]], widths: list[float], size: float) -> bool:
    """Whether a word is wider than its column."""
    return any(
        measure.width(word, bold=place == 0) * size * _FIGURES > width - 2 * _SIDE
        for place, row in enumerate(rows)
        for text, width in zip(row, widths, strict=True)
        for word in text.split()
    )


def _style(table: Any) -> None:
    properties = table._tbl.tblPr
    for name in list(properties.attrib):
        del properties.attrib[name]
    properties.set("firstRow", "1")
    for child in list(properties):
        properties.remove(child)
    style = etree.SubElement(properties, "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId")
    style.text = _PLAIN


def _cell(cell: Any, text: str, style: Style, lang: str, rule: str) -> None:
    made = cell._tc
    for child in list(made):
        made.remove(child)
    made.append(element(body([text], style, lang, tag="a:txBody")))
    side, above = emu(_SIDE), emu(_ABOVE)
    made.append(
        element(
            f'<a:tcPr marL="{side}" marR="{side}" marT="{above}" marB="{above}" anchor="{style.anchor}">'
            f'<a:lnB w="9525"><a:solidFill><a:schemeClr val="{rule}"/></a:solidFill></a:lnB><a:noFill/></a:tcPr>'
        )
    )
