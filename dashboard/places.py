"""Regions as readers ask for them: any spelling of a code, kinds, neighbours, parts, inhabitants, those most alike."""

from __future__ import annotations

import re
from difflib import get_close_matches

from dashboard import queries, urls
from dashboard.components.table import letters
from dashboard.i18n import Words
from dashboard.queries import Region, Row
from dashboard.store import Build
from dashboard.view import level_name

PATH = "region"
#: The systems a reader may name in front of a code ("ags:14"), and the columns of the alias table they stand for.
SYSTEMS = {"ags": ("ags",), "de": ("ags",), "insee": ("insee_dep", "insee_reg"), "fr": ("insee_dep", "insee_reg"),
           "iso": ("iso",), "nuts": ("nuts",)}  # fmt: skip
#: What Baden-Württemberg calls Stadtkreis is the kreisfreie Stadt of the other Länder.
CITIES = ("Kreisfreie Stadt", "Stadtkreis")


def find(build: Build, t: Words, asked: str) -> Region:
    """The region of an address.

    Raises MovedError for another spelling that only one region has (ded, DE-SN, ags:14713), NotFoundError with the ways
    on for one that several have, for a code of an older NUTS version, and for what is unknown.
    """
    known = queries.regions(build)
    if asked in known:
        return known[asked]
    text = asked.strip().upper()
    head, colon, tail = text.partition(":")
    systems = SYSTEMS.get(head.lower(), ()) if colon else ()
    text = tail.strip() if systems else text
    if text in known and systems in ((), ("nuts",)):
        raise urls.MovedError(urls.page(t.lang, PATH, text))
    rows = [row for row in aliases(build).get(text, []) if not systems or row["system"] in systems]
    old = [row for row in rows if row["system"] == "nuts"]
    now = list(dict.fromkeys(row["region"] for row in rows if row["system"] != "nuts"))
    commune = "" if systems else _commune(build, text)
    if len(now) == 1 and not commune:
        raise urls.MovedError(urls.page(t.lang, PATH, now[0]))
    if now:
        raise urls.NotFoundError(asked, text=_ambiguous(t, asked), links=_links(build, t, [*now, commune]))
    if old:
        raise urls.NotFoundError(asked, text=_old(t, asked, old), links=_links(build, t, [r["region"] for r in old]))
    near = [commune] if commune else nearest(build, text)
    raise urls.NotFoundError(
        asked,
        text=t("No region of the atlas has the code “{code}”.", code=asked[:80]),
        links=(*_links(build, t, near), (t("All regions"), urls.page(t.lang, PATH))),
    )


def _ambiguous(t: Words, asked: str) -> str:
    return t(
        "“{code}” may mean several regions, because it does not say which list of codes it is from.", code=asked[:80]
    )


def _old(t: Words, asked: str, rows: list[Row]) -> str:
    """What became of a code of an older NUTS version."""
    return t(
        "“{code}” is a code of NUTS {version} that is no longer used. Its territory now belongs to:",
        code=asked[:80],
        version=rows[0]["version"],
    )


def _links(build: Build, t: Words, codes: list[str]) -> tuple[tuple[str, str], ...]:
    known = queries.regions(build)
    return tuple(
        (f"{known[code].name(t.lang)} ({code})", urls.page(t.lang, PATH, code)) for code in dict.fromkeys(codes) if code
    )


def _commune(build: Build, text: str) -> str:
    """The département of what has the form of a commune's INSEE code; '' otherwise. Kreise have five digits, too."""
    if not re.fullmatch(r"(\d\d|2[AB])\d{3}", text):
        return ""
    head = text[:3] if text.startswith("97") else text[:2]
    return next((row["region"] for row in aliases(build).get(head, []) if row["system"] == "insee_dep"), "")


def nearest(build: Build, text: str, most: int = 3) -> list[str]:
    """The codes of the regions whose code or name is most like a text."""
    known = queries.regions(build)

    def make() -> dict[str, str]:
        names = {letters(name): r.code for r in known.values() for name in r.names.values()}
        return names | {code.casefold(): code for code in known}

    spelled = build.remember("nearest", make)
    return [spelled[found] for found in get_close_matches(letters(text[:80]), list(spelled), most, 0.6)]


def aliases(build: Build) -> dict[str, list[Row]]:
    """Code → its rows of table `region_alias`, the largest part first."""

    def make() -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in build.rows("aliases"):
            found.setdefault(row["code"], []).append(row)
        return found

    return build.remember("aliases", make)


def neighbours(build: Build, code: str) -> list[str]:
    """The regions of the same level with a common border, by code; across the Rhine, too."""

    def make() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in build.rows("neighbours"):
            found.setdefault(row["code"], []).append(row["neighbour"])
        return found

    return build.remember("neighbours", make).get(code, [])


def children(build: Build, code: str, lang: str = "") -> list[str]:
    """What a region directly consists of, by name; a country of its Länder or régions, as a map shows them."""
    known = queries.regions(build)
    inside = [r.code for r in known.values() if r.parent == code]
    if known[code].level == 0:
        inside = [unit for unit, country in queries.units(build, "land").items() if country == code]
    return sorted(inside, key=lambda each: letters(known[each].name(lang)))


def inhabitants(build: Build) -> dict[str, Row]:
    """Code → the latest number of inhabitants: indicator, period, value, status."""
    return build.remember("inhabitants", lambda: {row["region"]: row for row in build.rows("population")})


def same_kind(build: Build, region: Region) -> list[str]:
    """The regions of its country and map level that a region is compared with, itself among them.

    Cities that are a Kreis of their own and the other Kreise are two kinds. Nothing for a country, and for what no map
    shows.
    """
    known = queries.regions(build)
    units = queries.units(build, region.adm) if region.adm in queries.LEVELS[1:] else {}
    city = region.kind in CITIES
    return [
        code for code, country in units.items() if country == region.country and (known[code].kind in CITIES) == city
    ]


def alike(build: Build, region: Region, most: int = 4) -> list[str]:
    """The regions of the same kind whose number of inhabitants is nearest, by ratio."""
    people = {code: row["value"] for code, row in inhabitants(build).items()}
    own = people.get(region.code)
    others = [code for code in same_kind(build, region) if code != region.code and people.get(code)]
    if not own:
        return []
    return sorted(others, key=lambda code: (max(people[code], own) / min(people[code], own), code))[:most]


def kin_name(t: Words, region: Region) -> str:
    """The plural for the regions of its kind: kreisfreie Städte, départements …"""
    if region.adm == "nuts3" and region.country == region.code[:2] and region.kind in CITIES:
        return t("kreisfreie Städte")
    if region.ags and region.adm == "nuts3":
        return t("Landkreise")
    return level_name(t, region.adm, region.country)


def kind_name(t: Words, region: Region) -> str:
    """What a region is, in the reader's language."""
    if region.level == 0:
        return t("country")
    if region.adm == "nuts2" and region.kind in ("Bundesland", "région"):  # a Land that is one NUTS 2 region
        return t("statistical region (NUTS 2)")
    return {
        "Bundesland": t("federal state (Land)"),
        "Regierungsbezirk": t("administrative district (Regierungsbezirk)"),
        "Statistische Region": t("statistical region (NUTS 2)"),
        "Kreisfreie Stadt": t("independent city (kreisfreie Stadt)"),
        "Stadtkreis": t("independent city (Stadtkreis)"),
        "Landkreis": t("district (Landkreis)"),
        "Kreis": t("district (Kreis)"),
        "Kommunalverband besonderer Art": t("special association of municipalities (Kreis)"),
        "région": t("region (région)"),
        "ancienne région": t("former region (ancienne région)"),
        "département": t("department (département)"),
    }.get(region.kind, t("group of regions"))
