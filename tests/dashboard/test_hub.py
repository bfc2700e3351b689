"""Territories by address: what is right has its recipe, what is wrong says what and leads on; and their files."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from dashboard import hub, queries, territories
from dashboard.exports import csv as exported
from dashboard.i18n import languages, words
from dashboard.store import Build
from dashboard.territories import MOST

WEB = "adoption_firms_ai_web_pct"


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup.partition("<main")[2] or markup)))


def links(markup: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a\b[^>]*?\shref="([^"]*)"', markup.split("<main")[1])]


def table(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf"), "spreadsheets read umlauts by the mark"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("DEG+DED", "DED+DEG"),
        ("ded+deg", "DED+DEG"),
        ("DE-SN+DE-TH", "DED+DEG"),
        ("DED+DEG+DED", "DED+DEG"),
        ("DED,DEG", "DED+DEG"),
        ("DED DEG", "DED+DEG"),
        ("FR-GES+DE1", "DE1+FRF"),
        ("KI-NRW", "ki-nrw"),
    ],
)
def test_every_spelling_leads_to_one_address(client: FlaskClient, asked: str, canonical: str) -> None:
    answer = client.get(f"/fr/hub/{quote(asked, safe='+,')}?indicator={WEB}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/fr/hub/{canonical}?indicator={WEB}")
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("item", "status", "named", "ways"),
    [
        ("DED+DED51", 400, ("Leipzig (Stadt) (DED51)", "Sachsen (DED)"), ("/de/hub/DED", "/de/hub/DED51")),
        ("DE3+DE300+DED", 400, ("DE300", "DE3"), ("/de/hub/DE3+DED", "/de/hub/DE300+DED")),
        ("DED+XYZ", 404, ("„XYZ“",), ("/de/hub/DED",)),
        ("DED+DEG0X", 404, ("„DEG0X“",), ("/de/hub/DED",)),
        ("ki-hub-sachsen", 404, ("ki-hub-sachsen",), ("/de/hub/ki-hub-sachsen-thueringen",)),
        ("<img src=x onerror=alert(1)>", 404, ("„<img“",), ("/de/hub",)),
        ("+", 404, (), ("/de/hub",)),
        ("+".join(["DED"] * 3 + ["%00"]), 404, (), ("/de/hub",)),
    ],
)
def test_a_wrong_set_says_what_is_wrong_and_leads_on(
    client: FlaskClient, item: str, status: int, named: tuple[str, ...], ways: tuple[str, ...]
) -> None:
    answer = client.get(f"/de/hub/{quote(item, safe='+')}")
    assert answer.status_code == status
    assert "<img src=x" not in answer.text
    for part in named:
        assert part in text_of(answer.text)
    for way in ways:
        assert way in links(answer.text)
        assert client.get(way).status_code == 200


def test_too_many_members_are_refused_and_whole_regions_offered(client: FlaskClient, opened: Build) -> None:
    kreise = [code for code in queries.units(opened, "nuts3") if code.startswith("DE2")]
    assert len(kreise) > MOST
    answer = client.get(f"/fr/hub/{'+'.join(kreise)}")
    assert answer.status_code == 400
    assert f"au plus {MOST}" in text_of(answer.text)
    assert "/fr/hub/DE2" in links(answer.text)
    thousands = client.get(f"/fr/hub/{'+'.join(['DED51'] * 5000 + [f'DE{n}' for n in range(5000)])}")
    assert thousands.status_code in (400, 404, 414)


def test_ten_thousand_members_are_no_error(client: FlaskClient) -> None:
    codes = [f"X{n}" for n in range(10_000)]
    assert client.get(f"/en/hub/{'+'.join(codes)}").status_code == 404
    assert client.get(f"/en/hub?with={','.join(codes)}").status_code == 404


@pytest.mark.parametrize("query", ["indicator=nope", "period=1066", "level=country", "member=<b>", "indicator=%3Cb%3E"])
def test_a_wrong_parameter_is_a_calm_page(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/de/hub/DED+DEG?{query}")
    assert answer.status_code == 404
    assert "„<b>“" not in answer.text


# ── The form ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "leads"),
    [
        ("with=DED&with=DEG", "DED+DEG"),
        ("with=Leipzig,%20Th%C3%BCringen", "DED51+DEG"),
        ("with=Saxe;Grand+Est", "DED+FRF"),
        ("with=strasbourg&with=", "FRF11"),
        ("with=DED%2BDEG", "DED+DEG"),
    ],
)
def test_the_form_takes_codes_and_names_in_any_language(client: FlaskClient, query: str, leads: str) -> None:
    answer = client.get(f"/fr/hub?{query}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/fr/hub/{leads}")


def test_a_name_of_several_places_or_none_is_asked_back(client: FlaskClient) -> None:
    several = client.get("/de/hub?with=DED&with=Frankfurt")
    assert several.status_code == 404
    assert {"/de/hub/DE403+DED", "/de/hub/DE712+DED"} <= set(links(several.text))
    none = client.get("/de/hub?with=Atlantis")
    assert none.status_code == 404
    assert "„Atlantis“" in text_of(none.text)
    assert 'role="alert"' in client.get("/de/hub?with=").text


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", languages())
def test_every_named_territory_has_a_page_and_a_place_in_the_list(
    client: FlaskClient, opened: Build, lang: str
) -> None:
    listed = links(client.get(f"/{lang}/hub").text)
    known = territories.named(opened, words(lang))
    assert len(known) >= 9
    for one in known.values():
        assert f"/{lang}/hub/{one.id}" in listed
        page = client.get(f"/{lang}/hub/{one.id}").text
        for part in (one.name, one.description, one.perimeter):
            assert part in unescape(page)
        for code in one.members:
            assert f"/{lang}/region/{code}" in page


def test_every_figure_stands_with_its_recipe_and_every_refusal_with_its_reason(
    client: FlaskClient, opened: Build
) -> None:
    t = words("en")
    place = territories.named(opened, t)["oberrhein"]
    seen = text_of(client.get("/en/hub/oberrhein").text)
    found = hub.findings(opened, t, place)
    assert {one.figure.value is None for one in found} == {True, False}
    for one in found:
        assert one.indicator["title"] in seen
    assert "Mean of 15 regions, weighted by their base" in seen
    assert "Not defined alike on both sides of the border" in seen
    assert "would be rank" not in seen, "no rank across the border"


def test_the_map_shows_the_members_and_nothing_else(client: FlaskClient) -> None:
    page = client.get("/de/hub/5-standorte-programm").text
    shown = re.findall(r'<path[^>]*data-c="(\w+)"(?![^>]*aria-hidden)[^>]*>', page)
    assert sorted(shown) == ["DEA12", "DEA32", "DEA54", "DEA55", "DEA5C"]


def test_finer_units_stand_in_a_table_as_on_the_map(client: FlaskClient, opened: Build) -> None:
    page = client.get("/de/hub/DED+DEG?level=nuts3").text
    shown = set(re.findall(r'<path[^>]*data-c="(\w+)"(?![^>]*aria-hidden)[^>]*>', page))
    assert shown == {code for code in queries.units(opened, "nuts3") if code.startswith(("DED", "DEG"))}
    assert set(re.findall(r'<tr[^>]*data-c="(\w+)"', page)) == shown


def test_one_region_has_its_own_rank_and_a_set_one_more_than_there_are(client: FlaskClient) -> None:
    one, two = (text_of(client.get(f"/de/hub/{item}").text) for item in ("ki-nrw", "ki-hub-sachsen-thueringen"))
    assert ("von 16" in one, "von 17" in one) == (True, False)
    assert ("von 16" in two, "von 17" in two) == (False, True)


def test_a_set_that_has_a_name_says_so(client: FlaskClient) -> None:
    assert "/de/hub/ki-hub-sachsen-thueringen" in links(client.get("/de/hub/DED+DEG").text)
    split = client.get("/de/hub/DED2+DED4+DED5+DEG").text
    assert "/de/hub/ki-hub-sachsen-thueringen" in links(split), "the same area in other pieces"


def test_the_form_of_a_territory_leads_to_a_clean_address(client: FlaskClient) -> None:
    """Without scripts it sends the period of the indicator before, which another may not have."""
    people = "context_population_count"
    same = client.get(f"/de/hub/DED+DEG?indicator={WEB}&period=2020&before={WEB}")
    assert same.headers["Location"] == f"/de/hub/DED+DEG?indicator={WEB}&period=2020#figure"
    other = client.get(f"/de/hub/DED+DEG?indicator={people}&period=2024&before={WEB}")
    assert other.headers["Location"] == f"/de/hub/DED+DEG?indicator={people}#figure"
    assert client.get(other.headers["Location"]).status_code == 200


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_of_a_territory_has_every_indicator_and_member(client: FlaskClient, opened: Build) -> None:
    rows = table(client, "/de/hub/ki-hub-sachsen-thueringen.csv")
    assert list(rows[0]) == list(exported.COLUMNS)
    assert {row["indicator"] for row in rows} == set(queries.indicators(opened, "de"))
    web = [row for row in rows if row["indicator"] == WEB]
    assert [(row["entity"], row["code"]) for row in web] == [
        ("KI-Hub Sachsen-Thüringen", "ki-hub-sachsen-thueringen"), ("Sachsen", "DED"), ("Thüringen", "DEG"),
    ]  # fmt: skip
    whole, saxony, thuringia = ({key: float(row[key]) for key in ("value", "n", "ci_low", "ci_high")} for row in web)
    pooled = (saxony["value"] * saxony["n"] + thuringia["value"] * thuringia["n"]) / whole["n"]
    assert whole["n"] == saxony["n"] + thuringia["n"]
    assert whole["value"] == pytest.approx(pooled, abs=0.01)
    assert whole["ci_low"] < whole["value"] < whole["ci_high"]
    assert all(row["recipe"] for row in rows), "each says how it came about, or why not"
    assert all(row["licence"] and row["source"] for row in rows)


def test_one_indicator_comes_in_all_periods(client: FlaskClient, opened: Build) -> None:
    rows = table(client, f"/fr/hub/DE1+FRF.csv?indicator={WEB}")
    assert {row["period"] for row in rows} == set(queries.periods(opened, WEB, "land", ""))
    assert {row["code"] for row in rows} == {"DE1+FRF", "DE1", "FRF"}


@pytest.mark.parametrize(
    "address",
    ["/fr/hub/ia-clusters.csv?indicator=jobs_it_employment_fap_count",
     "/fr/map.csv?indicator=jobs_it_employment_fap_count"],
)  # fmt: skip
def test_what_a_licence_keeps_here_is_shown_but_not_handed_out(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 403
    assert "Consultation seulement" in text_of(answer.text)
    page = client.get(address.replace(".csv", ""))
    assert page.status_code == 200
    assert "Consultation seulement" in text_of(page.text)
    assert not [link for link in links(page.text) if ".csv" in link and "fap" in link]


def test_withheld_figures_are_not_in_the_file_of_the_whole_territory(client: FlaskClient) -> None:
    rows = [
        row for row in table(client, "/fr/hub/ia-clusters.csv") if row["indicator"].startswith("jobs_it_employment")
    ]
    assert rows
    assert {(row["value"], row["status"]) for row in rows} == {("", "withheld")}


@pytest.mark.parametrize(
    "query", ["", f"?indicator={WEB}&level=nuts3&within=DED", "?indicator=adoption_firms_ai_ikt_pct&country=DE"]
)
def test_the_file_of_the_map_is_what_is_on_screen(client: FlaskClient, query: str) -> None:
    page = client.get(f"/de/map{query}").text
    lines = re.findall(r'<tr[^>]*data-c="(\w+)"', page[page.index('id="table"') :])
    rows = table(client, f"/de/map.csv{query}")
    assert [row["code"] for row in rows] == lines
    for row in rows:
        assert bool(row["value"]) != (row["status"] in ("c", "m", "z")), row
        assert bool(row["status"]) == bool(row["status_text"])


def test_nothing_in_a_file_is_a_formula() -> None:
    wild: list[Any] = ["=1+1", "+cmd", "-2", "@x", "\tx", "Île-de-France", -1.5, 12, None, 'a "quoted", one']
    rows = [{"entity": value} for value in wild]
    cells = [row[0] for row in csv.reader(io.StringIO(exported.text(rows).decode("utf-8-sig"), newline=""))][1:]
    assert cells == ["'=1+1", "'+cmd", "'-2", "'@x", "'\tx", "Île-de-France", "-1.5", "12", "", 'a "quoted", one']


@pytest.mark.parametrize(
    "path", ["/de/nope.csv", "/xx/map.csv", "/de/find.csv", "/de/hub.csv", "/de/hub/DED+DED51.csv"]
)
def test_a_page_without_a_file_has_none(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


def test_compact_finds_the_largest_pieces(opened: Build) -> None:
    everything = list(queries.units(opened, "nuts3"))
    assert territories.compact(opened, everything) == ["DE", "FR"]
    assert territories.compact(opened, ["DED2", "DED4", "DED5", "DEG"]) == ["DED", "DEG"]
