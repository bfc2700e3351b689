"""What the ministries' desk has released: `data/internal/desk/released/<release>/`, as docs/desk-format.md says.

A release holds observations of the desk's own indicators, with the words of these, or rows of the ledger. Of the same
cell the newest release counts that a view shows. The desk writes a release once; here it is only read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NoReturn

import polars as pl

from etl.audience import FREE, INSIDE, Audience, Terms, View, read_moment, read_terms
from etl.catalogue import SourceModule
from etl.declaration import read_indicator
from etl.figures import Figures, Origin
from etl.model import OBSERVATION, AtlasError, Delivery, DeliveryError, File, Indicator, Licence, Source, Words
from etl.snapshot import sha256_of

FORMAT: Final = 1
#: Columns of `observations.parquet`. note: a sentence shown with the value. audience, embargo_until: '' where none.
DESK: Final = pl.Schema(
    {
        **{name: pl.String for name in ("indicator", "region", "period", "dimension", "member")},
        "value": pl.Float64,
        "status": pl.String,
        "n": pl.Int64,
        **{name: pl.String for name in ("note", "audience", "embargo_until")},
    }
)
_CELL: Final = ["indicator", "region", "period", "dimension", "member"]
_OWN: Final = "desk_"


@dataclass(frozen=True)
class Release:
    """One release. file, sha256: of the upload. source: whose figures these are, None for one of the ledger only.

    rows: DESK. terms: of the whole; a row may have stricter ones.
    """

    id: str
    folder: Path
    released: datetime
    file: str
    sha256: str
    terms: Terms
    source: Source | None
    rows: pl.DataFrame
    indicators: Mapping[str, Indicator]

    @cached_property
    def row_terms(self) -> list[Terms]:
        """The terms of each row: its own and those of the release, the stricter of the two."""
        found = self.rows.select("audience", "embargo_until").iter_rows(named=True)
        return [stricter(self.terms, read_terms(row)) for row in found]

    def shown(self, view: View) -> pl.DataFrame:
        """The rows that a view shows, with `reason` and the SHA-256 of the upload as `delivery`."""
        found = zip(self.row_terms, self.rows["region"], strict=True)
        mask = pl.Series([view.shows(terms, (region,)) for terms, region in found], dtype=pl.Boolean)
        reason = pl.col("note").map_elements(note_key, return_dtype=pl.String)
        return self.rows.filter(mask).with_columns(reason=reason, delivery=pl.lit(self.sha256))


def stricter(one: Terms, other: Terms) -> Terms:
    """What satisfies both terms."""
    until = max((terms.until for terms in (one, other) if terms.until), default=None)
    internal = Audience.INTERNAL in (one.audience, other.audience)
    return Terms(Audience.INTERNAL if internal else Audience.PUBLIC, until, one.announce and until is not None)


def note_key(note: str) -> str:
    """The reason key of a note; its sentence is the note itself, in whatever language it was written."""
    return f"note_{hashlib.sha256(note.encode()).hexdigest()[:12]}" if note else ""


def folder_of(data: Path) -> Path:
    """Where the desk puts its releases."""
    return data / INSIDE / "desk" / "released"


def ledgers(data: Path) -> list[Path]:
    """The folders with rows of the ledger: that of the internal ledger, and those of releases, oldest name first."""
    return [data / INSIDE / "ledger", *sorted(folder_of(data).glob("[!.]*/ledger"))]


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read(data: Path) -> list[Release]:
    """All releases, oldest first; raises DeliveryError for one that is not what the desk writes."""
    folders = sorted(path for path in folder_of(data).glob("[!.]*") if path.is_dir())
    return sorted((_release(folder) for folder in folders), key=lambda release: (release.released, release.id))


def _release(folder: Path) -> Release:
    try:
        raw = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        if raw["format"] != FORMAT or raw["id"] != folder.name:
            _refuse(folder, f"format {raw['format']} or id {raw['id']} is not expected here")
        path = folder / "observations.parquet"
        rows = _rows(folder, path, raw) if path.exists() else pl.DataFrame(schema=DESK)
        indicators = {one.stem: read_indicator(one) for one in sorted(folder.glob("indicators/*.toml"))}
        released = read_moment(raw["released"])
        source = _source(raw) if "source" in raw else None
        found = Release(
            folder.name, folder, released, raw["file"], raw["sha256"], read_terms(raw), source, rows, indicators
        )
        _expect_whole(found)
        return found
    except (OSError, ValueError, KeyError, TypeError, AtlasError, pl.exceptions.PolarsError) as error:
        if isinstance(error, DeliveryError):
            raise
        _refuse(folder, f"{type(error).__name__}: {error}" if not isinstance(error, AtlasError) else str(error))


def _refuse(folder: Path, problem: str) -> NoReturn:
    remedy = "take the release back at the desk and release it again; nothing was published."
    raise DeliveryError(problem, file=str(folder), remedy=remedy)


def _rows(folder: Path, path: Path, raw: Mapping[str, Any]) -> pl.DataFrame:
    if sha256_of(path) != raw["observations_sha256"]:
        _refuse(folder, "observations.parquet was changed after its release")
    rows = pl.read_parquet(path)
    if rows.schema != DESK:
        _refuse(folder, f"observations.parquet has the columns {', '.join(rows.columns)}")
    return rows


def _source(raw: Mapping[str, Any]) -> Source:
    told = raw["source"]
    return Source(
        id=told["id"],
        publisher=told["publisher"],
        title=dict(told["title"]),
        licence=Licence(**told["licence"]),
        url=told["url"],
        files=(File("upload", (raw["file"],), told["url"]),),
        citation=told.get("citation", ""),
        redistribute=told.get("redistribute", True),
    )


def _expect_whole(release: Release) -> None:
    """A release has the words of all its indicators, and these are the desk's own."""
    used = set(release.rows["indicator"])
    if lacking := used - set(release.indicators):
        _refuse(release.folder, f"it has no indicators/{min(lacking)}.toml")
    if used and (release.source is None or not release.source.id.startswith(_OWN)):
        _refuse(release.folder, f"its source must have an id that begins with {_OWN}")
    for indicator in release.indicators.values():
        if release.source is None or indicator.source != release.source.id:
            _refuse(release.folder, f"indicators/{indicator.id}.toml: source.id is not that of the release")
    release.row_terms  # noqa: B018 - reads them all


# ── What a view shows ────────────────────────────────────────────────────────────────────────────────────────────


def moments(releases: Iterable[Release]) -> set[datetime]:
    """When embargoes of releases or single rows end (UTC), also such that are over; internal ones have none."""
    found = {terms for release in releases for terms in release.row_terms}
    return {terms.until for terms in found if terms.until and terms.audience is Audience.PUBLIC}


def seen(
    releases: Iterable[Release], view: View
) -> tuple[dict[str, SourceModule], dict[str, Indicator], dict[str, Figures]]:
    """Sources, indicators and figures as a build of this view holds them, each by id.

    Words, file names and licences are those of the newest release of which the view shows a row.
    """
    shown: dict[str, list[tuple[Release, pl.DataFrame]]] = {}
    for release in releases:
        if release.source is not None and (rows := release.shown(view)).height:
            shown.setdefault(release.source.id, []).append((release, rows))
    sources: dict[str, SourceModule] = {}
    indicators: dict[str, Indicator] = {}
    figures: dict[str, Figures] = {}
    for id_, parts in sorted(shown.items()):
        newest = parts[-1][0].source
        if newest is None:
            continue
        rows = pl.concat([rows for _, rows in parts]).unique(_CELL, keep="last", maintain_order=True)
        declared = {name: one for release, part in parts for name, one in _declared(release, part).items()}
        declared = {name: _only_used(one, rows.filter(pl.col("indicator") == name)) for name, one in declared.items()}
        sources[id_] = SourceModule(newest, _never)
        indicators |= declared
        figures[id_] = _figures(id_, rows, [release for release, _ in parts], declared)
    return sources, indicators, figures


def _declared(release: Release, rows: pl.DataFrame) -> dict[str, Indicator]:
    return {id_: release.indicators[id_] for id_ in sorted(set(rows["indicator"]))}


def _only_used(indicator: Indicator, rows: pl.DataFrame) -> Indicator:
    """The indicator with the labels and sentences that its shown rows need; others may tell of withheld ones."""
    members, reasons = set(rows["member"]), set(rows["reason"])
    notes = {note_key(note): note for note in rows["note"] if note}

    def only(words: Words) -> Words:
        labels = {key: label for key, label in words.members.items() if key in members}
        sentences = {key: text for key, text in words.reasons.items() if key in reasons}
        return replace(words, members=labels, reasons={**sentences, **notes})

    return replace(indicator, words={lang: only(words) for lang, words in indicator.words.items()})


def _figures(id_: str, rows: pl.DataFrame, releases: list[Release], declared: Mapping[str, Indicator]) -> Figures:
    used = set(rows["delivery"])
    origins = tuple(
        Origin(release.sha256, id_, release.file, release.source.url, release.released.astimezone(UTC).date())
        for release in releases
        if release.source and release.sha256 in used
    )
    sources = [repr(releases[-1].source), *(repr(one) for _, one in sorted(declared.items()))]
    words = hashlib.sha256("\n".join(sources).encode()).hexdigest()
    observations = rows.with_columns(source=pl.lit(id_)).select(*OBSERVATION).sort(_CELL)
    return Figures(id_, "desk", observations, origins, terms=FREE, declared=words)


def _never(delivery: Delivery) -> pl.DataFrame:
    raise AtlasError(f"{delivery.source.id} is a source of the desk: nothing delivers it")
