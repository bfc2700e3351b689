"""The foot's last line: this view, to take along."""

from __future__ import annotations

from dash import html

from dashboard import queries, urls
from dashboard.components.attributes import attrs
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.view import MapView

#: The page's script for it: the address is the state, so the link follows the address.
ASSETS = ("take.js",)


def withheld(build: Build, indicator: Row) -> bool:
    """Whether a licence lets us show these figures but not hand them on."""
    return any(not queries.sources(build)[name]["redistribute"] for name in indicator["sources"])


def map_take(shown: MapView) -> html.P:
    """The line of the map page."""
    forms = [("CSV", urls.map_url(shown.lang, shown.state, "csv"))]
    return take(shown.words, shown.build, shown.indicator, forms)


def take(t: Words, build: Build, indicator: Row, forms: list[tuple[str, str]]) -> html.P:
    """Links to the same view in other forms: (CSV, address); none where the licence keeps the figures here."""
    if withheld(build, indicator):
        return html.P(t("Shown only: the licence does not let us hand these figures on."), className="take")
    links: list[html.A | str] = []
    for form, href in forms:
        links += [" · " if links else " ", html.A(form, href=href, download="", **attrs(data_take=form.lower()))]
    return html.P([html.B(t("Take along:")), *links], className="take")
