"""The box in which a reader finds a place. A form that works without scripts; assets/find.js makes it a combobox."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from dash import html

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.lookup import LONGEST

#: What a page needs that has the box.
ASSETS = ("find.css", "find.js")


def find(t: Words, build: str, *, to: str, text: str = "", kept: Iterable[tuple[str, str]] = ()) -> html.Form:
    """The box. build: the id of the page's build. kept: parameters that the page of results shall pass on.

    to: the address a choice leads to, with {code} in the region's place; a page's own script may take the choice
    instead (event `atlas:find` of the form, as assets/findmap.js does). The box stands inside a `Kept`.
    """
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in kept if value
    )
    return html.Form(
        [
            html.Label(t("Find a place"), htmlFor="find-text", id="find-label"),
            Raw(
                f'<input id="find-text" name="q" type="search" value="{escape(text)}" maxlength="{LONGEST}" '
                f'autocomplete="off" spellcheck="false" placeholder="{escape(t("Region, city or code"))}">{hidden}'
            ),
            html.Button(t("Find"), type="submit"),
            html.Ul(id="find-list", hidden=True, role="listbox", **attrs(aria_labelledby="find-label")),
            html.P(id="find-said", role="status", className="unseen"),
        ],
        id="find",
        className="find",
        role="search",
        action=urls.page(t.lang, "find"),
        method="get",
        **attrs(
            data_places=urls.places_url(t.lang, build),
            data_to=to,
            data_none=t("Nothing found."),
            data_around=t("{indicator}: no figures for {place}. Picked: {region}."),
        ),
    )
