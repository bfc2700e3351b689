"""What a view shows: defaults, what is refused, drill-down, and titles that claim no more than the figures do."""

from __future__ import annotations

import re
from statistics import median

import pytest

from dashboard import queries, view
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.titles import title
from dashboard.urls import COUNTRIES, LEVELS, MapState, NotFoundError

HALF = re.compile(r"half of all")


def indicators(opened: Build) -> dict[str, Row]:
    return queries.indicators(opened, "en")


def pick(opened: Build, **wanted: object) -> str:
    """The first indicator with these columns; kinds of indicators are named, never one of them."""
    return next(
        id_
        for id_, row in indicators(opened).items()
        if all(set(value) <= set(row[name]) if isinstance(value, tuple) else row[name] == value
               for name, value in wanted.items())
    )  # fmt: skip


def seen(opened: Build, **asked: str) -> view.MapView:
    return view.map_view(opened, "en", MapState(**asked))


def test_an_empty_address_is_the_first_indicator_at_the_coarsest_level_below_the_country_in_the_newest_period(
    opened: Build,
) -> None:
    shown = seen(opened)
    assert shown.state.indicator == next(iter(indicators(opened)))
    assert (shown.state.level, shown.state.country, shown.state.within, shown.state.region) == ("land", "", "", "")
    assert shown.state.period == shown.periods[-1] == max(shown.periods)


def test_every_indicator_has_defaults_that_show_figures(opened: Build) -> None:
    for id_, row in indicators(opened).items():
        shown = seen(opened, indicator=id_)
        assert any(each["value"] is not None for each in shown.rows.values()), id_
        assert shown.state.level == next((x for x in LEVELS[1:] if x in row["levels"]), "country")
        assert bool(shown.state.member) is bool(row["members"])
        assert list(shown.periods) == sorted(set(shown.periods))


def test_what_an_indicator_lacks_is_refused(opened: Build) -> None:
    plain, broken_down = pick(opened, dimension=""), next(i for i, r in indicators(opened).items() if r["members"])
    for asked in (
        {"indicator": plain, "member": "x"},
        {"indicator": broken_down, "member": "x"},
        {"indicator": plain, "period": "1789"},
        {"indicator": plain, "period": "2024-13"},
    ):
        with pytest.raises(NotFoundError):
            seen(opened, **asked)


def test_a_period_only_another_level_has_leads_to_the_newest_of_this_one(opened: Build) -> None:
    found = 0
    for id_, row in indicators(opened).items():
        spans = {level: seen(opened, indicator=id_, level=level).periods for level in row["levels"]}
        for level, periods in spans.items():
            for period in set().union(*spans.values()) - set(periods):
                found += 1
                assert seen(opened, indicator=id_, level=level, period=period).state.period == periods[-1]
    assert found


def test_a_level_the_indicator_lacks_becomes_one_it_has(opened: Build) -> None:
    """Changing the indicator keeps the reader's level where it can."""
    only = next(id_ for id_, row in indicators(opened).items() if row["levels"] == ["country"])
    assert seen(opened, indicator=only, level="nuts3").state.level == "country"
    full = pick(opened, levels=LEVELS)
    assert [seen(opened, indicator=full, level=level).state.level for level in LEVELS] == list(LEVELS)


def test_drilling_shows_the_next_finer_level_inside(opened: Build) -> None:
    full = pick(opened, levels=LEVELS, verdict="same")
    regions = queries.regions(opened)
    for within, level in (("DE", "land"), ("DED", "nuts2"), ("DED2", "nuts3"), ("DED21", "nuts3"), ("FRF", "nuts2")):
        shown = seen(opened, indicator=full, within=within)
        assert shown.state.level == level, within
        assert shown.shown, within
        assert all(within in view.ancestors(regions, code) for code in shown.shown)
        assert len(shown.shown) == sum(within in view.ancestors(regions, code) for code in queries.units(opened, level))


def test_one_country_is_one_country(opened: Build) -> None:
    full = pick(opened, levels=LEVELS, verdict="same")
    counts = {c: len(seen(opened, indicator=full, level="nuts3", country=c).shown) for c in ("", *COUNTRIES)}
    assert counts == {"": 501, "DE": 400, "FR": 101}


def test_a_region_of_another_level_is_not_kept_selected(opened: Build) -> None:
    full = pick(opened, levels=LEVELS, verdict="same")
    assert seen(opened, indicator=full, level="land", region="DED21").state.region == ""
    assert seen(opened, indicator=full, level="nuts3", region="DED21").state.region == "DED21"
    assert seen(opened, indicator=full, level="nuts3", region="FR").state.region == "FR"


def test_ancestors_lead_to_the_country(opened: Build) -> None:
    regions = queries.regions(opened)
    assert view.ancestors(regions, "DED21") == ["DED21", "DED2", "DED", "DE"]
    for code in regions:
        chain = view.ancestors(regions, code)
        assert chain[-1] == regions[code].country
        assert len(chain) <= 5


# ── Titles ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def all_views(opened: Build) -> list[view.MapView]:
    """Every indicator at every level in its first and last period, for both countries and each."""
    found = []
    for id_, row in indicators(opened).items():
        for level in row["levels"]:
            whole = seen(opened, indicator=id_, level=level)
            found += [
                view.map_view(opened, "en", whole.state.but(period=period, country=country))
                for period in {whole.periods[0], whole.periods[-1]}
                for country in ("", *COUNTRIES)
            ]
    return found


def test_half_lie_below_only_where_that_says_something(all_views: list[view.MapView]) -> None:
    """At least twelve units, one definition for all of them, a rate; and then the half really lies there."""
    said = 0
    for shown in all_views:
        text = title(shown)
        rows = ranked(shown)
        if HALF.search(text):
            said += 1
            assert len(rows) >= 12, shown.state
            assert shown.indicator["verdict"] in ("same", "single") or shown.state.country, shown.state
            assert shown.indicator["kind"] == "rate", shown.state
            middle = median(row["value"] for row in rows)
            assert text.endswith("have none" if middle == 0 and "none" in text else shown.value(middle)), shown.state
    assert said > 10


def ranked(shown: view.MapView) -> list[Row]:
    """The rows with a value on the map, highest first, sorted here once more."""
    rows = [row for code, row in shown.rows.items() if code in shown.shown and row["value"] is not None]
    return sorted(rows, key=lambda row: -row["value"])


def sure(shown: view.MapView) -> list[Row]:
    """Those on which a title may be built: no suspected artefact, no small sample, while there are others."""
    doubt = {"a", "u"} if shown.indicator["interval"] else {"a"}
    return [row for row in ranked(shown) if row["status"] not in doubt] or ranked(shown)


def test_the_regions_a_title_names_have_the_highest_values_of_their_country(all_views: list[view.MapView]) -> None:
    """Wherever a title names regions with values, no other region of that country that is not in doubt has more."""
    named = 0
    for shown in all_views:
        if shown.state.level == "country" or not ranked(shown):
            continue
        text = title(shown)
        rows = [row for row in sure(shown) if f"{shown.name(row['region'])} ({shown.value(row['value'])})" in text]
        by_country = {c: [row for row in rows if row["region"].startswith(c)] for c in COUNTRIES}
        assert rows or f"{shown.name(sure(shown)[0]['region'])} {shown.value(sure(shown)[0]['value'])}" in text
        for country, mine in by_country.items():
            others = [row for row in sure(shown) if row["region"].startswith(country)]
            if mine:
                assert max(row["value"] for row in mine) == others[0]["value"], (shown.state, text)
        named += bool(rows)
    assert named > 50


def test_leads_is_said_only_where_more_is_better_and_the_first_is_surely_first(all_views: list[view.MapView]) -> None:
    """Rule 4: where intervals overlap at the top, nobody leads."""
    said = 0
    for shown in all_views:
        if re.search(r"\bleads?\b", title(shown)):
            said += 1
            assert shown.indicator["direction"] == "up", shown.state
            firsts = [next((r for r in sure(shown) if r["region"].startswith(c)), None) for c in COUNTRIES]
            assert all(row["rank_high"] == 1 for row in firsts if row), shown.state
    assert said > 5


def test_two_countries_that_cannot_be_compared_are_never_ranked_against_each_other(
    all_views: list[view.MapView],
) -> None:
    for shown in all_views:
        if shown.indicator["verdict"] in ("similar", "none") and not shown.state.country:
            assert not HALF.search(title(shown)), shown.state
            ranks = {row["of"] for row in shown.rows.values() if row.get("of")}
            assert all(of <= 400 for of in ranks)


def test_without_figures_the_title_says_so(opened: Build) -> None:
    one = next(id_ for id_, row in indicators(opened).items() if row["countries"] == ["FR"])
    shown = seen(opened, indicator=one, country="DE")
    assert title(shown) == (f"{shown.indicator['title']}: no figures for {shown.words.period(shown.state.period)}")
    assert view.gap_sentences(shown) == [shown.indicator["gaps"]["DE"]]
    assert view.gap_sentences(seen(opened, indicator=one, country="FR")) == []


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_status_has_its_own_word_in_each_language() -> None:
    for lang in ("de", "fr", "en"):
        found = [view.flag_word(view.words(lang), letter) for letter in "bepucmza"]
        assert all(found)
        assert len(set(found)) == 8
    with pytest.raises(KeyError):
        view.flag_word(view.words("de"), "x")


def test_levels_are_called_as_each_country_calls_them() -> None:
    t = view.words("de")
    assert view.level_name(t, "land", "DE") == "Bundesländer"
    assert view.level_name(view.words("fr"), "nuts3", "FR") == "départements"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"rank_low": None}, ""),
        ({}, ""),
        ({"rank_low": 9, "rank_high": 9}, "9"),
        ({"rank_low": 9, "rank_high": 11}, "9–11"),
    ],
)
def test_ranks_are_ranges_where_intervals_overlap(row: Row, text: str) -> None:
    assert view.rank_text(view.words("en"), row) == text


def test_a_region_is_spoken_with_value_flag_and_range(all_views: list[view.MapView]) -> None:
    spoken = 0
    for shown in all_views[::5]:
        for code in shown.shown:
            row = shown.rows.get(code)
            text = view.sentence(shown, code, row)
            assert text.startswith(shown.name(code) + ": ")
            if row is None or row["value"] is None:
                assert text == f"{shown.name(code)}: {view.flag_word(shown.words, row['status'] if row else 'm')}"
            else:
                assert shown.value(row["value"]) in text
                assert view.flag_word(shown.words, row["status"]) in text
                if row["rank_low"] is not None:
                    assert text.endswith(f"rank {view.rank_text(shown.words, row)} of {row['of']}")
                spoken += 1
    assert spoken > 1_000
