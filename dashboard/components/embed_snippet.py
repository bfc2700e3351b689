"""Embed: the line of HTML that puts the view on screen onto another site, following the publications or frozen."""

from __future__ import annotations

from html import escape

from dash import html

from dashboard import urls
from dashboard.components.attributes import attrs
from dashboard.components.copied import field, setting
from dashboard.i18n import Words
from dashboard.store import Build

#: Page → the height in pixels at which it is seen well at 700 px width.
HEIGHTS = {
    "map": 900, "region": 800, "compare": 800, "hub": 900, "programme": 800, "programmes": 800, "partnerships": 900,
    "indicator": 640,
}  # fmt: skip


def snippet(t: Words, build: Build, *, page: str, address: str, title: str) -> html.Details | None:
    """The details; None where the page has no embedded form, or the operator lets no other site show it."""
    if page not in HEIGHTS or not setting("EMBED_HOSTS"):
        return None
    code, live, day = frame(t.lang, HEIGHTS[page]), urls.embedded(address), t.day(build.published)
    hosts = setting("EMBED_HOSTS")
    may = t("Every site may show it.") if hosts == "*" else t("These sites may show it: {hosts}.", hosts=hosts)
    said = t("The language is that of this page; “theme=dark” or “theme=light” in the address sets the colours.")

    def one(name: str, label: str, to: str) -> html.Div:
        values = {"address": escape(setting("BASE_URL") + to), "title": escape(title)}
        return field(t, name, label, code, values=values)

    parts = [
        html.Summary(t("Embed")),
        html.P(may),
        one("live", t("Always the newest figures"), live),
        one("still", t("Figures as of {day}, for good", day=day), urls.frozen(live, build.id)),
        html.P(said, className="small"),
    ]
    return html.Details(parts, className="embed-code", **attrs(data_address=address, data_title=title))


def frame(lang: str, height: int) -> str:
    """The element, with {title} and {address}."""
    return (
        f'<iframe src="{{address}}" title="{{title}}" lang="{lang}" width="100%" height="{height}" '
        'style="border:0;width:100%" loading="lazy"></iframe>'
    )
