"""Comparisons: whose figures, which period, one scale or two, which sentences; on the real build."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from dashboard import queries, urls
from dashboard.compare import chosen
from dashboard.compare.model import Comparison, common
from dashboard.compare.text import findings
from dashboard.components.comparison_charts import LEAST_BASE, courses
from dashboard.i18n import languages, words
from dashboard.store import Build
from dashboard.territories import named
from dashboard.twins import twins, why

WEB, POSTINGS, PEOPLE = "adoption_firms_ai_web_pct", "jobs_ai_postings_pct", "context_population_count"
LANGUAGES = languages()


def compared(opened: Build, *codes: str, level: str = "land", lang: str = "en", asked: str = "") -> Comparison:
    return Comparison(opened, lang, level, codes, asked)


def line(comparison: Comparison, id_: str):  # type: ignore[no-untyped-def]
    return next(line for line in comparison.lines if line.indicator["id"] == id_)


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("item", "canonical"),
    [
        ("ded+frf", "DED+FRF"),
        ("DE-SN+FR-GES", "DED+FRF"),
        ("DED+DED+FRF", "DED+FRF"),
        ("Sachsen+Grand Est", "DED+FRF"),
        ("saxe+grand%20est", "DED+FRF"),
        ("DED++FRF+", "DED+FRF"),
        ("DE3+FR101", "DE300+FR101"),  # Berlin is a Land and a Kreis: beside a département it is the Kreis
        ("DE300+FRF", "DE3+FRF"),
        ("DE30+DE3", "DE3"),
    ],
)
def test_other_spellings_lead_to_one_address(client: FlaskClient, item: str, canonical: str) -> None:
    answer = client.get(f"/fr/compare/{item}?period=2020&utm=x")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/fr/compare/{canonical}?period=2020")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_a_form_leads_to_the_address_it_means(client: FlaskClient) -> None:
    for query, address in (
        ("?a=Sachsen&b=Grand+Est", "DED+FRF"),
        ("?a=Rhénanie-du-Nord-Westphalie&b=FRE&c=&d=Bavaria", "DEA+FRE+DE2"),
        ("?a=Stuttgart (DE111)&b=Bas-Rhin", "DE111+FRF11"),
    ):
        assert client.get(f"/de/compare{query}").headers["Location"] == f"/de/compare/{address}"
    assert client.get("/de/compare/DED+FRF?a=Berlin").headers["Location"] == "/de/compare/DED+FRF+DE3"
    unknown = client.get("/de/compare?a=Sachsn&b=Grand+Est")
    assert unknown.status_code == 404
    assert "Sachsen" in unknown.text


def ways(text: str) -> list[str]:
    """The comparisons that a page's own part links to."""
    return re.findall(r'href="(/[a-z]{2}/compare[^"]*)"', text.partition("<main")[2].partition("</main>")[0])


@pytest.mark.parametrize(
    ("item", "status", "says", "way"),
    [
        ("DED+FRF11", 400, "Bas-Rhin (FRF11)", "DED+FRF"),
        ("DE+FRF", 400, "Grand Est (FRF)", "DE+FR"),
        ("DED+DEG+DE1+DE2+FRF", 400, "5", "DED+DEG+DE1+DE2"),
        ("DED+FRX", 404, "FRX", "DED"),
        ("DED+Tyringen", 404, "Tyringen", "DED+DEG"),
        ("<script>alert(1)+DED", 404, "&lt;script&gt;alert(1)", "DED"),
    ],
)
def test_what_cannot_be_compared_leads_on(client: FlaskClient, item: str, status: int, says: str, way: str) -> None:
    for lang in LANGUAGES:
        answer = client.get(f"/{lang}/compare/{item}")
        assert answer.status_code == status
        assert says in answer.text
        assert f"/{lang}/compare/{way}" in ways(answer.text)
        for link in ways(answer.text):
            assert client.get(link).status_code == 200, link


@pytest.mark.parametrize(
    "address",
    [
        "/de/compare/" + "+".join(f"DE{i}" for i in range(10_000)),
        "/de/compare/DED+FRF?period=1066",
        "/de/compare/DED+FRF?period=<b>x</b>",
        "/de/compare/+",
        "/de/compare/DED+FRY",
        "/de/compare/%00+%ff",
        "/de/compare?a=%00&b=" + "x" * 5000,
    ],
)
def test_absurd_addresses_are_answered_calmly(client: FlaskClient, address: str) -> None:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code in (200, 400, 404, 414)
    assert "<b>x</b>" not in answer.text


def test_the_prepared_comparisons_can_all_be_read(client: FlaskClient, opened: Build) -> None:
    assert len(chosen.pairs()) >= 5
    page = client.get("/fr/compare").text
    for pair in chosen.pairs():
        assert urls.compare_url("fr", pair) in page
        assert client.get(urls.compare_url("fr", pair)).status_code == 200


def test_one_region_asks_for_the_second(client: FlaskClient) -> None:
    page = client.get("/de/compare/DED").text
    assert page.count("<input") == 3
    assert 'action="/de/compare/DED"' in page
    assert "/de/compare/DED+FRF" in page


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_line_takes_the_latest_period_that_all_have(opened: Build) -> None:
    for codes, level in ((("DED", "FRF"), "land"), (("DE212", "FR101"), "nuts3")):
        for found in compared(opened, *codes, level=level).lines:
            have = common(found.series)
            assert found.period == (have[-1] if have else "")
            if found.period:
                assert {row["period"] for row in found.rows.values()} == {found.period}
                assert all(row["value"] is not None for row in found.rows.values())
    earlier = compared(opened, "DED", "FRF", asked="2019")
    assert line(earlier, WEB).period == "2019"
    assert all(found.period[:4] <= "2019" for found in earlier.lines)


def test_the_difference_is_that_of_the_figures_shown(opened: Build) -> None:
    web = line(compared(opened, "DED", "FRF"), WEB)
    found = web.differences["FRF"]
    assert found.value == pytest.approx(web.rows["FRF"]["value"] - web.rows["DED"]["value"])
    assert found.low is not None
    assert found.verdict == "significant"
    people = line(compared(opened, "DED", "FRF"), PEOPLE).differences["FRF"]
    assert (people.low, people.verdict) == (None, "unknown"), "a register has no sampling error"


def test_a_scale_is_joint_only_where_the_definition_is_the_same(opened: Build, client: FlaskClient) -> None:
    """The verdict decides across the border; inside a country one scale always serves."""
    abroad = compared(opened, "DE", "FR", level="country")
    for found in abroad.lines:
        assert found.joint == (found.indicator["verdict"] in ("same", "single")), found.indicator["id"]
        assert found.joint or not found.differences
    assert not line(abroad, POSTINGS).joint
    row = re.search(rf'<tr[^>]*id="{POSTINGS}".*?</tr>', client.get("/en/compare/DE+FR").text, re.S)
    assert row
    assert row.group().count("<svg") == 2, "two scales"
    assert "Similar, not the same" in row.group()
    web = re.search(rf'<tr[^>]*id="{WEB}".*?</tr>', client.get("/en/compare/DE+FR").text, re.S)
    assert web
    assert web.group().count("<svg") == 1
    assert all(found.joint for found in compared(opened, "DED", "DEG").lines)


def test_a_side_without_figures_says_why(opened: Build, client: FlaskClient) -> None:
    comparison = compared(opened, "DED", "FRF")
    gaps = [found for found in comparison.lines if not found.complete]
    assert gaps
    text = unescape(client.get("/en/compare/DED+FRF").text)
    for found in gaps:
        for code in comparison.codes:
            if code not in found.rows or found.rows[code]["value"] is None:
                assert comparison.absence(found, code) in text


def test_an_index_begins_at_100_and_only_where_it_says_something(opened: Build) -> None:
    drawn = courses(compared(opened, "DED", "FRF"))
    assert {course.line.indicator["kind"] for course in drawn if course.base} == {"count", "amount"}
    for course in drawn:
        assert course.line.joint
        assert len(course.periods) >= 3
        if course.base:
            assert [course.value(code, course.periods[0]) for code in ("DED", "FRF")] == [100, 100]
        if course.base and course.line.indicator["kind"] == "count":
            assert all(rows[course.base]["value"] >= LEAST_BASE for rows in course.line.series.values())


# ── Sentences ────────────────────────────────────────────────────────────────────────────────────────────────────


def allowed(comparison: Comparison) -> set[str]:
    """Every number the page's figures hold, as the language writes it."""
    t = comparison.words
    found = {str(n) for n in range(len(comparison.lines) + 1)}
    for each in comparison.lines:
        found |= set(re.findall(r"\d[\d.,\u202f]*\d|\d", each.indicator["title"] + " " + t.period(each.period)))
        for row in each.rows.values():
            if row["value"] is not None:
                text = t.value(row["value"], each.indicator["unit"], each.indicator["decimals"])
                found |= set(re.findall(r"\d[\d.,\u202f]*\d|\d", text))
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("level", "codes"),
    [
        ("land", ("DED", "FRF")),
        ("land", ("DED", "DEG", "FRF", "FRY5")),
        ("country", ("DE", "FR")),
        ("nuts2", ("DED2", "DED4")),
        ("nuts3", ("DE266", "FRI22")),
        ("nuts3", ("DE300", "FR101", "DED51")),
    ],
)
def test_every_number_in_the_findings_is_a_figure(opened: Build, lang: str, level: str, codes: tuple[str, ...]) -> None:
    comparison = compared(opened, *codes, level=level, lang=lang)
    text = " ".join(findings(comparison))
    for code in codes:
        text = text.replace(comparison.name(code), "")
    numbers = set(re.findall(r"\d[\d.,\u202f]*\d|\d", text))
    assert numbers
    assert numbers <= allowed(comparison), numbers - allowed(comparison)


def test_significance_is_said_exactly_where_the_interval_says_it(opened: Build) -> None:
    """All pairs of one country's Länder: what the sentence says is what the interval of the difference says."""
    codes = [code for code, country in queries.units(opened, "land").items() if country == "DE"]
    said = {True: 0, False: 0}
    for other in codes:
        if other == "DED":
            continue
        comparison = compared(opened, "DED", other)
        found = line(comparison, WEB).differences[other]
        text = " ".join(findings(comparison))
        if "a" in {row["status"] for row in line(comparison, WEB).rows.values()}:
            assert "no conclusion is drawn" in text
            continue
        inside = found.low <= 0 <= found.high
        assert ("The difference is significant." in text) == (not inside), other
        assert ("The difference is not significant." in text) == inside, other
        said[inside] += 1
    assert said[True]
    assert said[False]


# ── Twins ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_land_and_kreis_has_its_nearest_across_the_border(opened: Build) -> None:
    known = queries.regions(opened)
    for level in ("land", "nuts2", "nuts3"):
        without = [code for code in queries.units(opened, level) if not twins(opened, code, level)]
        assert len(without) <= 5, without  # overseas, where Eurostat has too little
        for code in queries.units(opened, level):
            found = twins(opened, code, level)
            assert [twin.place for twin in found] == list(range(1, len(found) + 1))
            assert all(known[twin.code].country != known[code].country for twin in found)
            for twin in found:
                mean = sum(reason.gap**2 for reason in twin.reasons) / len(twin.reasons)
                assert twin.distance == pytest.approx(mean**0.5, abs=1e-5)
                back = {other.code: other.distance for other in twins(opened, twin.code, level)}
                assert back.get(code, twin.distance) == twin.distance, "symmetric"
    assert twins(opened, "DE") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_who_is_alike_and_in_what(client: FlaskClient, opened: Build, lang: str) -> None:
    page = unescape(client.get(f"/{lang}/compare/DED").text)
    found = twins(opened, "DED")
    assert why(opened, words(lang), "DED", found[0]) in page
    for twin in found:
        assert f"/{lang}/compare/DED+{twin.code}" in page


def test_a_region_that_nothing_is_like_is_not_given_a_twin(opened: Build) -> None:
    """Mayotte: the nearest is far away, and the sentence says so."""
    (nearest, *_) = twins(opened, "FRY5")
    assert nearest.distance > 1
    assert not nearest.alike
    assert "nothing is really like Mayotte" in why(opened, words("en"), "FRY5", nearest)


# ── Territories ──────────────────────────────────────────────────────────────────────────────────────────────────

HUB = "ki-hub-sachsen-thueringen"


def test_a_territory_stands_beside_a_region_and_its_figures_are_put_together(opened: Build) -> None:
    """Its inhabitants are the sum of both Länder's; its share of firms lies between theirs, with an interval."""
    level, keys = chosen.read(opened, "en", f"{HUB}+FRF", {})
    assert (level, keys) == ("land", (HUB, "FRF"))
    together = compared(opened, HUB, "FRF")
    apart = compared(opened, "DED", "DEG")
    people = line(apart, PEOPLE)
    newest = line(together, PEOPLE)
    assert newest.rows[HUB]["value"] == sum(rows[newest.period]["value"] for rows in people.series.values())
    web, parts = line(together, WEB), line(apart, WEB)
    low, high = sorted(rows[web.period]["value"] for rows in parts.series.values())
    assert low < web.rows[HUB]["value"] < high
    assert web.differences["FRF"].verdict == "significant"


@pytest.mark.parametrize(
    ("item", "canonical"),
    [
        (HUB.upper() + "+frf", f"{HUB}+FRF"),
        ("DEG,DED+FRF", f"{HUB}+FRF"),
        ("FRF+DE1,DED", "FRF+DE1,DED"),
        (f"{HUB}+FR10", f"{HUB}+FR1"),
    ],
)
def test_territories_have_one_spelling_too(client: FlaskClient, item: str, canonical: str) -> None:
    answer = client.get(f"/de/compare/{item}")
    if item != canonical:
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/de/compare/{canonical}")
        answer = client.get(f"/de/compare/{canonical}")
    assert answer.status_code == 200


@pytest.mark.parametrize("item", ["DED,DED2+FRF", "DED,XX9+FRF", "ki-hub-sachsen+FRF", ",+FRF", f"{HUB}+DED+FRF11"])
def test_what_is_no_territory_is_answered_calmly(client: FlaskClient, item: str) -> None:
    answer = client.get(f"/de/compare/{item}", follow_redirects=True)
    assert answer.status_code in (200, 400, 404)
    if answer.status_code == 200:
        assert answer.request.path == "/de/compare/FRF", "an empty one is left out"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_shipped_territory_can_be_compared(client: FlaskClient, opened: Build, lang: str) -> None:
    """With a region, in words and on maps; what cannot be put together says why."""
    for id_, shipped in named(opened, words(lang)).items():
        answer = client.get(f"/{lang}/compare/{id_}+FRF")
        assert answer.status_code == 200, id_
        text = unescape(answer.text)
        assert shipped.name in text
        comparison = compared(opened, id_, "FRF", lang=lang, level=chosen.read(opened, lang, f"{id_}+FRF", {})[0])
        for found in comparison.lines:
            if found.rows.get(id_, {}).get("value", 0) is None:
                assert comparison.absence(found, id_) in text, (id_, found.indicator["id"])
