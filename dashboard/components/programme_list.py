"""The list of programmes: counter, choice, table, and what is overdue or due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from dash import html
from dash.development.base_component import Component

from dashboard import ledger, programmes, queries, territories, urls
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.components.attributes import attrs
from dashboard.components.choose_field import select
from dashboard.firstpaint import Raw
from dashboard.i18n import Words
from dashboard.ledger_model import Programme, Progress
from dashboard.pages import Request
from dashboard.programmes import Choice


def counter(t: Words, found: Sequence[Programme]) -> str:
    """How many, with how many promises and reports; nothing is added but programmes."""
    jobs = sum(any(group.promises and group.measure == "jobs" for group in one.progress) for one in found)
    money = sum(any(group.promises and group.measure == "money" for group in one.progress) for one in found)
    told = sum(any(group.promises and group.reports for group in one.progress) for one in found)
    return t(
        "Programmes: {n}. With a promise of jobs: {jobs}, of money: {money}; "
        "with a report on what was promised: {told}.",
        n=len(found),
        jobs=jobs,
        money=money,
        told=told,
    )


# ── The choice ───────────────────────────────────────────────────────────────────────────────────────────────────


def choices(request: Request, choice: Choice) -> Raw:
    """A form that needs no script."""
    t, build = request.words, request.build
    known = queries.regions(build)
    codes = [
        c
        for c in sorted(known, key=lambda c: (known[c].country, known[c].name(t.lang)))
        if known[c].adm in ("country", "land")
    ]
    codes += [choice.region] if choice.region and choice.region not in codes else []
    named = territories.named(build, t)
    funds = sorted(
        ((id_, names.get(t.lang) or names[""]) for id_, names in programmes.funds(build).items()),
        key=lambda each: each[1].casefold(),
    )
    reports = {
        "none": t("promised, no report yet"),
        "some": t("with a report"),
        "overdue": t("overdue: no report in the ledger"),
        "soon": t("due this quarter"),
    }
    options = (
        ("region", t("Land or région"), [(code, known[code].name(t.lang)) for code in codes], choice.region),
        ("area", t("Hub or territory"), [(id_, one.name) for id_, one in named.items()], choice.area),
        ("kind", t("Type"), [(kind, said.programme_kind(t, kind)) for kind in programmes.KINDS], choice.kind),
        (
            "state",
            t("State"),
            [(state, said.programme_status(t, state)) for state in programmes.states(build)],
            choice.state,
        ),
        ("fund", t("Funder or fund"), funds, choice.fund),
        ("report", t("Report"), list(reports.items()), choice.report),
    )
    inner = "".join(select(t, *field) for field in options)
    measured = [(name, speak.option(t, name)) for name in programmes.measures(build)]
    inner += select(t, "show", t("Circles and column"), measured, choice.measured, every=False)
    inner += f'<input type="hidden" name="sort" value="{escape(choice.sort)}">' if choice.sort else ""
    action = escape(urls.page(t.lang, programmes.PATH))
    reset = f'<a href="{action}">{escape(t("Show all"))}</a>' if choice.narrowed else ""
    return Raw(
        f'<form class="pg-choice" method="get" action="{action}">{inner}'
        f'<button type="submit" class="button">{escape(t("Show"))}</button>{reset}</form>'
    )


# ── Overdue and due ──────────────────────────────────────────────────────────────────────────────────────────────


def deadlines(request: Request, found: Sequence[Programme], day: date) -> list[Component]:
    """Two lists, and how many open promises have no date at all."""
    t = request.words
    overdue, soon = programmes.due(request.build, found, day)
    first, last = programmes.quarter(day)
    waiting = [group for one in found for group in one.progress if group.open]
    undated = sum(group.due_by is None for group in waiting)
    ends = t("Quarter: {first} to {last}.", first=t.day(first), last=t.day(last))
    missing = t(
        "{n} of {whole} promises without a report have no date in the ledger by which they are due; "
        "they can be neither overdue nor due.",
        n=undated,
        whole=len(waiting),
    )
    return [
        html.Section(
            [
                _deadline(request, t("Overdue: no report in the ledger ({n})", n=len(overdue)), overdue, "overdue"),
                _deadline(request, t("Due this quarter ({n})", n=len(soon)), soon, "soon"),
            ],
            className="pg-due",
            **attrs(aria_label=t("Deadlines")),
        ),
        html.P([ends, " ", missing], className="small"),
    ]


def _deadline(request: Request, heading: str, groups: Sequence[Progress], name: str) -> html.Details:
    t = request.words
    if not groups:
        return html.Details([html.Summary(heading), html.P(t("Nothing among the programmes shown."))], className=name)
    known = ledger.programmes(request.build)
    items = [
        html.Li(
            [
                html.Span(said.day(t, group.due_on), className="when"),
                html.Span(
                    [
                        html.A(known[group.programme].name(t.lang), href=link(t, group.programme)),
                        html.Small(
                            [
                                " · ",
                                speak.stated(t, group, speak.promised(t, group)),
                                part(t, known[group.programme], group),
                            ]
                        ),
                    ]
                ),
            ]
        )
        for group in groups
    ]
    return html.Details([html.Summary(heading), html.Ol(items, className="pg-days")], className=name)


def part(t: Words, one: Programme, group: Progress) -> str:
    """That a part is reported, in brackets; '' where it is not."""
    return f" ({t('only a part of it is reported')})" if programmes.reported_part(one, group) else ""


def link(t: Words, id_: str) -> str:
    """The address of a programme's page."""
    return urls.page(t.lang, programmes.ONE, id_)


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────


def table(request: Request, choice: Choice, found: Sequence[Programme], day: date) -> html.Table:
    """One row a programme; the heads are links that sort."""
    t = request.words
    heads = (
        ("name", t("Programme")),
        ("where", t("Where")),
        ("state", t("State")),
        ("start", t("Time")),
        ("amount", speak.option(t, choice.measured)),
    )
    cells: list[Component] = [_head(t, choice, name, text) for name, text in heads]
    cells.append(html.Th(t("Promised and reported"), scope="col", role="columnheader"))
    return html.Table(
        [
            html.Caption(t("Programmes"), className="unseen"),
            html.Thead(html.Tr(cells, role="row"), role="rowgroup"),
            html.Tbody([_row(request, choice, one, day) for one in found], role="rowgroup"),
        ],
        className="programmes",
        role="table",
    )


def _head(t: Words, choice: Choice, name: str, text: str) -> html.Th:
    now = choice.sort or "name"
    order = {name: "ascending", f"-{name}": "descending"}.get(now)
    other = f"-{name}" if now == name or (name == "amount" and now != "-amount") else name
    sign = {"ascending": " ↑", "descending": " ↓"}.get(order or "", "")
    inner = html.A(
        [text, html.Span(sign, **attrs(aria_hidden="true"))],
        href=programmes.address(t.lang, choice.but(sort=other), "list"),
    )
    return html.Th(inner, scope="col", role="columnheader", className=name, **attrs(aria_sort=order))


def _row(request: Request, choice: Choice, one: Programme, day: date) -> html.Tr:
    t, build = request.words, request.build
    leads = [member.organisation.name(t.lang) for member in one.members if member.role == "lead"]
    facts = [said.programme_kind(t, one.kind), *leads[:2]]
    group = programmes.group_of(one, choice.measured)
    amount = speak.promised(t, group) if group and group.promises else "–"
    return html.Tr(
        [
            html.Th(
                [html.A(one.name(t.lang), href=link(t, one.id)), html.Small(" · ".join(facts))],
                scope="row",
                role="rowheader",
            ),
            _cell(t("Where"), speak.scope_or_regions(build, t, one)),
            _cell(t("State"), said.programme_status(t, one.status)),
            _cell(t("Time"), said.span(t, one.start, one.end) or "–"),
            _cell(speak.option(t, choice.measured), amount, name="amount"),
            _cell(t("Promised and reported"), groups(t, one, day)),
        ],
        role="row",
        **attrs(data_programme=one.id),
    )


def _cell(label: str, *children: Component | str, name: str = "") -> html.Td:
    return html.Td(list(children), role="cell", className=name or None, **attrs(data_label=label))


def groups(t: Words, one: Programme, day: date) -> Component | str:
    """Every promise of a programme with its bar; what is a report only has no bar."""
    told = [group for group in one.progress if group.promises]
    if not told:
        return t("no promise in the ledger")
    items = [
        html.Li(
            [
                html.Span(speak.stated(t, group, speak.last(t, group))),
                speak.bar(group),
                html.Small(speak.standing(t, one, group, day), className="overdue" if group.overdue(day) else None),
            ]
        )
        for group in told
    ]
    return html.Ul(items, className="pg-groups")
