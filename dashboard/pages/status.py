"""Where every source stands: last success, rhythm, age, next due; for readers who ask how fresh a figure is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dash import html
from dash.development.base_component import Component

from dashboard import queries, status, urls
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Kept
from dashboard.i18n import Words
from dashboard.pages import Request
from dashboard.queries import Row
from dashboard.status import STATES, Standing, Status

PATH = "data/status"
#: Drawn before the word; a reader without colours, or without the sign, still has the other.
SIGNS = {"failed": "✕", "overdue": "!", "current": "✓", "empty": "○"}


def title(request: Request) -> str:
    """The page's name."""
    return request.words("How fresh the figures are")


def description(request: Request) -> str:
    """What the page tells."""
    return request.words(
        "For every source: when its figures were last taken or checked, how often they are renewed, "
        "and when they are due."
    )


def state(request: Request) -> str:
    """What a drawn page holds for: the file and the day."""
    return f"{status.stamp(request.build.data)} {_today()}"


def _today() -> date:
    return datetime.now(UTC).date()


def layout(request: Request) -> list[Component]:
    """What the four states mean, and one table."""
    t, found = request.words, status.read(request.build.data)
    body = _body(t, request, found) if found else [html.P(t("The pipeline has not yet written how its sources stand."))]
    return [
        Kept(
            id="prose",
            className="prose wide",
            children=[html.H1(title(request)), html.P(description(request), className="subtitle"), *body],
        )
    ]


def words_of(t: Words) -> dict[str, tuple[str, str]]:
    """State → its word and what it means."""
    return {
        "failed": (
            t("last fetch failed"),
            t("The publisher did not answer, or not with what was expected. The last good figures stay."),
        ),
        "overdue": (t("overdue"), t("Older than the publisher’s rhythm: there may be newer figures.")),
        "current": (
            t("up to date"),
            t("Taken or checked within the publisher’s rhythm, or nothing new can be expected."),
        ),
        "empty": (t("no figures yet"), t("Prepared, but never delivered here.")),
    }


def _body(t: Words, request: Request, found: Status) -> list[Component]:
    today = _today()
    order = sorted(found.sources, key=lambda one: (STATES.index(one.state(today)), _title(t, one)))
    heads = [
        t("Source"),
        t("State"),
        t("Last taken or checked"),
        t("Age in days"),
        t("Renewed"),
        t("Next due"),
        t("Figures"),
    ]
    known = queries.sources(request.build)
    rows = [_row(t, one, today, known.get(one.id)) for one in order]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
        className="figures",
    )
    day = html.Time(t.day(found.written.date()), dateTime=found.written.isoformat())
    return [
        html.Dl([part for name in STATES for part in _meaning(t, name)], className="states"),
        html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=title(request))),
        html.P([t("Last run of the pipeline:"), " ", day, f" · {t('Build {build}', build=request.build.id)}"],
               className="small"),
        html.P(html.A(t("All data and sources"), href=urls.page(t.lang, "data"))),
    ]  # fmt: skip


def _meaning(t: Words, name: str) -> list[Component]:
    word, means = words_of(t)[name]
    return [html.Dt(_sign(name, word)), html.Dd(means)]


def _sign(name: str, word: str) -> list[Component | str]:
    return [html.Span(SIGNS[name], className="sign", **attrs(aria_hidden="true")), f" {word}"]


def _title(t: Words, one: Standing) -> str:
    return one.titles.get(t.lang) or t.of(one.titles["en"])


def _row(t: Words, one: Standing, today: date, shown: Row | None) -> html.Tr:
    name, age = one.state(today), one.age(today)
    link = f"{urls.page(t.lang, 'data')}#{one.id}" if shown else one.url
    edition = f" · {t.of(shown['vintage'])}" if shown and shown["vintage"] else ""
    why = {"failed": t("not fetched"), "rejected": t("came otherwise than declared"), "damaged": t("damaged here")}
    mark: list[Component | str] = [*_sign(name, words_of(t)[name][0])]
    if name == "failed":
        mark += [html.Br(), html.Small(why.get(one.error, one.error))]
    return html.Tr(
        [
            html.Th([html.A(_title(t, one), href=link), html.Br(), html.Small(one.publisher + edition)], scope="row"),
            html.Td(mark, className=f"state {name}"),
            html.Td(_day(t, one.last_success)),
            html.Td("–" if age is None else t.number(age), className="value"),
            html.Td(t.of(one.rhythm)),
            html.Td(_day(t, one.next_due)),
            html.Td(t.number(one.observations), className="value"),
        ]
    )


def _day(t: Words, day: date | None) -> html.Time | str:
    return html.Time(t.day(day), dateTime=day.isoformat()) if day else "–"
