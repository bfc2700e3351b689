"""Steps between neighbours, members of a breakdown, on the build: what is drawn, how wide, what is refused."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from dashboard import breakdown, steps
from dashboard.differences import difference
from dashboard.firstpaint import draw
from dashboard.store import Build
from dashboard.urls import MapState
from dashboard.view import MapView, map_view

WEB = "adoption_firms_ai_web_pct"


def view(build: Build, lang: str = "de", **state: str) -> MapView:
    return map_view(build, lang, MapState(**({"indicator": WEB, "lines": "border"} | state)))


@pytest.mark.parametrize(("level", "count"), [("land", 3), ("nuts2", 5), ("nuts3", 14)])
def test_the_border_has_a_step_for_each_pair_along_it(opened: Build, level: str, count: int) -> None:
    """Each is the difference of the two rows of the slice, with Newcombe's verdict; widths in proportion."""
    shown = view(opened, level=level)
    found = steps.steps(shown)
    assert len(found) == count
    assert {step.a[:2] + step.b[:2] for step in found} == {"DEFR"}
    for step in found:
        expected = difference(shown.rows[step.a], shown.rows[step.b])
        assert expected is not None
        assert step.value == pytest.approx(shown.rows[step.a]["value"] - shown.rows[step.b]["value"])
        assert step.verdict == expected.verdict
    values = [abs(step.value or 0) for step in found]
    assert values == sorted(values, reverse=True)
    widths = [float(wide) for wide in re.findall(r'class="am-step[^-"]*" stroke-width="([\d.]+)"', steps.lines(shown))]
    largest = steps.largest(shown)
    assert widths == pytest.approx(sorted(w for v in values if (w := 9 * v / largest) >= steps.THINNEST), abs=0.01)


def test_one_width_means_one_difference_at_every_level_and_in_every_period(opened: Build) -> None:
    """Honesty rule 6: the widest line is the largest step of all levels and periods."""
    first, last = view(opened, level="land").periods[0], view(opened, level="land").periods[-1]
    assert len({steps.largest(view(opened, level=name, period=p)) for name in steps.LEVELS for p in (first, last)}) == 1
    assert steps.largest(view(opened)) >= max(abs(s.value or 0) for s in steps.steps(view(opened, level="nuts3")))


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_what_cannot_be_compared_has_no_step_at_the_border_and_says_why(opened: Build, lang: str) -> None:
    """Every indicator of the build: lines across the border only for the same definition, never for counts."""
    known = opened.rows("indicators", lang=lang)
    drawn = 0
    for row in known:
        level = next((name for name in steps.LEVELS if name in row["levels"]), "")
        shown = view(opened, lang, indicator=row["id"], level=level, lines="all" if level != "nuts3" else "border")
        crossing = [step for step in steps.steps(shown) if step.a[:2] != step.b[:2]]
        if row["verdict"] != "same" or row["kind"] in ("count", "amount") or not level:
            assert crossing == [], row["id"]
            refused = steps.refusal(view(opened, lang, indicator=row["id"], level=level))
            assert len(refused) > 20
            assert refused in draw(steps.said(view(opened, lang, indicator=row["id"], level=level))).replace(
                "&#x27;", "'"
            )
        drawn += len(crossing)
    assert drawn, "some indicators may be compared"


def test_within_a_region_only_its_own_borders_are_drawn(opened: Build) -> None:
    shown = view(opened, level="nuts2", within="DE1", lines="all")
    assert {code[:3] for step in steps.steps(shown) for code in (step.a, step.b)} == {"DE1"}
    assert steps.steps(view(opened, level="nuts2", country="FR")) == []


@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_a_breakdown_shows_every_member_and_never_adds(opened: Build, lang: str) -> None:
    shown = view(opened, lang, indicator="adoption_firms_ai_role_pct", region="FRF", lines="")
    text = draw(breakdown.said(shown))
    for label in shown.indicator["members"].values():
        assert label.replace("&", "&amp;") in text
    assert "100" in re.sub(r"<[^>]+>", "", text.split("</p>")[0]), "it says that they do not add up"
    body = text.split("<tbody>")[1]
    assert body.count("<tr") == len(shown.indicator["members"])
    assert body.count("dots-region") == len(shown.indicator["members"])
    for x in re.findall(r'cx="([\d.]+)"', body):
        assert 8 <= float(x) <= 232


def test_no_breakdown_for_counts_and_plain_indicators(opened: Build) -> None:
    assert breakdown.said(view(opened)) == []
    for row in opened.rows("indicators", lang="de"):
        if row["kind"] != "rate":
            assert breakdown.said(view(opened, indicator=row["id"], lines="")) == [], row["id"]


def test_the_parts_have_addresses_of_their_own(client: FlaskClient) -> None:
    answer = client.get("/fr/part/steps.json?lines=border&level=nuts2").get_json()
    assert answer["svg"].count("am-step-casing") == 5
    assert "Écarts" in answer["html"]
    assert client.get("/fr/part/breakdown.json").get_json() == {"html": ""}
    for wrong in ("/fr/part/other.json", "/xx/part/steps.json", "/de/part/steps.json?lines=%3Cb%3E", "/de/map?lines=x"):
        assert client.get(wrong).status_code == 404, wrong
