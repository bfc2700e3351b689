"""What every answer carries and what no request may do."""

from __future__ import annotations

import orjson
from dash import Dash
from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

BODY_BYTES = 256 * 1024


def register(app: Dash) -> None:
    """Headers on every answer, a body limit, and 400 for callbacks that are none."""
    server: Flask = app.server
    server.config["MAX_CONTENT_LENGTH"] = BODY_BYTES
    policy = _policy(app)

    @server.before_request
    def refuse_malformed_callbacks() -> None:
        if request.method == "POST" and request.path == "/_dash-update-component":
            check_callback(request.get_data(), set(app.callback_map))

    @server.after_request
    def headers(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        return answer


def check_callback(body: bytes, outputs: set[str]) -> None:
    """Raise BadRequest for a body that is not a callback of this app; Dash would answer 500 and log it whole."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("not JSON") from None
    shape = isinstance(asked, dict) and isinstance(asked.get("inputs"), list) and isinstance(asked.get("output"), str)
    if not shape or asked["output"] not in outputs:
        raise BadRequest("no such callback")
    parts = [*asked["inputs"], *(asked.get("state") or [])]
    if not all(isinstance(part, dict) and isinstance(part.get("id"), str) and "property" in part for part in parts):
        raise BadRequest("no such callback")


def _policy(app: Dash) -> str:
    """Nothing from elsewhere. Dash's inline starter is allowed by hash; its components need inline styles."""
    app._setup_server()  # type: ignore[no-untyped-call]
    hashes = " ".join(app.csp_hashes())
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
