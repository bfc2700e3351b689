"""The cards of a region's page: a theme each, with every indicator's level, place, trend, gap and peers."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import places, queries, urls
from dashboard.components.attributes import attrs
from dashboard.components.controls import THEMES
from dashboard.figures.gap import gap_plot
from dashboard.figures.sparkline import sparkline
from dashboard.findings import (
    country_name,
    difference_text,
    limits_text,
    value_text,
    verdict_text,
    with_unit,
)
from dashboard.firstpaint import Raw
from dashboard.i18n import Words, words
from dashboard.profile import Entry, Profile, nation
from dashboard.queries import Row
from dashboard.titles import with_unit as named_with_unit
from dashboard.urls import MapState
from dashboard.view import flag_word, level_name, rank_text


def themes(found: Profile) -> list[Component]:
    """A section per theme, also for themes without figures: they say why."""
    t = words(found.lang)
    known = queries.indicators(found.build, found.lang)
    sections: list[Component] = []
    for theme, name in THEMES.items():
        entries = [entry for entry in found.entries if entry.indicator["theme"] == theme]
        have = {entry.indicator["id"] for entry in entries}
        others = [row for row in known.values() if row["theme"] == theme and row["id"] not in have]
        if not entries and not others:
            continue
        parts: list[Component] = [html.H2(t(name), id=f"theme-{theme}")]
        levels = [entry for entry in entries if not entry.members]
        parts += [html.Div([_card(t, found, entry) for entry in levels], className="entries")] if levels else []
        parts += [_breakdown(t, found, entry) for entry in entries if entry.members]
        parts += _missing(t, found, [row for row in others if row["derive_kind"] != "gap"], bare=not entries)
        sections.append(html.Section(parts, className="theme", **attrs(aria_labelledby=f"theme-{theme}")))
    return sections


def _on_map(found: Profile, entry: Entry, member: str = "") -> str:
    """The map of this indicator with the region picked."""
    level = found.level if found.level in entry.indicator["levels"] else ""
    state = MapState(indicator=entry.indicator["id"], level=level, region=found.region.code, member=member)
    return urls.map_url(found.lang, state)


def _card(t: Words, found: Profile, entry: Entry) -> html.Article:
    row = entry.latest
    parts: list[Component | None] = [
        html.H3(html.A(entry.indicator["title"], href=_on_map(found, entry))),
        _big(t, entry),
    ]
    if entry.value is not None:
        drawn = sparkline(entry.series, _series_label(t, entry))
        parts += [
            html.Ul([html.Li(fact) for fact in _facts(t, found, entry)], className="facts"),
            html.Div([Raw(drawn), html.Small(_span(t, entry))], className="trend") if drawn else None,
            _gap(t, found, entry),
            _peers(t, found, entry),
        ]
    reason = entry.indicator["reasons"].get(row["reason"]) if row["reason"] else None
    parts.append(html.P(reason, className="small reason") if reason else None)
    return html.Article([part for part in parts if part is not None], className="entry")


def _big(t: Words, entry: Entry) -> html.P:
    row = entry.latest
    flag = [html.Small(flag_word(t, row["status"]), className="flagword")] if row["status"] else []
    if entry.value is None:
        return html.P([flag_word(t, row["status"]), html.Small(t.period(row["period"]))], className="big absent")
    text = value_text(t, entry, entry.value)
    unit = with_unit(t, entry, entry.value).removeprefix(text).strip()
    when = ", ".join(part for part in (unit, t.period(row["period"])) if part)
    return html.P([text, html.Small(when), *flag], className="big")


def _facts(t: Words, found: Profile, entry: Entry) -> list[str]:
    row = entry.latest
    facts = []
    if rank := rank_text(t, row):
        units = level_name(t, found.level, found.region.country)
        facts.append(t("rank {rank} of {of} {units}", rank=rank, of=row["of"], units=units))
    if limits := limits_text(t, entry, row):
        facts.append(limits)
    if entry.share is not None:
        share = t.value(entry.share, "pct", 1)
        facts.append(t("{share} of the sum for {country}", share=share, country=country_name(t, found)))
    return facts


def change_text(t: Words, entry: Entry) -> str:
    """'since 2016: +17,5 Pp. (16,4 to 18,5), significant'; '' for a single period and for changes themselves."""
    if entry.change is None or entry.diverging:
        return ""
    found = entry.change.difference
    parts = [difference_text(t, entry, found), verdict_text(t, found)]
    since = t.period(entry.change.first["period"])
    return t("since {first}: {change}", first=since, change=", ".join(part for part in parts if part))


def _span(t: Words, entry: Entry) -> str:
    first, last = (t.period(entry.series[place]["period"]) for place in (0, -1))
    return " · ".join(part for part in (f"{first}–{last}", change_text(t, entry)) if part)


def _series_label(t: Words, entry: Entry) -> str:
    """All values of the sparkline, for those who do not see it."""
    spoken = []
    for row in entry.series:
        flag = flag_word(t, row["status"])
        text = value_text(t, entry, row["value"]) if row["value"] is not None else flag
        flagged = f"{text} ({flag})" if row["value"] is not None and flag else text
        spoken.append(t("{what}: {n}", what=t.period(row["period"]), n=flagged))
    return t("{indicator} over time. {values}", indicator=entry.indicator["title"], values=", ".join(spoken))


def gap_text(t: Words, found: Profile, entry: Entry) -> str:
    """'+3,1 Pp. (2,1 to 4,1) against Germany (15,8 %), significant'; '' without anything to compare with."""
    if entry.gap is None:
        return ""
    values = {"difference": difference_text(t, entry, entry.gap), "country": country_name(t, found)}
    if entry.beside == "country" and entry.national is not None:
        national = value_text(t, entry, entry.national["value"])
        text = t("{difference} against {country} ({value})", value=national, **values)
    else:
        text = t("{difference} against the median of its kind", difference=values["difference"])
    verdict = verdict_text(t, entry.gap)
    return f"{text}, {verdict}" if verdict else text


def _gap(t: Words, found: Profile, entry: Entry) -> html.Div | None:
    text = gap_text(t, found, entry)
    if entry.gap is None or not text:
        return None
    drawn = [Raw(gap_plot(entry.gap, text))] if entry.gap.low is not None else []
    return html.Div([*drawn, html.Small(text, **attrs(aria_hidden="true" if drawn else None))], className="gap-line")


def _peers(t: Words, found: Profile, entry: Entry) -> html.P | None:
    """The median of its kind, and the regions of that kind that are nearest in population."""
    peers, parts = entry.peers, list[str]()
    if peers.middle is not None and peers.of > 1:
        middle = value_text(t, entry, peers.middle)
        name = places.kin_name(t, found.region)
        parts.append(t("Median of {n} {units}: {middle}", n=peers.of, units=name, middle=middle))
    parts += [_named(t, found, entry, row) for row in peers.alike]
    return html.P(" · ".join(parts), className="small peers") if parts else None


def _named(t: Words, found: Profile, entry: Entry, row: Row) -> str:
    name = queries.regions(found.build)[row["region"]].name(t.lang)
    flag = f" ({flag_word(t, row['status'])})" if row["status"] else ""
    return f"{name} {value_text(t, entry, row['value'])}{flag}"


def _breakdown(t: Words, found: Profile, entry: Entry) -> html.Details:
    """A breakdown is a table of its own: its parts are not stacked, and not all add up."""
    heads = [
        entry.indicator["dimension_words"],
        t("Value"),
        "±",
        t("Germany") if found.region.country == "DE" else t("France"),
    ]
    lines = []
    for row in entry.members:
        beside = nation(row)
        half = (row["ci_high"] - row["ci_low"]) / 2 if row["ci_low"] is not None else None
        label = entry.indicator["members"].get(row["member"], row["member"])
        cells = [
            html.Td(_cell(t, entry, row), className="value"),
            html.Td(t.number(half, entry.indicator["decimals"]) if half is not None else "", className="margin"),
            html.Td(value_text(t, entry, beside["value"]) if beside and found.region.level else "", className="value"),
        ]
        lines.append(html.Tr([html.Th(html.A(label, href=_on_map(found, entry, row["member"])), scope="row"), *cells]))
    title = named_with_unit(entry.indicator["title"], entry.indicator["unit_words"])
    period = t.period(entry.latest["period"])
    table = html.Table(
        [
            html.Caption(f"{title}, {period}", className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(lines),
        ],
        className="figures",
    )
    caption = f"{title}, {period}"
    inner = html.Div(table, className="table", tabIndex=0, role="region", **attrs(aria_label=caption))
    return html.Details([html.Summary(caption), inner], className="breakdown")


def _cell(t: Words, entry: Entry, row: Row) -> list[Component | str]:
    if row["value"] is None:
        return [flag_word(t, row["status"])]
    flag = html.Abbr(row["status"], title=flag_word(t, row["status"]), className="flag") if row["status"] else None
    return [value_text(t, entry, row["value"]), *([flag] if flag else [])]


def _missing(t: Words, found: Profile, others: list[Row], *, bare: bool) -> list[Component]:
    """What this theme has elsewhere and not for this region, each with the reason the build gives."""
    if not others:
        return []
    reasons: dict[str, list[str]] = {}
    for row in others:
        reason = row["gaps"].get(found.region.country) if found.region.country not in row["countries"] else None
        levels = [level_name(t, level, found.region.country) for level in row["levels"]]
        reason = reason or t("Published only for: {levels}.", levels=", ".join(levels))
        reasons.setdefault(reason, []).append(row["short"])
    items = [html.Li([html.B(", ".join(names) + t.colon), reason]) for reason, names in reasons.items()]
    if bare:
        return [html.P(t("No figures for this region.")), html.Ul(items, className="gaps-list")]
    count = t("Not available for this region: {n}", n=len(others))
    return [html.Details([html.Summary(count), html.Ul(items, className="gaps-list")], className="gaps-here")]


def table(found: Profile) -> html.Table:
    """The same figures as the cards, as one table."""
    t = words(found.lang)
    heads = [
        t("Indicator"),
        t("Period"),
        t("Value"),
        t("Rank"),
        t("Against the country"),
        t("Trend"),
        t("Median of its kind"),
    ]
    lines = [_line(t, found, entry) for entry in found.entries if not entry.members]
    name = found.region.name(t.lang)
    return html.Table(
        [
            html.Caption(t("All figures of {region}", region=name), className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(lines),
        ],
        className="figures",
    )


def _line(t: Words, found: Profile, entry: Entry) -> html.Tr:
    row, middle = entry.latest, entry.peers.middle
    value: list[Component | str] = _cell(t, entry, row)
    if entry.value is not None:
        value[0] = with_unit(t, entry, entry.value)
        limits = limits_text(t, entry, row)
        value += [html.Small(limits)] if limits else []
    rank = t("{n} of {of}", n=rank_text(t, row), of=row["of"]) if rank_text(t, row) else ""
    return html.Tr(
        [
            html.Th(html.A(entry.indicator["title"], href=_on_map(found, entry)), scope="row"),
            html.Td(t.period(row["period"])),
            html.Td(value),
            html.Td(rank),
            html.Td(gap_text(t, found, entry)),
            html.Td(change_text(t, entry)),
            html.Td(value_text(t, entry, middle) if middle is not None and entry.value is not None else ""),
        ]
    )
