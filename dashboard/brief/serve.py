"""`/{lang}/brief/<page>/<item>.pdf`: every page that has a function `brief(request)` is there as PDF, too."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, Response, request

from dashboard import errors, frozen, shared, urls
from dashboard.brief import pdf
from dashboard.brief.model import Brief
from dashboard.brief.pdf import BusyError
from dashboard.compressed import Packed, packed_plain, respond
from dashboard.pages import pages
from dashboard.settings import Settings
from dashboard.store import Store

Split = Callable[[str], tuple[str, str, str] | None]
#: Seconds after which who was turned away may come again.
AGAIN = 5


def register(server: Flask, store: Store, settings: Settings, split: Split) -> None:
    """split: a path → (language, page, item), None where there is no page."""

    @server.get("/<lang>/brief/<path:rest>.pdf")
    def a_pdf(lang: str, rest: str) -> Response:
        parts = split(f"/{lang}/brief/{rest}")
        if parts is None or not hasattr(pages()[parts[1]], "brief"):
            raise urls.NotFoundError(request.path)
        page, asked = pages()[parts[1]], frozen.page_request(store, parts[0], parts[2])
        build = asked.build
        try:
            brief: Brief = page.brief(asked)
        except urls.MovedError as moved:
            raise urls.MovedError(f"{moved.address}.pdf") from None
        host = settings.base_url or request.host_url.rstrip("/")
        key = ("brief pdf", parts, brief.day, host)
        try:
            packed: Packed = shared.kept(build, key, lambda: packed_plain(pdf.pdf(brief, host)))
        except BusyError:
            t = asked.words
            text = t("Several briefs are being set just now. Please try again in a few seconds.")
            answer = errors.page(503, t("Too busy"), text, ((t("The brief as a page"), request.path[: -len(".pdf")]),))
            answer.headers["Retry-After"] = str(AGAIN)
            return answer
        answer = respond(request, packed, "application/pdf", "no-cache")
        name = re.sub(r"[^a-z0-9-]+", "-", f"brief-{parts[2]}-{lang}".lower()).strip("-")[:80]
        answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
        return answer
