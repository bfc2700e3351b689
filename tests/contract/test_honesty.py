"""The honesty rules of the design, held against the real build and what the dashboard draws from it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from dashboard import drawing, queries
from dashboard.components.foot import foot
from dashboard.firstpaint import draw
from dashboard.i18n import languages, words
from dashboard.store import Build, Store
from dashboard.urls import LEVELS, MapState
from dashboard.view import MapView, gap_sentences, map_view, ranked

Database = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def opened(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A copy of the build: within one process DuckDB opens a file with one set of settings only."""
    copy = tmp_path_factory.mktemp("served")
    shutil.copytree(build / "builds", copy / "builds")
    shutil.copy(build / "current.json", copy)
    return Store(copy).current()


def ids(opened: Build) -> list[str]:
    return list(queries.indicators(opened, "en"))


def views(opened: Build, lang: str = "en") -> list[MapView]:
    """Every indicator at every level, first breakdown, latest period."""
    known = queries.indicators(opened, lang)
    return [
        map_view(opened, lang, MapState(indicator=id_, level=level))
        for id_, row in known.items()
        for level in LEVELS
        if level in row["levels"]
    ]


def test_one_scale_for_both_countries_only_where_the_verdict_allows_it(database: Database) -> None:
    """Rule 2, in the build: '' serves both; otherwise each country has its own."""
    rows = database.execute("select i.id, i.verdict, s.country from scale s join indicator i on i.id = s.indicator")
    found = rows.fetchall()
    assert {country for _, _, country in found} == {"", "DE", "FR"}, "both kinds occur"
    assert [row for row in found if (row[1] in ("same", "single")) != (row[2] == "")] == []


def test_the_map_has_one_scale_or_two_as_the_verdict_says(opened: Build) -> None:
    """Rule 2, on the page: one bar per scale in the legend, each with its own countries' means."""
    for view in views(opened):
        scales = drawing.scales(view)
        joint = view.indicator["verdict"] in ("same", "single")
        if len(scales) == 2:
            assert (scales["DE"] is scales["FR"]) is joint, view.state
        bars = drawing.legend(view).count('<div class="am-scale"') + drawing.legend(view).count('<ol class="am-sizes"')
        assert bars == (1 if joint else len(view.indicator["countries"])), view.state


def test_ranks_are_within_a_country(database: Database) -> None:
    """No joint ranking anywhere: `of` is the number of units of one country that have a value."""
    wrong = database.execute("""
        select r.indicator, r.level, r.of, count(*) as units
        from ranking r join map_unit u on u.level = r.level and u.code = r.region
        group by r.indicator, r.level, u.country, r.period, r.dimension, r.member, r.of having r.of <> count(*)
    """).fetchall()
    assert wrong == []


def test_counts_and_amounts_are_circles_and_rates_are_fills(opened: Build) -> None:
    """Rule 9: no class of a colour scale ever fills a region with a count or an amount."""
    kinds = set()
    for view in views(opened):
        drawn, kind = drawing.scene(view), view.indicator["kind"]
        kinds.add(kind)
        filled = [r for r in drawn.regions if re.search(r"\b[qd][0-5]\b", r.classes)]
        circles = [r for r in drawn.regions if r.radius]
        assert not (filled if kind in ("count", "amount") else circles), view.state
        assert circles if kind in ("count", "amount") else filled, view.state
    assert {"rate", "count", "amount"} <= kinds


def test_a_missing_value_is_never_zero(database: Database, opened: Build) -> None:
    """Rule 5: c, m and z have no value, and nothing without a row or value gets a class, a circle or a number."""
    assert database.execute(
        "select count(*) from observation where status in ('c', 'm', 'z') and value is not null"
    ).fetchone() == (0,)
    absences = set()
    for view in views(opened):
        drawn = {r.code: r for r in drawing.scene(view).regions}
        for code in queries.units(opened, view.state.level):
            row = view.rows.get(code)
            if row is None or row["value"] is None:
                status = row["status"] if row and row["status"] in "cmz" else "m"
                absences.add(status)
                assert (drawn[code].classes, drawn[code].radius) == (status, None), (view.state, code)
                assert not re.search(r"\d", drawn[code].label.split(":")[-1]), (view.state, code)
    assert absences >= {"m"}


def test_the_four_absences_have_four_drawings_in_map_and_legend(opened: Build) -> None:
    """Suppressed, not collected, not applicable, zero: four signs, told apart without colour, in every legend."""
    view = views(opened)[0]
    for markup, prefix in ((drawing.svg(view), "am"), (drawing.legend(view), "al")):
        patterns = [re.search(rf'<pattern id="{prefix}-{key}"[^>]*>(.*?)</pattern>', markup) for key in "cmz"]
        assert len({found.group(1) for found in patterns if found}) == 3
    for view in views(opened):
        items = re.findall(r'<li data-k="(.)"( hidden)?><svg[^>]*>(.*?)</svg><span>(.*?)</span>', drawing.legend(view))
        signs = {key: (picture, text) for key, _, picture, text in items}
        assert len({signs[key][0] for key in "cmz0"}) == 4
        assert len({signs[key][1] for key in "cmz0"}) == 4
        shown = {r.classes for r in drawing.scene(view).regions if r.shown}
        hidden = {key for key, flag, _, _ in items if flag}
        assert not hidden & {key for key in "cmz" if key in shown}, view.state


def test_the_scale_is_the_same_for_every_level_and_period(opened: Build) -> None:
    """Rule 6."""
    for id_ in ids(opened):
        row = queries.indicators(opened, "en")[id_]
        found = set()
        for level in row["levels"]:
            whole = map_view(opened, "en", MapState(indicator=id_, level=level))
            for period in (whole.periods[0], whole.periods[-1]):
                view = map_view(opened, "en", whole.state.but(period=period))
                found.add(tuple(sorted((c, s.limits) for c, s in drawing.scales(view).items())))
        assert len(found) == 1, id_


def test_a_source_that_must_not_be_handed_on_is_marked_under_every_figure(opened: Build) -> None:
    """Rule 10, as far as there are downloads: the foot says so, in the reader's language, and only there."""
    sources = queries.sources(opened)
    assert {row["redistribute"] for row in sources.values()} == {True, False}
    for lang in languages():
        t = words(lang)
        sentence = t("Shown only: the licence does not let us hand these figures on.")
        for row in queries.indicators(opened, lang).values():
            closed = any(not sources[name]["redistribute"] for name in row["sources"])
            assert (sentence in draw(foot(t, opened, row))) is closed, (lang, row["id"])


def test_every_country_without_figures_gets_its_sentence(opened: Build) -> None:
    """No empty country without words: what is missing, in the reader's language."""
    for lang in languages():
        for view in views(opened, lang):
            absent = {"DE", "FR"} - set(view.indicator["countries"])
            assert set(gap_sentences(view)) >= {view.indicator["gaps"][country] for country in absent}, view.state


def test_a_suspected_artefact_never_leads_the_title(opened: Build) -> None:
    """Only the flagged leaders matter: wherever one stands on top, the title names somebody else."""
    flagged = 0
    for id_ in ids(opened):
        for level in queries.indicators(opened, "en")[id_]["levels"]:
            for period in map_view(opened, "en", MapState(indicator=id_, level=level)).periods:
                view = map_view(opened, "en", MapState(indicator=id_, level=level, period=period))
                rows = ranked(view, view.shown)
                if rows and rows[0]["status"] == "a" and rows[0]["value"] != rows[1]["value"]:
                    flagged += 1
                    assert f"{view.name(rows[0]['region'])} (" not in drawing.scene(view).title, view.state
    assert flagged > 0
