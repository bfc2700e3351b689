"""The table says what the map says, and server and script compute the same limits and ranks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"
COUNT = "research_ai_preprints_count"
ROWS = """() => [...document.querySelectorAll("#table tbody tr")].map((tr) => {
  const [rank, name, value, margin, n] = tr.cells, flag = value.querySelector("abbr");
  return [tr.dataset.c, rank.firstChild && rank.firstChild.textContent, name.textContent,
    value.firstChild.textContent, flag && flag.title.split(":")[0], value.classList.contains("absent")];
})"""


@pytest.mark.parametrize("level", ["land", "nuts3"])
@pytest.mark.parametrize("indicator", [WEB, COUNT, "jobs_it_unemployed_per_vacancy"])
def test_table_and_map_say_the_same(visit: Visits, indicator: str, level: str) -> None:
    """Same regions, values, flags and ranks, for a rate, a count, and where a country has nothing."""
    v = visit(f"/de/map?level={level}").dash().ready()
    v.pick(indicator)
    labels, rows = v.labels(), v.page.evaluate(ROWS)
    assert len(rows) == {"land": 34, "nuts3": 501}[level]
    assert {row[0] for row in rows} == set(labels)
    of = {"DE": 0, "FR": 0}
    for code, *_, absent in rows:
        of[code[:2]] += not absent
    for code, rank, name, value, flag, absent in rows:
        said = [f"{name}: {value}", flag, f"Rang {rank} von {of[code[:2]]}" if rank and not absent else None]
        assert labels[code] == ", ".join(part for part in said if part)
    drawn = v.shown()["map"]
    for code, *_, absent in rows:
        assert absent == (drawn[code][0] in ("c", "m", "z")), code


def plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()


def number(text: str) -> float | None:
    text = text.rstrip("abepu").replace("%", "").replace(".", "").replace(",", ".").strip()
    return float(text) if text and text[0].isdigit() else None


@pytest.mark.parametrize("level", ["land", "nuts3"])
def test_the_table_sorts_by_name_value_and_base(visit: Visits, level: str) -> None:
    v = visit(f"/de/map?indicator={WEB}&level={level}").dash().ready()

    def column(key: str, index: int) -> tuple[str, list[str]]:
        v.page.locator(f"#table th.{key} button").click()
        marks = v.page.locator("#table th[aria-sort]")
        assert marks.count() == 1
        assert f" {key} " in f" {marks.get_attribute('class')} "
        return str(marks.get_attribute("aria-sort")), [row[index] for row in v.shown()["table"]]

    sort, names = column("name", 2)
    assert sort == "ascending"
    keys = [plain(name) for name in names if name.isalpha()]  # punctuation is the collation's own matter
    assert keys == sorted(keys)
    sort, names = column("name", 2)
    assert sort == "descending"
    keys = [plain(name) for name in names if name.isalpha()]
    assert keys == sorted(keys, reverse=True)
    for key, index in (("value", 3), ("n", 5)):
        sort, cells = column(key, index)
        assert sort == "descending"
        found = [number(cell) for cell in cells]
        assert found == sorted(found, key=lambda x: -x)
        sort, cells = column(key, index)
        assert sort == "ascending"
        found = [number(cell) for cell in cells]
        assert found == sorted(found)


@pytest.mark.parametrize("level", ["land", "nuts3"])
@pytest.mark.parametrize("indicator", [WEB, "jobs_it_employees_per_1000"])
def test_ranks_and_limits_of_server_and_script_agree_in_every_third_year(
    visit: Visits, indicator: str, level: str
) -> None:
    """The build's SQL and the page's script compute Wilson limits and ranges of rank; a reader sees one of the two."""
    v = visit(f"/fr/map?level={level}").dash().ready()
    if indicator != WEB:
        v.pick(indicator)
    served = visit("", java_script_enabled=False)
    for period in ("2018", "2021", "2024"):
        v.slide(v.page.evaluate("(period) => Atlas.slice.periods.indexOf(period)", period))
        v.at_state(period=period)
        served.open(v.page.url.removeprefix(v.at))
        script, server = v.shown()["table"], served.shown()["table"]
        assert len(server) == {"land": 34, "nuts3": 501}[level]
        assert [pair for pair in zip(server, script, strict=True) if pair[0] != pair[1]] == []


FILLS = """() => Object.fromEntries([...document.querySelectorAll(".am-regions [data-c]")].map((path) => {
  const circle = document.querySelector(`.am-circles [data-c="${path.dataset.c}"]`);
  const kind = circle && circle.classList.contains("zero") ? "0" : path.getAttribute("class");
  return [kind, getComputedStyle(path).fill + (circle ? " " + getComputedStyle(circle).stroke : "")];
}))"""
SUPPRESSED = "indicator=adoption_ai_firms_role_pct&member=5&period=2019&level=land"
INAPPLICABLE = "indicator=jobs_it_unemployed_per_vacancy&period=2020&level=nuts3"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("de", {"c": "geheim gehalten", "m": "nicht erhoben", "z": "trifft nicht zu", "0": "null"}),
        ("fr", {"c": "sous secret statistique", "m": "non collecté", "z": "sans objet", "0": "zéro"}),
        ("en", {"c": "suppressed", "m": "not collected", "z": "not applicable", "0": "zero"}),
    ],
)
def test_the_four_absences_are_told_apart(visit: Visits, lang: str, words: dict[str, str]) -> None:
    """Suppressed, not collected, not applicable, zero: each drawn and said otherwise, on map, in table, in legend."""
    fills: dict[str, str] = {}
    said: dict[str, str] = {}
    for query, kinds in ((SUPPRESSED, "c0"), (INAPPLICABLE, "mz")):
        v = visit(f"/{lang}/map?{query}").dash().ready()
        found = v.page.evaluate(FILLS)
        shown = v.shown()
        for kind in kinds:
            assert kind in found, f"{query} has no {kind}"
            fills[kind] = found[kind]
            assert kind in shown["signs"], "the legend explains it"
            said[kind] = v.page.locator(f"#legend [data-k='{kind}']").inner_text().strip()
        assert set(shown["signs"]) & set("cmz0") == {kind for kind in found if kind in "cmz0"}, "and nothing else"
        for code, (kind, _, _) in shown["map"].items():
            if kind in ("c", "m", "z"):
                cell = next(row[3] for row in shown["table"] if row[0] == code)
                assert cell == v.page.evaluate("(letter) => Atlas.page.flags[letter]", kind)
                assert cell == words[kind]
    assert len(set(fills.values())) == 4, fills
    assert {kind: text.lower() for kind, text in said.items()} == words


@pytest.mark.parametrize(("lang", "missing"), [("de", "Förderkatalog"), ("fr", "Allemagne"), ("en", "Germany")])
def test_where_germany_has_no_funding_figures_the_page_says_so(visit: Visits, lang: str, missing: str) -> None:
    """On the first paint and after scripts; gone when only France is shown."""
    path = f"/{lang}/map?indicator=funding_inov_ai_grants_eur"
    served = visit(path, java_script_enabled=False).shown()["gaps"]
    assert missing in served
    v = visit(f"/{lang}/map").dash().ready()
    assert v.shown()["gaps"] == ""
    v.pick("funding_inov_ai_grants_eur")
    assert v.shown()["gaps"] == served
    assert {kind for code, (kind, _, _) in v.shown()["map"].items() if code.startswith("DE")} == {"m"}
    v.open(f"{path}&country=FR")
    assert v.shown()["gaps"] == ""
