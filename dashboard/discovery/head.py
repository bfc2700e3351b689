"""What the head of a page says to search engines and to sites that preview a link.

One address is canonical for all forms of a view: without the choices that only change what is marked on it, without the
build it is frozen to, without what trackers add. A page with `LISTED = False` (a tray, a brief, a list of changes) is
for its reader: no search engine is asked to keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from dashboard import queries, urls
from dashboard.i18n import languages
from dashboard.pages import Request, pages

#: Page → the parameters that make another subject of it, not another look at the same.
SUBJECT: Final[Mapping[str, tuple[str, ...]]] = {"map": ("indicator",)}
#: Language → how Open Graph writes it.
LOCALES: Final = {"de": "de_DE", "fr": "fr_FR", "en": "en_GB"}
#: Pixels of the picture of a link (pictures/model.py, `wide`).
_WIDTH, _HEIGHT = 1600, 900
#: Characters that previews show of a title, a description and what a picture shows.
_TITLE, _TEXT, _ALT = 160, 300, 400


@dataclass(frozen=True)
class Page:
    """A page as it was asked for, and its words. base: the public address, '' where it is not known."""

    path: str
    query: str
    title: str
    description: str
    base: str


def markup(request: Request, page: Page, feeds: Iterable[tuple[str, str]], data: str = "") -> str:
    """Links and meta elements of a page. feeds: (address, title) of those that fit; data: what jsonld.py makes."""
    base, canonical = page.base, canonical_of(request, page.path)
    parts = [f'<link rel="canonical" href="{escape(base + canonical)}">', *_languages(canonical, base)]
    parts += [
        f'<link rel="alternate" type="application/atom+xml" title="{escape(name)}" href="{escape(base + address)}">'
        for address, name in feeds
    ]
    if not listed(page_of(page.path)) or request.frozen:
        parts.append('<meta name="robots" content="noindex, follow">')
    return "".join([*parts, *_preview(request, page, canonical), data])


def page_of(path: str) -> str:
    """The PATH of the page that an address without form belongs to."""
    rest = path.strip("/").partition("/")[2]
    return max((name for name in pages() if rest == name or rest.startswith(f"{name}/")), key=len, default="")


def listed(name: str) -> bool:
    """Whether search engines are asked to keep a page."""
    return bool(getattr(pages().get(name), "LISTED", True))


def canonical_of(request: Request, path: str) -> str:
    """The one address of what a page shows, without host."""
    name = page_of(path)
    kept = [(key, request.query.get(key, "")) for key in SUBJECT.get(name, ())]
    first = next(iter(queries.indicators(request.build, request.lang)), "")
    return urls.with_query(path, [(key, value) for key, value in kept if value and value != first])


def _languages(canonical: str, base: str) -> list[str]:
    """The same in every language; who has none of them gets English, on the map the server's choice."""
    path, _, query = canonical.partition("?")
    known = {lang: urls.switch_language(path, query, lang) for lang in languages()}
    usual = "/" if canonical[3:] == "/map" else known["en"]
    return [
        f'<link rel="alternate" hreflang="{lang}" href="{escape(base + address)}">'
        for lang, address in (known | {"x-default": usual}).items()
    ]


def _preview(request: Request, page: Page, canonical: str) -> list[str]:
    """What other sites show of a link: title, and where we know our own address the picture of the view."""
    t, here = request.words, LOCALES.get(request.lang, request.lang)
    found = [("og:title", page.title[:_TITLE]), ("og:description", page.description[:_TEXT]), ("og:locale", here)]
    cards: list[tuple[str, str]] = []
    if page.base:
        address, alt = _picture(request, page)
        found += [("og:type", "website"), ("og:site_name", t("Regional AI Atlas"))]
        found += [("og:locale:alternate", LOCALES[lang]) for lang in languages() if LOCALES.get(lang, here) != here]
        found += [("og:url", page.base + canonical), ("og:image", page.base + address), ("og:image:type", "image/png")]
        found += [("og:image:width", str(_WIDTH)), ("og:image:height", str(_HEIGHT)), ("og:image:alt", alt)]
        cards = [("twitter:card", "summary_large_image"), ("twitter:image:alt", alt)]
    return [
        *(f'<meta property="{key}" content="{escape(text)}">' for key, text in found),
        *(f'<meta name="{key}" content="{escape(text)}">' for key, text in cards),
    ]


def _picture(request: Request, page: Page) -> tuple[str, str]:
    """The address of the picture of a page, and what it shows; of a page without one, the map."""
    t, module = request.words, pages().get(page_of(page.path))
    if hasattr(module, "picture") and (request.item or not getattr(module, "ITEM", False)):
        address = urls.with_form(page.path + (f"?{page.query}" if page.query else ""), "png")
        return address, f"{page.title}. {page.description}"[:_ALT]
    return urls.map_url(t.lang, urls.MapState(), "png"), t("Map of the regions of Germany and France")
