"""Comparisons as slides: the lines of the page that compares, as a table; one of them over time."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import queries
from dashboard.compare.model import Comparison, Line
from dashboard.compare.text import verdict, written_difference
from dashboard.deck import parts
from dashboard.deck.model import Slide, Table
from dashboard.queries import Row

#: Lines of one table.
LINES = 7


def comparison(found: Comparison, path: str, title: str, lines: Sequence[Line] | None = None) -> Slide:
    """The lines all sides have figures for, those on one scale first, with the countries' and the differences."""
    t = found.words
    chosen = list(lines if lines is not None else usable(found))[:LINES]
    several = len(found.codes) > 1
    # A country's own figure stands beside one region of it; beside many there is no room.
    countries = found.countries if len(found.codes) + len(found.countries) <= 5 else ()
    known = queries.regions(found.build)
    heads = [t("Indicator"), *(found.name(code) for code in found.codes)]
    heads += [known[code].name(found.lang) for code in countries]
    heads += [t("Difference")] * (len(found.codes) == 2) + [t("Period")]
    rows = []
    for line in chosen:
        row = [line.indicator["title"], *(cell(found, line, code) for code in found.codes)]
        row += [parts.written(t, line.indicator, _plain(line.national.get(code))) for code in countries]
        row += [_difference(found, line)] * (len(found.codes) == 2) + [t.period(line.period)]
        rows.append(tuple(row))
    caveats = dict.fromkeys(line.indicator["comparability"] for line in chosen if not line.joint)
    text = f"{title} " + "; ".join(", ".join(row) for row in rows)
    return Slide(
        title=title,
        subtitle=t("Each line shows the latest period that all of them have") if several else "",
        path=path,
        main=Table(
            tuple(heads), tuple(rows), (2.3, *([1.4] * (len(heads) - 2)), 1.0), text, tuple(range(1, len(heads)))
        ),
        notes=tuple(
            ": ".join([row[0], "; ".join(f"{h} {c}" for h, c in zip(heads[1:], row[1:], strict=True))]) for row in rows
        ),
        sources=parts.sources(t, found.build, [line.indicator for line in chosen]),
        caveat=next(iter(caveats), "") or parts.caveat(t, chosen[0].indicator) if chosen else "",
    )


def usable(found: Comparison) -> list[Line]:
    """Lines with a value on each side that may be handed on; one scale first, then by the pickers' order."""
    lines = [
        line
        for line in found.lines
        if line.complete and not queries.withheld(found.build, line.indicator)
        and line.indicator["derive_kind"] in (None, "", "ratio")
    ]  # fmt: skip
    themes: dict[str, int] = {}

    def order(line: Line) -> tuple[bool, int]:
        theme = line.indicator["theme"]
        themes[theme] = themes.get(theme, 0) + 1
        return not line.joint, themes[theme]

    return sorted(lines, key=order)


def cell(found: Comparison, line: Line, code: str) -> str:
    """A side's value with flag and ranks, or why there is none."""
    row = line.rows.get(code)
    return (
        found.absence(line, code)
        if row is None or row["value"] is None
        else parts.written(found.words, line.indicator, row)
    )


def _plain(row: Row | None) -> Row:
    return {**row, "rank_low": None} if row is not None else {"value": None, "status": "m"}


def _difference(found: Comparison, line: Line) -> str:
    """The second side minus the first, with its verdict; nothing where definitions differ."""
    for difference in line.differences.values():
        text = written_difference(found, line.indicator, difference.value)
        judged = verdict(found, difference)
        return f"{text} ({judged})" if judged else text
    return found.words("not comparable")
