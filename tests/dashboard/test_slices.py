"""What the script fetches is what the build holds: values, bases, flags, reasons, titles; small and always the same."""

from __future__ import annotations

import gzip
from typing import Any

import brotli
import orjson
import pytest

from dashboard import queries, slices, view
from dashboard.i18n import languages
from dashboard.store import Build, Store
from dashboard.titles import title
from dashboard.urls import COUNTRIES, MapState, NotFoundError

BUDGET = 15_000
Cell = tuple[int | None, int | None, str, str]


def every_slice(opened: Build) -> list[tuple[str, str, str]]:
    """(indicator, level, member): all indicators at all levels, and at the finest one all their breakdowns."""
    return [
        (id_, level, member)
        for id_, row in queries.indicators(opened, "de").items()
        for level in row["levels"]
        for member in list(row["members"] or {"": ""})[: None if level == row["levels"][-1] else 1]
    ]


@pytest.fixture(scope="module")
def french(opened: Build) -> dict[tuple[str, str, str], bytes]:
    """Every slice as JSON, in the language with the longest words."""
    return {key: slices.slice_json(opened, "fr", *key) for key in every_slice(opened)}


def unpack(packed: dict[str, Any], codes: list[str]) -> dict[tuple[str, str], Cell]:
    """(region, period) → (value in units of 10^-digits, n, status, reason), read as the script reads it."""

    def column(lines: list[list[int | None]] | None, at: int) -> list[int | None]:
        total, found = 0, []
        for line in lines or [[None] * len(codes)] * len(packed["periods"]):
            if line[at] is not None:
                total += line[at]
            found.append(None if line[at] is None else total)
        return found

    cells = {}
    for at, code in enumerate(codes):
        values, bases = column(packed["v"], at), column(packed["n"], at)
        for position, period in enumerate(packed["periods"]):
            letter = packed["s"][at][position] if packed["s"] else "."
            holding = (
                reason
                for reason, where in packed["r"].items()
                if where in (1, letter) or (isinstance(where, dict) and position in where.get(code, []))
            )
            status = "" if letter == "." else letter
            cells[code, period] = (values[position], bases[position], status, next(holding, ""))
    return cells


def test_every_figure_travels_whole(opened: Build, french: dict[tuple[str, str, str], bytes]) -> None:
    """All indicators, members, levels and periods: unpacked, they are the build's rows at the digits sent."""
    figures = 0
    for (indicator, level, member), data in french.items():
        packed = orjson.loads(data)
        cells = unpack(packed, packed.get("codes") or sorted({*queries.units(opened, level), *COUNTRIES}))
        rows = opened.rows("slice", indicator=indicator, level=level, member=member)
        rows += opened.rows("slice", indicator=indicator, level="country", member=member) if level != "country" else []
        told = {(row["region"], row["period"]): row for row in rows if row["period"] in packed["periods"]}
        where = (indicator, level, member)
        assert set(told) <= set(cells), where
        for key, (value, base, status, reason) in cells.items():
            row = told.get(key)
            if row is None:
                assert (value, base, status, reason) == (None, None, "m", ""), (where, key)
                continue
            wanted = None if row["value"] is None else round(row["value"] * 10 ** packed["digits"])
            assert (value, base, status, reason) == (wanted, row["n"], row["status"], row["reason"]), (where, key)
            figures += value is not None
    assert figures > 200_000


def test_every_slice_keeps_its_budget(french: dict[tuple[str, str, str], bytes]) -> None:
    """An indicator change is one GET of at most 15 kB for all its years. Few need brotli for that: only those wait."""
    large = {key: data for key, data in french.items() if len(gzip.compress(data, 9)) > BUDGET}
    sizes = {key: len(brotli.compress(data, quality=11)) for key, data in large.items()}
    assert large, "the budget has become too wide to notice anything"
    assert max(sizes.values()) <= BUDGET, max(sizes.items(), key=lambda item: item[1])


@pytest.mark.parametrize("lang", languages())
def test_every_period_has_its_title_for_both_and_each_country(opened: Build, lang: str) -> None:
    share = list(queries.indicators(opened, lang).items())[languages().index(lang) :: len(languages())]
    for id_, row in share:
        for level in row["levels"]:
            shown = view.map_view(opened, lang, MapState(indicator=id_, level=level))
            told = slices.titles(opened, lang, shown)
            assert set(told) == {"", *COUNTRIES}
            for country, titles in told.items():
                assert len(titles) == len(shown.periods)
                for period, text in ((shown.periods[0], titles[0]), (shown.periods[-1], titles[-1])):
                    asked = MapState(indicator=id_, level=level, period=period, country=country)
                    assert text == title(view.map_view(opened, lang, asked)), (id_, level, period, country)
                    assert view.words(lang).period(period).casefold() in text.casefold()


def test_the_same_build_gives_the_same_bytes(opened: Build, french: dict[tuple[str, str, str], bytes]) -> None:
    again = Store(opened.path.parent.parent).current()
    assert again is not opened
    for key in list(french)[::25]:
        assert slices.slice_json(again, "fr", *key) == french[key]


def test_digits_are_those_the_page_shows_or_the_ranges_of_rank_need(opened: Build) -> None:
    """No figure is drawn from fewer digits than it is written with."""
    for row in queries.indicators(opened, "en").values():
        assert slices.digits(row) >= row["decimals"]
        if row["interval"]:
            assert slices.digits(row) >= 2


def test_the_scripts_format_writes_what_the_server_writes(opened: Build) -> None:
    """suffix, sign and millions of the slice, put together as the script does, give the server's text."""
    for lang in languages():
        for id_ in queries.indicators(opened, lang):
            shown = view.map_view(opened, lang, MapState(indicator=id_))
            form = slices.number_format(shown)
            for value in (0.0, 12.3456, -3.25, 99_999.4, 58_212_937.0):
                text = shown.value(value)
                if form["millions"] and abs(value) >= form["from"]:
                    number = shown.words.number(value / 1e6, 1)
                    assert text == form["millions"].replace("{number}", number), (lang, id_)
                else:
                    number = shown.words.number(value, form["decimals"], sign=form["sign"])
                    assert text == number + form["suffix"], (lang, id_)


@pytest.mark.parametrize(
    ("lang", "change"),
    [
        ("xx", {}),
        ("de", {"indicator": "nope"}),
        ("de", {"level": "nuts9"}),
        ("de", {"member": "nope"}),
    ],
)
def test_a_slice_that_is_not_there_is_not_found(opened: Build, lang: str, change: dict[str, str]) -> None:
    asked = {"indicator": next(iter(queries.indicators(opened, "de"))), "level": "land", "member": ""} | change
    with pytest.raises(NotFoundError):
        slices.check(opened, lang, **asked)


def test_a_level_the_indicator_lacks_is_not_found(opened: Build) -> None:
    for row in queries.indicators(opened, "de").values():
        for level in {"country", "land", "nuts2", "nuts3"} - set(row["levels"]):
            with pytest.raises(NotFoundError):
                slices.check(opened, "de", row["id"], level, "")


@pytest.mark.parametrize("lang", languages())
def test_all_regions_travel_with_name_parent_and_levels(opened: Build, lang: str) -> None:
    told = orjson.loads(slices.regions_json(opened, lang))
    known = queries.regions(opened)
    assert set(told) == set(known)
    for code, (name, parent, levels, country) in told.items():
        assert (name, parent or "", country) == (known[code].name(lang), known[code].parent, known[code].country)
        assert all(code in queries.units(opened, level) for level in levels)
    assert sum("nuts3" in entry[2] for entry in told.values()) == 501
    assert sum("land" in entry[2] for entry in told.values()) == 34
    assert len(brotli.compress(slices.regions_json(opened, lang))) < BUDGET
