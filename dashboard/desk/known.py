"""What a check compares with: the internal build, and what the desk has released since."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl

from dashboard import queries
from dashboard.desk.permissions import User, may
from dashboard.lookup import fold
from dashboard.settings import INTERNAL
from dashboard.store import Build

#: indicator, region, period → value, flag, n, note of the newest release.
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Known:
    """regions: code → name. others: code of another system → [(system, region)]. old: old NUTS code → codes of today.

    programmes: id → regions; withheld: those on terms. claims: id → row; ids: of all claims, also of such as are left
    out for somebody. indicators: id → words of the desk's own; official: ids of all others. figures: newest released
    values. shas: SHA-256 of released uploads → release.
    """

    regions: Mapping[str, str]
    names: Mapping[str, str]
    others: Mapping[str, list[tuple[str, str]]]
    old: Mapping[str, list[str]]
    programmes: Mapping[str, tuple[str, ...]]
    withheld: frozenset[str]
    claims: Mapping[str, Mapping[str, Any]]
    ids: frozenset[str]
    indicators: Mapping[str, Mapping[str, Any]]
    official: frozenset[str]
    figures: Mapping[Cell, tuple[Any, ...]]
    shas: Mapping[str, str]

    def near_region(self, text: str) -> str:
        """The region that a wrong code or a name most likely means, as 'DED Sachsen'; '' for none."""
        folded = fold(text)
        code = self.names.get(folded, "")
        if not code and (close := get_close_matches(folded, self.names, 1, 0.75)):
            code = self.names[close[0]]
        if not code and (close := get_close_matches(text.upper(), self.regions, 1, 0.6)):
            code = close[0]
        return f"{code} {self.regions[code]}" if code else ""


def near(text: str, there: Mapping[str, Any]) -> str:
    """The id that looks most like a wrong one."""
    found = get_close_matches(text.lower(), there, 1, 0.3)
    return found[0] if found else min(there, default="")


def known(build: Build, released: Path) -> Known:
    """All of it. released: the folder of the desk's releases."""
    regions = queries.regions(build)
    others: dict[str, list[tuple[str, str]]] = {}
    old: dict[str, list[str]] = {}
    for row in build.rows("aliases"):
        if row["system"] == "nuts":
            old.setdefault(row["code"], []).append(row["region"])
        else:
            others.setdefault(row["code"], []).append((row["system"], row["region"]))
    names = {
        fold(name): code
        for code, region in sorted(regions.items(), reverse=True)
        for name in (region.name("fr"), region.name("en"), region.name("de"))
    }
    claims: dict[str, Mapping[str, Any]] = {row["id"]: row for row in build.rows("ledger_claims")}
    indicators: dict[str, Mapping[str, Any]] = {}
    figures: dict[Cell, tuple[Any, ...]] = {}
    shas: dict[str, str] = {}
    for folder in releases(released):
        record = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        shas[record["sha256"]] = record["id"]
        for path in folder.glob("indicators/*.toml"):
            text = path.read_text(encoding="utf-8")
            indicators[path.stem] = tomllib.loads(text) | {"toml": text, "source": record["source"]}
        if (path := folder / "observations.parquet").exists():
            for cells in pl.read_parquet(path).iter_rows():
                figures[cells[:3]] = cells[5:9]
        if (path := folder / "ledger" / "claim.csv").exists():
            claims |= {row["id"]: row for row in pl.read_csv(path, infer_schema=False).fill_null("").to_dicts()}
    own = set(indicators)
    programmes = build.rows("ledger_programmes")
    return Known(
        regions={code: region.name("de") for code, region in regions.items()},
        names=names,
        others=others,
        old=old,
        programmes={row["id"]: tuple(row["regions"]) for row in programmes},
        withheld=frozenset(row["id"] for row in programmes if _on_terms(row)),
        claims=claims,
        ids=frozenset(claims),
        indicators=indicators,
        official=frozenset(queries.indicators(build, "en")) - own,
        figures=figures,
        shas=shas,
    )


def told_to(there: Known, asking: User) -> Known:
    """The same without the programmes and claims that somebody may not see: no hint names them.

    Only that an id is taken is told, because none may be taken twice.
    """

    def sees(id_: str) -> bool:
        areas = there.programmes.get(id_) or ("",)
        return all(may(asking, "read", region=region, programme=id_) for region in areas)

    programmes = {id_: areas for id_, areas in there.programmes.items() if id_ not in there.withheld or sees(id_)}
    claims = {
        id_: row
        for id_, row in there.claims.items()
        if row["programme"] in programmes and (not _on_terms(row) or sees(row["programme"]))
    }
    return replace(there, programmes=programmes, claims=claims)


def _on_terms(row: Mapping[str, Any]) -> bool:
    return row["audience"] == INTERNAL or bool(row["embargo_until"])


def releases(released: Path) -> list[Path]:
    """The folders of releases, in the order they were made."""
    found = [path for path in released.glob("[!.]*") if (path / "release.json").exists()]
    return sorted(found, key=lambda path: json.loads((path / "release.json").read_text(encoding="utf-8"))["released"])
