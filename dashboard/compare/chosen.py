"""Which regions an address or a form names: read, brought to one map level, refused with a way on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from dashboard import queries, urls
from dashboard.compare.sides import fitting, key_of, side, territory
from dashboard.components.table import letters
from dashboard.i18n import words
from dashboard.queries import LEVELS, Region
from dashboard.store import Build
from dashboard.urls import MovedError, NotFoundError
from dashboard.view import ancestors

#: More columns cannot be read side by side.
MOST = 4
_CODE_AT_END = re.compile(r".*\((\w+)\)")


def read(build: Build, lang: str, item: str, query: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """(map level, keys) of an address `DED+FRF`; keys are codes of one level, or those of territories (`sides.py`).

    Raises NotFoundError for an unknown code, more than MOST, or regions of different levels; MovedError where the same
    regions have a canonical address: NUTS codes of one level, none twice.
    """
    asked = list(dict.fromkeys(filter(None, (part.strip() for part in item.split("+")))))
    _refuse_many(build, lang, asked)
    keys = list(dict.fromkeys(key(build, lang, each) or _unknown(build, lang, asked, each) for each in asked))
    codes = [each for each in keys if each in queries.regions(build)]
    level, same = one_level(build, codes)
    if codes and not level:
        _refuse_mixed(build, lang, codes)
    if len(codes) < len(keys):
        at_level = dict(zip(codes, same, strict=False)) if len(same) == len(codes) else {}
        same = tuple(at_level.get(each, each) for each in keys)
        level = fitting(build, [code for each in same for code in side(build, lang, each).members])
    if list(same) != item.split("+"):
        raise MovedError(urls.compare_url(lang, same, query))
    return level, same


def key(build: Build, lang: str, text: str) -> str:
    """How an address names what a code, a name, an id or several codes mean; '' for nothing known."""
    if code := _code(build, text):
        return code
    found = territory(build, lang, text)
    return key_of(found) if found else ""


def one_level(build: Build, codes: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The coarsest map level at which all the places are units, and their codes there; ('', ()) where there is none.

    Berlin is DE3, DE30 and DE300: compared with a département it is a Kreis, compared with a région a Land.
    """
    regions = queries.regions(build)
    places = [_same_place(regions, code) for code in codes]
    for level in LEVELS:
        units = queries.units(build, level)
        found = [next((code for code in place if code in units), "") for place in places]
        if found and all(found):
            return level, tuple(dict.fromkeys(found))
    return "", ()


def _same_place(regions: Mapping[str, Region], code: str) -> list[str]:
    """The codes of one territory at all NUTS levels, from the top."""
    only = _only_children(regions)
    top = code
    while only.get(regions[top].parent) == top:
        top = regions[top].parent
    chain = [top]
    while chain[-1] in only:
        chain.append(only[chain[-1]])
    return chain


def _only_children(regions: Mapping[str, Region]) -> dict[str, str]:
    children: dict[str, list[str]] = {}
    for region in regions.values():
        children.setdefault(region.parent, []).append(region.code)
    return {parent: codes[0] for parent, codes in children.items() if len(codes) == 1}


def find(build: Build, lang: str, text: str) -> str:
    """The code that a reader's word means: a code, a name in any language, or `Name (CODE)`.

    Of several regions with one name the largest. Raises NotFoundError with what was probably meant.
    """
    if found := key(build, lang, text) or _code(build, (_CODE_AT_END.fullmatch(text) or ["", ""])[1]):
        return found
    names = names_of(build)
    near = get_close_matches(letters(text), list(names), 1, 0.6)
    raise NotFoundError(text, queries.regions(build)[names[near[0]]].name(lang) if near else "")


def _code(build: Build, text: str) -> str:
    """The code that a code in any spelling or a name means; '' for none."""
    text = text.strip()
    return queries.region_codes(build).get(text.upper()) or names_of(build).get(letters(text), "")


def names_of(build: Build) -> dict[str, str]:
    """Name in small plain letters, in each language → code of the largest region that has it."""

    def make() -> dict[str, str]:
        units = [code for level in LEVELS for code in queries.units(build, level)]
        found: dict[str, str] = {}
        for code in units:
            for name in queries.regions(build)[code].names.values():
                found.setdefault(letters(name), code)
        return found

    return build.remember("names_of", make)


def _unknown(build: Build, lang: str, asked: list[str], wrong: str) -> str:
    """Raise NotFoundError for an unknown code, with the comparison that was probably meant."""
    t = words(lang)
    try:
        meant = find(build, lang, wrong)
    except NotFoundError as error:
        long = [code for code in queries.region_codes(build) if len(code) > 3]  # any short code is near to another
        near = next(iter(get_close_matches(wrong.upper(), long, 1, 0.75)), "")
        meant = _code(build, error.hint) or _code(build, near)
    codes = [code for each in asked if (code := key(build, lang, each) or (meant if each == wrong else ""))]
    links = _way(build, lang, codes)
    raise NotFoundError(
        wrong,
        text=t("No region has the code “{code}”.", code=wrong[:80]),
        links=(*links, (t("Choose regions to compare"), urls.compare_url(lang, ()))),
    )


def _refuse_many(build: Build, lang: str, asked: list[str]) -> None:
    if len(asked) <= MOST:
        return
    t = words(lang)
    first = [code for each in asked[: 2 * MOST] if (code := key(build, lang, each))][:MOST]
    raise NotFoundError(
        "+".join(asked[:MOST]),
        text=t("At most {most} regions can be compared at once; this address names {n}.", most=MOST, n=len(asked)),
        links=(*_way(build, lang, first), (t("Choose regions to compare"), urls.compare_url(lang, ()))),
        status=400,
    )


def _refuse_mixed(build: Build, lang: str, codes: list[str]) -> None:
    t, regions = words(lang), queries.regions(build)
    kinds = ", ".join(f"{regions[code].name(lang)} ({code})" for code in codes)
    raise NotFoundError(
        "+".join(codes),
        text=t("These regions are of different levels and would not compare like with like: {names}.", names=kinds),
        links=(*_way(build, lang, codes), (t("Choose regions to compare"), urls.compare_url(lang, ()))),
        status=400,
    )


def _way(build: Build, lang: str, codes: list[str]) -> tuple[tuple[str, str], ...]:
    """The link to the nearest comparison of these regions: each as it is, or what it lies in at the coarsest level."""
    regions = [code for code in codes if code in queries.regions(build)]
    level, same = one_level(build, regions)
    if regions and not level:
        same = lifted(build, regions)
    same = (*same, *(each for each in codes if each not in regions))
    if not same:
        return ()
    t = words(lang)
    names = t.listed([side(build, lang, each).name for each in same])
    return ((t("Compare {names}", names=names), urls.compare_url(lang, same)),)


def lifted(build: Build, codes: Iterable[str]) -> tuple[str, ...]:
    """Each region replaced by the one it lies in at the coarsest level among them."""
    regions, codes = queries.regions(build), list(codes)
    for level in LEVELS:
        units = queries.units(build, level)
        if any(code in units for code in codes):
            found = [next((up for up in ancestors(regions, code) if up in units), "") for code in codes]
            return tuple(dict.fromkeys(filter(None, found)))
    return ()


@lru_cache(maxsize=1)
def pairs() -> tuple[tuple[str, ...], ...]:
    """The comparisons the page offers by itself (pairs.toml)."""
    raw = tomllib.loads((Path(__file__).parent / "pairs.toml").read_text(encoding="utf-8"))
    return tuple(tuple(pair) for pair in raw["pairs"])
