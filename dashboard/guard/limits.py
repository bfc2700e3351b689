"""How often one address may ask: cheap pages often, the API less, files least; static files and health as they like.

The usual limits are far above what a reader, or a class of thirty behind one address, can do by hand; they are for
programs. This machine itself is not limited: a probe, a bench, or a web server that ATLAS_PROXIES does not name.
"""

from __future__ import annotations

import logging
import re
from typing import Final

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from dashboard.guard import backing, counts
from dashboard.guard.address import loopback, network
from dashboard.settings import Settings

log = logging.getLogger("atlas")
#: Kinds of requests, as the headers name them.
PAGES, API, EXPORTS = "pages", "api", "exports"
#: Not counted: the same bytes for everybody, and what tells an operator how it is.
_FREE: Final = re.compile(r"/(assets|shapes|_dash-component-suites|health|metrics$)")
_API: Final = re.compile(r"/api(/|$)")
#: What is made beside the web worker, or takes as long.
_FILE: Final = re.compile(
    r"/[a-z]{2}/(?!(slice|part)/|(regions|places)\.json$).+\.(csv|xlsx|parquet|json|zip|svg|png|pdf|pptx)$"
)
_POLICY, _STATE = "RateLimit-Policy", "RateLimit"


class TooOftenError(HTTPException):
    """One address asks too often. seconds: until it may again."""

    code = 429

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


def kind_of(path: str) -> str:
    """The kind of a request by its path, "" for what is not counted."""
    if _FREE.match(path):
        return ""
    if _API.match(path):
        return API
    return EXPORTS if _FILE.match(path) else PAGES


def register(server: Flask, settings: Settings) -> None:
    """Count each request before anything else is done for it, where the settings have a limit for its kind."""
    amounts = {PAGES: settings.requests, API: settings.api, EXPORTS: settings.exports}
    rules = {kind: backing.per_minute(amount, kind) for kind, amount in amounts.items() if amount}
    if not rules:
        return
    backings = _backings(settings)

    @server.before_request
    def count() -> None:
        rule = rules.get(kind_of(request.path))
        if rule is None or loopback(request.remote_addr):
            _remind(settings)
            return
        place = network(request.remote_addr)
        verdict = next((found for one in backings if (found := one.hit(rule, place))), None)
        if verdict is None:
            return
        g.limit = rule, verdict
        if not verdict.passes:
            raise TooOftenError(verdict.seconds)

    @server.after_request
    def tell(answer: Response) -> Response:
        if limit := g.get("limit"):
            rule, verdict = limit
            answer.headers[_POLICY] = f'"{rule.namespace}";q={rule.amount};w={rule.get_expiry()}'
            answer.headers[_STATE] = f'"{rule.namespace}";r={verdict.left};t={verdict.seconds}'
            if not verdict.passes:
                answer.headers["Retry-After"] = str(verdict.seconds)
        return answer


def _backings(settings: Settings) -> list[backing.Backing]:
    """Where is counted: the first that works."""
    found = [backing.of_all(settings.shared)] if settings.shared else []
    try:
        found.append(backing.of_machine(counts.path(settings)))
    except OSError as error:
        log.warning("no folder for the limits of requests (%s); set ATLAS_RUNTIME", error)
    return found


_reminded = False


def _remind(settings: Settings) -> None:
    """Say once that a web server in front is not named: then nobody is limited."""
    global _reminded  # noqa: PLW0603
    if not _reminded and not settings.proxies and "X-Forwarded-For" in request.headers:
        _reminded = True
        log.warning("a web server in front adds X-Forwarded-For: set ATLAS_PROXIES=1, or no reader is limited")
