"""The figures of one indicator at one level, all periods, as one small JSON: what the map's script fetches.

Values travel as whole numbers of 10^-digits, each period as the difference to the last one: neighbouring years are
alike, and 9 years × 501 regions with their bases stay within the 15 kB budget. Limits and ranges of rank are computed
from value and n by the script with the build's own formula (shares are kept to two decimals in both).
"""

from __future__ import annotations

from typing import Any

import orjson

from dashboard import queries
from dashboard.components.actions import map_actions
from dashboard.components.foot import foot
from dashboard.drawing import legend
from dashboard.firstpaint import draw
from dashboard.i18n import MILLIONS_FROM, languages, words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.titles import title
from dashboard.urls import COUNTRIES, MapState, NotFoundError
from dashboard.view import MapView, doubtful, map_view


def check(build: Build, lang: str, indicator: str, level: str, member: str) -> None:
    """Raise NotFoundError for a slice this build does not have."""
    if lang not in languages():
        raise NotFoundError(lang)
    known = queries.indicators(build, lang)
    if indicator not in known:
        raise NotFoundError(indicator)
    if level not in known[indicator]["levels"]:
        raise NotFoundError(level)
    if member and member not in known[indicator]["members"]:
        raise NotFoundError(member)


def slice_json(build: Build, lang: str, indicator: str, level: str, member: str) -> bytes:
    """The slice as JSON bytes; `member` must be one of the indicator's."""
    view = map_view(build, lang, MapState(indicator=indicator, level=level, member=member))
    rows = queries.slice_rows(build, indicator, level, view.state.member)
    if level != "country":
        rows = rows + queries.slice_rows(build, indicator, "country", view.state.member)
    known = view.indicator
    own = sorted({*queries.units(build, level), *COUNTRIES})
    table = columns(rows, list(view.periods), digits(known))
    if table["codes"] == own:
        del table["codes"]  # the script knows the units of a level
    return orjson.dumps(
        {
            "build": build.id,
            "id": indicator,
            "level": level,
            "member": view.state.member,
            "periods": view.periods,
            "labels": [view.words.period(period) for period in view.periods],
            "levels": known["levels"],
            "countries": known["countries"],
            "kind": known["kind"],
            "verdict": known["verdict"],
            "interval": known["interval"],
            "scales": queries.scales(build, indicator, view.state.member),
            "diverging": view.diverging,
            "doubtful": doubtful(known),
            "format": number_format(view),
            "titles": titles(build, lang, view),
            "title": known["title"],
            "unit": known["unit_words"],
            "theme": known["theme"],
            "comparability": known["comparability"],
            "gaps": known["gaps"],
            "reasons": known["reasons"],
            "members": known["members"],
            "dimension": known["dimension_words"],
            "legend": legend(view),
            "foot": draw([foot(words(lang), build, known), map_actions(view, travels=True)]),
            **table,
        }
    )


def digits(indicator: Row) -> int:
    """Decimals a value travels with: shares with intervals two, so that ranges of rank agree with the build's."""
    return max(2, indicator["decimals"]) if indicator["interval"] else int(indicator["decimals"])


def number_format(view: MapView) -> dict[str, Any]:
    """What the script needs to write a value as Python does."""
    t, unit = view.words, view.indicator["unit"]
    return {
        "decimals": view.indicator["decimals"],
        "suffix": t.suffix(unit),
        "sign": view.diverging,
        "millions": t.millions if unit == "eur" else "",
        "from": MILLIONS_FROM,
    }


def titles(build: Build, lang: str, view: MapView) -> dict[str, list[str]]:
    """Country ('' for both) → the title sentence of every period."""
    state = view.state.but(region="", within="")
    return {
        country: [title(map_view(build, lang, state.but(country=country, period=period))) for period in view.periods]
        for country in ("", *COUNTRIES)
    }


def columns(rows: list[Row], periods: list[str], decimals: int) -> dict[str, Any]:
    """codes, v and n (`packed`), status letters per period (one text per region, '.' for fine), reasons."""
    table: dict[str, dict[str, Row]] = {}
    for row in rows:
        table.setdefault(row["region"], {})[row["period"]] = row
    codes = sorted(table)
    grid = [[table[code].get(period) for period in periods] for code in codes]
    status = ["".join(_letter(cell) for cell in line) for line in grid]
    bases = [[cell["n"] if cell else None for cell in line] for line in grid]
    values = [[_whole(cell, decimals) for cell in line] for line in grid]
    return {
        "codes": codes,
        "digits": decimals,
        "v": packed(values),
        "n": packed(bases) if any(n is not None for line in bases for n in line) else None,
        "s": status if any(text.strip(".") for text in status) else None,
        "r": _reasons(codes, grid),
    }


def _reasons(codes: list[str], grid: list[list[Row | None]]) -> dict[str, dict[str, list[int]] | str | int]:
    """Reason → where it holds: code → positions, or the status letter that always and only it has.

    A reason of nearly every cell (an own sum, say) stands last and is 1: all cells not named before, '' among them.
    """
    where: dict[str, dict[str, list[int]]] = {}
    letters: dict[str, set[str]] = {}
    for code, line in zip(codes, grid, strict=True):
        for position, cell in enumerate(line):
            reason = cell["reason"] if cell else ""
            where.setdefault(reason, {}).setdefault(code, []).append(position)
            letters.setdefault(reason, set()).add(_letter(cell))
    sizes = {reason: sum(map(len, found.values())) for reason, found in where.items()}
    usual = next((reason for reason, size in sizes.items() if size > 0.9 * sum(sizes.values())), "")
    shared = [letter for found in letters.values() for letter in found]
    found: dict[str, dict[str, list[int]] | str | int] = {
        reason: letter if len(letters[reason]) == 1 and letter != "." and shared.count(letter) == 1 else where[reason]
        for reason in where
        if reason != usual
        for letter in [min(letters[reason])]
    }
    return found | {usual: 1} if usual else found


def _letter(cell: Row | None) -> str:
    return "m" if cell is None else cell["status"] or "."


def _whole(cell: Row | None, decimals: int) -> int | None:
    return None if cell is None or cell["value"] is None else round(cell["value"] * 10**decimals)


def packed(lines: list[list[int | None]]) -> list[tuple[int | None, ...]]:
    """Region × period → per period, each value as the difference to the region's last one: what packs smallest."""
    return list(zip(*map(_differences, lines), strict=True))


def _differences(values: list[int | None]) -> list[int | None]:
    last = 0
    found: list[int | None] = []
    for value in values:
        found.append(None if value is None else value - last)
        last = last if value is None else value
    return found


def regions_json(build: Build, lang: str) -> bytes:
    """code → [name, parent, map levels it is a unit of, country, kind] for all regions, in one language."""
    levels: dict[str, list[str]] = {}
    for level in queries.LEVELS:
        for code in queries.units(build, level):
            levels.setdefault(code, []).append(level)
    return orjson.dumps(
        {
            code: [region.name(lang), region.parent, levels.get(code, []), region.country]
            for code, region in queries.regions(build).items()
        }
    )
