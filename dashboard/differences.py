"""The difference of two figures, with its interval where the figures have one, and what may be said of it.

Figures are rows of the build (`queries.Row`): value, ci_low, ci_high, status. `indicator.interval` tells whether a
difference can be significant: "wilson" is a share of a sample of n, whose limits stand in the row. Without it there
are none, and no talk of significance: counts of a register have no sampling error, and of a survey whose publisher
does not give n the error is unknown. Both are UNKNOWN here; the indicator's method says which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

SIGNIFICANT: Final = "significant"
NOT_SIGNIFICANT: Final = "not significant"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Difference:
    """a minus b in the figures' unit (percentage points for shares). low, high: 95 % interval, None where unknown.

    verdict: SIGNIFICANT where the interval leaves out 0, else NOT_SIGNIFICANT; UNKNOWN without an interval, or where
    one of the figures is a suspected artefact: sampling error is not what is in doubt there.
    """

    value: float
    low: float | None
    high: float | None
    verdict: str


def difference(a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> Difference | None:
    """a minus b; None where one of the figures is missing.

    The interval is Newcombe's hybrid score interval, from the Wilson limits of each share (method 10 in R. G. Newcombe,
    Interval estimation for the difference between independent proportions: comparison of eleven methods, Statistics in
    Medicine 17 (1998) 873-890). It takes the two samples as independent. Where one holds the other (a region and its
    country) or both are much the same firms (a region in two years) it is wider than need be: it errs towards
    "not significant".
    """
    if a is None or b is None or a["value"] is None or b["value"] is None:
        return None
    value = a["value"] - b["value"]
    if any(row[limit] is None for row in (a, b) for limit in ("ci_low", "ci_high")):
        return Difference(value, None, None, UNKNOWN)
    low = value - sqrt((a["value"] - a["ci_low"]) ** 2 + (b["ci_high"] - b["value"]) ** 2)
    high = value + sqrt((a["ci_high"] - a["value"]) ** 2 + (b["value"] - b["ci_low"]) ** 2)
    if "a" in (a["status"], b["status"]):
        return Difference(value, low, high, UNKNOWN)
    return Difference(value, low, high, NOT_SIGNIFICANT if low <= 0 <= high else SIGNIFICANT)
