"""What an attacker knows of a table: which cells add up to which others, and what each hidden one protects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from etl.microdata.recipe import Recipe
from etl.microdata.rules import SECONDARY_SHARE

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Component:
    """One additive quantity of the cells, of which what is published lets an attacker solve for what is not.

    values: of each cell. floor: what an attacker knows a hidden cell to be at least. up, down: by how much an unsafe
    cell must still be able to lie above and below its value. width: how wide the interval of any hidden cell must be.
    """

    name: str
    values: Floats
    floor: Floats
    up: Floats
    down: Floats
    width: Floats


@dataclass(frozen=True)
class Table:
    """The cells of one period. equations: one row each, +1 for the parts, −1 for the whole; all cells sum to 0 in it.

    unsafe: the cells that the primary rules hide. dead: the cells without a row, which everybody knows to be 0.
    """

    equations: Any
    components: tuple[Component, ...]
    unsafe: Flags
    dead: Flags


def table(cells: pl.DataFrame, recipe: Recipe, parents: Mapping[str, str]) -> Table:
    """The table of one period's cells, as `rules.primary` marked them, in their order."""
    keys = cells.select("region", "dimension", "member").rows()
    return Table(
        equations=equations(keys, parents),
        components=tuple(_components(cells, recipe.measure.kind)),
        unsafe=(cells["why"] != "").to_numpy(),
        dead=(cells["rows"] == 0).to_numpy(),
    )


def equations(keys: list[tuple[str, str, str]], parents: Mapping[str, str]) -> Any:
    """Sparse matrix: a region is the sum of its parts in each member, a total the sum of each dimension's members.

    keys: (region, dimension, member) of each cell; a cell that is not there is 0.
    """
    index = {key: number for number, key in enumerate(keys)}
    sums: dict[tuple[Any, ...], list[int]] = {}
    for number, (region, dimension, member) in enumerate(keys):
        if region in parents and (parents[region], dimension, member) in index:
            sums.setdefault(("region", parents[region], dimension, member), []).append(number)
        if dimension:
            sums.setdefault(("members", region, dimension), []).append(number)
    data: list[float] = []
    rows: list[int] = []
    columns: list[int] = []
    for row, (what, parts) in enumerate(sums.items()):
        whole = index[what[1:] if what[0] == "region" else (what[1], "", "")]
        rows += [row] * (len(parts) + 1)
        columns += [*parts, whole]
        data += [1.0] * len(parts) + [-1.0]
    return sparse.csr_array((data, (rows, columns)), shape=(len(sums), len(keys)))


def _components(cells: pl.DataFrame, kind: str) -> list[Component]:
    rows = cells["rows"].to_numpy().astype(float)
    need = cells["protect_count"].to_numpy().astype(float)
    zero = np.zeros(len(rows))
    if kind in ("share", "weighted_share"):
        hits = cells["hits"].to_numpy().astype(float)
        # Nobody is hurt by a known "none of them"; a known "all of them" says it of each.
        found = [
            Component("with the mark", hits, zero, np.where(hits > 0, need, 0), zero, _ones(hits > 0)),
            Component("without the mark", rows - hits, zero, need, zero, _ones(rows > hits)),
        ]
        if kind == "weighted_share":
            each = cells["w"].to_numpy() / np.maximum(rows, 1)
            for name, part, plain in (
                ("weight with the mark", cells["wy"].to_numpy(), found[0]),
                ("weight without the mark", (cells["w"] - cells["wy"]).to_numpy(), found[1]),
            ):
                found.append(Component(name, part, zero, plain.up * each, zero, SECONDARY_SHARE * part))
        return found
    # Where 0 is published, what is hidden is at least 1, and an attacker knows that.
    found = [Component("rows", rows, _ones(rows > 0), need, zero, _ones(rows > 0))]
    if kind == "sum":
        total = cells["total"].to_numpy().astype(float)
        need = cells["protect_total"].to_numpy().astype(float)
        found.append(Component("amount", total, zero, need, np.minimum(need, total), SECONDARY_SHARE * total))
    return found


def _ones(where: Flags) -> Floats:
    return where.astype(np.float64)
