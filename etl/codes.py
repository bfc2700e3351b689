"""Region codes: one table, every code system read where it is named, older NUTS versions carried to NUTS 2024.

Tables: `etl/regions/` (see its README). All codes are text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

SYSTEMS: Final = ("nuts", "ags", "insee_reg", "insee_dep", "insee_com", "iso")
VERSIONS: Final = ("2010", "2013", "2016", "2021", "2024")
MAP_LEVELS: Final = ("country", "land", "nuts2", "nuts3")

#: Codes that ISO 3166-2 or INSEE use besides the one in regions.csv, and the one they stand for.
_ALIASES: Final = {
    ("iso", "FR-COR"): "FR-20R",
    ("iso", "FR-75"): "FR-75C",
    ("iso", "FR-69M"): "FR-69",
    ("insee_dep", "20A"): "2A",
    ("insee_dep", "20B"): "2B",
    # The Métropole de Lyon and the département that is left around it; NUTS 2024 counts both as Rhône.
    ("insee_dep", "69D"): "69",
    ("insee_dep", "69M"): "69",
}
_ZEAT: Final = re.compile(r"FR[2-8]")


class CodeError(ValueError):
    """A code that names no region, or could name two; the message says which and what to write instead."""


@dataclass(frozen=True)
class Region:
    """One row of `etl/regions/regions.csv`; the columns of table `region` in `etl/schema.sql`.

    Text is '' where a region has no such code. area_km2 in square kilometres, x and y the label point in degrees.
    """

    code: str
    level: int
    adm: str
    parent: str
    land: str
    country: str
    name: str
    name_de: str
    name_fr: str
    name_en: str
    kind: str
    ags: str
    insee_reg: str
    insee_dep: str
    iso: str
    overseas: bool
    area_km2: float
    x: float
    y: float


@dataclass(frozen=True)
class Alias:
    """One row of table `region_alias` in `etl/schema.sql`. version: of an old NUTS code, else ''."""

    system: str
    code: str
    region: str
    weight: float
    version: str


def _rows(file: str) -> list[dict[str, str]]:
    text = (resources.files("etl") / "regions" / file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


@lru_cache(maxsize=1)
def regions() -> tuple[Region, ...]:
    """All 598 regions of Germany and France, sorted by level and code."""
    return tuple(
        Region(
            code=row["code"],
            level=int(row["level"]),
            adm=row["adm"],
            parent=row["parent"],
            land=row["land"],
            country=row["country"],
            name=row["name"],
            name_de=row["name_de"],
            name_fr=row["name_fr"],
            name_en=row["name_en"],
            kind=row["kind"],
            ags=row["ags"],
            insee_reg=row["insee_reg"],
            insee_dep=row["insee_dep"],
            iso=row["iso"],
            overseas=row["overseas"] == "true",
            area_km2=float(row["area_km2"]),
            x=float(row["x"]),
            y=float(row["y"]),
        )
        for row in _rows("regions.csv")
    )


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Region]:
    return {one.code: one for one in regions()}


def region(code: str) -> Region:
    """The region with this NUTS 2024 code. Raises CodeError."""
    return _by_code()[resolve(code, "nuts")]


def units(level: str, country: str | None = None) -> tuple[str, ...]:
    """The codes a map shows at `level` (country 2, land 34, nuts2 65, nuts3 501), in one country or both.

    Raises CodeError for an unknown level or country.
    """
    if level not in MAP_LEVELS:
        raise CodeError(f"unknown map level {level!r}; there are {', '.join(MAP_LEVELS)}")
    if country not in (None, "DE", "FR"):
        raise CodeError(f"unknown country {country!r}; there are DE and FR")
    # FRY1–FRY5 are régions and NUTS 2 at once, so NUTS 2 goes by level and not by adm.
    shown: Callable[[Region], bool] = (lambda r: r.level == 2) if level == "nuts2" else (lambda r: r.adm == level)
    return tuple(r.code for r in regions() if shown(r) and country in (None, r.country))


@lru_cache(maxsize=1)
def _index() -> dict[str, dict[str, str]]:
    """System → code in that system → NUTS 2024. Of a one-unit chain the coarsest, because it is the land."""
    found: dict[str, dict[str, str]] = {system: {} for system in SYSTEMS}
    for one in regions():
        found["nuts"][one.code] = one.code
        if one.ags:
            found["ags"].setdefault(one.ags, one.code)
        if one.adm == "land" and one.insee_reg:
            found["insee_reg"][one.insee_reg] = one.code
        if one.level == 3 and one.insee_dep:
            found["insee_dep"][one.insee_dep] = one.code
    _add_iso(found["iso"])
    _add_single_regierungsbezirke(found["ags"])
    for row in _rows("former_ags.csv"):
        found["ags"][row["ags"]] = found["ags"][row["ags_now"]]
    for (system, alias), code in _ALIASES.items():
        found[system][alias] = found[system][code]
    return found


def _add_iso(iso: dict[str, str]) -> None:
    for one in regions():
        if one.iso:
            iso.setdefault(one.iso, one.code)


def _add_single_regierungsbezirke(ags: dict[str, str]) -> None:
    """A Land without Regierungsbezirke has the third digit 0 in official lists ("120"), not in regions.csv ("12")."""
    for one in regions():
        if one.level == 2 and len(one.ags) == 2:
            ags[one.ags + "0"] = one.code


def resolve(code: str, system: str | None = None) -> str:
    """The NUTS 2024 code of a region given in any code system.

    code: as published, text, upper or lower case; may carry its system ("ags:14"). system: one of SYSTEMS; without it a
    code is read only if one system alone knows it ("DED", "DE-SN", "2A", "09162004"), and a bare number that could be
    two places ("14": Sachsen or Calvados) is refused. ags has 2, 3, 5 or 8 digits, insee_com 5.
    Raises CodeError naming the candidates or the nearest code.
    """
    if not isinstance(code, str):
        raise CodeError(f"a region code must be text, not {type(code).__name__} {code!r}")
    text = code.strip().upper()
    head, colon, tail = text.partition(":")
    if colon and head.lower() in SYSTEMS:
        if system not in (None, head.lower()):
            raise CodeError(f"{code!r} says {head.lower()} where {system} was asked for")
        text, system = tail.strip(), head.lower()
    if system is not None:
        return _in_system(text, system, code)
    found = {name: place for name in SYSTEMS if (place := _lookup(text, name)) is not None}
    # A mistyped Kreis must not pass as a French commune, which is known by its département only.
    if len(set(found.values())) == 1 and not ("insee_com" in found and text[:2] in _index()["ags"]):
        return next(iter(found.values()))
    if found:
        raise CodeError(_ambiguous(code, text, found))
    raise CodeError(_former(code, text) or f"unknown region code {code!r}" + _hint(text, SYSTEMS))


def _in_system(text: str, system: str, code: str) -> str:
    if system not in SYSTEMS:
        raise CodeError(f"unknown code system {system!r}; there are {', '.join(SYSTEMS)}")
    place = _lookup(text, system)
    if place is not None:
        return place
    former = _former(code, text) if system == "nuts" else ""
    raise CodeError(former or f"unknown {_SPOKEN[system]} code {code!r}" + _hint(text, (system,)))


_SPOKEN: Final = {
    "nuts": "NUTS",
    "ags": "AGS",
    "insee_reg": "INSEE région",
    "insee_dep": "INSEE département",
    "insee_com": "INSEE commune",
    "iso": "ISO 3166-2",
}


def _lookup(text: str, system: str) -> str | None:
    if system == "insee_com":
        return _commune(text)
    if system == "ags" and re.fullmatch(r"[0-9]{8}", text):
        text = text[:5]
    return _index()[system].get(text)


def _commune(text: str) -> str | None:
    """A commune's département: its first two characters, three overseas. Communes themselves are not listed."""
    if not re.fullmatch(r"(?:[0-9]{2}|2[AB])[0-9]{3}", text):
        return None
    return _index()["insee_dep"].get(text[:3] if text.startswith("97") else text[:2])


def _label(code: str) -> str:
    return f"{code!r} ({_by_code()[code].name})"


def _former(code: str, text: str) -> str:
    """What to say of a code of an older NUTS version; '' if it is none."""
    if _ZEAT.fullmatch(text):
        return _zeat(code)
    versions = [version for version in VERSIONS if (version, text) in _crosswalk()]
    if not versions:
        return ""
    today = ", ".join(_label(target) for target, _ in _crosswalk()[versions[-1], text])
    return f"{code!r} is a code of NUTS {versions[-1]}, not of NUTS 2024; today {today}"


def _ambiguous(code: str, text: str, found: dict[str, str]) -> str:
    choices = "; ".join(f"{name}:{text} is {_label(place)}" for name, place in found.items())
    return (
        f"{code!r} does not say which code system it belongs to: {choices}. Name it with system=… or write it like that"
    )


def _hint(text: str, systems: Iterable[str]) -> str:
    """The nearest known code: fewest differing places, then the longest common beginning."""
    known = [(name, one) for system in systems for one, name in _index().get(system, {}).items()]
    if not text or not known:
        return ""

    def distance(one: str) -> tuple[int, int, int]:
        pairs = list(zip(one, text, strict=False))
        return (
            2 * abs(len(one) - len(text)) + sum(a != b for a, b in pairs),
            next((-place for place, (a, b) in enumerate(pairs) if a != b), -len(pairs)),
            sum(abs(ord(a) - ord(b)) for a, b in pairs),
        )

    name, nearest = min(known, key=lambda pair: (distance(pair[1]), pair[1]))
    if distance(nearest)[0] > max(1, len(text) // 2):
        return ""
    return f"; did you mean {nearest!r} ({_by_code()[name].name})?"


@lru_cache(maxsize=1)
def _crosswalk() -> dict[tuple[str, str], list[tuple[str, float]]]:
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in _rows("crosswalk.csv"):
        found.setdefault((row["version"], row["code"]), []).append((row["code_2024"], float(row["weight"])))
    return found


def _zeat(code: str) -> str:
    same = " (FR7 covers what FRK covers: use FRK)" if code.strip().upper() == "FR7" else ""
    return (
        f"{code!r} is a ZEAT, the French NUTS 1 before 2016, and does not map to régions{same}; "
        "take the source's NUTS 2 or NUTS 3 rows instead"
    )


def to_2024(code: str, version: str) -> list[tuple[str, float]]:
    """Where a region of an older NUTS version lies in NUTS 2024: (code, weight), weights sum to 1.

    The weight is the share of the old region's population of 2021; use it to split counts, not rates. version: one of
    VERSIONS; a code of 2010 is read as 2013 unless the crosswalk knows better. Raises CodeError where nothing maps.
    """
    if version not in VERSIONS:
        raise CodeError(f"unknown NUTS version {version!r}; there are {', '.join(VERSIONS)}")
    text = code.strip().upper()
    if version == "2024":
        return [(resolve(text, "nuts"), 1.0)]
    tables = ("2010", "2013") if version == "2010" else (version,)
    for table in tables:
        if found := _crosswalk().get((table, text)):
            return list(found)
    if tables[-1] == "2013" and _ZEAT.fullmatch(text):
        raise CodeError(_zeat(code))
    others = [v for v in VERSIONS if (v, text) in _crosswalk()] + (["2024"] if text in _by_code() else [])
    hint = f"; it is a code of NUTS {', '.join(others)}" if others else _hint(text, ("nuts",))
    raise CodeError(f"NUTS {version} has no region {code!r} in Germany or France{hint}")


def aliases() -> list[Alias]:
    """Every code besides NUTS 2024 that stands for one of its regions, sorted: AGS, INSEE, ISO, older NUTS versions."""
    found = [
        Alias(system, code, place, 1.0, "")
        for system in SYSTEMS
        if system != "nuts"
        for code, place in _index()[system].items()
    ]
    latest = {code: version for version, code in sorted(_crosswalk()) if code not in _by_code()}
    for code, version in latest.items():
        found += [Alias("nuts", code, place, weight, version) for place, weight in _crosswalk()[version, code]]
    return sorted(found, key=lambda alias: (alias.system, alias.code, alias.region))


def neighbours() -> list[tuple[str, str]]:
    """(region, neighbour) at every map level, in both directions, from `etl/regions/neighbours.csv`."""
    return [(row["code"], row["neighbour"]) for row in _rows("neighbours.csv")]


def places() -> list[dict[str, str | None]]:
    """The cities and communes of `etl/regions/places.csv` as rows of table `place`; without a code None."""
    return [{**row, "code": row["code"] or None} for row in _rows("places.csv")]


def merged(region: str, version: str) -> tuple[str, ...]:
    """The regions of an older NUTS version, of the same level, that lie wholly in this one of NUTS 2024."""
    return tuple(
        code
        for (known, code), targets in _crosswalk().items()
        if known == version and len(code) == len(region) and [target for target, _ in targets] == [region]
    )
