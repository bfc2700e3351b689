"""The coverage table of the README, from the published build.

`python docs/coverage.py` prints it, `python docs/coverage.py --write` puts it into README.md; $ATLAS_DATA is the data
folder (default `data`). tests/contract/test_documents.py compares the two.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import duckdb

README = Path(__file__).resolve().parents[1] / "README.md"
START, END = "<!-- coverage: python docs/coverage.py --write -->\n", "<!-- /coverage -->"
LEVELS = ("country", "land", "nuts2", "nuts3")
THEMES = ("adoption", "jobs", "funding", "research", "context")

_ROWS = """select i.theme, i.id, w.title, c.country, c.level, c.first_period, c.last_period, c.regions, c.units
  from coverage c
  join indicator i on i.id = c.indicator
  join indicator_words w on w.indicator = c.indicator and w.lang = 'en'
  order by list_position(['adoption', 'jobs', 'funding', 'research', 'context'], i.theme), i."order", i.id, c.country"""


def coverage(data: Path) -> str:
    """The table as Markdown: one line per indicator and country, regions with a value of all at each level."""
    pointer = json.loads((data / "current.json").read_text(encoding="utf-8"))
    connection = duckdb.connect(str(data / pointer["file"]), read_only=True)
    try:
        rows = connection.execute(_ROWS).fetchall()
    finally:
        connection.close()
    lines: dict[tuple[str, str], dict[str, tuple[str, str, int, int]]] = {}
    about: dict[str, tuple[str, str]] = {}
    for theme, indicator, title, country, level, first, last, regions, units in rows:
        about[indicator] = (theme, title)
        lines.setdefault((indicator, country), {})[level] = (first, last, regions, units)
    text = "| indicator | | years | country | Land · région | NUTS 2 | Kreis · département |\n" + "|---" * 7 + "|\n"
    for theme in THEMES:
        text += f"| **{theme.capitalize()}** | | | | | | |\n"
        for (indicator, country), levels in lines.items():
            if about[indicator][0] == theme:
                text += _line(indicator, about[indicator][1], country, levels)
    return text


def _line(indicator: str, title: str, country: str, levels: dict[str, tuple[str, str, int, int]]) -> str:
    first, last = min(row[0] for row in levels.values()), max(row[1] for row in levels.values())
    cells = []
    for level in LEVELS:
        if level not in levels:
            cells.append("–")
            continue
        start, end, regions, units = levels[level]
        notes = ([f"from {start}"] if start != first else []) + ([f"to {end}"] if end != last else [])
        of = "yes" if level == "country" else str(units) if regions == units else f"**{regions} of {units}**"
        cells.append(of + (f", {', '.join(notes)}" if notes else ""))
    span = first if first == last else f"{first}–{last}"
    return f"| [{title}](etl/indicators/{indicator}.toml) | {country} | {span} | {' | '.join(cells)} |\n"


def written(readme: str) -> str:
    """The table that stands in the README; raises ValueError where its marks are gone."""
    before, mark, rest = readme.partition(START)
    table, end, _ = rest.partition(END)
    if not (before and mark and end):
        raise ValueError(f"{README.name} has lost the marks around the coverage table")
    return table


def main() -> None:
    """Print the table, or write it."""
    table = coverage(Path(os.environ.get("ATLAS_DATA") or README.parent / "data"))
    if sys.argv[1:] == ["--write"]:
        readme = README.read_text(encoding="utf-8")
        README.write_text(readme.replace(START + written(readme) + END, START + table + END), encoding="utf-8")
    else:
        sys.stdout.write(table)


if __name__ == "__main__":
    main()
