"""Reading one cell of an upload by its field: the constraints of the Table Schema first, then the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dashboard.desk.schemas import Field, Schema

#: The two countries share their clock.
_CLOCK: Final = ZoneInfo("Europe/Berlin")
_PLAIN: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_COMMA: Final = re.compile(
    r"-?(\d{1,15},\d{1,6}|\d{1,3}([. \u00a0\u202f]\d{3})+(,\d{1,6})?|\d{1,3}(,\d{3})+(\.\d{1,6})?)"
)
_PERIOD: Final = re.compile(r"(19|20)\d{2}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CellError(ValueError):
    """what, hint: as in `problems.Problem`."""

    def __init__(self, what: str, **hint: str) -> None:
        self.what, self.hint = what, hint
        super().__init__(what)


#: Failed constraint of the Table Schema → the problem.
_FAILED: Final = {
    "required": "required",
    "enum": "enum",
    "minimum": "range",
    "maximum": "range",
    "maxLength": "long",
}
Reader = Callable[[str], Any]


def readers(schema: Schema) -> dict[str, Reader]:
    """Column → a function that gives a cell's value or raises CellError."""
    from frictionless import Schema as TableSchema  # noqa: PLC0415 - half a second that only a check needs

    table = TableSchema.from_descriptor(_plain(schema.descriptor))
    checks = {one.name: one.create_cell_reader() for one in table.fields}
    return {one.name: _reader(one, checks[one.name]) for one in schema.fields}


def _plain(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """The standard's part of a descriptor; numbers are read as text first, to tell a comma from a word."""
    return {"fields": [{key: raw[key] for key in ("name", "type", "constraints") if key in raw}
                       for raw in descriptor["fields"]]}  # fmt: skip


def _reader(field: Field, check: Callable[[Any], tuple[Any, dict[str, str] | None]]) -> Reader:
    form = _FORMS.get(field.form)

    def read(text: str) -> Any:
        value, failed = check(text)
        if failed:
            kind = next(iter(failed))
            if kind == "type":
                raise _number(text)
            raise CellError(_FAILED[kind], choices=", ".join(field.choices))
        if value is None:
            return None
        if not isinstance(value, str):
            if not _PLAIN.fullmatch(text):
                raise _number(text)
            return text
        return form(value) if form else value

    return read


def _number(text: str) -> CellError:
    if _COMMA.fullmatch(text):
        last = max(text.rfind(","), text.rfind(".") if "," in text else -1)
        digits = re.sub(r"[^\d-]", "", text[:last] if last >= 0 else text)
        rest = text[last + 1 :] if last >= 0 else ""
        alone = text.count(",") > 1 and "." not in text
        return CellError("comma", near=re.sub(r"[^\d-]", "", text) if alone or not rest else f"{digits}.{rest}")
    return CellError("number")


def _line(text: str) -> str:
    if any(ord(sign) < 32 or sign in "<>\x7f" for sign in text):
        raise CellError("line")
    if text[0] in "=+@-\t\r" and not re.fullmatch(r"[+-]?[\d .,%]+", text):
        raise CellError("formula")
    return text


def _id(text: str) -> str:
    return _matching(_ID, text)


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise CellError("form")
    return text


def _day(text: str) -> str:
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text) and "1900" <= text[:4] <= "2100":
        try:
            date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
            return text
        except ValueError:
            pass
    raise CellError("form")


def _moment(text: str) -> str:
    """A moment by the clock of both countries, or with an offset; as UTC."""
    plain = re.sub(r" Europe/(Berlin|Paris)$", "", text)
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise CellError("form") from None
    if moment.tzinfo is None:
        if len(plain) < 16:
            raise CellError("form")
        first = moment.replace(tzinfo=_CLOCK)
        if first.utcoffset() != first.replace(fold=1).utcoffset():
            raise CellError("clock")
        moment = first
    if moment <= datetime.now(UTC):
        raise CellError("past")
    return moment.astimezone(UTC).isoformat()


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("https", "http") and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        whole = False
    if not whole or re.search(r"[\s<>\"{}|\\^`\[\]]|\.\.\.|…", text):
        raise CellError("form")
    return text


def _source(text: str) -> str:
    return _line(text) if re.match(r"cited:\s*\S", text) and "|" not in text else _address(text)


_FORMS: Final[Mapping[str, Callable[[str], Any]]] = {
    "line": _line,
    "id": _id,
    "programme": _line,
    "promise": _line,
    "indicator": _line,
    "region": _line,
    "period": lambda text: _matching(_PERIOD, text),
    "day": _day,
    "moment": _moment,
    "address": _address,
    "source": _source,
    "desk_id": lambda text: _matching(re.compile(r"desk_[a-z0-9]+(_[a-z0-9]+)*"), text),
    "key": lambda text: _matching(re.compile(r"[a-z][a-z0-9_]*"), text),
}
