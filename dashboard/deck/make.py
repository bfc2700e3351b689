"""A deck as the bytes of a .pptx file."""

from __future__ import annotations

import io
from datetime import datetime, time

from dashboard.deck import page, template
from dashboard.deck.colours import colours
from dashboard.deck.model import Deck, Look
from dashboard.deck.shapes import EMU, clean
from dashboard.i18n import words


def pptx(deck: Deck, look: Look) -> bytes:
    """The file."""
    presentation = template.opened(look.template, dark=look.dark)
    dark = template.dark_ground(presentation) if look.template else look.dark
    wide, high = presentation.slide_width / EMU, presentation.slide_height / EMU
    sheet = page.Sheet(deck, look, colours(dark), wide, high)
    for place, slide in enumerate(deck.slides, 1):
        page.add(presentation, sheet, slide, place)
    about = presentation.core_properties
    about.title, about.author = clean(deck.title)[:250], words(deck.lang)("Regional AI Atlas")
    about.subject, about.language = deck.build, deck.lang
    about.last_modified_by, about.keywords = about.author, ""
    if deck.day:
        about.created = about.modified = datetime.combine(deck.day, time())
    file = io.BytesIO()
    presentation.save(file)
    return file.getvalue()
