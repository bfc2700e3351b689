"""What a comparison shows, in sentences made by rule from its figures; none says more than they carry."""

from __future__ import annotations

from dashboard.compare.model import Comparison, Line
from dashboard.differences import NOT_SIGNIFICANT, SIGNIFICANT, Difference
from dashboard.queries import Row

#: How many indicators without an interval the paragraph names: those that lie farthest apart.
FARTHEST = 2


def findings(comparison: Comparison) -> list[str]:
    """What can be compared; each share with an interval and its verdict; where they lie farthest apart and closest."""
    t, lines = comparison.words, comparison.lines
    whole = [line for line in lines if line.complete]
    joint = [line for line in whole if line.joint]
    found = [_scope(comparison, lines, whole, joint)]
    sure = [line for line in joint if line.indicator["interval"]]
    found += [text for line in sure if (text := _judged(comparison, line))]
    rates = [line for line in joint if line not in sure and _plain_rate(line)]
    rates.sort(key=lambda line: -_ratio(line))
    for line in rates[:FARTHEST]:
        if _ratio(line) > 1:
            found.append(_spread(comparison, line))
    if len(rates) > FARTHEST:
        found.append(t("Closest together: {finding}", finding=_spread(comparison, rates[-1])))
    return found


def _scope(comparison: Comparison, lines: list[Line], whole: list[Line], joint: list[Line]) -> str:
    t = comparison.words
    parts = [t("On one scale: {n} of {of} indicators.", n=len(joint), of=len(lines))]
    if len(whole) > len(joint):
        n = len(whole) - len(joint)
        parts.append(t("On a scale for each country, because definitions differ: {n}.", n=n))
    if len(lines) > len(whole):
        parts.append(t("Without figures for all of them: {n}; the reason stands there.", n=len(lines) - len(whole)))
    return " ".join(parts)


def finding(comparison: Comparison, line: Line) -> str:
    """What one indicator shows, as a sentence; with what may be said of the difference."""
    return _judged(comparison, line) if line.indicator["interval"] else _spread(comparison, line)


def _judged(comparison: Comparison, line: Line) -> str:
    """A share with limits: the values, and whether the differences to the first are more than chance."""
    t, first = comparison.words, comparison.codes[0]
    doubtful = [comparison.name(code) for code, row in line.rows.items() if row["status"] == "a"]
    text = _spread(comparison, line)
    if doubtful:
        return text + " " + t("Suspected artefact: {names}; no conclusion is drawn.", names=t.listed(doubtful))
    by = {
        verdict: [c for c, d in line.differences.items() if d.verdict == verdict]
        for verdict in (SIGNIFICANT, NOT_SIGNIFICANT)
    }
    if len(comparison.codes) == 2 and line.differences:
        (difference,) = line.differences.values()
        if difference.verdict == SIGNIFICANT:
            return text + " " + t("The difference is significant.")
        return text + " " + t("The difference is not significant.") if difference.verdict == NOT_SIGNIFICANT else text
    for verdict, names in ((v, t.listed([comparison.name(c) for c in codes])) for v, codes in by.items() if codes):
        if verdict == SIGNIFICANT:
            text += " " + t("Significantly different from {first}: {names}.", first=comparison.name(first), names=names)
        else:
            text += " " + t(
                "Not significantly different from {first}: {names}.", first=comparison.name(first), names=names
            )
    return text


def _spread(comparison: Comparison, line: Line) -> str:
    """The values of all regions, highest first, as one sentence."""
    t = comparison.words
    rows = sorted(line.rows.values(), key=lambda row: -row["value"])
    named = [f"{comparison.name(row['region'])} {written(comparison, line.indicator, row['value'])}" for row in rows]
    title = line.indicator["title"]
    return t("{indicator}, {period}: {list}.", indicator=title, period=t.period(line.period), list=t.listed(named))


def _plain_rate(line: Line) -> bool:
    """A share or ratio, all values positive and beyond doubt; not a change or gap, whose ratio says nothing."""
    rows = line.rows.values()
    derived = line.indicator["derive_kind"] in ("change", "change_pct", "gap")
    sure = all(row["value"] > 0 and row["status"] not in ("a", "u") for row in rows)
    return line.indicator["kind"] in ("rate", "index") and not derived and sure


def _ratio(line: Line) -> float:
    values = [row["value"] for row in line.rows.values()]
    return float(max(values) / min(values))


def written(comparison: Comparison, indicator: Row, value: float) -> str:
    """A value with its unit; changes and gaps with their sign."""
    sign = indicator["derive_kind"] in ("change", "change_pct", "gap")
    return comparison.words.value(value, indicator["unit"], indicator["decimals"], sign=sign)


def written_difference(comparison: Comparison, indicator: Row, value: float) -> str:
    """A difference with sign and unit: shares differ by percentage points."""
    t = comparison.words
    unit = "pp" if indicator["unit"] == "pct" else indicator["unit"]
    text = t.value(value, unit, indicator["decimals"], sign=True)
    return text if value <= 0 or text.startswith("+") or not any(c in "123456789" for c in text) else f"+{text}"


def verdict(comparison: Comparison, difference: Difference) -> str:
    """Significant or not, in words; nothing where it cannot be said."""
    t = comparison.words
    return {SIGNIFICANT: t("significant"), NOT_SIGNIFICANT: t("not significant")}.get(difference.verdict, "")
