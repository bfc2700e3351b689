"""A scene as SVG text, the widget around it, and its legend as HTML. Everything that comes from data is escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import floor, log10
from typing import Final

from dashboard.map import palette
from dashboard.map.palette import CLASSES
from dashboard.map.scene import RADIUS, RAMP, Box, More, Region, Scale, Scene

#: The width in CSS pixels that the server draws for; the script corrects patterns and lettering to the real width.
EXPECTED_WIDTH: Final = 760
#: The same on a phone.
NARROW_WIDTH: Final = 358

# A pattern's side and content, in CSS pixels. Quiet by intent: a whole country may be drawn with one.
ABSENCES: Final = {
    "c": (6, '<path class="am-hatch" d="M0 0l6 6M6 0l-6 6"/>'),
    "m": (6, '<circle class="am-dot" cx="3" cy="3" r=".65"/>'),
    "z": (5, '<path class="am-hatch" d="M0 2.5h5"/>'),
}
_OVERLAYS: Final = {
    "u": (6, "<path {} d='M-1.5 1.5l3-3M0 6l6-6M4.5 7.5l3-3'/>".replace("'", '"')),
    "a": (8, '<path {} d="M2 2h.01M6 6h.01"/>'),
    "i": (6, '<path {} d="M-1.5 4.5l3 3M0 0l6 6M4.5 -1.5l3 3"/>'),
    "k": (5, '<path {} d="M2.5 0v5"/>'),
}
# Overlays are drawn in ink on the pale classes and in the ground's colour on the strong ones; it holds in both themes.
_STRONG: Final = {
    *("q3", "q4", "q5", "d0", "d1", "d4", "d5", "b02", "b12", "b20", "b21", "b22"),
    *(f"s{i}" for i in range(RAMP // 2 + 1, RAMP + 1)),
    *(f"e{i}" for i in range(RAMP + 1) if abs(i - RAMP / 2) > RAMP / 4),
}

#: Absences, zero and overlays in the order in which every legend names them.
SIGNS: Final = ("c", "m", "z", "0", *"uaik")
TWELVE: Final = tuple(f"{scale}{i}" for scale in "qd" for i in range(CLASSES))
_USUAL: Final = More()


@dataclass(frozen=True)
class Words:
    """The widget's words in the page's language. keys: one sentence on the keys, shown while the map has the focus."""

    zoom: str
    zoom_in: str
    zoom_out: str
    zoom_reset: str
    keys: str


@dataclass(frozen=True)
class LegendWords:
    """The legend's words in the page's language.

    title: what the colours or circles mean, with the unit. number: a limit as text. below, between, above: spoken
    classes, with {0} and {1}. countries: code → name. means: country → (value, text). sign: what absences and
    overlays mean, by c, m, z, 0, u, a; i and k where a change is shown. counted: how many regions a class has, with
    {n}. middle: what the turning point of a diverging scale is called, '' for its number. remarks: sentences below.
    """

    title: str
    number: Callable[[float], str]
    below: str
    between: str
    above: str
    countries: Mapping[str, str]
    means: Mapping[str, tuple[float, str]]
    signs: Mapping[str, str]
    counted: str = "{n}"
    middle: str = ""
    remarks: tuple[str, ...] = ()


def to_svg(scene: Scene) -> str:
    """The map as SVG text for a page, with its custom properties and ARIA roles."""
    unit = scene.view[2] / EXPECTED_WIDTH
    title, desc = escape(scene.title), f"<desc>{escape(scene.desc)}</desc>"
    head = (
        f'<svg class="am-svg" viewBox="{_box(scene.view)}" data-base="{_box(scene.base)}" '
        f'data-level="{scene.level}" data-radius="{RADIUS * scene.width:g}" '
        f'data-countries="{" ".join(scene.countries)}" '
        f'style="--u:{unit:.3g}" role="group" aria-label="{title}">{desc}'
    )
    first = scene.selected or next((region.code for region in scene.regions if region.shown), None)
    regions = "".join(_path(region, scene, first) for region in scene.regions)
    return (
        f"{head}<defs>{patterns('am', unit, scene.more)}</defs>{_more_css(scene.more)}"
        f'<g class="am-regions" role="listbox" aria-label="{escape(scene.label)}" aria-describedby="am-keys">{regions}'
        f'</g><g class="am-lines" aria-hidden="true"><path class="land" d="{escape(scene.land)}"/>'
        f'<path class="border" d="{escape(scene.border)}"/></g>{_frames(scene)}'
        f'<g class="am-circles" aria-hidden="true">{_circles(scene)}</g>'
        '<g class="am-over" aria-hidden="true"></g></svg>'
    )


def widget(scene: Scene, words: Words) -> str:
    """What stands inside the page's `<div data-map>`: the SVG, the zoom buttons, the keys' sentence, the tooltip."""
    buttons = "".join(
        f'<button type="button" data-zoom="{key}" aria-label="{escape(label)}" title="{escape(label)}">{sign}</button>'
        for key, label, sign in (
            ("1.6", words.zoom_in, "+"),
            ("0.6", words.zoom_out, "−"),
            ("0", words.zoom_reset, "⌂"),
        )
    )
    return (
        f'{to_svg(scene)}<div class="am-zoom" role="group" aria-label="{escape(words.zoom)}">{buttons}</div>'
        f'<p class="am-keys" id="am-keys">{escape(words.keys)}</p><div class="am-tip" role="tooltip" hidden></div>'
    )


def patterns(prefix: str, unit: float, more: More = _USUAL, only: Container[str] | None = None) -> str:
    """The `<pattern>`s: three absences, and the overlays on each of the twelve fills and `more`, as `{prefix}-…`.

    only: of these names alone, without the prefix.
    """
    parts = {
        key: (side, '<path class="am-void" d="M0 0h9v9H0z"/>' + content) for key, (side, content) in ABSENCES.items()
    }
    for fill in (*TWELVE, *more.fills):
        for key in more.overlays:
            side, content = _OVERLAYS[key]
            line = f'class="am-{key}{" am-strong" if fill in _STRONG else ""}"'
            parts[fill + key] = side, f'<path class="{fill}" d="M0 0h9v9H0z"/>' + content.format(line)
    wanted = {name: part for name, part in parts.items() if only is None or name in only}
    return "".join(_pattern(f"{prefix}-{name}", side, unit, content) for name, (side, content) in wanted.items())


def legend(scene: Scene, words: LegendWords) -> str:
    """The legend as HTML: classes with the national means, or circle sizes, then the signs, always in this order.

    Signs that do not occur are present but hidden: the script shows them when another year needs them.
    """
    groups = shared(scene)
    bars = "".join(
        _sizes(scene, scale, words)
        if scale.kind == "circles"
        else _bar(scale, countries, words, len(groups) > 1, counts(scene, countries))
        for scale, countries in groups
    )
    return framed(scene, words, f'<div class="am-scales">{bars}</div>')


def shared(scene: Scene) -> list[tuple[Scale, list[str]]]:
    """Each scale once, with the countries it serves."""
    groups: dict[int, tuple[Scale, list[str]]] = {}
    for country, scale in scene.scales.items():
        groups.setdefault(id(scale), (scale, []))[1].append(country)
    return list(groups.values())


def framed(scene: Scene, words: LegendWords, key: str) -> str:
    """A legend around its key, which is markup: title above, signs and remarks below."""
    return (
        f'<div class="am-legend"><p class="am-legend-title">{escape(words.title)}</p>'
        f"{key}{_signs(scene, words)}{_remarks(words)}</div>"
    )


def _path(region: Region, scene: Scene, first: str | None) -> str:
    shape = f'd="{escape(region.d)}" class="{region.classes}"'
    if not region.label:
        return f'<path {shape} aria-hidden="true"/>'
    stop = ' tabindex="0"' if region.code == first else ""
    state = "" if region.shown else ' aria-hidden="true"'
    chosen = "true" if region.code == scene.selected else "false"
    return (
        f'<path {shape} data-c="{escape(region.code)}" data-p="{region.x:g},{region.y:g}" role="option" '
        f'aria-selected="{chosen}" aria-label="{escape(region.label)}"{stop}{state}/>'
    )


def _circles(scene: Scene) -> str:
    drawn = sorted(((r.radius, r) for r in scene.regions if r.radius is not None), key=lambda pair: -pair[0])
    zero = 2.6 * scene.view[2] / EXPECTED_WIDTH
    return "".join(
        f'<circle data-c="{escape(r.code)}" cx="{r.x:g}" cy="{r.y:g}" '
        + (f'r="{radius:g}" class="{r.classes}"' if radius else f'r="{zero:.3g}" class="zero"')
        + ("/>" if r.shown else ' aria-hidden="true"/>')
        for radius, r in drawn
    )


def _frames(scene: Scene) -> str:
    drawn = "".join(
        f'<rect x="{f.x:g}" y="{f.y:g}" width="{f.width:g}" height="{f.height:g}"/>'
        f'<text x="{f.x:g}" y="{f.y + f.height:g}" dx=".3em" dy="-.35em">{escape(f.name)}</text>'
        for f in scene.frames
    )
    return f'<g class="am-frames" aria-hidden="true">{drawn}</g>'


def _pattern(name: str, side: float, unit: float, content: str) -> str:
    return (
        f'<pattern id="{name}" width="{side}" height="{side}" patternUnits="userSpaceOnUse" '
        f'patternTransform="scale({unit:.3g})">{content}</pattern>'
    )


def counts(scene: Scene, countries: list[str]) -> Counter[str]:
    """Fill → how many of the regions shown in these countries have it."""
    shown = (r for r in scene.regions if r.shown and r.code[:2] in countries)
    return Counter(region.classes.split()[0] for region in shown)


def _bar(scale: Scale, countries: list[str], words: LegendWords, several: bool, found: Counter[str]) -> str:
    """One colour bar: how many regions in each class and the limits above it, its countries' means as ▲ and △ below."""
    limits = scale.limits
    spoken = [words.below.format(words.number(limits[0]))] if limits else [words.title]
    spoken += [words.between.format(words.number(a), words.number(b)) for a, b in pairwise(limits)]
    spoken += [words.above.format(words.number(limits[-1]))] if limits else []
    most = max((found[fill] for fill in scale.fills), default=0) or 1
    before, _, after = words.counted.partition("{n}")
    classes = "".join(
        f'<li><i class="am-bar {fill}" style="--n:{found[fill] / most:.3g}" aria-hidden="true"></i>'
        f'<i class="{fill}"></i>{_limit(scale, i, words)}<span class="am-spoken">{escape(text)}</span>'
        f'<span class="am-count">{escape(before)}<span data-fill="{fill}">{found[fill]}</span>{escape(after)}</span>'
        "</li>"
        for i, (fill, text) in enumerate(zip(scale.fills, spoken, strict=True))
    )
    marks = texts = ""
    if scale.diverging and words.middle and len(limits) % 2 == 0:
        marks = f'<i class="am-middle" style="left:50%">{escape(words.middle)}</i>'
    for country in countries:
        if country in words.means:
            value, text = words.means[country]
            sign = "▲" if country == "DE" else "△"
            data = f'data-mean="{country}" data-sign="{sign}"'
            marks += f'<i {data} style="left:{100 * place(value, limits):.1f}%">{sign}</i>'
            texts += f"<span {data}>{sign} {escape(words.countries[country])} {escape(text)}</span> "
    name = f'<p class="am-scale-name">{escape(", ".join(words.countries[c] for c in countries))}</p>' if several else ""
    return (
        f'<div class="am-scale" data-countries="{" ".join(countries)}">{name}<ol class="am-classes">{classes}</ol>'
        f'<div class="am-marks" aria-hidden="true">{marks}</div><p class="am-means">{texts.strip()}</p></div>'
    )


def _limit(scale: Scale, i: int, words: LegendWords) -> str:
    text = limit_text(scale, i, words)
    return f"<b aria-hidden=true>{escape(text)}</b>" if text else ""


def limit_text(scale: Scale, i: int, words: LegendWords) -> str:
    """The limit above class i as it stands on the bar; of very many only some have one."""
    if i >= len(scale.limits) or (len(scale.limits) > CLASSES and i not in (0, 8, 15, RAMP - 1)):
        return ""
    limit = scale.limits[i]
    return words.middle if scale.diverging and limit == 0 and words.middle else words.number(limit)


def place(value: float, limits: tuple[float, ...]) -> float:
    """Where a value stands on a bar of equal classes, 0…1; the middle of the open first and last class."""
    index = sum(value >= limit for limit in limits)
    inside = 0 < index < len(limits)
    part = (value - limits[index - 1]) / (limits[index] - limits[index - 1]) if inside else 0.5
    return (index + part) / (len(limits) + 1)


def _sizes(scene: Scene, scale: Scale, words: LegendWords) -> str:
    """Reference circles: a round largest value and quarters of it; the script shows those of a handy size on screen.

    Before it comes, the stylesheet does so for a wide and for a narrow map.
    """
    largest, unit, items = scale.limits[0], scene.view[2] / EXPECTED_WIDTH, ""
    only = {(False, False): " hidden", (True, False): ' class="am-wide"', (False, True): ' class="am-narrow"'}
    for value in round_values(largest):
        radius = RADIUS * scene.width * (value / largest) ** 0.5
        wide, narrow = (3 <= radius * width / scene.view[2] <= 36 for width in (EXPECTED_WIDTH, NARROW_WIDTH))
        items += (
            f'<li data-r="{radius:.2f}" style="--r:{radius:.2f}"{only.get((wide, narrow), "")}><i></i>'
            f"<span>{escape(words.number(value))}</span></li>"
        )
    return f'<ol class="am-sizes" style="--u:{unit:.3g}">{items}</ol>'


def round_values(largest: float) -> list[float]:
    """The values of the reference circles, largest first."""
    values = {_round_down(largest / 4**step) for step in range(7)}
    return sorted((value for value in values if value >= 1 or value == _round_down(largest)), reverse=True)


def _round_down(value: float) -> float:
    """The largest 1, 2 or 5 × 10ⁿ that is not above the value."""
    power = 10.0 ** floor(log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value * 1.000001)


def _remarks(words: LegendWords) -> str:
    """The sentences under a legend."""
    return "".join(f'<p class="am-remark">{escape(text)}</p>' for text in words.remarks)


def _signs(scene: Scene, words: LegendWords) -> str:
    """What absences and overlays mean; those that do not occur are hidden."""
    occur = occurring(scene)
    circles = any(scale.kind == "circles" for scale in scene.scales.values())
    under = under_overlays(scene)
    items, used = "", set()
    for key, text in ((key, words.signs[key]) for key in SIGNS if key in words.signs):
        if key == "0" or (circles and key in "ua"):
            sign = f'<circle class="{"zero" if key == "0" else "n " + key}" cx="13" cy="7" r="5"/>'
        else:
            used.add(name := key if key in ABSENCES else under + key)
            sign = f'<rect width="26" height="14" fill="url(#al-{name})"/>'
        hidden = "" if key in occur else " hidden"
        items += f'<li data-k="{key}"{hidden}><svg width="26" height="14" aria-hidden="true">{sign}</svg>'
        items += f"<span>{escape(text)}</span></li>"
    return (
        '<svg class="am-defs" width="0" height="0" aria-hidden="true">'
        f"<defs>{patterns('al', 1, scene.more, used)}</defs></svg>"
        f'<ul class="am-signs">{items}</ul>'
    )


def occurring(scene: Scene) -> set[str]:
    """The fills, absences and overlays of the regions shown; "0" where a zero is drawn."""
    shown = [region for region in scene.regions if region.shown]
    zero = {"0"} if any(region.radius == 0 for region in shown) else set()
    return zero | {part for region in shown for part in region.classes.split()}


def under_overlays(scene: Scene) -> str:
    """The fill on which the legend shows the overlays."""
    if scene.more.fills:
        return scene.more.fills[1]
    return "d4" if any(scale.diverging for scale in scene.scales.values()) else "q1"


def _box(box: Box) -> str:
    return " ".join(f"{side:.6g}" for side in box)


def _more_css(more: More) -> str:
    """The rules for fills and overlays beyond those of map.css, on the page's tokens."""
    if more == _USUAL:
        return ""
    rules = [f".{fill}{{fill:{colour};background:{colour}}}" for fill, colour in _mixed(more.fills)]
    rules += [f".{fill}.{key}{{fill:url(#am-{fill}{key})}}" for fill in (*TWELVE, *more.fills) for key in more.overlays]
    return f"<style>{palette.cross_css() if _crosses(more) else ''}{''.join(rules)}</style>"


def _mixed(fills: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(fill, palette.mixture(fill)) for fill in fills]


def _crosses(more: More) -> bool:
    return any(fill.startswith("b") for fill in more.fills)
