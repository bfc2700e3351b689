"""What crawlers get of an internal atlas: no page, and the word to stay away."""

from __future__ import annotations

from pathlib import Path

import pytest
from desking import LOCAL, copied, pilot, signed_in
from flask.testing import FlaskClient

from dashboard import urls
from dashboard.app import create
from dashboard.settings import from_environment


@pytest.fixture
def inside(build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    data = copied(build, tmp_path)
    for name, value in {"ATLAS_DATA": str(data), **pilot(data)}.items():
        monkeypatch.setenv(name, value)
    found: FlaskClient = create(from_environment()).server.test_client()
    return found


def test_an_internal_atlas_is_for_no_crawler(inside: FlaskClient) -> None:
    answer = inside.get(urls.ROBOTS, base_url=LOCAL)
    assert answer.status_code == 200, "without signing in"
    assert answer.text == "User-agent: *\nDisallow: /\n"
    for path in (urls.SITEMAP, "/catalog.ttl", urls.HUMANS, "/de/data"):
        assert inside.get(path, base_url=LOCAL).status_code in (302, 303, 401), path
    for lang, name in (("de", "imprint"), ("fr", "privacy"), ("en", "accessibility")):
        legal = inside.get(f"/{lang}/{name}", base_url=LOCAL)
        assert legal.status_code == 200, "also for who cannot sign in"
        assert f'href="/{lang}/desk"' in legal.text, "the internal atlas's own page"
        assert inside.post(f"/{lang}/{name}", base_url=LOCAL).status_code in (401, 403, 405)
    for path in ("/de/imprint.png", "/de/imprint/x", "/de/privacy?asof=2026-01-01/../map"):
        assert inside.get(path, base_url=LOCAL).status_code != 200, path
    client = signed_in(inside)
    for path in (urls.SITEMAP, "/sitemap-de-1.xml", "/catalog.ttl", urls.HUMANS):
        assert client.get(path, base_url=LOCAL).status_code == 404, path
    page = client.get("/de/data", base_url=LOCAL)
    assert page.status_code == 200
    assert "ld+json" not in page.text
    assert "Prüfprotokoll" in client.get("/de/privacy", base_url=LOCAL).text
