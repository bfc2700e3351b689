"""Statistical twins: the regions across the border that are most alike in structure, and in what (docs/twins.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard import queries
from dashboard.i18n import Words
from dashboard.queries import Row
from dashboard.store import Build

#: From here on the nearest is not alike: on average one standard deviation apart in each feature.
FAR: Final = 1.0
#: Nearer than this in a feature brings two regions together, farther than FAR holds them apart.
NEAR: Final = 0.5


@dataclass(frozen=True)
class Reason:
    """One shared feature: both values, and the standard deviations between them (positive: the region has more)."""

    indicator: str
    per_area: bool
    period: str
    value: float
    twin_value: float
    gap: float


@dataclass(frozen=True)
class Twin:
    """A region across the border. distance: 0 alike in all, 1 one standard deviation apart in each feature.

    reasons: the shared features, the most alike first.
    """

    code: str
    place: int
    distance: float
    reasons: tuple[Reason, ...]

    @property
    def alike(self) -> bool:
        """Whether the two are near enough to be called twins."""
        return self.distance < FAR


def twins(build: Build, code: str, level: str = "") -> list[Twin]:
    """The nearest regions across the border, nearest first; none for countries, or where too little is known.

    level: the map level; needed only for FRY1–FRY5, which are units of two, and then the coarser one by default.
    """
    levels: dict[str, dict[str, list[Row]]] = {}
    for row in build.recent(("twins", code), lambda: build.rows("twins", region=code)):
        levels.setdefault(row["level"], {}).setdefault(row["twin"], []).append(row)
    chosen = level or next((name for name in queries.LEVELS if name in levels), "")
    return [
        Twin(twin, rows[0]["place"], rows[0]["distance"], tuple(_reason(row) for row in rows))
        for twin, rows in levels.get(chosen, {}).items()
    ]


def _reason(row: Row) -> Reason:
    return Reason(row["indicator"], row["per_area"], row["period"], row["value"], row["twin_value"], row["gap"])


def feature_name(build: Build, t: Words, reason: Reason) -> str:
    """What a feature is called: the indicator's short name, per km² where it is a density."""
    short = str(queries.indicators(build, t.lang)[reason.indicator]["short"])
    return t("{indicator} per km²", indicator=short) if reason.per_area else short


def lead(build: Build, t: Words, code: str, twin: Twin) -> str:
    """One sentence: how near the two are."""
    regions = queries.regions(build)
    names = {"a": regions[code].name(t.lang), "b": regions[twin.code].name(t.lang)}
    distance = t.number(twin.distance, 2)
    if twin.alike:
        return t("Across the border {a} is most like {b} (distance {distance}).", distance=distance, **names)
    return t(
        "Across the border nothing is really like {a}; {b} comes nearest (distance {distance}).",
        distance=distance,
        **names,
    )


def why(build: Build, t: Words, code: str, twin: Twin) -> str:
    """How near the two are, what brings them together, what holds them apart."""
    near = [feature_name(build, t, reason) for reason in twin.reasons if abs(reason.gap) < NEAR]
    far = [feature_name(build, t, reason) for reason in reversed(twin.reasons) if abs(reason.gap) >= FAR]
    text = lead(build, t, code, twin)
    if near:
        text += " " + t("Alike: {features}.", features=t.listed(near))
    if far:
        text += " " + t("Apart: {features}.", features=t.listed(far))
    return text
