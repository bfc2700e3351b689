"""Reading JSON deliveries that are a list of records, with the line on which each record begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from etl.model import DeliveryError
from etl.tidy import read_text

_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."


def read_json(path: Path) -> Any:
    """The file's JSON value. Raises DeliveryError for a web page, other bytes, a cut file, or NaN and Infinity."""
    return _loads(path, read_text(path))


def read_records(path: Path, what: str = "records") -> list[tuple[int, dict[str, Any]]]:
    """The records of a JSON list, or of an Opendatasoft page `{"total_count", "results"}` that holds all of them.

    Raises DeliveryError as read_json does, and for any other shape or an incomplete page.
    """
    text = read_text(path)
    data, start = _loads(path, text), 0
    if isinstance(data, dict) and isinstance(data.get("results"), list) and "total_count" in data:
        if len(data["results"]) != data["total_count"]:
            raise DeliveryError(
                f"one page of {len(data['results'])} {what}, where the publisher has {data['total_count']}",
                file=path.name,
                line=1,
                remedy="fetch the export (…/exports/json), which has no pages.",
            )
        data, start = data["results"], text.index("[", text.index('"results"'))
    if not isinstance(data, list) or not data or not all(isinstance(record, dict) for record in data):
        raise DeliveryError(f"the file is not a list of {what}", file=path.name, line=1, remedy=_AGAIN)
    decoder, position, found = json.JSONDecoder(), text.index("[", start) + 1, []
    line, counted = 1, 0
    for _ in data:
        position = text.index("{", position)
        line, counted = line + text.count("\n", counted, position), position
        record, position = decoder.raw_decode(text, position)
        found.append((line, record))
    return found


def _loads(path: Path, text: str) -> Any:
    def refuse(constant: str) -> None:
        raise DeliveryError(f"'{constant}' is not a number that JSON knows", file=path.name, remedy=_AGAIN)

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise DeliveryError(
            f"not valid JSON ({error.msg})", file=path.name, line=error.lineno, remedy=_AGAIN
        ) from error
    except RecursionError as error:
        raise DeliveryError("the JSON is nested too deeply", file=path.name, remedy=_AGAIN) from error
