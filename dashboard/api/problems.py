"""Errors of the API: problem details as RFC 9457 has them, with a remedy, in the language the client prefers."""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import Response

from dashboard import urls
from dashboard.i18n import Words

TYPE: Final = "application/problem+json"
#: Under this everything is an address of the API.
ROOT: Final = "/api"
#: Status → the name of the problem, in its type.
KINDS: Final = {
    400: "parameter",
    401: "sign-in",
    403: "licence",
    404: "unknown",
    405: "method",
    406: "form",
    410: "gone",
    413: "large",
    429: "often",
    503: "later",
}


class ProblemError(Exception):
    """A request that cannot be answered. more: further members of the answer."""

    def __init__(self, status: int, title: str, detail: str, remedy: str, **more: Any) -> None:
        self.status, self.title, self.detail, self.remedy, self.more = status, title, detail, remedy, more
        super().__init__(detail)


def response(t: Words, error: ProblemError) -> Response:
    """The answer; never kept by anybody between."""
    body = {
        "type": urls.problem(KINDS.get(error.status, "error")),
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "remedy": error.remedy,
    }
    answer = Response(orjson.dumps(body | error.more), error.status, content_type=TYPE)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Language"] = t.lang
    return answer


def plain(t: Words, status: int, title: str, detail: str) -> Response:
    """An error that is not the API's own (errors.py), as a problem."""
    remedies = {
        404: t("GET {address} names all there is.", address=urls.api()),
        405: t("The API is only read: GET, HEAD and OPTIONS."),
        429: t("The header Retry-After says after how many seconds; larger pages and files need fewer requests."),
        503: t("Ask again in some seconds; a smaller limit or more filters make it faster."),
    }
    fallback = t("{address} describes every address and parameter.", address=urls.api("openapi"))
    return response(t, ProblemError(status, title, detail, remedies.get(status, fallback)))
