"""Takes the README's pictures from a running atlas: `.venv/bin/python docs/screenshots.py [http://127.0.0.1:8050]`.

Needs the test packages and Chromium (`tests/ensure-chromium`). Look at each picture before committing it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent / "screenshots"
#: name, address, width and height, how the browser is set, region under the pointer
PICTURES: tuple[tuple[str, str, tuple[int, int], dict[str, Any], str], ...] = (
    ("map", "/de/map?region=DED", (1120, 1090), {}, ""),
    ("kreise", "/de/map?level=nuts3&within=DED&region=DED51", (1120, 970), {}, "DED21"),
    ("dark", "/fr/map?indicator=jobs_it_employees_per_1000", (1120, 970), {"color_scheme": "dark"}, ""),
    ("phone", "/de/map", (390, 844), {"has_touch": True, "is_mobile": True}, ""),
    ("region", "/de/region/DED", (1120, 900), {}, ""),
    ("compare", "/de/compare/DE1+FRF", (1120, 900), {}, ""),
    ("programme", "/de/programme/zakid", (1120, 900), {}, ""),
    ("keynote", "/de/keynote/present?deck=region/DED#slide-3", (1120, 630), {}, ""),
    ("partnerships", "/fr/partnerships?show=sap-mistral", (1120, 900), {}, ""),
)
_ANCHOR = """code => { const path = document.querySelector(`path[data-c="${code}"]`), m = path.getScreenCTM();
    const [x, y] = path.dataset.p.split(",").map(Number); return [x * m.a + m.e, y * m.d + m.f]; }"""


def take(page: Page, address: str, pointer: str, target: Path) -> None:
    """One picture, once scripts and, on a page with callbacks, Dash have taken over."""
    page.goto(address)
    if page.locator("#first-paint").count() or "/map" in address:
        page.locator("html[data-ready]").wait_for(state="attached")
        page.locator("#first-paint").wait_for(state="detached")
    page.evaluate("document.fonts.ready")
    if pointer:
        page.mouse.move(*page.evaluate(_ANCHOR, pointer))
        page.locator(".am-tip").wait_for(state="visible")
    page.wait_for_timeout(500)  # the zoom's glide
    page.screenshot(path=target)
    sys.stdout.write(f"{target.name}: {target.stat().st_size / 1000:.0f} kB\n")


def main() -> None:
    """All pictures."""
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        for name, path, (width, height), settings, pointer in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="de-DE", reduced_motion="reduce", **settings
            )
            take(context.new_page(), base + path, pointer, HERE / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
