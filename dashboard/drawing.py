"""From a view of the build to the drawn map: rows with words, the scene, its SVG and its legend."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from dashboard import queries
from dashboard.i18n import Words
from dashboard.map import scene as scenes
from dashboard.map import svg as markup
from dashboard.urls import COUNTRIES
from dashboard.view import MapView, level_name, sentence, title

SHAPES = Path(__file__).resolve().parent.parent / "shapes"


@lru_cache(maxsize=8)
def geometry(level: str) -> dict[str, Any]:
    """The shapes of one level, as committed in `shapes/`."""
    found: dict[str, Any] = orjson.loads((SHAPES / f"{level}.json").read_bytes())
    return found


def is_diverging(indicator: queries.Row) -> bool:
    """Changes and gaps have a middle; they get the diverging colours."""
    return indicator["derive_kind"] in ("change", "change_pct", "gap")


def scales(view: MapView) -> dict[str, scenes.Scale]:
    """Country → scale; the same object for both where the verdict allows one (honesty rule 2)."""
    indicator = view.indicator
    kind = "circles" if indicator["kind"] in ("count", "amount") else "classes"
    found = {
        country: scenes.Scale(kind, limits, is_diverging(indicator) and kind == "classes")
        for country, limits in queries.scales(view.build, indicator["id"], view.state.member).items()
    }
    joint = found.get("")
    return {country: scale for country in COUNTRIES if (scale := joint or found.get(country)) is not None}


def scene(view: MapView) -> scenes.Scene:
    """The scene of a view."""
    state, t = view.state, view.words
    shown = (state.country,) if state.country else COUNTRIES
    rows = {code: _row(view, code) for code in queries.units(view.build, state.level)}
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
        label=level_name(t, state.level, state.country),
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
        keys=t("Arrow keys move, Enter picks and enters a region, Backspace goes up, plus and minus zoom."),
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
    words = markup.LegendWords(
        title=f"{indicator['short']}, {indicator['unit_words']}",
        number=lambda value: limit(t, value, indicator),
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


def limit(t: Words, value: float, indicator: queries.Row) -> str:
    """A class limit: as many decimals as it has, at most the indicator's; large euro amounts in millions."""
    if indicator["unit"] == "eur" and abs(value) >= 1e6:
        return t.value(value, "eur", 0)
    decimals = 0 if float(value).is_integer() else max(1, indicator["decimals"])
    return t.number(value, decimals)


def subtitle(view: MapView) -> str:
    """What is measured, in which unit, where, when."""
    t = view.words
    member = view.indicator["members"].get(view.state.member, "")
    parts = [view.indicator["title"], member, view.indicator["unit_words"]]
    parts += [level_name(t, view.state.level, view.state.country), t.period(view.state.period)]
    return ", ".join(part for part in parts if part)
