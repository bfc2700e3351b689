"""Known publisher errors: `etl/corrections/<source>.toml`, each guarded by the value it expects to find.

[[correction]]
id = "grant_times_ten"                   # the reason key that the corrected row carries
match = {measure = "grants_eur", region = "FRK26", period = "2019"}   # must name exactly one row
expect = 4500000                         # what the publisher delivered
set = 450000                             # what it should be
reason = {de = "…", fr = "…", en = "…"}   # the reader's sentence
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Final

import polars as pl

from etl.declaration import Keys, read_toml
from etl.model import LANGUAGES, CatalogueError, DeliveryError

_MATCH: Final = {"measure", "region", "period", "dimension", "member"}


@dataclass(frozen=True)
class Correction:
    """One corrected cell of a tidy table; `file` is where the correction stands."""

    file: str
    id: str
    match: Mapping[str, str]
    expect: float
    set: float
    reason: Mapping[str, str]


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """The corrections of one source; raises CatalogueError naming file and key."""
    raw = Keys(path.name, read_toml(path))
    raw.only({"correction"})
    return tuple(_correction(Keys(path.name, item, ("correction",))) for item in raw.get("correction", list))


def _correction(raw: Keys) -> Correction:
    raw.only({"id", "match", "expect", "set", "reason"})
    match, reason = raw.sentences("match"), raw.sentences("reason")
    if not {"measure", "region", "period"} <= set(match) or set(match) - _MATCH:
        raise CatalogueError(f"{raw.place('match')}: needs measure, region, period; may have dimension, member")
    if set(reason) != set(LANGUAGES):
        raise CatalogueError(f"{raw.place('reason')}: one sentence in each of {', '.join(LANGUAGES)}")
    number = (int, float)
    expect, new = float(raw.get("expect", number)), float(raw.get("set", number))
    return Correction(raw.file, raw.text("id"), match, expect, new, reason)


def correct(tidy: pl.DataFrame, corrections: Iterable[Correction]) -> pl.DataFrame:
    """The tidy table with the corrections applied.

    Raises DeliveryError where the delivered value is no longer the expected one: the publisher may have mended it.
    """
    for fix in corrections:
        key = {"dimension": "", "member": "", **fix.match}
        here = reduce(and_, (pl.col(column) == text for column, text in key.items()))
        found = tidy.filter(here)["value"].to_list()
        name = ", ".join(f"{column}={text}" for column, text in fix.match.items())
        if len(found) != 1:
            raise DeliveryError(
                f"the correction '{fix.id}' names {len(found)} rows of the delivery ({name})",
                file=fix.file,
                remedy="make `match` name exactly one row, or remove the correction.",
            )
        if found[0] is None or not math.isclose(found[0], fix.expect, rel_tol=1e-9):
            raise DeliveryError(
                f"the correction '{fix.id}' expects {fix.expect:g}, the delivery has "
                f"{'no value' if found[0] is None else format(found[0], 'g')} ({name})",
                file=fix.file,
                remedy="has the publisher corrected it? Then remove the correction.",
            )
        tidy = tidy.with_columns(
            value=pl.when(here).then(fix.set).otherwise("value"),
            reason=pl.when(here).then(pl.lit(fix.id)).otherwise("reason"),
        )
    return tidy
