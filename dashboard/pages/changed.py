"""What has changed since a build: all indicators, or one of them figure by figure."""

from __future__ import annotations

import polars as pl
from dash import html
from dash.development.base_component import Component

from dashboard import changed, queries, urls
from dashboard.components import frozen_mark
from dashboard.components.actions import ASSETS as ACTIONS
from dashboard.components.actions import Viewed, actions, kept
from dashboard.components.attributes import attrs
from dashboard.errors import as_of
from dashboard.exports import changed_view
from dashboard.exports.csv import Table
from dashboard.firstpaint import Raw, draw
from dashboard.i18n import Words
from dashboard.pages import Request
from dashboard.queries import Row

PATH = frozen_mark.CHANGED
LISTED = False
ASSETS = ("changed.css", *ACTIONS)
#: What it tells changes with every publication, also where the address is frozen.
FRESH = True
FORMS = ("csv",)
#: Figures of one indicator on the page; the CSV has all.
SHOWN = 200


def title(request: Request) -> str:
    """What has changed since 24 November 2026."""
    t = request.words
    if not request.frozen:
        return t("What has changed")
    return t("What has changed since {day}", day=t.day(request.build.published))


def description(request: Request) -> str:
    """For search engines."""
    return request.words("New, revised and withdrawn figures since an earlier build.")


def state(request: Request) -> str:
    """Which builds are kept changes without a publication, too."""
    return "" if request.frozen else repr(request.kept())


def file(request: Request) -> Table:
    """The changes of the indicator asked for, or of all: two builds, so it has a route of its own (changed_view)."""
    if not request.frozen:
        raise urls.NotFoundError(urls.ASOF, text=_ask(request.words))
    return changed_view.table(request, _wanted(request), _found(request))


def layout(request: Request) -> list[Component]:
    """Counts by indicator, and the figures of the one asked for."""
    t = request.words
    parts: list[Component | None] = [html.H1(title(request))]
    if not request.frozen or request.today is None:
        return [html.Div([*parts, html.P(_ask(t)), _form(request), *_kept(request)], className="prose")]
    found, wanted = _found(request), _wanted(request)
    counts = changed.counted(found)
    then = t("Build {old} beside build {new}, published on {day}.", old=request.build.id, new=request.today.id,
             day=t.day(request.today.published))  # fmt: skip
    parts.append(html.P(then))
    if not counts:
        parts.append(html.P(t("No figure has changed since.")))
    chosen = wanted or (next(iter(counts)) if len(counts) == 1 else "")
    if chosen:
        parts += _figures(request, chosen, found.filter(pl.col("indicator") == chosen))
    if counts and not wanted:
        parts.append(_overview(request, counts))
    refused = bool(chosen) and _withheld(request, chosen)
    query = {urls.ASOF: request.build.id, "indicator": wanted}
    view = Viewed(PATH, "", query, title(request))
    row = actions(t, request.build, view, FORMS if counts else (), kept(t) if refused else "")
    return [html.Div([*parts, _form(request), row], className="changed")]


def _ask(t: Words) -> str:
    return t("Choose the day since when: the figures as readers saw them at its end are set beside those of today.")


def _kept(request: Request) -> list[Component]:
    """The builds that can be chosen without knowing a day: those kept, but today's."""
    t = request.words
    found = [(id_, day) for id_, day in request.kept() if id_ != request.build.id]
    if not found:
        return [html.P(t("No earlier build is kept yet."))]
    lines = [html.Li(html.A(as_of(t, *one), href=urls.frozen(urls.page(t.lang, PATH), one[0]))) for one in found]
    return [html.H2(t("Builds that are kept")), html.Ul(lines)]


def _wanted(request: Request) -> str:
    wanted = str(request.query.get("indicator", ""))[:200]
    urls.known(wanted, _titles(request))
    return wanted


def _found(request: Request) -> pl.DataFrame:
    return changed.cells(request.build, request.today or request.build)


def _titles(request: Request) -> dict[str, Row]:
    """Id → indicator of either build; as of today where both have it."""
    today = request.today or request.build
    return queries.indicators(request.build, request.lang) | queries.indicators(today, request.lang)


def _withheld(request: Request, indicator: str) -> bool:
    builds = [request.build, request.today or request.build]
    known = [(one, queries.indicators(one, request.lang).get(indicator)) for one in builds]
    return any(queries.withheld(one, row) for one, row in known if row)


def _overview(request: Request, counts: dict[str, dict[str, int]]) -> Component:
    t, titles = request.words, _titles(request)
    names = changed.kinds(t)
    lines = []
    for id_, found in counts.items():
        href = urls.view_url(t.lang, PATH, "", {urls.ASOF: request.build.id, "indicator": id_})
        numbers = [html.Td(t.number(found[kind]) if kind in found else "", className="num") for kind in names]
        lines.append(html.Tr([html.Th(html.A(titles[id_]["title"], href=href), scope="row"), *numbers]))
    heads = [t("Indicator"), *names.values()]
    return _table(t("Changed figures by indicator"), heads, lines)


def _figures(request: Request, id_: str, found: pl.DataFrame) -> list[Component]:
    t, row = request.words, _titles(request)[id_]
    counts = changed.counted(found).get(id_, {})
    words = changed.kinds(t)
    said = ", ".join(t("{what}: {n}", what=words[kind], n=t.number(counts[kind])) for kind in words if kind in counts)
    lines = [_line(request, row, cell) for cell in ordered(found).head(SHOWN).to_dicts()]
    apart = [t("Breakdown")] * bool(row["members"])
    heads = [t("Region"), t("Period"), *apart, t("Then"), t("Today"), t("Kind of change")]
    parts: list[Component] = [html.H2(row["title"]), html.P(said or t("No figure has changed since."))]
    if lines:
        parts.append(_table(t("{what}: changed figures", what=row["title"]), heads, lines))
    if found.height > SHOWN:
        parts.append(html.P(t("… and {n} more", n=t.number(found.height - SHOWN))))
    return parts


def ordered(found: pl.DataFrame) -> pl.DataFrame:
    """Revisions first, the largest before the others; then what is new, withdrawn, otherwise flagged; newest first."""
    order = {kind: place for place, kind in enumerate(("revised", "new", "vanished", "status"))}
    size = (pl.col("new") - pl.col("old")).abs().fill_null(0)
    place = pl.col("change").replace_strict(order, return_dtype=pl.Int8)
    return (
        found.with_columns(place=place, size=size)
        .sort("place", "size", "period", "region", descending=[False, True, True, False])
        .drop("place", "size")
    )


def _line(request: Request, row: Row, cell: Row) -> html.Tr:
    t = request.words
    then, now = changed.then_and_now(t, row, cell)
    where = queries.distinct_name(request.today or request.build, t.lang, cell["region"])
    return html.Tr(
        [
            html.Th(where, scope="row"),
            html.Td(t.period(cell["period"])),
            *([html.Td(row["members"].get(cell["member"], cell["member"]))] if row["members"] else []),
            html.Td(then, className="num"),
            html.Td(now, className="num"),
            html.Td(changed.kinds(t)[cell["change"]]),
        ]
    )


def _table(caption: str, heads: list[str], lines: list[html.Tr]) -> Component:
    below = [getattr(cell, "className", None) for cell in lines[0].children]
    cells = [html.Th(text, scope="col", className=kind) for text, kind in zip(heads, below, strict=True)]
    head = html.Thead(html.Tr(cells))
    table = html.Table([html.Caption(caption, className="unseen"), head, html.Tbody(lines)], className="figures")
    return html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=caption))


def _form(request: Request) -> Component:
    """Another day: the server leads from it to the build of that day."""
    t = request.words
    label = draw(t("Since another day"))
    field = f'<label>{label} <input type="date" name="{urls.ASOF}" required></label>'
    button = f'<button type="submit">{draw(t("Show"))}</button>'
    action = urls.page(t.lang, PATH)
    return html.Div(Raw(f'<form data-live method="get" action="{action}">{field} {button}</form>'), className="day")
