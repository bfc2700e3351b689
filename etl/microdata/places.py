"""From the codes in the microdata to NUTS 2024 regions at each level of a recipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from etl import codes
from etl.grants import only_part
from etl.microdata.recipe import Recipe


@dataclass(frozen=True)
class Places:
    """rows: {'raw': code as it stands there, level: NUTS 2024 code …}; unknown: code → why it cannot be placed."""

    rows: tuple[dict[str, str], ...]
    unknown: Mapping[str, str]


def place(raw: Iterable[str], recipe: Recipe) -> Places:
    """Place each code of the declared system at all levels of the recipe."""
    rows, unknown = [], {}
    for code in sorted(set(raw)):
        try:
            chain = _chain(codes.resolve(code, recipe.system))
        except codes.CodeError as error:
            unknown[code] = f"{error}{_elsewhere(code, recipe.system)}"
            continue
        lacking = [level for level in recipe.levels if level not in chain]
        if lacking:
            unknown[code] = f"'{code}' is larger than a {lacking[-1]}, which the recipe's levels ask for"
        else:
            rows.append({"raw": code, **{level: chain[level] for level in recipe.levels}})
    return Places(tuple(rows), unknown)


def _elsewhere(code: str, system: str) -> str:
    """In which other systems the code is known: the sign of a column that mixes two."""
    found = []
    for other in codes.SYSTEMS:
        try:
            found += [other] if other != system and codes.resolve(code, other) else []
        except codes.CodeError:
            continue
    return f" (the column mixes code systems? It is known in {', '.join(found)})" if found else ""


def _chain(code: str) -> dict[str, str]:
    """Map level → the region of that level in which this one lies, itself included."""
    finest = codes.region(only_part(code))
    found = {"country": finest.country}
    if finest.land:
        found["land"] = finest.land
    for level, size in (("nuts2", 4), ("nuts3", 5)):
        if len(finest.code) >= size:
            found[level] = finest.code[:size]
    return found


def parents(rows: Iterable[Mapping[str, str]], levels: Sequence[str]) -> dict[str, str]:
    """Region → the next larger one that is shown. A region that stands for two levels (Berlin's are three codes,
    La Réunion's land and NUTS 2 one) is its own parent nowhere."""
    found: dict[str, str] = {}
    for row in rows:
        chain = list(dict.fromkeys(row[level] for level in levels))
        found |= {part: whole for whole, part in pairwise(chain)}
    return found
