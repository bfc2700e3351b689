"""What stands under every figure: source, date of delivery, licence, method, and what is missing."""

from __future__ import annotations

from dash import html

from dashboard import queries, urls
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build


def foot(t: Words, build: Build, indicator: Row) -> html.Div:
    """The note of one indicator: every source behind it with credit, licence and delivery date."""
    known = queries.sources(build)
    lines = [_source(t, known[name]) for name in indicator["sources"]]
    return html.Div(
        [
            *lines,
            html.P(
                [
                    html.A(t("Definition, method, caveats"), href=urls.page(t.lang, "indicator", indicator["id"])),
                    " · ",
                    html.A(t("All data and sources"), href=urls.page(t.lang, "data")),
                ]
            ),
        ],
        className="foot",
    )


def sources(t: Words, build: Build, indicators: list[Row]) -> list[html.Div]:
    """The note of a page with many indicators: every source behind them, once."""
    known = queries.sources(build)
    names = sorted({name for indicator in indicators for name in indicator["sources"]})
    more = html.P(html.A(t("All data and sources"), href=urls.page(t.lang, "data")))
    return [html.Div([*(_source(t, known[name]) for name in names), more], className="foot")]


def linked(text: str, url: str) -> html.A | str:
    """A link where there is an address, else the text."""
    return html.A(text, href=url) if url else text


def _licence(t: Words, source: Row) -> str:
    """The licence's name; where the credit line names it already, the word."""
    return t("Licence") if source["licence"] in source["credit"] else t.of(source["licence"])


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _source(t: Words, source: Row) -> html.P:
    return html.P(
        [
            html.B(t("Source:") + " "),
            html.A(queries.source_title(source, t), href=source["url"]),
            f", {source['publisher']}. {_sentence(t.of(source['credit']))} ",
            linked(_licence(t, source), source["licence_url"]),
            f". {t('Delivered:')} ",
            html.Time(t.day(source["retrieved"]), dateTime=source["retrieved"].isoformat()),
            "."
            if source["redistribute"]
            else ". " + t("Shown only: the licence does not let us hand these figures on."),
        ]
    )
