"""`/{lang}/<page>.csv`: every page that has a function `csv(request)` can be taken along under its own address."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, Response, request

from dashboard import urls
from dashboard.compressed import pack, respond
from dashboard.exports import csv
from dashboard.pages import Request, pages
from dashboard.store import Store

Split = Callable[[str], tuple[str, str, str] | None]


def register(server: Flask, store: Store, split: Split) -> None:
    """split: a path → (language, page, item), None where there is no page."""

    @server.get("/<lang>/<path:rest>.csv")
    def take_along(lang: str, rest: str) -> Response:
        parts = split(f"/{lang}/{rest}")
        if parts is None or not hasattr(pages()[parts[1]], "csv"):
            raise urls.NotFoundError(request.path)
        build = store.current()
        asked = Request(parts[0], parts[2], request.args, build)
        table: csv.Table = pages()[parts[1]].csv(asked)
        packed = pack(csv.text(table.rows, table.columns), quality=5)
        answer = respond(request, packed, "text/csv; charset=utf-8", "no-cache")
        name = re.sub(r"[^a-z0-9-]+", "-", table.name.lower()).strip("-")[:80]
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
