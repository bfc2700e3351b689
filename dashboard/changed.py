"""What has changed since a build: its figures beside those of the build that is published today."""

from __future__ import annotations

from typing import Final

import polars as pl

from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.view import MapView, flag_word

_KEY: Final = ["indicator", "region", "period", "dimension", "member"]
#: A value that moved by less, relative to its size, is the same value calculated in another order (as in the feeds).
_DUST: Final = 1e-9


def cells(old: Build, now: Build) -> pl.DataFrame:
    """The figures that differ, sorted: change (revised, new, vanished, status), the key, old, new, their two statuses.

    old and new are in the indicator's unit, null where there is no value. A cell that is without value in both and in
    one of them only is no change. Only indicators of which a row differs are read.
    """
    return now.recent(("changed", old.id), lambda: _cells(old, now))


def _cells(old: Build, now: Build) -> pl.DataFrame:
    marks = [{row["indicator"]: (row["rows"], row["mark"]) for row in one.rows("fingerprints")} for one in (old, now)]
    moved = sorted(id_ for id_ in marks[0].keys() | marks[1].keys() if marks[0].get(id_) != marks[1].get(id_))
    before, after = (one.frame("observed", indicators=moved) for one in (old, now))
    both = before.join(after, on=_KEY, how="full", coalesce=True, suffix="_now")
    was, value, none = pl.col("value"), pl.col("value_now"), pl.lit(None, pl.String)
    far = (was - value).abs() > _DUST * pl.max_horizontal(was.abs(), value.abs())
    change = (
        pl.when(was.is_null() & value.is_null())
        .then(none)
        .when(was.is_null())
        .then(pl.lit("new"))
        .when(value.is_null())
        .then(pl.lit("vanished"))
        .when(far)
        .then(pl.lit("revised"))
        .otherwise(none)
    )
    other_flag = (pl.col("status") != pl.col("status_now")).fill_null(False)
    return (
        both.with_columns(change=pl.coalesce(change, pl.when(other_flag).then(pl.lit("status"))))
        .filter(pl.col("change").is_not_null())
        .select("change", *_KEY, old="value", new="value_now", old_status="status", new_status="status_now")
        .sort(_KEY)
    )


def in_view(view: MapView, now: Build) -> dict[str, Row]:
    """Region → what changed of its figure in a map view, for the regions that are not faded."""
    state = view.state
    found = cells(view.build, now).filter(
        (pl.col("indicator") == state.indicator)
        & (pl.col("period") == state.period)
        & (pl.col("member") == state.member)
        & pl.col("region").is_in(view.shown)
    )
    return {row["region"]: row for row in found.to_dicts()}


def counted(found: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Indicator → kind of change → how many, the most first."""
    rows = found.group_by("indicator", "change").len().to_dicts()
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["indicator"], {})[row["change"]] = row["len"]
    return dict(sorted(counts.items(), key=lambda one: (-sum(one[1].values()), one[0])))


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────


def kinds(t: Words) -> dict[str, str]:
    """Kind of change → its word; the order is that of lists."""
    return {"revised": t("revised"), "new": t("new"), "vanished": t("withdrawn"), "status": t("other flag")}


def values(t: Words, row: Row | None, old: float | None, new: float | None) -> tuple[str, str]:
    """Both values of an indicator as readers see them; with as many more decimals as it takes to tell them apart."""
    unit, decimals = (row["unit"], row["decimals"]) if row else ("", 2)
    sign = row is not None and row["derive_kind"] in ("change", "change_pct", "gap")

    def text(value: float | None, extra: int) -> str:
        if value is None:
            return ""
        if not extra:
            return t.value(value, unit, decimals, sign=sign)
        return t.number(value, decimals + extra, sign=sign) + t.suffix(unit)

    for extra in range(7):
        first, second = text(old, extra), text(new, extra)
        if first != second:
            break
    return first, second


def then_and_now(t: Words, row: Row | None, cell: Row) -> tuple[str, str]:
    """What stood there and what stands there today: values, or flags where only the flag is another."""
    if cell["change"] == "status":
        return tuple(flag_word(t, cell[name]) or t("no flag") for name in ("old_status", "new_status"))  # type: ignore[return-value]
    old, new = values(t, row, cell["old"], cell["new"])
    return old or flag_word(t, cell["old_status"] or "m"), new or flag_word(t, cell["new_status"] or "m")
