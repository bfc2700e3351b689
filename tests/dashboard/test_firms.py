"""The page on small and medium-sized firms, on the real build."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from dashboard import firms
from dashboard.figures.dots import dot_chart
from dashboard.store import Build

FOUND = {
    "en": "2025: 24.9% of German and 17.0% of French firms",
    "de": "2025: 24,9\u00a0% der deutschen und 17,0\u00a0% der französischen Unternehmen",
    "fr": "2025\u00a0: 24,9\u202f% des entreprises allemandes et 17,0\u202f% des françaises",
}
NONE_YET = {
    "en": "isoc_eb_ain2 has not been loaded",
    "de": "isoc_eb_ain2 ist hier nicht geladen",
    "fr": "isoc_eb_ain2 d’E",
}


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_the_page_tells_the_figures_and_what_is_missing(client: FlaskClient, lang: str) -> None:
    answer = client.get(f"/{lang}/firms")
    text = unescape(answer.text)
    assert answer.status_code == 200
    assert FOUND[lang] in text
    assert NONE_YET[lang] in text
    assert "eurostat_isoc_eb_ain2" in text, "how to load it"
    assert text.count('class="de"') == text.count('class="fr"') == 4, "four classes, both countries, one scale"
    assert "/map?indicator=adoption_firms_ai_web_pct" in text
    assert "/map?indicator=context_digital_skills_basic_pct" in text


def test_the_gap_is_large_minus_small_and_medium(opened: Build) -> None:
    sizes = firms.breakdown(opened, "en", firms.SIZE)
    assert sizes
    assert sizes.periods == ("2021", "2023", "2024", "2025")
    assert firms.gap(sizes, "DE", "2025") == pytest.approx(57.0 - 24.9)
    assert firms.gap(sizes, "FR", "2022") is None, "a year that was not surveyed has none"
    assert sizes.status("GE250", "FR", "2023") == "b"
    assert firms.breakdown(opened, "en", "nothing") is None


def test_one_scale_from_zero_and_no_dot_without_a_figure() -> None:
    drawn = dot_chart([("small", 10.0, 20.0), ("large", None, 44.0)], "label", " %")
    assert drawn.count('class="de"') == 1
    assert drawn.count('class="fr"') == 2
    assert re.findall(r">(\d+) %<", drawn) == ["0", "10", "20", "30", "40", "50"]
    first, second = (float(x) + 5 for x in re.findall(r'class="fr" x="([\d.]+)"', drawn))
    zero = float(re.findall(r'class="tick" d="M([\d.]+)', drawn)[0])
    assert (second - zero) / (first - zero) == pytest.approx(44 / 20, abs=0.01)
