"""The time series of the picked region beside both countries: comes on scrolling, follows the reader, asks nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from visits import Visit

Visits = Callable[..., Visit]
LINES = "document.querySelector('#series .js-plotly-plot').data.map((line) => line.name)"


def scrolled(v: Visit) -> Visit:
    v.dash().ready().page.locator("#chart-section").scroll_into_view_if_needed()
    v.page.locator("#series .js-plotly-plot .scatterlayer .trace").first.wait_for()
    return v


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("de", ["Deutschland", "Frankreich", "Sachsen"]),
        ("fr", ["Allemagne", "France", "Saxe"]),
        ("en", ["Germany", "France", "Saxony"]),
    ],
)
def test_it_has_lines_for_the_region_and_both_countries(visit: Visits, lang: str, names: list[str]) -> None:
    v = scrolled(visit(f"/{lang}/map?region=DED"))
    assert v.page.evaluate(LINES) == names
    assert names[2] in v.page.locator("#chart-caption").inner_text()
    values = v.page.evaluate("document.querySelector('#series .js-plotly-plot').data[2].y")
    assert len(values) == 9
    assert values[-1] == v.page.evaluate("Atlas.drawn.DED.value")
    assert not [url for url in v.urls if "cdn" in url]


def test_it_follows_region_and_indicator_without_asking(visit: Visits) -> None:
    v = scrolled(visit("/de/map?region=DED"))
    v.page.wait_for_load_state("networkidle")
    asked = len(v.requests)
    v.region("FRK")
    v.page.wait_for_function(f"({LINES})[2] === 'Auvergne-Rhône-Alpes'")
    assert v.urls[asked:] == [url for url in v.urls[asked:] if "icon.svg" in url]
    v.pick("jobs_it_employees_count")
    v.region("DE2")
    v.page.wait_for_function(f"() => JSON.stringify({LINES}) === JSON.stringify(['Deutschland', 'Bayern'])")
    assert len([url for url in v.urls[asked:] if "icon.svg" not in url]) == 1, "the one slice"


def test_inside_a_region_its_line_stays(visit: Visits) -> None:
    """Drilled in, nothing picked: the line is that of the region around."""
    v = scrolled(visit("/de/map?level=nuts3&within=DED"))
    v.page.wait_for_function(f"({LINES}).includes('Sachsen')")
    v.region("DED51")
    v.page.wait_for_function(f"({LINES}).at(-1).startsWith('Leipzig')")
