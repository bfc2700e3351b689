"""A brief as a page for the browser and its printer; the PDF says the same (`brief.typ`)."""

from __future__ import annotations

from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.brief import model
from dashboard.brief.model import Brief, Figure, Promise
from dashboard.components.attributes import attrs
from dashboard.firstpaint import Kept, Raw
from dashboard.i18n import Words, words
from dashboard.pages import Request
from dashboard.pictures import ink
from dashboard.programmes import today

#: What an address in an attribute need not escape.
_PLAIN = " ='/:;,.(){}-"
#: Characters of a brief from which on it is set closer, and closer still, so that it stays one sheet.
CLOSE, CLOSER = 3300, 4600


def state(_request: Request) -> str:
    """What a drawn brief holds for: the day, which decides what is overdue."""
    return today().isoformat()


def title(brief: Brief) -> str:
    """Brief: Sachsen."""
    t = words(brief.lang)
    return t("Brief: {name}", name=brief.title)


def sheet(brief: Brief, pdf: str) -> list[Component]:
    """The sheet, with links to the PDF and the whole page above it, which are not printed. pdf: its address."""
    t = words(brief.lang)
    mark: list[Component | str] = [html.B(t("Internal"), className="internal"), " "] if brief.internal else []
    actions = [
        html.A(t("Brief as PDF (one A4 page)"), href=pdf, className="button"),
        html.A(t("All figures, with everything behind them"), href=brief.path),
    ]
    parts = [
        html.P(actions, className="actions"),
        html.Article(
            [
                html.Header(
                    [
                        html.Div(
                            [
                                html.P([*mark, t("Regional AI Atlas")], className="atlas"),
                                html.H1(brief.title),
                                html.P(brief.kind, className="kind"),
                                html.H2(t("Findings")),
                                html.P(" ".join(brief.findings)),
                            ]
                        ),
                        *([html.Div(_map(brief), className="map-box")] if brief.svg else []),
                    ]
                ),
                *_figures(t, brief),
                html.H2(t("Promised and reported")),
                *_promises(t, brief),
                html.Footer(
                    [
                        html.H2(t("Sources")),
                        html.P(" · ".join(brief.sources), className="sources"),
                        html.P([html.Span(model.stamp(brief)), html.Span(brief.path)], className="stamp"),
                    ]
                ),
            ],
            className=f"sheet {_density(brief)}".strip(),
        ),
    ]
    return [Kept(id="brief", className="brief", children=parts)]


def _map(brief: Brief) -> Component | Raw:
    if brief.alone:  # as a picture: its rules must not meet the page's, so it needs the page's type, too
        whole = brief.svg.replace("<style>", f"<style>{ink.type_css()}", 1)
        return html.Img(src=f"data:image/svg+xml,{quote(whole, safe=_PLAIN)}", alt=brief.label)
    return Raw(brief.svg.replace('aria-label=""', f'aria-label="{model.attribute(brief.label)}"', 1))


def _figures(t: Words, brief: Brief) -> list[Component]:
    if not brief.figures:
        return []
    return [html.H2(t("Key figures")), html.Div([_figure(each) for each in brief.figures], className="brief-figures")]


def _figure(figure: Figure) -> html.Section:
    return html.Section(
        [
            html.H3(figure.title),
            html.P(figure.value, className="value"),
            html.P(" · ".join(figure.facts), className="facts"),
        ]
    )


def _promises(t: Words, brief: Brief) -> list[Component]:
    if not brief.promises:
        return [html.P(brief.no_promise)]
    named = any(promise.programme for promise in brief.promises)
    table = html.Table(
        [
            html.Caption(t("Promised and reported"), className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in model.heads(t, named=named)])),
            html.Tbody([_row(promise, named=named) for promise in brief.promises]),
        ]
    )
    more = model.more(t, brief.left)
    label = attrs(aria_label=t("Promised and reported"))
    box = html.Div(table, className="table", tabIndex=0, role="region", **label)
    return [box, *([html.P(more, className="left")] if more else [])]


def _row(promise: Promise, *, named: bool) -> html.Tr:
    first = promise.programme if named else promise.what
    rest = [promise.what, promise.promised] if named else [promise.promised]
    came = html.Td(promise.standing, className="overdue" if promise.overdue else None)
    return html.Tr([html.Th(first, scope="row"), *(html.Td(text) for text in rest), came])


def _density(brief: Brief) -> str:
    """How close a sheet is set, by the length of its texts."""
    texts = [brief.title, *brief.findings, *brief.sources]
    texts += [fact for figure in brief.figures for fact in (figure.title, *figure.facts)]
    length = sum(map(len, texts)) + sum(90 + len(row.programme) + len(row.standing) for row in brief.promises)
    return "closer" if length > CLOSER else "close" if length > CLOSE else ""
