"""Find a place: Länder, régions, Kreise, départements and cities by name in three languages or by code.

`assets/find.js` searches the same list by the same rule while the reader types; a browser test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import orjson

from dashboard import queries
from dashboard.i18n import Words
from dashboard.queries import Region, Row
from dashboard.store import Build
from dashboard.urls import LEVELS, MapState

#: Longer than any name; what comes after it is not read.
LONGEST: Final = 80
#: Cities that are a Kreis of their own stand before communes, these before other Kreise: what people mean by a name.
_CITIES: Final = ("Kreisfreie Stadt", "Stadtkreis")


@dataclass(frozen=True)
class Place:
    """One thing to find. keys: its names and codes, folded. order: what comes first among equally good matches."""

    name: str
    detail: str
    region: str
    keys: tuple[str, ...]
    order: int


def fold(text: str) -> str:
    """A text as it is compared: no accents, ü = ue = u, ß = ss, signs as spaces."""
    text = text.lower().replace("ß", "ss").replace("œ", "oe").replace("æ", "ae")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", re.sub(r"([aou])e", r"\1", text)).strip()


def rank(key: str, query: str) -> int | None:
    """How well a folded key answers a folded query: 0 is it, 1 begins so, 2 its words begin so, 3 has it inside."""
    if key == query:
        return 0
    if key.startswith(query):
        return 1
    words = key.split(" ")
    if all(any(word.startswith(part) for word in words) for part in query.split(" ")):
        return 2
    return 3 if len(query) > 2 and query in key else None


def search(found: Iterable[Place], text: str) -> list[Place]:
    """The places that a reader's text may mean, best first."""
    query = fold(text[:LONGEST])
    if not query:
        return []
    ranked = [
        (min(ranks), place)
        for place in found
        if (ranks := [r for key in place.keys if (r := rank(key, query)) is not None])
    ]
    return [place for _, place in sorted(ranked, key=lambda pair: (pair[0], pair[1].order, fold(pair[1].name)))]


def near(found: list[Place], text: str) -> list[Place]:
    """The places whose names are spelt most alike, for a text that finds nothing."""
    keys = dict.fromkeys(key for place in found for key in place.keys)
    alike = get_close_matches(fold(text[:LONGEST]), list(keys), 3, 0.7)
    return list(dict.fromkeys(place for key in alike for place in search(found, key)[:3]))


def places(build: Build, t: Words) -> list[Place]:
    """All there is to find, in a language: regions once each (Berlin is DE3, DE30 and DE300), then communes."""

    def make() -> list[Place]:
        known = queries.regions(build)
        whole = [line(known, r.code) for r in known.values() if _levels(build, r.code) and not _of_chain(known, r)]
        rows = build.rows("places")
        same = {row["region"]: row["code"] for row in rows if row["name"] == known[row["region"]].names[""]}  # Paris
        regions = [_region(build, t, codes, same.get(codes[0])) for codes in whole]
        return regions + [_commune(known, t, row) for row in rows if row["region"] not in same]

    found: list[Place] = build.remember(("places", t.lang), make)
    return found


def line(known: dict[str, Region], code: str) -> list[str]:
    """A region and those below that are the same territory: DE3, DE30, DE300."""
    chain = [code]
    while known[code].level and len(inside := _children(known).get(code, [])) == 1:
        chain.append(code := inside[0])
    return chain


def reach(build: Build, levels: Iterable[str], code: str, asked: MapState) -> MapState:
    """The view in which a region is picked, drilled to where it is small.

    levels: those of the indicator. Where it has no figures for the region, the smallest one around it that has.
    assets/find.js gets there by the same rule.
    """
    known = queries.regions(build)
    offered = [level for level in LEVELS if level in levels and level != "country"]
    at = code
    while known[at].parent:
        same = line(known, at)
        for level in dict.fromkeys([asked.level, *offered]):
            unit = next((c for c in same if level in offered and level in _levels(build, c)), "")
            if unit:
                return asked.but(level=level, region=unit, within=_within(known, unit, level, asked.within), country="")
        at = known[at].parent
    return asked.but(region=at, within="", country="")


def json(build: Build, t: Words) -> bytes:
    """All places for the script: name, detail, region, keys (with | between), order."""
    rows: list[list[Any]] = [[p.name, p.detail, p.region, "|".join(p.keys), p.order] for p in places(build, t)]
    return orjson.dumps(rows)


def _within(known: dict[str, Region], unit: str, level: str, now: str) -> str:
    """The region to drill into for one to be seen: the one shown, if it lies in that, else its Land or région."""
    if level == "land":
        return ""
    chain = [unit]
    while known[chain[-1]].parent:
        chain.append(known[chain[-1]].parent)
    if now in chain[1:]:
        return now
    land = known[unit].land
    return "" if unit in line(known, land) else land


def _children(known: dict[str, Region]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for region in known.values():
        found.setdefault(region.parent, []).append(region.code)
    return found


def _levels(build: Build, code: str) -> list[str]:
    return [level for level in LEVELS if code in queries.units(build, level)]


def _of_chain(known: dict[str, Region], region: Region) -> bool:
    """Whether it is the same territory as the one above it."""
    above = known.get(region.parent)
    return above is not None and above.level > 0 and region.code in line(known, above.code)


def _region(build: Build, t: Words, codes: list[str], commune: str | None) -> Place:
    known = queries.regions(build)
    first = known[codes[0]]
    level = _levels(build, first.code)[0]
    cities = any(known[code].kind in _CITIES for code in codes)
    order = {"country": 0, "land": 0, "nuts2": 4}.get(level, 1 if cities else 3)
    if level == "nuts2":
        detail = f"NUTS 2, {known[first.land].name(t.lang)}"
    elif level == "nuts3":
        detail = known[first.land].name(t.lang)
    else:
        land = t("federal state (Land)") if first.country == "DE" else t("region (région)")
        detail = t("country") if level == "country" else land
    names = [name for code in codes for name in known[code].names.values()]
    short = [re.sub(r" \(.*\)", "", name) for name in names]
    spelt = [c for code in codes for c in _codes(known[code])]
    return Place(first.name(t.lang), detail, first.code, _keys([*names, *short, *spelt, commune]), order)


def _codes(region: Region) -> list[str]:
    """The codes of a region in each system; a city that is a Kreis is also a Gemeinde, with three zeros more."""
    insee = region.insee_dep if region.adm == "nuts3" else region.insee_reg if region.adm == "land" else ""
    gemeinde = f"{region.ags}000" if region.kind in _CITIES else ""
    return [code for code in (region.code, region.ags, gemeinde, insee, region.iso) if code]


def _commune(known: dict[str, Region], t: Words, row: Row) -> Place:
    region = known[row["region"]]
    keys = _keys([row["name"], row["name_de"], row["name_fr"], row["name_en"], row["code"]])
    detail = ", ".join(dict.fromkeys([region.name(t.lang), known[region.land].name(t.lang)]))
    return Place(row.get(f"name_{t.lang}") or row["name"], detail, region.code, keys, 2)


def _keys(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(text) for text in texts if text))
