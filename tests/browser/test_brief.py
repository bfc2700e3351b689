"""The brief in the browser: one sheet from the printer, whatever it is about, and nothing of the site around it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader
from visits import Visit

Visits = Callable[..., Visit]
#: Those with most to say, and what lies across the border.
LONGEST = (
    "fr/brief/region/FR",
    "de/brief/region/DE",
    "fr/brief/region/FRK",
    "de/brief/region/DEA",
    "de/brief/hub/DE+FR",
)


@pytest.mark.parametrize("address", LONGEST)
def test_the_printer_gets_one_page(visit: Visits, address: str) -> None:
    page = visit(f"/{address}", java_script_enabled=False).page
    found = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(found) == 1
    text = found[0].extract_text()
    assert page.locator(".stamp span").first.inner_text()[:12] in text, "down to the foot"
    assert page.locator(".brief .actions a").first.inner_text() not in text
    assert page.locator("footer.site p").first.inner_text()[:20] not in text
