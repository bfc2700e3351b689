"""Asking the API, for its tests: rows, problems, pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

WEB = "adoption_firms_ai_web_pct"
ROLES = "adoption_firms_ai_role_pct"
KEPT_BACK = "jobs_it_employment_fap_count"


def ask(client: FlaskClient, resource: str, status: int = 200, /, **query: object) -> Any:
    """The JSON of an answer."""
    answer = client.get(f"/api/v1/{resource}" + (f"?{urlencode(query)}" if query else ""))
    assert answer.status_code == status, answer.text[:500]
    return orjson.loads(answer.data)


def held(answer: TestResponse, status: int) -> Any:
    """A problem of RFC 9457 that says what to do."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.content_type == "application/problem+json"
    body = orjson.loads(answer.data)
    assert body["status"] == status
    assert body["type"].startswith("/en/api#")
    said = [body[name] for name in ("title", "detail", "remedy")]
    assert all(text.strip() and not re.search(r"\{[a-z]", text) for text in said), said
    return body


def paged(client: FlaskClient, address: str | None) -> Any:
    """Each page of a list, by following `next`."""
    while address:
        answer = client.get(address)
        body = orjson.loads(answer.data)
        assert answer.status_code == 200, body
        link = f'<{body["next"]}>; rel="next"' if body["next"] else None
        assert answer.headers.get("Link") == link
        yield body
        address = body["next"]
