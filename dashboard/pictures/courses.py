"""Pictures of a course over time: a region beside its country, both countries in one indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard import queries, urls
from dashboard.brief.model import source_lines
from dashboard.display import is_difference, is_joint
from dashboard.exports.csv import refuse_withheld
from dashboard.figures.lines import Point
from dashboard.findings import against_country, country_name, level, trend, value_text
from dashboard.i18n import Words
from dashboard.map.scene import Box
from dashboard.pages import Request
from dashboard.pictures.charts import Axis, Series, over_time, when
from dashboard.pictures.maps import of_map
from dashboard.pictures.model import Picture
from dashboard.profile import Entry, Profile, nation
from dashboard.queries import Row
from dashboard.titles import with_unit
from dashboard.urls import COUNTRIES, MapState
from dashboard.view import flag_word, map_view

#: The lines of the countries, in every chart.
STYLES = {"DE": "r8", "FR": "r9"}
#: Fewer values are no course: the map is drawn.
LEAST = 2


def point(at: int, row: Row) -> Point:
    """A row of the build in its place among the periods."""
    return Point(at, row["value"], row["ci_low"], row["ci_high"], row["status"] == "b", row["status"] in ("a", "u"))


def series(style: str, name: str, rows: Mapping[str, Row], periods: Sequence[str]) -> Series:
    """A line of the rows (by period) that have a value."""
    known = [(at, rows[period]) for at, period in enumerate(periods) if period in rows]
    return Series(style, name, tuple(point(at, row) for at, row in known if row["value"] is not None))


def marks(t: Words, lines: Sequence[Series]) -> tuple[str, ...]:
    """What a reader must know of the drawing: only what occurs in it."""
    points = [each for line in lines for each in line.points]
    said = {
        t("Bands: 95 % intervals"): any(each.low is not None for each in points),
        t("Hollow points: low reliability or suspected artefact"): any(each.doubtful for each in points),
        t("A gap before a point: break in the series"): any(each.broken for each in points),
    }
    return (". ".join(text for text, occurs in said.items() if occurs) + ".",) if any(said.values()) else ()


def axis(t: Words, indicator: Row) -> Axis:
    """Values with their unit, changes and gaps with their sign; whole numbers of an axis without decimals."""
    signed = is_difference(indicator)

    def write(value: float) -> str:
        return t.value(value, indicator["unit"], indicator["decimals"], sign=signed)

    def tick(value: float) -> str:
        return t.value(value, indicator["unit"], 0, sign=signed) if value == int(value) else write(value)

    return Axis(write, tick)


def chart(t: Words, indicator: Row, lines: Sequence[Series], periods: Sequence[str], box: Box) -> str:
    """Lines in a box."""
    on = replace(axis(t, indicator), times=tuple(when(period) for period in periods))
    return over_time(lines, [t.period(period) for period in periods], on, box)


def subtitle(t: Words, indicator: Row, where: str, periods: Sequence[str]) -> str:
    """What is measured, where, from when to when."""
    span = f"{t.period(periods[0])}–{t.period(periods[-1])}"
    return ", ".join((with_unit(indicator["title"], indicator["unit_words"]), where, span))


# ── One region ───────────────────────────────────────────────────────────────────────────────────────────────────


def of_region(request: Request, found: Profile, name: str) -> Picture:
    """The headline, or the indicator that the address names, over time beside the country's; else its map.

    name: one that tells namesakes apart. Raises NotFoundError for an indicator without figures here.
    """
    t, region = request.words, found.region
    asked = str(request.query.get("indicator", ""))[:200]
    urls.known(asked, queries.indicators(request.build, t.lang))
    by_id = {entry.indicator["id"]: entry for entry in found.entries}
    entry = by_id.get(asked) if asked else found.headline
    path = urls.view_url(t.lang, "region", region.code, {"indicator": asked})
    if entry is None:
        text = t("The atlas has no figures for this region.") if not asked else t("No figures here.")
        raise urls.NotFoundError(asked or region.code, text=text, links=((t("Back to the page"), path),))
    refuse_withheld(request.build, t, entry.indicator, path)
    title = _standing(t, found, entry, name)
    rows = {row["period"]: row for row in entry.series}
    periods = sorted(rows)
    if sum(row["value"] is not None for row in rows.values()) < LEAST:
        return _on_map(request, found, entry, title, path)
    lines = [series("r0", name, rows, periods)]
    if region.level and entry.indicator["kind"] not in ("count", "amount"):
        means = {period: mean for period, row in rows.items() if (mean := nation(row))}
        country = series(STYLES[region.country], country_name(t, found), means, periods)
        lines += [country] if country.points else []
    return Picture(
        lang=t.lang,
        title=title,
        subtitle=subtitle(t, entry.indicator, name, periods),
        figure=lambda box, dark: chart(t, entry.indicator, lines, periods, box),
        keys=(),
        notes=(*_sentences(t, found, entry), *marks(t, lines)),
        sources=source_lines(t, request.build, set(entry.indicator["sources"]))[:-1],
        name=f"{region.code}-{entry.indicator['id']}",
        path=path,
        alt=in_words(t, entry.indicator, name, entry.series),
    )


def _standing(t: Words, found: Profile, entry: Entry, name: str) -> str:
    """The newest figure, and the country's beside it."""
    if entry.value is None:
        return f"{name}, {entry.indicator['title']}"
    said = [f"{name} {value_text(t, entry, entry.value)}"]
    rate = entry.indicator["kind"] not in ("count", "amount")
    if rate and entry.national is not None and entry.national["value"] is not None:
        said.append(f"{country_name(t, found)} {value_text(t, entry, entry.national['value'])}")
    when = t.period(entry.latest["period"])
    return t("{indicator}, {period}: {list}.", indicator=entry.indicator["title"], period=when, list=t.listed(said))


def _sentences(t: Words, found: Profile, entry: Entry) -> list[str]:
    """Where the region stands, what the difference to its country says, why a figure is flagged."""
    if entry.value is None:
        return []
    reason = entry.indicator["reasons"].get(entry.latest["reason"]) if entry.latest["reason"] else None
    said = (level(t, found, entry), against_country(t, found, entry), trend(t, entry), reason)
    return [text for text in said if text]


def _on_map(request: Request, found: Profile, entry: Entry, title: str, path: str) -> Picture:
    """One figure only: where it stands among the others."""
    level_ = found.level if found.level in entry.indicator["levels"] else ""
    state = MapState(indicator=entry.indicator["id"], level=level_, region=found.region.code)
    shown = map_view(request.build, request.lang, state)
    return of_map(shown, title=title, path=path, name=f"{found.region.code}-{entry.indicator['id']}")


def in_words(t: Words, indicator: Row, name: str, rows: Sequence[Row]) -> str:
    """All values of a series in order of time, for those who do not see the picture."""
    spoken = []
    for row in rows:
        flag = flag_word(t, row["status"])
        if row["value"] is not None:
            text = t.value(row["value"], indicator["unit"], indicator["decimals"], sign=is_difference(indicator))
            flag = f"{text} ({flag})" if flag else text
        spoken.append(t("{what}: {n}", what=t.period(row["period"]), n=flag))
    return f"{name}: " + t("{indicator} over time. {values}", indicator=indicator["title"], values=", ".join(spoken))


# ── One indicator ────────────────────────────────────────────────────────────────────────────────────────────────


def of_indicator(request: Request, indicator: Row) -> Picture:
    """Both countries, or the one, over time; the map where there is no course, or no scale for both."""
    t, build = request.words, request.build
    path = urls.page(t.lang, "indicator", indicator["id"])
    refuse_withheld(build, t, indicator, path)
    member = next(iter(indicator["members"]), "")
    by_country: dict[str, dict[str, Row]] = {country: {} for country in COUNTRIES}
    if "country" in indicator["levels"]:
        for row in queries.slice_rows(build, indicator["id"], "country", member):
            by_country[row["region"]][row["period"]] = row
    periods = sorted({period for rows in by_country.values() for period in rows})
    names = {"DE": t("Germany"), "FR": t("France")}
    lines = [series(f"r{i}", names[c], by_country[c], periods) for i, c in enumerate(COUNTRIES)]
    lines = [line for line in lines if line.points]
    if not lines or max(len(line.points) for line in lines) < LEAST or not is_joint(indicator):
        return of_map(map_view(build, t.lang, MapState(indicator=indicator["id"])), path=path, name=indicator["id"])
    last = {line.name: (periods[line.points[-1].at], line.points[-1].value) for line in lines}
    said = [
        f"{name} {t.value(value, indicator['unit'], indicator['decimals'], sign=is_difference(indicator))}"
        for name, (_, value) in last.items()
    ]
    when = max(period for period, _ in last.values())
    what = " – ".join(filter(None, (indicator["title"], indicator["members"].get(member, ""))))
    rows = [(names[country], list(by_country[country].values())) for country in COUNTRIES if by_country[country]]
    return Picture(
        lang=t.lang,
        title=t("{indicator}, {period}: {list}.", indicator=what, period=t.period(when), list=t.listed(said)),
        subtitle=subtitle(t, indicator, t.listed([line.name for line in lines]), periods),
        figure=lambda box, dark: chart(t, indicator, lines, periods, box),
        keys=(),
        notes=marks(t, lines),
        sources=source_lines(t, build, set(indicator["sources"]))[:-1],
        name=indicator["id"],
        path=path,
        alt=" ".join(in_words(t, indicator, name, found) for name, found in rows),
    )
