"""`/{lang}/<page>.csv`: every page that has a function `csv(request)` can be taken along under its own address."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, Response, request

from dashboard import frozen, urls
from dashboard.compressed import pack, respond
from dashboard.exports import csv
from dashboard.pages import pages
from dashboard.store import Store

Split = Callable[[str], tuple[str, str, str] | None]


def register(server: Flask, store: Store, split: Split) -> None:
    """split: a path → (language, page, item), None where there is no page."""

    @server.get("/<lang>/<path:rest>.csv")
    def take_along(lang: str, rest: str) -> Response:
        parts = split(f"/{lang}/{rest}")
        if parts is None or not hasattr(pages()[parts[1]], "csv"):
            raise urls.NotFoundError(request.path)
        asked = frozen.page_request(store, parts[0], parts[2])
        table: csv.Table = pages()[parts[1]].csv(asked)
        packed = pack(csv.text(table.rows, table.columns), quality=5)
        answer = respond(request, packed, "text/csv; charset=utf-8", frozen.file_cache(asked, pages()[parts[1]]))
        name = re.sub(r"[^a-z0-9-]+", "-", table.name.lower()).strip("-")[:80]
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
