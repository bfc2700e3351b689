"""Reading one cell of the ledger: each form of cell has a function that gives its value or says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from etl import codes
from etl.audience import read_moment
from etl.ledger_tables import Column
from etl.model import AtlasError

Value = str | float | bool | None


class CellError(ValueError):
    """What is wrong with a cell, and what to write instead."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SEED: Final = re.compile(r"seed:\d{3}_[0-9a-f]{16}")
#: A title, or an office with a name behind it. The ledger names institutions only.
_PERSON: Final = re.compile(
    r"\b(Prof|Dr|Mme|Mr|Mrs|Ms)\.? +[A-ZÄÖÜÉ]|\b(Minister(in)?|Ministre|Staatssekretär(in)?|Präsident(in)?"
    r"|Sprecher(in)?|Stadtsprecher(in)?|Dezernent(in)?|Herr|Frau|Monsieur|Madame) +(Dr\. +)?[A-ZÄÖÜÉ][a-zäöüßé]+"
)
_LONGEST: Final = 1500


def read_cell(column: Column, text: str) -> Value | list[Value]:
    """The value of a cell that is not empty; raises CellError."""
    if not column.several:
        return _one(column, text)
    parts = [part.strip() for part in text.split("|")]
    if "" in parts or len(set(parts)) < len(parts):
        raise CellError("an empty or doubled part between the | signs", "name each value once, with | between them")
    return [_one(column, part) for part in parts]


def _one(column: Column, text: str) -> Value:
    if column.choices and text not in column.choices:
        known = ", ".join(choice for choice in column.choices if choice)
        raise CellError("not one of the known words", f"write one of {known}")
    return _FORMS[column.form](text)


def _text(text: str) -> str:
    if len(text) > _LONGEST:
        raise CellError(f"{len(text):,} characters", f"write at most {_LONGEST:,}; the rest stands at the source")
    if any(ord(sign) < 32 or sign in "<>" for sign in text):
        raise CellError("a line break, a tag or another sign that is no text", "write one line of plain text")
    if text[0] in "=+@\t" and not re.fullmatch(r"\+?[\d .,]+", text):
        raise CellError("it begins like a formula", "put a word or a quotation mark before it")
    if found := _PERSON.search(text):
        raise CellError(f"'{found[0]}' names a person", "name the institution; the ledger holds no names of persons")
    return text


def _id(text: str) -> str:
    if not _ID.fullmatch(text) or len(text) > 80:
        raise CellError("not an id", "write lower-case letters, digits and single hyphens, such as zakid-jobs-1")
    return text


def _day(text: str) -> str:
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        try:
            date.fromisoformat((text + "-01-01")[:10] if len(text) < 10 else text)
            if "1900" <= text[:4] <= "2100":
                return text
        except ValueError:
            pass
    raise CellError("not a year, month or day", "write 2026, 2026-11 or 2026-11-21")


def _moment(text: str) -> str:
    try:
        return read_moment(text).isoformat()
    except AtlasError as error:
        raise CellError(str(error), "write it like 2026-11-24T09:00+01:00 or 2026-11-24T09:00 Europe/Paris") from error


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text):
        raise CellError("not a plain number", "write digits only, with a point before decimals: 16460000 or 0.5")
    return float(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise CellError("neither true nor false", "write true or false")
    return text == "true"


def _region(text: str) -> str:
    try:
        if (found := codes.resolve(text, "nuts")) == text:
            return found
        raise CellError("not written as NUTS 2024 writes it", f"write {found}")
    except codes.CodeError as error:
        raise CellError(str(error), "write codes of NUTS 2024, as in etl/regions/regions.csv") from error


def _nuts3(text: str) -> str:
    found = codes.region(_region(text))
    if found.level != 3:
        raise CellError(f"{found.name} is no Kreis or département", "write a code of NUTS 3, such as DEA12")
    return text


def _country(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise CellError("not a country", "write its two letters (DE, FR, LU), EU for bodies of the Union")
    return text


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("https", "http") and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        whole = False
    if not whole or re.search(r"[\s<>\"{}|\\^`\[\]]|\.\.\.|…", text):
        raise CellError("not a whole web address", "copy the address from the browser; it begins with https://")
    return text


def _source(text: str) -> str:
    if _SEED.fullmatch(text) or (text.startswith("cited:") and _text(text.removeprefix("cited:").strip() or " ")):
        return text
    try:
        return _address(text)
    except CellError as error:
        remedy = f"{error.remedy}; without an address write cited: and where it stands, or seed: and a document's name"
        raise CellError(error.problem, remedy) from None


_FORMS: Final[Mapping[str, Callable[[str], Value]]] = {
    "text": _text,
    "id": _id,
    "reference": _id,
    "day": _day,
    "moment": _moment,
    "number": _number,
    "flag": _flag,
    "region": _region,
    "nuts3": _nuts3,
    "country": _country,
    "address": _address,
    "source": _source,
}
