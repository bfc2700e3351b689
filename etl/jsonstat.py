"""Reader for JSON-stat 2.0, the format of Eurostat's statistics API, into the same long frame as `etl/sdmx.py`.

Body: `id` and `size` (the dimensions and how many categories each has), `dimension.<id>.category.index` (code →
position), `value` and `status` by flat index: Σ position · stride, row-major in the order of `id`. A cell that is in
neither does not exist; a flagged cell without a value is in `status` alone. JSON has no lines: errors name the key.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from etl import records, tidy
from etl.model import DeliveryError

_AGAIN: Final = "fetch the delivery again; if Eurostat changed the format, adapt etl/jsonstat.py and its tests."
_LATER: Final = "fetch again in some minutes, fewer datasets at a time; or narrow the filter of the address."
_NARROW: Final = "narrow the filter of the address in the source's module: fewer codes or fewer years."
_RENAMED: Final = "look the dataset up in Eurostat's data browser; if it was renamed or closed, adapt its module."
_FILTER: Final = "compare the address with the dataset's dimensions and codes in Eurostat's data browser, adapt both."

#: What Eurostat's API says when it does not answer with data: part of its text → what to do about it.
_REMEDIES: Final = {
    "ASYNCHRONOUS_RESPONSE": _LATER,
    "EXTRACTION_TOO_BIG": _NARROW,
    "INVALID_QUERY": _FILTER,
    "413": _NARROW,
    "416": _NARROW,
    "404": _RENAMED,
    "400": _FILTER,
}


def refused(path: Path, status: str, fault: str, label: str) -> DeliveryError:
    """The error for an answer of Eurostat's API that is no data; status: HTTP, fault: Eurostat's own number."""
    said = " ".join(part for part in (status, f"(fault {fault})" if fault else "", label.strip()) if part)
    found = next((remedy for text, remedy in _REMEDIES.items() if text in f"{label} {status}"), _LATER)
    return DeliveryError(f"Eurostat's API answered with no data: {said[:300]}", file=path.name, remedy=found)


def read(
    path: Path, text: str, dims: Collection[str], where: Mapping[str, Collection[str]], countries: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The cells of a JSON-stat cube that match `where` and lie in one of the countries.

    Returns rows with the dimensions, `geo`, `period`, `value`, `flag` and `line` (None). Raises DeliveryError for an
    error or a warning saved as the file, for a cube whose parts do not fit each other, and for one without a value.
    """
    body = _body(path, text)
    ids, sizes = _axes(path, body)
    tidy.expect_columns(path, ids, [*dims, "geo", "time"], ignore=("freq",), line=None)
    codes = {name: _codes(path, body, name, size) for name, size in zip(ids, sizes, strict=True)}
    total = math.prod(sizes)
    values, flags = _cells(path, body, "value", total), _cells(path, body, "status", total)
    if not values and not flags:
        empty = [name for name, size in zip(ids, sizes, strict=True) if size == 0]
        why = f": no category of {', '.join(empty)}" if empty else ""
        raise DeliveryError(
            f"the answer holds no value at all{why}; Eurostat answers so to a code it does not know",
            file=path.name,
            column="value",
            remedy=_FILTER,
        )
    wanted = [_positions(codes[name], name, where, countries) for name in ids]
    strides = [math.prod(sizes[at + 1 :]) for at in range(len(sizes))]
    rows = []
    for place in itertools.product(*wanted):
        at = sum(position * stride for (_, position), stride in zip(place, strides, strict=True))
        value, flag = values.get(at), flags.get(at, "")
        if value is not None or flag:
            row = {name: code for name, (code, _) in zip(ids, place, strict=True)}
            rows.append({**row, "period": row["time"], "value": _number(path, value, at), "flag": flag, "line": None})
    return rows


def _body(path: Path, text: str) -> dict[str, Any]:
    body = records.loads(path, text)
    if not isinstance(body, dict):
        raise _broken(path, "this is JSON, but no JSON-stat dataset", "")
    for kind in ("error", "warning"):
        if kind in body:
            said = body[kind][0] if isinstance(body[kind], list) and body[kind] else body[kind]
            said = said if isinstance(said, dict) else {"label": said}
            raise refused(path, str(said.get("status", "")), str(said.get("id", "")), str(said.get("label", "")))
    if body.get("class") != "dataset" or not str(body.get("version", "")).startswith("2."):
        raise _broken(path, f"class {body.get('class')!r} version {body.get('version')!r}, not a dataset 2.0", "class")
    return body


def _axes(path: Path, body: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    ids, sizes = body.get("id"), body.get("size")
    if not isinstance(ids, list) or not isinstance(sizes, list) or len(ids) != len(sizes):
        raise _broken(path, "'id' and 'size' are not two lists of the same length", "size")
    if not all(isinstance(name, str) for name in ids):
        raise _broken(path, f"'id' is {ids}, not names of dimensions", "id")
    if not all(isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 10**6 for size in sizes):
        raise _broken(path, f"'size' is {sizes}, not numbers of categories", "size")
    return ids, sizes


def _codes(path: Path, body: Mapping[str, Any], name: str, size: int) -> dict[str, int]:
    """Code → position; JSON-stat lets a list, or a single label without index, stand for the mapping."""
    try:
        category = body["dimension"][name]["category"]
        index = category.get("index", list(category.get("label", ())))
        codes = dict(zip(index, itertools.count(), strict=False)) if isinstance(index, list) else dict(index)
        fits = sorted(codes.values()) == list(range(size)) and all(isinstance(code, str) for code in codes)
    except (KeyError, TypeError, AttributeError, ValueError):
        fits, codes = False, {}
    if not fits:
        raise _broken(path, f"the categories of '{name}' do not number 0 to {size - 1}", name)
    return codes


def _cells(path: Path, body: Mapping[str, Any], key: str, total: int) -> dict[int, Any]:
    """Flat index → cell, of `value` (numbers) or `status` (letters), without the cells that are null."""
    cells = body.get(key, {})
    if isinstance(cells, list):
        if len(cells) not in (0, total):
            raise _broken(path, f"'{key}' has {len(cells)} cells where 'size' makes {total}", key)
        cells = {str(at): cell for at, cell in enumerate(cells)}
    if not isinstance(cells, dict):
        raise _broken(path, f"'{key}' is neither a mapping nor a list", key)
    found = {}
    for at, cell in cells.items():
        if not (at.isascii() and at.isdigit() and len(at) < 12 and int(at) < total):
            raise _broken(path, f"'{key}' has a cell '{at}', but 'size' makes only 0 to {total - 1}", key)
        if cell is None or cell == "":
            continue
        if key == "status" and not isinstance(cell, str):
            raise _broken(path, f"the status {cell!r} of cell {at} is no text", key)
        found[int(at)] = cell.strip().lower() if key == "status" else cell
    return found


def _positions(
    codes: Mapping[str, int], name: str, where: Mapping[str, Collection[str]], countries: tuple[str, ...]
) -> list[tuple[str, int]]:
    if name == "geo":
        return [(code, at) for code, at in codes.items() if code.startswith(countries)]
    allowed = {"freq": ("A",), **where}.get(name)
    return [(code, at) for code, at in codes.items() if allowed is None or code in allowed]


def _number(path: Path, value: Any, at: int) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _broken(path, f"cell {at} is {value!r}, not a number", "value")
    return float(value)


def _broken(path: Path, problem: str, column: str) -> DeliveryError:
    return DeliveryError(problem, file=path.name, column=column, remedy=_AGAIN)
