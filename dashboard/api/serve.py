"""The addresses of the API. Every answer names its build, can be had by other sites' scripts, and has an ETag."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

import orjson
import polars as pl
from flask import Blueprint, Flask, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from dashboard import errors, frozen, urls
from dashboard.api import cursors, openapi, parameters, problems, resources
from dashboard.api.forms import FORMS, Answer, Form, of, written
from dashboard.api.problems import ProblemError
from dashboard.compressed import pack_once, respond
from dashboard.exports import pool
from dashboard.i18n import Words
from dashboard.settings import INTERNAL, Settings
from dashboard.store import Build, NotKeptError, Store

#: What scripts of other sites may send and read.
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match",
    "Access-Control-Expose-Headers": (
        "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Atlas-Build, Atlas-Left-Out"
    ),
    "Access-Control-Max-Age": "86400",
}
#: Rows up to which an answer is written here; more are written beside the web worker.
_SMALL: Final = 2000
_NAMES: Final = ", ".join(resources.RESOURCES)
_ENDINGS: Final = ", ".join(FORMS)


def register(server: Flask, store: Store, settings: Settings) -> None:
    """Add `/api/v1` and its errors."""
    site = Blueprint("api", __name__, url_prefix=problems.ROOT)
    _errors(site)
    _lists(site, store, settings)
    _others(site, store)
    server.register_blueprint(site)

    @server.after_request
    def open_to_scripts(answer: Response) -> Response:
        if request.path.startswith(problems.ROOT + "/"):
            answer.vary.add("Accept")
            if server.config["AUDIENCE"] != INTERNAL:
                answer.headers.update(_CORS)
        return answer


def _lists(site: Blueprint, store: Store, settings: Settings) -> None:
    @site.get(f"/v1/<any({_NAMES}):name>")
    @site.get(f"/v1/<any({_NAMES}):name>.<any({_ENDINGS}):form>")
    def rows(name: str, form: str = "") -> Response:
        t, resource = errors.language(), resources.RESOURCES[name]
        chosen = _form(t, form, figures=name == resources.OBSERVATIONS)
        query = _read(t, resource.query, request.args)
        build, after = _where(t, store, resource, query)
        page = resource.page(t, build, query, after)
        link = _next(build, resource, query, form, page.after)
        base = settings.base_url or request.host_url.rstrip("/")
        told = (page.frame, link, page.left_out, base + urls.frozen(request.full_path, build.id))
        small = page.frame.height <= _SMALL or chosen.ending == "parquet"  # which Polars writes by itself
        data = written(build, chosen.ending, *told) if small else pool.made(build, written, chosen.ending, *told)
        sent = _sent(build, chosen, data, name)
        if link:
            sent.headers["Link"] = f'<{link}>; rel="next"'
        if page.left_out:
            sent.headers["Atlas-Left-Out"] = ", ".join(page.left_out)
        return sent

    @site.get(f"/v1/{resources.BUILDS}")
    @site.get(f"/v1/{resources.BUILDS}.<any({', '.join(of(figures=False))}):form>")
    def builds(form: str = "") -> Response:
        t, build = errors.language(), store.current()
        chosen = _form(t, form, figures=False)
        _read(t, parameters.Builds, request.args)
        found = [{"id": id_, "published": at, "current": id_ == build.id} for id_, at in store.kept()]
        types: dict[str, Any] = {"id": pl.String, "published": pl.Datetime("us", "UTC"), "current": pl.Boolean}
        return _sent(build, chosen, chosen.write(Answer(build, pl.DataFrame(found, schema=types))), resources.BUILDS)


def _others(site: Blueprint, store: Store) -> None:
    keyed = ", ".join(name for name, resource in resources.RESOURCES.items() if resource.key)

    @site.get("/v1")
    def index() -> Response:
        t, build = errors.language(), store.current()
        _read(t, parameters.Builds, request.args)
        links = {name: urls.api(name) for name in resources.ALL}
        return _json(t, build, {"build": build.id, "openapi": urls.api("openapi", "json"), "resources": links})

    @site.get("/v1/openapi.json")
    def described() -> Response:
        t = errors.language()
        _read(t, parameters.Builds, request.args)
        return _json(t, store.current(), openapi.document())

    @site.get(f"/v1/<any({keyed}):name>/<id>")
    def one(name: str, id: str) -> Response:
        t = errors.language()
        query = _read(t, parameters.Item, request.args)
        build = frozen.asked(store)
        found = resources.item(build, resources.RESOURCES[name], id)
        return _json(t, build, {"build": build.id, "data": found}, frozen.cache_of(build) if query.asof else "no-cache")

    @site.get("/", defaults={"rest": ""})
    @site.get("/<path:rest>")
    def nothing(rest: str) -> Response:
        raise urls.NotFoundError(f"{problems.ROOT}/{rest}")


def _json(t: Words, build: Build, body: Mapping[str, Any], cache: str = "no-cache") -> Response:
    _form(t, "", figures=False, only="json")
    return _sent(build, FORMS["json"], orjson.dumps(body), "", cache)


def _sent(build: Build, form: Form, data: bytes, name: str, cache: str = "") -> Response:
    answer = respond(request, pack_once(request, data), form.content_type, cache or frozen.cache_of(build))
    answer.headers["Atlas-Build"] = build.id
    if form.ending not in ("json", "jsonstat"):
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form.ending}"'
    return answer


# ── What is asked for ────────────────────────────────────────────────────────────────────────────────────────────


def _form(t: Words, ending: str, *, figures: bool, only: str = "") -> Form:
    """The form of the ending, else the one that `Accept` prefers; raises ProblemError (404, 406)."""
    offered = {only: FORMS[only]} if only else of(figures)
    if ending:
        if ending in offered:
            return offered[ending]
        raise ProblemError(
            404, t("Not in this form"), t("There is no “{about}” of this.", about=ending), _forms(t, offered)
        )
    wanted = request.accept_mimetypes
    if not wanted or not request.headers.get("Accept", "").strip():
        return FORMS["json"]
    for value, quality in wanted:
        plain = value.partition(";")[0].strip().lower()
        for form in offered.values():
            if quality > 0 and plain in (form.accepts, form.accepts.partition("/")[0] + "/*", "*/*"):
                return form
    raise ProblemError(
        406, t("Not in this form"), t("None of the forms that “Accept” names is made here."), _forms(t, offered)
    )


def _forms(t: Words, offered: Mapping[str, Form]) -> str:
    named = ", ".join(f".{ending} ({form.type})" for ending, form in offered.items())
    return t("The forms are: {names}", names=named)


def _read(t: Words, model: type[BaseModel], args: MultiDict[str, str]) -> Any:
    """The parameters as declared; raises ProblemError (400) that names those there are."""
    known = parameters.names(model)
    found: dict[str, Any] = {}
    for name in args:
        values = args.getlist(name)
        if name not in known:
            raise _unknown(t, name, [*known])
        if name in parameters.lists(model):
            found[name] = [part for value in values for part in value.split(",")]
        elif len(values) > 1:
            text = t("“{name}” is named more than once.", name=name)
            raise ProblemError(400, t("Not accepted"), text, t("Name it once."), parameter=name)
        else:
            found[name] = values[0]
    try:
        return model.model_validate(found)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise _unfit(t, name, ",".join(args.getlist(name)), known[name]) from None


def _unknown(t: Words, name: str, known: list[str]) -> ProblemError:
    near = get_close_matches(name, known, 1)
    remedy = t("Did you mean “{hint}”?", hint=near[0]) + " " if near else ""
    remedy += t("The parameters are: {names}", names=", ".join(known)) if known else t("Leave it out: there are none.")
    detail = t("“{about}” is no parameter of this address.", about=name[:80])
    return ProblemError(400, t("Not accepted"), detail, remedy, parameter=name[:80], parameters=known)


def _unfit(t: Words, name: str, value: str, schema: Mapping[str, Any]) -> ProblemError:
    single = schema.get("items", schema)
    if "enum" in single:
        remedy = t("It is one of: {names}", names=", ".join(single["enum"]))
    elif single["type"] == "integer":
        remedy = t("It is a whole number from {low} to {high}.", low=single["minimum"], high=single["maximum"])
    else:
        remedy = t("It has to match {pattern}.", pattern=single["pattern"])
    detail = t("“{value}” is nothing that “{name}” can be.", value=value[:80], name=name)
    return ProblemError(400, t("Not accepted"), detail, remedy, parameter=name)


def _where(
    t: Words, store: Store, resource: resources.Resource, query: parameters.Query
) -> tuple[Build, resources.Place]:
    """The build that answers, and after which row the page begins."""
    build = frozen.asked(store)
    if query.cursor is None:
        return build, resource.first
    wanted = cursors.asked(resource.name, query.model_dump())
    cursor = cursors.read(t, query.cursor, wanted, resource.first)
    if query.asof and cursor.build != build.id:
        text = t("This cursor belongs to build “{build}”.", build=cursor.build[:80])
        raise ProblemError(404, t("Unknown page"), text, t("Leave out “asof”, or begin again without “cursor”."))
    return store.asof(cursor.build), cursor.after


def _next(
    build: Build, resource: resources.Resource, query: parameters.Query, form: str, after: resources.Place | None
) -> str:
    if after is None:
        return ""
    cursor = cursors.Cursor(build.id, cursors.asked(resource.name, query.model_dump()), after)
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return urls.api(resource.name, form, [*kept, ("cursor", cursor.text())])


# ── What goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────


def _errors(site: Blueprint) -> None:
    @site.errorhandler(ProblemError)
    def problem(error: ProblemError) -> AnyResponse:
        return problems.response(errors.language(), error)

    @site.errorhandler(urls.NotFoundError)
    def unknown(error: urls.NotFoundError) -> AnyResponse:
        t = errors.language()
        detail = t("There is nothing at this address: “{about}” is unknown.", about=error.about)
        remedy = t("Did you mean “{hint}”?", hint=error.hint) if error.hint else ""
        remedy = remedy or t("GET {address} names all there is.", address=urls.api())
        return problems.response(t, ProblemError(error.status, t("Not found"), detail, remedy))

    @site.errorhandler(NotKeptError)
    def not_kept(error: NotKeptError) -> AnyResponse:
        t = errors.language()
        kept = [build for build, _ in error.kept]
        text = t("No build “{about}” is kept, so these figures cannot be shown as they were.", about=error.about)
        if error.gone:
            text = t("The build “{about}” is no longer kept, so these figures cannot be shown as they were.",
                     about=error.about)  # fmt: skip
        remedy = t("Kept are: {names}", names=", ".join(kept[:12]))
        return problems.response(t, ProblemError(410 if error.gone else 404, t("Not kept"), text, remedy, kept=kept))
