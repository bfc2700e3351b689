"""Weighing a new build against the one before it, and saying what it changes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import polars as pl

from etl import gate, publish
from etl.catalogue import Catalogue
from etl.command import Say
from etl.diff import KINDS, changes, ledger_changes, ledger_sentence, observations
from etl.model import PublishError
from etl.publish import Sealed

_NOT_COMPARED: Final = "  warning: not compared with what is published: "


def serving(data: Path, say: Say) -> Sealed | None:
    """The published build of a data folder; None, and a warning, where there is none that is intact."""
    try:
        pointer = publish.read_pointer(data)
        return publish.verify(data / pointer["file"]) if pointer else None
    except PublishError as error:
        say(f"{_NOT_COMPARED}{error}")
        return None


def weigh(catalogue: Catalogue, old: Sealed | None, new: Sealed, weighed: set[str], say: Say) -> tuple[str, ...]:
    """Say what `new` changes for readers and what is odd about the sources `weighed`; returns what stops it."""
    if old is None or old.content == new.content:
        return ()
    cells, ledger = changes(old.path, new.path), ledger_sentence(ledger_changes(old.path, new.path))
    say(f"  against build {old.id}: {'; '.join(filter(None, (summary(cells), ledger)))}")
    verdict = gate.judge(observations(old.path), cells, catalogue, weighed)
    for warning in verdict.warnings:
        say(f"  warning: {warning}")
    return verdict.blockers


def summary(cells: pl.DataFrame) -> str:
    """How many cells changed in which way."""
    found = Counter(cells["change"].to_list())
    return ", ".join(f"{found[kind]:,} {kind}" for kind in KINDS if found[kind]) or "the same observations"
