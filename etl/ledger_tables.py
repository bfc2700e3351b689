"""What the tables of the ledger hold: `data/ledger/<table>.csv`, column by column.

Here stands only what may be written; what a key such as "granted" is called in French, the dashboard knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

PROGRAMME_KINDS: Final = (
    *("programme", "project", "hub", "network", "centre", "cluster", "event"),
    "site",  # a private investment or building: data centres, campuses
    "statistic",  # no programme, but a count of a place or sector that claims are made about
)
PROGRAMME_STATUS: Final = (*("announced", "awarded", "building", "active", "ended", "held", "cancelled", "unknown"),)
SCOPES: Final = ("land", "national", "binational", "eu")
#: In their order: how far a claim has come. `cancelled` stands beside it.
STATES: Final = ("announced", "applied", "granted", "started", "reported", "verified", "cancelled")
_JOB_KINDS: Final = (
    *("direct", "indirect", "direct_indirect", "supported", "capacity", "temporary"),
    *("stock", "share", "target", "need", "unspecified"),
)
#: Measure → the kinds it has. Kinds are never added to each other.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "jobs": _JOB_KINDS,
    "professorships": _JOB_KINDS,
    "money": ("envelope", "part", "grant", "co_funding", "investment", "building", "total", "need"),
    "places": ("diagnostics", "training"),
    "participants": ("attendance", "trained", "ambassadors", "contacts"),
    "organisations": ("members", "signatories"),
    "partnerships": ("announced_at",),
    "assessment": ("rating",),
}
#: Measure → the units it may be stated in.
UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "jobs": ("jobs", "jobs/year", "jobs/site", "posts", "persons", "persons/year", "pct"),
    "professorships": ("posts", "pct"),
    "money": ("EUR", "EUR/year", "EUR/project"),
    "places": ("places",),
    "participants": ("persons", "organisations"),
    "organisations": ("organisations",),
    "partnerships": ("partnerships",),
    "assessment": ("stars",),
}
ROLES: Final = ("lead", "partner", "funder", "host", "participant", "jury", "source")
PLACES: Final = ("site", "seat", "venue")
ORGANISATIONS: Final = (
    *("company", "university", "research", "hospital", "ministry", "authority", "chamber"),
    *("foundation", "network", "other"),
)
PARTNERSHIPS: Final = ("cooperation", "memorandum", "alliance", "consortium", "network", "funding")
PARTNERSHIP_STATES: Final = ("announced", "active", "ended", "unknown")
#: Whether the research read a place or carrier, or knew it from memory.
BASES: Final = ("read", "memory")
AUDIENCES: Final = ("", "public", "internal")
SPOKEN: Final = ("", "de", "fr", "en")


@dataclass(frozen=True)
class Column:
    """One column. form: how a cell is written (etl/ledger_cells.py has one reader for each).

    needed: must not be empty. choices: the words allowed. to: the table whose ids a reference names. several: more than
    one value, with | between them.
    """

    name: str
    form: str = "text"
    needed: bool = False
    choices: tuple[str, ...] = ()
    to: str = ""
    several: bool = False

    @property
    def type(self) -> pl.DataType:
        """What the cell becomes."""
        plain = {"number": pl.Float64(), "flag": pl.Boolean()}.get(self.form, pl.String())
        return pl.List(plain) if self.several else plain


@dataclass(frozen=True)
class Table:
    """A table: its columns in the order of the file, and those that together name a row."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)


def _names() -> tuple[Column, ...]:
    return Column("name", needed=True), *(Column(f"name_{lang}") for lang in ("de", "fr", "en"))


def _notes() -> tuple[Column, ...]:
    return tuple(Column(name) for name in ("note", "note_de", "note_fr"))


def _audience() -> tuple[Column, ...]:
    return Column("audience", choices=AUDIENCES), Column("embargo_until", "moment")


_ID: Final = Column("id", "id", needed=True)
_SOURCES: Final = Column("source_url", "source", needed=True, several=True)
_BASIS: Final = Column("basis", needed=True, choices=BASES)
TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        Table(
            "programme",
            ("id",),
            (
                *(_ID, *_names(), Column("kind", needed=True, choices=PROGRAMME_KINDS), Column("family")),
                Column("status", needed=True, choices=PROGRAMME_STATUS),
                *(Column("start", "day"), Column("end", "day"), Column("parent", "reference", to="programme")),
                *(Column("scope", needed=True, choices=SCOPES), Column("regions", "region", several=True)),
                *(Column("partner_regions", "region", several=True), Column("url", "address"), _SOURCES),
                *(*_notes(), *_audience()),
            ),
        ),
        Table(
            "claim",
            ("id",),
            (
                *(_ID, Column("programme", "reference", needed=True, to="programme")),
                *(Column("measure", needed=True, choices=tuple(KINDS)), Column("kind", needed=True)),
                *(Column("amount_min", "number"), Column("amount_max", "number"), Column("unit", needed=True)),
                *(Column("state", needed=True, choices=STATES), Column("stated_on", "day"), Column("due_on", "day")),
                *(Column("period"), Column("by", needed=True), _SOURCES),
                *(Column("quote"), Column("quote_lang", choices=SPOKEN), *_notes()),
                *(Column("verified", "flag", needed=True), Column("part_of", "reference", to="claim")),
                *(Column("overlaps", "reference", to="claim", several=True), *_audience(), Column("origin")),
            ),
        ),
        Table(
            "organisation",
            ("id",),
            (
                *(_ID, *_names(), Column("kind", needed=True, choices=ORGANISATIONS)),
                *(Column("country", "country"), Column("url", "address")),
            ),
        ),
        Table(
            "membership",
            ("programme", "organisation", "role"),
            (
                Column("programme", "reference", needed=True, to="programme"),
                Column("organisation", "reference", needed=True, to="organisation"),
                *(Column("role", needed=True, choices=ROLES), _BASIS, Column("note")),
            ),
        ),
        Table(
            "location",
            ("programme", "organisation", "city"),
            (
                Column("programme", "reference", to="programme"),
                Column("organisation", "reference", to="organisation"),
                *(Column("city", needed=True), Column("nuts3", "nuts3", needed=True)),
                *(Column("role", needed=True, choices=PLACES), _BASIS, Column("note")),
            ),
        ),
        Table(
            "partnership",
            ("id",),
            (
                *(_ID, *_names(), Column("kind", needed=True, choices=PARTNERSHIPS)),
                Column("event", "reference", to="programme"),
                Column("programme", "reference", to="programme"),
                *(Column("state", needed=True, choices=PARTNERSHIP_STATES), Column("since", "day"), _SOURCES),
                *(*_notes(), Column("verified", "flag", needed=True)),
            ),
        ),
        Table(
            "partnership_member",
            ("partnership", "organisation"),
            (
                Column("partnership", "reference", needed=True, to="partnership"),
                *(Column("organisation", "reference", needed=True, to="organisation"), Column("role")),
            ),
        ),
    )
}
