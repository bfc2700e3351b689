"""A parcel of figures as JSON-stat 2.0: one cube of figure × region × breakdown × period.

`figure` is the metric dimension: each indicator, and behind it its base, limits and range of ranks, each with its unit
and decimals. So a page of many indicators is one cube, too, not a collection: a reader opens one file and picks.
Most cells of such a cube do not exist, so values and flags go by their index (docs/exports.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import orjson

from dashboard.exports.parcel import Parcel
from dashboard.i18n import Words
from dashboard.queries import Row

#: The category of a breakdown for the total, as SDMX has it.
TOTAL: Final = "_T"
#: The columns that are figures of their own beside the value; the category is <indicator>.<column>.
BESIDE: Final = (
    "shown", "n", "ci_low", "ci_high", "rank", "rank_low", "rank_high", "of", "difference", "difference_low",
    "difference_high",
)  # fmt: skip
_COUNTED: Final = ("n", "rank", "rank_low", "rank_high", "of")
DIMENSIONS: Final = ("figure", "region", "breakdown", "period")


class NoCubeError(Exception):
    """The rows are no figures by region and period."""


@dataclass(frozen=True)
class _Cell:
    """Where a row lies, without its figure."""

    region: str
    breakdown: str
    period: str


def jsonstat(parcel: Parcel) -> bytes:
    """The dataset; raises NoCubeError for tables that are none."""
    if not parcel.is_figures:
        raise NoCubeError(parcel.table.name)
    t = parcel.words
    rows = [(row, _cell(parcel, row)) for row in parcel.table.rows if row["indicator"] in parcel.indicators]
    rows = [(row, cell) for row, cell in rows if cell.region and cell.period]
    axes = _axes(parcel, rows)
    found = _filled(rows, axes)
    order = list(DIMENSIONS)
    flags = {row["status"]: row["status_text"] for row, _ in rows if row.get("status") and row.get("status_text")}
    body: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "label": parcel.title,
        "href": parcel.address,
        "source": "; ".join(f"{one.title}, {one.publisher}" for one in parcel.sources),
        "updated": max((one.retrieved.isoformat() for one in parcel.sources if one.retrieved), default=None),
        "note": [*parcel.notes, *(one.credit for one in parcel.sources)],
        "id": order,
        "size": [len(axes[name]) for name in order],
        "role": {"time": ["period"], "geo": ["region"], "metric": ["figure"]},
        "dimension": {name: _dimension(label, axes[name]) for name, label in _labels(t).items()},
        "value": found.values,
        "link": {"license": [{"href": address} for address in parcel.licences.values() if address]},
        "extension": {
            "build": parcel.build.id,
            "lang": t.lang,
            "licence": list(parcel.licences),
            "status": {"label": flags | parcel.flags},
            "remarks": found.remarks,
            "remark": found.remark,
        },
    }
    body["dimension"]["figure"]["category"]["unit"] = _units(parcel, axes["figure"])
    if found.status:
        body["status"] = found.status
    return orjson.dumps({name: part for name, part in body.items() if part is not None})


def _labels(t: Words) -> dict[str, str]:
    """Dimension → its label, in their order."""
    return {"figure": t("Figure"), "region": t("Region"), "breakdown": t("Breakdown"), "period": t("Period")}


def _cell(parcel: Parcel, row: Row) -> _Cell:
    """Members of different breakdowns that are spelt alike stay apart."""
    member = row.get("member") or ""
    alone = len(parcel.indicators) == 1
    return _Cell(row["code"], (member if alone else f"{row['indicator']}.{member}") if member else TOTAL, row["period"])


def _axes(parcel: Parcel, rows: list[tuple[Row, _Cell]]) -> dict[str, dict[str, str]]:
    """Dimension → category → label, each in its order: figures as picked, regions as in the table, periods in time."""
    t = parcel.words
    titles = {one.name: one.title for one in parcel.columns}
    beside: dict[str, set[str]] = {}
    for row, _ in rows:
        beside.setdefault(row["indicator"], set()).update(name for name in BESIDE if row.get(name) is not None)
        titles["shown"] = row.get("shown_as") or titles.get("shown", "")
    figures: dict[str, str] = {}
    for id_, indicator in parcel.indicators.items():
        if id_ in beside:
            figures[id_] = indicator["title"]
            named = [name for name in BESIDE if name in beside[id_]]
            figures |= {f"{id_}.{name}": f"{indicator['title']}: {titles[name]}" for name in named}
    regions: dict[str, str] = {}
    breakdown: dict[str, str] = {}
    for row, cell in rows:
        regions.setdefault(cell.region, row["entity"])
        breakdown.setdefault(cell.breakdown, row.get("breakdown") or t("Total"))
    periods = {period: t.period(period) for period in sorted({cell.period for _, cell in rows})}
    return {"figure": figures, "region": regions, "breakdown": breakdown, "period": periods}


@dataclass
class _Filled:
    """Index of a cell → value, flag, place of its remark among the remarks."""

    values: dict[str, float]
    status: dict[str, str]
    remark: dict[str, int]
    remarks: list[str]


def _filled(rows: list[tuple[Row, _Cell]], axes: Mapping[str, Mapping[str, str]]) -> _Filled:
    places = {name: {key: at for at, key in enumerate(categories)} for name, categories in axes.items()}
    sizes = [len(axes[name]) for name in DIMENSIONS]
    strides = [prod(sizes[at + 1 :]) for at in range(len(sizes))]
    found, remarks = _Filled({}, {}, {}, []), dict[str, int]()
    for row, cell in rows:
        inner = (
            places["region"][cell.region] * strides[1]
            + places["breakdown"][cell.breakdown] * strides[2]
            + places["period"][cell.period] * strides[3]
        )
        here = str(places["figure"][row["indicator"]] * strides[0] + inner)
        if here in found.values or here in found.status:
            continue  # FRY1 is a région and a unit of NUTS 2: its ranks are those of the coarser level
        if row.get("value") is not None:
            found.values[here] = row["value"]
        if row.get("status"):
            found.status[here] = row["status"]
        if row.get("recipe"):
            found.remark[here] = remarks.setdefault(row["recipe"], len(remarks))
        for name in BESIDE:
            if row.get(name) is not None:
                beside = places["figure"][f"{row['indicator']}.{name}"] * strides[0] + inner
                found.values[str(beside)] = row[name]
    found.remarks = list(remarks)
    return found


def _dimension(label: str, categories: Mapping[str, str]) -> dict[str, Any]:
    return {"label": label, "category": {"index": list(categories), "label": dict(categories)}}


def _units(parcel: Parcel, figures: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Unit and decimals of each figure: limits and differences as the value, the rest are counts."""
    found: dict[str, dict[str, Any]] = {}
    for key in figures:
        id_, _, beside = key.partition(".")
        row = parcel.indicators[id_]
        points = beside.startswith("difference") and row["unit"] == "pct"
        label = (
            "" if beside in (*_COUNTED, "shown") else parcel.words("percentage points") if points else row["unit_words"]
        )
        found[key] = {"decimals": 0 if beside in _COUNTED else row["decimals"], "label": label}
    return found
