"""Writes the same cells in Eurostat's three formats, as its API publishes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

#: One row of a dataset: the codes of its dimensions, geo, then period → cell as TSV has it ("24.21", "10.88 u", ":").
Row = tuple[tuple[str, ...], str, Mapping[str, str]]


def rows(table: str) -> list[Row]:
    """Rows from text: a header of periods, then `code,code,geo cell | cell`, as in TSV."""
    first, *lines = table.strip().splitlines()
    periods = [period.strip() for period in first.split("|")]
    found = []
    for line in lines:
        key, cells = line.split(" ", 1)
        *codes, geo = key.split(",")
        parts = [cell.strip() for cell in cells.split("|")]
        found.append((tuple(codes), geo, dict(zip(periods, parts, strict=True))))
    return found


def tsv(dims: tuple[str, ...], table: list[Row]) -> str:
    """sdmx/2.1/data/<code>?format=TSV: trailing blanks, newest year last, ': ' for nothing."""
    periods = list(table[0][2])
    lines = ["\t".join([",".join(["freq", *dims, "geo"]) + "\\TIME_PERIOD", *(f"{period} " for period in periods)])]
    for codes, geo, cells in table:
        texts = [cell if " " in cell else f"{cell} " for cell in cells.values()]
        lines.append("\t".join([",".join(["A", *codes, geo]), *texts]))
    return "\n".join(lines) + "\n"


def sdmx_csv(dims: tuple[str, ...], table: list[Row], code: str = "X") -> str:
    """sdmx/2.1/data/<code>?format=SDMX-CSV: no row for a bare ':', confidentiality in a column of its own."""
    lines = [
        ",".join(["DATAFLOW", "LAST UPDATE", "freq", *dims, "geo", "TIME_PERIOD", "OBS_VALUE,OBS_FLAG,CONF_STATUS"])
    ]
    for codes, geo, cells in table:
        for period, cell in cells.items():
            number, _, flag = cell.partition(" ")
            if cell != ":":
                secret = "C" if "c" in flag else ""
                texts = ["" if number == ":" else number, flag.replace("c", ""), secret]
                lines.append(
                    ",".join([f"ESTAT:{code.upper()}(1.0)", "27/02/26 11:00:00", "A", *codes, geo, period, *texts])
                )
    return "\n".join(lines) + "\n"


def jsonstat(dims: tuple[str, ...], table: list[Row]) -> str:
    """statistics/1.0/data/<code>?format=JSON: one line, sparse `value` and `status` by flat index."""
    ids = ["freq", *dims, "geo", "time"]
    axes = [["A"], *([] for _ in dims), [], list(table[0][2])]
    for codes, geo, _ in table:
        for axis, code in zip(axes[1:-1], (*codes, geo), strict=True):
            if code not in axis:
                axis.append(code)
    values: dict[str, float] = {}
    flags: dict[str, str] = {}
    for codes, geo, cells in table:
        for period, cell in cells.items():
            at = 0
            for axis, code in zip(axes, ("A", *codes, geo, period), strict=True):
                at = at * len(axis) + axis.index(code)
            number, _, flag = cell.partition(" ")
            if number != ":":
                values[str(at)] = float(number) if re.search(r"[.eE]", number) else int(number)
            if flag:
                flags[str(at)] = flag
    dimension = {
        name: {
            "label": name,
            "category": {
                "index": {code: at for at, code in enumerate(axis)},
                "label": {code: f"Label of {code}" for code in axis},
            },
        }
        for name, axis in zip(ids, axes, strict=True)
    }
    body = {
        "version": "2.0",
        "class": "dataset",
        "label": "constructed in the published format, not a real delivery",
        "source": "ESTAT",
        "updated": "2026-02-27T11:00:00+0100",
        "value": values,
        **({"status": flags} if flags else {}),
        "id": ids,
        "size": [len(axis) for axis in axes],
        "dimension": dimension,
        "extension": {"lang": "EN", "status": {"label": {"u": "low reliability"}}},
    }
    return json.dumps(body, separators=(",", ":"))
