"""What colours the map other than the value: from the build's rows by hand; constant; honest; also in the script."""

from __future__ import annotations

import re
from typing import Any

import brotli
import orjson
import pytest
from flask.testing import FlaskClient

from dashboard import display_words, drawing, queries, view
from dashboard.differences import NOT_SIGNIFICANT, difference
from dashboard.display import is_counted, is_difference
from dashboard.display_choice import offered, partners
from dashboard.display_slices import display_json, menu_json
from dashboard.store import Build
from dashboard.titles import subtitle, title
from dashboard.urls import COUNTRIES, MapState, NotFoundError, map_url, parameters

BUDGET = 15_000


def pick(build: Build, **wanted: Any) -> str:
    """The first indicator whose row has these values."""
    return next(
        id_
        for id_, row in queries.indicators(build, "en").items()
        if all(row[key] == value for key, value in wanted.items()) and "nuts3" in row["levels"]
    )


@pytest.fixture(scope="module")
def share(opened: Build) -> str:
    """A share with intervals, without breakdown, at all levels."""
    return pick(opened, interval="wilson", dimension="", verdict="same")


@pytest.fixture(scope="module")
def count(opened: Build) -> str:
    return pick(opened, kind="count", verdict="same")


@pytest.fixture(scope="module")
def other(opened: Build, share: str) -> str:
    """A rate with another unit, to set against the share."""
    names = partners(opened, "en", MapState(indicator=share, level="land"))
    known = queries.indicators(opened, "en")
    return next(id_ for id_ in names if known[id_]["unit"] != "pct" and len(known[id_]["countries"]) == 2)


def seen(build: Build, **state: str) -> view.MapView:
    return view.map_view(build, "en", MapState(**state))


def rows_of(build: Build, shown: view.MapView, period: str) -> dict[str, Any]:
    found = queries.slice_rows(build, shown.state.indicator, shown.state.level, shown.state.member)
    return {row["region"]: row for row in found if row["period"] == period}


def test_a_gap_is_the_value_less_the_own_countrys(opened: Build, share: str) -> None:
    shown = seen(opened, indicator=share, view="gap", level="nuts3")
    assert shown.display
    cells = shown.display.cells(shown.state.period)
    for code, row in shown.rows.items():
        mean = shown.national[code[:2]]["value"]
        assert cells[code].value == pytest.approx(row["value"] - mean, abs=0.0051)
        side = int(re.sub(r"\D", "", cells[code].drawn[0])[0])
        assert (side >= 3) == (cells[code].value >= 0), "above the mean has the colours above the middle"
    for scale in shown.display.scales.values():
        assert scale.diverging
        assert scale.limits == tuple(-limit for limit in reversed(scale.limits))
        assert 0 in scale.limits
    assert "mean</b>" in drawing.legend(shown), "the middle is named"
    assert "gap to the mean" in subtitle(shown)


def test_a_gap_of_what_is_no_share_is_in_per_cent(opened: Build, other: str) -> None:
    shown = seen(opened, indicator=other, view="gap", level="land")
    assert shown.display
    assert shown.display.unit == "pct"
    row = next(row for row in shown.rows.values() if row["value"])
    mean = shown.national[row["region"][:2]]["value"]
    assert shown.display.cells(shown.state.period)[row["region"]].value == pytest.approx(
        100 * (row["value"] / mean - 1), abs=0.0051
    )


def test_a_change_has_its_difference_its_breaks_and_what_is_not_significant(opened: Build, share: str) -> None:
    """Of every Kreis and département, from each of three years: the difference, and Newcombe's verdict on it."""
    notes: set[str] = set()
    for since in ("2016", "2022", "2023"):
        shown = seen(opened, indicator=share, view="change", since=since, level="nuts3")
        assert shown.display
        before = rows_of(opened, shown, since)
        for code, row in shown.rows.items():
            cell, found = shown.display.cells(shown.state.period)[code], difference(row, before[code])
            assert found
            assert cell.value == pytest.approx(found.value, abs=0.0051)
            between = [rows_of(opened, shown, p)[code]["status"] for p in shown.periods if p > since]
            if cell.note == "i":
                assert found.verdict == NOT_SIGNIFICANT
                assert "b" not in between
                assert " i" in cell.drawn[0] or " a" in cell.drawn[0]
            assert (cell.note == "") or found.verdict == NOT_SIGNIFICANT or "b" in between
            notes.add(cell.note)
    assert "i" in notes
    assert "not significant" in drawing.legend(shown)


def test_a_break_in_the_series_in_between_is_marked(opened: Build) -> None:
    """Wherever the build has a break: a change across it is marked, one that does not cross it is not."""
    tried = 0
    for id_, indicator in queries.indicators(opened, "en").items():
        for level in indicator["levels"]:
            if is_difference(indicator) or indicator["members"]:
                continue
            rows = queries.slice_rows(opened, id_, level, "")
            broken = next((r for r in rows if r["status"] == "b" and r["value"] is not None), None)
            periods = queries.periods(opened, id_, level, "")
            if broken is None or broken["period"] in (periods[0], periods[-1]):
                continue
            code, at = broken["region"], broken["period"]
            shown = seen(opened, indicator=id_, level=level, view="change", since=periods[0], period=at)
            assert shown.display
            crossing = shown.display.cells(at)[code]
            if crossing.value is not None:
                tried += 1
                assert crossing.note == "k"
                assert "k" in crossing.drawn[0].split() or "a" in crossing.drawn[0].split()
            after = seen(opened, indicator=id_, level=level, view="change", since=at, period=periods[-1])
            others = [r for r in rows if r["region"] == code and r["period"] > at and r["status"] == "b"]
            if after.display and not others:
                assert after.display.cells(periods[-1])[code].note != "k"
    assert tried, "no break in the build: this test shows nothing"


def test_counts_change_in_per_cent_as_fills_and_have_no_other_display(opened: Build, count: str) -> None:
    shown = seen(opened, indicator=count, view="change", level="land")
    assert shown.display
    assert shown.display.unit == "pct"
    row = next(row for row in shown.rows.values() if row["value"])
    base = rows_of(opened, shown, shown.state.since)[row["region"]]["value"]
    assert shown.display.cells(shown.state.period)[row["region"]].value == pytest.approx(
        100 * (row["value"] / base - 1), abs=0.0051
    )
    assert not [r for r in drawing.scene(shown).regions if r.radius]
    for asked in ({"view": "gap"}, {"view": "sure"}, {"scale": "jenks"}, {"against": "context_gdp_per_inhabitant_eur"}):
        plain = seen(opened, indicator=count, level="land", **asked)
        assert plain.display is None
        assert plain.notices
        assert [r for r in drawing.scene(plain).regions if r.radius], "circles stay circles"


def test_how_sure_is_half_the_interval(opened: Build, share: str) -> None:
    shown = seen(opened, indicator=share, view="sure", level="nuts3")
    assert shown.display
    for code, row in shown.rows.items():
        cell = shown.display.cells(shown.state.period)[code]
        assert cell.value == pytest.approx((row["ci_high"] - row["ci_low"]) / 2, abs=0.0051)
    widest = max(shown.rows.values(), key=lambda row: row["ci_high"] - row["ci_low"])
    assert shown.name(widest["region"]) in title(shown), "the unreliable are not left out of what is unsure"


def test_where_no_interval_can_be_said_so_the_map_shows_flags(opened: Build) -> None:
    rate = pick(opened, kind="rate", interval="", derive_kind="ratio", verdict="same")
    shown = seen(opened, indicator=rate, view="sure", level="land")
    assert shown.display
    assert shown.display.kind == "flags"
    assert "No interval can be given" in drawing.legend(shown)
    for code, row in shown.rows.items():
        fill = shown.display.cells(shown.state.period)[code].drawn[0]
        if row["value"] is not None:
            assert fill.startswith("q1" if not row["status"] else "q3")


def test_two_indicators_have_nine_classes_by_the_thirds_of_each(opened: Build, share: str, other: str) -> None:
    shown = seen(opened, indicator=share, against=other, level="nuts3")
    assert shown.display
    seconds = queries.slice_rows(opened, other, "nuts3", "")
    time = shown.display.times[shown.state.period]
    assert time <= shown.state.period
    theirs = {row["region"]: row for row in seconds if row["period"] == time}
    fills = set()
    for code, row in shown.rows.items():
        second = theirs.get(code)
        cell = shown.display.cells(shown.state.period)[code]
        if row["value"] is None or not second or second["value"] is None:
            assert not cell.drawn[0].startswith("b")
            continue
        x = sum(row["value"] >= limit for limit in shown.display.scales[code[:2]].limits)
        y = sum(second["value"] >= limit for limit in shown.display.across[code[:2]].limits)
        assert cell.drawn[0].split()[0] == f"b{x}{y}"
        fills.add(cell.drawn[0].split()[0])
        said = view.sentence(shown, code, row)
        assert shown.value(row["value"]) in said
        assert display_words.number(shown.words, shown.display, second["value"]) in said
    assert len(fills) >= 7, "the indicators are not one"
    thirds = sum(v["value"] >= shown.display.scales["DE"].limits[1] for v in shown.rows.values())
    assert thirds == pytest.approx(len(shown.rows) / 3, rel=0.05)


STATES: list[dict[str, str]] = [
    {"view": "gap"},
    {"view": "gap", "classes": "5"},
    {"view": "change", "since": "2020"},
    {"view": "sure"},
    {"scale": "jenks", "classes": "7"},
    {"scale": "equal"},
    {"scale": "continuous"},
    {"scale": "own:5,10,20"},
    {"against": "research_ai_preprints_per_100k"},
]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_limits_are_the_same_at_every_level_inside_every_region_and_in_every_period(
    opened: Build, share: str, state: dict[str, str]
) -> None:
    """Rule 6, for every display."""
    found = set()
    for level in ("land", "nuts2", "nuts3"):
        for more in ({}, {"period": "2018"}, {"within": "DE2"}, {"country": "FR"}):
            shown = seen(opened, indicator=share, **(state | {"level": level} | more))
            assert shown.display, (level, more)
            found.add((shown.display.scales["DE"].limits, shown.display.scales["FR"].limits))
            assert shown.display.scales["DE"] is shown.display.scales["FR"], "one definition, one scale"
    assert len(found) == 1


@pytest.mark.parametrize("level", ["land", "nuts3"])
@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_script_gets_what_the_server_draws(opened: Build, share: str, state: dict[str, str], level: str) -> None:
    """Every period: drawing, number and note of every region, title; within the budget of a slice."""
    asked = MapState(indicator=share, level=level, **state)
    data = display_json(opened, "fr", asked)
    assert len(brotli.compress(data, quality=9)) <= BUDGET
    sent = orjson.loads(data)
    for at, period in enumerate(view.map_view(opened, "fr", asked).periods):
        shown = view.map_view(opened, "fr", asked.but(period=period))
        drawn = {region.code: region for region in drawing.scene(shown).regions}
        assert shown.display
        for i, code in enumerate(sent["codes"]):
            if code in drawn:
                classes, radius = sent["drawings"][ord(sent["k"][at][i]) - 48]
                assert classes == drawn[code].classes
                assert (radius is None) == (drawn[code].radius is None)
            note = shown.display.cells(period)[code].note
            assert sent["notes"][at][i] == (note or ".")
        if sent["titles"]:
            assert sent["titles"][""][at].casefold() == title(shown).casefold()


def test_a_suspected_artefact_is_marked_and_explained_in_every_display(opened: Build, share: str, other: str) -> None:
    """Honesty: the dots stay over whatever colour the display gives, the reason stands in the table."""
    flagged = [
        (row["region"], row["period"])
        for row in queries.slice_rows(opened, share, "nuts3", "")
        if row["status"] == "a" and row["value"] is not None
    ]
    assert flagged
    code, period = flagged[-1]
    for state in (*STATES[:-1], {"against": other}):
        shown = seen(opened, indicator=share, level="nuts3", period=period, **state)
        region = next(r for r in drawing.scene(shown).regions if r.code == code)
        assert region.classes.split()[-1] == "a", state
        assert re.search(r'<li data-k="a"><svg', drawing.legend(shown)), state
        assert view.flag_word(shown.words, "a") in region.label


def test_what_is_offered_can_be_shown_and_nothing_else(opened: Build) -> None:
    """Every indicator, level and view: offered ones have a display, others the usual map and a sentence."""
    for id_, row in queries.indicators(opened, "en").items():
        for level in row["levels"]:
            plain = seen(opened, indicator=id_, level=level)
            can = offered(row, plain.state, plain.periods)
            assert not (is_counted(row) and set(can) - {"change"}), "rule 9"
            for name in ("gap", "change", "sure"):
                shown = view.map_view(opened, "en", plain.state.but(view=name))
                assert (shown.display is not None) == (name in can)
                assert bool(shown.notices) == (name not in can)
                if shown.display:
                    assert title(shown)
                    assert drawing.legend(shown)


@pytest.mark.parametrize(
    "query",
    [
        "scale=own:9,3", "scale=own:", "limits=%3Cscript%3E", "scale=own:1e999,2,3", "scale=own:5",
        "scale=own:" + ",".join("1234567890" * 20), "view=gap&scale=own:1,2", "scale=own:900,901",
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["de", "fr", "en"])
def test_limits_that_cannot_be_are_refused_calmly_with_a_way_on(client: FlaskClient, lang: str, query: str) -> None:
    answer = client.get(f"/{lang}/map?{query}")
    assert answer.status_code == 400
    assert "<script>" not in answer.text.split("<main")[1].split("</main")[0]
    assert f'href="/{lang}/map?indicator=' in answer.text
    way = re.search(rf'href="(/{lang}/map\?[^"]*)"', answer.text.split("<main")[1])
    assert way
    assert client.get(way[1].replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "view=x", "scale=quantil", "classes=8", "classes=-1", "against=nothing", "from=9999999",
        "view=change&from=%3Cb%3E", "scale=OWN:1,2",
    ],
)  # fmt: skip
def test_unknown_displays_are_not_found(client: FlaskClient, query: str) -> None:
    assert client.get(f"/de/map?{query}").status_code == 404
    assert client.get(f"/de/slice/display.json?{query}").status_code == 404


def test_the_script_is_refused_what_the_page_explains(opened: Build, count: str, share: str) -> None:
    for asked in (
        MapState(indicator=count, level="land", view="gap"),
        MapState(indicator=share, level="land"),
        MapState(indicator=share, level="country", view="gap"),
    ):
        with pytest.raises(NotFoundError):
            display_json(opened, "de", asked)


def test_the_menu_leads_where_it_says(client: FlaskClient, opened: Build, share: str) -> None:
    """Its links are the state with another display; the script's copy is that of the page."""
    state = MapState(indicator=share, level="nuts2", region="DED2", view="change", since="2020")
    page = client.get(map_url("fr", state)).text
    shown = view.map_view(opened, "fr", state)
    sent = orjson.loads(menu_json(opened, "fr", state))
    assert sent["for"] == dict(parameters(shown.state))
    menu = re.split(r'id="display-menu"[^>]*>', page)[1]
    assert menu.startswith(sent["html"])
    links = re.findall(r'href="([^"]+)"', sent["html"])
    assert len(links) >= 12
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link
        assert 'id="notices" class="notices"></div>' in answer.text, link


@pytest.mark.parametrize("country", ["", *COUNTRIES])
def test_a_title_counts_what_is_shown(opened: Build, share: str, country: str) -> None:
    shown = seen(opened, indicator=share, view="gap", level="nuts3", country=country)
    assert shown.display
    cells = [shown.display.cells(shown.state.period)[code] for code in shown.shown]
    above = sum((cell.value or 0) > 0 for cell in cells)
    assert f"{above} of {len([c for c in cells if c.value is not None])} " in title(shown)
