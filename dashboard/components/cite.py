"""Cite this: a short citation, BibTeX and RIS of the view on screen, with the address that keeps its figures."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import queries, urls
from dashboard.components.attributes import attrs
from dashboard.components.copied import field, setting, tex
from dashboard.i18n import Words
from dashboard.settings import INTERNAL
from dashboard.store import Build


def cite(t: Words, build: Build, *, page: str, address: str, title: str, indicator: str) -> html.Details:
    """The details. address: of the view, without build; indicator: whose figures it shows, '' for many or none."""
    summary = html.Summary(t("Cite"))
    if build.audience == INTERNAL:
        text = t("These figures are internal: they can be cited when they are published.")
        return html.Details([summary, html.P(text)], className="cite")
    values = {"address": setting("BASE_URL") + urls.frozen(address, build.id), "title": title}
    sources, row = origin(t, build, indicator), queries.indicators(build, t.lang).get(indicator)
    if row is not None and row["title"] != title:
        sources = f"{row['title']}. {sources}"
    parts: list[Component] = [
        summary,
        html.P(t("The address keeps these figures, whatever is published later.")),
        field(t, "short", t("Short citation"), short(t, build, sources), values=values),
        field(t, "bibtex", "BibTeX", bibtex(t, build, page, sources), values=values | {"title": tex(title)}, rows=8),
        field(t, "ris", "RIS", ris(t, build, sources), values=values, rows=9),
    ]
    return html.Details(parts, className="cite", **attrs(data_address=address, data_title=title))


def origin(t: Words, build: Build, indicator: str) -> str:
    """Publishers of the figures and their licences; where they are many, or the ledger's, the page names them."""
    row = queries.indicators(build, t.lang).get(indicator)
    if row is None:
        return t("Sources and licences as named on the page.")
    known = [queries.sources(build)[name] for name in row["sources"]]
    said = [f"{one['publisher']}, {queries.source_title(one, t)} ({t.of(one['licence'])})" for one in known]
    return t("Sources: {sources}.", sources="; ".join(said))


def short(t: Words, build: Build, sources: str) -> str:
    """In one sentence, with {title} and {address}."""
    atlas, day = t("Regional AI Atlas"), build.published
    edition = t("As of {day} (build {build})", day=t.day(day), build=build.id)
    head = t("{atlas} ({year}): “{title}”.", atlas=atlas, year=day.year, title="{title}")
    return f"{head} {edition}. {sources} {{address}}"


def bibtex(t: Words, build: Build, page: str, sources: str) -> str:
    """An entry for BibTeX and biblatex, with {title} and {address}."""
    day, key = build.published, f"atlas-{page.replace('/', '-')}-{build.id}"
    rows = {
        "author": f"{{{t('Regional AI Atlas')}}}",
        "title": "{title}",
        "year": str(day.year),
        "date": f"{day:%Y-%m-%d}",
        "version": build.id,
        "url": "{address}",
        "note": tex(sources),
        "langid": {"de": "ngerman", "fr": "french"}.get(t.lang, "english"),
    }
    return "\n".join([f"@misc{{{key},", *(f"  {name} = {{{text}}}," for name, text in rows.items()), "}"])


def ris(t: Words, build: Build, sources: str) -> str:
    """A record for reference managers, with {title} and {address}."""
    day = build.published
    rows = [
        ("TY", "DATA"),
        ("AU", t("Regional AI Atlas")),
        ("TI", "{title}"),
        ("PY", str(day.year)),
        ("DA", f"{day:%Y/%m/%d}"),
        ("ET", build.id),
        ("N1", sources),
        ("LA", t.lang),
        ("UR", "{address}"),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {text}" for tag, text in rows)
