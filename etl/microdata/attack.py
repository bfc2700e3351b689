"""An attacker who knows everything that is published and every sum that holds, and solves for what is hidden.

Two linear programmes for each hidden cell (HiGHS): the least and the most it can be. Nothing in here is used to choose
what is hidden; it judges the choice.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from etl.microdata.tables import Component, Flags, Floats, Table


def intervals(table: Table, component: Component, hidden: Flags) -> tuple[Floats, Floats]:
    """The least and the most that each hidden cell can be, in the order of the cells; published ones are themselves."""
    low, high = component.values.copy(), component.values.copy()
    cells = np.flatnonzero(hidden)
    if not cells.size:
        return low, high
    known = table.equations[:, cells]
    rows = np.flatnonzero(np.diff(known.indptr))
    parts = known[rows]
    # What the hidden cells of an equation sum to, is minus what its published cells do.
    shown = np.where(hidden, 0.0, component.values)
    sums = -(table.equations[rows] @ shown)
    _, block = connected_components(parts.T @ parts, directed=False)
    for number in range(block.max() + 1):
        inside = np.flatnonzero(block == number)
        own = parts[:, inside]
        used = np.flatnonzero(np.diff(own.indptr))
        bounds = [(component.floor[cells[one]], None) for one in inside]
        for place, one in enumerate(inside):
            for sign, found in ((1.0, low), (-1.0, high)):
                cost = np.zeros(len(inside))
                cost[place] = sign
                done = linprog(cost, A_eq=own[used] if used.size else None, b_eq=sums[used] if used.size else None,
                               bounds=bounds, method="highs")  # fmt: skip
                if done.status == 3:  # unbounded
                    found[cells[one]] = -sign * np.inf
                elif done.status == 0:
                    found[cells[one]] = sign * done.fun
                else:
                    raise RuntimeError(f"the attacker's programme was not solved: {done.message}")
    return low, high
