"""In the row at the foot of a page: its view as a picture, in each form, shape and dress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dash import html

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.i18n import Words

if TYPE_CHECKING:
    from dashboard.components.actions import Viewed

#: The pages with a function `picture(request)` (docs/exports.md).
PAGES: Final = ("map", "hub", "region", "compare", "indicator")
FORMS: Final = ("png", "svg", "pdf")


def picture(t: Words, view: Viewed, *, hidden: bool = False) -> html.Details | None:
    """The forms, each with what it is good for and with its variants; nothing where the page has no picture.

    hidden: where a licence keeps the figures here; the map's script shows it again for another indicator.
    """
    if view.page not in PAGES:
        return None
    what = {
        "png": ("PNG", t("image for web pages and documents")),
        "svg": ("SVG", t("vector drawing for print and for editing")),
        "pdf": ("PDF", t("one page, vectors, tagged for screen readers")),
    }
    items = []
    for form in FORMS:
        name, purpose = what[form]
        more = [part for label, change in _variants(t, form) for part in (" · ", _link(t, view, form, label, change))]
        items.append(html.Li([_link(t, view, form, name, {}), " ", html.Small(purpose), html.Span(more)]))
    inner = [html.Summary(t("As a picture")), html.Ul(items)]
    return html.Details(inner, className="take pictures", hidden=hidden or None)


def _variants(t: Words, form: str) -> list[tuple[str, dict[str, str]]]:
    """(label, what it changes in the address)."""
    found = [(t("square"), {"size": "square"}), (t("dark"), {"theme": "dark"})]
    if form == "pdf":
        return found
    found.append((t("without ground"), {"ground": "none"}))
    return [*found, (t("twice as fine"), {"x": "2"})] if form == "png" else found


def _link(t: Words, view: Viewed, form: str, label: str, change: dict[str, str]) -> html.A:
    address = urls.view_url(t.lang, view.page, view.item, {**view.query, **change}, form)
    more = "&".join(f"{name}={value}" for name, value in change.items())
    return html.A(label, href=address, download="", **attrs(data_take=form, data_more=more or None))
