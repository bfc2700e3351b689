"""What pages ask a build for, typed and remembered per build. The SQL lies in `queries/`, one file per question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.i18n import DEFAULT, Words, words
from dashboard.store import Build

Row = dict[str, Any]
LEVELS = ("country", "land", "nuts2", "nuts3")


@dataclass(frozen=True)
class Region:
    """A region as pages show it; names in three languages, codes of the national systems."""

    code: str
    level: int
    adm: str
    parent: str
    land: str
    country: str
    names: dict[str, str]
    kind: str
    ags: str
    insee_reg: str
    insee_dep: str
    iso: str
    overseas: bool

    def name(self, lang: str) -> str:
        """The name in a language; the region's own where that language has none."""
        return self.names.get(lang) or self.names[""]


def _region(row: Row) -> Region:
    texts = {
        name: row[name] or "" for name in ("adm", "parent", "land", "kind", "ags", "insee_reg", "insee_dep", "iso")
    }
    return Region(
        code=row["code"],
        level=row["level"],
        country=row["country"],
        overseas=row["overseas"],
        names={"": row["name"], "de": row["name_de"], "fr": row["name_fr"], "en": row["name_en"]},
        **texts,
    )


def regions(build: Build) -> dict[str, Region]:
    """code → region, all 598."""

    def make() -> dict[str, Region]:
        return {row["code"]: _region(row) for row in build.rows("regions")}

    found: dict[str, Region] = build.remember("regions", make)
    return found


def inside(build: Build, codes: Iterable[str]) -> set[str]:
    """Regions and all that lie in one of them; what the build does not know is left out."""
    known = regions(build)
    found = {code for code in codes if code in known}
    for region in sorted(known.values(), key=lambda region: region.level):
        if region.land in found or region.parent in found:
            found.add(region.code)
    return found


def distinct_name(build: Build, lang: str, code: str) -> str:
    """A region's name, with its code where others are called the same (Leipzig); the code where it is unknown."""
    known = regions(build)
    if code not in known:
        return code
    name = known[code].name(lang)
    return f"{name} ({code})" if sum(region.name(lang) == name for region in known.values()) > 1 else name


def region_codes(build: Build) -> dict[str, str]:
    """Every spelling an address may use (NUTS, ISO 3166-2) → NUTS code."""

    def make() -> dict[str, str]:
        known = regions(build)
        isos = {r.iso: r.code for r in sorted(known.values(), key=lambda r: -r.level) if r.iso}
        return isos | {code: code for code in known}

    found: dict[str, str] = build.remember("region_codes", make)
    return found


def units(build: Build, level: str) -> dict[str, str]:
    """code → country of the regions a map shows at a level."""

    def make() -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {name: {} for name in LEVELS}
        for row in build.rows("map_units"):
            found[row["level"]][row["code"]] = row["country"]
        return found

    levels: dict[str, dict[str, str]] = build.remember("units", make)
    return levels[level]


def indicators(build: Build, lang: str) -> dict[str, Row]:
    """id → indicator with its words in `lang` and `members` (code → label), in picker order."""

    def make() -> dict[str, Row]:
        spoken = {row["lang"] for row in build.rows("languages")}
        wrote = lang if lang in spoken else DEFAULT
        rows = {row["id"]: row | {"members": {}} for row in build.rows("indicators", lang=wrote)}
        for row in build.rows("members", lang=wrote):
            rows[row["indicator"]]["members"][row["member"]] = row["label"]
        for row in rows.values():
            row["gaps"], row["reasons"] = _pairs(row["gaps"]), _pairs(row["reasons"])
            if wrote != lang:
                _translate(row, words(lang))
        return rows

    found: dict[str, Row] = build.remember(("indicators", lang), make)
    return found


#: The parts of an indicator that readers read.
_SPOKEN = ("title", "short", "unit_words", "definition", "method", "comparability", "dimension_words")


def _translate(row: Row, t: Words) -> None:
    """A language that the build's authors did not write: its catalogue speaks over their English."""
    row |= {key: t.of(row[key]) for key in _SPOKEN}
    row["caveats"] = [t.of(text) for text in row["caveats"]]
    for key in ("gaps", "reasons", "members"):
        row[key] = {name: t.of(text) for name, text in row[key].items()}


def source_title(source: Row, t: Words) -> str:
    """A source's title in a language, or its English one as the catalogue has it."""
    return str(source.get(f"title_{t.lang}") or t.of(source["title_en"]))


def _pairs(value: Any) -> dict[str, str]:
    """A DuckDB map arrives from Polars as a list of key/value structs."""
    if isinstance(value, dict):
        return value
    return {pair["key"]: pair["value"] for pair in value or []}


def slice_rows(build: Build, indicator: str, level: str, member: str) -> list[Row]:
    """The rows of `queries/slice.sql`, by region and period."""
    found: list[Row] = build.remember(
        ("slice", indicator, level, member),
        lambda: build.rows("slice", indicator=indicator, level=level, member=member),
    )
    return found


def periods(build: Build, indicator: str, level: str, member: str) -> tuple[str, ...]:
    """The periods of a slice, in order."""
    return build.remember(
        ("periods", indicator, level, member),
        lambda: tuple(sorted({row["period"] for row in slice_rows(build, indicator, level, member)})),
    )


def scales(build: Build, indicator: str, member: str) -> dict[str, tuple[float, ...]]:
    """country ('' where one scale serves both) → inner class limits, or the largest circle's value."""
    found: dict[str, tuple[float, ...]] = build.remember(
        ("scales", indicator, member),
        lambda: {
            row["country"]: tuple(row["limits"]) for row in build.rows("scales", indicator=indicator, member=member)
        },
    )
    return found


def sources(build: Build) -> dict[str, Row]:
    """id → source with its number of observations."""
    found: dict[str, Row] = build.remember("sources", lambda: {row["id"]: row for row in build.rows("sources")})
    return found


def announcements(build: Build) -> list[Row]:
    """Figures under embargo that this build may tell of: source, title_<lang>, available_from (UTC)."""
    found: list[Row] = build.remember("announcements", lambda: build.rows("announcements"))
    return found


def deliveries(build: Build) -> list[Row]:
    """Every raw file the figures were taken from."""
    found: list[Row] = build.remember("deliveries", lambda: build.rows("deliveries"))
    return found


def reasons(build: Build) -> dict[str, set[str]]:
    """indicator → the reason keys that occur in its figures."""

    def make() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in build.rows("reasons"):
            found.setdefault(row["indicator"], set()).add(row["reason"])
        return found

    return build.remember("reasons", make)


def coverage(build: Build) -> list[Row]:
    """What there is, by indicator × country × level."""
    found: list[Row] = build.remember("coverage", lambda: build.rows("coverage"))
    return found


def withheld(build: Build, indicator: Row) -> bool:
    """Whether a licence lets us show these figures but not hand them on."""
    return any(not sources(build)[name]["redistribute"] for name in indicator["sources"])


def retrieved(build: Build, indicator: Row) -> date | None:
    """The latest delivery among an indicator's sources."""
    return max((sources(build)[name]["retrieved"] for name in indicator["sources"]), default=None)
