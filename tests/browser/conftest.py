"""One Chromium per session, one context per visit; every visit is held to: no third party, no error, no cookie."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import axe_record
import pytest
from playwright.sync_api import Browser
from visits import Visit


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """For the accessibility statement (axe_record.py)."""
    axe_record.outcome(report)


def pytest_sessionfinish() -> None:
    """Write what the statement says, where it was asked for."""
    if path := axe_record.target():
        axe_record.write(path)


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Callable[..., Visit]]:
    """Open addresses of the site, each in a context of its own; afterwards every visit is held to the promises.

    `visit(path, expected="regex", **context)`: expected are errors in the console that the test provokes;
    `at` is another server's address. Without a path the page is still blank.
    """
    visits: list[Visit] = []

    def open_page(path: str, *, at: str = server, expected: str = "", **context: object) -> Visit:
        settings = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", "locale": "de-DE"}
        visits.append(Visit(browser.new_context(**(settings | context)), at, expected))
        if path:
            visits[-1].open(path)
        return visits[-1]

    yield open_page
    for each in visits:
        try:
            hold(each)
        finally:
            each.context.close()


def hold(visit: Visit) -> None:
    """No request to another host, no error in the console, no cookie."""
    for url in visit.urls:
        assert url.startswith(("data:", "blob:")) or urlsplit(url).netloc == urlsplit(visit.at).netloc, url
    unexpected = [text for text in visit.errors if not (visit.expected and re.search(visit.expected, text))]
    assert unexpected == []
    if visit.page.url.startswith(visit.at):  # a test that failed early may still be on the blank page
        assert visit.page.evaluate("document.cookie") == ""
    assert visit.context.cookies() == []
    assert visit.cookie_headers == []
