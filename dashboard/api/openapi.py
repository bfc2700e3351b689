"""The OpenAPI 3.1 document, made from the declarations that the answers are made by."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal

from apispec import APISpec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dashboard import urls
from dashboard.api import forms, parameters, problems, resources, rows

VERSION: Final = "1.0.0"
#: What the API is, in English.
ABOUT: Final = (
    "Figures on artificial intelligence, jobs and money by German and French region, each with flag, source and "
    "licence; and the ledger of programmes, claims and partnerships. Read only, without a key."
)
_REF: Final = "#/components/schemas/{model}"
#: Header → what it says.
_HEADERS: Final = {
    "ETag": "Changes with the content; send it back as If-None-Match.",
    "Link": "The next page, where there is one (rel=next).",
    "Atlas-Build": "The edition of the data that answered.",
    "Atlas-Left-Out": "Indicators whose licence does not let figures be handed on.",
}
#: Status → what it means, in English.
ERRORS: Final = {
    400: "A parameter is unknown, named twice or not of its form.",
    403: "A licence keeps the figures on the site.",
    404: "There is no such thing.",
    405: "The API is only read: GET, HEAD and OPTIONS.",
    406: "There is no such form.",
    410: "The edition named is no longer kept; “kept” has those that are.",
    429: "Your network asked for more than is answered in a minute; Retry-After says when it goes on.",
    503: "It took too long, or no edition is published.",
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document; to be read, not changed."""
    spec = APISpec(
        title="Regional AI Atlas",
        version=VERSION,
        openapi_version="3.1.0",
        info={"summary": "KI-Atlas der Regionen · Atlas régional de l'IA", "description": ABOUT},
        servers=[{"url": "/"}],
    )
    models: list[type[BaseModel]] = [*(resources.model_of(name) for name in resources.ALL), rows.LeftOut, rows.Problem]
    wanted: list[tuple[type[BaseModel], Literal["serialization"]]] = [(model, "serialization") for model in models]
    _, schemas = models_json_schema(wanted, ref_template=_REF)
    for name, schema in schemas["$defs"].items():
        spec.components.schema(name, schema)
    spec.components.schema("Index", _index_schema())
    for name in resources.ALL:
        _list(spec, name)
        _list(spec, name, suffix=True)
        if name in resources.RESOURCES and resources.RESOURCES[name].key:
            _item(spec, name)
    _single(spec, urls.api(), "index", "All addresses, and the edition that answers.", {"$ref": _ref("Index")})
    _single(spec, urls.api("openapi", "json"), "openapi", "This document.", {"type": "object"})
    return spec.to_dict()


def _ref(name: str) -> str:
    return _REF.format(model=name)


def _index_schema() -> dict[str, Any]:
    link = {"type": "string", "description": "The address of the list."}
    return {
        "type": "object",
        "required": ["build", "openapi", "resources"],
        "properties": {
            "build": {"type": "string"},
            "openapi": {"type": "string"},
            "resources": {"type": "object", "additionalProperties": link},
        },
    }


def described(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The parameters of a model as OpenAPI has them."""
    found = []
    for name, schema in parameters.names(model).items():
        about = {key: value for key, value in schema.items() if key != "description"}
        one = {"name": name, "in": "query", "description": schema["description"], "schema": about}
        found.append(one | ({"style": "form", "explode": False} if schema.get("type") == "array" else {}))
    return found


def _list(spec: APISpec, name: str, *, suffix: bool = False) -> None:
    figures = name == resources.OBSERVATIONS
    offered = forms.of(figures)
    asked = described(resources.query_of(name))
    if suffix:
        asked.insert(
            0, _path("form", {"type": "string", "enum": [*offered]}, "The form, as the ending of the address.")
        )
    content = {
        form.type: {"schema": _page(name) if form.ending == "json" else _schema(form)} for form in offered.values()
    }
    path = urls.api(name) + (".{form}" if suffix else "")
    operation = {
        "operationId": name + ("_as" if suffix else ""),
        "tags": [name],
        "summary": resources.about(name),
        "parameters": asked,
        "responses": _responses(content, _fitting(figures=figures, suffix=suffix)),
    }  # fmt: skip
    spec.path(path=path, operations={"get": operation})


def _fitting(*, figures: bool, suffix: bool) -> list[int]:
    """The errors that a list can answer with."""
    never = {405} | (set() if figures else {403}) | ({406} if suffix else set())
    return [code for code in ERRORS if code not in never]


def _item(spec: APISpec, name: str) -> None:
    row = {"$ref": _ref(resources.model_of(name).__name__)}
    body = {"type": "object", "required": ["build", "data"], "properties": {"build": {"type": "string"}, "data": row}}
    operation = {
        "operationId": f"{name}_one",
        "tags": [name],
        "summary": "One of them.",
        "parameters": [
            _path("id", {"type": "string"}, "Its id, for a region its code."),
            *described(parameters.Item),
        ],
        "responses": _responses({"application/json": {"schema": body}}, [400, 404, 406, 410, 429, 503]),
    }
    spec.path(path=urls.api(name) + "/{id}", operations={"get": operation})


def _single(spec: APISpec, path: str, id_: str, about: str, schema: dict[str, Any]) -> None:
    responses = _responses({"application/json": {"schema": schema}}, [400, 406, 429, 503])
    spec.path(path=path, operations={"get": {"operationId": id_, "summary": about, "responses": responses}})


def _path(name: str, schema: dict[str, Any], about: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


def _page(name: str) -> dict[str, Any]:
    row = resources.model_of(name).__name__
    return {
        "type": "object",
        "required": ["build", "next", "left_out", "data"],
        "properties": {
            "build": {"type": "string", "description": "The edition of the data."},
            "next": {"type": ["string", "null"], "description": "The address of the next page."},
            "left_out": {"type": "array", "items": {"$ref": _ref("LeftOut")}},
            "data": {"type": "array", "items": {"$ref": _ref(row)}},
        },
    }


def _schema(form: forms.Form) -> dict[str, Any]:
    return {"type": "object"} if form.type.endswith("json") else {"type": "string"}


def _responses(content: dict[str, Any], errors: list[int]) -> dict[str, Any]:
    headers = {name: {"description": about, "schema": {"type": "string"}} for name, about in _HEADERS.items()}
    problem = {problems.TYPE: {"schema": {"$ref": _ref("Problem")}}}
    found: dict[str, Any] = {
        "200": {"description": "The rows asked for.", "headers": headers, "content": content},
        "302": {"description": "“asof” was a day: the same address with the id of the edition shown then."},
        "304": {"description": "Unchanged since the ETag that was sent."},
    }
    return found | {str(code): {"description": ERRORS[code], "content": problem} for code in errors}


def texts() -> set[str]:
    """What the page on the API says of addresses and parameters, in the document's English: to be translated."""
    queries = [resources.query_of(name) for name in resources.ALL]
    spoken = {one["description"] for model in queries for one in described(model)}
    return spoken | {resources.about(name) for name in resources.ALL} | {ABOUT} | set(ERRORS.values())
