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


def test_it_shows_how_sure_it_is(visit: Visits) -> None:
    """Bars for the limits, hollow points for a suspected artefact, a gap before a break; and says so."""
    v = scrolled(visit("/en/map?level=nuts3&region=DE40I"))
    line = "document.querySelector('#series .js-plotly-plot').data.at(-1)"
    v.page.wait_for_function(f"{line}.name === 'Uckermark'")
    bars = v.page.evaluate(f"{line}.error_y")
    assert bars["visible"]
    assert [round(bars[side][-1], 1) for side in ("array", "arrayminus")] == [3.1, 2.9]
    colours = v.page.evaluate(f"{line}.marker.color")
    assert colours[:4] == colours[:1] * 4
    assert colours[4:] == colours[4:5] * 5 != colours[:1] * 5, "the jump of 2020 and all after it"
    assert v.page.evaluate(f"{line}.text").count(" (suspected artefact)") == 5
    caption = v.page.locator("#chart-caption").inner_text()
    assert "95 % intervals" in caption
    assert "Hollow points" in caption
    v.open("/en/map?indicator=jobs_it_employees_count&region=DEE")
    scrolled(v)
    v.page.wait_for_function(f"{line}.name === 'Saxony-Anhalt'")
    x, y = v.page.evaluate(f"[{line}.x, {line}.y]")
    assert [x[i] for i, value in enumerate(y) if value is None] == ["2019"], "the line begins anew at the break"
    assert x.count("2019") == 2
    assert not v.page.evaluate(f"{line}.error_y.visible"), "a register has no limits"
    assert "break in the series" in v.page.locator("#chart-caption").inner_text()


def test_the_card_leads_to_the_region(visit: Visits) -> None:
    v = visit("/de/map?region=DED").settled()
    assert v.page.locator("#card .more a").get_attribute("href") == "/de/region/DED"
    v.region("DE2")
    v.page.locator("#card .more a").click()
    v.page.wait_for_url("**/de/region/DE2")
    assert v.page.locator("h1").inner_text() == "Bayern"
