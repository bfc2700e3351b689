"""What a page's row of actions offers for presentations: the view into the tray, and the prepared deck."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.deck.of import builders, prepared
from dashboard.i18n import Words

#: The script that remembers the tray and keeps the link on the view on screen; and the look of its answer.
ASSETS: Final = ("keynote.css", "keynote.js")


def keynote(t: Words, page: str, item: str, address: str) -> Component | None:
    """The links; None for a page that becomes no slide. address: of the view, with its language."""
    if not hasattr(builders().get(page), "slides"):
        return None
    view = urls.inner(address, ())
    tray = urls.keynote(t.lang, ())
    add = html.A(
        t("Add to keynote"),
        href=urls.keynote(t.lang, [(view, "")]),
        **attrs(
            data_keynote=page,
            data_tray=tray,
            data_kept=t("Views in your tray: {n}"),
            data_added=t("Added. Views in your tray: {n}"),
            data_full=t("The tray is full: {n} views."),
        ),
    )
    parts: list[Component | str] = [add]
    if prepared(page, item):
        path = urls.view_url(t.lang, page, item)
        parts += [" · ", html.A(deck_name(t, page), href=urls.with_form(path, "pptx"), download="")]
        parts += [" · ", html.A(t("Present"), href=present(t, page, item))]
    return html.P([*parts, html.Span(role="status", className="keynote-said")], className="keynote-links")


def deck_name(t: Words, page: str) -> str:
    """What the prepared deck of a page is called."""
    return {
        "compare": t("Deck: cross-border (PPTX)"),
        "programme": t("Deck: programme (PPTX)"),
    }.get(page, t("Deck: status quo (PPTX)"))


def present(t: Words, page: str, item: str) -> str:
    """The address at which a prepared deck is shown."""
    return urls.keynote(t.lang, (), {"deck": f"{page}/{item}"}, "present")
