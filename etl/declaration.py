"""Reading `etl/indicators/<id>.toml` into an Indicator, so strictly that a typing error cannot pass for a meaning."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from etl.model import LANGUAGES, THEMES, CatalogueError, Derivation, Indicator, Kind, Words

T = TypeVar("T")

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "theme": THEMES,
    "kind": tuple(Kind),
    "direction": ("up", "down", "none"),
    "aggregation": ("sum", "weighted", "none"),
    "interval": ("", "wilson"),
    "verdict": ("same", "similar", "none", "single"),
}
_DERIVATIONS: Final = ("ratio", "change", "change_pct", "gap")
_TOP: Final = {*_CHOICES, "unit", "decimals", "order", "source", "derive", "checked", "words"}
_TEXTS: Final = ("title", "short", "unit", "definition", "method", "comparability", "dimension")
_NEEDED: Final = ("title", "short", "unit", "definition", "method")
_TABLES: Final = ("gaps", "reasons", "members")


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content; raises CatalogueError with the line where it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: not valid TOML: {error}") from error


def read_indicator(path: Path) -> Indicator:
    """One indicator's file; raises CatalogueError naming file and key."""
    raw = Keys(path.name, read_toml(path))
    raw.only(_TOP)
    choices = {key: raw.choice(key, allowed) for key, allowed in _CHOICES.items()}
    checked = raw.table("checked")
    checked.only({"by", "on"})
    if ("source" in raw.values) == ("derive" in raw.values):
        raise CatalogueError(f"{path.name}: exactly one of [source] and [derive] is needed")
    return Indicator(
        id=path.stem,
        theme=choices["theme"],
        kind=Kind(choices["kind"]),
        unit=raw.text("unit"),
        decimals=raw.get("decimals", int),
        direction=choices["direction"],
        aggregation=choices["aggregation"],
        interval=choices["interval"],
        verdict=choices["verdict"],
        order=raw.get("order", int),
        checked_by=checked.text("by"),
        checked_on=checked.get("on", date),
        words=_words(raw.table("words")),
        **(_slice(raw.table("source")) if "source" in raw.values else {"derive": _derivation(raw.table("derive"))}),
    )


def _slice(raw: Keys) -> dict[str, Any]:
    raw.only({"id", "measure", "dimension", "factor"})
    return {
        "source": raw.text("id"),
        "measure": raw.text("measure"),
        "dimension": raw.get("dimension", str, ""),
        "factor": float(raw.get("factor", (int, float), 1)),
    }


def _derivation(raw: Keys) -> Derivation:
    raw.only({"kind", "of", "by", "factor", "lag", "lag_years"})
    derivation = Derivation(
        kind=raw.choice("kind", _DERIVATIONS),
        of=raw.text("of"),
        by=raw.get("by", str, ""),
        factor=float(raw.get("factor", (int, float), 1)),
        lag=raw.get("lag", int, 1),
        lag_years=raw.get("lag_years", int, 0),
    )
    if (derivation.kind == "ratio") != bool(derivation.by):
        raise CatalogueError(f"{raw.place('by')}: a ratio needs it, the other kinds have none")
    if derivation.lag < 1 or derivation.lag_years < 0:
        raise CatalogueError(f"{raw.place('lag')}: lag is at least 1, lag_years at least 0")
    return derivation


def _words(raw: Keys) -> dict[str, Words]:
    raw.only(set(LANGUAGES))
    words = {lang: _language(raw.table(lang)) for lang in LANGUAGES}
    for table in _TABLES:
        keys = {lang: set(getattr(words[lang], table)) for lang in LANGUAGES}
        for lang in LANGUAGES:
            absent = set().union(*keys.values()) - keys[lang]
            if absent:
                raise CatalogueError(f"{raw.place(f'{lang}.{table}.{min(absent)}')}: missing; another language has it")
    for lang in LANGUAGES:
        if len(words[lang].caveats) != len(words["en"].caveats):
            raise CatalogueError(f"{raw.place(f'{lang}.caveats')}: not as many caveats as in English")
    return words


def _language(raw: Keys) -> Words:
    raw.only({*_TEXTS, *_TABLES, "caveats"})
    texts: dict[str, Any] = {key: raw.text(key) if key in _NEEDED else raw.get(key, str, "") for key in _TEXTS}
    caveats = raw.get("caveats", list, [])
    if not all(isinstance(caveat, str) and caveat.strip() for caveat in caveats):
        raise CatalogueError(f"{raw.place('caveats')}: a list of sentences is needed")
    tables: dict[str, Any] = {name: raw.sentences(name) for name in _TABLES}
    return Words(**texts, caveats=tuple(caveats), **tables)


class Keys:
    """A TOML table that knows where it stands, so that each error names file and key."""

    def __init__(self, file: str, values: dict[str, Any], path: tuple[str, ...] = ()) -> None:
        self.file, self.values, self.path = file, values, path

    def place(self, key: str) -> str:
        """File and dotted key, as an error names them."""
        return f"{self.file}: key '{'.'.join((*self.path, key))}'"

    def only(self, allowed: set[str]) -> None:
        """Refuse a key that nobody reads: it is a misspelt one."""
        unknown = sorted(set(self.values) - allowed)
        if unknown:
            raise CatalogueError(f"{self.place(unknown[0])}: unknown; known are {', '.join(sorted(allowed))}")

    def get(self, key: str, kind: type[T] | tuple[type[Any], ...], default: Any = None) -> Any:
        """The value under `key`, of the given type; without a default the key is needed."""
        if key not in self.values:
            if default is None:
                raise CatalogueError(f"{self.place(key)}: missing")
            return default
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise CatalogueError(f"{self.place(key)}: {value!r} has the wrong type")
        return value

    def text(self, key: str) -> str:
        """A text that is needed and not empty."""
        value: str = self.get(key, str)
        if not value.strip():
            raise CatalogueError(f"{self.place(key)}: empty")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of a closed list."""
        value: str = self.get(key, str)
        if value not in allowed:
            raise CatalogueError(
                f"{self.place(key)}: '{value}' is not one of {', '.join(map(repr, map(str, allowed)))}"
            )
        return value

    def table(self, key: str) -> Keys:
        """A sub-table that is needed."""
        return Keys(self.file, self.get(key, dict), (*self.path, key))

    def sentences(self, key: str) -> dict[str, str]:
        """A table of texts; absent means empty."""
        table = Keys(self.file, self.get(key, dict, {}), (*self.path, key))
        return {name: table.text(name) for name in table.values}
