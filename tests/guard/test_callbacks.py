"""A part of a page that the server could not draw: the reader is told in his language, with the number in the log."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from dashboard.app import create
from dashboard.pages import pages
from dashboard.settings import Settings

SENTENCES = {"de": "Der Fehler hat die Nummer", "fr": "numéro", "en": "The error has the number"}


@pytest.fixture
def failing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server whose chart cannot be drawn, with a secret in the reason."""

    def series(*_values: object, **_more: object) -> object:
        raise RuntimeError("secret /srv/secret/path")

    monkeypatch.setattr(pages()["map"], "series", series)
    server = make_server("127.0.0.1", 0, create(settings).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(30)


def test_a_part_that_fails_is_told_with_its_number(
    failing: str, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    for lang, sentence in SENTENCES.items():
        page = browser.new_page(locale="es-ES")  # the page's language counts, not the browser's
        page.goto(f"{failing}/{lang}/map?indicator=adoption_firms_ai_web_pct")
        page.locator("#dash #chart-section").scroll_into_view_if_needed()
        told = page.locator("#trouble[role=alert]")
        expect(told).to_contain_text(sentence, timeout=60_000)
        number = re.search(r"\b[0-9a-f]{8,16}\b", told.inner_text())
        assert number
        assert f"error {number.group()}" in caplog.text
        assert "srv/secret" not in page.content()
        assert page.locator("#table tbody tr").count() > 10, "what was there stays"
        page.close()


def test_a_part_that_no_network_brings_is_told_too(server: str, browser: Browser) -> None:
    page = browser.new_page()
    page.route("**/_dash-update-component", lambda route: route.abort())
    page.goto(f"{server}/de/map?indicator=adoption_firms_ai_web_pct")
    page.locator("#chart-section").scroll_into_view_if_needed()
    expect(page.locator("#trouble[role=alert]")).to_contain_text("konnten nicht geladen werden", timeout=60_000)
    page.close()
