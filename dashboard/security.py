"""What every answer carries and what no request may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from dash import Dash
from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from dashboard.settings import INTERNAL

BODY_BYTES = 256 * 1024
BRACKETS = 200
#: Views for a frame on another site (docs/frozen-and-embed.md).
EMBEDS = "/embed/"
#: Where Dash asks for a part of a page.
CALLBACKS = "/_dash-update-component"
#: The same files for everybody; all else that an internal process answers is kept by nobody.
SHARED = ("/assets/", "/shapes/", "/_dash-component-suites/")


def register(app: Dash) -> None:
    """Headers on every answer, a body limit, and 400 for callbacks that are none."""
    server: Flask = app.server
    server.config["MAX_CONTENT_LENGTH"] = BODY_BYTES
    policy, hosts = _policy(app), str(server.config["EMBED_HOSTS"])

    @server.before_request
    def refuse_malformed_callbacks() -> None:
        if request.method == "POST" and request.path == CALLBACKS:
            check_callback(request.get_data(), app.callback_map)

    @server.after_request
    def headers(answer: Response) -> Response:
        whole = f"{policy}; frame-ancestors {_framed_by(hosts)}"
        answer.headers.setdefault("Content-Security-Policy", whole)  # pictures have a stricter one
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if not request.path.startswith(EMBEDS):
            answer.headers["X-Frame-Options"] = "DENY"
        elif not hosts:  # it cannot name other sites; where some may, the policy alone says which
            answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        if server.config["AUDIENCE"] == INTERNAL and not request.path.startswith(SHARED):
            answer.headers["Cache-Control"] = "private, no-store"
            answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        return answer


def _framed_by(hosts: str) -> str:
    """Who may show the answer in a frame: for embedded views the site itself and those allowed, else nobody."""
    if not request.path.startswith(EMBEDS):
        return "'none'"
    return hosts if hosts == "*" else f"'self' {hosts}".strip()


def check_callback(body: bytes, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise BadRequest for a body that is not a callback of this app; Dash would answer 500 and log it whole.

    known: output → the callback as Dash keeps it; one without "callback" runs in the browser only.
    """
    try:
        if body.count(b"[") + body.count(b"{") > BRACKETS:
            raise BadRequest("too deep")  # for Python's reader, which Dash uses; ours have a dozen
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("not JSON") from None
    name = asked.get("output") if isinstance(asked, dict) else None
    if not isinstance(name, str) or "callback" not in known.get(name, {}):
        raise BadRequest("no such callback")
    parts = ("inputs", "state")
    same = all(_places(asked.get(part, [])) == _places(known[name][part]) for part in parts)
    changed = asked.get("changedPropIds", [])
    texts = isinstance(changed, list) and all(isinstance(each, str) for each in changed)
    if not same or not texts or _places([asked.get("outputs")]) != [tuple(name.rsplit(".", 1))]:
        raise BadRequest("no such callback")


def _places(parts: object) -> list[tuple[object, object]] | None:
    """(id, property) of each part; None where this is no list of parts."""
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        return None
    return [(part.get("id"), part.get("property")) for part in parts]


def _policy(app: Dash) -> str:
    """Nothing from elsewhere, no inline script (assets/start.js starts Dash); its components need inline styles."""
    app._setup_server()  # type: ignore[no-untyped-call]
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
    )
