"""How a territory's figure came about, or why there is none, as a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard import queries
from dashboard.aggregate import Aggregate, Recipe, Refusal
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.territories import short_list
from dashboard.view import flag_word, level_name


def value(t: Words, indicator: Row, figure: Aggregate) -> str:
    """A figure as text with its unit; changes and gaps with their sign."""
    if figure.value is None:
        return ""
    signed = indicator["derive_kind"] in ("change", "change_pct", "gap")
    return t.value(figure.value, indicator["unit"], indicator["decimals"], sign=signed)


def names(build: Build, t: Words, codes: Iterable[str]) -> str:
    """Regions by name, the first few where there are many."""
    known = queries.regions(build)
    return short_list(t, [known[code].name(t.lang) for code in codes])


def recipe(build: Build, t: Words, figure: Aggregate) -> str:
    """How a figure that exists was put together: rule, members, base, periods."""
    found = figure.recipe
    if found is None:
        return ""
    if found.rule == "itself":
        return t("The region’s own figure.")
    if found.parts:
        return _derived(build, t, figure, found)
    sentences = [
        t("Sum of {n} regions.", n=t.number(len(found.regions)))
        if found.rule == "sum"
        else t(
            "Mean of {n} regions, weighted by their base; together {base}.",
            n=t.number(len(found.regions)),
            base=t.number(found.base or 0),
        )
    ]
    if found.split:
        sentences.append(t("Taken from its parts: {names}.", names=names(build, t, found.split)))
    if found.flagged:
        sentences.append(flagged(build, t, figure))
    return " ".join(sentences)


def flagged(build: Build, t: Words, figure: Aggregate) -> str:
    """Which regions gave a figure its flag."""
    regions = figure.recipe.flagged if figure.recipe else ()
    return t("Flag “{flag}” from: {names}.", flag=flag_word(t, figure.status), names=names(build, t, regions))


def _derived(build: Build, t: Words, figure: Aggregate, found: Recipe) -> str:
    known = queries.indicators(build, t.lang)
    one, two = found.parts
    values = {
        "a": known[one.indicator]["short"],
        "va": value(t, known[one.indicator], one),
        "pa": t.period(one.period),
        "b": known[two.indicator]["short"],
        "vb": value(t, known[two.indicator], two),
        "pb": t.period(two.period),
    }
    templates = {
        "ratio": t("Calculated from {a} ({va}, {pa}) and {b} ({vb}, {pb}), each put together first."),
        "change": t("{va} in {pa} against {vb} in {pb}, each put together first."),
        "change_pct": t("{va} in {pa} against {vb} in {pb}, each put together first."),
        "gap": t("{va} against {vb} in the whole country."),
    }
    text = templates[found.rule].format(**values)
    inner = next((part for part in (one, two) if part.status == figure.status and figure.status), None)
    if inner and inner.recipe and inner.recipe.flagged:
        text += " " + flagged(build, t, inner)
    return text


def refusal(build: Build, t: Words, indicator: Row, found: Refusal) -> str:
    """Why there is no figure for the territory."""
    if found.inner:
        part = queries.indicators(build, t.lang)[found.indicator]
        return t("{part} is needed for it. {why}", part=part["title"], why=refusal(build, t, part, found.inner))
    regions = names(build, t, found.regions)
    if found.why == "country":
        gaps = [indicator["gaps"].get(country, "") for country in sorted({code[:2] for code in found.regions})]
        return " ".join(filter(None, gaps)) or t("There are no figures for {names}.", names=regions)
    if found.why == "absent":
        return _absent(t, indicator, regions, found)
    flags = t.listed([flag_word(t, letter) for letter in found.status])
    return {
        "missing": t("Without a value: {names} ({flags}).", names=regions, flags=flags),
        "no rule": _no_rule(t, indicator),
        "verdict": t(
            "Not defined alike on both sides of the border, so not put together. {why}",
            why=indicator["comparability"],
        ),
        "two countries": t("Its measure is the national value, and the territory lies in two countries."),
        "no base": t("The base needed to weight the shares is not known for: {names}.", names=regions),
        "zero": t("The denominator is zero, so there is no ratio."),
    }[found.why]


def _absent(t: Words, indicator: Row, regions: str, found: Refusal) -> str:
    """Not published as finely as the territory is drawn."""
    only = indicator["countries"][0] if len(indicator["countries"]) == 1 else ""
    country = only or (found.regions[0][:2] if len({code[:2] for code in found.regions}) == 1 else "")
    levels = t.listed([level_name(t, level, country) for level in indicator["levels"]])
    return t("Not published for {names}, only for: {levels}.", names=regions, levels=levels)


def _no_rule(t: Words, indicator: Row) -> str:
    if indicator["kind"] == "index":
        return t("An index can be neither added nor averaged over regions.")
    if indicator["kind"] in ("count", "amount"):
        return t("These figures overlap between regions and must not be added.")
    return t("Shares can be put together only with the base they were measured on, and the publisher does not give it.")
