"""What an office must know of a run before it hands its figures on: what was read, left out, hidden and lost."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.microdata import expression, inputs, rules
from etl.microdata.aggregate import Result
from etl.microdata.recipe import Recipe

_TOLD: Final = 50
_WARNING: Final = (
    "Internal: this report says which cells are unsafe and why, which tells an attacker more than the figures do. "
    "Publish the Parquet file only."
)


def report(result: Result, recipe: Recipe, path: Path) -> dict[str, Any]:
    """The report as plain data; the figures themselves are not in it, nor is any value of a hidden cell."""
    cells = result.cells
    hidden = cells.filter("hidden")
    why = dict(sorted(hidden.group_by("why").len().iter_rows()))
    finest = cells.filter(pl.col("dimension") == "")
    lost = finest.filter("hidden")
    return {
        "warning": _WARNING,
        "recipe": recipe.id,
        "recipe_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "engine": result.engine,
        "files": len(result.files),
        "bytes": sum(map(inputs.size, result.files)),
        "files_left_out": {str(one): problem for one, problem in result.bad_files.items()},
        "rows_counted": int(_counted(result)),
        "rows_left_out": {
            **{fault: {"rows": rows, "what": expression.FAULTS[fault]} for fault, rows in result.raw.faults.items()},
            **({"not_placed": _unplaced(result)} if result.raw.unplaced else {}),
        },
        "strata_with_one_unit": {"count": len(result.strata), "first": list(result.strata[:_TOLD]),
                                 "treated": recipe.measure.lonely} if result.strata else {},
        "disclosure": _rules(recipe),
        "cells": cells.height,
        "cells_hidden": hidden.height,
        "cells_hidden_by": {name: why[name] for name in (*rules.PRIMARY, rules.SECONDARY) if name in why},
        "periods_by_way_of_hiding": _ways(result),
        "cells_hidden_share_pct": round(100 * hidden.height / max(1, cells.height), 2),
        "rows_in_hidden_totals_share_pct": round(100 * int(lost["rows"].sum()) / max(1, int(finest["rows"].sum())), 2),
        "proven_width_of_hidden_cells": {name: round(width, 6) for name, width in result.protected.narrowest.items()},
        "largest_change_by_rounding": _moved(cells) if recipe.disclosure.method == "round" else 0,
        "hidden": hidden.select("region", "period", "dimension", "member", "why").to_dicts(),
    }  # fmt: skip


def summary(found: dict[str, Any]) -> str:
    """The same in some lines for a person."""
    by = ", ".join(f"{name} {count}" for name, count in found["cells_hidden_by"].items()) or "none"
    left = sum(one["rows"] for one in found["rows_left_out"].values())
    lines = [
        f"rows: {found['rows_counted']:,} counted, {left:,} left out",
        f"cells: {found['cells']:,}, hidden {found['cells_hidden']:,} ({found['cells_hidden_share_pct']} %): {by}",
    ]
    if found["files_left_out"]:
        lines.append(f"files left out: {', '.join(list(found['files_left_out'])[:5])}")
    if found["strata_with_one_unit"]:
        one = found["strata_with_one_unit"]
        lines.append(f"strata with one unit: {one['count']}, treated as '{one['treated']}'")
    if found["disclosure"]["method"] == "none":
        lines.append(f"NO disclosure control: {found['disclosure']['reason']}")
    return "\n".join(lines)


def plain(found: dict[str, Any]) -> bytes:
    """The report's file."""
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()


def _counted(result: Result) -> int:
    good = result.raw.frames["reduced"]
    return int(good["rows"].sum()) - sum(result.raw.unplaced.values())


def _unplaced(result: Result) -> dict[str, Any]:
    codes = result.raw.unplaced
    first = {code: result.raw.places.unknown[code] for code in list(codes)[:_TOLD]}
    return {"rows": sum(codes.values()), "codes": len(codes), "what": "the region's code is unknown", "first": first}


def _ways(result: Result) -> dict[str, int]:
    """How what goes along was chosen → in so many periods; which way depends on the cells of the period alone."""
    told = {0: "one unsafe cell at a time"}
    ways = result.protected.ways
    return {
        told.get(apart, f"unsafe cells more than {apart} sums apart at a time"): ways[apart] for apart in sorted(ways)
    }


def _moved(cells: pl.DataFrame) -> float:
    return float((cells["released"] - cells["rows"]).abs().max() or 0)  # type: ignore[arg-type]


def _rules(recipe: Recipe) -> dict[str, Any]:
    found = recipe.disclosure
    told: dict[str, Any] = {"method": found.method}
    if found.method == "none":
        return told | {"reason": found.reason}
    if found.method == "round":
        return told | {"base": found.base}
    told |= {"minimum": found.minimum, "contributor": found.unit or "row"}
    if recipe.measure.kind == "sum":
        told |= {"dominance": [found.dominance_n, found.dominance_k], "p_percent": found.p_percent}
    return told
