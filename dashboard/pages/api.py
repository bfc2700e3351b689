"""What programs can ask for: the OpenAPI document as a page to read, in the site's look and without another host."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import queries, urls
from dashboard.api import forms, openapi, parameters, problems, resources
from dashboard.components.attributes import attrs
from dashboard.i18n import Words
from dashboard.pages import Request

PATH = "api"
ASSETS = ("api.css",)


def title(request: Request) -> str:
    """The page's name."""
    return request.words("Data for programs (API)")


def description(request: Request) -> str:
    """What the document says of itself."""
    return request.words.of(openapi.ABOUT)


def layout(request: Request) -> list[Component]:
    """How to ask, then every address with its parameters and columns, then what can go wrong."""
    t, described = request.words, openapi.document()
    return [
        html.Div(
            [
                html.H1(title(request)),
                html.P(description(request), className="subtitle"),
                *_start(t, request),
                html.H2(t("Addresses")),
                html.P(t("Every list of a build takes these parameters, and those that stand with it.")),
                _parameters(t, t("every list"), openapi.described(parameters.Query)),
                *[part for name in resources.ALL for part in _resource(t, described, name)],
                html.H2(t("Forms")),
                html.P(t("By the ending of the address, or by the header Accept; without either it is JSON.")),
                _forms(t),
                html.H2(t("When something is wrong")),
                html.P(t("Errors are problem details (RFC 9457) with a remedy, in the language of Accept-Language.")),
                _problems(t),
            ],
            className="prose wide api",
        )
    ]


def _start(t: Words, request: Request) -> list[Component]:
    first = next(iter(queries.indicators(request.build, t.lang)))
    asked = [("indicator", first), ("level", "land")]
    examples = [
        (t("One indicator, Länder and régions, as a table"), urls.api("observations", "csv", asked)),
        (t("The same for statistical software"), urls.api("observations", "sdmx.csv", asked)),
        (t("All indicators with their words"), urls.api("indicators")),
        (t("The editions of the data that are kept"), urls.api("builds")),
    ]
    examples = [(text, urls.frozen(address, request.frozen)) for text, address in examples[:-1]] + examples[-1:]
    return [
        html.Ul([html.Li([html.A(html.Code(address), href=address), html.Br(), text]) for text, address in examples]),
        html.P(
            t(
                "A page has {rows} rows, with “limit” up to {most}; “next” leads to the following one, always of "
                "the same edition. A query is stopped after two seconds. Names that are unknown are refused, not "
                "ignored.",
                rows=t.number(parameters.ROWS),
                most=t.number(parameters.MOST),
            )
        ),
        html.P(html.A(t("The description for machines (OpenAPI 3.1)"), href=urls.api("openapi", "json"))),
    ]


def _resource(t: Words, described: dict[str, Any], name: str) -> list[Component]:
    operation = described["paths"][urls.api(name)]["get"]
    row = resources.model_of(name).__name__
    columns = described["components"]["schemas"][row]["properties"]
    endings = ", ".join(f".{ending}" for ending in forms.of(name == resources.OBSERVATIONS))
    keyed = name in resources.RESOURCES and bool(resources.RESOURCES[name].key)
    address: list[Any] = [html.Code(urls.api(name))]
    if keyed:
        address += [" · ", html.Code(urls.api(name) + "/{id}")]
    everywhere = parameters.names(parameters.Query)
    asked = [one for one in operation["parameters"] if one["name"] not in everywhere]
    return [
        html.H3(address, id=name),
        html.P([t.of(operation["summary"]), " ", html.Span(endings, className="small")]),
        *([_parameters(t, name, asked)] if asked else []),
        html.Details(
            [
                html.Summary(t("Columns: {n}", n=len(columns))),
                _columns(t, name, columns),
            ]
        ),
    ]


def _parameters(t: Words, name: str, asked: list[dict[str, Any]]) -> html.Div:
    lines = [_line(html.Code(one["name"]), t.of(one["description"]), _takes(t, one)) for one in asked]
    return _table(t("Parameters of {name}", name=name), (t("Parameter"), t("What it does"), t("What it takes")), lines)


def _takes(t: Words, parameter: dict[str, Any]) -> Any:
    schema = parameter["schema"].get("items", parameter["schema"])
    if "enum" in schema:
        return _codes(schema["enum"])
    if schema["type"] == "integer":
        return f"{t.number(schema['minimum'])}–{t.number(schema['maximum'])}"
    return _codes(schema["examples"]) if "examples" in schema else t("a code")


def _codes(values: Iterable[str]) -> list[Any]:
    return [part for value in values for part in (html.Code(value), " ")]


def _columns(t: Words, name: str, columns: dict[str, Any]) -> html.Div:
    lines = [
        _line(html.Code(column), html.Code(_kind(schema)), html.Span(schema.get("description", ""), lang="en"))
        for column, schema in columns.items()
    ]
    heads = (t("Column"), t("Data type"), t("Remark (in English)"))
    return _table(t("Columns of {name}", name=name), heads, lines)


def _kind(schema: dict[str, Any]) -> str:
    """integer | null, array of string, Member …"""
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("type") == "array":
        return f"array of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type", ""))


def _forms(t: Words) -> html.Div:
    lines = [_line(html.Code(f".{one.ending}"), html.Code(one.type), _only(t, one)) for one in forms.FORMS.values()]
    return _table(t("Forms"), (t("Ending"), t("Media type"), t("Of what")), lines)


def _only(t: Words, form: forms.Form) -> str:
    return t("of figures only") if form.figures else t("of everything")


def _problems(t: Words) -> html.Div:
    lines = [
        _line(str(status), html.Code(problems.KINDS[status], id=problems.KINDS[status]), t.of(about))
        for status, about in openapi.ERRORS.items()
    ]
    return _table(t("When something is wrong"), (t("Status"), t("Short name"), t("What it means")), lines)


def _line(head: Any, *cells: Any) -> html.Tr:
    return html.Tr([html.Th(head, scope="row"), *map(html.Td, cells)])


def _table(name: str, heads: tuple[str, ...], lines: list[html.Tr]) -> html.Div:
    head = html.Thead(html.Tr([html.Th(each, scope="col") for each in heads]))
    table = html.Table([head, html.Tbody(lines)], className="figures")
    return html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=name))
