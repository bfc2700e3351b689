"""What there is: finds and validates sources, indicators, corrections, territories by listing their folders.

Nobody edits a list: a new file in `etl/sources/` or `etl/indicators/` is in the next build. Tests pass another root.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Final

import polars as pl

from etl.correct import Correction, read_corrections
from etl.declaration import Keys, read_indicator, read_toml
from etl.model import LANGUAGES, CatalogueError, Delivery, Indicator, Kind, Source, Words
from etl.territories import Territory, read_territory

ROOT: Final = Path(__file__).parent
_ID: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True)
class SourceModule:
    """A source's declaration and its parser."""

    source: Source
    parse: Callable[[Delivery], pl.DataFrame]


@dataclass(frozen=True)
class Catalogue:
    """Everything declared under one root, each mapping sorted by id."""

    root: Path
    sources: Mapping[str, SourceModule]
    indicators: Mapping[str, Indicator]
    corrections: Mapping[str, tuple[Correction, ...]]
    territories: Mapping[str, Territory]

    def of_source(self, source: str) -> list[Indicator]:
        """The indicators that are a slice of this source's table."""
        return [indicator for indicator in self.indicators.values() if indicator.source == source]

    @cached_property
    def depths(self) -> dict[str, int]:
        """0 for an indicator from a source, else one more than the deepest it is derived from."""
        return _depths(self.indicators)

    def origins(self, indicator: str) -> set[str]:
        """The sources an indicator's figures come from, through all its derivations."""
        found = self.indicators[indicator]
        if found.derive is None:
            return {found.source}
        return set().union(*(self.origins(other) for other in (found.derive.of, found.derive.by) if other))

    def dimension(self, indicator: str) -> str:
        """The breakdown an indicator has; a derived one has that of its numerator."""
        found = self.indicators[indicator]
        return self.dimension(found.derive.of) if found.derive else found.dimension


def load(root: Path = ROOT) -> Catalogue:
    """Read the whole catalogue; raises CatalogueError naming file and key."""
    sources = {path.stem: _source(path, root) for path in _files(root / "sources", "*.py")}
    indicators = {path.stem: read_indicator(path) for path in _files(root / "indicators", "*.toml")}
    for id_ in [*sources, *indicators]:
        if not _ID.fullmatch(id_):
            raise CatalogueError(f"'{id_}': ids are lower-case words joined by '_', and equal the file's name")
    for indicator in indicators.values():
        _check_links(indicator, sources, indicators)
    depths = _depths(indicators)
    reasons = _reasons(root)
    for id_ in sorted(indicators, key=lambda id_: depths[id_]):
        indicators[id_] = _complete_words(indicators[id_], indicators, reasons)
    corrections = {path.stem: read_corrections(path) for path in _files(root / "corrections", "*.toml")}
    for id_ in set(corrections) - set(sources):
        raise CatalogueError(f"corrections/{id_}.toml: there is no source '{id_}'")
    for id_, fixes in corrections.items():
        for indicator in [found for found in indicators.values() if id_ in _origins(found, indicators)]:
            indicators[indicator.id] = _with_reasons(
                indicator, {lang: {fix.id: fix.reason[lang] for fix in fixes} for lang in LANGUAGES}
            )
    territories = {path.stem: read_territory(path) for path in _files(root / "territories", "*.toml")}
    return Catalogue(root, sources, indicators, corrections, territories)


def with_more(
    catalogue: Catalogue, sources: Mapping[str, SourceModule], indicators: Mapping[str, Indicator]
) -> Catalogue:
    """The catalogue with sources and indicators that came with uploads; raises CatalogueError as `load` does."""
    for id_ in [*sources, *indicators]:
        if id_ in catalogue.sources or id_ in catalogue.indicators or not _ID.fullmatch(id_):
            raise CatalogueError(f"'{id_}': the atlas has one of this id, or it is not lower-case words joined by '_'")
    for indicator in indicators.values():
        _check_links(indicator, sources, indicators)
    return replace(
        catalogue,
        sources=dict(sorted({**catalogue.sources, **sources}.items())),
        indicators=dict(sorted({**catalogue.indicators, **indicators}.items())),
    )


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.name != "__init__.py")


def _source(path: Path, root: Path) -> SourceModule:
    try:
        module = _module(path, root)
        found, parse = module.SOURCE, module.parse
    except CatalogueError:
        raise
    except Exception as error:  # any error while importing a source's file is an error in that file
        raise CatalogueError(f"sources/{path.name}: cannot be used: {type(error).__name__}: {error}") from error
    if not isinstance(found, Source) or not callable(parse):
        raise CatalogueError(f"sources/{path.name}: needs SOURCE = Source(…) and def parse(delivery)")
    if found.id != path.stem:
        raise CatalogueError(f"sources/{path.name}: SOURCE.id is '{found.id}', but the file's name says '{path.stem}'")
    keys = [file.key for file in found.files]
    for problem, broken in {
        "title needs de, fr and en": set(found.title) != set(LANGUAGES) or not all(found.title.values()),
        "publisher, url and licence are needed": not (found.publisher and found.url and found.licence.name),
        "files: each needs a key of its own and a name": not keys
        or len(set(keys)) < len(keys)
        or not all(file.names for file in found.files),
    }.items():
        if broken:
            raise CatalogueError(f"sources/{path.name}: {problem}")
    return SourceModule(found, parse)


def _module(path: Path, root: Path) -> ModuleType:
    if root == ROOT:
        return importlib.import_module(f"etl.sources.{path.stem}")
    spec = importlib.util.spec_from_file_location(f"_atlas_source_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise CatalogueError(f"sources/{path.name}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _check_links(indicator: Indicator, sources: Mapping[str, object], indicators: Mapping[str, Indicator]) -> None:
    file = f"indicators/{indicator.id}.toml"
    if indicator.derive is None:
        if indicator.source not in sources:
            raise CatalogueError(f"{file}: key 'source.id': there is no source '{indicator.source}'")
    else:
        for key in ("of", "by"):
            other = getattr(indicator.derive, key)
            if other and other not in indicators:
                raise CatalogueError(f"{file}: key 'derive.{key}': there is no indicator '{other}'")
    if indicator.interval and (indicator.derive or indicator.kind != Kind.RATE or indicator.unit != "pct"):
        raise CatalogueError(f"{file}: key 'interval': limits from n need a share in pct straight from a source")
    for lang in LANGUAGES:
        if indicator.verdict != "single" and not indicator.words[lang].comparability:
            raise CatalogueError(f"{file}: key 'words.{lang}.comparability': missing")
        if indicator.dimension and not indicator.words[lang].dimension:
            raise CatalogueError(f"{file}: key 'words.{lang}.dimension': missing; the breakdown needs a name")


def _depths(indicators: Mapping[str, Indicator]) -> dict[str, int]:
    depths: dict[str, int] = {}

    def depth(id_: str, path: tuple[str, ...]) -> int:
        if id_ in path:
            raise CatalogueError(f"indicators/{id_}.toml: key 'derive': a circle: {' → '.join((*path, id_))}")
        if id_ not in depths:
            derive = indicators[id_].derive
            parents = [other for other in (derive.of, derive.by) if other] if derive else []
            depths[id_] = 1 + max((depth(other, (*path, id_)) for other in parents), default=-1)
        return depths[id_]

    for id_ in indicators:
        depth(id_, ())
    return depths


def _origins(indicator: Indicator, indicators: Mapping[str, Indicator]) -> set[str]:
    if indicator.derive is None:
        return {indicator.source}
    return set().union(
        *(_origins(indicators[id_], indicators) for id_ in (indicator.derive.of, indicator.derive.by) if id_)
    )


def _reasons(root: Path) -> dict[str, dict[str, str]]:
    path = root / "reasons.toml"
    raw = Keys(path.name, read_toml(path if path.exists() else ROOT / "reasons.toml"))
    raw.only(set(LANGUAGES))
    return {lang: raw.sentences(lang) for lang in LANGUAGES}


def _complete_words(
    indicator: Indicator, indicators: Mapping[str, Indicator], reasons: Mapping[str, Mapping[str, str]]
) -> Indicator:
    """A derived indicator speaks with the words of what it comes from wherever it has none of its own."""
    if indicator.derive is None:
        return indicator
    words = {}
    for lang in LANGUAGES:
        own, of = indicator.words[lang], indicators[indicator.derive.of].words[lang]
        by = indicators[indicator.derive.by].words[lang].reasons if indicator.derive.by else {}
        words[lang] = replace(
            own,
            dimension=own.dimension or of.dimension,
            members=own.members or of.members,
            gaps={**of.gaps, **own.gaps},
            reasons={**reasons[lang], **by, **of.reasons, **own.reasons},
        )
    return replace(indicator, words=words)


def _with_reasons(indicator: Indicator, reasons: Mapping[str, Mapping[str, str]]) -> Indicator:
    def add(lang: str, words: Words) -> Words:
        return replace(words, reasons={**reasons[lang], **words.reasons})

    return replace(indicator, words={lang: add(lang, words) for lang, words in indicator.words.items()})
