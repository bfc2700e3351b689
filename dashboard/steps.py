"""Discontinuity lines: how much the figures of two neighbours differ, drawn as the width of their common border.

A step is a difference of two rates. Across the Rhine it is drawn only where the indicator's verdict says that both
countries measure the same (honesty rule 2); counts and amounts have none, they grow with a region's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import floor, log10
from typing import Final

import orjson
from dash import html
from dash.development.base_component import Component

from dashboard import queries, urls
from dashboard.components.attributes import attrs
from dashboard.differences import NOT_SIGNIFICANT, SIGNIFICANT, difference
from dashboard.drawing import SHAPES
from dashboard.firstpaint import Raw, draw
from dashboard.i18n import Words
from dashboard.store import Build
from dashboard.view import MapView, flag_word

#: Width in pixels of the largest step that an indicator has at any level in any period (honesty rule 6).
WIDEST: Final = 9.0
#: What cannot be seen is not drawn.
THINNEST: Final = 0.5
LEVELS: Final = ("land", "nuts2", "nuts3")


@dataclass(frozen=True)
class Step:
    """The figure of `a` minus that of `b`, in the indicator's unit; None with the status of the one that is missing.

    verdict: of differences.py. doubtful: one of the figures is a suspected artefact or unreliable.
    """

    a: str
    b: str
    path: str
    value: float | None
    verdict: str
    doubtful: str


@lru_cache(maxsize=4)
def arcs(level: str) -> dict[tuple[str, str], str]:
    """(region, neighbour) → their common border, as committed in `shapes/`."""
    found = orjson.loads((SHAPES / f"arcs-{level}.json").read_bytes()) if level in LEVELS else {}
    return {tuple(pair.split("|")): path for pair, path in found.items()}


def refusal(view: MapView) -> str:
    """Why no steps are drawn, as a sentence; '' where they are."""
    t, indicator = view.words, view.indicator
    if indicator["kind"] in ("count", "amount"):
        return t("No steps: counts and amounts grow with the size of a region, so a difference of two says little.")
    if view.state.level not in LEVELS:
        return t("No steps: the indicator has no figures below the countries.")
    if view.state.lines == "border" and indicator["verdict"] != "same":
        if len(indicator["countries"]) < 2:
            return t("No steps at the border: there are figures for one country only.")
        return t("No steps at the border: {why}", why=indicator["comparability"])
    if view.state.lines == "all" and view.state.level == "nuts3":
        return t(
            "No steps between all Kreise and départements: they would be more than a thousand. Choose a level above."
        )
    return ""


def pairs(view: MapView, level: str) -> list[tuple[str, str]]:
    """The neighbours whose step may be drawn at a level: across the border, or all; within a country always."""
    joint = view.indicator["verdict"] == "same"
    return [
        (a, b) for a, b in arcs(level) if (a[:2] != b[:2] and joint) or (view.state.lines == "all" and a[:2] == b[:2])
    ]


def steps(view: MapView) -> list[Step]:
    """The steps of a view, largest first, missing ones last; none where `refusal` says why."""
    if not view.state.lines or refusal(view):
        return []
    shown = set(view.shown)
    found = [_step(view, a, b) for a, b in pairs(view, view.state.level) if a in shown and b in shown]
    return sorted(found, key=lambda step: (step.value is None, -abs(step.value or 0), step.a, step.b))


def _step(view: MapView, a: str, b: str) -> Step:
    rows = view.rows.get(a), view.rows.get(b)
    flags = [row["status"] if row else "m" for row in rows]
    found = difference(*rows)
    path = arcs(view.state.level)[a, b]
    if found is None:
        missing = next(flag for row, flag in zip(rows, flags, strict=True) if row is None or row["value"] is None)
        return Step(a, b, path, None, "", missing)
    return Step(a, b, path, found.value, found.verdict, next((flag for flag in flags if flag in ("a", "u")), ""))


def largest(view: MapView) -> float:
    """The largest step of the indicator over all levels and periods: what the widest line stands for."""
    state = view.state

    def make() -> float:
        levels = [level for level in LEVELS if level in view.indicator["levels"]]
        return max(_largest(view.build, state.indicator, level, state.member, pairs(view, level)) for level in levels)

    return view.build.remember(("largest step", state.indicator, state.member, state.lines), make)


def _largest(build: Build, indicator: str, level: str, member: str, wanted: list[tuple[str, str]]) -> float:
    values: dict[str, dict[str, float]] = {}
    for row in queries.slice_rows(build, indicator, level, member):
        if row["value"] is not None and row["status"] != "a":  # a suspected artefact shapes no scale
            values.setdefault(row["period"], {})[row["region"]] = row["value"]
    return max((abs(v[a] - v[b]) for v in values.values() for a, b in wanted if a in v and b in v), default=0.0)


def width(value: float, widest: float) -> float:
    """The width of a line in pixels, in proportion to the step; a suspected artefact is no wider than the widest."""
    return min(WIDEST, WIDEST * abs(value) / widest) if widest else 0.0


#: How lines are broken whose step is not significant, or whose figures are doubtful (assets/parts.css).
DASHES: Final = {"": (), "unsure": (7, 4), "doubtful": (2, 3)}


def lines(view: MapView, unit: float = 0.0) -> str:
    """The steps as SVG paths for the map, thinnest first so that the widest lie on top.

    unit: map units in a pixel, for a picture without our style sheets; 0 for the page.
    """
    widest = largest(view) if steps(view) else 0.0
    drawn = ""
    for step in reversed(steps(view)):
        wide = 0.0 if step.value is None else width(step.value, widest)
        if wide >= THINNEST:
            kind = " doubtful" if step.doubtful else " unsure" if step.verdict == NOT_SIGNIFICANT else ""
            dash = " ".join(f"{unit * each:.3g}" for each in DASHES[kind.strip()]) if unit else ""
            broken = f' stroke-dasharray="{dash}"' if dash else ""
            casing, own = ((wide + 2) * (unit or 1), wide * (unit or 1))
            drawn += f'<path class="am-step-casing" stroke-width="{casing:.2f}" d="{escape(step.path)}"/>'
            drawn += f'<path class="am-step{kind}" stroke-width="{own:.2f}"{broken} d="{escape(step.path)}"/>'
    return drawn


def on_map(svg: str, view: MapView) -> str:
    """The map's markup with the steps on it, below what the reader holds."""
    before, over, after = svg.partition('<g class="am-over"')
    return f'{before}<g class="am-steps" aria-hidden="true">{lines(view)}</g>{over}{after}'


def part(view: MapView) -> dict[str, str]:
    """What the script fetches when the view changes: the lines and what is said of them."""
    return {"svg": lines(view), "html": draw(said(view))}


def choices(view: MapView) -> html.Nav:
    """Off, at the border, between all neighbours: links."""
    t, state = view.words, view.state
    options = [("", t("No lines")), ("border", t("Steps at the border")), ("all", t("Steps between all neighbours"))]
    return html.Nav(
        [
            html.A(
                label,
                href=urls.map_url(t.lang, state.but(lines=value)),
                **attrs(data_lines=value, aria_current="true" if value == state.lines else None),
            )
            for value, label in options
        ],
        className="choices",
        id="lines-choices",
        **attrs(aria_label=t("Lines where neighbours differ")),
    )


def said(view: MapView) -> list[Component]:
    """The legend of the widths and the list of the steps: what the lines show, for those who do not see them."""
    t = view.words
    if not view.state.lines:
        return []
    if sentence := refusal(view):
        return [html.P(sentence, className="refused")]
    found = steps(view)
    if not found:
        return [html.P(t("No two neighbours with figures here."), className="refused")]
    return [
        html.P(meaning(view)),
        html.Div(Raw(_legend(t, largest(view)))),
        html.Details(
            [
                html.Summary(t("The {n} steps as a table", n=t.number(len(found)))),
                html.Div(
                    _table(view, found), className="table", tabIndex=0, role="region", **attrs(aria_label=t("Steps"))
                ),
            ],
            open=len(found) <= 6,
        ),
    ]


def _unit(view: MapView) -> str:
    return view.words("percentage points") if "pct" in view.indicator["unit"] else str(view.indicator["unit_words"])


def legend(t: Words, widest: float) -> list[tuple[float, str, str]]:
    """(width in pixels, kind of line, what it means): round steps, then the broken lines."""
    found = [
        (width(value, widest), "", t.number(value, max(0, -floor(log10(value))))) for value in _round_values(widest)
    ]
    return [*found, (4.0, "unsure", t("not significant")), (4.0, "doubtful", t("doubtful figure"))]


def _legend(t: Words, widest: float) -> str:
    items = "".join(
        f'<li><svg width="36" height="12" aria-hidden="true"><path class="{f"am-step {kind}".strip()}" '
        f'stroke-width="{wide:.2f}" d="M0 6h36"/></svg><span>{escape(label)}</span></li>'
        for wide, kind, label in legend(t, widest)
    )
    return f'<ul class="am-widths">{items}</ul>'


def meaning(view: MapView) -> str:
    """What the widths say, as a sentence."""
    unit = _unit(view)
    return view.words(
        "The wider the line, the larger the difference of the two figures{unit}.", unit=unit and f" ({unit})"
    )


def _round_values(largest_step: float) -> list[float]:
    """Up to three round values (1, 2, 5 × 10ⁿ) that are not above the largest step, largest first."""
    if largest_step <= 0:
        return []
    power = 10.0 ** floor(log10(largest_step))
    return [value for value in (5 * power, 2 * power, power, power / 2, power / 5) if value <= largest_step][:3]


def _table(view: MapView, found: list[Step]) -> html.Table:
    t = view.words
    heads = [t("Region"), t("Neighbour"), t("Difference"), t("Significant?")]
    return html.Table(
        [
            html.Caption(t("Steps between neighbours, largest first"), className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([_line(view, step) for step in found]),
        ],
        className="figures",
    )


def _line(view: MapView, step: Step) -> html.Tr:
    """The higher one first, so that every difference is a plus."""
    t = view.words
    a, b = (step.a, step.b) if (step.value or 0) >= 0 else (step.b, step.a)
    if step.value is None:
        value, sure = flag_word(t, step.doubtful), ""
    else:
        value = t.number(abs(step.value), view.indicator["decimals"], sign=True)
        verdicts = {SIGNIFICANT: t("significant"), NOT_SIGNIFICANT: t("not significant")}
        sure = flag_word(t, step.doubtful) or verdicts.get(step.verdict, t("no interval known"))
    return html.Tr(
        [html.Th(view.name(a), scope="row"), html.Td(view.name(b)), html.Td(value, className="value"), html.Td(sure)]
    )
