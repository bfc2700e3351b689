"""All that builds can be made of, on whatever terms, and what a view shows of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

import polars as pl

from etl import desk, ledger, ledger_view
from etl.audience import Audience, Terms, View
from etl.catalogue import Catalogue, with_more
from etl.figures import Figures, candidates, pick
from etl.identity import input_hashes
from etl.model import LANGUAGES, Source

#: Table `announcement`, times in UTC: what is under embargo, as far as the view may tell it.
ANNOUNCED: Final = pl.Schema(
    {
        **dict.fromkeys(("source", *(f"title_{lang}" for lang in LANGUAGES)), pl.String()),
        "available_from": pl.Datetime("us"),
    }
)


@dataclass(frozen=True)
class Seen:
    """What one build is made of. ledger: with the table of announcements among its own."""

    catalogue: Catalogue
    gathered: Mapping[str, Figures]
    ledger: ledger.Ledger

    @property
    def inputs(self) -> tuple[dict[str, str], str]:
        """What tells it from another view of the same stock."""
        return input_hashes(self.gathered), self.ledger.sha256


@dataclass(frozen=True)
class Stock:
    """Everything. figures: by source, the best first, each on its terms."""

    catalogue: Catalogue
    figures: Mapping[str, list[Figures]]
    releases: list[desk.Release]
    ledger: ledger.Ledger

    def seen(self, view: View) -> Seen:
        """What a view shows."""
        sources, indicators, uploaded = desk.seen(self.releases, view)
        more = with_more(self.catalogue, sources, indicators)
        told = ledger_view.seen(self.ledger, view)
        return Seen(more, {**pick(self.figures, view), **uploaded}, _with_announced(told, self._announced(view)))

    def moments(self, after: datetime) -> list[datetime]:
        """The moments (UTC) later than `after` at which an embargo ends, in their order."""
        ends = {one.terms.until for choices in self.figures.values() for one in choices if _ends(one.terms)}
        ends |= desk.moments(self.releases) | ledger_view.moments(self.ledger)
        return sorted(moment for moment in ends if moment and moment > after)

    def _announced(self, view: View) -> pl.DataFrame:
        """Embargoes on deliveries and releases that are not over: what the view has, and those that may be told."""
        known: list[tuple[Source, Terms, bool]] = [
            (self.catalogue.sources[id_].source, one.terms, one.shown(view))
            for id_, choices in self.figures.items()
            for one in choices
        ]
        known += [
            (release.source, release.terms, view.whole or not release.shown(view).is_empty())
            for release in self.releases
            if release.source
        ]
        rows = {
            (source.id, *(source.title[lang] for lang in LANGUAGES), terms.until.replace(tzinfo=None))
            for source, terms, inside in known
            if terms.until and _ends(terms) and terms.until > view.moment and (inside or terms.announce)
        }
        return pl.DataFrame(sorted(rows), schema=ANNOUNCED, orient="row")


def take(catalogue: Catalogue, data: Path, folder: Path | None, retrieved: date | None) -> Stock:
    """All there is: deliveries in `folder`, snapshots, shipped and held figures, the desk's releases, the ledger.

    Raises the errors of each.
    """
    releases = desk.read(data)
    told = ledger.read(data / ledger.FOLDER, *desk.ledgers(data))
    return Stock(catalogue, candidates(catalogue, data, folder, retrieved), releases, told)


def _ends(terms: Terms) -> bool:
    return terms.until is not None and terms.audience is Audience.PUBLIC


def _with_announced(told: ledger.Ledger, announced: pl.DataFrame) -> ledger.Ledger:
    if announced.is_empty():
        return told
    sha256 = hashlib.sha256(f"{told.sha256} {announced.write_json()}".encode()).hexdigest()
    return replace(told, frames={**told.frames, "announcement": announced}, sha256=sha256)
