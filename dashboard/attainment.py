"""How far a promise has come: (current - initial) / (target - initial), as the monitoring tool PILOTE counts it.

Pure. A share may fall below 0 (less than at the start) and exceed 1 (more than promised); it is never cut off. No
report gives no share: that is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose, isfinite

from dashboard.ledger_model import Progress

#: Measures of which somebody promises that there will be more than before: they start at nothing.
FROM_NOTHING = frozenset({"jobs", "professorships", "money", "places", "participants", "organisations", "partnerships"})
#: Kinds that count what there is, or what is missing; they are no way from a start to an aim.
NO_WAY = frozenset({"stock", "share", "need", "rating"})


@dataclass(frozen=True)
class Attained:
    """The share reached, 1 being the whole: of the highest promise and of the lowest (low ≤ high).

    Both are the same where one figure is reported against one promise.
    """

    low: float
    high: float

    @property
    def standing(self) -> str:
        """What to say of it: 'behind' the start, 'part' of the way, 'reached' exactly, 'beyond', or 'between'."""
        first, second = _standing(self.low), _standing(self.high)
        if first == second:
            return first
        return "reached" if {first, second} == {"reached", "beyond"} else "between"


def _standing(share: float) -> str:
    if isclose(share, 1.0, abs_tol=1e-9):
        return "reached"
    if share < 0:
        return "behind"
    return "part" if share < 1 else "beyond"


def share(initial: float, current: float, target: float) -> float | None:
    """The part of the way from `initial` to `target` that lies behind; None where there is no way to go.

    A falling aim (from 100 to 40) counts like a rising one. Where target and start are equal there is nothing to
    divide by: 1 if it is there, else None. Raises ValueError for figures that are not finite.
    """
    if not all(isfinite(value) for value in (initial, current, target)):
        raise ValueError(f"progress needs finite figures, not {initial}, {current}, {target}")
    if target == initial:
        return 1.0 if current == target else None
    return (current - initial) / (target - initial)


def attained(group: Progress, initial: float = 0.0) -> Attained | None:
    """What of a promise is reported, in the same kind and unit; None where it cannot be said.

    That is: no report, no promise, no number in one of them, or a kind that is no way to an aim. The range runs from
    the lowest report against the highest promise to the highest against the lowest, of what was said last.
    """
    ends = (*group.latest, *group.reported)
    if not group.reports or not group.promises or group.kind in NO_WAY or group.measure not in FROM_NOTHING:
        return None
    if any(value is None for value in ends):
        return None
    shares = [share(initial, float(now or 0), float(aim or 0)) for now in group.reported for aim in group.latest]
    known = [each for each in shares if each is not None]
    return Attained(min(known), max(known)) if len(known) == len(shares) else None
