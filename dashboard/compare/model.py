"""Two to four regions side by side, one line per indicator: one period, one scale or two, differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from dashboard import queries
from dashboard.compare.sides import Side, figures, region_figures, side
from dashboard.differences import Difference, difference
from dashboard.i18n import Words, words
from dashboard.queries import Row
from dashboard.store import Build
from dashboard.urls import NotFoundError
from dashboard.view import flag_word


@dataclass(frozen=True)
class Line:
    """One indicator for all regions of a comparison.

    period: the latest that all have, '' where there is none. rows: code → figure in that period (of the newest one
    each, where there is no common period). national: country → its figure then. joint: one scale for all. differences:
    code → that region minus the first; empty without a joint scale. series: code → period → row.
    """

    indicator: Row
    period: str
    rows: dict[str, Row]
    national: dict[str, Row]
    joint: bool
    differences: dict[str, Difference] = field(default_factory=dict)
    series: dict[str, dict[str, Row]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every region has a value."""
        return bool(self.period)


@dataclass(frozen=True)
class Comparison:
    """Two to four regions of one map level. asked: the period to go back to, '' for the newest."""

    build: Build
    lang: str
    level: str
    codes: tuple[str, ...]
    asked: str = ""

    @property
    def words(self) -> Words:
        """The language."""
        return words(self.lang)

    @cached_property
    def sides(self) -> dict[str, Side]:
        """code, or a territory's key → what stands there."""
        return {code: side(self.build, self.lang, code) for code in self.codes}

    def name(self, code: str) -> str:
        """The name of a side, or of a country."""
        return self.sides[code].name if code in self.sides else queries.regions(self.build)[code].name(self.lang)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of all sides, each once, in their order."""
        return tuple(dict.fromkeys(country for each in self.sides.values() for country in each.countries))

    @property
    def names(self) -> str:
        """All names as a list in the language."""
        return self.words.listed([self.name(code) for code in self.codes])

    @cached_property
    def lines(self) -> list[Line]:
        """A line for each indicator that has a total and figures for at least one of the regions, in picker order."""
        found = {code: figures(self.build, self.lang, each, self.level) for code, each in self.sides.items()}
        national = {country: region_figures(self.build, country, "country") for country in self.countries}
        return [
            self._line(
                indicator, {c: found[c].get(id_, {}) for c in found}, {c: national[c].get(id_, {}) for c in national}
            )
            for id_, indicator in queries.indicators(self.build, self.lang).items()
            if any(row["value"] is not None for code in found for row in found[code].get(id_, {}).values())
        ]

    def _line(self, indicator: Row, series: dict[str, dict[str, Row]], national: dict[str, dict[str, Row]]) -> Line:
        joint = indicator["verdict"] in ("same", "single") or len(self.countries) == 1
        period = next((p for p in reversed(common(series)) if not self.asked or p[: len(self.asked)] <= self.asked), "")
        if period:
            rows = {code: series[code][period] for code in self.codes}
        else:
            rows = {code: row for code in self.codes if (row := self._newest(series[code]))}
        first = rows.get(self.codes[0])
        differences = {
            code: found
            for code in self.codes[1:]
            if joint and period and (found := difference(rows[code], first)) is not None
        }
        means = {country: rows_[period] for country, rows_ in national.items() if period in rows_}
        return Line(indicator, period, rows, means, joint, differences, series)

    def _newest(self, rows: dict[str, Row]) -> Row | None:
        periods = [p for p in sorted(rows) if not self.asked or p[: len(self.asked)] <= self.asked]
        valued = [p for p in periods if rows[p]["value"] is not None]
        return rows[(valued or periods)[-1]] if periods else None

    @cached_property
    def years(self) -> tuple[str, ...]:
        """The years for which anything is compared, in order: what `asked` may be."""
        return tuple(sorted({period[:4] for line in self.lines for period in common(line.series)}))

    def check(self) -> Comparison:
        """Itself; raises NotFoundError for a period nothing is compared in."""
        if self.asked and self.asked not in self.years:
            raise NotFoundError(self.asked, self.years[-1] if self.years else "")
        return self

    def absence(self, line: Line, code: str) -> str:
        """Why a side has no value: why a territory's was refused, its country's sentence, its flag with the reason."""
        row, indicator = line.rows.get(code), line.indicator
        if row is not None and row.get("why"):
            return str(row["why"])
        if row is None or (
            row["value"] is None and not any(r["value"] is not None for r in line.series[code].values())
        ):
            lacking = [country for country in self.sides[code].countries if country not in indicator["countries"]]
            if gaps := [indicator["gaps"][country] for country in lacking if country in indicator["gaps"]]:
                return " ".join(gaps)
        if row is None:
            return flag_word(self.words, "m")
        return indicator["reasons"].get(row["reason"]) or flag_word(self.words, row["status"])


def common(series: dict[str, dict[str, Row]]) -> list[str]:
    """The periods in which all have a value, in order."""
    have = [{period for period, row in rows.items() if row["value"] is not None} for rows in series.values()]
    return sorted(set.intersection(*have)) if have else []
