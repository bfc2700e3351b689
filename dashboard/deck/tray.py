"""The tray of a keynote: the views in its address, each read and found or refused by itself.

The address is all there is: `?v=<view>&v=<view>&title.2=<own title>`. So a tray can be shared, and works without
scripts; with a script the browser remembers the last one besides (assets/keynote.js).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from dashboard import urls
from dashboard.deck.of import builders
from dashboard.i18n import Words
from dashboard.pages import Request, pages

#: Views of a tray, and letters of a title of the reader's own.
MOST: Final = 40
TITLE: Final = 500
_LOOKS: Final = ("", "light", "dark")


@dataclass(frozen=True)
class View:
    """One view: its address without language, the title it has by itself and the reader's own; the request for it."""

    address: str
    found: str
    own: str
    request: Request

    @property
    def title(self) -> str:
        """What its slide is called."""
        return self.own or self.found

    @property
    def page(self) -> str:
        """The PATH of its page."""
        return self.address.partition("?")[0].partition("/")[0]


@dataclass(frozen=True)
class Tray:
    """views: in their order. refused: (what was asked for, why it is no slide). name: of the deck. theme: its look."""

    views: tuple[View, ...]
    refused: tuple[tuple[str, str], ...] = ()
    name: str = ""
    theme: str = ""
    asof: str = ""

    @property
    def more(self) -> dict[str, str]:
        """The parameters besides the views."""
        return {"name": self.name, "theme": self.theme, urls.ASOF: self.asof}

    def address(self, lang: str, form: str = "") -> str:
        """Of this tray."""
        return urls.keynote(lang, [(view.address, view.own) for view in self.views], self.more, form)

    def moved(self, place: int, to: int) -> Tray:
        """With one view at another place."""
        views = list(self.views)
        views.insert(to, views.pop(place))
        return replace(self, views=tuple(views))

    def without(self, place: int) -> Tray:
        """Without one view."""
        return replace(self, views=self.views[:place] + self.views[place + 1 :])


def read(request: Request, hosts: Iterable[str] = ()) -> Tray:
    """The tray of an address. hosts: our own, for views given with one.

    Raises NotFoundError with status 400 for more than MOST views, and for a theme that there is not.
    """
    t, query = request.words, request.query
    asked = _all(query, "v")
    asked += [text for text in _all(query, "add") if text.strip()]
    if len(asked) > MOST:
        raise urls.NotFoundError(
            f"{len(asked)}",
            text=t("A deck has at most {most} slides; this tray has {n}.", most=MOST, n=len(asked)),
            links=((t("An empty tray"), urls.keynote(request.lang, ())),),
            status=400,
        )
    theme = str(query.get("theme", ""))
    urls.known(theme, _LOOKS)
    views: list[View] = []
    refused: list[tuple[str, str]] = []
    for place, text in enumerate(asked, 1):
        own = " ".join(str(query.get(f"title.{place}", "")).split())[:TITLE]
        try:
            views.append(_view(request, text[:2000], own, tuple(hosts)))
        except _RefusedError as error:
            refused.append((text[:80], str(error)))
    name = " ".join(str(query.get("name", "")).split())[:TITLE]
    return Tray(tuple(views), tuple(refused), name, theme, urls.asof(query))


class _RefusedError(Exception):
    """A view that becomes no slide; the message is a sentence."""


def _all(query: Mapping[str, str], name: str) -> list[str]:
    if hasattr(query, "getlist"):
        return [str(each) for each in query.getlist(name)]
    return [str(query[name])] if query.get(name) else []


def _view(request: Request, text: str, own: str, hosts: tuple[str, ...], again: bool = True) -> View:
    """One view; raises _RefusedError."""
    t = request.words
    try:
        address = urls.inner(text, hosts)
    except ValueError as error:
        raise _RefusedError(t("Only views of this atlas become slides, not of {host}.", host=str(error)[:80])) from None
    path, _, query = address.partition("?")
    name, _, item = path.partition("/")
    if not hasattr(builders().get(name), "slides"):
        said = t(
            "This page does not become a slide. Maps, regions, territories, comparisons, programmes, partnerships do."
        )
        raise _RefusedError(said)
    asked = replace(request, item=item, query=urls.read_query(query))
    try:
        if not item and getattr(pages()[name], "ITEM", False):
            raise urls.NotFoundError(path)
        found = str(pages()[name].title(asked))
        return View(address, found, own, asked)
    except urls.MovedError as moved:
        if again:
            return _view(request, moved.address, own, hosts, again=False)
        raise _RefusedError(t("There is nothing at this address: “{about}” is unknown.", about=path[:80])) from None
    except urls.NotFoundError as error:
        said = error.text or t("There is nothing at this address: “{about}” is unknown.", about=error.about)
        hint = " " + t("Did you mean “{hint}”?", hint=error.hint) if error.hint else ""
        raise _RefusedError(said + hint) from None


def label(t: Words, view: View) -> str:
    """What kind of view it is."""
    return {
        "map": t("Map"),
        "region": t("Region"),
        "hub": t("Territory"),
        "compare": t("Comparison"),
        "programme": t("Programme"),
        "indicator": t("Indicator"),
        "partnerships": t("Partnerships"),
    }.get(view.page, view.page)
