"""What may be handed in: a Table Schema (Frictionless) for each kind in `schemas/`, with titles in three languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "schemas"
#: In the order an officer meets them.
KINDS: Final = ("figure", "report", "claim", "indicator")


@dataclass(frozen=True)
class Field:
    """A column: its name in files, its words by language, and the example of the template."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    example: str
    form: str
    required: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Schema:
    """One kind of upload. descriptor: the Table Schema as it stands in the file; key: the columns that name a line."""

    kind: str
    titles: Mapping[str, str]
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    descriptor: Mapping[str, Any]

    def headings(self) -> dict[str, str]:
        """Everything a heading may say (name, or title in any language, folded) → the column's name."""
        said = {title.casefold(): one.name for one in self.fields for title in one.titles.values()}
        return said | {one.name: one.name for one in self.fields}


@cache
def schema(kind: str) -> Schema:
    """The schema of a kind; raises KeyError for one there is not."""
    if kind not in KINDS:
        raise KeyError(kind)
    raw = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    return Schema(kind, raw["titles"], tuple(map(_field, raw["fields"])), tuple(raw["primaryKey"]), raw)


def _field(raw: Mapping[str, Any]) -> Field:
    limits = raw.get("constraints", {})
    choices = tuple(limits.get("enum", ()))
    required = bool(limits.get("required"))
    return Field(
        raw["name"], raw["titles"], raw["descriptions"], raw["example"], raw.get("form", ""), required, choices
    )
