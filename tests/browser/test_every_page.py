"""What every kind of page is held to: axe, zoom, large letters, forced colours, more contrast, targets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kinds import KINDS, LANGUAGES
from test_access import violations
from test_phone import SMALL
from visits import Visit

Visits = Callable[..., Visit]
#: Letters cut off: text in a box that hides what is wider or taller, other than for ears only.
CUT = """() => [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
  const style = getComputedStyle(e), text = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const hides = [style.overflowX, style.overflowY].some((o) => ["hidden", "clip"].includes(o));
  return text && hides && e.checkVisibility() && e.clientWidth > 2 && !e.closest(".unseen, svg, [hidden]")
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map((e) => e.outerHTML.slice(0, 120))"""
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((e) => e.checkVisibility() && !e.closest(".unseen, svg, .table")
  && e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))
  .concat(`${document.documentElement.scrollWidth} of ${innerWidth}`)"""
#: The region shapes drawn with the same stroke as fill, which in forced colours is one block.
MERGED = """() => [...document.querySelectorAll(".am-regions path, .pm-land path")].filter((e) => {
  const style = getComputedStyle(e);
  return style.stroke === "none" || style.stroke === style.fill || parseFloat(style.strokeWidth) === 0;
}).slice(0, 3).map((e) => e.outerHTML.slice(0, 80) + getComputedStyle(e).stroke + getComputedStyle(e).fill)"""
FOCUS = """() => { const style = getComputedStyle(document.activeElement);
  return [style.outlineStyle, parseFloat(style.outlineWidth)]; }"""


def steady(v: Visit, path: str) -> None:
    """Open a page and wait until its scripts have taken over."""
    v.open(path)
    if "/map" in path:
        v.dash().ready()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_in_any_language(visit: Visits, kind: str) -> None:
    """Each language in another theme and width; over all kinds every pair of language, theme and width occurs."""
    first = list(KINDS).index(kind)
    languages = LANGUAGES if " of " not in kind else (LANGUAGES[first % 3],)  # more of the same page in one language
    for number, lang in enumerate(languages, first):
        scheme, width = ("light", "dark")[number % 2], (1280, 390)[number // 2 % 2]
        v = visit("", color_scheme=scheme, viewport={"width": width, "height": 844}, expected="404")
        steady(v, f"/{lang}/{KINDS[kind]}")
        assert v.page.locator("html").get_attribute("lang") == lang
        assert violations(v) == [], (lang, scheme, width)


@pytest.mark.parametrize("kind", KINDS)
def test_large_forced_and_contrasting(visit: Visits, kind: str) -> None:
    """200 % zoom (half the width), letters of twice the size, colours of the reader's own, more contrast."""
    lang = LANGUAGES[list(KINDS).index(kind) % len(LANGUAGES)]
    v = visit("", viewport={"width": 640, "height": 450}, expected="404")
    steady(v, f"/{lang}/{KINDS[kind]}")
    page = v.page
    assert page.evaluate(WIDE) == [], "zoomed to 200 %"
    assert page.evaluate(CUT) == [], "zoomed to 200 %"
    assert page.evaluate(SMALL) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(WIDE) == [], "letters at 200 %"
    assert page.evaluate(CUT) == [], "letters at 200 %"
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.emulate_media(forced_colors="active", contrast="more")
    assert page.evaluate(MERGED) == [], "regions have an outline of their own"
    for stop in range(12):
        v.press("Tab")
        if stop > 3 and page.evaluate("document.activeElement === document.body"):
            break  # a page with few of them
        style, width = page.evaluate(FOCUS)
        assert style != "none", f"stop {stop} cannot be seen"
        assert width >= 1


def test_reduced_motion_moves_nothing(visit: Visits) -> None:
    """Nobody who asked for calm sees anything slide; who did not, may."""
    moving = """() => [...document.querySelectorAll("*")].filter((e) => { const s = getComputedStyle(e);
      return [s.transitionDuration, s.animationDuration].some((d) => d.split(",").some((t) => parseFloat(t) > 0.01)); })
      .map((e) => e.outerHTML.slice(0, 80))"""
    for path in ("/de/map", "/fr/compare/DED+FRF", "/en/partnerships", "/de/hub/oberrhein"):
        v = visit(path)
        assert v.page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
        assert v.page.evaluate(moving) == [], path
