"""What stops a build from being published by itself: too much of what readers see now would go or jump.

Thresholds are the source's (`Source.most_lost`, `Source.most_moved`) and hold for figures that came from a delivery
or a snapshot; what is shipped in `data/figures` was reviewed in git.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.catalogue import Catalogue

#: Fewer cells than these say nothing about shares.
ENOUGH: Final = 12
#: Ways of figures that a second person has seen already.
REVIEWED: Final = ("shipped", "desk")


@dataclass(frozen=True)
class Verdict:
    """blockers stop the publication, warnings are only said; each is a sentence."""

    blockers: tuple[str, ...]
    warnings: tuple[str, ...]


def renewed(catalogue: Catalogue, ways: Mapping[str, str]) -> set[str]:
    """The sources to weigh: all that have indicators, but those whose figures are shipped, or released at the desk.

    ways: source id → way of its figures in the new build (figures.Figures.way); a source may be absent.
    """
    return {id_ for id_ in catalogue.sources if catalogue.of_source(id_) and ways.get(id_) not in REVIEWED}


def judge(before: pl.DataFrame, cells: pl.DataFrame, catalogue: Catalogue, weighed: Iterable[str]) -> Verdict:
    """Weigh the changes `cells` (etl.diff.changes) against what was there `before` (etl.diff.observations).

    weighed: source ids. A source blocks where more than most_lost of its values vanish, or where the median relative
    move of its revised values exceeds most_moved; half of the latter warns, and so does any loss. Only what the source
    itself says counts: a derived gap near zero doubles at a breath.
    """
    blockers, warnings = [], []
    for id_ in sorted(set(weighed) & set(before["source"].unique().to_list())):
        source = catalogue.sources[id_].source
        own = pl.col("indicator").is_in([indicator.id for indicator in catalogue.of_source(id_)])
        had = before.filter(own & pl.col("value").is_not_null()).height
        mine = cells.filter(own)
        lost = mine.filter(pl.col("change") == "vanished").height
        moved = _median_move(mine)
        if had >= ENOUGH and lost > source.most_lost * had:
            blockers.append(f"{id_}: {lost:,} of {had:,} values vanish (at most {source.most_lost:.0%} may)")
        elif lost:
            warnings.append(f"{id_}: {lost:,} of {had:,} values vanish")
        if moved is not None and moved > source.most_moved:
            blockers.append(
                f"{id_}: revised values move by {moved:.0%} in the median (at most {source.most_moved:.0%})"
            )
        elif moved is not None and moved > source.most_moved / 2:
            warnings.append(f"{id_}: revised values move by {moved:.0%} in the median")
    return Verdict(tuple(blockers), tuple(warnings))


def _median_move(cells: pl.DataFrame) -> float | None:
    """Median of |new − old| ÷ |old| over revised cells with an old value other than zero; None where there are few."""
    revised = cells.filter((pl.col("change") == "revised") & (pl.col("old") != 0))
    if revised.height < ENOUGH:
        return None
    move = revised.select(((pl.col("new") - pl.col("old")).abs() / pl.col("old").abs()).median()).item()
    return float(move)
