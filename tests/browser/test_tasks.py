"""Five real tasks with the keyboard alone: Tab, arrows, Enter, letters. No click, no focus set by script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from visits import Visit

Visits = Callable[..., Visit]
#: More stops than any page has before what is looked for; a long table comes after.
STOPS = 160


@pytest.fixture
def hands(visit: Visits) -> Callable[[str], Hands]:
    """Open a page and have nothing but a keyboard."""
    return lambda path: Hands(visit(path).settled())


#: Something has the focus, and has it still after the next frame; for a frame nothing has while a map is replaced.
SOMEWHERE = """() => new Promise((answer) => requestAnimationFrame(() => requestAnimationFrame(
  () => answer(document.activeElement !== document.body))))"""


class Hands:
    """What somebody does who has a keyboard only; the focus is never lost on the way."""

    def __init__(self, v: Visit) -> None:
        self.v, self.page = v, v.page

    def press(self, *keys: str) -> None:
        """Press keys; after each the focus is on something."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_function(SOMEWHERE, timeout=5000)

    def on(self, selector: str) -> bool:
        """Whether what has the focus is this."""
        return bool(self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector))

    def tab_to(self, selector: str, key: str = "Tab") -> None:
        """Tab until this has the focus, and see that it can be seen there."""
        for _ in range(STOPS):
            self.press(key)
            if self.on(selector):
                break
        else:
            pytest.fail(f"{STOPS} stops, and none is {selector}")
        box = self.page.evaluate(
            "() => { const b = document.activeElement.getBoundingClientRect(); return [b.top, b.bottom, innerHeight]; }"
        )
        assert -1 <= box[0] < box[2] or 0 < box[1] <= box[2] + 1, "what has the focus is in the window"

    def walk_to(self, code: str) -> None:
        """Arrows from the focused region towards another one, until it has the focus; around what has no neighbour."""
        tried: set[tuple[str | None, str]] = set()
        for _ in range(60):
            at = self.v.focused()
            if at == code:
                return
            across, up = self.page.evaluate(
                """([at, to]) => { const [x, y, a, b] = [at, to].flatMap((code) =>
                document.querySelector(`.am-regions path[data-c="${code}"]`).dataset.p.split(",").map(Number));
                return [a - x, b - y]; }""",
                [at, code],
            )
            aside = ("ArrowRight", "ArrowLeft")[:: 1 if across > 0 else -1]
            along = ("ArrowDown", "ArrowUp")[:: 1 if up > 0 else -1]
            first, second = (aside, along) if abs(across) > abs(up) else (along, aside)
            wishes = (first[0], second[0], second[1], first[1])
            key = next((key for key in wishes if (at, key) not in tried), wishes[0])
            tried.add((at, key))
            self.press(key)
        pytest.fail(f"the arrows do not lead to {code}")

    def enter(self, url: str) -> None:
        """Follow the focused link to another page."""
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(url)
        self.page.wait_for_load_state("networkidle")


def test_find_leipzigs_value(hands: Callable[[str], Hands]) -> None:
    h = hands("/de/map")
    h.tab_to("#find-text")
    h.page.keyboard.type("leipzig")
    h.page.locator("#find-list [aria-selected=true]").wait_for()
    h.press("Enter")
    h.v.at_state(region="DED51", level="nuts3", within="DED")
    h.page.wait_for_function("() => document.querySelector('#card h2').textContent.includes('Leipzig')")
    value = h.page.locator("#card .big").inner_text()
    assert "%" in value
    assert h.page.locator("#announce").inner_text().startswith(f"Leipzig (Stadt): {value.split()[0]}"), "and it is said"


def test_compare_sachsen_with_grand_est_from_the_map(hands: Callable[[str], Hands]) -> None:
    h = hands("/de/map")
    h.tab_to("#find-text")
    h.page.keyboard.type("sachsen")
    h.page.locator("#find-list [aria-selected=true]").wait_for()
    h.press("Enter")
    h.v.at_state(region="DED")
    h.tab_to("#card .more a")
    h.enter("**/de/region/DED")
    h.tab_to("a[href='/de/compare/DED']")
    h.enter("**/de/compare/DED")
    h.tab_to("main form input:not([type=hidden])")
    h.page.keyboard.type("Grand Est")
    h.enter("**/de/compare/DED+FRF**")
    assert h.page.locator("h1").inner_text() == "Sachsen und Grand Est im Vergleich"


def test_build_a_territory_of_sachsen_and_thueringen_and_read_its_value(hands: Callable[[str], Hands]) -> None:
    h = hands("/de/map")
    h.tab_to("#choose-begin")
    h.press("Enter")
    h.tab_to(".am-regions path")
    for code in ("DED", "DEG"):
        h.walk_to(code)
        h.press("Enter")
    assert h.page.locator("#choose-count").inner_text() == "Thüringen hinzugefügt. 2 Regionen gewählt."
    h.tab_to("#choose-show", "Shift+Tab")
    h.enter("**/de/hub/DED+DEG")
    assert h.page.locator("h1").inner_text() == "Sachsen und Thüringen"
    assert "%" in h.page.locator(".side .big").inner_text()


def test_open_sap_and_mistral_and_follow_to_the_entry(hands: Callable[[str], Hands]) -> None:
    h = hands("/en/map")
    h.tab_to("nav a[href='/en/partnerships']")
    h.enter("**/en/partnerships")
    h.tab_to("a.pm-arc[data-partnership=sap-mistral]")
    h.press("Enter")
    assert h.on("tr#sap-mistral"), "the entry has the focus"
    h.tab_to("tr#sap-mistral a[href^='https://']")
    assert "sap-mistral" in h.page.url


def test_in_french_drill_into_a_region_and_come_back(hands: Callable[[str], Hands]) -> None:
    h = hands("/de/map")
    h.tab_to(".languages a[hreflang=fr]")
    h.enter("**/fr/map**")
    h.v.settled()
    h.tab_to(".am-regions path")
    h.walk_to("FRK")
    h.press("Enter")
    h.v.at_state(region="FRK")
    h.press("Enter")
    h.v.at_state(within="FRK", level="nuts2")
    h.page.wait_for_function("() => (document.activeElement.dataset.c || '').startsWith('FRK')")
    h.press("ArrowRight", "ArrowDown")
    inside = h.v.focused()
    assert str(inside).startswith("FRK")
    h.press("Enter")
    h.v.at_state(region=str(inside))
    h.press("Enter")
    h.v.at_state(within=str(inside), level="nuts3")
    h.page.wait_for_function("(code) => (document.activeElement.dataset.c || '').startsWith(code)", arg=inside)
    h.press("Backspace")
    h.v.at_state(within="FRK", level="nuts2")
    h.page.wait_for_function("(code) => document.activeElement.dataset.c === code", arg=inside)
    h.press("Backspace")
    h.v.at_state(within="", level="land", region="FRK")
    h.page.wait_for_function("() => document.activeElement.dataset.c === 'FRK'")
