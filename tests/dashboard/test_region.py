"""The region page: codes in any spelling, profile, findings, cards and table, on the real build."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import brotli
import pytest
from flask.testing import FlaskClient

from dashboard import ledger, places, profile, queries, twins, urls
from dashboard.components import region_cards
from dashboard.components.here import programmes_here
from dashboard.differences import NOT_SIGNIFICANT, SIGNIFICANT, Difference
from dashboard.figures.gap import WIDTH, gap_plot
from dashboard.figures.sparkline import sparkline
from dashboard.findings import FIFTH, MOST, findings, stands_out, value_text
from dashboard.firstpaint import draw
from dashboard.i18n import languages, words
from dashboard.profile import Entry, Profile
from dashboard.store import Build
from dashboard.view import rank_text

#: Of each kind: country, group, Land, one-unit chain, région, overseas, NUTS 2, city, Kreis, artefact, island.
SAMPLE = (
    *("DE", "FR", "FRY", "DED", "DE3", "DE30", "DE300", "FRF", "FRK", "FRY1", "FRY10", "FRY5", "FRY50"),
    *("DED5", "FRF1", "DED51", "DED52", "DE40I", "DEB35", "DEG0R", "FRF11", "FRM01", "FR101", "FRL01"),
)
HTML_BYTES = 60_000


def of(build: Build, code: str, lang: str = "en") -> Profile:
    return profile.profile(build, lang, queries.regions(build)[code])


def entry(found: Profile, id_: str) -> Entry:
    return next(each for each in found.entries if each.indicator["id"] == id_)


WEB = "adoption_firms_ai_web_pct"


# ── Codes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("ded", "DED"),
        ("DE-SN", "DED"),
        ("fr-ges", "FRF"),
        ("ags:14713", "DED51"),
        ("de:14", "DED"),
        ("ags:03152", "DE91C"),  # Göttingen as it was until 2016
        ("67", "FRF11"),
        ("2a", "FRM01"),
        ("fr:67", "FRF11"),
        ("nuts:ded", "DED"),
    ],
)
def test_another_spelling_that_means_one_region_is_moved_to_its_code(
    client: FlaskClient, asked: str, code: str
) -> None:
    answer = client.get(f"/de/region/{asked}")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/de/region/{code}"


@pytest.mark.parametrize(
    ("asked", "links"),
    [
        ("14", ["DED", "FRD11"]),  # AGS of Sachsen, département Calvados
        ("14713", ["DED51", "FRD11"]),  # AGS of Leipzig, a commune of Calvados
        ("insee:44", ["FRG01", "FRF"]),  # département, région
        ("DEG0N", ["DEG0R"]),  # Eisenach until NUTS 2021
        ("Leipzig", ["DED5", "DED51"]),
        ("DED511", ["DED51"]),
    ],
)
def test_a_code_that_is_none_of_today_leads_on(client: FlaskClient, asked: str, links: list[str]) -> None:
    answer = client.get(f"/de/region/{asked}")
    assert answer.status_code == 404
    found = re.findall(r'href="/de/region/(\w+)"', answer.text.split('class="prose"')[1])
    assert found[: len(links)] == links
    assert asked in answer.text


def test_an_old_code_says_which_nuts_it_is_of(client: FlaskClient) -> None:
    assert "NUTS 2021" in client.get("/en/region/DEG0N").text


@pytest.mark.parametrize(
    "asked", ["<script>alert(1)</script>"[:12], "XX", "%00", "A" * 5000, "🜁", "%2e%2e", "ags:", ":"]
)
def test_absurd_codes_get_a_calm_page(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"/fr/region/{asked}")
    assert answer.status_code in (301, 404)
    assert "<script>a" not in answer.text
    assert len(answer.text) < 20_000


# ── Profile ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_profile_shows_what_the_map_shows(opened: Build) -> None:
    """Level, place and country value of each indicator are the rows of the slice the map draws."""
    for code, level in (("DED", "land"), ("FRF11", "nuts3"), ("DED5", "nuts2")):
        found = of(opened, code)
        for each in found.entries:
            if each.members:
                continue
            rows = queries.slice_rows(opened, each.indicator["id"], level, "")
            row = next(r for r in rows if r["region"] == code and r["period"] == each.latest["period"])
            assert {key: each.latest[key] for key in ("value", "status", "rank_low", "rank_high", "of")} == {
                key: row[key] for key in ("value", "status", "rank_low", "rank_high", "of")
            }
            nation = queries.slice_rows(opened, each.indicator["id"], "country", "")
            beside = [r for r in nation if r["region"] == code[:2] and r["period"] == each.latest["period"]]
            assert (each.national or {}).get("value") == (beside[0]["value"] if beside else None)


def test_a_gap_is_judged_by_its_interval(opened: Build) -> None:
    leipzig, overseas = entry(of(opened, "DED51"), WEB), entry(of(opened, "FRY"), WEB)
    assert leipzig.gap is not None
    assert overseas.gap is not None
    assert (leipzig.gap.verdict, overseas.gap.verdict) == (SIGNIFICANT, NOT_SIGNIFICANT)
    register = entry(of(opened, "DED51"), "jobs_it_employees_per_1000")
    assert register.gap is not None
    assert register.gap.low is None, "a register has no sampling error"


def test_a_series_with_a_break_is_followed_from_the_break_on(opened: Build) -> None:
    row = {"member": "", "c_value": None, "ci_low": None, "ci_high": None, "reason": "", "rank": None}
    statuses = ["", "", "b", "", ""]
    rows = [row | {"period": str(2020 + i), "value": 10.0 + i, "status": s} for i, s in enumerate(statuses)]
    found = profile.change(rows)
    assert found is not None
    assert (found.first["period"], found.difference.value) == ("2022", 2.0)
    assert profile.change(rows[:1]) is None


def test_peers_are_of_the_same_kind_and_size(opened: Build) -> None:
    known, people = queries.regions(opened), places.inhabitants(opened)
    for code in ("DED51", "DED52", "FRF11", "FRF"):
        kin = places.alike(opened, known[code])
        assert len(kin) == 4
        assert code not in kin
        city = known[code].kind in places.CITIES
        assert {known[each].country for each in kin} == {known[code].country}
        assert {known[each].kind in places.CITIES for each in kin} == {city}
        ratio = [people[each]["value"] / people[code]["value"] for each in kin]
        rest = [each for each in places.same_kind(opened, known[code]) if each not in (*kin, code)]
        worst = max(max(r, 1 / r) for r in ratio)
        assert all(max(r := people[e]["value"] / people[code]["value"], 1 / r) >= worst for e in rest)
    assert entry(of(opened, "DED51"), WEB).peers.of < len(places.same_kind(opened, known["DED51"])), "no artefacts"
    assert places.alike(opened, known["DE"]) == []


def test_countries_stand_side_by_side_only_for_one_definition(opened: Build) -> None:
    for each in of(opened, "DE").entries:
        assert (not each.peers.alike) or each.indicator["verdict"] == "same"
        assert each.gap is None
    assert entry(of(opened, "DE"), WEB).peers.alike[0]["region"] == "FR"


# ── Findings ─────────────────────────────────────────────────────────────────────────────────────────────────────

NUMBER = re.compile(r"\d[\d.,\u202f\u00a0]*\d|\d")


def figures(found: Profile) -> set[str]:
    """Every number that a figure of the profile is written with."""
    t = words(found.lang)
    texts: list[str] = []
    for each in found.entries:
        rows = [row for row in (*each.series, each.national, *found.spread) if row]
        texts += [value_text(t, each, row["value"]) for row in rows if row["value"] is not None]
        texts += [t.period(row["period"]) for row in each.series]
        last, decimals = each.latest, each.indicator["decimals"]
        texts += [rank_text(t, last), str(last["of"])] if last.get("of") else []
        texts += [t.number(last[key], decimals) for key in ("ci_low", "ci_high") if last["ci_low"] is not None]
        texts += [each.indicator[key] for key in ("title", "short", "unit_words")]
    names = [region.name(found.lang) for region in queries.regions(found.build).values()]
    return {number for text in [*texts, *names, "95"] for number in NUMBER.findall(text)}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("code", SAMPLE)
def test_every_number_in_the_findings_is_a_figure(opened: Build, code: str, lang: str) -> None:
    found = of(opened, code, lang)
    sentences = findings(found)
    assert 2 <= len(sentences) <= MOST
    assert set(NUMBER.findall(" ".join(sentences))) <= figures(found)
    assert "{" not in " ".join(sentences)


def test_findings_of_leipzig_in_three_languages(opened: Build) -> None:
    said = {lang: " ".join(findings(of(opened, "DED51", lang))) for lang in languages()}
    assert "significantly more than in Germany as a whole (15.8%)" in said["en"]
    assert "signifikant mehr als in Deutschland insgesamt (15,8\u00a0%)" in said["de"]
    assert "significativement plus qu’en Allemagne dans son ensemble (15,8\u202f%)" in said["fr"]


def test_what_is_not_significant_is_said_as_such_and_doubtful_values_are_not_judged(opened: Build) -> None:
    overseas = " ".join(findings(of(opened, "FRY")))
    assert "The difference to the value for France (9.3%) is not significant." in overseas
    jump = " ".join(findings(of(opened, "DE40I")))
    assert "suspected artefact" in jump
    assert "significantly" not in jump
    assert "Doubtful, and therefore not judged: AI on firm websites" in jump
    assert "rank 2" not in findings(of(opened, "DE40I"))[0]


def test_places_are_named_only_where_the_whole_range_of_ranks_lies_there(opened: Build) -> None:
    for code in queries.units(opened, "nuts2"):
        for each in of(opened, code).entries:
            if stands_out(each, high=True):
                assert each.latest["rank_high"] <= -(-each.latest["of"] // FIFTH)
                assert each.latest["status"] not in ("a", "u")
                assert each.indicator["kind"] not in ("count", "amount"), "large regions are no finding"
            assert not (stands_out(each, high=True) and stands_out(each, high=False))


# ── Drawings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def point(period: int, value: float | None, status: str = "", width: float | None = None) -> dict[str, object]:
    limits = (value - width, value + width) if value is not None and width is not None else (None, None)
    return {"period": str(period), "value": value, "status": status, "ci_low": limits[0], "ci_high": limits[1]}


def test_a_sparkline_has_gaps_for_missing_and_broken_periods() -> None:
    whole = sparkline([point(2020 + i, 5.0 + i) for i in range(5)], "x")
    missing = sparkline([point(2020, 5), point(2021, 6), point(2022, None, "c"), point(2023, 7), point(2024, 8)], "x")
    broken = sparkline([point(2020, 5), point(2021, 6), point(2022, 9, "b"), point(2023, 7)], "x")
    assert [drawn.count('class="line"') for drawn in (whole, missing, broken)] == [1, 2, 2]
    assert whole.count("band") == 0
    assert sparkline([point(2020, 5)], "x") == ""
    flagged = sparkline([point(2020, 5), point(2021, 6, "a"), point(2022, 7, "u", 1)], "<x>")
    assert flagged.count("hollow") == 2
    assert "&lt;x&gt;" in flagged
    assert sparkline([point(2020 + i, 5.0, "", 1.0) for i in range(3)], "x").count('class="band"') == 1


def test_the_whisker_of_a_gap_crosses_the_line_where_it_is_not_significant() -> None:
    def ends(found: Difference) -> list[float]:
        drawn = gap_plot(found, "x")
        return [float(x) for x in re.findall(r'whisker" d="M([\d.]+) 10H([\d.]+)', drawn)[0]]

    low, high = ends(Difference(1.0, -0.5, 2.5, NOT_SIGNIFICANT))
    assert low < WIDTH / 2 < high
    low, high = ends(Difference(-3.0, -5.0, -1.0, SIGNIFICANT))
    assert low < high < WIDTH / 2
    assert "hollow" not in gap_plot(Difference(-3.0, -5.0, -1.0, SIGNIFICANT), "x")


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", languages())
def test_pages_of_every_kind_of_region_answer_and_are_light(client: FlaskClient, opened: Build, lang: str) -> None:
    for code in SAMPLE:
        answer = client.get(f"/{lang}/region/{code}", headers={"Accept-Encoding": "br"})
        assert answer.status_code == 200, code
        assert len(answer.data) < HTML_BYTES, code
        text = unescape(brotli.decompress(answer.data).decode())
        assert findings(of(opened, code, lang))[0] in text
        assert text.count("<h1") == 1


def test_every_region_is_in_the_list(client: FlaskClient, opened: Build) -> None:
    listed = set(re.findall(r'href="/en/region/(\w+)"', client.get("/en/region").text))
    # A NUTS 2 region that is the whole Land is reached from the page of the Land.
    missing = set(queries.regions(opened)) - listed
    assert all(len(places.children(opened, queries.regions(opened)[code].parent)) == 1 for code in missing), missing


def test_the_table_has_the_figures_of_the_cards(opened: Build) -> None:
    found = of(opened, "DED51")
    t, text = words("en"), unescape(draw(region_cards.table(found)))
    for each in found.entries:
        if not each.members and each.value is not None:
            assert each.indicator["title"] in text
            assert value_text(t, each, each.value) in text
    cards = unescape(draw(region_cards.themes(found)))
    gap = "+3.1\u00a0pp (+2.1 to +4.1) against Germany (15.8%), significant"
    assert gap in cards
    assert gap in text


def test_a_theme_without_figures_says_why(opened: Build) -> None:
    text = unescape(draw(region_cards.themes(of(opened, "DED51"))))
    gap = queries.indicators(opened, "en")["funding_inov_ai_grants_eur"]["gaps"]["DE"]
    assert gap in text
    assert "No figures for this region." in text


def test_the_old_spelling_raises_what_the_server_answers(opened: Build) -> None:
    with pytest.raises(urls.MovedError, match=r"/fr/region/DED$"):
        places.find(opened, words("fr"), "dE-sN")


def test_what_the_ledger_knows_stands_on_the_page(client: FlaskClient, opened: Build) -> None:
    """Programmes with how they lie there, partnerships with who is from there; counts are no programmes."""
    text = unescape(client.get("/en/region/DED51").text)
    here = [one for one in ledger.programmes_in(opened, ["DED51"]) if one.programme.kind != "statistic"]
    assert len(here) > 5
    assert [one.programme.name("en") for one in here if one.programme.name("en") not in text] == []
    both = ledger.partnerships_in(opened, ["DED51"])
    assert [one.name("en") for one, _ in both if one.name("en") not in text] == []
    counted = [one for one in ledger.programmes_in(opened, ["DE"]) if one.programme.kind == "statistic"]
    assert counted
    shown = unescape(draw(programmes_here(words("en"), opened, ["DE"])))
    assert [one.programme.name("en") for one in counted if one.programme.name("en") in shown] == []
    assert client.get("/en/region/FRF12").text.count("Partnerships here") == bool(
        ledger.partnerships_in(opened, ["FRF12"])
    )


def test_the_twin_across_the_border_is_named_with_why(client: FlaskClient, opened: Build) -> None:
    first = twins.twins(opened, "DED51")[0]
    text = unescape(client.get("/fr/region/DED51").text)
    assert twins.why(opened, words("fr"), "DED51", first) in text
    assert f"/fr/compare/DED51+{first.code}" in text
    assert "Alike across the border" not in client.get("/en/region/DE").text


def test_a_region_that_is_a_whole_land_stands_once_on_the_way(client: FlaskClient) -> None:
    """Brandenburg is DE4 and DE40; the way to one of its Kreise names it once, and its page needs no other name."""
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', client.get("/de/region/DE40I").text)
    assert crumbs is not None
    assert re.findall(r">([^<>]+)</(?:a|span)>", crumbs[0]) == [
        "Alle Regionen",
        "Deutschland",
        "Brandenburg",
        "Uckermark",
    ]
    assert "<h1>Brandenburg</h1>" in client.get("/de/region/DE4").text
    assert "<h1>Brandenburg, statistische Region (NUTS 2)</h1>" in client.get("/de/region/DE40").text
    assert "<h1>Dresden, kreisfreie Stadt</h1>" in client.get("/de/region/DED21").text


def test_the_figures_can_be_taken_along_but_for_what_a_licence_keeps(client: FlaskClient, opened: Build) -> None:
    """Every series of the page as rows; what must not leave is named and empty."""
    assert 'href="/de/region/FRF.csv"' in client.get("/de/region/FRF").text
    answer = client.get("/de/region/FRF.csv")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["code"] for row in rows} == {"FRF"}
    series = entry(of(opened, "FRF", "de"), WEB).series
    taken = [row for row in rows if row["indicator"] == WEB]
    assert [(row["period"], float(row["value"])) for row in taken] == [(row["period"], row["value"]) for row in series]
    withheld = [row for row in rows if row["status"] == "withheld"]
    assert withheld
    assert {row["value"] for row in withheld} == {""}
    closed = {one["id"] for one in queries.sources(opened).values() if not one["redistribute"]}
    known = queries.indicators(opened, "de")
    assert all(closed & set(known[row["indicator"]]["sources"]) for row in withheld)
    assert not [row for row in rows if row["value"] and closed & set(known[row["indicator"]]["sources"])]
    assert client.get("/de/region/XX.csv").status_code == 404
