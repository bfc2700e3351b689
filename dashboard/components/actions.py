"""The row at the foot of every page: what can be done with the view on screen besides reading it.

Each page says what its view is (`Viewed`); the address of the view with another ending is the same view as a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard import queries, titles, urls
from dashboard.components.attributes import attrs
from dashboard.components.cite import cite
from dashboard.components.copied import ASSETS as COPIED
from dashboard.components.embed_snippet import snippet
from dashboard.components.keynote_link import ASSETS as KEYNOTE
from dashboard.components.keynote_link import keynote
from dashboard.components.picture_links import picture
from dashboard.exports.csv import WORKBOOK
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.view import MapView

#: What a page with the row needs. Where the address is the state (the map), take.js lets the links follow it.
ASSETS: Final = ("actions.css", "take.js", *COPIED, *KEYNOTE)
#: The forms of a page with a function `csv(request)`: of any table, and of figures by region and period.
TABLE: Final = ("csv", "xlsx", "parquet", "zip")
CUBE: Final = ("csv", "xlsx", "parquet", "json", "zip")


def indicator_forms(build: Build, indicator: Row) -> tuple[str, ...]:
    """The forms of a whole indicator: no workbook of one that is too long for it."""
    rows = sum(
        row["observed"] + row["missing"] for row in queries.coverage(build) if row["indicator"] == indicator["id"]
    )
    return tuple(form for form in CUBE if form != "xlsx" or rows <= WORKBOOK)


@dataclass(frozen=True)
class Viewed:
    """What a page shows, enough to write its address again: its PATH, its item, its parameters, and its title."""

    page: str
    item: str
    query: Mapping[str, str] = field(default_factory=dict)
    title: str = ""

    def address(self, lang: str, form: str = "") -> str:
        """The address of the view; with a form that of the file."""
        return urls.view_url(lang, self.page, self.item, self.query, form)


def said(t: Words) -> dict[str, tuple[str, str]]:
    """Form → its name and what it is good for. A form is an ending of addresses."""
    return {
        "csv": ("CSV", t("plain table that every program opens")),
        "xlsx": ("XLSX", t("for Excel and LibreOffice, with sheets for sources and notes")),
        "parquet": ("Parquet", t("typed columns for data tools")),
        "json": ("JSON-stat", t("statistical cube for data tools")),
        "zip": ("ZIP", t("data package with description, sources and licence")),
    }


def actions(
    t: Words,
    build: Build,
    view: Viewed,
    forms: Sequence[str] = (),
    refusal: str = "",
    *,
    more: Sequence[tuple[str, Viewed, Sequence[str]]] = (),
    travels: bool = False,
) -> html.Div:
    """The row. forms: endings under which the view can be had, in the order of `said`.

    refusal: the sentence that stands in place of the forms where a licence keeps the figures here.
    more: further views that fit: what each is, the view, its forms (the whole indicator beside one map of it).
    travels: goes to the map's script, which knows address and title, and keeps the links that follow them.
    """
    said_here = Viewed(view.page, view.item) if travels else view
    parts: list[Component | None] = [
        html.P(refusal, className="refusal") if refusal else _take(t, said_here, forms, more),
        None if travels else picture(t, view, hidden=bool(refusal)),
        None if travels else _slide(t, view),
        *_pass_on(t, build, said_here, view.query.get("indicator", view.item)),
    ]
    return html.Div([part for part in parts if part is not None], className="actions", **attrs(data_build=build.id))


def _pass_on(t: Words, build: Build, view: Viewed, indicator: str) -> list[Component | None]:
    """To cite the view, and to show it on another site."""
    about = {"page": view.page, "address": view.address(t.lang), "title": view.title}
    return [cite(t, build, **about, indicator=indicator), snippet(t, build, **about)]


def _slide(t: Words, view: Viewed) -> Component | None:
    """To put the view on a slide."""
    return keynote(t, view.page, view.item, view.address(t.lang))


def _take(
    t: Words, view: Viewed, forms: Sequence[str], more: Sequence[tuple[str, Viewed, Sequence[str]]]
) -> html.Details | None:
    """The forms, each as a link with a word on what it is."""
    if not forms:
        return None
    known = said(t)
    items = []
    for form in forms:
        name, what = known[form]
        link = html.A(name, href=view.address(t.lang, form), download="", **attrs(data_take=form))
        items.append(html.Li([link, " ", html.Small(what)]))
    further = [html.P([f"{what} ", *_links(t, other, has)]) for what, other, has in more]
    return html.Details([html.Summary(t("Take along")), html.Ul(items), *further], className="take")


def _links(t: Words, view: Viewed, forms: Sequence[str]) -> list[html.A | str]:
    """A view in its forms, in one line."""
    found: list[html.A | str] = []
    for form in forms:
        link = html.A(said(t)[form][0], href=view.address(t.lang, form), download="")
        found += [" · ", link] if found else [link]
    return found


def kept(t: Words) -> str:
    """The sentence where a licence lets us show figures but not hand them on."""
    return t("Shown only: the licence does not let us hand these figures on.")


def map_actions(shown: MapView, *, travels: bool = False) -> html.Div:
    """The row of the map page."""
    t, build, state = shown.words, shown.build, shown.state
    view = Viewed("map", "", dict(urls.parameters(state)), titles.named(shown))
    refusal = kept(t) if queries.withheld(build, shown.indicator) else ""
    known = shown.indicator
    whole = t("The whole indicator, all levels and periods:")
    every = (whole, Viewed("indicator", known["id"], {}, known["title"]), indicator_forms(build, known))
    return actions(t, build, view, CUBE, refusal, more=[every], travels=travels)
