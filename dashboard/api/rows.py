"""The rows of each resource, column by column: what the OpenAPI document and the page on the API say of them.

Nothing is checked by these models when an answer is made; tests hold every row of the real build to them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: The levels of maps.
Level = Literal["country", "land", "nuts2", "nuts3"]


class Row(BaseModel):
    """A row; its columns are all there is."""

    model_config = ConfigDict(extra="forbid")


class Member(Row):
    """One member of a breakdown."""

    member: str
    label_de: str
    label_fr: str
    label_en: str


class Reason(Row):
    """Why figures have a flag."""

    reason: str = Field(description="As in the observations.")
    text_de: str
    text_fr: str
    text_en: str


class Indicator(Row):
    """What is measured, how, and in which words."""

    id: str
    theme: str
    title_de: str
    title_fr: str
    title_en: str
    kind: str = Field(description="rate, count, index or amount.")
    unit: str
    unit_de: str
    unit_fr: str
    unit_en: str
    decimals: int = Field(description="With how many decimals it is published.")
    direction: str
    aggregation: str = Field(description="How regions are put together: sum, weighted, none …")
    interval: str = Field(description="How the limits were calculated; empty: there are none.")
    verdict: str = Field(description="Whether both countries measure the same.")
    levels: list[Level] = Field(description="Map levels with figures.")
    countries: list[str]
    first_period: str | None
    last_period: str | None
    dimension: str = Field(description="Of the breakdown; empty: there is only the total.")
    members: list[Member]
    sources: list[str]
    redistribute: bool = Field(
        description="Whether the licence lets the figures be handed on; if not, they are not here."
    )
    derive_kind: str | None = Field(description="How it is calculated from others; null: it is not.")
    derive_of: str | None
    derive_by: str | None
    definition_de: str
    definition_fr: str
    definition_en: str
    method_de: str
    method_fr: str
    method_en: str
    comparability_de: str
    comparability_fr: str
    comparability_en: str
    caveats_de: list[str]
    caveats_fr: list[str]
    caveats_en: list[str]
    reasons: list[Reason]
    checked_by: str
    checked_on: date


class Region(Row):
    """A region of NUTS 2024 with the codes of other systems."""

    code: str
    level: Level | None = Field(description="Its own map level; null for what is only an aggregate.")
    nuts_level: int
    parent: str | None = Field(description="The NUTS region above it.")
    land: str | None = Field(description="The Bundesland or région it lies in.")
    country: str
    name: str
    name_de: str
    name_fr: str
    name_en: str
    kind: str | None
    ags: str | None = Field(description="Amtlicher Gemeindeschlüssel.")
    insee_reg: str | None
    insee_dep: str | None
    iso: str | None = Field(description="ISO 3166-2.")
    overseas: bool
    area_km2: float | None
    levels: list[Level] = Field(description="All map levels that show it.")


class Territory(Row):
    """A named set of regions."""

    id: str
    kind: str
    members: list[str] = Field(description="NUTS 2024 codes of any level.")
    name_de: str
    name_fr: str
    name_en: str
    description_de: str
    description_fr: str
    description_en: str
    perimeter_de: str = Field(description="How the members were chosen; empty: as the source says.")
    perimeter_fr: str
    perimeter_en: str
    sources: list[str]
    checked_by: str
    checked_on: date


class Observation(Row):
    """One figure: indicator, region, period and member of the breakdown."""

    indicator: str
    region: str = Field(description="NUTS 2024.")
    level: Level | None = Field(
        description="The map level asked for, else that of the region; ranks are among its units."
    )
    period: str = Field(description="2024, 2024-Q2 or 2024-06.")
    dimension: str = Field(description="Of the breakdown; empty for the total.")
    member: str = Field(description="Of the breakdown; empty for the total.")
    value: float | None = Field(description="As published or calculated; null where there is none, never 0.")
    unit: str
    status: Literal["", "b", "e", "p", "u", "a", "c", "m", "z"] = Field(
        description="Empty: fine; b break, e estimated, p provisional, u low reliability, a artefact suspected, "
        "c suppressed, m not collected, z not applicable."
    )
    reason: str = Field(description="Why it has a status, in the words of the indicator's reasons.")
    n: int | None = Field(description="How many were asked or counted.")
    ci_low: float | None = Field(description="Lower limit of the 95 % interval.")
    ci_high: float | None = Field(description="Upper limit of the 95 % interval.")
    rank: int | None = Field(description="Among the units of the country at the level; 1 is the highest.")
    rank_low: int | None = Field(description="The best rank that the intervals allow.")
    rank_high: int | None = Field(description="The last rank that the intervals allow.")
    of: int | None = Field(description="How many units are ranked.")
    source: str
    delivery: str = Field(description="SHA-256 of the delivered file.")


class Programme(Row):
    """A programme, project, hub, network or event."""

    id: str
    name: str
    name_de: str = Field(description="Empty: as name.")
    name_fr: str
    name_en: str
    kind: str
    family: str
    status: str
    start: str = Field(description="2024, 2024-04 or 2024-04-30; empty: unknown.")
    end: str
    parent: str = Field(description="The programme it belongs to.")
    scope: str
    regions: list[str] = Field(description="NUTS 2024, as declared.")
    partner_regions: list[str]
    within: list[str] = Field(description="All regions it is in, with those above them.")
    url: str
    source_url: list[str] = Field(description="Addresses, or the document that says so.")
    note: str
    note_de: str
    note_fr: str
    audience: str
    embargo_until: str


class Claim(Row):
    """One statement by somebody on some day. Competing claims stay side by side; they are never to be summed."""

    id: str
    programme: str
    measure: str
    kind: str = Field(description="Kinds are never added to one another.")
    amount_min: float | None = Field(description="Only this one: at least. Both null: no number was stated.")
    amount_max: float | None = Field(description="Only this one: at most.")
    unit: str
    state: str = Field(description="announced, applied, granted, started, reported, verified or cancelled.")
    stated_on: str
    due_on: str
    period: str
    by: str
    source_url: list[str]
    quote: str
    quote_lang: str
    note: str
    note_de: str
    note_fr: str
    verified: bool = Field(description="Whether somebody opened the address.")
    part_of: str = Field(description="The claim that counts this one, too.")
    overlaps: list[str] = Field(description="Claims that count the same money or jobs.")
    audience: str
    embargo_until: str


class Partner(Row):
    """A member of a partnership."""

    organisation: str
    name: str
    country: str
    role: str
    basis: str = Field(description="read at a source, or from memory.")


class Partnership(Row):
    """An agreement between named organisations."""

    id: str
    name: str
    name_de: str
    name_fr: str
    name_en: str
    kind: str
    event: str
    programme: str
    state: str
    since: str
    members: list[Partner]
    source_url: list[str]
    note: str
    note_de: str
    note_fr: str
    verified: bool


class Source(Row):
    """A publication that figures come from."""

    id: str
    publisher: str
    title_de: str
    title_fr: str
    title_en: str
    licence: str
    licence_url: str
    credit: str = Field(description="The line that the licence wants beside the figures.")
    url: str
    citation: str
    rhythm: str
    vintage: str
    retrieved: date
    redistribute: bool = Field(
        description="Whether the licence lets the figures be handed on; if not, they are not here."
    )
    observations: int
    deliveries: list[str] | None = Field(description="SHA-256 of the delivered files.")


class KeptBuild(Row):
    """An edition of all the data, for `asof`."""

    id: str
    published: datetime | None = Field(description="Since when it was shown (UTC), where that is known.")
    current: bool


class LeftOut(Row):
    """An indicator whose figures a licence keeps on the site."""

    indicator: str
    reason: Literal["licence"]


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str = Field(description="What to do.")
