"""What a territory's figure is: put together from its members' by the rule of the indicator, or refused with a reason.

Pure. The rules (docs/territories.md): counts and amounts are summed; shares are weighted by their base n; ratios,
changes and gaps are calculated again from their summed parts; whatever else is refused, and so is anything across the
border that is not defined alike on both sides. A territory of one region has that region's own figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import fsum, sqrt
from typing import Any, Final

Row = dict[str, Any]
#: (indicator, member of its breakdown) → period → rows of `queries/territory_figures.sql`.
Figures = Mapping[tuple[str, str], Mapping[str, list[Row]]]

#: From least to most; as in etl/transform/00_prepare.sql.
FLAGS: Final = ("", "p", "e", "b", "u", "a")
#: 97.5 % quantile of the normal distribution, as in etl/transform/30_observation.sql.
Z: Final = 1.959964
#: Low reliability of shares goes when the regions that have it hold less than this part of the pooled base.
DOUBTFUL_SHARE: Final = 0.5
JOINT: Final = ("same", "single")


@dataclass(frozen=True)
class Refusal:
    """Why there is no figure. why: a key of `recipes.refusal`; regions: the members to blame; status: their flags.

    indicator: the part of a derived indicator that cannot be had. period: where another period was needed.
    """

    why: str
    regions: tuple[str, ...] = ()
    status: str = ""
    indicator: str = ""
    inner: Refusal | None = None


@dataclass(frozen=True)
class Recipe:
    """How a figure came about. rule: itself, sum, weighted, ratio, change, change_pct or gap.

    regions: those whose figures went in; split: members taken apart into theirs. base: the pooled n. parts: the figures
    a derived one was calculated from, in the order of the formula. flagged: the regions that gave it its flag.
    """

    rule: str
    regions: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    base: int | None = None
    parts: tuple[Aggregate, ...] = ()
    flagged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Aggregate:
    """A territory's figure in the indicator's unit, or None with a refusal; limits only for pooled shares of n."""

    indicator: str
    member: str
    period: str
    value: float | None = None
    status: str = ""
    n: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    recipe: Recipe | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Case:
    """All that is known of a territory. members: NUTS codes, none inside another.

    indicators: id → row of the build. national: country → the figures of the country itself.
    """

    members: tuple[str, ...]
    indicators: Mapping[str, Row]
    figures: Figures
    national: Mapping[str, Figures] = field(default_factory=dict)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries it lies in."""
        return tuple(sorted({code[:2] for code in self.members}))

    def only(self, member: str) -> Case:
        """The same for one of its members alone."""
        figures = {
            key: {period: [row for row in rows if row["part_of"] == member] for period, rows in periods.items()}
            for key, periods in self.figures.items()
        }
        return replace(self, members=(member,), figures=figures)

    def periods(self, indicator: str, member: str = "") -> list[str]:
        """The periods for which any member has a row, newest last."""
        return sorted(self.figures.get((indicator, member), ()))

    def rows(self, indicator: str, member: str, period: str) -> list[Row]:
        """The rows of one figure."""
        return self.figures.get((indicator, member), {}).get(period, [])


def grouped(rows: Iterable[Row]) -> Figures:
    """Rows of `territory_figures.sql` as `Case.figures`."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in rows:
        found.setdefault((row["indicator"], row["member"]), {}).setdefault(row["period"], []).append(row)
    return found


def worse(flags: Iterable[str]) -> str:
    """The worst of the flags of values that exist."""
    return max(flags, key=FLAGS.index, default="")


def newest(case: Case, indicator: str, member: str = "") -> Aggregate:
    """The figure of the newest period that can be had; where none can, the refusal for the newest."""
    first: Aggregate | None = None
    for period in reversed(case.periods(indicator, member)):
        found = aggregate(case, indicator, member, period)
        if found.value is not None:
            return found
        first = first or found
    return first or aggregate(case, indicator, member, "")


def aggregate(case: Case, indicator: str, member: str, period: str) -> Aggregate:
    """One figure of the territory; never raises for figures that are missing."""
    row = case.indicators[indicator]
    if blocked := _blocked(case, row):
        return _refused(row, member, period, blocked)
    rows = case.rows(indicator, member, period)
    if case.members == tuple(each["region"] for each in rows if each["value"] is not None) and len(rows) == 1:
        return _itself(row, member, period, rows[0])
    if row["derive_kind"]:
        return _DERIVED[row["derive_kind"]](case, row, member, period)
    return _put_together(case, row, member, period, rows)


def _put_together(case: Case, row: Row, member: str, period: str, rows: list[Row]) -> Aggregate:
    """A figure that is its publisher's own, from those of the members."""
    rule = {"sum": _sum, "weighted": _weighted}.get(row["aggregation"])
    if rows and rule is None and len(case.members) > 1:
        return _refused(row, member, period, Refusal("no rule"))
    if gap := _gaps(case, rows):
        return _refused(row, member, period, gap)
    return rule(row, member, period, rows) if rule else _refused(row, member, period, Refusal("no rule"))


def _refused(row: Row, member: str, period: str, refusal: Refusal) -> Aggregate:
    return Aggregate(row["id"], member, period, refusal=refusal)


def _blocked(case: Case, row: Row) -> Refusal | None:
    """What forbids the indicator for this territory in any period."""
    absent = tuple(country for country in case.countries if country not in row["countries"])
    if absent:
        return Refusal("country", tuple(code for code in case.members if code[:2] in absent))
    if len(case.countries) > 1 and row["verdict"] not in JOINT:
        return Refusal("verdict")
    if len(case.countries) > 1 and row["derive_kind"] == "gap":
        return Refusal("two countries")
    return None


def _gaps(case: Case, rows: list[Row]) -> Refusal | None:
    """Members without figures in this period, or with parts that have none."""
    have = {row["part_of"] for row in rows}
    absent = tuple(code for code in case.members if code not in have)
    if absent:
        return Refusal("absent", absent)
    blank = [row for row in rows if row["value"] is None]
    if blank:
        status = "".join(sorted({row["status"] for row in blank}))
        return Refusal("missing", tuple(row["region"] for row in blank), status)
    torn = tuple(dict.fromkeys(row["part_of"] for row in rows if not row["whole"]))
    return Refusal("absent", torn) if torn else None


def _itself(row: Row, member: str, period: str, own: Row) -> Aggregate:
    recipe = Recipe("itself", (own["region"],), base=own["n"])
    limits = {name: own[name] for name in ("status", "n", "ci_low", "ci_high")}
    return Aggregate(row["id"], member, period, own["value"], recipe=recipe, **limits)


def _recipe(rule: str, rows: list[Row], status: str, base: int | None = None) -> Recipe:
    regions = tuple(row["region"] for row in rows)
    split = tuple(dict.fromkeys(row["part_of"] for row in rows if row["region"] != row["part_of"]))
    flagged = tuple(row["region"] for row in rows if status and row["status"] == status)
    return Recipe(rule, regions, split, base, flagged=flagged)


def _sum(row: Row, member: str, period: str, rows: list[Row]) -> Aggregate:
    status = worse(each["status"] for each in rows)
    value = fsum(each["value"] for each in rows)
    return Aggregate(row["id"], member, period, value, status, recipe=_recipe("sum", rows, status))


def _weighted(row: Row, member: str, period: str, rows: list[Row]) -> Aggregate:
    bare = tuple(each["region"] for each in rows if not each["n"])
    if bare:
        return _refused(row, member, period, Refusal("no base", bare))
    base = sum(each["n"] for each in rows)
    share = fsum(each["value"] * each["n"] for each in rows) / base
    value = min(max(share, min(each["value"] for each in rows)), max(each["value"] for each in rows))
    shaky = sum(each["n"] for each in rows if each["status"] == "u")
    kept = [each["status"] for each in rows if each["status"] != "u" or shaky >= DOUBTFUL_SHARE * base]
    status = worse(kept)
    low, high = wilson(value, base) if row["interval"] == "wilson" else (None, None)
    return Aggregate(
        row["id"], member, period, value, status, base, low, high, recipe=_recipe("weighted", rows, status, base)
    )


def wilson(value: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share in per cent of n, as etl/transform/30_observation.sql has it."""
    p, z2n = round(value, 2) / 100, Z * Z / n
    centre = 100 * (p + z2n / 2) / (1 + z2n)
    half = 100 * Z / (1 + z2n) * sqrt(max(p * (1 - p) / n + z2n / (4 * n), 0))
    return min(max(centre - half, 0), value), max(min(centre + half, 100), value)


# ── Derived indicators: from their parts, put together ───────────────────────────────────────────────────────────


def _part(found: Aggregate) -> Refusal:
    """The refusal of a derived figure for want of one of its parts."""
    return Refusal("part", indicator=found.indicator, inner=found.refusal)


def _ratio(case: Case, row: Row, member: str, period: str) -> Aggregate:
    """of ÷ by × factor; a yearly denominator may be some years older (etl/transform/20_derive_ratio.sql)."""
    above = aggregate(case, row["derive_of"], member, period)
    if above.value is None:
        return _refused(row, member, period, _part(above))
    year = int(period[:4])
    ages = [period, *(str(year - age) for age in range((row["derive_lag_years"] or 0) + 1))]
    tried = [
        aggregate(case, row["derive_by"], inner, each)
        for each in dict.fromkeys(ages)
        for inner in dict.fromkeys((member, ""))
    ]
    blank = next((each for each in tried if each.refusal and each.refusal.why != "absent"), tried[0])
    below = next((each for each in tried if each.value is not None), blank)
    if below.value is None:
        return _refused(row, member, period, _part(below))
    if below.value == 0:
        return _refused(row, member, period, Refusal("zero", indicator=below.indicator))
    older = "e" if int(below.period[:4]) < year else ""
    value = above.value * row["derive_factor"] / below.value
    status = worse((above.status, below.status, older))
    return Aggregate(row["id"], member, period, value, status, recipe=Recipe("ratio", parts=(above, below)))


def _change(case: Case, row: Row, member: str, period: str) -> Aggregate:
    """Against `lag` periods before; a break on the way marks it (etl/transform/21_derive_change.sql)."""
    later = aggregate(case, row["derive_of"], member, period)
    if later.value is None:
        return _refused(row, member, period, _part(later))
    before = earlier(period, row["derive_lag"])
    first = aggregate(case, row["derive_of"], member, before)
    if first.value is None:
        return _refused(row, member, period, _part(first))
    if row["derive_kind"] == "change_pct" and first.value == 0:
        return _refused(row, member, period, Refusal("zero", indicator=first.indicator))
    between = [each for each in case.periods(row["derive_of"], member) if before < each < period]
    broken = any(
        each["status"] == "b"
        for one in between
        if len(one) == len(period)
        for each in case.rows(row["derive_of"], member, one)
    )
    value = later.value - first.value
    if row["derive_kind"] == "change_pct":
        value = 100 * value / abs(first.value)
    status = worse((later.status, "" if first.status == "b" else first.status, "b" if broken else ""))
    recipe = Recipe(row["derive_kind"], parts=(later, first))
    return Aggregate(row["id"], member, period, value, status, recipe=recipe)


def _gap(case: Case, row: Row, member: str, period: str) -> Aggregate:
    """Minus the national value of the one country it lies in (etl/transform/22_derive_gap.sql)."""
    found = aggregate(case, row["derive_of"], member, period)
    if found.value is None:
        return _refused(row, member, period, _part(found))
    (country,) = case.countries
    nation = Case((country,), case.indicators, case.national.get(country, {}))
    mean = aggregate(nation, row["derive_of"], member, period)
    if mean.value is None:
        return _refused(row, member, period, _part(mean))
    status = worse((found.status, mean.status))
    recipe = Recipe("gap", parts=(found, mean))
    return Aggregate(row["id"], member, period, found.value - mean.value, status, recipe=recipe)


_DERIVED: Final = {"ratio": _ratio, "change": _change, "change_pct": _change, "gap": _gap}


def earlier(period: str, lag: int) -> str:
    """The period `lag` years, quarters or months before."""
    if len(period) == 4:
        return f"{int(period) - lag:04d}"
    year, mark = int(period[:4]), period[5:]
    if mark.startswith("Q"):
        tick = year * 4 + int(mark[1:]) - 1 - lag
        return f"{tick // 4:04d}-Q{tick % 4 + 1}"
    tick = year * 12 + int(mark) - 1 - lag
    return f"{tick // 12:04d}-{tick % 12 + 1:02d}"


# ── Its place among the units of its country ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Place:
    """Where a figure would stand: rank 1 is the highest, low to high what the limits allow, of how many."""

    rank: int
    low: int
    high: int
    of: int


def place(found: Aggregate, peers: Iterable[Row], decimals: int) -> Place | None:
    """The place a figure would take beside `peers` (rows with value, ci_low, ci_high; the territory not among them).

    decimals: those that values are ranked at (etl/transform/50_ranking.sql). None without peers or value.
    """
    others = list(peers)
    if found.value is None or not others:
        return None
    value = round(found.value, decimals)
    low = value if found.ci_low is None else found.ci_low
    high = value if found.ci_high is None else found.ci_high
    return Place(
        rank=1 + sum(each["value"] > value for each in others),
        low=1 + sum(_limit(each, "ci_low") > high for each in others),
        high=1 + sum(_limit(each, "ci_high") >= low for each in others),
        of=1 + len(others),
    )


def _limit(row: Row, name: str) -> float:
    return float(row["value"] if row[name] is None else row[name])
