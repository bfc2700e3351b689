"""Reading JSON deliveries that are a list of records, with the line on which each record begins."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from etl.model import DeliveryError
from etl.tidy import read_number, read_text

#: More digits than any figure has; a table's integers are of 64 bits.
_MOST_DIGITS: Final = 18
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_AGAIN: Final = "fetch the delivery again; if the publisher really changed it, adapt the source's module and its test."


def read_json(path: Path) -> Any:
    """The file's JSON value. Raises DeliveryError for a web page and as `loads` does."""
    return loads(path, read_text(path))


def read_records(path: Path, what: str = "records") -> list[tuple[int, dict[str, Any]]]:
    """The records of a JSON list, or of an Opendatasoft page `{"total_count", "results"}` that holds all of them.

    Raises DeliveryError as read_json does, and for any other shape or an incomplete page.
    """
    text = read_text(path)
    data, start = loads(path, text), 0
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


def loads(path: Path, text: str) -> Any:
    """The JSON value of a file's text, read so that nothing is silently other than it stands there.

    Raises DeliveryError for a cut file, a key that stands twice in one object (readers keep the last), a number that
    is none (NaN) or that a computer cannot hold (1e999, 1e-999), and half a character (an escaped lone surrogate).
    """
    try:
        found = json.loads(
            text, object_pairs_hook=_once, parse_float=_number, parse_int=_whole, parse_constant=_constant
        )
        if _SURROGATE.search(text):
            json.dumps(found, ensure_ascii=False).encode()
    except _RefusalError as error:
        problem, key = error.args
        raise DeliveryError(problem, file=path.name, column=key, remedy=_AGAIN) from error
    except json.JSONDecodeError as error:
        problem = f"not valid JSON ({error.msg}); the file looks truncated"
        raise DeliveryError(problem, file=path.name, line=error.lineno, remedy=_AGAIN) from error
    except UnicodeEncodeError as error:
        problem = f"{error.object[error.start : error.end]!r} is half a character"
        raise DeliveryError(problem, file=path.name, remedy=_AGAIN) from error
    except RecursionError as error:
        raise DeliveryError("the JSON is nested too deeply", file=path.name, remedy=_AGAIN) from error
    return found


class _RefusalError(Exception):
    """What is wrong, and the key at which it stands ('' where that is not known)."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RefusalError(f"the key '{twice}' stands twice", twice)
    return found


def _number(digits: str) -> float:
    if (found := read_number(digits)) is None:
        raise _RefusalError(f"'{digits[:40]}' is too large or too small to be a number", "")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise _RefusalError(f"'{digits[:40]}…' is too large to be a number", "")
    return int(digits)


def _constant(text: str) -> None:
    raise _RefusalError(f"'{text}' is not a number that JSON knows", "")
