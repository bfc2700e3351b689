"""Figures of one source, ready for a build: from a delivery, or as shipped in `data/figures/`.

Shipped: `<source>.parquet` (model.OBSERVATION, sorted) and `<source>.json` (where, when and under which licence it
was taken, and the SHA-256 of each raw file). The publishers' raw files themselves are never committed.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import polars as pl

from etl.audience import FREE, INSIDE, Audience, Terms, View, delivery_terms, make_inside, read_terms
from etl.catalogue import Catalogue
from etl.correct import correct
from etl.model import OBSERVATION, AtlasError, CatalogueError, Delivery, DeliveryError, Source
from etl.select import select
from etl.snapshot import find_deliveries, snapshot, write_atomically


@dataclass(frozen=True)
class Origin:
    """One raw file that figures were taken from; a row of table `delivery`."""

    sha256: str
    source: str
    file: str
    url: str
    retrieved: date


@dataclass(frozen=True)
class Figures:
    """One source's observations and the raw files they came from. way: 'delivery', 'snapshot' or 'shipped'.

    vintage: the edition, where the raw files are those of the shipped figures; what a newer delivery is, nobody knows.
    terms: on which they are handed out. declared: hash of words that came with them and not from etl/indicators.
    """

    source: str
    way: str
    rows: pl.DataFrame
    origins: tuple[Origin, ...]
    vintage: str = ""
    terms: Terms = FREE
    declared: str = ""

    def shown(self, view: View) -> bool:
        """Whether a view has them: on terms only where all of their regions lie in its scopes, never a part of them."""
        return view.shows(self.terms, () if self.terms.free else set(self.rows["region"]))

    @property
    def retrieved(self) -> date:
        """The day of the newest raw file."""
        return max(origin.retrieved for origin in self.origins)

    @cached_property
    def sha256(self) -> str:
        """Hash of what a build takes from here: the rows, and the raw files with their dates. Terms are none of it."""
        parts = [frame_hash(self.rows), _plain(self.origins), self.vintage, *([self.declared] * bool(self.declared))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _plain(origins: Iterable[Origin]) -> list[dict[str, str]]:
    return [{**asdict(origin), "retrieved": origin.retrieved.isoformat()} for origin in origins]


def frame_hash(frame: pl.DataFrame) -> str:
    """SHA-256 of a frame's names and cells in the given order; the same on every machine and version."""
    flat = frame.with_columns(
        pl.Series(name, [json.dumps(value, ensure_ascii=False, default=str) for value in frame[name].to_list()])
        for name, kind in frame.schema.items()
        if kind.is_nested()
    )
    buffer = io.BytesIO()
    flat.write_csv(buffer, null_value="\\N", quote_style="non_numeric")
    return hashlib.sha256(buffer.getbuffer()).hexdigest()


def from_delivery(catalogue: Catalogue, delivery: Delivery, way: str) -> Figures:
    """Parse, correct and select one delivery; raises DeliveryError naming file, line, column and remedy."""
    source = delivery.source
    indicators = catalogue.of_source(source.id)
    tidy = correct(_parse(catalogue, delivery), catalogue.corrections.get(source.id, ()))
    lacking = any(not delivery.has(file.key) for file in source.files)
    hashes = {key: raw.sha256 for key, raw in delivery.files.items()}
    try:
        rows = select(tidy, indicators, hashes, optional=lacking)
    except DeliveryError as error:  # it knows the key of the file only
        name = delivery.files[error.file].path.name if error.file in delivery.files else error.file
        raise DeliveryError(error.problem, file=name, remedy=error.remedy) from error
    used = set(rows["delivery"].unique().to_list())
    origins = tuple(
        Origin(raw.sha256, source.id, raw.path.name, raw.url, raw.retrieved)
        for raw in sorted(delivery.files.values(), key=lambda raw: raw.key)
        if raw.sha256 in used
    )
    return Figures(source.id, way, rows, origins)


def _parse(catalogue: Catalogue, delivery: Delivery) -> pl.DataFrame:
    source = delivery.source
    try:
        return catalogue.sources[source.id].parse(delivery)
    except AtlasError:
        raise
    except Exception as error:  # whatever a delivery does to its module, people read a sentence and no traceback
        raise DeliveryError(
            f"etl/sources/{source.id}.py could not read the delivery ({type(error).__name__}: {error})",
            file=", ".join(raw.path.name for raw in delivery.files.values()),
            remedy="compare the files with what the module declares; fetch them again or mend the module.",
        ) from error


def gather(
    catalogue: Catalogue, data: Path, folder: Path | None, retrieved: date | None = None
) -> tuple[dict[str, Figures], list[str]]:
    """Figures of every source that everybody may see now, and the ids of sources that have none."""
    found = candidates(catalogue, data, folder, retrieved)
    return pick(found, View(Audience.PUBLIC, datetime.now(UTC))), [id_ for id_ in found if not found[id_]]


def pick(found: Mapping[str, Iterable[Figures]], view: View) -> dict[str, Figures]:
    """Of each source the first candidate that a view shows; a source without one is left out."""
    shown = {id_: next((one for one in choices if one.shown(view)), None) for id_, choices in found.items()}
    return {id_: figures for id_, figures in shown.items() if figures is not None}


def candidates(
    catalogue: Catalogue, data: Path, folder: Path | None, retrieved: date | None = None
) -> dict[str, list[Figures]]:
    """Figures of every source: of a `--from` delivery, else of a newer snapshot, else as shipped; the best first.

    Behind one on terms stands what is public meanwhile, if there is anything. What was delivered on terms and kept in
    `data/internal/figures` comes before what is older.
    """
    shipped = {id_: ours for id_ in catalogue.sources if (ours := read_shipped(data, id_)) is not None}
    held = {id_: kept for id_ in catalogue.sources if (kept := read_shipped(data / INSIDE, id_)) is not None}
    known = {origin.sha256: origin.retrieved for figures in shipped.values() for origin in figures.origins}
    declared = [module.source for module in catalogue.sources.values()]
    deliveries = find_deliveries(folder, declared, retrieved, known) if folder else {}
    found: dict[str, list[Figures]] = {source.id: [] for source in declared}
    for source in declared:
        choices, ours = found[source.id], shipped.get(source.id)
        if not catalogue.of_source(source.id):
            continue
        if source.id in deliveries:
            delivered = _complete(from_delivery(catalogue, deliveries[source.id], "delivery"), ours)
            choices.append(replace(delivered, terms=_terms(folder, source)))
        if not choices or not choices[0].terms.free:
            choices += _kept(catalogue, source, snapshot(data, source), ours, held.get(source.id))
        for figures in choices:
            _expect_declared(catalogue, source.id, figures)
    return found


def _terms(folder: Path | None, source: Source) -> Terms:
    return delivery_terms(folder / name for name in (source.id, *source.folders)) if folder else FREE


def _kept(
    catalogue: Catalogue, source: Source, fetched: Delivery | None, ours: Figures | None, held: Figures | None
) -> list[Figures]:
    """The candidates that lie on disk, the best first."""
    best = ours
    if fetched is not None and _is_newer(fetched, ours):
        best = _complete(from_delivery(catalogue, fetched, "snapshot"), ours)
    found = [best] if best else []
    if held is not None and (best is None or held.retrieved >= best.retrieved):
        found.insert(0, held)
    return found


def _is_newer(fetched: Delivery, ours: Figures | None) -> bool:
    if ours is None:
        return True
    same = {raw.sha256 for raw in fetched.files.values()} <= {origin.sha256 for origin in ours.origins}
    return not same and max(raw.retrieved for raw in fetched.files.values()) >= ours.retrieved


def _complete(figures: Figures, ours: Figures | None) -> Figures:
    """Where an optional file was not delivered, the shipped figures that it would have renewed stay."""
    if ours is None:
        return figures
    if {origin.sha256 for origin in figures.origins} == {origin.sha256 for origin in ours.origins}:
        figures = replace(figures, vintage=ours.vintage)
    here = figures.rows["indicator"].unique().implode()
    kept = ours.rows.filter(~pl.col("indicator").is_in(here))
    if kept.is_empty():
        return figures
    have = {origin.sha256 for origin in figures.origins}
    wanted = set(kept["delivery"].unique().to_list()) - have
    origins = (*figures.origins, *(origin for origin in ours.origins if origin.sha256 in wanted))
    rows = pl.concat([figures.rows, kept]).sort("indicator", "dimension", "member", "region", "period")
    return replace(figures, rows=rows, origins=origins)


def _expect_declared(catalogue: Catalogue, source: str, figures: Figures) -> None:
    """Shipped figures must be of indicators that exist; a renamed one has to be shipped again."""
    known = {indicator.id for indicator in catalogue.of_source(source)}
    found = set(figures.rows["indicator"].unique().to_list())
    remedy = f"run `python -m etl ship --from FOLDER` with a delivery of {source}"
    if found - known:
        raise CatalogueError(
            f"figures/{source}.parquet: holds '{min(found - known)}', which is no indicator of it; {remedy}"
        )


# ── Shipped ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_shipped(data: Path, source: str) -> Figures | None:
    """The figures in `<data>/figures/`, or None; raises DeliveryError where they do not match their record."""
    parquet, sidecar = data / "figures" / f"{source}.parquet", data / "figures" / f"{source}.json"
    if not parquet.exists() and not sidecar.exists():
        return None
    again = f"take both files from the repository again, or run `python -m etl ship --from FOLDER` for {source}."
    try:
        record = json.loads(sidecar.read_text(encoding="utf-8"))
        rows = pl.read_parquet(parquet)
        origins = tuple(
            Origin(**{**raw, "source": source, "retrieved": date.fromisoformat(raw["retrieved"])})
            for raw in record["deliveries"]
        )
        terms = read_terms(record.get("terms", {}))
    except (AtlasError, OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise DeliveryError(f"shipped figures unreadable ({error})", file=parquet.name, remedy=again) from error
    if rows.schema != OBSERVATION:
        raise DeliveryError("shipped figures have other columns", file=parquet.name, remedy=again)
    if frame_hash(rows) != record["content"]:
        raise DeliveryError(
            "shipped figures were changed: they do not match 'content' in the record",
            file=parquet.name,
            remedy=again,
        )
    way = "held" if data.name == INSIDE else "shipped"
    return Figures(source, way, rows, origins, record["vintage"], terms)


def ship(catalogue: Catalogue, data: Path, figures: Figures) -> bool:
    """Write one source's figures and their record to `data/figures/`; False where they are there already.

    Figures on terms go to `data/internal/figures/` instead, where no public process and no repository sees them; what
    is shipped without terms takes their place.
    """
    held = data / INSIDE / "figures"
    if not figures.terms.free:
        make_inside(data)
        return _write(held, catalogue, figures)
    changed = _write(data / "figures", catalogue, figures)
    for name in (f"{figures.source}.json", f"{figures.source}.parquet"):
        (held / name).unlink(missing_ok=True)
    return changed


def _write(folder: Path, catalogue: Catalogue, figures: Figures) -> bool:
    rows = figures.rows.sort("indicator", "dimension", "member", "region", "period")
    source = catalogue.sources[figures.source].source
    record = {
        "source": source.id,
        "publisher": source.publisher,
        "url": source.url,
        "licence": {"name": source.licence.name, "url": source.licence.url, "credit": source.licence.credit},
        "redistribute": source.redistribute,
        "vintage": source.vintage if figures.terms.free else figures.vintage,
        "retrieved": figures.retrieved.isoformat(),
        "rows": rows.height,
        "content": frame_hash(rows),
        "deliveries": [{key: text for key, text in raw.items() if key != "source"} for raw in _plain(figures.origins)],
        **({} if figures.terms.free else {"terms": figures.terms.plain()}),
    }
    sidecar = (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd", compression_level=19, statistics=False)
    changed = False
    for path, content in (
        (folder / f"{source.id}.parquet", buffer.getvalue()),
        (folder / f"{source.id}.json", sidecar),
    ):
        if not path.exists() or path.read_bytes() != content:
            write_atomically(path, content)
            changed = True
    return changed
