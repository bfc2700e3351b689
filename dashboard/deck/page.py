"""One slide as a page of a presentation: where everything stands, in the order in which it is read."""

from __future__ import annotations

import gc
import io
from dataclasses import dataclass, replace
from typing import Any, Final

import segno
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.parts.slide import SlidePart
from pptx.util import Emu

from dashboard import urls
from dashboard.deck import draw_chart, draw_map, draw_table, measure, template
from dashboard.deck import text as texts
from dashboard.deck.model import Bars, Block, Cards, Colours, Deck, Lines, Look, Map, Slide, Table
from dashboard.deck.shapes import Area, Onto, Paint, clean, element, emu, freeform, group, preset, shape
from dashboard.deck.text import Style, box
from dashboard.i18n import Words, words

#: Width of a legend beside its map, and of what stands beside the main part, as a share.
_LEGEND: Final = 186.0
_SIDE: Final = 0.36
_GAP: Final = 22.0
_CARDS: Final = 112.0
_QR: Final = 68.0
#: Bytes of a slide from which on its tree is not left to the next collection.
_HEAVY: Final = 500_000
#: Letters of sources: smaller ones are not read from a slide.
_SMALL: Final = 7.5


@dataclass(frozen=True)
class Sheet:
    """What all slides of a deck share. wide, high: of a slide, in points."""

    deck: Deck
    look: Look
    tones: Colours
    wide: float
    high: float

    @property
    def t(self) -> Words:
        """The deck's language."""
        return words(self.deck.lang)

    def area(self, x: float, y: float, width: float, height: float) -> Area:
        """A place on a slide of ours, on this one."""
        across, down = self.wide / template.WIDTH, self.high / template.HEIGHT
        return Area(x * across, y * down, width * across, height * down)

    def address(self, slide: Slide) -> str:
        """Of the frozen view, with its host."""
        return self.look.host + urls.frozen(slide.path, self.deck.build)


def add(presentation: Any, sheet: Sheet, slide: Slide, place: int) -> None:
    """Put a slide at the end of a presentation."""
    kind = "cover" if slide.kind == "cover" else "content"
    made = presentation.slides.add_slide(template.layout_of(presentation, kind))
    title = made.shapes.title
    bottom = _title(made, sheet, slide, title)
    _tidy(made, title)
    if kind == "cover":
        _cover(made, sheet, slide, bottom)
    else:
        _content(made, sheet, slide, bottom)
    _logo(made, sheet, kind)
    _foot(made, sheet, slide, place)
    _notes(made, sheet, slide)
    for number, each in enumerate(made.shapes._spTree.iter("{*}cNvPr"), 1):
        each.set("id", str(number))
    seal(made.part)


class _Sealed(SlidePart):
    """A slide that is done: its bytes in place of its tree, which takes forty times the room."""

    _done: bytes

    @property  # type: ignore[misc]
    def blob(self) -> bytes:
        """What goes into the file."""
        return self._done


def seal(part: Any) -> None:
    """Keep a slide as bytes from now on."""
    part._done = part.blob
    vars(part).pop("slide", None)  # python-pptx remembers the tree there, too
    part.__class__, part._element = _Sealed, None
    if len(part._done) > _HEAVY:
        gc.collect()  # its shapes know each other in circles


def _put(made: Any, *elements: Any) -> None:
    for each in elements:
        made.shapes._spTree.append(each)


def _title(made: Any, sheet: Sheet, slide: Slide, title: Any) -> float:
    """The title in its placeholder, as large as it fits; the height below which there is room."""
    own = Area(*(value / emu(1) for value in (title.left, title.top, title.width, title.height)))
    if slide.kind != "cover" and (own.y > sheet.high * 0.3 or own.height > sheet.high * 0.4):
        own = sheet.area(template.MARGIN, 22, template.WIDTH - 2 * template.MARGIN, 66)  # a template with other ideas
    if sheet.look.logo and slide.kind != "cover":
        own = replace(own, width=own.width - 130)
    title.left, title.top, title.width, title.height = (
        Emu(emu(value)) for value in (own.x, own.y, own.width, own.height)
    )
    largest = 38 if slide.kind == "cover" else 26
    size, text = measure.fit(clean(slide.title), own.width, own.height, largest=largest, least=15, bold=True)
    anchor = "b"
    old = title._element.find("{http://schemas.openxmlformats.org/presentationml/2006/main}txBody")
    style = Style(size, bold=True, anchor=anchor)
    old.getparent().replace(old, element(texts.body([text], style, sheet.deck.lang)))
    return own.bottom


def _tidy(made: Any, title: Any) -> None:
    """Without the layout's other places: an empty one would say "click to add text"."""
    for holder in list(made.placeholders):
        if holder._element is not title._element:
            holder._element.getparent().remove(holder._element)


def _cover(made: Any, sheet: Sheet, slide: Slide, bottom: float) -> None:
    """What the deck is, whose, of when; beside it where it is about."""
    room = Area(made.shapes.title.left / emu(1), bottom + 14, made.shapes.title.width / emu(1), 110)
    lines, style = texts.fitted([slide.subtitle], replace(room, height=50), Style(18, ink="tx2"), 11)
    _put(made, box(sheet.t("Subtitle"), replace(room, height=50), lines, style, sheet.deck.lang))
    brand = [sheet.t("Regional AI Atlas")] + ([sheet.t("Internal")] if sheet.deck.internal else [])
    place = sheet.area(template.MARGIN, 40, 500, 24)
    _put(made, box(brand[0], place, [" · ".join(brand)], Style(15, bold=True, ink="accent1"), sheet.deck.lang))
    if isinstance(slide.main, Map):
        _block(made, sheet, slide.main, sheet.area(600, 70, 320, 390))


def _content(made: Any, sheet: Sheet, slide: Slide, bottom: float) -> None:
    """Subtitle, what the slide shows, the caveat."""
    left, width = template.MARGIN, template.WIDTH - 2 * template.MARGIN
    top = bottom + 2
    if slide.subtitle:
        room = sheet.area(left, 0, width, 0)
        room = Area(room.x, top, room.width, 22)
        lines, style = texts.fitted([slide.subtitle], room, Style(14, ink="tx2", anchor="t"), 9)
        _put(made, box(sheet.t("Subtitle"), room, lines, style, sheet.deck.lang))
    frame = sheet.area(left, 118, width, 334)
    area = Area(frame.x, max(frame.y, top + 26), frame.width, frame.bottom - max(frame.y, top + 26))
    if slide.withheld:
        room = replace(area, height=90)
        lines, style = texts.fitted([slide.withheld], room, Style(20), 12)
        _put(made, box(sheet.t("Note"), room, lines, style, sheet.deck.lang))
        return
    if slide.top is not None:
        high = _CARDS if isinstance(slide.top, Cards) else 60
        _block(made, sheet, slide.top, replace(area, height=high))
        area = Area(area.x, area.y + high + 14, area.width, area.height - high - 14)
    if slide.main is not None and slide.side is not None:
        side = area.width * _SIDE
        _block(made, sheet, slide.main, replace(area, width=area.width - side - _GAP))
        _block(made, sheet, slide.side, Area(area.right - side, area.y, side, area.height))
    elif slide.main is not None:
        _block(made, sheet, slide.main, area)
    if slide.caveat:
        room = sheet.area(left, 456, 790, 28)
        lines, style = texts.fitted([slide.caveat], room, Style(11, ink="accent1", anchor="b"), 8)
        _put(made, box(sheet.t("What to keep in mind"), room, lines, style, sheet.deck.lang))


def _block(made: Any, sheet: Sheet, block: Block, area: Area) -> None:
    """One part of a slide."""
    if isinstance(block, Map):
        _map(made, sheet, block, area)
    elif isinstance(block, Lines):
        frame = draw_chart.lines(made, block, _above(area, block.notes), sheet.tones, sheet.t("{name} (from {period})"))
        _said(frame, block.text)
        if block.notes:
            room = Area(area.x, area.bottom - 26, area.width, 26)
            lines, style = texts.fitted([" · ".join(block.notes)], room, Style(9.5, ink="tx2", anchor="b"), 7)
            _put(made, box(sheet.t("Note"), room, lines, style, sheet.deck.lang))
    elif isinstance(block, Bars):
        _said(draw_chart.bars(made, block, area, sheet.tones), block.text)
    elif isinstance(block, Table):
        _said(draw_table.draw(made, block, area, sheet.deck.lang), block.text)
    elif isinstance(block, Cards):
        _cards(made, sheet, block, area)
    else:
        points = block.points and len(block.paragraphs) > 1
        style = Style(17, point=points, between=7)
        lines, style = texts.fitted(block.paragraphs, area, style, 9)
        _put(made, box(lines[0][:40] if lines else "—", area, lines, style, sheet.deck.lang))


def _above(area: Area, notes: tuple[str, ...]) -> Area:
    return replace(area, height=area.height - 30) if notes else area


def _said(frame: Any, text: str) -> None:
    """The words for who cannot see a chart or table."""
    found = frame._element.find(".//{http://schemas.openxmlformats.org/presentationml/2006/main}cNvPr")
    found.set("descr", clean(text))
    found.set("name", clean(text.partition(".")[0][:60]) or found.get("name"))


def _map(made: Any, sheet: Sheet, block: Map, area: Area) -> None:
    wide = _LEGEND if block.legend is not None else 0.0
    room = replace(area, width=area.width - wide - (_GAP if wide else 0))
    _put(made, draw_map.draw(block, room, sheet.tones, clean(block.scene.title or sheet.t("Map"))))
    _put(made, *draw_map.frame_names(block, room, sheet.tones, sheet.deck.lang))
    _put(made, *draw_map.spot_names(block, room, sheet.deck.lang))
    if wide:
        scale = draw_map.placed(block.scene.view, room).scale
        beside = Area(area.right - wide, area.y, wide, area.height)
        _put(made, *draw_map.legend(block, beside, sheet.tones, sheet.deck.lang, scale))


def _cards(made: Any, sheet: Sheet, block: Cards, area: Area) -> None:
    """Each value as one group of texts."""
    count = len(block.cards)
    width = (area.width - _GAP * (count - 1)) / max(count, 1)
    for place, card in enumerate(block.cards):
        room = Area(area.x + place * (width + _GAP), area.y, width, area.height)
        parts = [shape("—", "", replace(room, height=1.5), preset("rect"), Paint("accent1"))]
        for text, part, style, least in (
            (card.title, room.part(0, 6, width, 28), Style(11, ink="tx2", anchor="t"), 8),
            (card.value, room.part(0, 34, width, 32), Style(25, bold=True, anchor="ctr"), 11),
            (" · ".join(card.facts), room.part(0, 69, width, area.height - 69), Style(11, ink="tx2"), 7),
        ):
            lines, fine = texts.fitted([text], part, style, least)
            parts.append(texts.markup(text[:40], part, lines, fine, sheet.deck.lang))
        said = f"{card.title}: {card.value}. {', '.join(card.facts)}"
        _put(made, group(card.title, said, room, parts))


# ── Around ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _logo(made: Any, sheet: Sheet, kind: str) -> None:
    if not sheet.look.logo:
        return
    picture = made.shapes.add_picture(io.BytesIO(sheet.look.logo), 0, 0)
    high = 64.0 if kind == "cover" else 34.0
    room = sheet.area(template.WIDTH - template.MARGIN - (190 if kind == "cover" else 116), 24, 0, 0)
    most = (190.0 if kind == "cover" else 116.0) * sheet.wide / template.WIDTH
    scale = min(most / picture.width, high / picture.height)
    picture.width, picture.height = Emu(emu(picture.width * scale)), Emu(emu(picture.height * scale))
    picture.left, picture.top = Emu(emu(room.x + most) - picture.width), Emu(emu(room.y))
    found = picture._element.find(".//{http://schemas.openxmlformats.org/presentationml/2006/main}cNvPr")
    found.set("name", "Logo")
    found.set("descr", "Logo")


def _foot(made: Any, sheet: Sheet, slide: Slide, place: int) -> None:
    """Sources with licences, the day, the way to the view: in words, as a link and as a QR code."""
    t, address = sheet.t, sheet.address(slide)
    link = made.part.relate_to(address, RT.HYPERLINK, is_external=True)
    _put(made, draw_map.line(sheet.area(template.MARGIN, 486, 806, 0), "bg2"))
    room = sheet.area(template.MARGIN, 489, 806, 25)
    lines, style = texts.fitted([_sources(t, slide.sources, room)], room, Style(8.5, ink="tx2"), 6)
    if lines:
        _put(made, box(t("Sources"), room, lines, style, sheet.deck.lang))
    room = sheet.area(template.MARGIN, 515, 760, 14)
    day = (
        t("As of {day} · data build {build}", day=t.day(sheet.deck.day), build=sheet.deck.build)
        if sheet.deck.day
        else ""
    )
    shown = sheet.look.host.partition("://")[2] + slide.path.partition("?")[0]
    text = " · ".join(part for part in (t("Regional AI Atlas"), day, shown) if part)
    lines, style = texts.fitted([text], room, Style(8.5, ink="tx2", anchor="b"), 6)
    _put(made, box(t("This view on the atlas"), room, lines, style, sheet.deck.lang, link=link))
    _put(made, _number(sheet, place))
    _put(made, qr(address, sheet.area(template.WIDTH - template.MARGIN - _QR, 532 - _QR, _QR, _QR), t, link))


def _sources(t: Words, sources: tuple[str, ...], room: Area) -> str:
    """The sources as far as they can be read on the slide; the notes have all. The last, whose the map is, stays."""
    for out in range(len(sources)):
        kept = [*sources[: len(sources) - 1 - out], *([t("{n} more in the notes", n=out)] if out else []), sources[-1]]
        text = t("{what}: {n}", what=t("Sources"), n=" · ".join(kept))
        if measure.height([text], room.width, _SMALL) <= room.height:
            return text
    return t("{what}: {n}", what=t("Sources"), n=sources[-1]) if sources else ""


def _number(sheet: Sheet, place: int) -> Any:
    """The slide's number, as a field that PowerPoint keeps right."""
    room = sheet.area(template.WIDTH - template.MARGIN - _QR - 48, 515, 38, 14)
    style = Style(9, ink="tx2", align="r", anchor="b")
    made = element(texts.markup(sheet.t("Slide number"), room, ["‹#›"], style, sheet.deck.lang))
    space = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    run = made.find(f".//{space}r")
    run.tag = f"{space}fld"
    run.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    run.set("type", "slidenum")
    run.find(f"{space}t").text = str(place)
    return made


def qr(address: str, area: Area, t: Words, link: str) -> Any:
    """A QR code as one freeform on white, which leads where it points to."""
    code = segno.make(address, error="m", boost_error=False, micro=False)
    rows = [bytes(row) for row in code.matrix]
    size = len(rows)
    squares = []
    for y, row in enumerate(rows):
        x = 0
        while x < size:
            start = x
            while x < size and row[x]:
                x += 1
            if x > start:
                squares.append(((start, y), (x, y), (x, y + 1), (start, y + 1)))
            x += 1
    side = min(area.width, area.height)
    room = Area(area.right - side, area.y, side, side)
    module = side / (size + 8)
    onto = Onto(-4, -4, room.x, room.y, module)
    said = t("QR code: this view as it was, {address}", address=address)
    return group(
        t("QR code"),
        said,
        room,
        [
            shape(t("QR code"), said, room, preset("rect"), Paint("ffffff"), link=link),
            freeform(t("QR code"), said, squares, onto, Paint("000000"), closed=True),
        ],
    )


def _notes(made: Any, sheet: Sheet, slide: Slide) -> None:
    """What to say: the whole title, the figures in words, caveat and sources."""
    said = [
        slide.title,
        slide.subtitle,
        *slide.notes,
        slide.withheld,
        slide.caveat,
        *slide.sources,
        sheet.address(slide),
    ]
    frame = made.notes_slide.notes_text_frame
    frame.text = "\n".join(clean(text.replace("\n", " ")) for text in said if text)
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run._r.get_or_add_rPr().set("lang", texts.TONGUES.get(sheet.deck.lang, sheet.deck.lang))
