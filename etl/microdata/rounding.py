"""Controlled rounding: every count becomes a multiple of a base, and all sums still hold.

Each cell goes to the multiple just below or just above it, which keeps 0 and multiples as they are; which of the two
is a mixed-integer programme (HiGHS) that changes the table least (Cox 1987, J. American Statistical Association 82,
520–524). Where two breakdowns leave no such table, cells may go one multiple further. An attacker knows each cell to
within the base.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from etl.microdata.tables import Floats, Table
from etl.model import CheckError


def rounded(table: Table, base: int) -> Floats:
    """The counts of the table as multiples of `base`; raises CheckError where there is no such table."""
    values = table.components[0].values
    below = np.floor(values / base)
    for more in (0, 1):
        exact = values == below * base
        low = np.where(exact & (more == 0), below, np.maximum(below - more, 0))
        high = np.where(exact & (more == 0), below, below + 1 + more)
        high = np.where(values == 0, 0, high)
        found = _nearest(table, values, base, low, high)
        if found is not None:
            return found
    raise CheckError("no table of rounded counts adds up. Remedy: one breakdown less, or method = 'suppress'.")


def _nearest(table: Table, values: Floats, base: int, low: Floats, high: Floats) -> Floats | None:
    """Multiples within limits that add up, with the least sum of distances; None where there are none."""
    count, sums = len(values), table.equations.shape[0]
    eye = sparse.eye_array(count)
    # Behind the multiples k stand the distances d ≥ |base·k − value|.
    parts = [
        LinearConstraint(sparse.hstack([base * eye, -eye], format="csr"), -np.inf, values),
        LinearConstraint(sparse.hstack([base * eye, eye], format="csr"), values, np.inf),
    ]
    if sums:
        empty = sparse.csr_array((sums, count))
        parts.append(LinearConstraint(sparse.hstack([table.equations, empty], format="csr"), 0, 0))
    done = milp(
        np.concatenate([np.zeros(count), np.ones(count)]),
        integrality=np.concatenate([np.ones(count), np.zeros(count)]),
        bounds=Bounds(np.concatenate([low, np.zeros(count)]), np.concatenate([high, np.full(count, np.inf)])),
        constraints=parts,
    )
    return None if done.x is None else np.asarray(np.round(done.x[:count]) * base)
