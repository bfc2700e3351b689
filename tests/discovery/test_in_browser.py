"""In Chromium: linked data does not trouble the Content-Security-Policy, texts of the operator are calm pages."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
from playwright.sync_api import Browser
from serving import serving

PATHS = ("indicator/adoption_firms_ai_web_pct", "data", "imprint", "privacy", "accessibility")


def drawn(at: str, path: str) -> None:
    """Wait until a page is drawn and kept: on a busy machine the first try may be told to come again (503)."""
    deadline = time.monotonic() + 90
    while httpx.get(f"{at}/de/{path}", timeout=60).status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.5)


def test_pages_for_machines_and_operators_open_cleanly(browser: Browser, build: Path, tmp_path: Path) -> None:
    """No error in the console, no request elsewhere, no sideways scroll on a phone; the data block can be read."""
    operator = tmp_path / "operator"
    operator.mkdir()
    long = "Bundesbeispielangelegenheitenverwaltungsgesellschaftsabteilung"
    (operator / "imprint.de.md").write_text(f"## Angaben\n{long}\n\n| a | b |\n|---|---|\n| 1 | {long} |\n")
    with serving(build, tmp_path / "log", more={"ATLAS_OPERATOR": str(operator)}) as at:
        context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        for path in PATHS:
            drawn(at, path)
            answer = page.goto(f"{at}/de/{path}")
            assert answer is not None
            assert answer.status == 200, answer.text()
            assert "script-src" in answer.headers["content-security-policy"]
            wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], (path, wide)
            blocks = page.locator('script[type="application/ld+json"]').all_text_contents()
            assert len(blocks) == (path in PATHS[:2]), path
            for block in blocks:
                assert json.loads(block)["@context"] == "https://schema.org"
            links = page.locator("footer .legal a")
            assert links.count() == 3
            assert all(link.bounding_box()["height"] >= 24 for link in links.all())  # type: ignore[index]
        assert said == []
        assert [url for url in asked if not url.startswith((at, "data:"))] == []
        context.close()
