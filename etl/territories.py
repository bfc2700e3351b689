"""Territories: named sets of regions (a hub, a programme's area, a space across the border), one file each.

`etl/territories/<id>.toml` is found by its place. Its members are NUTS 2024 codes of any level, of which none lies in
another: whatever is summed over them counts nothing twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl import codes
from etl.declaration import Keys, read_toml
from etl.model import LANGUAGES, CatalogueError

KINDS: Final = ("hub", "programme", "network", "cross_border")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ADDRESS: Final = re.compile(r"https://\S+")
_TEXTS: Final = ("name", "description", "perimeter")


@dataclass(frozen=True)
class Territory:
    """One named set of regions; words: language → name, description, perimeter.

    members: NUTS 2024 codes, sorted. sources: addresses that say who belongs to it. perimeter: one sentence where the
    atlas had to choose (what is left out, what was rounded to whole regions), '' where the sources settle it.
    """

    id: str
    kind: str
    members: tuple[str, ...]
    sources: tuple[str, ...]
    checked_by: str
    checked_on: date
    words: Mapping[str, Mapping[str, str]]


def read_territory(path: Path) -> Territory:
    """One territory's file; raises CatalogueError naming file and key."""
    raw = Keys(f"territories/{path.name}", read_toml(path))
    raw.only({"kind", "members", "sources", "checked", "words"})
    if not _ID.fullmatch(path.stem) or path.stem.upper() in {region.code for region in codes.regions()}:
        raise CatalogueError(f"{raw.file}: the name is the address: lower-case words joined by '-', no region code")
    checked, words = raw.table("checked"), raw.table("words")
    checked.only({"by", "on"})
    words.only(set(LANGUAGES))
    return Territory(
        id=path.stem,
        kind=raw.choice("kind", KINDS),
        members=_members(raw),
        sources=tuple(_sources(raw)),
        checked_by=checked.text("by"),
        checked_on=checked.get("on", date),
        words=_words(words),
    )


def frame(territories: Iterable[Territory]) -> pl.DataFrame:
    """The rows of table `territory` in `etl/schema.sql`."""
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "members": list(one.members),
            **{f"{text}_{lang}": one.words[lang][text] for text in _TEXTS for lang in LANGUAGES},
            "sources": list(one.sources),
            "checked_by": one.checked_by,
            "checked_on": one.checked_on,
        }
        for one in territories
    ]
    texts = ["id", "kind", *(f"{text}_{lang}" for text in _TEXTS for lang in LANGUAGES), "checked_by"]
    lists = dict.fromkeys(("members", "sources"), pl.List(pl.String))
    schema: dict[str, Any] = {**dict.fromkeys(texts, pl.String), **lists, "checked_on": pl.Date}
    return pl.DataFrame(rows, schema=schema).sort("id")


def _members(raw: Keys) -> tuple[str, ...]:
    """The codes under `members`, sorted: known in NUTS 2024, none twice, none inside another."""
    found = _list(raw, "members", "NUTS 2024 codes")
    for code in found:
        try:
            known = codes.resolve(code, "nuts")
        except codes.CodeError as error:
            raise CatalogueError(f"{raw.place('members')}: {error}") from error
        if known != code:
            raise CatalogueError(f"{raw.place('members')}: write '{known}', not '{code}'")
        if found.count(code) > 1:
            raise CatalogueError(f"{raw.place('members')}: '{code}' stands twice")
    for outer in found:
        for inner in found:
            if inner != outer and inner.startswith(outer):
                raise CatalogueError(f"{raw.place('members')}: '{inner}' lies in '{outer}' and would count twice")
    return tuple(sorted(found))


def _sources(raw: Keys) -> list[str]:
    found = _list(raw, "sources", "addresses")
    for address in found:
        if not _ADDRESS.fullmatch(address):
            raise CatalogueError(f"{raw.place('sources')}: '{address}' is no address")
    return found


def _list(raw: Keys, key: str, what: str) -> list[str]:
    found: list[str] = raw.get(key, list)
    if not found or not all(isinstance(each, str) for each in found):
        raise CatalogueError(f"{raw.place(key)}: a list of {what} is needed")
    return found


def _words(raw: Keys) -> dict[str, dict[str, str]]:
    found = {}
    for lang in LANGUAGES:
        table = raw.table(lang)
        table.only(set(_TEXTS))
        texts = {key: table.text(key) for key in ("name", "description")}
        found[lang] = texts | {"perimeter": table.get("perimeter", str, "")}
    if len({bool(texts["perimeter"]) for texts in found.values()}) > 1:
        raise CatalogueError(f"{raw.place('perimeter')}: another language has it")
    return found
