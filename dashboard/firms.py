"""The use of AI by size of firm in the two countries, as the page on small and medium-sized firms shows it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from dashboard import queries
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.urls import COUNTRIES

_CHOSEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SIZE, SECTOR = str(_CHOSEN["size"]), str(_CHOSEN["sector"])
#: The source that the figures by activity come from, to be fetched.
SECTOR_SOURCE = str(_CHOSEN["sector_source"])
#: Indicators that lead on to the map.
REGIONAL, CONTEXT = tuple(_CHOSEN["regional"]), tuple(_CHOSEN["context"])
#: Small and medium-sized together, and the class above them, whose distance is the gap.
SMES, LARGE = str(_CHOSEN["smes"]), str(_CHOSEN["large"])


@dataclass(frozen=True)
class Breakdown:
    """An indicator by its members: member → country → period → row of the build."""

    indicator: Row
    figures: dict[str, dict[str, dict[str, Row]]]

    @property
    def periods(self) -> tuple[str, ...]:
        """All periods, in order."""
        every = (rows for by_country in self.figures.values() for rows in by_country.values())
        return tuple(sorted({period for rows in every for period in rows}))

    def value(self, member: str, country: str, period: str) -> float | None:
        """A figure, or None where there is none."""
        row = self.figures[member].get(country, {}).get(period)
        return row["value"] if row else None

    def status(self, member: str, country: str, period: str) -> str:
        """Its flag; not collected where there is no row."""
        row = self.figures[member].get(country, {}).get(period)
        return str(row["status"]) if row else "m"


def breakdown(build: Build, lang: str, id_: str) -> Breakdown | None:
    """The national figures of an indicator by its members; None where the build has none."""
    indicator = queries.indicators(build, lang).get(id_)
    if indicator is None:
        return None
    figures: dict[str, dict[str, dict[str, Row]]] = {}
    for member in indicator["members"]:
        by_country = figures.setdefault(member, {country: {} for country in COUNTRIES})
        for row in queries.slice_rows(build, id_, "country", member):
            by_country[row["region"]][row["period"]] = row
    return Breakdown(indicator, figures)


def gap(sizes: Breakdown, country: str, period: str) -> float | None:
    """By how many points large firms are ahead of small and medium-sized ones; None where one figure is missing."""
    large, small = (sizes.value(member, country, period) for member in (LARGE, SMES))
    return None if large is None or small is None else large - small
