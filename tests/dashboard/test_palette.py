"""The colours: even steps, readable without red–green vision, quiet but visible on both grounds."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest

from dashboard.map import palette

GROUND = {False: "#ffffff", True: "#192126"}
# Machado, Oliveira and Fernandes 2009, full severity, linear RGB.
DEFICIENCIES = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(colour: str, deficiency: str = "none") -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a hex colour as seen with a colour-vision deficiency."""
    raw = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in raw]
    seen = [min(max(sum(w * c for w, c in zip(row, linear, strict=True)), 0), 1) for row in DEFICIENCIES[deficiency]]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [sum(w * c for w, c in zip(row, seen, strict=True)) / n for row, n in zip(rows, white, strict=True)]
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def distance(a: str, b: str, deficiency: str = "none") -> float:
    return sum((x - y) ** 2 for x, y in zip(lab(a, deficiency), lab(b, deficiency), strict=True)) ** 0.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n", [5, 6, 7])
def test_sequential_runs_from_the_ground_towards_contrast_in_even_steps(n: int, dark: bool) -> None:
    colours = palette.sequential(n, dark)
    lightness = [lab(c)[0] for c in colours]
    steps = [b - a for a, b in pairwise(lightness)]
    assert all(step > 0 for step in steps) if dark else all(step < 0 for step in steps)
    assert max(map(abs, steps)) < 3 * min(map(abs, steps)), "no step of lightness dwarfs another"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("scale", [palette.sequential, palette.diverging])
def test_neighbouring_classes_can_be_told_apart_with_every_colour_vision(scale, deficiency: str, dark: bool) -> None:
    colours = scale(6, dark)
    for a, b in pairwise(colours):
        assert distance(a, b, deficiency) > 10, (a, b)


@pytest.mark.parametrize("dark", [False, True])
def test_every_class_and_pick_can_be_seen_on_the_ground(dark: bool) -> None:
    for colour in (*palette.sequential(6, dark), *palette.diverging(6, dark)):
        assert distance(colour, GROUND[dark]) > 12, colour
    for pick in (palette.ACCENT[dark], palette.PARTNER[dark]):
        assert all(distance(pick, colour) > 30 for colour in palette.sequential(6, dark)), pick


@pytest.mark.parametrize("dark", [False, True])
def test_both_arms_of_the_diverging_scale_weigh_the_same(dark: bool) -> None:
    lightness = [lab(c)[0] for c in palette.diverging(6, dark)]
    for low, high in zip(lightness[:3], reversed(lightness[3:]), strict=True):
        assert low == pytest.approx(high, abs=16)
    assert len(set(palette.diverging(5, dark))) == 5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_nine_colours_of_two_indicators_can_be_told_apart_with_every_colour_vision(
    deficiency: str, dark: bool
) -> None:
    nine = palette.cross(dark)
    assert set(nine) == {f"b{x}{y}" for x in range(3) for y in range(3)}
    for a, b in combinations(nine.values(), 2):
        assert distance(a, b, deficiency) > 10, (a, b)
    for colour in nine.values():
        assert distance(colour, GROUND[dark]) > 12, colour


def test_the_ramp_goes_through_the_six_colours() -> None:
    for family, six in (("s", palette.sequential(6)), ("e", palette.diverging(6))):
        assert palette.literal(f"{family}0") == six[0]
        assert palette.literal(f"{family}24") == six[5]
        assert len({palette.literal(f"{family}{i}") for i in range(25)}) == 25
    assert palette.mixture("e12") == "color-mix(in oklab,var(--d2),var(--d3) 50%)"


def test_css_holds_twelve_colours_for_light_for_dark_and_for_the_readers_choice() -> None:
    css = palette.css()
    assert re.findall(r"--[cd]\d", css) == [f"--{k}{i}" for k in "cd" for i in range(6)] * 3
    assert "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" in css
    assert ":root[data-theme=dark]{" in css
    assert f"--c0:{palette.sequential(6)[0]}" in css
    assert css.count(f"--c5:{palette.sequential(6, dark=True)[5]}") == 2
