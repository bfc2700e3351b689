"""A recipe: which microdata become which figure, as a TOML file, read so strictly that a typing error cannot pass."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from etl import codes
from etl.declaration import Keys, read_toml
from etl.model import CatalogueError

KINDS: Final = ("count", "share", "sum", "weighted_share", "median")
GRAINS: Final = ("year", "quarter", "month")
OPERATORS: Final = ("eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "terms")
METHODS: Final = ("suppress", "round", "none")
LONELY: Final = ("refuse", "adjust", "certainty")
POLICIES: Final = ("strict", "skip")
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True)
class Condition:
    """One comparison of a column; op 'terms' looks for the terms of `etl/microdata/terms/<value>.toml` in its text."""

    column: str
    op: str
    value: Any


@dataclass(frozen=True)
class Breakdown:
    """A dimension of the figures. members: value in the column → member; empty: the values are the members."""

    column: str
    dimension: str
    members: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """What is measured in each cell.

    kind: 'count' rows; 'share' of rows that fulfil all of `hit`, in per cent; 'sum' and 'median' of `value`;
    'weighted_share' as a share with the design weight `weight`, and limits from `strata`, `cluster` and `population`
    (column with the number of units in the stratum, for the finite population correction). lonely: what a stratum with
    one sampled unit does. decimals, base: how the value is rounded; base 0 is none. complete: the microdata are all
    there is, so a region of a country that has rows, and has none itself, is a true 0 (count and sum).
    """

    name: str
    kind: str
    hit: tuple[Condition, ...] = ()
    value: str = ""
    weight: str = ""
    strata: str = ""
    cluster: str = ""
    population: str = ""
    lonely: str = "refuse"
    decimals: int = 1
    base: float = 0.0
    complete: bool = False


@dataclass(frozen=True)
class Disclosure:
    """What keeps a cell from naming somebody; etl/microdata/rules.py has what each number means and its default.

    unit: the column that says who a row is about (a firm with several rows is one contributor); '' : each row is one.
    reason: why there is no control, where method is 'none'.
    """

    method: str
    minimum: int
    dominance_n: int
    dominance_k: float
    p_percent: float
    base: int
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Recipe:
    """A recipe, whole; see docs/microdata.md. files: patterns, relative to the recipe's folder."""

    id: str
    folder: Path
    files: tuple[str, ...]
    format: str
    separator: str
    bad_files: str
    bad_rows: str
    region: str
    system: str
    levels: tuple[str, ...]
    period: str
    grain: str
    filters: tuple[Condition, ...]
    breakdowns: tuple[Breakdown, ...]
    measure: Measure
    disclosure: Disclosure

    def columns(self) -> tuple[str, ...]:
        """The columns of the microdata that are read; no other is."""
        m = self.measure
        named = [self.region, self.period]
        named += [one.column for one in (*self.filters, *m.hit)] + [one.column for one in self.breakdowns]
        named += [m.value, m.weight, m.strata, m.cluster, m.population, self.disclosure.unit]
        return tuple(dict.fromkeys(name for name in named if name))


def read_recipe(path: Path) -> Recipe:
    """One recipe's file; raises CatalogueError naming file, key and what may stand there."""
    if not path.is_file():
        raise CatalogueError(f"{path}: there is no such recipe; the ready ones lie in etl/microdata/recipes/")
    raw = Keys(path.name, read_toml(path))
    raw.only({"input", "region", "period", "filter", "breakdown", "measure", "disclosure"})
    if not _NAME.fullmatch(path.stem):
        raise CatalogueError(f"{path.name}: a recipe's file name is lower-case words joined by '_'")
    source, region, period = raw.table("input"), raw.table("region"), raw.table("period")
    source.only({"files", "format", "separator", "bad_files", "bad_rows"})
    region.only({"column", "system", "levels"})
    period.only({"column", "grain"})
    found = Recipe(
        id=path.stem,
        folder=path.parent,
        files=_texts(source, "files"),
        format=source.choice("format", ("parquet", "csv")),
        separator=source.get("separator", str, ","),
        bad_files=_choice(source, "bad_files", POLICIES),
        bad_rows=_choice(source, "bad_rows", POLICIES),
        region=region.text("column"),
        system=region.choice("system", codes.SYSTEMS),
        levels=_levels(region),
        period=period.text("column"),
        grain=period.choice("grain", GRAINS),
        filters=_conditions(raw, "filter"),
        breakdowns=_breakdowns(raw),
        measure=_measure(raw.table("measure")),
        disclosure=_disclosure(raw.table("disclosure")),
    )
    _expect_fitting(raw, found)
    return found


def _choice(raw: Keys, key: str, allowed: tuple[str, ...]) -> str:
    """One of a closed list; the first where nothing is said."""
    return raw.choice(key, allowed) if key in raw.values else allowed[0]


def _texts(raw: Keys, key: str) -> tuple[str, ...]:
    found = raw.get(key, list)
    if not found or not all(isinstance(one, str) and one.strip() for one in found):
        raise CatalogueError(f"{raw.place(key)}: a list of texts is needed")
    return tuple(found)


def _levels(raw: Keys) -> tuple[str, ...]:
    found = _texts(raw, "levels")
    for level in found:
        if level not in codes.MAP_LEVELS:
            raise CatalogueError(f"{raw.place('levels')}: '{level}' is not one of {', '.join(codes.MAP_LEVELS)}")
    return tuple(level for level in codes.MAP_LEVELS if level in found)


def _tables(raw: Keys, key: str) -> list[Keys]:
    found = raw.get(key, list, [])
    if not all(isinstance(one, dict) for one in found):
        raise CatalogueError(f"{raw.place(key)}: write it as [[{key}]], one table each")
    return [Keys(raw.file, one, (*raw.path, f"{key}.{number}")) for number, one in enumerate(found)]


def _conditions(raw: Keys, key: str) -> tuple[Condition, ...]:
    found = []
    for one in _tables(raw, key):
        one.only({"column", "op", "value"})
        op = one.choice("op", OPERATORS)
        value = _value(one)
        if (op in ("in", "not_in")) != isinstance(value, list) or value == []:
            raise CatalogueError(f"{one.place('value')}: 'in' and 'not_in' take a list, the others one value")
        if op == "terms" and not isinstance(value, str):
            raise CatalogueError(f"{one.place('value')}: the name of a list in etl/microdata/terms/")
        found.append(Condition(one.text("column"), op, tuple(value) if isinstance(value, list) else value))
    return tuple(found)


def _value(raw: Keys) -> Any:
    """A text, a number, a truth value or a list of such; `Keys.get` would take true for no number."""
    if "value" not in raw.values:
        raise CatalogueError(f"{raw.place('value')}: missing")
    value = raw.values["value"]
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, str | int | float | bool):
            raise CatalogueError(f"{raw.place('value')}: {one!r} is no text, number, true or false")
    return value


def _breakdowns(raw: Keys) -> tuple[Breakdown, ...]:
    found = []
    for one in _tables(raw, "breakdown"):
        one.only({"column", "dimension", "members"})
        found.append(Breakdown(one.text("column"), one.text("dimension"), one.sentences("members")))
    names = [one.dimension for one in found]
    if len(set(names)) < len(names):
        raise CatalogueError(f"{raw.place('breakdown')}: two have the same dimension")
    return tuple(found)


def _measure(raw: Keys) -> Measure:
    texts = ("value", "weight", "strata", "cluster", "population")
    raw.only({"name", "kind", "hit", "lonely", "decimals", "base", "complete", *texts})
    kind = raw.choice("kind", KINDS)
    needed = {"share": ("hit",), "sum": ("value",), "median": ("value",), "weighted_share": ("hit", "weight")}
    allowed = {*needed.get(kind, ()), *(("strata", "cluster", "population") if kind == "weighted_share" else ())}
    for key in needed.get(kind, ()):
        if not raw.values.get(key):
            raise CatalogueError(f"{raw.place(key)}: missing; a {kind} needs it")
    for key in ("hit", *texts):
        if key in raw.values and key not in allowed:
            raise CatalogueError(f"{raw.place(key)}: a {kind} has none; leave it out")
    base = float(raw.get("base", (int, float), 0))
    if base < 0:
        raise CatalogueError(f"{raw.place('base')}: {base:g} is negative; write what values are rounded to, or 0")
    return Measure(
        name=raw.text("name"),
        kind=kind,
        hit=_conditions(raw, "hit"),
        **{key: raw.get(key, str, "") for key in texts},
        lonely=_choice(raw, "lonely", LONELY),
        decimals=raw.get("decimals", int, 1),
        base=base,
        complete=raw.get("complete", bool, False),
    )


def _disclosure(raw: Keys) -> Disclosure:
    from etl.microdata import rules  # noqa: PLC0415 - its constants are the defaults, and it knows recipes

    raw.only({"method", "minimum", "dominance_n", "dominance_k", "p_percent", "base", "unit", "reason"})
    found = Disclosure(
        method=raw.choice("method", METHODS),
        minimum=raw.get("minimum", int, rules.MINIMUM),
        dominance_n=raw.get("dominance_n", int, rules.DOMINANCE_N),
        dominance_k=float(raw.get("dominance_k", (int, float), rules.DOMINANCE_K)),
        p_percent=float(raw.get("p_percent", (int, float), rules.P_PERCENT)),
        base=raw.get("base", int, rules.ROUNDING_BASE),
        unit=raw.get("unit", str, ""),
        reason=raw.get("reason", str, ""),
    )
    for key, low, high in (
        ("minimum", rules.LEAST_MINIMUM, 1000),
        ("dominance_n", 1, 2),
        ("dominance_k", 1, 100),
        ("p_percent", 1, 100),
        ("base", rules.LEAST_MINIMUM, 1000),
    ):
        if not low <= getattr(found, key) <= high:
            raise CatalogueError(f"{raw.place(key)}: {getattr(found, key):g} is not within {low} and {high}")
    if (found.method == "none") != bool(found.reason):
        raise CatalogueError(
            f"{raw.place('reason')}: says why there is no control where method is 'none', else nothing"
        )
    return found


def _expect_fitting(raw: Keys, recipe: Recipe) -> None:
    """Refuse what no single table knows to be wrong."""
    kind, method = recipe.measure.kind, recipe.disclosure.method
    if method == "round" and kind != "count":
        raise CatalogueError(
            f"{raw.file}: key 'disclosure.method': rounding protects a count only, not a {kind}; write 'suppress'"
        )
    if method == "round" and recipe.disclosure.unit:
        raise CatalogueError(f"{raw.file}: key 'disclosure.unit': rounding looks at rows, not at units; leave it out")
    if recipe.measure.complete and kind not in ("count", "sum"):
        raise CatalogueError(f"{raw.file}: key 'measure.complete': a {kind} of nothing is no 0; leave it out")
    if kind == "median" and not recipe.measure.base and method != "none":
        raise CatalogueError(
            f"{raw.file}: key 'measure.base': missing; an unrounded median is the value of a single row"
        )
