"""A region's findings in sentences, from three to six, chosen by rule from its profile. Pure.

Every number in them is a figure of the profile. What the figures do not carry is not said: a difference is called
significant only where its interval says so, "not significant" where it does not; doubtful values are not judged.
"""

from __future__ import annotations

from math import ceil

from dashboard import queries
from dashboard.differences import NOT_SIGNIFICANT, UNKNOWN, Difference
from dashboard.i18n import NBSP, Words, words
from dashboard.profile import Entry, Profile
from dashboard.queries import Row
from dashboard.view import flag_word, level_name, rank_text

MOST = 6
#: Named in one sentence at most; and the part of a ranking that counts as its top or bottom, of rankings this long.
NAMED, FIFTH, LONG_ENOUGH = 3, 5, 8


def findings(found: Profile) -> list[str]:
    """The sentences, most important first."""
    t, entry = words(found.lang), found.headline
    if entry is None:
        return [t("The atlas has no figures for this region.")]
    sentences = [
        level(t, found, entry),
        against_country(t, found, entry),
        trend(t, entry),
        _places(t, found, high=True),
        _places(t, found, high=False),
        _doubtful(t, found),
        _inside(t, found, entry),
        _next(t, found, entry),
    ]
    return [sentence for sentence in sentences if sentence][:MOST]


def value_text(t: Words, entry: Entry, value: float) -> str:
    """A value of an indicator as a card shows it, short."""
    return t.value(value, entry.indicator["unit"], entry.indicator["decimals"], sign=entry.diverging)


def with_unit(t: Words, entry: Entry, value: float) -> str:
    """A value with the words of its unit: 18,9 % der Unternehmen · 38,8 je 1.000 Beschäftigte · 58,2 Mio. €."""
    text, unit = value_text(t, entry, value), str(entry.indicator["unit_words"])
    if unit.lstrip().startswith("%"):
        return text + unit.lstrip()[1:]
    return text if t.suffix(entry.indicator["unit"]) else f"{text}{NBSP}{unit}"


def country_name(t: Words, found: Profile) -> str:
    """The country a region lies in."""
    return t("Germany") if found.region.country == "DE" else t("France")


def limits_text(t: Words, entry: Entry, row: Row) -> str:
    """'95 % interval 17,9 to 19,9', or '' without one."""
    if row["ci_low"] is None:
        return ""
    low, high = (t.number(row[key], entry.indicator["decimals"]) for key in ("ci_low", "ci_high"))
    return t("95 % interval {low} to {high}", low=low, high=high)


def level(t: Words, found: Profile, entry: Entry) -> str:
    """Where a region stands in one indicator: value, period, interval, rank."""
    row = entry.latest
    values = {
        "what": entry.indicator["title"],
        "value": with_unit(t, entry, row["value"]),
        "when": _when(t, entry, limits_text(t, entry, row)),
    }
    if not (rank := rank_text(t, row)) or entry.doubtful:
        return t("{what}: {value} ({when}).", **values)
    units = level_name(t, found.level, found.region.country)
    return t("{what}: {value} ({when}), rank {rank} of {of} {units}.", rank=rank, of=row["of"], units=units, **values)


def against_country(t: Words, found: Profile, entry: Entry) -> str:
    """How that compares with the country as a whole; '' where nothing can be said."""
    if entry.national is None or entry.gap is None or entry.doubtful:
        return ""
    values = {"country": country_name(t, found), "value": value_text(t, entry, entry.national["value"])}
    if entry.gap.verdict == UNKNOWN:
        return t("The value for {country} is {value}; how sure the difference is cannot be said.", **values)
    if entry.gap.verdict == NOT_SIGNIFICANT:
        return t("The difference to the value for {country} ({value}) is not significant.", **values)
    if entry.gap.value > 0:
        return t("That is significantly more than in {country} as a whole ({value}).", **values)
    return t("That is significantly less than in {country} as a whole ({value}).", **values)


def trend(t: Words, entry: Entry) -> str:
    """From the first figure, or the last break, to the newest; '' where nothing can be said."""
    if entry.change is None or entry.doubtful or entry.change.first["status"] == "a":
        return ""
    first, found = entry.change.first, entry.change.difference
    values = {
        "first": t.period(first["period"]),
        "a": value_text(t, entry, first["value"]),
        "b": value_text(t, entry, entry.latest["value"]),
    }
    if found.verdict == NOT_SIGNIFICANT:
        return t("The change since {first} (from {a} to {b}) is not significant.", **values)
    if found.verdict == UNKNOWN:
        return t("In {first} it was {a}; how sure the change is cannot be said.", **values)
    if found.value > 0:
        return t("Since {first} the value has risen significantly, from {a} to {b}.", **values)
    return t("Since {first} the value has fallen significantly, from {a} to {b}.", **values)


def _places(t: Words, found: Profile, *, high: bool) -> str:
    """The rates whose whole range of ranks lies in the top or bottom fifth of the country's regions."""
    others = [entry for entry in found.entries if entry is not found.headline]
    named = [entry for entry in others if stands_out(entry, high=high)]
    named.sort(key=lambda entry: _from_end(entry, high=high))
    items = [
        t(
            "{what} ({value}, rank {rank} of {of})",
            what=entry.indicator["short"],
            value=value_text(t, entry, entry.latest["value"]),
            rank=rank_text(t, entry.latest),
            of=entry.latest["of"],
        )
        for entry in named[:NAMED]
    ]
    if not items:
        return ""
    values = {"list": t.listed(items), "country": country_name(t, found)}
    if high:
        return t("In the top fifth of its level in {country}: {list}.", **values)
    return t("In the bottom fifth of its level in {country}: {list}.", **values)


def stands_out(entry: Entry, *, high: bool) -> bool:
    """Whether a rate is surely in the top or bottom fifth: by its whole range of ranks, and no doubtful value."""
    row = entry.latest
    if not _plain(entry) or entry.doubtful or row["status"] == "u":
        return False
    if entry.indicator["kind"] in ("count", "amount") or row["rank"] is None or row["of"] < LONG_ENOUGH:
        return False
    fifth = ceil(row["of"] / FIFTH)
    return bool(row["rank_high"] <= fifth if high else row["rank_low"] > row["of"] - fifth)


def _from_end(entry: Entry, *, high: bool) -> float:
    place = entry.latest["rank_high"] if high else entry.latest["of"] + 1 - entry.latest["rank_low"]
    return float(place / entry.latest["of"])


def _doubtful(t: Words, found: Profile) -> str:
    """Values that are shown and not judged, with what is doubtful about them."""
    named = [e for e in found.entries if _plain(e) and e.doubtful]
    items = [
        t(
            "{what} ({value}, {flag})",
            what=entry.indicator["short"],
            value=value_text(t, entry, entry.latest["value"]),
            flag=flag_word(t, entry.latest["status"]),
        )
        for entry in named[:NAMED]
    ]
    return t("Doubtful, and therefore not judged: {list}.", list=t.listed(items)) if items else ""


def _inside(t: Words, found: Profile, entry: Entry) -> str:
    if not found.spread:
        return ""
    known = queries.regions(found.build)
    low, high = found.spread
    return t(
        "Inside it the values go from {z} ({vz}) to {a} ({va}).",
        z=known[low["region"]].name(t.lang),
        vz=value_text(t, entry, low["value"]),
        a=known[high["region"]].name(t.lang),
        va=value_text(t, entry, high["value"]),
    )


def _next(t: Words, found: Profile, entry: Entry) -> str:
    """One more figure of each theme, plainly; not those that stand in a sentence already."""
    said = [e for e in found.entries if stands_out(e, high=True) or stands_out(e, high=False)]
    themes: dict[str, Entry] = {}
    for other in found.entries:
        if other is not entry and other not in said and _plain(other) and not other.doubtful:
            themes.setdefault(other.indicator["theme"], other)
    items = [
        t("{what} {value} ({when})", what=e.indicator["short"], value=with_unit(t, e, value), when=_when(t, e))
        for e in themes.values()
        if (value := e.value) is not None
    ]
    return t("Further figures: {list}.", list=t.listed(items[:NAMED])) if items else ""


def _plain(entry: Entry) -> bool:
    """Whether it is a level with a value: no breakdown, no change."""
    return entry.value is not None and not entry.members and not entry.diverging


def _when(t: Words, entry: Entry, more: str = "") -> str:
    """Period and flag of the latest value."""
    parts = [t.period(entry.latest["period"]), flag_word(t, entry.latest["status"]), more]
    return ", ".join(part for part in parts if part)


def difference_text(t: Words, entry: Entry, found: Difference) -> str:
    """A difference with its sign, in points for shares, and its interval where it has one."""
    indicator = entry.indicator
    unit = "pp" if indicator["unit"] == "pct" else indicator["unit"]
    text = t.value(found.value, unit, indicator["decimals"], sign=True)
    if found.low is None or found.high is None:
        return text
    low, high = (t.number(each, indicator["decimals"], sign=True) for each in (found.low, found.high))
    return t("{difference} ({low} to {high})", difference=text, low=low, high=high)


def verdict_text(t: Words, found: Difference) -> str:
    """What may be said of a difference; '' where nothing may."""
    return {UNKNOWN: "", NOT_SIGNIFICANT: t("not significant")}.get(found.verdict, t("significant"))
