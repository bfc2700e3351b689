"""From a view of the build to the drawn map: rows with words, the scene, its SVG and its legend."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from dashboard import queries
from dashboard.i18n import Words
from dashboard.map import scene as scenes
from dashboard.map import svg as markup
from dashboard.titles import subtitle, title, unit_name, with_unit
from dashboard.urls import COUNTRIES
from dashboard.view import MapView, sentence

SHAPES = Path(__file__).resolve().parent.parent / "shapes"


@lru_cache(maxsize=8)
def geometry(level: str) -> dict[str, Any]:
    """The shapes of one level, as committed in `shapes/`."""
    found: dict[str, Any] = orjson.loads((SHAPES / f"{level}.json").read_bytes())
    return found


def scales(view: MapView) -> dict[str, scenes.Scale]:
    """Country → scale; the same object for both where the verdict allows one (honesty rule 2)."""
    indicator = view.indicator
    kind = "circles" if indicator["kind"] in ("count", "amount") else "classes"
    found = {
        country: scenes.Scale(kind, limits, view.diverging and kind == "classes")
        for country, limits in queries.scales(view.build, indicator["id"], view.state.member).items()
    }
    joint = found.get("")
    return {country: scale for country in COUNTRIES if (scale := joint or found.get(country)) is not None}


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
        within=state.within or None,
        selected=state.region or None,
        title=title(view),
        desc=subtitle(view),
        label=unit_name(view),
    )


def _row(view: MapView, code: str) -> scenes.Row:
    row = view.rows.get(code)
    name, text = view.name(code), sentence(view, code, row)
    if row is None:
        return scenes.Row(code, None, "m", None, None, None, None, None, None, "", text, name)
    return scenes.Row(
        code,
        row["value"],
        row["status"],
        row["n"],
        row["ci_low"],
        row["ci_high"],
        row["rank_low"],
        row["rank_high"],
        row["of"],
        "" if row["value"] is None else view.value(row["value"]),
        text,
        name,
    )


def svg(view: MapView) -> str:
    """The map as the markup inside `<div data-map>`."""
    t = view.words
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
    return markup.widget(scene(view), words)


def legend(view: MapView) -> str:
    """The legend as HTML."""
    t, indicator = view.words, view.indicator
    means = {
        code: (row["value"], view.value(row["value"]))
        for code, row in view.national.items()
        if row["value"] is not None
    }
    drawn = scales(view).values()
    limits = [each for scale in drawn if scale.kind == "classes" for each in scale.limits]
    words = markup.LegendWords(
        title=with_unit(indicator["short"], indicator["unit_words"]),
        number=lambda value: limit(t, value, limits, indicator),
        below=t("below {0}"),
        between=t("{0} to under {1}"),
        above=t("{0} and more"),
        countries={"DE": t("Germany"), "FR": t("France")},
        means=means,
        signs={
            "c": t("suppressed"),
            "m": t("not collected"),
            "z": t("not applicable"),
            "0": t("zero"),
            "u": t("low reliability"),
            "a": t("suspected artefact"),
        },
    )
    return markup.legend(scene(view), words)


def limit(t: Words, value: float, limits: list[float], indicator: queries.Row) -> str:
    """A class limit with as many decimals as the finest of its scale has; the build rounds them. Euros in millions."""
    if indicator["unit"] == "eur" and abs(value) >= 1e6:
        return t.value(value, "eur", 0)
    return t.number(value, max((_decimals(each) for each in limits), default=0))


def _decimals(value: float) -> int:
    return max(0, -int(Decimal(repr(value)).normalize().as_tuple().exponent))
