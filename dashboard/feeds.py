"""Atom feeds of what publications changed: all, per indicator, region (with what lies in it), programme; by language.

RFC 4287. Ids are made from what is told, never from the host, so they stay when the site moves.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from dash import html
from flask import Flask, Response, request

from dashboard import changes, ledger, ledger_changes, queries, urls
from dashboard.changed import kinds, values
from dashboard.changes import Release
from dashboard.components import programme_edits
from dashboard.compressed import pack, respond
from dashboard.firstpaint import draw
from dashboard.i18n import Words, languages, words
from dashboard.queries import Row
from dashboard.settings import Settings
from dashboard.store import Build, Store
from dashboard.urls import MapState
from dashboard.view import flag_word

#: Entries of a feed, and values of each kind in an entry, at most.
ENTRIES, VALUES = 100, 10
CONTENT_TYPE = "application/atom+xml"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "regional-ai-atlas/feeds")


@dataclass(frozen=True)
class Feed:
    """One feed to be written. scope: 'all', 'indicator', 'region', 'programme'; item: its id. base: public address."""

    build: Build
    t: Words
    base: str
    scope: str
    item: str

    @property
    def path(self) -> str:
        """Its address on the site."""
        return urls.feed(self.t.lang, self.scope, self.item)

    def id(self, *parts: str) -> str:
        """A permanent id of the feed or, with parts, of something in it."""
        return uuid.uuid5(_IDS, "/".join((self.t.lang, self.scope, self.item, *parts))).urn

    def name(self, code: str) -> str:
        """A region's name in the feed's language, with its code where others are called the same (Leipzig)."""
        return queries.distinct_name(self.build, self.t.lang, code)


def register(server: Flask, store: Store, settings: Settings) -> None:
    """The addresses of all feeds."""

    def answer(lang: str, scope: str, item: str) -> Response:
        if lang not in languages():
            raise urls.NotFoundError(lang)
        build = store.current()
        base = settings.base_url or request.host_url.rstrip("/")
        feed = Feed(build, words(lang), base, scope, _item(build, scope, item))
        part = ledger_changes.PART if scope == "programme" else ""
        newest = next((p.path.name for p in changes.publications(build.data, part)), "")
        packed = build.recent(("feed", feed.path, base, newest), lambda: pack(write(feed), quality=5))
        return respond(request, packed, f"{CONTENT_TYPE}; charset=utf-8", "no-cache")

    @server.get("/<lang>/feeds/all.xml")
    def feed_of_all(lang: str) -> Response:
        return answer(lang, "all", "")

    @server.get("/<lang>/feeds/<any(indicator, region, programme):scope>/<item>.xml")
    def feed_of_one(lang: str, scope: str, item: str) -> Response:
        return answer(lang, scope, item)


def _item(build: Build, scope: str, item: str) -> str:
    """The id as the build writes it; raises urls.NotFoundError with the nearest one."""
    if scope == "indicator":
        urls.known(item, queries.indicators(build, "en"))
    if scope == "programme":
        urls.known(item, ledger.programmes(build))
    if scope == "region":
        codes = queries.region_codes(build)
        urls.known(item, codes)
        return codes[item]
    return item


def title(build: Build, t: Words, scope: str, item: str) -> str:
    """What a feed is called, for its own title and for links to it."""
    if scope == "indicator":
        return t("Changes: {what}", what=queries.indicators(build, t.lang)[item]["title"])
    if scope == "region":
        return t("Changes: {what}", what=queries.regions(build)[item].name(t.lang))
    if scope == "programme":
        return t("Changes: {what}", what=ledger.programmes(build)[item].name(t.lang))
    return t("Alerts") if scope == "alerts" else t("All changes of figures")


def links(build: Build, t: Words, wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(address, title) for the head of a page: of all changes, of alerts, and those `wanted` as (scope, item)."""
    always = (("all", ""), ("alerts", ""))  # alerts: alert_feed.py
    return [(urls.feed(t.lang, *each), title(build, t, *each)) for each in (*always, *wanted)]


# ── The document ─────────────────────────────────────────────────────────────────────────────────────────────────


def write(feed: Feed) -> bytes:
    """The feed as XML."""
    t = feed.t
    indicator = feed.item if feed.scope == "indicator" else ""
    found = _of_programme(feed) if feed.scope == "programme" else _of_figures(feed, indicator)
    subtitle = t("New, revised and withdrawn figures, at each publication.")
    if feed.scope == "programme":
        subtitle = t("What was added to the ledger, changed in it or taken out, at each publication.")
    root = head(
        feed,
        title=title(feed.build, t, feed.scope, feed.item),
        subtitle=subtitle,
        updated=found[0][0] if found else feed.build.published,
        page=_page(feed, indicator),
    )
    for _, entry in found:
        root.append(entry)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def head(feed: Feed, *, title: str, subtitle: str, updated: datetime, page: str) -> Element:
    """A feed without entries. page: the page of the site that shows the same."""
    atlas = feed.t("Regional AI Atlas")
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": feed.t.lang})
    SubElement(root, "id").text = feed.id()
    SubElement(root, "title").text = f"{title} · {atlas}"
    SubElement(root, "subtitle").text = subtitle
    SubElement(root, "updated").text = stamp(updated)
    SubElement(root, "link", rel="self", type=CONTENT_TYPE, href=feed.base + feed.path)
    SubElement(root, "link", rel="alternate", type="text/html", href=feed.base + page)
    SubElement(SubElement(root, "author"), "name").text = atlas
    return root


def _of_figures(feed: Feed, indicator: str) -> list[tuple[datetime, Element]]:
    """The entries of changed figures, the newest first, each with its moment."""
    regions = queries.inside(feed.build, [feed.item]) if feed.scope == "region" else None
    found = changes.releases(feed.build.data, ENTRIES, indicator=indicator, regions=regions)
    return [(release.publication.published, _entry(feed, release)) for release in found]


def _of_programme(feed: Feed) -> list[tuple[datetime, Element]]:
    """One entry for each publication that changed the programme's rows in the ledger."""
    one, found = ledger.programmes(feed.build)[feed.item], []
    for publication, edits in ledger_changes.by_publication(feed.build.data, one.id, ENTRIES):
        entry, moment = Element("entry"), stamp(publication.published)
        SubElement(entry, "id").text = feed.id(f"{publication.published.isoformat()}-{publication.new}")
        SubElement(entry, "title").text = f"{one.name(feed.t.lang)} ({programme_edits.counts(feed.t, edits)})"
        SubElement(entry, "updated").text = moment
        SubElement(entry, "published").text = moment
        SubElement(entry, "link", rel="alternate", type="text/html", href=feed.base + _page(feed, ""))
        content = SubElement(entry, "content", type="html")
        content.text = draw(programme_edits.lines(feed.t, one, edits))
        found.append((publication.published, entry))
    return found


def stamp(moment: datetime) -> str:
    """A moment as Atom writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _page(feed: Feed, indicator: str) -> str:
    """The page where a reader sees what an entry speaks of."""
    known = indicator in queries.indicators(feed.build, feed.t.lang)
    if feed.scope == "programme":
        return urls.page(feed.t.lang, "programme", feed.item)
    if feed.scope == "region":
        return urls.map_url(feed.t.lang, MapState(indicator=indicator if known else "", region=feed.item))
    return urls.page(feed.t.lang, "indicator", indicator) if known else urls.page(feed.t.lang, "data")


# ── One entry ────────────────────────────────────────────────────────────────────────────────────────────────────


def _entry(feed: Feed, release: Release) -> Element:
    t, publication, entry = feed.t, release.publication, Element("entry")
    row = queries.indicators(feed.build, t.lang).get(release.indicator)
    what = row["title"] if row else release.indicator
    when = t.period(release.first)
    when += f" – {t.period(release.last)}" if release.last != release.first else ""
    build = f"{publication.published.isoformat()}-{publication.new}"
    SubElement(entry, "id").text = feed.id(build, release.indicator, release.first, release.last)
    SubElement(entry, "title").text = f"{what}, {when} ({_counts(t, release)})"
    SubElement(entry, "updated").text = stamp(publication.published)
    SubElement(entry, "published").text = stamp(publication.published)
    SubElement(entry, "link", rel="alternate", type="text/html", href=feed.base + _page(feed, release.indicator))
    for kind in sorted(set(release.cells["change"])):
        SubElement(entry, "category", term=kind, label=kinds(t)[kind])
    content = SubElement(entry, "content", type="html")
    content.text = draw(_body(feed, release, row))
    return entry


def _counts(t: Words, release: Release) -> str:
    counted = {word: release.count(kind) for kind, word in kinds(t).items()}
    return ", ".join(t("{what}: {n}", what=word, n=t.number(n)) for word, n in counted.items() if n)


def _body(feed: Feed, release: Release, row: Row | None) -> list[html.P | html.Ul]:
    """Per kind of change: how many, and the values; the largest revisions first, else the larger regions."""
    t, source = feed.t, queries.sources(feed.build).get(str(release.cells["source"][0]))
    parts: list[html.P | html.Ul] = [html.P(row["unit_words"])] if row else []
    told = source is None or bool(source["redistribute"])
    for kind, word in kinds(t).items():
        cells = [cell for cell in release.cells.to_dicts() if cell["change"] == kind]
        if not cells:
            continue
        parts.append(html.P(html.B(t("{what}: {n}", what=word, n=t.number(len(cells))))))
        if told:
            lines = list(_lines(feed, release, row, sorted(cells, key=lambda cell: _weight(feed, cell))[:VALUES]))
            more = len(cells) - len(lines)
            lines += [t("… and {n} more", n=t.number(more))] * bool(more)
            parts.append(html.Ul([html.Li(line) for line in lines]))
    if source is not None:
        parts.append(html.P(f"{t('Source:')} {source['publisher']}. {t.of(source['credit'])}"))
    if not told:
        parts.append(html.P(t("The values are on the site: the licence does not let us hand them on.")))
    return parts


def _weight(feed: Feed, cell: Row) -> tuple[float, int, str, str, str]:
    """For sorting: revisions by their size, all else by the level of the region."""
    region = queries.regions(feed.build).get(cell["region"])
    moved = -round(abs(cell["new"] - cell["old"]), 9) if cell["change"] == "revised" else 0.0
    return moved, region.level if region else 9, cell["region"], cell["period"], cell["member"]


def _lines(feed: Feed, release: Release, row: Row | None, cells: list[Row]) -> Iterator[str]:
    t = feed.t
    for cell in cells:
        member = (row["members"].get(cell["member"], cell["member"]) if row else cell["member"]) or ""
        when = t.period(cell["period"]) if release.first != release.last else ""
        where = ", ".join(part for part in (feed.name(cell["region"]), member, when) if part)
        old, new = values(t, row, cell["old"], cell["new"])
        if cell["change"] == "status":
            old, new = flag_word(t, cell["old_status"]) or "–", flag_word(t, cell["new_status"]) or "–"
        flag = flag_word(t, cell["new_status"] or "") if cell["change"] in ("new", "revised") else ""
        what = {"new": new, "vanished": old}.get(cell["change"], f"{old} → {new}")
        yield t("{what}: {n}", what=where, n=what) + (f" ({flag})" if flag else "")
