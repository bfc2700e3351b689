"""The commands that make, compare, publish and prove builds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from etl import gate, history, manifest
from etl import publish as publishing
from etl.catalogue import Catalogue, load
from etl.check import check
from etl.command import Context, Say
from etl.coverage import coverage_table, table
from etl.diff import KINDS, changes, counted, ledger_changes, ledger_sentence, markdown, observations
from etl.figures import Figures, gather
from etl.ledger import FOLDER as LEDGER
from etl.ledger import read as read_ledger
from etl.lock import lock
from etl.model import AtlasError, CatalogueError, DeliveryError, Exit, PublishError
from etl.settings import KEEP

_CELL: Final = ("change", "indicator", "region", "period", "member", "old", "new", "status")
_SHOWN: Final = ("indicator", "region", "period", "member", "status", "value")


def build(context: Context) -> int:
    """`etl build`: gather, build, weigh against what is published, publish."""
    say, data, arguments = context.say, context.data, context.arguments
    kept = _kept()
    with lock(data, "etl build"):
        catalogue = load(context.root)
        _expect_sources(catalogue, arguments.accept)
        ledger = read_ledger(data / LEDGER)
        say(f"1/4 catalogue: {len(catalogue.sources)} sources, {len(catalogue.indicators)} indicators, {ledger}")
        gathered, absent = gather(catalogue, data, arguments.folder, arguments.retrieved)
        _report_ways(gathered, absent, say)
        if not gathered:
            raise DeliveryError("no figures of any source", remedy="deliver some with `--from FOLDER`, or fetch them.")
        say("3/4 build")
        sealed = publishing.build(catalogue, data, gathered, say, ledger=ledger)
        weighed = gate.renewed(catalogue, {id_: figures.way for id_, figures in gathered.items()})
        blockers = _weigh(catalogue, data, sealed, weighed - set(arguments.accept), say)
        changed = not blockers and publishing.publish(data, sealed)
        for id_ in publishing.prune(data, kept, spare=sealed.id):
            say(f"  removed old build {id_}")
        if blockers:
            raise PublishError(_refusal(blockers, sealed.id, (publishing.read_pointer(data) or {}).get("build", "")))
    say(f"4/4 {'published' if changed else 'already published'}: build {sealed.id}, content {sealed.content[:12]}\n")
    say(coverage_table(sealed.path))
    return Exit.DONE


def _kept() -> int:
    text = KEEP.value()
    if not text.isdecimal() or int(text) < 1:
        raise AtlasError(f"{KEEP.name}={text}: say how many builds to keep, 1 or more")
    return int(text)


def _expect_sources(catalogue: Catalogue, ids: Iterable[str]) -> None:
    if unknown := [id_ for id_ in ids if id_ not in catalogue.sources]:
        raise AtlasError(f"there is no source '{unknown[0]}'; there are {', '.join(catalogue.sources)}")


def _report_ways(gathered: Mapping[str, Figures], absent: list[str], say: Say) -> None:
    say("2/4 figures")
    for number, (id_, figures) in enumerate(gathered.items(), 1):
        where = f"{figures.way} of {figures.retrieved}"
        say(f"  {number:>2}/{len(gathered)} {id_}: {where}, {figures.rows.height:,} observations")
    for id_ in absent:
        say(f"  left out: {id_} has neither a delivery nor figures, or no indicator uses it")


def _weigh(catalogue: Catalogue, data: Path, new: publishing.Sealed, weighed: set[str], say: Say) -> tuple[str, ...]:
    """Say what the build changes for readers and what is odd about the sources `weighed`; returns what stops it."""
    try:
        pointer = publishing.read_pointer(data)
        old = publishing.verify(data / pointer["file"]) if pointer else None
    except PublishError as error:
        say(f"  warning: not compared with what is published: {error}")
        return ()
    if old is None or old.content == new.content:
        return ()
    cells = changes(old.path, new.path)
    say(f"  against build {old.id}: {_summary(cells)}")
    verdict = gate.judge(observations(old.path), cells, catalogue, weighed)
    for warning in verdict.warnings:
        say(f"  warning: {warning}")
    return verdict.blockers


def _summary(cells: pl.DataFrame) -> str:
    found = Counter(cells["change"].to_list())
    return ", ".join(f"{found[kind]:,} {kind}" for kind in KINDS if found[kind]) or "the same observations"


def _refusal(blockers: Iterable[str], id_: str, serving: str) -> str:
    return "\n".join(
        [
            "too much of what readers see would go or jump; nothing was published.",
            *(f"  - {blocker}" for blocker in blockers),
            f"Build {serving} keeps serving. The new one lies sealed as {id_}.",
            f"Remedy: `python -m etl diff {id_}` shows every cell; if it is right, `python -m etl publish {id_}`, or "
            "`python -m etl build --accept SOURCE` for the source named above. If not, see what the publisher did.",
        ]
    )


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def check_published(context: Context) -> int:
    """`etl check`: is the ledger in order, and the published build the one that was sealed and fit to be published?"""
    context.say(f"{read_ledger(context.data / LEDGER)}: in order")
    sealed = _published(context.data)
    connection = duckdb.connect(str(sealed.path), read_only=True)
    try:
        count = check(connection, figures=False)
    finally:
        connection.close()
    context.say(f"build {sealed.id}: unchanged since it was sealed, {count} checks passed")
    return Exit.DONE


def verify(context: Context) -> int:
    """`etl verify [BUILD]`: prove a build file against its manifest, and the pointer against both."""
    data = context.data
    pointer = publishing.read_pointer(data) or {}
    id_ = context.arguments.build
    path = _file(data, id_) if id_ else data / _pointer(data)["file"]
    told = manifest.prove(path)
    if pointer.get("build") == told.build:
        claims = (pointer.get("content"), pointer.get("observations"))
        if claims != (told.content, told.tables["observation"].rows):
            raise PublishError(f"{data / 'current.json'} tells another content than build {told.build} has")
    rows = [(name, told.tables[name].rows, told.tables[name].sha256[:12]) for name in sorted(told.tables)]
    context.say(table(("table", "rows", "sha256"), rows, numbers=2))
    inputs = [(id_, given.way, given.retrieved, given.sha256[:12]) for id_, given in told.inputs.items()]
    context.say("\n" + table(("source", "way", "retrieved", "sha256"), inputs, numbers=1))
    context.say(f"\nbuild {told.build}: {told.bytes:,} bytes, SHA-256 {told.sha256}: as sealed at {told.created}")
    return Exit.DONE


def _pointer(data: Path) -> dict[str, Any]:
    pointer = publishing.read_pointer(data)
    if pointer is None:
        raise PublishError(f"nothing is published in {data}; run `python -m etl build`")
    return pointer


def _published(data: Path) -> publishing.Sealed:
    return publishing.verify(data / _pointer(data)["file"])


def _file(data: Path, build: str) -> Path:
    return data / "builds" / f"{Path(build).name}.duckdb"


def diff(context: Context) -> int:
    """`etl diff [BUILD]`: from the published build to BUILD; without, from the build before to the published one."""
    data, arguments = context.data, context.arguments
    old = new = _published(data)
    if arguments.build:
        new = publishing.verify(_file(data, arguments.build))
    elif previous := _pointer(data).get("previous"):
        old = publishing.verify(_file(data, previous))
    else:
        raise PublishError("there is no earlier build to compare with; name one: `python -m etl diff BUILD`")
    cells, ledger = changes(old.path, new.path), ledger_changes(old.path, new.path)
    if arguments.json:
        rows = {"differences": counted(cells), "cells": cells.to_dicts(), "ledger": ledger}
        context.say(json.dumps({"old": old.id, "new": new.id, **rows}, indent=1, ensure_ascii=False))
    elif arguments.markdown:
        written = markdown(old.id, new.id, cells, arguments.limit)
        context.say("\n\n".join(filter(None, (written, ledger_sentence(ledger)))))
    elif cells.is_empty():
        context.say(f"builds {old.id} and {new.id} have the same observations")
    else:
        context.say(f"from build {old.id} to {new.id}: {_summary(cells)}\n")
        header = ("indicator", "country", *KINDS)
        context.say(table(header, [tuple(row[name] for name in header) for row in counted(cells)], numbers=len(KINDS)))
        _show_cells(cells, arguments.limit, context.say)
    if ledger and not (arguments.json or arguments.markdown):
        context.say(ledger_sentence(ledger))
    return Exit.DONE


def _show_cells(cells: pl.DataFrame, limit: int, say: Say) -> None:
    if limit:
        rows = [
            (
                *(row[name] for name in _CELL[:5]),
                _number(row["old"]),
                _number(row["new"]),
                ""
                if row["old_status"] == row["new_status"]
                else f"{row['old_status'] or '–'} → {row['new_status'] or '–'}",
            )
            for row in cells.head(limit).to_dicts()
        ]
        say("\n" + table(_CELL, rows, numbers=3))
    if cells.height > limit:
        say(f"\n… {cells.height - limit:,} more cells; `--limit {cells.height}` or `--json` shows them")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.6g}"


def as_of(context: Context) -> int:
    """`etl asof DAY`: what was shown at the end of a day (UTC) of the sources whose history is kept."""
    data, arguments = context.data, context.arguments
    publishing.remember(data)
    sources = [arguments.source] if arguments.source else sorted(history.kept(data))
    if not sources:
        raise PublishError(f"no published source keeps its history in {data}")
    found: list[dict[str, Any]] = []
    for source in sources:
        since, rows = history.as_of(data, source, arguments.day)
        for name, wanted in (("indicator", arguments.indicator), ("region", arguments.region)):
            rows = rows.filter(pl.col(name) == wanted) if wanted else rows
        found.append({"source": source, "since": since.isoformat(), "observations": rows.to_dicts()})
    if arguments.json:
        context.say(json.dumps({"day": arguments.day.isoformat(), "shown": found}, indent=1, ensure_ascii=False))
        return Exit.DONE
    for shown in found:
        context.say(f"{shown['source']}: published {shown['since'][:16].replace('T', ' ')} UTC")
        lines = [
            (*(row[name] for name in _SHOWN[:4]), row["status"], _number(row["value"])) for row in shown["observations"]
        ]
        context.say(table(_SHOWN, lines, numbers=1))
    return Exit.DONE


# ── Publishing by hand ───────────────────────────────────────────────────────────────────────────────────────────


def publish(context: Context) -> int:
    """`etl publish BUILD`: point readers to a sealed build, whatever it changes; says what that is."""
    data, say = context.data, context.say
    with lock(data, "etl publish"):
        sealed = publishing.verify(_file(data, context.arguments.build))
        told = manifest.read(sealed.path)
        if told is not None:
            try:
                catalogue = load(context.root)
                weighed = gate.renewed(catalogue, {id_: given.way for id_, given in told.inputs.items()})
                for blocker in _weigh(catalogue, data, sealed, weighed, say):
                    say(f"  in spite of: {blocker}")
            except CatalogueError as error:  # who mends a wrong publication must not have to mend the catalogue first
                say(f"  warning: not weighed: {error}")
        changed = publishing.publish(data, sealed)
    say(f"{'published' if changed else 'already published'}: build {sealed.id}")
    return Exit.DONE


def rollback(context: Context) -> int:
    """`etl rollback`: point readers to the build before."""
    with lock(context.data, "etl rollback"):
        sealed = publishing.rollback(context.data)
    context.say(f"published: build {sealed.id}")
    return Exit.DONE


def moment(text: str) -> datetime:
    """The end of a day (UTC), of '2026-11-24'; raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d").replace(hour=23, minute=59, second=59, microsecond=999999, tzinfo=UTC)
