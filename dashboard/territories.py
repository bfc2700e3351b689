"""Territories as readers ask for them: the named ones of the build, and sets of their own in the address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from dashboard import queries, urls
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build

PATH = "hub"
#: A reader's own set has at most so many members: more are a list, not a territory.
MOST = 60
#: How many names a sentence or a link has before it says how many more there are.
NAMED = 4
_SEPARATORS = re.compile(r"[+,;\s]+")


@dataclass(frozen=True)
class Territory:
    """A set of regions. id: '' for a reader's own. members: NUTS codes, sorted, none inside another.

    kind: hub, programme, network, cross_border, or own. perimeter: where the atlas had to choose. sources: addresses.
    """

    id: str
    kind: str
    members: tuple[str, ...]
    name: str
    description: str = ""
    perimeter: str = ""
    sources: tuple[str, ...] = ()
    checked_by: str = ""
    checked_on: date | None = None

    @property
    def item(self) -> str:
        """Its part of the address."""
        return self.id or "+".join(self.members)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries it lies in."""
        return tuple(sorted({code[:2] for code in self.members}))


def named(build: Build, t: Words) -> dict[str, Territory]:
    """id → territory of the build, in the reader's language; by kind, then by name."""

    def make() -> dict[str, Territory]:
        found = [_named(row, t) for row in build.rows("territories")]
        return {one.id: one for one in sorted(found, key=lambda one: (KINDS.index(one.kind), one.name))}

    return build.remember(("territories", t.lang), make)


KINDS = ("hub", "programme", "network", "cross_border", "own")


def _named(row: Row, t: Words) -> Territory:
    texts = {key: str(row.get(f"{key}_{t.lang}") or t.of(row[f"{key}_en"])) for key in ("name", "description")}
    perimeter = str(row.get(f"perimeter_{t.lang}") or (row["perimeter_en"] and t.of(row["perimeter_en"])))
    return Territory(
        row["id"],
        row["kind"],
        tuple(row["members"]),
        texts["name"],
        texts["description"],
        perimeter,
        tuple(row["sources"]),
        row["checked_by"],
        row["checked_on"],
    )


def kind_name(t: Words, kind: str) -> str:
    """What a territory is, as a reader's word."""
    return {
        "hub": t("AI hub"),
        "programme": t("Programme area"),
        "network": t("Network"),
        "cross_border": t("Cross-border space"),
        "own": t("Territory of your own"),
    }[kind]


def find(build: Build, t: Words, item: str, query: Row | None = None) -> Territory:
    """The territory of an address: an id, or codes joined by '+'.

    Raises NotFoundError naming what is unknown, too much or inside another, with the nearest addresses that are right;
    MovedError where the same set has a canonical spelling: NUTS codes in capitals, sorted, none twice.
    """
    shipped = named(build, t)
    if item.lower() in shipped and "+" not in item:
        if item != item.lower():
            raise urls.MovedError(urls.view_url(t.lang, PATH, item.lower(), query))
        return shipped[item]
    asked = list(dict.fromkeys(part for part in _SEPARATORS.split(item) if part))
    codes = _known(build, t, item, asked)
    return own(build, t, codes, item, query)


def own(build: Build, t: Words, codes: Iterable[str], item: str = "", query: Row | None = None) -> Territory:
    """The territory of these NUTS codes. item: how the address spells it; raises like `find`."""
    members = tuple(sorted(set(codes)))
    _refuse_many(build, t, members)
    _refuse_nested(build, t, members)
    if "+".join(members) != item:
        raise urls.MovedError(urls.view_url(t.lang, PATH, "+".join(members), query))
    return Territory("", "own", members, short_list(t, [queries.regions(build)[code].name(t.lang) for code in members]))


def short_list(t: Words, names: list[str]) -> str:
    """The names as a list, the first few where there are many."""
    if len(names) <= NAMED:
        return t.listed(names)
    return t("{names} and {n} more", names=", ".join(names[: NAMED - 1]), n=len(names) - NAMED + 1)


def _known(build: Build, t: Words, item: str, asked: list[str]) -> list[str]:
    """The codes asked for in NUTS; raises NotFoundError for the first that is unknown."""
    spelled = queries.region_codes(build)
    unknown = next((part for part in asked if part.upper() not in spelled), None)
    if unknown is None and asked:
        return [spelled[part.upper()] for part in asked]
    if unknown is None or len(asked) == 1:
        near = get_close_matches(item.lower(), list(named(build, t)), 1, 0.5)
        links = [_way(build, t, [], near[0])] if near else []
        near = get_close_matches(item.upper(), list(spelled), 1, 0.6)
        links += [_way(build, t, [spelled[near[0]]])] if near else []
        text = t("There is no territory “{name}”, and no region has that code.", name=item[:80])
        raise urls.NotFoundError(item, text=text, links=(*links, _index(t)))
    rest = [spelled[part.upper()] for part in asked if part.upper() in spelled]
    near = get_close_matches(unknown.upper(), list(spelled), 1, 0.6)
    ways = [[*rest, spelled[near[0]]]] if near else []
    ways += [rest] if rest else []
    links = [_way(build, t, _outermost(way)) for way in ways if len(_outermost(way)) <= MOST]
    text = t("No region has the code “{code}”.", code=unknown[:80])
    raise urls.NotFoundError(unknown, text=text, links=(*dict.fromkeys(links), _index(t)))


def _refuse_many(build: Build, t: Words, members: tuple[str, ...]) -> None:
    if len(members) <= MOST:
        return
    whole = compact(build, _outermost(members))
    links = [_way(build, t, whole)] if len(whole) <= MOST else []
    text = t("A territory has at most {most} members; this address names {n}.", most=MOST, n=len(members))
    if links:
        text += " " + t("Where all parts of a region are named, the region itself says the same:")
    raise urls.NotFoundError("+".join(members), text=text, links=(*links, _index(t)), status=400)


def _refuse_nested(build: Build, t: Words, members: tuple[str, ...]) -> None:
    pairs = [(inner, outer) for outer in members for inner in members if inner != outer and inner.startswith(outer)]
    if not pairs:
        return
    known, (inner, outer) = queries.regions(build), pairs[0]
    values = {"inner": f"{known[inner].name(t.lang)} ({inner})", "outer": f"{known[outer].name(t.lang)} ({outer})"}
    text = t("{inner} lies in {outer} and would count twice.", **values)
    inside = {inner for inner, _ in pairs}
    outside = {outer for _, outer in pairs}
    ways = [[code for code in members if code not in drop] for drop in (inside, outside)]
    links = [_way(build, t, way) for way in ways]
    raise urls.NotFoundError("+".join(members), text=text, links=(*links, _index(t)), status=400)


def _outermost(codes: Iterable[str]) -> list[str]:
    """The codes without those that lie in another of them."""
    found = sorted(set(codes))
    return [code for code in found if not any(code != other and code.startswith(other) for other in found)]


def compact(build: Build, codes: Iterable[str]) -> list[str]:
    """The same area in fewest codes: all parts of a region become the region."""
    children: dict[str, list[str]] = {}
    for region in queries.regions(build).values():
        children.setdefault(region.parent, []).append(region.code)
    found = set(codes)
    for parent in sorted(children, key=lambda code: -len(code)):
        if parent and found.issuperset(children[parent]):
            found = found - set(children[parent]) | {parent}
    return sorted(found)


def _way(build: Build, t: Words, members: Iterable[str], id_: str = "") -> tuple[str, str]:
    """A link to a territory: its label and address."""
    if id_:
        return named(build, t)[id_].name, urls.page(t.lang, PATH, id_)
    codes = sorted(set(members))
    label = short_list(t, [queries.regions(build)[code].name(t.lang) for code in codes])
    return label, urls.page(t.lang, PATH, "+".join(codes))


def _index(t: Words) -> tuple[str, str]:
    return t("All territories"), urls.page(t.lang, PATH)


def same_area(build: Build, t: Words, territory: Territory) -> Territory | None:
    """The named territory that a reader's own set is."""
    area = compact(build, territory.members)
    return next((one for one in named(build, t).values() if compact(build, one.members) == area), None)


def tops(build: Build) -> dict[str, str]:
    """Code → the coarsest code of the same area: Berlin is DE3, DE30 and DE300."""

    def make() -> dict[str, str]:
        known = queries.regions(build)
        children = Counter(region.parent for region in known.values())
        found: dict[str, str] = {}
        for code in sorted(known, key=len):
            parent = known[code].parent
            found[code] = found[parent] if parent and children[parent] == 1 else code
        return found

    return build.remember("tops", make)
