"""A keynote on the whole screen: a tray's slides, or a prepared deck's, one at a time; offline once it is loaded."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.deck import html as drawn
from dashboard.deck.model import Deck
from dashboard.deck.of import builders, prepared
from dashboard.firstpaint import Kept
from dashboard.pages import Request
from dashboard.programmes import today

PATH = "keynote/present"
LISTED = False
ASSETS = ("map.css", "compare.css", "present.css", "present.js")


def state(_request: Request) -> str:
    """What a drawn page holds for: the day, which decides what is overdue."""
    return today().isoformat()


def read(request: Request) -> Deck:
    """The deck: of `deck=<page>/<item>`, else of the tray; kept while it is asked for.

    Raises NotFoundError for a deck that there is not, and what the deck's page raises.
    """
    asked = str(request.query.get("deck", ""))[:400]
    if asked:
        page, _, item = asked.partition("/")
        item = item.replace(" ", "+")
        if not item or not prepared(page, item):
            raise urls.NotFoundError(asked)
        key = ("present", request.lang, page, item, today())
        found: Deck = request.build.recent(key, partial(_prepared, request, page, item))
        return found
    made: Deck = builders()["keynote"].deck(request)
    return made


def _prepared(request: Request, page: str, item: str) -> Deck:
    try:
        made: Deck = builders()[page].deck(replace(request, item=item, query={}))
    except urls.MovedError as moved:
        item = moved.address.partition("?")[0].split("/", 3)[-1]
        raise urls.MovedError(urls.keynote(request.lang, (), {"deck": f"{page}/{item}"}, "present")) from None
    return made


def title(request: Request) -> str:
    """The deck's title."""
    return read(request).title


def description(request: Request) -> str:
    """For search engines."""
    return request.words("{title}: {n} slides", title=read(request).title, n=len(read(request).slides))


def layout(request: Request) -> list[Component]:
    """The slides, the way through them, and back."""
    t, deck = request.words, read(request)
    asked = str(request.query.get("deck", ""))
    page, _, item = asked.partition("/")
    back = urls.view_url(t.lang, page, item.replace(" ", "+")) if asked else deck.slides[0].path
    keys = t("Arrow keys, space or a swipe turn the pages; N shows the notes, F fills the screen, Escape leads back.")
    bar = html.Nav(
        [
            html.A(t("Back"), href=back, id="p-back"),
            html.Button(
                "←", type="button", id="p-before", title=t("Slide before"), **attrs(aria_label=t("Slide before"))
            ),
            html.Span(id="p-place"),
            html.Button("→", type="button", id="p-next", title=t("Next slide"), **attrs(aria_label=t("Next slide"))),
            html.Button(t("Notes"), type="button", id="p-notes", **attrs(aria_pressed="false")),
            html.Button(t("Full screen"), type="button", id="p-full"),
            html.Small(keys),
        ],
        className="p-bar",
        **attrs(aria_label=t("Slides")),
    )
    said = html.P(id="p-said", className="unseen", role="status", **attrs(data_said=t("Slide {n} of {of}: {title}")))
    return [
        Kept(
            id="present",
            className="present",
            children=[html.H1(deck.title, className="unseen"), said, *drawn.slides(deck), bar],
            **attrs(data_theme=str(request.query.get("theme", ""))),
        )
    ]
