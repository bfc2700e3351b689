"""What can stand on a side of a comparison: a region by its code, a territory by its id or by its members' codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard import aggregate, hub, queries, recipes, territories
from dashboard.components.table import letters
from dashboard.i18n import languages, words
from dashboard.queries import LEVELS, Row
from dashboard.store import Build
from dashboard.territories import Territory

#: Each indicator's figures of one side, by period.
Series = dict[str, dict[str, Row]]
#: Between the codes of a territory in an address; + is between the sides.
COMMA = ","


@dataclass(frozen=True)
class Side:
    """A region or territory. key: how an address names it. members: NUTS codes, for a region its own."""

    key: str
    name: str
    kind: str
    members: tuple[str, ...]
    territory: Territory | None = None

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries it lies in."""
        return tuple(sorted({code[:2] for code in self.members}))

    def holds(self, code: str) -> bool:
        """Whether a region is it, or lies in it."""
        return code.startswith(self.members)


def side(build: Build, lang: str, key: str) -> Side:
    """The side of a key that `chosen.read` has found."""
    t, known = words(lang), queries.regions(build)
    if key in known:
        return Side(key, known[key].name(lang), known[key].kind, (key,))
    found = territory(build, lang, key)
    if found is None:
        raise KeyError(key)
    return Side(key, found.name, territories.kind_name(t, found.kind), found.members, found)


def territory(build: Build, lang: str, text: str) -> Territory | None:
    """The territory of an id, a name, or codes joined by commas; None for none.

    Raises urls.NotFoundError for codes that make no territory (unknown, nested, too many).
    """
    t = words(lang)
    named = territories.named(build, t)
    if text.lower() in named:
        return named[text.lower()]
    for spoken in languages():
        for one in territories.named(build, words(spoken)).values():
            if letters(one.name) == letters(text):
                return named[one.id]
    if COMMA not in text:
        return None
    spelled = queries.region_codes(build)
    codes = [part for each in text.upper().split(COMMA) if (part := each.strip())]
    if any(code not in spelled for code in codes):
        return None
    members = sorted({spelled[code] for code in codes})
    own = territories.own(build, t, members, "+".join(members))
    return territories.same_area(build, t, own) or own


def key_of(found: Territory) -> str:
    """How an address of a comparison names a territory."""
    return found.id or COMMA.join(found.members)


def fitting(build: Build, members: Iterable[str]) -> str:
    """The coarsest map level whose units make up all these regions."""
    members = list(members)
    for level in LEVELS:
        units = tuple(queries.units(build, level))
        if all(member in units or any(unit.startswith(member) for unit in units) for member in members):
            return level
    return LEVELS[-1]


def figures(build: Build, lang: str, of: Side, level: str) -> Series:
    """indicator → period → row, of indicators without breakdown; a territory's are put together by rule.

    level: where a region is ranked, if it is a unit there; else at the coarsest level of which it is one.
    """
    if of.territory is None:
        return region_figures(build, of.key, level if of.key in queries.units(build, level) else "")
    return build.recent(("put together", lang, of.members), lambda: _put_together(build, lang, of))


def region_figures(build: Build, code: str, level: str = "") -> Series:
    """The figures of one region, with ranks at a map level: the coarsest it is a unit of."""
    level = level or next((name for name in LEVELS if code in queries.units(build, name)), "")

    def make() -> Series:
        found: Series = {}
        for row in build.rows("region_figures", region=code, level=level):
            found.setdefault(row["indicator"], {})[row["period"]] = row
        return found

    return build.recent(("figures", code, level), make)


def _put_together(build: Build, lang: str, of: Side) -> Series:
    """Rows like those of a region, without rank; `why` says why there is no value."""
    t = words(lang)
    plain = hub.plain(build, t)
    known = hub.case(build, t, of.members, [row["id"] for row in plain])
    found: Series = {}
    for indicator in plain:
        for period in known.periods(indicator["id"]):
            figure = aggregate.aggregate(known, indicator["id"], "", period)
            why = recipes.refusal(build, t, indicator, figure.refusal) if figure.refusal else ""
            found.setdefault(indicator["id"], {})[period] = {
                "indicator": indicator["id"],
                "region": of.key,
                "period": period,
                "value": figure.value,
                "status": figure.status or ("m" if figure.value is None else ""),
                "reason": "",
                "n": figure.n,
                "ci_low": figure.ci_low,
                "ci_high": figure.ci_high,
                "rank_low": None,
                "rank_high": None,
                "of": None,
                "why": why or recipes.recipe(build, t, figure),
            }
    return found
