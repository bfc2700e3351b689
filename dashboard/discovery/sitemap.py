"""The sitemap: an index, and files with every address that search engines are asked to keep, in each language.

Pages say which items they have (`items(build)`) and whether they are meant at all (`LISTED`). Views of the map are
listed by indicator; other choices are other looks at the same (head.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import polars as pl

from dashboard import changes, publications, queries, urls
from dashboard.discovery.head import listed
from dashboard.i18n import languages
from dashboard.pages import pages
from dashboard.store import Build

#: Addresses of a file; 50,000 and 50 MB are allowed, and each names itself in all languages.
MOST: Final = 10_000
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True)
class Entry:
    """One page, in all languages. path: without language: `/region/DED`."""

    path: str
    changed: datetime


def entries(build: Build) -> list[Entry]:
    """Every page that is listed."""
    days, usual = changed(build), build.published
    found = [Entry(path, days.get(subject, usual)) for path, subject in _paths(build)]
    return list(dict.fromkeys(found))


def _paths(build: Build) -> Iterator[tuple[str, str]]:
    """(path, indicator that alone decides when it changed, or '')."""
    known = list(queries.indicators(build, "en"))
    for name, page in pages().items():
        if not listed(name):
            continue
        wants = getattr(page, "ITEM", False)
        if wants in (False, "or index"):
            yield f"/{name}", ""
        for item in page.items(build) if hasattr(page, "items") else ():
            yield urls.page("", name, item).removeprefix("/"), item if name == "indicator" else ""
    for indicator in known[1:]:  # the first is the map itself
        yield urls.map_url("", urls.MapState(indicator=indicator)).removeprefix("/"), indicator


def changed(build: Build) -> Mapping[str, datetime]:
    """Indicator → the publication that changed it last; of one that none changed, the first that is known."""
    first = min((moment for moment, _ in publications.published(build.data)), default=build.published)
    found = dict.fromkeys(queries.indicators(build, "en"), min(first, build.published))
    for publication in reversed(changes.publications(build.data)):
        if publication.published > build.published:
            continue
        try:
            told = pl.scan_parquet(publication.path).select(pl.col("indicator").unique()).collect()
        except (OSError, pl.exceptions.PolarsError):
            told = pl.DataFrame({"indicator": list(found)})  # it may have been any
        found |= {id_: publication.published for id_ in told["indicator"] if id_ in found}
    return found


def files(build: Build) -> int:
    """How many files there are in each language."""
    return -(-len(entries(build)) // MOST)


def index(build: Build, base: str) -> bytes:
    """The list of the files."""
    root = Element("sitemapindex", {"xmlns": _SITEMAP})
    newest = max(entry.changed for entry in entries(build))
    for lang in languages():
        for number in range(1, files(build) + 1):
            one = SubElement(root, "sitemap")
            SubElement(one, "loc").text = base + urls.sitemap(lang, number)
            SubElement(one, "lastmod").text = newest.date().isoformat()
    return _written(root)


def part(build: Build, base: str, lang: str, number: int) -> bytes:
    """One file of a language; number: from 1."""
    root = Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": _XHTML})
    for entry in entries(build)[(number - 1) * MOST : number * MOST]:
        one = SubElement(root, "url")
        SubElement(one, "loc").text = f"{base}/{lang}{entry.path}"
        SubElement(one, "lastmod").text = entry.changed.date().isoformat()
        for other, address in _everywhere(entry, base):
            SubElement(one, "xhtml:link", rel="alternate", hreflang=other, href=address)
    return _written(root)


def _everywhere(entry: Entry, base: str) -> Iterable[tuple[str, str]]:
    usual = "/" if entry.path == "/map" else f"/en{entry.path}"
    return [*((lang, f"{base}/{lang}{entry.path}") for lang in languages()), ("x-default", base + usual)]


def _written(root: Element) -> bytes:
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
