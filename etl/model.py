"""What the ETL is about: sources, deliveries, indicators, observations, and the errors a person must read.

Everything here is frozen and typed; nothing here reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Final

import polars as pl


class Exit(IntEnum):
    """Exit codes of `python -m etl`; scripts rely on them."""

    DONE = 0
    USAGE = 2
    DELIVERY = 10
    CHECK = 11
    PUBLISH = 12
    CATALOGUE = 13
    OVERDUE = 14


class AtlasError(Exception):
    """An error with a sentence for people: what is wrong, where, and what to do about it."""

    exit_code: Exit = Exit.USAGE


class CatalogueError(AtlasError):
    """A source, indicator, region or check file of the project is wrong."""

    exit_code = Exit.CATALOGUE


class CheckError(AtlasError):
    """A check found rows that must not be published."""

    exit_code = Exit.CHECK


class PublishError(AtlasError):
    """A build could not be sealed or the pointer not be flipped."""

    exit_code = Exit.PUBLISH


class DeliveryError(AtlasError):
    """A publisher's delivery is not what the source module declares.

    The message names file, line, column and remedy, as far as each is known.
    """

    exit_code = Exit.DELIVERY

    def __init__(
        self,
        problem: str,
        *,
        file: str = "",
        line: int | None = None,
        column: str = "",
        remedy: str = "",
    ) -> None:
        self.problem, self.file, self.line, self.column, self.remedy = problem, file, line, column, remedy
        place = ", ".join(
            part
            for part in (
                file,
                f"line {line}" if line is not None else "",
                f"column '{column}'" if column else "",
            )
            if part
        )
        super().__init__(f"{place + ': ' if place else ''}{problem}" + (f" Remedy: {remedy}" if remedy else ""))


class Status(StrEnum):
    """Why a value is special, with Eurostat's letters where it has one."""

    FINE = ""
    BREAK = "b"
    ESTIMATED = "e"
    PROVISIONAL = "p"
    UNRELIABLE = "u"
    SUPPRESSED = "c"
    NOT_COLLECTED = "m"
    NOT_APPLICABLE = "z"
    ARTEFACT = "a"


class Kind(StrEnum):
    """What an indicator's value is; it decides fill or circle, and how it may be aggregated."""

    RATE = "rate"
    COUNT = "count"
    INDEX = "index"
    AMOUNT = "amount"


THEMES: Final = ("adoption", "jobs", "funding", "research", "context")
LANGUAGES: Final = ("de", "fr", "en")


@dataclass(frozen=True)
class Licence:
    """A licence as the reader sees it: short name, address, and the credit line it asks for."""

    name: str
    url: str
    credit: str


@dataclass(frozen=True)
class File:
    """One file of a delivery.

    key: the name `parse` asks for. names: the file names it may have, first wins. url: its official address.
    required: whether a delivery without it is refused. page: `url` is a page for people, not the file; such a file is
    never fetched, only delivered with `--from`. headers, form: what an API wants to be asked with; a form makes the
    request a POST, and a value that begins with $ names the setting it is taken from ("$ATLAS_GENESIS_USER"), so that
    no credential ever stands in the code; inside `url` a setting stands as {ATLAS_…}. max_bytes: the largest size that
    is still believed. content_types: media types it may come as; without them, what the names' endings allow. latest:
    where the newest edition lies, where `url` is that of a recorded one; a fetch asks there.
    """

    key: str
    names: tuple[str, ...]
    url: str
    required: bool = True
    page: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] = ()
    max_bytes: int = 500_000_000
    content_types: tuple[str, ...] = ()
    latest: str = ""


@dataclass(frozen=True)
class Source:
    """A publisher's product, declared on top of its module in `etl/sources/<id>.py`.

    folders: folder names under `--from` in which its delivery may lie, besides the source's own id.
    title: one per language. vintage: the commit or edition the shipped figures were taken from.
    redistribute: False where the licence lets us show a figure but not hand it on.
    rhythm: how often the publisher renews it, in words ("yearly, spring"). every_days: the same in days, after which
    `etl status` calls it overdue; 0 where nothing can be expected on a day (closed, one-off, irregular).
    pause_seconds: how long to wait between two requests to one host. hosts: other hosts its addresses may redirect to.
    most_lost: the share of its published values that may vanish before a build is not published by itself.
    most_moved: the same for the median relative move of its revised values. keeps_history: whether the publisher
    rewrites what it published, so that every state we showed is kept (etl/history.py).
    """

    id: str
    publisher: str
    title: dict[str, str]
    licence: Licence
    url: str
    files: tuple[File, ...]
    folders: tuple[str, ...] = ()
    vintage: str = ""
    citation: str = ""
    rhythm: str = ""
    every_days: int = 0
    redistribute: bool = True
    pause_seconds: float = 1.0
    hosts: tuple[str, ...] = ()
    most_lost: float = 0.25
    most_moved: float = 0.25
    keeps_history: bool = False


@dataclass(frozen=True)
class RawFile:
    """One delivered file on disk: its place, SHA-256 of its bytes, and the day it was retrieved."""

    key: str
    path: Path
    sha256: str
    retrieved: date
    url: str


@dataclass(frozen=True)
class Delivery:
    """All files of one source's delivery; what `parse` receives."""

    source: Source
    files: dict[str, RawFile]

    def path(self, key: str) -> Path:
        """The path of the file declared under `key`.

        Raises DeliveryError where an optional file is absent and the parser insists on it.
        """
        try:
            return self.files[key].path
        except KeyError:
            raise DeliveryError(
                f"the delivery of {self.source.id} has no file '{key}'",
                remedy="add one of " + ", ".join(next(f for f in self.source.files if f.key == key).names),
            ) from None

    def has(self, key: str) -> bool:
        """Whether the optional file declared under `key` was delivered."""
        return key in self.files


#: What `parse` returns: one row per measure × region × period × breakdown, regions as NUTS 2024 codes, periods as
#: ISO text (2024, 2024-Q2, 2024-06), values in the publisher's unit, null only with a status. `reason` is a key
#: whose sentence stands in the indicator's file ("own_sum", "jump", …); `file` is the key of the delivered file.
TIDY: Final = pl.Schema(
    {
        "measure": pl.String,
        "region": pl.String,
        "period": pl.String,
        "dimension": pl.String,
        "member": pl.String,
        "value": pl.Float64,
        "status": pl.String,
        "reason": pl.String,
        "n": pl.Int64,
        "file": pl.String,
    }
)

#: What `select` returns and what `data/figures/<source>.parquet` holds: TIDY with the measure replaced by the
#: indicator, and the source and delivery (SHA-256 of the raw file) each row came from.
OBSERVATION: Final = pl.Schema(
    {
        "indicator": pl.String,
        "region": pl.String,
        "period": pl.String,
        "dimension": pl.String,
        "member": pl.String,
        "value": pl.Float64,
        "status": pl.String,
        "reason": pl.String,
        "n": pl.Int64,
        "source": pl.String,
        "delivery": pl.String,
    }
)


@dataclass(frozen=True)
class Derivation:
    """How a derived indicator comes from others, in SQL (`etl/transform/`).

    kind: 'ratio' (of ÷ by × factor), 'change' (of minus its value `lag` periods before), 'change_pct' (the same in
    per cent of the earlier value), 'gap' (of minus the national value). lag_years: for a ratio, how many years older
    the denominator may be (then status e, reason denominator_year).
    """

    kind: str
    of: str
    by: str = ""
    factor: float = 1.0
    lag: int = 1
    lag_years: int = 0


@dataclass(frozen=True)
class Words:
    """An indicator's words in one language.

    title: sentence-case name. short: for tight places. unit: as written behind a figure. definition, method:
    paragraphs. caveats: one sentence each. comparability: the verdict's sentence. gaps: country → why it has no
    figures. reasons: reason key → sentence. members: breakdown code → label. dimension: the breakdown's name.
    """

    title: str
    short: str
    unit: str
    definition: str
    method: str
    caveats: tuple[str, ...] = ()
    comparability: str = ""
    dimension: str = ""
    gaps: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Indicator:
    """One indicator, from `etl/indicators/<id>.toml`.

    unit: a key (pct, pp, per_1000, per_100k, eur, eur_per_inhabitant, persons, vacancies, projects, …).
    direction: 'up', 'down' or 'none', which way is better. aggregation: 'sum', 'weighted' (by n) or 'none'.
    interval: 'wilson' where confidence limits come from a share and its n, else ''.
    verdict: 'same', 'similar', 'none' (not comparable) or 'single' (one country only).
    measure, dimension, factor: which slice of the source's tidy table; exactly one of source and derive is set.
    """

    id: str
    theme: str
    kind: Kind
    unit: str
    decimals: int
    direction: str
    aggregation: str
    interval: str
    verdict: str
    order: int
    checked_by: str
    checked_on: date
    words: dict[str, Words]
    source: str = ""
    measure: str = ""
    dimension: str = ""
    factor: float = 1.0
    derive: Derivation | None = None
