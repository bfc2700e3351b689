"""Secondary suppression: which safe cells must be hidden, too, so that no hidden one can be solved for.

First every sum with one hidden part gets a second one. Then it is asked whether another table exists that agrees with
all that is published and differs in the unsafe cells by their protection levels: for many of them at once within what
is hidden already, and for what is left by itself, where the linear programme finds the cheapest cells that would have
to change along, and they are hidden (Kelly, Golden & Assad 1992, Networks 22, 397–417; Castro 2012, European J. of
Operational Research 216, 257–269). The other tables are the proof: an attacker cannot tell them from ours.

One programme for each unsafe cell loses least, and takes a minute for 10⁴ cells. In larger tables one programme
therefore moves all those that lie so far apart that what one of them needs is hardly what another one needs (APART);
programmes that move neighbours together hide up to twice as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from etl.microdata.tables import Component, Flags, Floats, Table
from etl.model import CheckError

#: Relative to a value: what counts as no change.
_TOLERANCE: Final = 1e-6
#: How many tables with half of the open cells moved at once are tried, within what is hidden.
_TRIES: Final = 6
#: Cells of a period up to which unsafe cells must lie so many sums apart for one programme to move both; 0: each has
#: its own. Measured on tables with 52 to 95 % unsafe cells, processor time: 1,223 cells one by one take 5 to 7 s, 2,275
#: take 10 s; these are 4 s with 5 sums between them, and 0.1 % fewer are shown; 8,500 cells are 5 to 11 s with 3 sums.
APART: Final = ((1_300, 0), (2_500, 5), (10**9, 3))
_ROUNDS: Final = 25
#: What it is worth to move an unsafe cell by one, against the cost of hiding another.
_REWARD: Final = 1e4

Cells = npt.NDArray[np.int64]


@dataclass
class _Proof:
    """By how much each cell was seen to be able to lie above and below its value (both ≥ 0) in one component."""

    up: Floats
    down: Floats

    def learn(self, change: Floats) -> None:
        self.up = np.maximum(self.up, change)
        self.down = np.maximum(self.down, -change)

    def lacking(self, component: Component, hidden: Flags) -> tuple[Floats, Floats]:
        """How far each hidden cell must still be moved up and down; 0 where it is proven or nothing is asked."""
        slack = _TOLERANCE * np.maximum(1.0, np.abs(component.values))
        narrow = hidden & (self.up + self.down < component.width - slack)
        up = np.where(self.up < component.up - slack, component.up, np.where(narrow, component.width, 0.0))
        return up, np.where(self.down < component.down - slack, component.down, 0.0)


@dataclass
class Suppressed:
    """hidden: cells that must not be published; widths: of each component, how wide a hidden cell is at least.

    apart: the sums between two cells that one programme moved, of APART; 0: each had its own.
    """

    hidden: Flags
    widths: dict[str, Floats] = field(default_factory=dict)
    apart: int = 0


def suppress(table: Table) -> Suppressed:
    """The cells to hide; raises CheckError where they cannot be protected whatever else is hidden."""
    hidden = table.unsafe.copy()
    apart = next(sums for cells, sums in APART if len(hidden) <= cells)
    if not hidden.any():
        return Suppressed(hidden, apart=apart)
    proofs = [_Proof(np.zeros(len(hidden)), np.zeros(len(hidden))) for _ in table.components]
    chance = np.random.default_rng(8)  # which cells are tried together; the same for the same table
    for _ in range(_ROUNDS):
        before = hidden.copy()
        _second_parts(table, hidden)
        for component, proof in zip(table.components, proofs, strict=True):
            _together(table, component, proof, hidden, chance)
            if apart:
                _in_turn(table, component, proof, hidden, apart)
            _in_turn(table, component, proof, hidden, 0)
            _expect_proven(component, proof, before)
        if (hidden == before).all():
            widths = {c.name: p.up + p.down for c, p in zip(table.components, proofs, strict=True)}
            return Suppressed(hidden, widths, apart)
    raise CheckError(
        "hiding others protects no unsafe cell here. Remedy: fewer levels or breakdowns, or method = 'round'."
    )


def _second_parts(table: Table, hidden: Flags) -> None:
    """Hide the smallest living cell of each equation that has a single hidden one."""
    matrix, size = table.equations, table.components[0].values
    while True:
        counts = (abs(matrix) @ hidden.astype(float)).round()
        changed = False
        for row in np.flatnonzero(counts == 1):
            cells = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
            free = cells[~hidden[cells] & ~table.dead[cells]]
            if hidden[cells].sum() == 1 and free.size:
                hidden[free[np.argmin(size[free])]] = True
                changed = True
        if not changed:
            return


def _together(table: Table, component: Component, proof: _Proof, hidden: Flags, chance: np.random.Generator) -> None:
    """Move a random half of the open cells up, and of those to go down the other half, within what is hidden."""
    for _ in range(_TRIES):
        up, down = proof.lacking(component, hidden)
        if not (up.any() or down.any()):
            return
        half = chance.random(len(hidden)) < 0.5
        change = _moved(table, component, hidden, np.where(half, up, 0.0), np.where(half, 0.0, down), more=False)
        proof.learn(change)


def _in_turn(table: Table, component: Component, proof: _Proof, hidden: Flags, apart: int) -> None:
    """The cells that are still open, each once and the most in need first, hiding what must move along."""
    for batch in _batches(table, component, proof, hidden, apart):
        for way in (0, 1):
            asked = [np.where(batch, part, 0.0) for part in proof.lacking(component, hidden)]
            asked[1 - way] = np.zeros(len(hidden))
            if not asked[way].any():
                continue
            change = _moved(table, component, hidden, asked[0], asked[1], more=True)
            hidden |= np.abs(change) > _TOLERANCE * np.maximum(1.0, np.abs(component.values))
            proof.learn(change)


def _batches(table: Table, component: Component, proof: _Proof, hidden: Flags, apart: int) -> Iterator[Flags]:
    """Cells to move together: one, or as many as lie more than `apart` sums away from each other."""
    near = abs(table.equations)
    done = np.zeros(len(hidden), dtype=bool)
    while True:
        need = np.where(done, 0.0, np.add(*proof.lacking(component, hidden)))
        order = np.argsort(-need, kind="stable")[: np.count_nonzero(need)]
        if not order.size:
            return
        batch, close = np.zeros(len(hidden), dtype=bool), np.zeros(len(hidden), dtype=bool)
        for cell in order if apart else order[:1]:
            if close[cell]:
                continue
            batch[cell] = True
            around = np.zeros(len(hidden))
            around[cell] = 1.0
            for _ in range(apart):
                around = np.minimum(near.T @ (near @ around), 1.0)
            close |= around > 0
        done |= batch
        yield batch


def _expect_proven(component: Component, proof: _Proof, hidden: Flags) -> None:
    """What was hidden along the way is looked at in the next round."""
    if any(part[hidden].any() for part in proof.lacking(component, hidden)):
        raise CheckError(
            f"a cell cannot be protected in '{component.name}', whatever else is hidden. "
            "Remedy: fewer levels or breakdowns, or method = 'round'."
        )


def _moved(table: Table, component: Component, hidden: Flags, up: Floats, down: Floats, *, more: bool) -> Floats:
    """The change to another table that adds up, in which cells go up and down as far as asked for (0: nothing).

    more: whether cells that are not hidden yet may change, too, at the cost of what hiding them loses.
    """
    cells = np.flatnonzero(~table.dead if more else hidden)
    matrix = table.equations[:, cells]
    matrix = matrix[np.flatnonzero(np.diff(matrix.indptr))]
    asked_up, asked_down = up[cells], down[cells]
    rising, falling = np.flatnonzero(asked_up), np.flatnonzero(asked_down)
    room = np.maximum(component.values - component.floor, 0.0)[cells] - asked_down
    price = 1.0 + np.log1p(np.abs(table.components[0].values[cells])) + 1e-3 * np.abs(component.values[cells])
    price = np.where(hidden[cells], 0.0, price)
    reward = _REWARD * max(1.0, float(price.max()))
    cost = np.concatenate([price, price, np.full(len(rising) + len(falling), -reward)])
    # What is to go up must not pay for it by going down.
    most_up = np.where(asked_down > 0, 0.0, np.inf)
    most_down = np.where(asked_up > 0, 0.0, np.maximum(room, 0.0))
    high = np.concatenate([most_up, most_down, asked_up[rising], asked_down[falling]])
    columns: Any = sparse.hstack([matrix, -matrix, matrix[:, rising], -matrix[:, falling]], format="csr")
    done = linprog(
        cost,
        A_eq=columns if columns.shape[0] else None,
        b_eq=np.zeros(columns.shape[0]) if columns.shape[0] else None,
        bounds=np.column_stack([np.zeros(len(high)), high]),
        method="highs",
    )
    change = np.zeros(len(hidden))
    if done.status != 0:
        return change
    count, last = len(cells), len(cells) * 2 + len(rising)
    moved = done.x[:count] - done.x[count : 2 * count]
    moved[rising] += done.x[2 * count : last]
    moved[falling] -= done.x[last:]
    change[cells] = moved
    return change
