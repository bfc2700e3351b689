"""Which displays a slice can have, and what becomes of an address that asks for another one.

Where an indicator cannot be shown as asked, the usual map comes with a sentence; a reader who changes the indicator is
not sent away. What nobody can have offered (limits that do not ascend) is refused, with what would be right.
"""

from __future__ import annotations

import re
from typing import Final

from dashboard import queries
from dashboard.display import basis, is_counted, is_difference, two_sided, wanted
from dashboard.i18n import Words, words
from dashboard.map import classify
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.urls import OWN_LIMITS, MapState, NotFoundError, map_url

#: Longest limit text that is repeated to the reader.
_SHOWN: Final = 40


def offered(indicator: Row, state: MapState, periods: tuple[str, ...]) -> tuple[str, ...]:
    """The views of urls.VIEWS, and `against`, that an indicator has at a level.

    Counts and amounts stay circles (honesty rule 9): of them only a change in per cent is a fill.
    """
    rate, own = not is_counted(indicator), not is_difference(indicator)
    below = state.level != "country"
    allowed = {
        "gap": rate and own and below and "country" in indicator["levels"],
        "change": own and len(periods) > 1,
        "sure": rate,
        "against": rate and own and below,
    }
    return tuple(view for view, yes in allowed.items() if yes)


def partners(build: Build, lang: str, state: MapState) -> dict[str, str]:
    """id → title of what a map of two can set against a state's: rates at its level, without breakdown."""
    known = queries.indicators(build, lang)
    here = set(known[state.indicator]["countries"])
    return {
        id_: row["title"]
        for id_, row in known.items()
        if id_ != state.indicator
        and not is_counted(row)
        and not is_difference(row)
        and not row["members"]
        and state.level in row["levels"]
        and here & set(row["countries"])
    }


def settle(build: Build, lang: str, asked: MapState) -> tuple[MapState, tuple[str, ...]]:
    """A complete state with a display that it can have, and sentences on what was left out of it.

    Raises NotFoundError for an unknown period to count from, and with status 400 for limits that cannot be used.
    """
    if not wanted(asked):
        return asked, ()
    t = words(lang)
    indicator = queries.indicators(build, lang)[asked.indicator]
    periods = queries.periods(build, asked.indicator, asked.level, asked.member)
    views = offered(indicator, asked, periods)
    _known_since(build, indicator, asked)
    state, told = asked, []
    if state.against and ("against" not in views or state.against not in partners(build, lang, state)):
        state = state.but(against="")
        told.append(t("A map of two indicators needs two rates with figures at this level: here is the usual one."))
    if state.against:
        return state.but(view="", since="", scale="", classes=""), tuple(told)
    if state.view and state.view not in views:
        state = state.but(view="")
        told.append(_not_offered(t, indicator, asked.view))
    since = _since(state, periods)
    if state.since and since and since != state.since:
        told.append(
            t(
                "No figures for {period} at this level: counted from {since}.",
                period=t.period(state.since),
                since=t.period(since),
            )
        )
    return _classes(build, indicator, state.but(since=since), t, told), tuple(told)


def _not_offered(t: Words, indicator: Row, view: str) -> str:
    if is_counted(indicator):
        return t("Counts and amounts are circles here; of the other displays they only have the change.")
    if is_difference(indicator):
        return t("This indicator is a difference itself: there is no gap to a mean and no change of it.")
    if view == "change":
        return t("There is only one period: no change can be shown.")
    return t("A gap to the national mean needs regions below the country and a national figure.")


def _known_since(build: Build, indicator: Row, state: MapState) -> None:
    every = {
        period
        for level in indicator["levels"]
        for period in queries.periods(build, indicator["id"], level, state.member)
    }
    if state.since and state.since not in every and not _a_period(state.since):
        raise NotFoundError(state.since, max(every, default=""))


def _a_period(text: str) -> bool:
    """Whether a text may be a period of some indicator: what a change counted from before the indicator was changed."""
    return re.fullmatch(r"[0-9]{4}(-Q[1-4]|-[01][0-9])?", text) is not None


def _since(state: MapState, periods: tuple[str, ...]) -> str:
    """The period a change counts from: the one asked for, else the first that is not the one shown."""
    if state.view != "change":
        return ""
    if state.since in periods:
        return state.since
    return next(period for period in periods if period != state.period)


def _classes(build: Build, indicator: Row, state: MapState, t: Words, told: list[str]) -> MapState:
    """Scale and number of classes as far as they say anything here."""
    if is_counted(indicator) and state.view != "change":
        if state.scale or state.classes:
            told.append(t("Circles have no classes: their area is in proportion to the figure."))
        return state.but(scale="", classes="")
    if state.view == "sure" and not indicator["interval"]:
        return state.but(scale="", classes="")
    if state.scale.startswith(OWN_LIMITS):
        return state.but(scale=_own(build, indicator, state, t), classes="")
    if state.scale == "continuous":
        return state.but(classes="")
    return state.but(scale="quantile") if state.classes and not state.scale else state


def _own(build: Build, indicator: Row, state: MapState, t: Words) -> str:
    """The reader's limits in their one spelling; refused with what is wrong."""
    numbers = [value for values in basis(build, indicator, state).values() for value in values]
    span = (min(numbers), max(numbers)) if numbers else None
    try:
        found = classify.own(state.scale, two_sided=two_sided(indicator, state), span=span)
    except classify.LimitsError as error:
        usual = map_url(t.lang, state.but(scale="", classes=""))
        raise NotFoundError(
            state.scale,
            text=_wrong(t, str(error), state.scale.removeprefix(OWN_LIMITS)[:_SHOWN], span),
            links=((t("Show it in the usual classes"), usual),),
            status=400,
        ) from None
    return OWN_LIMITS + ",".join(f"{limit:.10g}" for limit in found)


def _wrong(t: Words, what: str, text: str, span: tuple[float, float] | None) -> str:
    low, high = (t.number(value, 1) for value in span or (0, 0))
    return {
        classify.LimitsError.WORDS: t("Class limits are numbers, as in 5; 7; 10. “{text}” is not.", text=text),
        classify.LimitsError.COUNT: t(
            "Give two to six limits, which make three to seven classes. “{text}” has not.", text=text
        ),
        classify.LimitsError.ORDER: t(
            "Class limits go up from the lowest to the highest. “{text}” does not.", text=text
        ),
        classify.LimitsError.RANGE: t(
            "No limit of “{text}” lies among the figures, which go from {low} to {high}.", text=text, low=low, high=high
        ),
        classify.LimitsError.SIDES: t(
            "Colours that part at zero need limits that do, as in −2; 0; 2. “{text}” does not.", text=text
        ),
    }[what]
