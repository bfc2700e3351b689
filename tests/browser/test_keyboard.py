"""The whole walk by keyboard, and what is said on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from visits import Visit

Visits = Callable[..., Visit]


def into_the_map(v: Visit) -> None:
    """Tab from the level links into the map, past the few controls between them."""
    v.page.locator("#level-choices a").last.focus()
    for _ in range(4):
        v.press("Tab")
        if v.focused():
            return
    raise AssertionError("the map is more than four stops away from its level links")


def test_the_map_is_one_tab_stop(visit: Visits) -> None:
    v = visit("/de/map?region=DED").dash().ready()
    stops = []
    v.page.locator(".brand").focus()
    for _ in range(60):
        v.press("Tab")
        stops.append(v.page.evaluate("[document.activeElement.id, document.activeElement.dataset.c || '']"))
        if stops[-1][0] == "period":
            break
    assert stops[-1] == ["period", ""], "the slider comes after the map"
    assert [code for _, code in stops if code] == ["DED"], "one stop, and it is the picked region"


def test_walk_select_drill_and_up(visit: Visits) -> None:
    v = visit("/de/map?region=DED").dash().ready()
    into_the_map(v)
    assert v.focused() == "DED"
    v.press("ArrowLeft")
    assert v.focused() in ("DEG", "DEE"), "Thüringen and Sachsen-Anhalt lie west of Sachsen"
    v.press("ArrowRight")
    assert v.focused() == "DED"
    v.press("ArrowUp")
    assert v.focused() in ("DE3", "DE4"), "Berlin and Brandenburg lie north of it"
    assert v.state["region"] == "DED", "walking picks nothing"
    v.press("Enter")
    v.page.wait_for_function("() => new URLSearchParams(location.search).get('region') !== 'DED'")
    v.page.locator("path[data-c=DED]").focus()
    v.press("Enter")
    v.at_state(region="DED")
    v.press("Enter")
    v.at_state(within="DED", level="nuts2")
    v.page.wait_for_function("(document.activeElement.dataset.c || '').startsWith('DED')")
    v.press("ArrowLeft", "ArrowUp")
    assert str(v.focused()).startswith("DED"), "arrows stay inside"
    inside = str(v.focused())
    v.press("Enter")
    v.at_state(region=inside)
    v.press("Enter")
    v.at_state(within=inside, level="nuts3")
    v.page.wait_for_function("(code) => (document.activeElement.dataset.c || '').startsWith(code)", arg=inside)
    v.press("Backspace")
    v.at_state(within="DED", level="nuts2", region=inside)
    v.page.wait_for_function("(code) => document.activeElement.dataset.c === code", arg=inside)
    v.press("Backspace")
    v.at_state(within="", level="land", region="DED")
    v.page.wait_for_function("() => document.activeElement.dataset.c === 'DED'")


def test_the_rhine_is_no_border_for_the_arrows(visit: Visits) -> None:
    v = visit("/fr/map?region=FRF").dash().ready()
    into_the_map(v)
    v.press("ArrowRight")
    assert str(v.focused()).startswith("DE"), "east of Grand Est lies Germany"


@pytest.mark.parametrize(("lang", "rank"), [("de", "Rang"), ("fr", "rang"), ("en", "rank")])
def test_the_focused_region_says_name_value_and_rank(visit: Visits, lang: str, rank: str) -> None:
    v = visit(f"/{lang}/map?region=DEG").dash().ready()
    into_the_map(v)
    assert v.page.evaluate("document.activeElement.getAttribute('role')") == "option"
    assert v.page.evaluate("document.activeElement.closest('[role=listbox]').getAttribute('aria-label')")
    rows = {row[0]: row[1:] for row in v.shown()["table"]}
    for _ in range(3):
        code = str(v.focused())
        said = v.page.evaluate("document.activeElement.getAttribute('aria-label')").split()
        place, name, value = rows[code][0], rows[code][1], rows[code][2].rstrip("abepu")  # without the flag
        assert " ".join(said).startswith(f"{name}: {value}")
        assert rank in said
        assert place.removesuffix(code[:2]) in said
        v.press("ArrowLeft")
        assert v.focused() != code


def test_the_table_and_controls_work_by_keyboard(visit: Visits) -> None:
    v = visit("/de/map").dash().ready()
    v.page.locator("#table tr[data-c=FRK] a").focus()
    v.press("Enter")
    v.at_state(region="FRK")
    v.page.locator("#table th.name button").focus()
    v.press("Enter")
    assert v.shown()["table"][0][2] == "Auvergne-Rhône-Alpes"
    v.page.locator("a[data-level=nuts3]").focus()
    v.press("Enter")
    v.at_state(level="nuts3")
    assert len(v.shown()["table"]) == 501
