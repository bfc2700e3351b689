"""The parts that slides of different pages share: maps from views, series from rows, sources, notes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from dashboard import drawing, queries, view
from dashboard.brief import model as brief
from dashboard.components.actions import kept
from dashboard.deck.model import Bar, Bars, Line, Lines, Map, Point, Slide
from dashboard.i18n import Words
from dashboard.map import ground
from dashboard.map import scene as scenes
from dashboard.map.scene import Box
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.view import MapView, flag_word, rank_text

#: Regions that notes say one by one; of more the first and last of these.
SAID, FIRST, LAST = 40, 12, 5


def day_of(build: Build) -> date | None:
    """The day on which a build was published."""
    text = str(build.pointer.get("published") or "")
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def sources(t: Words, build: Build, indicators: Iterable[Row], *, map_: bool = False) -> tuple[str, ...]:
    """The sources of indicators with publisher, licence and day of delivery; with a map that of its lines."""
    lines = brief.source_lines(t, build, {name for row in indicators for name in row["sources"]})
    return lines if map_ else lines[:-1]


def caveat(t: Words, indicator: Row, shown: Sequence[str] = ()) -> str:
    """What a slide on an indicator has to say besides: what is missing, or cannot be compared, or its first caveat."""
    if shown:
        return " ".join(shown)
    if indicator["verdict"] in ("similar", "none") and len(indicator["countries"]) > 1:
        return f"{view.verdict_word(t, indicator['verdict'])}: {indicator['comparability']}"
    return str(indicator["caveats"][0]) if indicator["caveats"] else ""


def refused(t: Words, build: Build, indicator: Row, path: str) -> Slide | None:
    """The slide in place of figures that a licence keeps on the atlas; it has none of them."""
    if not queries.withheld(build, indicator):
        return None
    return Slide(str(indicator["title"]), path, withheld=kept(t), sources=sources(t, build, [indicator]))


def written(t: Words, indicator: Row, row: Row) -> str:
    """A row's value with its unit, flag, and rank: 13,8 % (Rang 9–11 von 16)."""
    if row.get("value") is None:
        return flag_word(t, row["status"] or "m")
    sign = indicator["derive_kind"] in ("change", "change_pct", "gap")
    text = t.value(row["value"], indicator["unit"], indicator["decimals"], sign=sign)
    rank = rank_text(t, row)
    facts = [flag_word(t, row["status"]), t("rank {rank} of {of}", rank=rank, of=row["of"]) if rank else ""]
    more = ", ".join(fact for fact in facts if fact)
    return f"{text} ({more})" if more else text


# ── Maps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def map_of(shown: MapView) -> Map:
    """The map of a view, with its legend."""
    build, lang = shown.build, shown.lang
    drawn = drawing.scene(shown)
    codes = [region.code for region in drawn.regions]
    known = queries.regions(build)
    return Map(
        scene=drawn,
        text=f"{drawn.title}. {drawn.desc}.",
        names={code: known[code].name(lang) for code in codes if code in known},
        legend=drawing.legend_words(shown),
        key=_key(shown),
    )


def _key(shown: MapView) -> tuple[tuple[str, str], ...]:
    """The legend of a map without a bar of classes: flags, and two indicators."""
    t, display = shown.words, shown.display
    if display and display.kind == "flags":
        return (("q1", t("without a flag")), ("q3", t("with a flag")))
    if not display or display.kind != "against" or not display.other:
        return ()
    lines = [("", f"{name} {text}") for name, text in drawing.thirds(shown)]
    steps = (t("low"), t("middle"), t("high"))
    cells = [(f"b{x}{y}", f"{steps[x]} · {steps[y]}") for x in (2, 1, 0) for y in (2, 1, 0)]
    both = f"{shown.indicator['short']} · {display.other['short']}:"
    return (*lines, ("", both), *cells)


def said_of_map(shown: MapView) -> tuple[str, ...]:
    """The figures of a map in words: the countries', the one picked, then the regions from the highest on."""
    t = shown.words
    codes = [row["region"] for row in view.ranked(shown, shown.shown)]
    picked = [shown.state.region] if shown.state.region in shown.rows else []
    nation = [
        f"{shown.name(code)}: {shown.value(row['value'])}"
        for code, row in shown.national.items()
        if row["value"] is not None and shown.state.level != "country"
    ]
    named = codes if len(codes) <= SAID else codes[:FIRST] + codes[-LAST:]
    said = [view.sentence(shown, code, shown.rows.get(code)) for code in [*picked, *named]]
    left = len(codes) - len(named)
    more = [t("Further regions: {n}", n=t.number(left))] if left else []
    return (*nation, *said, *more)


def ranking(shown: MapView, most: int) -> Bars | None:
    """The shown regions from the highest on, the one picked among them; None where two countries are not comparable."""
    joint = shown.indicator["verdict"] in ("same", "single") or shown.state.country
    rows = view.ranked(shown, shown.shown)
    if not joint or len(rows) < 2 or shown.display:
        return None
    picked = next((place for place, row in enumerate(rows) if row["region"] == shown.state.region), -1)
    chosen = rows[:most] if picked < most else [*rows[: most - 1], rows[picked]]
    bars = tuple(
        Bar(
            shown.name(row["region"]),
            row["value"],
            shown.value(row["value"]),
            row["ci_low"],
            row["ci_high"],
            marked=row["region"] == shown.state.region,
            doubtful=row["status"] in ("u", "a"),
        )
        for row in chosen
    )
    short = str(shown.indicator["short"])
    text = f"{short}. " + ", ".join(f"{bar.name} {bar.written}" for bar in bars)
    return Bars(bars, short, str(shown.indicator["unit_words"]), shown.indicator["decimals"], text)


def where(codes: Sequence[str], text: str, names: Mapping[str, str], box: Box | None = None) -> Map:
    """Regions standing out on both countries, without figures."""
    drawn = scenes.scene(
        drawing.geometry("land"), {}, {}, level="land", countries=(), within=None, selected=None,
        title=text, desc="", label="",
    )  # fmt: skip
    have = {region.code for region in drawn.regions}
    found = [code for code in codes if ground.anchor(code)]
    more = tuple(_own(code) for code in found if code not in have)
    drawn = replace(drawn, regions=(*drawn.regions, *more), view=box or drawn.base)
    return Map(drawn, text, names, marked=tuple(found))


def _own(code: str) -> scenes.Region:
    shape = ground.shape(code)
    x0, y0, x1, y1 = shape["box"]
    return scenes.Region(code, shape["d"], shape["x"], shape["y"], (x0, y0, x1, y1), "x", None, "", shown=True)


# ── Over time ────────────────────────────────────────────────────────────────────────────────────────────────────


def over_time(t: Words, indicator: Row, series: Sequence[tuple[str, Mapping[str, Row]]]) -> Lines | None:
    """Series of one indicator, (name, period → row); None where none has three values."""
    valued = [
        (name, {period: row for period, row in rows.items() if row["value"] is not None}) for name, rows in series
    ]
    valued = [(name, rows) for name, rows in valued if len(rows) > 1]
    if not any(len(rows) > 2 for _, rows in valued):
        return None
    periods = sorted({period for _, rows in valued for period in rows})
    lines = tuple(
        Line(name, tuple(_point(t, period, rows[period]) for period in periods if period in rows), style)
        for style, (name, rows) in enumerate(valued)
    )
    points = [point for line in lines for point in line.points]
    notes = []
    if any(point.low is not None for point in points):
        notes.append(t("Bars: 95 % intervals"))
    if any(point.doubtful for point in points):
        notes.append(t("Hollow points: low reliability or suspected artefact"))
    if any(point.broken for point in points):
        notes.append(t("A gap before a point: break in the series"))
    said = [
        f"{name}: " + ", ".join(f"{t.period(period)} {written(t, indicator, rows[period])}" for period in rows)
        for name, rows in valued
    ]
    return Lines(
        lines=lines,
        periods=tuple(t.period(period) for period in periods),
        unit=str(indicator["unit_words"]),
        decimals=int(indicator["decimals"]),
        text=f"{indicator['short']}. " + ". ".join(said),
        notes=tuple(notes),
    )


def _point(t: Words, period: str, row: Row) -> Point:
    return Point(
        t.period(period), row["value"], row["ci_low"], row["ci_high"], row["status"] == "b", row["status"] in ("u", "a")
    )
