"""The address is the state: what scripts reach by clicking is what the server draws for the address, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"
#: lang, indicator, then the steps a reader takes: (control, value).
WALKS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("de", WEB, [("region", "DED"), ("period", "2020")]),
    ("fr", WEB, [("drill", "FRK"), ("level", "nuts3"), ("region", "FRK26")]),
    ("en", "adoption_firms_ai_role_pct", [("country", "DE"), ("member", "3"), ("level", "nuts2"), ("period", "2018")]),
    ("de", "adoption_firms_ai_type_pct", [("member", "2"), ("drill", "DE2"), ("level", "nuts3"), ("region", "DE212")]),
    ("fr", "funding_inov_ai_grants_eur", [("country", "FR"), ("level", "nuts3"), ("region", "FR101")]),
    ("en", "jobs_it_employees_count", [("drill", "DED"), ("level", "nuts3"), ("period", "2016")]),
    ("de", "jobs_it_unemployed_per_vacancy", [("level", "nuts2"), ("region", "DE21")]),
    ("fr", "adoption_firms_ai_survey_pct", [("period", "2023")]),
    ("en", "jobs_ai_postings_pct", [("period", "2024-03")]),
    ("de", "research_ai_preprints_per_100k", [("country", "DE"), ("level", "nuts3"), ("period", "2018")]),
    ("fr", "adoption_firms_ai_web_change_pp", [("region", "FRY1")]),
    ("en", "context_gdp_mio_eur", [("level", "nuts2"), ("drill", "DE21"), ("region", "DE211")]),
]


def walk(v: Visit, indicator: str, steps: list[tuple[str, str]]) -> None:
    """Take a reader's steps through the page's own controls."""
    if v.state.get("indicator") != indicator and indicator != WEB:
        v.pick(indicator)
    for control, value in steps:
        if control == "country":  # a plain link, also with scripts
            v.page.locator(f"a[data-country={value}]").click()
            v.page.wait_for_url(f"**country={value}*")
            v.ready()
        elif control == "member":
            v.page.locator("#member").select_option(value)
        elif control == "level":
            v.level(value)
        elif control == "region":
            v.region(value)
        elif control == "drill":
            v.region(value)
            v.page.locator(f"#card a[data-drill='{value}']").click()
        elif control == "period":
            v.slide(v.page.evaluate("(period) => Atlas.slice.periods.indexOf(period)", value))
        v.at_state(**{"within" if control == "drill" else control: value})


def alike(one: Any, other: Any) -> bool:
    """Equal; circles by class, and by radius to a pixel (13 map units), but for zeros, which the stylesheet sizes."""
    if isinstance(one, list) and len(one) == 2 and one[1] in ("n", "n u", "n a"):
        return bool(one[1] == other[1] and abs(float(one[0]) - float(other[0])) < 2)
    return bool(one == other or (isinstance(one, list) and one[1:] == other[1:] == ["zero"]))


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What two views show otherwise; tables and maps row by row."""
    found: dict[str, Any] = {}
    for key, value in one.items():
        against = other[key]
        if isinstance(value, list) and len(value) == len(against):
            differ = [pair for pair in zip(value, against, strict=True) if pair[0] != pair[1]]
        elif isinstance(value, dict) and value.keys() == against.keys():
            differ = [(code, value[code], against[code]) for code in value if not alike(value[code], against[code])]
        else:
            differ = [] if value == against else [(value, against)]
        if differ:
            found[key] = differ[:3]
    return found


@pytest.mark.parametrize(("lang", "indicator", "steps"), WALKS, ids=[f"{w[0]}-{w[1]}" for w in WALKS])
def test_permalink_round_trip(visit: Visits, lang: str, indicator: str, steps: list[tuple[str, str]]) -> None:
    """Title, table, map, legend, controls, source note: the same by clicking, from the server, and after scripts."""
    v = visit(f"/{lang}/map").dash().ready()
    walk(v, indicator, steps)
    reached, path = v.shown(), v.page.url.removeprefix(v.at)
    drawn = visit(path, java_script_enabled=False)
    assert drawn.status == 200
    served = drawn.shown()
    served["pickedRow"] = reached["pickedRow"]  # marked by script alone
    assert not (found := differing(reached, served)), f"{path}\n{json.dumps(found, ensure_ascii=False, indent=1)}"
    opened = visit(path).ready().shown()
    assert not (found := differing(reached, opened)), f"{path}\n{json.dumps(found, ensure_ascii=False, indent=1)}"


@pytest.mark.parametrize("query", ["", f"?indicator={WEB}&level=nuts3&within=DED&region=DED21&period=2019"])
def test_changing_the_language_keeps_the_state(visit: Visits, query: str) -> None:
    v = visit(f"/de/map{query}").dash().ready()
    if not query:
        v.region("FRK")
        v.slide(2)
        v.at_state(period="2018")
    state, german = v.state, v.shown()
    for lang in ("fr", "en", "de"):
        v.page.locator(f".languages a[hreflang={lang}]").click()
        v.page.wait_for_url(f"**/{lang}/map?**")
        v.ready()
        assert v.state == state
        assert v.page.locator("html").get_attribute("lang") == lang
        shown = v.shown()
        kinds = {code: region[0] for code, region in shown["map"].items()}
        assert kinds == {code: region[0] for code, region in german["map"].items()}
        assert shown["picked"] == german["picked"]
        assert (shown["title"] == german["title"]) == (lang == "de")


@pytest.mark.parametrize(
    ("lang", "percent", "thousands"),
    [("de", "22,8\u00a0%", "."), ("fr", "22,8\u202f%", "\u202f"), ("en", "22.8%", ",")],
)
def test_numbers_are_written_as_the_language_writes_them(
    visit: Visits, lang: str, percent: str, thousands: str
) -> None:
    """By the server and by the script alike."""
    value = "document.querySelector('#table tr[data-c=DE3] .value').firstChild.textContent"
    base = "document.querySelector('#table tr[data-c=DE2] .n').textContent"
    path = f"/{lang}/map?indicator={WEB}&period=2024"
    v = visit(path, java_script_enabled=False)
    assert v.page.evaluate(value) == percent
    count = v.page.evaluate(base)
    assert count.count(thousands) == (len(count) - 1) // 4
    assert count.count(thousands) >= 1
    v = visit(f"/{lang}/map?indicator={WEB}&period=2023").dash().ready()
    v.slide(8)
    v.at_state(period="2024")
    assert v.page.evaluate(value) == percent
    assert v.page.evaluate(base) == count
    assert percent in v.page.locator("#title").text_content()


def test_codes_of_other_systems_and_trackers_are_understood(visit: Visits) -> None:
    """ISO 3166-2 names a region; what an address carries besides is not ours to refuse."""
    v = visit("/de/map?region=DE-SN&utm_source=x").ready()
    assert v.shown()["picked"] == ["DED"]
