"""In front of every answer of an internal process: somebody signed in, with a role, and no forged request."""

from __future__ import annotations

import hmac
import re
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse
from wtforms import ValidationError

from dashboard import urls
from dashboard.api import problems
from dashboard.desk import answers, sessions
from dashboard.desk.audit import AuditError
from dashboard.desk.config import Config
from dashboard.desk.office import ENDED, NotAllowedError, office, user, visit
from dashboard.desk.roles import RolesError
from dashboard.errors import language
from dashboard.guard.address import loopback
from dashboard.security import CALLBACKS

#: For everybody: whether the server lives, that crawlers stay away, and what the page for signing in is made of.
OPEN = ("/health/", "/assets/", "/robots.txt")
#: Views for people who are not signed in, or have no role.
ENTRANCE = {f"desk.{name}" for name in ("sign_in", "enter", "depart", "_arrive", "_ended", "signed_out", "sign_out")}
#: Who answers for the site, what it does with data, how accessible it is: also for who cannot sign in. No figures.
_LEGAL = re.compile(r"/[a-z]{2}/(imprint|privacy|accessibility)")
_SAFE = ("GET", "HEAD", "OPTIONS")


class ForgedError(HTTPException):
    """A request that did not come from one of our own pages."""

    code = 403


def register(server: Flask, config: Config) -> None:
    """Before everything else that the server does with a request."""

    @server.before_request
    def guard() -> AnyResponse | None:
        if request.path.startswith(OPEN):
            return None
        if request.path == "/metrics":
            return None if _may_measure(config) else answers.unknown()
        if request.method not in _SAFE and request.path != ENDED:
            _own(config)
        if request.endpoint in ENTRANCE or (request.method in _SAFE and _LEGAL.fullmatch(request.path)):
            return None
        if visit() is None:
            return _to_sign_in()
        return None if user().grants else _gone()

    server.register_error_handler(NotAllowedError, _not_allowed)
    server.register_error_handler(ForgedError, lambda _error: answers.forged())
    server.register_error_handler(RolesError, answers.closed)
    server.register_error_handler(AuditError, answers.closed)


def _gone() -> Response:
    """The role was taken away: the session ends with it."""
    asking, here = user(), office()
    here.audit.write(asking.key, "session ended: no role any more")
    sessions.end(here.records)
    return answers.stranger(language(), asking)


def _not_allowed(error: NotAllowedError) -> Response:
    asking = user()
    detail = {"action": error.action, "region": error.region, "programme": error.programme, "path": request.path[:200]}
    try:
        office().audit.write(asking.key, "denied", **detail)
    except AuditError as broken:  # nobody else handles what a handler raises
        return answers.closed(broken)
    return answers.not_allowed(error, asking)


def _own(config: Config) -> None:
    """Raise ForgedError unless our own page sent this: the browser says so, and the form holds the session's token."""
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(sender)
    if f"{parts.scheme}://{parts.netloc}".casefold() != config.base_url.casefold():
        raise ForgedError
    if request.path == CALLBACKS:  # drawn parts of pages: nothing is changed, and JSON cannot be sent by a form
        return
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        raise ForgedError from None


def _to_sign_in() -> AnyResponse:
    """To the page for signing in, and back afterwards; where no page was asked for, a plain no."""
    page = request.method in ("GET", "HEAD") and "." not in request.path.rsplit("/", 1)[-1]
    if not page or request.path.startswith(("/_", problems.ROOT + "/")):
        return answers.sign_in_first()
    wanted = request.full_path.rstrip("?") if request.path != "/" else ""
    return redirect(urls.sign_in(language().lang, wanted), 303)


def _may_measure(config: Config) -> bool:
    """Metrics: with the token, or from this machine where no proxy makes others look like it."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if config.metrics_token and hmac.compare_digest(given.encode(), config.metrics_token.encode()):
        return True
    return not config.proxies and loopback(request.remote_addr)
