"""`/{lang}/feeds/alerts.xml`: the alerts of the served build as an Atom feed, in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Flask, Response, request

from dashboard import alerts, changes, feeds, programmes, urls
from dashboard.alerts import Alert
from dashboard.components import alerts as said
from dashboard.compressed import pack, respond
from dashboard.feeds import CONTENT_TYPE, ENTRIES, Feed, stamp
from dashboard.i18n import languages, words
from dashboard.settings import Settings
from dashboard.store import Store

SCOPE = "alerts"


def register(server: Flask, store: Store, settings: Settings) -> None:
    """The address of the feed. What is overdue depends on the day, so a day's feed is kept for that day."""

    @server.get("/<lang>/feeds/alerts.xml")
    def feed_of_alerts(lang: str) -> Response:
        if lang not in languages():
            raise urls.NotFoundError(lang)
        build, day = store.current(), programmes.today()
        feed = Feed(build, words(lang), settings.base_url or request.host_url.rstrip("/"), SCOPE, "")
        newest = next((one.path.name for one in changes.publications(build.data)), "")
        key = ("feed", feed.path, feed.base, newest, day)
        packed = build.recent(key, lambda: pack(write(feed, day), quality=5))
        return respond(request, packed, f"{CONTENT_TYPE}; charset=utf-8", "no-cache")


def write(feed: Feed, day: date) -> bytes:
    """The feed as XML: the newest alerts, at most as many as a feed has entries."""
    t = feed.t
    found = alerts.alerts(feed.build, day)[:ENTRIES]
    latest = found[0].on if found else day
    root = feeds.head(
        feed,
        title=t("Alerts"),
        subtitle=t("Overdue reports, revised figures, declines, and regions far behind comparable ones."),
        updated=_moment(latest),
        page=urls.page(t.lang, "programmes"),
    )
    for alert in found:
        root.append(_entry(feed, alert))
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _entry(feed: Feed, alert: Alert) -> Element:
    t, build, entry = feed.t, feed.build, Element("entry")
    SubElement(entry, "id").text = feed.id(alert.id)
    SubElement(entry, "title").text = said.title(build, t, alert)
    SubElement(entry, "updated").text = stamp(_moment(alert.on))
    SubElement(entry, "link", rel="alternate", type="text/html", href=feed.base + said.address(t, alert))
    SubElement(entry, "category", term=alert.kind, label=said.kind_word(t, alert.kind))
    SubElement(entry, "content", type="text").text = said.sentence(build, t, alert, handed_on=True)
    return entry


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
