"""An indicator as a slide: the countries over time, or its definition where there is no series."""

from __future__ import annotations

from dashboard import queries, urls
from dashboard.compare.sides import region_figures
from dashboard.deck import parts
from dashboard.deck.model import Slide, Text
from dashboard.pages import Request
from dashboard.pages import indicator as page
from dashboard.view import verdict_word


def slides(request: Request) -> list[Slide]:
    """One slide."""
    t, build, row = request.words, request.build, page.read(request)
    path = urls.page(t.lang, page.PATH, row["id"])
    if refused := parts.refused(t, build, row, path):
        return [refused]
    known = queries.regions(build)
    series = [
        (known[code].name(t.lang), region_figures(build, code, "country").get(row["id"], {}))
        for code in row["countries"]
    ]
    shown = None if row["members"] else parts.over_time(t, row, series)
    latest = [
        f"{name} {parts.written(t, row, rows[max(valued)])} ({t.period(max(valued))})"
        for name, rows in series
        if (valued := [period for period, each in rows.items() if each["value"] is not None])
    ]
    title = t("{what}: {n}", what=row["title"], n=t.listed(latest)) if latest and not row["members"] else row["title"]
    facts = (row["definition"], f"{verdict_word(t, row['verdict'])}. {row['comparability']}", *row["caveats"][:2])
    return [
        Slide(
            title=str(title),
            subtitle=str(row["unit_words"]),
            path=path,
            main=shown or Text(facts),
            side=Text((row["definition"],)) if shown else None,
            notes=(*(shown.text.split(". ")[1:] if shown else ()), *facts),
            sources=parts.sources(t, build, [row]),
            caveat=parts.caveat(t, row) if shown else "",
        )
    ]
