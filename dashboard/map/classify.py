"""Class limits from values: quantiles, equal intervals, natural breaks, a continuous ramp, or the reader's own.

Pure: numbers in, inner limits out. Which numbers these are, so that a colour keeps its meaning while drilling and
through time, is `dashboard.display`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Final

import kmeans1d

from dashboard.urls import OWN_LIMITS, SCALES

METHODS: Final = SCALES
#: How many classes a reader may ask for, and get without asking.
FEWEST, MOST, USUAL = 3, 7, 6
#: Steps of the ramp that is drawn as "continuous": neighbours differ by less than the eye can tell.
STEPS: Final = 25


class LimitsError(ValueError):
    """The reader's own limits cannot be used; the text is one of WORDS, COUNT, ORDER, RANGE, SIDES."""

    WORDS, COUNT, ORDER, RANGE, SIDES = "words", "count", "order", "range", "sides"


def limits(values: Sequence[float], method: str, classes: int, *, two_sided: bool = False) -> tuple[float, ...]:
    """Inner limits, ascending, of at most `classes` classes: class i holds what is at or above limit i.

    two_sided: symmetrical around 0, both arms from the absolute values; an even number of classes has a limit at 0, an
    odd number a class around it. Fewer classes come back where the values are too alike. Raises KeyError for a method
    that is none of METHODS.
    """
    count = STEPS if method == "continuous" else classes
    if two_sided:
        arm = _arm(sorted(abs(value) for value in values), method, count)
        return tuple([-limit for limit in reversed(arm)] + [0.0] * (count % 2 == 0) + arm)
    ordered = sorted(values)
    return tuple(_inner(ordered, method, count)) if ordered else ()


def _arm(ordered: list[float], method: str, count: int) -> list[float]:
    """The limits above 0. With an odd count the innermost class spans both sides and is half of one on each."""
    if not ordered or not ordered[-1]:
        return []
    if method in ("equal", "continuous"):
        most = _quantile(ordered, 0.98) if method == "continuous" else ordered[-1]
        first, width = (0.5 if count % 2 else 1.0), 2 * (most or ordered[-1]) / count
        return [width * (first + step) for step in range((count - 1) // 2)]
    found = _inner(ordered, method, (count + 1) // 2)
    return [limit for limit in found if limit > 0]


def _inner(ordered: list[float], method: str, count: int) -> list[float]:
    least, most = ordered[0], ordered[-1]
    found = {"quantile": _quantiles, "equal": _equal, "jenks": _natural, "continuous": _even}[method](ordered, count)
    return [limit for limit in sorted(set(found)) if least < limit <= most]


def _quantiles(ordered: list[float], count: int) -> list[float]:
    """Equal numbers. Where the lowest value alone fills a class (many have none), those of the values above it."""
    if ordered[0] == _quantile(ordered, 1 / count):
        ordered = [value for value in ordered if value > ordered[0]] or ordered
    return [_quantile(ordered, i / count) for i in range(1, count)]


def _equal(ordered: list[float], count: int) -> list[float]:
    """Equal widths from the lowest to the highest value."""
    return [ordered[0] + (ordered[-1] - ordered[0]) * i / count for i in range(1, count)]


def _even(ordered: list[float], count: int) -> list[float]:
    """Equal widths between the 2nd and the 98th percentile: one outlier must not make all others alike."""
    low, high = _quantile(ordered, 0.02), _quantile(ordered, 0.98)
    return [low + (high - low) * i / count for i in range(1, count)]


def _natural(ordered: list[float], count: int) -> list[float]:
    """Jenks' natural breaks: the least variance within classes, as kmeans1d finds it. A limit is a class's lowest."""
    if len(set(ordered)) <= count:
        return list(ordered)
    found: dict[int, float] = {}
    for value, cluster in zip(ordered, kmeans1d.cluster(ordered, count).clusters, strict=True):
        found.setdefault(cluster, value)
    return list(found.values())


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours (type 7 of Hyndman and Fan, as DuckDB's quantile_cont)."""
    at = (len(ordered) - 1) * share
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def rounded(found: Sequence[float], decimals: int) -> tuple[float, ...]:
    """Limits with the decimals that figures are written with, or as many more as keep them apart."""
    for more in range(decimals, decimals + 6):
        text = [round(limit, more) + 0.0 for limit in found]
        if len(set(text)) == len(text):
            return tuple(text)
    return tuple(found)


def own(text: str, *, two_sided: bool = False, span: tuple[float, float] | None = None) -> tuple[float, ...]:
    """`own:5,10,20` as limits, also `5; 7,5; 20` and `5 10 20`. Raises LimitsError, which says what is wrong.

    span: lowest and highest value there is; limits that all lie outside would leave one class. two_sided: colours
    that part at 0 need limits that do.
    """
    text = text.removeprefix(OWN_LIMITS).strip().replace("−", "-")
    parts = text.replace(",", ".").split(";") if ";" in text else text.split("," if "," in text else None)
    try:
        found = tuple(float(part) + 0.0 for part in parts[: MOST + 1])
    except ValueError:
        raise LimitsError(LimitsError.WORDS) from None
    if not all(isfinite(limit) for limit in found):
        raise LimitsError(LimitsError.WORDS)
    if not FEWEST - 1 <= len(found) <= MOST - 1:
        raise LimitsError(LimitsError.COUNT)
    if any(a >= b for a, b in pairwise(found)):
        raise LimitsError(LimitsError.ORDER)
    if two_sided and any(a != -b for a, b in zip(found, reversed(found), strict=True)):
        raise LimitsError(LimitsError.SIDES)
    if span and not any(span[0] < limit <= span[1] for limit in found):
        raise LimitsError(LimitsError.RANGE)
    return found
