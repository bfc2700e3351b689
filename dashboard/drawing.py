"""From a view of the build to the drawn map: rows with words, the scene, its SVG and its legend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from dashboard import display_words, queries
from dashboard.display import is_joint, spread
from dashboard.i18n import Words
from dashboard.map import scene as scenes
from dashboard.map import svg as markup
from dashboard.map.keys import SQUARE, fills, square
from dashboard.titles import subtitle, title, with_unit
from dashboard.urls import COUNTRIES
from dashboard.view import MapView, sentence, unit_name

SHAPES = Path(__file__).resolve().parent.parent / "shapes"


@lru_cache(maxsize=8)
def geometry(level: str) -> dict[str, Any]:
    """The shapes of one level, as committed in `shapes/`."""
    found: dict[str, Any] = orjson.loads((SHAPES / f"{level}.json").read_bytes())
    return found


def scales(view: MapView) -> dict[str, scenes.Scale]:
    """Country → scale; the same object for both where the verdict allows one (honesty rule 2)."""
    if view.display:
        return dict(view.display.scales)
    indicator = view.indicator
    kind = "circles" if indicator["kind"] in ("count", "amount") else "classes"
    found = {
        country: scenes.Scale(kind, limits, view.diverging and kind == "classes")
        for country, limits in queries.scales(view.build, indicator["id"], view.state.member).items()
    }
    return spread(found)


def more(view: MapView) -> scenes.More:
    """The fills and overlays that a display needs beyond those of every map."""
    display = view.display
    if display is None:
        return scenes.More()
    if display.kind == "against":
        return scenes.More(SQUARE)
    mixed = dict.fromkeys(fill for scale in display.scales.values() if scale.ramp for fill in scale.fills)
    return scenes.More(tuple(mixed), "uaik" if display.kind == "change" else "ua")


def scene(view: MapView) -> scenes.Scene:
    """The scene of a view."""
    state = view.state
    shown = (state.country,) if state.country else COUNTRIES
    frames = [frame["code"] for frame in geometry(state.level)["frames"]]  # named also where they are no units
    rows = {code: _row(view, code) for code in [*frames, *queries.units(view.build, state.level)]}
    return scenes.scene(
        geometry(state.level),
        rows,
        {country: scale for country, scale in scales(view).items() if country in view.indicator["countries"]},
        level=state.level,
        countries=shown,
        within=view.focus or None,
        selected=state.region or None,
        title=title(view),
        desc=subtitle(view),
        label=unit_name(view),
        more=more(view),
    )


def _row(view: MapView, code: str) -> scenes.Row:
    row = view.rows.get(code)
    name, text = view.name(code), sentence(view, code, row)
    cell = view.display.cells(view.state.period).get(code) if view.display else None
    drawn = cell.drawn if cell else None
    if row is None:
        return scenes.Row(code, None, "m", None, None, None, None, None, None, "", text, name, drawn)
    shown = ("value", "status", "n", "ci_low", "ci_high", "rank_low", "rank_high", "of")
    return scenes.Row(
        code=code,
        text="" if row["value"] is None else view.value(row["value"]),
        sentence=text,
        name=name,
        drawn=drawn,
        **{key: row[key] for key in shown},
    )


def svg(view: MapView) -> str:
    """The map as the markup inside `<div data-map>`."""
    return widget(view.words, scene(view))


def widget(t: Words, drawn: scenes.Scene) -> str:
    """A scene as the markup inside `<div data-map>`."""
    words = markup.Words(
        zoom=t("Zoom"),
        zoom_in=t("Zoom in"),
        zoom_out=t("Zoom out"),
        zoom_reset=t("Whole map"),
        keys=t(
            "Arrow keys move, Enter picks and enters a region, Backspace goes up, plus and minus zoom, "
            "Shift and arrows move the zoomed map."
        ),
    )
    return markup.widget(drawn, words)


def legend(view: MapView) -> str:
    """The legend as HTML."""
    words = legend_words(view)
    key = _key(view)
    return markup.framed(scene(view), words, key) if key else markup.legend(scene(view), words)


def legend_words(view: MapView) -> markup.LegendWords:
    """All that a legend says, for the page and for whatever else draws the same map."""
    t, indicator = view.words, view.indicator
    means = {
        code: (row["value"], view.value(row["value"]))
        for code, row in view.national.items()
        if row["value"] is not None
    }
    drawn = scales(view).values()
    limits = [each for scale in drawn if scale.kind == "classes" for each in scale.limits]
    display = view.display
    own = display is None or display.kind == "value"
    return markup.LegendWords(
        title=with_unit(indicator["short"], indicator["unit_words"]) if own else display_words.heading(t, view),
        number=lambda value: limit(t, value, limits, indicator),
        below=t("below {0}"),
        between=t("{0} to under {1}"),
        above=t("{0} and more"),
        countries={"DE": t("Germany"), "FR": t("France")},
        means=means if own else {},
        signs={
            "c": t("suppressed"),
            "m": t("not collected"),
            "z": t("not applicable"),
            "0": t("zero"),
            "u": t("low reliability"),
            "a": t("suspected artefact"),
            **(display_words.signs(t, view) if display else {}),
        },
        counted=t("{n} regions"),
        middle=t("mean") if display and display.kind == "gap" else "",
        remarks=tuple(display_words.remarks(t, view)) if display else (),
    )


def thirds(view: MapView) -> list[tuple[str, str]]:
    """Of a map of two indicators: (indicator, where its low, middle and high meet), for its legend in words."""
    display = view.display
    if display is None or display.kind != "against" or not display.other:
        return []
    return [
        *_thirds(view.words, view.indicator, display.scales, legend_words(view).number),
        *_thirds(
            view.words, display.other, display.across, lambda value: limit(view.words, value, [], display.other or {})
        ),
    ]


def _key(view: MapView) -> str:
    """The key of a display without a bar of classes; '' for the others."""
    t, display = view.words, view.display
    if display and display.kind == "flags":
        return fills(flag_fills(t))
    if not display or display.kind != "against" or not display.other:
        return ""
    first, second = view.indicator, display.other
    spoken = t(
        "Nine colours: {first} from left to right, {second} upwards", first=first["short"], second=second["short"]
    )
    return square(first["short"], second["short"], spoken, thirds(view))


def flag_fills(t: Words) -> dict[str, str]:
    """Fill → what it means on a map of flags."""
    return {"q1": t("without a flag"), "q3": t("with a flag")}


def _thirds(
    t: Words, indicator: queries.Row, by_country: Mapping[str, scenes.Scale], number: Callable[[float], str]
) -> list[tuple[str, str]]:
    """(indicator, where its low, middle and high meet), once or for each country."""
    names = {"DE": t("Germany"), "FR": t("France")}
    found = []
    for country, scale in by_country.items():
        apart = "" if is_joint(indicator) else f" ({names[country]})"
        found.append((indicator["short"] + apart + ":", " · ".join(number(each) for each in scale.limits)))
    return list(dict.fromkeys(found))


def limit(t: Words, value: float, limits: list[float], indicator: queries.Row) -> str:
    """A class limit with as many decimals as the finest of its scale has; the build rounds them. Euros in millions."""
    if indicator["unit"] == "eur" and abs(value) >= 1e6:
        return t.value(value, "eur", 0)
    return t.number(value, max((_decimals(each) for each in limits), default=0))


def _decimals(value: float) -> int:
    return max(0, -int(Decimal(repr(value)).normalize().as_tuple().exponent))
