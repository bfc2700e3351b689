"""The map widget in a real browser, on the committed shapes: keyboard, pointer, touch, drill, paint, axe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from map_page import COUNT, RATE, ROOT, Handler, Map, document, shapes
from playwright.sync_api import Browser

from dashboard.map.scene import Scale, mark


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def show(browser: Browser, address: str) -> Iterator[Any]:
    contexts = []

    def open_page(html: str, **context: Any) -> Map:
        path = f"/page/{len(Handler.pages)}"
        Handler.pages[path] = html
        settings = {"viewport": {"width": 800, "height": 900}, "reduced_motion": "reduce"} | context
        contexts.append(browser.new_context(**settings))
        opened = Map(contexts[-1].new_page())
        opened.page.goto(address + path)
        opened.page.wait_for_function("document.querySelector('.am-svg').style.getPropertyValue('--u') > 0")
        return opened

    yield open_page
    for context in contexts:
        context.close()


def test_the_keyboard_walks_to_neighbours_selects_drills_and_goes_up(show: Any) -> None:
    m = show(document(selected="DED"))
    m.page.locator("[data-zoom='0']").focus()
    m.press("Shift+Tab", "Shift+Tab", "Shift+Tab")
    assert m.focused() == "DED", "the map is one tab stop, and it is the selected region"
    m.press("ArrowLeft")
    assert m.focused() == "DEG", "Thüringen lies west of Sachsen"
    m.press("ArrowRight")
    assert m.focused() == "DED"
    assert m.log() == [], "arrows only move the focus"
    m.press("ArrowLeft", "Enter")
    assert m.log() == ["select DEG"]
    assert m.page.locator("[aria-selected=true]").get_attribute("data-c") == "DEG"
    assert m.page.locator("[tabindex='0'][role=option]").count() == 1
    m.press("Space")
    assert m.log() == ["select DEG", "drill DEG"]
    assert m.tip() is not None
    m.press("Escape")
    assert m.tip() is None, "Escape first hides the tooltip"
    m.press("Escape", "Backspace")
    assert m.log()[2:] == ["up", "up"]
    m.press("Home")
    assert m.focused() == "DE1"
    m.press("End")
    assert m.focused() == "FRY5"
    assert m.errors == []


@pytest.mark.parametrize("level", ["land", "nuts2", "nuts3"])
def test_arrows_reach_every_region_of_the_real_map(show: Any, level: str) -> None:
    """From every region, walking in four directions, one gets everywhere, overseas included."""
    m = show(document(level))
    steps = m.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[role=option]")].map((path) => [path.dataset.c,
        [[1, 0], [-1, 0], [0, 1], [0, -1]]
        .map((way) => AtlasMap.neighbour(path.dataset.c, ...way)).filter(Boolean)]))"""
    )
    assert set(steps) == set(shapes(level)["regions"])
    back: dict[str, set[str]] = {code: set() for code in steps}
    for code, ways in steps.items():
        for way in ways:
            back[way].add(code)
    for graph in (steps, back):
        seen, queue = {"DED" if level == "land" else next(iter(steps))}, []
        queue.extend(seen)
        while queue:
            fresh = set(graph[queue.pop()]) - seen
            seen |= fresh
            queue.extend(fresh)
        assert set(steps) - seen == set()


def test_the_focus_has_a_ring_on_top_and_a_tooltip(show: Any) -> None:
    m = show(document())
    m.page.keyboard.press("Tab")
    assert m.focused() == "DE1"
    ring = m.page.locator(".am-over .am-focus")
    assert ring.get_attribute("d") == shapes("land")["regions"]["DE1"]["d"]
    assert ring.evaluate("e => getComputedStyle(e).stroke") == "rgb(11, 87, 208)"
    assert m.tip() == "DE1\nDE1: 1.0"
    assert m.page.locator(".am-keys").evaluate("e => getComputedStyle(e).opacity") == "1"


def test_a_region_too_small_to_see_gets_a_ring(show: Any) -> None:
    m = show(document("nuts3", selected="FR101"))
    box = m.page.locator(".am-selected").bounding_box()
    assert box["width"] == pytest.approx(20, abs=4), "a circle of 10 pixels around Paris"
    assert box["x"] + box["width"] / 2 == pytest.approx(m.spot("FR101")[0], abs=1)


def test_click_selects_and_click_on_the_selected_drills(show: Any) -> None:
    m = show(document())
    m.page.mouse.click(*m.spot("FRF"))
    assert m.log() == ["select FRF"]
    assert m.page.locator(".am-selected").count() == 1
    assert m.page.locator(".am-focus").count() == 0, "the ring belongs to the keyboard"
    assert m.focused() == "FRF", "which goes on from here"
    m.page.wait_for_timeout(400)  # two clicks, no double tap, which would zoom here and move what is clicked next
    m.page.mouse.click(*m.spot("FRF"))
    assert m.log() == ["select FRF", "drill FRF"]
    m.page.wait_for_timeout(400)
    m.page.mouse.dblclick(*m.spot("DE2"))
    assert m.log()[2:] == ["select DE2", "drill DE2"], "a double click selects and drills once"
    assert m.errors == []


def test_the_tooltip_stays_in_the_window_and_can_be_hovered(show: Any) -> None:
    m = show(document())
    for code in ("DEF", "DED", "DE2", "FRM", "FRL", "FRH", "FRY1", "FRY5"):
        x, y = m.spot(code)
        m.page.mouse.move(x, y)
        assert (m.tip() or "").startswith(code)
        box, frame = m.page.locator(".am-tip").bounding_box(), m.page.locator("#map").bounding_box()
        assert box["x"] >= frame["x"], code
        assert box["x"] + box["width"] <= frame["x"] + frame["width"], code
        assert box["y"] >= max(frame["y"], 0), code
        assert box["y"] + box["height"] <= min(frame["y"] + frame["height"], 900), code
        covered = box["x"] <= x <= box["x"] + box["width"] and box["y"] <= y <= box["y"] + box["height"]
        assert not covered, f"the tooltip does not cover the pointer at {code}"
    m.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    m.page.wait_for_timeout(300)
    assert m.tip() is not None, "the pointer can enter the tooltip"
    m.page.mouse.move(300, 20)
    m.page.locator(".am-tip").wait_for(state="hidden")


def test_drilling_replaces_the_geometry_and_keeps_the_keyboard_in_the_map(show: Any) -> None:
    m = show(document(selected="DED"))
    m.page.keyboard.press("Tab")
    m.page.evaluate(
        """async () => { const json = await (await fetch("/shapes/nuts3.json")).json();
        AtlasMap.geometry(json);
        AtlasMap.paint({DED21: {k: "q3", r: null, label: "Dresden: 12"}, DE211: {k: "q1"}, nowhere: {k: "q1"}});
        AtlasMap.within("DED"); AtlasMap.select("DED21"); }"""
    )
    m.page.wait_for_function("document.activeElement.dataset.c === 'DED21'")
    assert m.page.locator("[role=option]").count() == 501
    shown = m.page.locator("[role=option]:not([aria-hidden])")
    assert sorted(shown.evaluate_all("all => all.map((e) => e.dataset.c)")) == sorted(
        code for code in shapes("nuts3")["regions"] if code.startswith("DED")
    )
    assert m.page.locator("[data-c=DED21]").get_attribute("aria-label") == "Dresden: 12"
    assert m.page.locator("[data-c=DED51]").get_attribute("class") == "m", "no row: not collected"
    view = m.view()
    boxes = [s["box"] for code, s in shapes("nuts3")["regions"].items() if code.startswith("DED")]
    assert view[0] <= min(b[0] for b in boxes)
    assert view[1] <= min(b[1] for b in boxes)
    assert view[0] + view[2] >= max(b[2] for b in boxes)
    assert view[1] + view[3] >= max(b[3] for b in boxes)
    assert view[2] < 3000, "the view is close"
    for _ in range(12):
        m.press("ArrowUp")
        assert (m.focused() or "").startswith("DED"), "arrows stay inside"
    m.page.evaluate("AtlasMap.within(null)")
    assert m.view() == [0, 0, 10000, 10340]
    assert shown.count() == 501
    assert m.errors == []


def test_unknown_codes_never_throw(show: Any) -> None:
    m = show(document())
    m.page.evaluate(
        """() => { AtlasMap.select("XX"); AtlasMap.select(null); AtlasMap.within("XX"); AtlasMap.within([]);
        AtlasMap.within(["DED", "DEG", "XX"]); AtlasMap.paint({}); AtlasMap.paint({XX: {k: "q1", r: 1}}); }"""
    )
    assert m.page.locator("[role=option]:not([aria-hidden])").count() == 2, "a territory of two Länder"
    assert m.errors == []


def test_paint_recolours_draws_circles_and_keeps_the_legend_true(show: Any) -> None:
    m = show(document())
    paths = m.page.locator("[role=option]").evaluate_all("all => all.map((e) => e.getAttribute('d'))")
    m.page.evaluate(
        """() => { AtlasMap.paint({DED: {k: "n", r: 0.5}, DEG: {k: "n u", r: 1}, DE1: {k: "n", r: 0}});
        AtlasMap.legend(null, {DE: {value: 9, text: "9 %", name: "Deutschland", limits: [2, 4, 6, 8, 10]}}); }"""
    )
    assert m.page.locator("[role=option]").evaluate_all("all => all.map((e) => e.getAttribute('d'))") == paths
    circles = m.page.locator(".am-circles circle").evaluate_all(
        "all => all.map((c) => [c.dataset.c, c.getAttribute('r'), c.getAttribute('class')])"
    )
    assert circles == [["DEG", "450", "n u"], ["DED", "225", "n"], ["DE1", "0", "zero"]], "small above large"
    signs = m.page.locator("#legend [data-k]:not([hidden])").evaluate_all("all => all.map((s) => s.dataset.k)")
    assert signs == ["m", "0", "u"]
    means = m.page.locator("#legend .am-means").inner_text()
    assert means.strip() == "▲ Deutschland 9 %", "France has no figure this year, so no mark"
    assert m.page.locator("#legend .am-marks [data-mean=DE]").evaluate("e => e.style.left") == "75%"


def test_python_and_script_draw_a_figure_alike(show: Any) -> None:
    """scene.mark and AtlasMap.mark are one rule in two languages."""
    m = show(document())
    scales = [RATE, COUNT, Scale("classes", (1.0, 5.0)), Scale("classes", (-2.0, 0.0, 2.0), diverging=True), None]
    values = [None, 0.0, 0.5, 1.0, 2.0, 4.999, 5.0, 9.99, 10.0, 12.5]
    cases = list(product(values, ["", "b", "e", "p", "u", "a", "c", "m", "z"], scales))
    sent = [
        [v, s, None if c is None else {"kind": c.kind, "limits": list(c.limits), "diverging": c.diverging}]
        for v, s, c in cases
    ]
    got = m.page.evaluate("(cases) => cases.map((c) => AtlasMap.mark(...c))", sent)
    for case, (classes, radius) in zip(cases, got, strict=True):
        wanted = mark(*case)
        assert classes == wanted[0], case
        assert radius == (None if wanted[1] is None else pytest.approx(wanted[1])), case


def test_zoom_by_keys_buttons_and_ctrl_wheel_and_the_page_keeps_its_wheel(show: Any) -> None:
    m = show(document())
    whole = m.view()
    x, y = m.spot("DED")
    m.page.mouse.move(round(x), round(y))
    m.page.mouse.wheel(0, 300)
    assert m.view() == whole, "a plain wheel scrolls the page"
    m.page.mouse.wheel(0, -300)
    m.page.wait_for_function("scrollY === 0")
    m.page.keyboard.down("Control")
    m.page.mouse.wheel(0, -300)
    m.page.keyboard.up("Control")
    m.page.wait_for_function("document.querySelector('.am-zoomed')")
    assert m.spot("DED") == pytest.approx((x, y), abs=4), "what is under the pointer stays there"
    m.page.locator("[data-zoom='0']").click()
    assert m.view() == whole
    m.page.locator("[data-zoom='1.6']").click()
    assert m.view()[2] == pytest.approx(whole[2] / 1.6)
    before = m.view()
    m.page.mouse.move(400, 500)
    m.page.mouse.down()
    m.page.mouse.move(300, 420, steps=4)
    m.page.mouse.up()
    assert m.view()[0] - before[0] == pytest.approx(100 * before[2] / 768, rel=0.02), "dragging pans"
    assert m.log() == [], "and selects nothing"
    m.page.locator("[role=option][tabindex='0']").focus()
    m.press("0")
    assert m.view() == whole
    m.press("+", "-", "-")
    assert m.view() == whole, "never farther than the whole map"


def test_a_phone_taps_to_select_then_to_drill(show: Any) -> None:
    m = show(document(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    x, y = m.spot("FRK")
    m.page.touchscreen.tap(x, y)
    assert m.log() == ["select FRK"]
    box = m.page.locator(".am-tip").bounding_box()
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    m.page.touchscreen.tap(x, y)
    assert m.log() == ["select FRK", "drill FRK"]
    assert m.page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in m.page.locator(".am-zoom button").all():
        assert button.bounding_box()["width"] >= 40


def test_two_fingers_pinch(show: Any) -> None:
    m = show(document(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    session = m.page.context.new_cdp_session(m.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        found = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    touch("touchStart", (180, 300), (220, 300))
    for apart in (30, 45, 60):
        touch("touchMove", (200 - apart, 300), (200 + apart, 300))
    touch("touchEnd")
    zoomed = m.view()
    assert zoomed[2] < 10000 / 2, "spread to three times the distance"
    touch("touchStart", (150, 300), (250, 300))
    for down in (20, 40, 60):
        touch("touchMove", (150, 300 + down), (250, 300 + down))
    touch("touchEnd")
    assert m.view()[1] == pytest.approx(zoomed[1] - 60 * zoomed[2] / 358, rel=0.03), "two fingers move it"
    assert m.log() == []


def test_one_finger_scrolls_the_page_also_over_a_zoomed_map(show: Any) -> None:
    """The map never keeps a reader from reading on; it says how it is moved instead."""
    m = show(document(), viewport={"width": 390, "height": 360}, has_touch=True, is_mobile=True)
    m.page.evaluate("document.getElementById('map').dataset.touch = 'Zwei Finger'")
    m.page.locator("[data-zoom='1.6']").tap()
    zoomed = m.view()
    session = m.page.context.new_cdp_session(m.page)
    for kind, y in [("Start", 320), *(("Move", y) for y in range(310, 150, -20)), ("End", 0)]:
        points = [{"x": 200, "y": y, "id": 0}] * (kind != "End")
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        m.page.wait_for_timeout(16)
    m.page.wait_for_function("scrollY > 50")
    assert m.view() == zoomed
    assert m.page.locator(".am-hint").inner_text() == "Zwei Finger"


def test_shift_and_arrows_move_the_zoomed_map_and_double_clicks_zoom(show: Any) -> None:
    m = show(document())
    whole = m.view()
    m.page.locator("[role=option][tabindex='0']").focus()
    held = m.focused()
    m.press("+")
    zoomed = m.view()
    m.press("Shift+ArrowLeft", "Shift+ArrowUp")
    moved = m.view()
    assert m.focused() == held, "the focus stays"
    for axis in (0, 1):
        assert moved[axis] == pytest.approx(zoomed[axis] - 0.2 * zoomed[axis + 2])
    m.press("Shift+ArrowRight", "Shift+ArrowDown")
    assert m.view() == pytest.approx(zoomed)
    for _ in range(9):
        m.press("Shift+ArrowLeft")
    assert m.view()[0] == whole[0], "never beyond the map"
    m.press("0")
    assert m.view() == whole
    m.press("Shift+ArrowRight")
    assert m.focused() != held, "the whole map cannot be moved: an arrow with or without Shift is an arrow"
    box = m.page.locator(".am-svg").bounding_box()
    m.page.mouse.dblclick(box["x"] + 192, box["y"] + 192)
    assert m.view()[2] == pytest.approx(whole[2] / 1.6), "the sea"
    assert m.view()[:2] == pytest.approx([(whole[2] - m.view()[2]) / 4] * 2, rel=0.02), "what is there stays there"


def test_a_plain_wheel_says_how_to_zoom(show: Any) -> None:
    m = show(document())
    m.page.evaluate("document.getElementById('map').dataset.wheel = 'Strg und Rad'")
    x, y = m.spot("DED")
    m.page.mouse.move(round(x), round(y))
    m.page.mouse.wheel(0, 100)
    m.page.locator(".am-hint", has_text="Strg und Rad").wait_for()
    m.page.locator(".am-hint").wait_for(state="hidden")


def test_a_double_tap_zooms(show: Any) -> None:
    m = show(document(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    whole = m.view()
    x, y = m.spot("FRK")
    m.page.touchscreen.tap(x, y)
    m.page.touchscreen.tap(x, y)
    assert m.view()[2] == pytest.approx(whole[2] / 1.6)
    m.page.wait_for_timeout(400)
    m.page.touchscreen.tap(x, y)
    assert m.view()[2] == pytest.approx(whole[2] / 1.6), "two taps that are no double tap"


@pytest.mark.parametrize(("level", "scale", "within"), [("land", RATE, None), ("nuts3", COUNT, "DED")])
def test_axe_finds_nothing(show: Any, level: str, scale: Scale, within: str | None) -> None:
    m = show(document(level, scale, within))
    m.page.keyboard.press("Tab")
    found = Axe().run(m.page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
