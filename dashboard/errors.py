"""Calm error pages: what is unknown or wrong, what to do, in the reader's language; never a traceback."""

from __future__ import annotations

import logging
import re
from datetime import datetime

import orjson
from dash import html
from dash.exceptions import DependencyException
from flask import Flask, Response, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response as AnyResponse

from dashboard import urls
from dashboard.api import problems
from dashboard.exports import pool
from dashboard.firstpaint import draw
from dashboard.guard.limits import TooOftenError
from dashboard.i18n import Words, languages, negotiate, words
from dashboard.index import plain_document
from dashboard.logs import request_id
from dashboard.store import NoBuildError, NotKeptError, OtherFormError, SlowQueryError

log = logging.getLogger("atlas")
#: The path of the page that a part belongs to, as the browser names it.
_PAGE = re.compile(r"https?://[^/?#]+(/[^?#]{0,200})")
#: So many kept builds are named at most.
_WAYS = 12
#: An error is over as soon as it is mended.
_FRESH = {"Cache-Control": "no-store"}


def register(server: Flask) -> None:
    """Answer every error of the server with `page`."""
    _exports(server)
    _builds(server)
    _limits(server)
    server.after_request(_when_to_come_again)

    @server.errorhandler(urls.NotFoundError)
    def unknown(error: urls.NotFoundError) -> Response:
        t = language()
        text = error.text or t("There is nothing at this address: “{about}” is unknown.", about=error.about)
        if error.hint:
            text += " " + t("Did you mean “{hint}”?", hint=error.hint)
        return page(error.status, t("Not found") if error.status == 404 else t("Not accepted"), text, error.links)

    @server.errorhandler(urls.MovedError)
    def moved(error: urls.MovedError) -> AnyResponse:
        return redirect(error.address, error.status)

    @server.errorhandler(NoBuildError)
    def nothing_built(_error: NoBuildError) -> Response:
        t = language()
        return page(503, t("No figures yet"), t("No build has been published. The operator runs: make build"))

    @server.errorhandler(SlowQueryError)
    def too_slow(error: SlowQueryError) -> Response:
        log.error("query stopped at %s: %.200s", request.path[:200], error)
        t = language()
        return page(503, t("Too slow"), t("This view took too long and was stopped. Please try again."))

    @server.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        t = language()
        sentences = {
            400: t("This request cannot be read."),
            404: t("There is nothing at this address: “{about}” is unknown.", about=request.path[:80]),
            405: t("This address cannot be used that way."),
            408: t("The request took too long to arrive. Please try again."),
            413: t("That is too large: at most {size} kB are accepted.", size=256),
            503: t("Too much is being asked for at this moment. Please try again in a few seconds."),
        }
        code = error.code or 500
        answer = page(code, t("Not found") if code == 404 else t("Not accepted"), sentences.get(code, error.name))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer

    @server.errorhandler(DependencyException)
    def no_bundle(_error: DependencyException) -> Response:
        return http(NotFound())

    @server.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        t, mark = language(), request_id()
        log.error("error %s at %s: %.500r", mark, request.path[:200], error, exc_info=error)
        return page(500, t("Something went wrong"), t("The error has the number {mark}; please tell us.", mark=mark))


def _when_to_come_again(answer: Response) -> Response:
    if answer.status_code == 503:
        answer.headers.setdefault("Retry-After", str(pool.AGAIN))
    return answer


def _exports(server: Flask) -> None:
    @server.errorhandler(pool.BusyError)
    @server.errorhandler(pool.BrokenError)
    def no_export(error: Exception) -> Response:
        t = language()
        if isinstance(error, pool.BrokenError):
            log.error("export at %s: %s", request.path[:200], error)
        return page(503, t("Too busy"), t("The file could not be made just now. Please try again in a few seconds."))


def _limits(server: Flask) -> None:
    @server.errorhandler(TooOftenError)
    def too_often(error: TooOftenError) -> Response:
        t = language()
        text = t(
            "More was asked for from your network than we answer in a minute. It goes on in {seconds}\u00a0s.",
            seconds=error.seconds,
        )
        return page(429, t("Too many requests"), text)


def _builds(server: Flask) -> None:
    """Answer for builds that cannot be shown: not kept any more, or made by another version."""

    @server.errorhandler(NotKeptError)
    def not_kept(error: NotKeptError) -> Response:
        t, about = language(), error.about
        text = (
            t("The build “{about}” is no longer kept, so these figures cannot be shown as they were.", about=about)
            if error.gone
            else t("No build “{about}” is kept, so these figures cannot be shown as they were.", about=about)
        )
        text += " " + t("The first link leads to the figures of today, the others to the builds that are kept.")
        return page(410 if error.gone else 404, t("Not kept"), text, ways_on(t, request.full_path, error))

    @server.errorhandler(OtherFormError)
    def other_form(error: OtherFormError) -> Response:
        log.error("%s asks build %s for what it does not have: %.300s", request.path[:200], error, error.__cause__)
        t, about = language(), str(error)
        text = t(
            "The build “{about}” was made by another version of the atlas, which this one cannot show.", about=about
        )
        return page(410, t("Not kept"), text, ((t("Show today’s figures"), urls.frozen(request.full_path, "")),))


def ways_on(t: Words, address: str, error: NotKeptError) -> tuple[tuple[str, str], ...]:
    """The same view today, and as of each build that is kept."""
    kept = [(as_of(t, build, day), build) for build, day in error.kept[:_WAYS]]
    return tuple((label, urls.frozen(address, build)) for label, build in ((t("Show today’s figures"), ""), *kept))


def as_of(t: Words, build: str, day: datetime | None) -> str:
    """A kept build for people."""
    return t("As of {day} (build {build})", day=t.day(day), build=build) if day else t("Build {build}", build=build)


def page(status: int, title: str, text: str, links: tuple[tuple[str, str], ...] = ()) -> Response:
    """An error as a page with ways on (label, address), or as JSON where JSON was asked for."""
    t = language()
    if request.path.startswith(problems.ROOT + "/"):
        return problems.plain(t, status, title, text)
    if request.path.endswith(".json") or request.path.startswith(("/_dash", "/health")):
        return Response(
            orjson.dumps({"error": text, "status": status}), status, _FRESH, content_type="application/json"
        )
    ways = html.Ul([html.Li(html.A(label, href=address)) for label, address in links]) if links else None
    body = draw([html.H1(title), html.P(text), ways, html.P(html.A(t("To the map"), href=urls.page(t.lang, "map")))])
    path = request.path if request.path.count("/") < 6 else "/"
    markup = plain_document(t, path=path, title=title, body=f'<div class="prose">{body}</div>')
    return Response(markup, status, _FRESH, content_type="text/html; charset=utf-8")


def language() -> Words:
    """The words of the language of the address (of a part: of its page), else of the one the browser prefers."""
    path = request.path
    if path.startswith("/_dash") and (page_ := _PAGE.match(request.headers.get("Referer", ""))):
        path = page_.group(1)
    first = path.removeprefix("/embed").strip("/").split("/")[0]
    usual = "en" if request.path.startswith(problems.ROOT + "/") else ""
    return words(first if first in languages() else negotiate(request.headers.get("Accept-Language", usual)))
