"""The commands that make, compare, publish and prove builds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from etl import ahead, desk, gate, history, manifest, publications, scopes
from etl import publish as publishing
from etl.audience import INSIDE, Audience, View, folder_for, make_inside
from etl.catalogue import Catalogue, load
from etl.check import check
from etl.command import Context, Say
from etl.coverage import coverage_table, table
from etl.diff import KINDS, changes, counted, ledger_changes, ledger_sentence, markdown
from etl.figures import ship
from etl.ledger import FOLDER as LEDGER
from etl.ledger import read as read_ledger
from etl.lock import lock
from etl.model import AtlasError, CatalogueError, DeliveryError, Exit, PublishError
from etl.settings import KEEP
from etl.stock import Seen, Stock, take
from etl.weighing import serving, summary, weigh

_CELL: Final = ("change", "indicator", "region", "period", "member", "old", "new", "status")
_SHOWN: Final = ("indicator", "region", "period", "member", "status", "value")


def build(context: Context) -> int:
    """`etl build`: gather; build, weigh and publish for each audience; make what embargoes will show."""
    say, data, arguments = context.say, context.data, context.arguments
    number = kept()
    with lock(data, "etl build"):
        catalogue = load(context.root)
        now, files = datetime.now(UTC), ahead.inputs(data)  # before they are read: a later change shows
        stock = take(catalogue, data, arguments.folder, arguments.retrieved)
        public, inside = (stock.seen(View(audience, now)) for audience in (Audience.PUBLIC, Audience.INTERNAL))
        _expect_sources(inside.catalogue, arguments.accept)
        say(f"1/4 catalogue: {len(catalogue.sources)} sources, {len(catalogue.indicators)} indicators, {stock.ledger}")
        _report_ways(public, inside, [id_ for id_, found in stock.figures.items() if not found], say)
        if not public.gathered:
            raise DeliveryError("no figures of any source", remedy="deliver some with `--from FOLDER`, or fetch them.")
        _hold(catalogue, data, stock, say)
        files |= {name: told for name, told in ahead.inputs(data).items() if name.startswith(f"{INSIDE}/figures/")}
        refused = []
        if inside.inputs != public.inputs:
            make_inside(data)
            say("3/4 build for the internal audience")
            refused += _release(context, inside, Audience.INTERNAL, number)[2]
        else:
            publishing.retire(data / INSIDE)
        say("3/4 build")
        sealed, changed, blockers = _release(context, public, Audience.PUBLIC, number)
        refused += blockers
        if not blockers and (data / INSIDE).exists():
            refused += _prepare(context, stock, (public, sealed), now, files)
        if not refused:
            scopes.renew(data, stock, public, now, say)
    if refused:
        raise PublishError("\n".join(refused))
    say(f"4/4 {'published' if changed else 'already published'}: build {sealed.id}, content {sealed.content[:12]}\n")
    say(coverage_table(sealed.path))
    return Exit.DONE


def _hold(catalogue: Catalogue, data: Path, stock: Stock, say: Say) -> None:
    """Keep the deliveries on terms, so that later builds, and the one at the end of the embargo, have them."""
    for id_, choices in stock.figures.items():
        for figures in choices:
            if figures.way == "delivery" and not figures.terms.free and ship(catalogue, data, figures):
                say(f"  kept {id_} in {data / INSIDE / 'figures'}")


def _release(
    context: Context, seen: Seen, audience: Audience, number: int
) -> tuple[publishing.Sealed, bool, list[str]]:
    """Build, weigh and publish for one audience: the build, whether readers see another now, and what stopped it."""
    data, say, accept = folder_for(context.data, audience), context.say, context.arguments.accept
    since = data if (data / "current.json").exists() else context.data
    sealed = publishing.build(seen.catalogue, data, seen.gathered, say, audience, ledger=seen.ledger, since=since)
    weighed = gate.renewed(seen.catalogue, {id_: figures.way for id_, figures in seen.gathered.items()})
    before = serving(data, say) or serving(context.data, say)  # the first internal one: against what everybody sees
    blockers = weigh(seen.catalogue, before, sealed, weighed - set(accept), say)
    changed = not blockers and publishing.publish(data, sealed)
    for id_ in publishing.prune(data, number, spare=sealed.id):
        say(f"  removed old build {id_}")
    if not blockers:
        return sealed, changed, []
    return (
        sealed,
        changed,
        [_refusal(blockers, sealed.id, audience, (publishing.read_pointer(data) or {}).get("build", ""))],
    )


def _prepare(
    context: Context, stock: Stock, first: tuple[Seen, publishing.Sealed], now: datetime, files: dict[str, list[int]]
) -> list[str]:
    """Make what the ends of embargoes will show, and write down when each is due; returns what stopped one."""
    arguments = context.arguments
    accepted = {**_let_through(context.data), **dict.fromkeys(arguments.accept, "")}
    found, blockers = ahead.prepare(stock, context.data, first, after=now, accepted=accepted, say=context.say)
    options = {
        "folder": str(arguments.folder.resolve()) if arguments.folder else None,
        "retrieved": arguments.retrieved.isoformat() if arguments.retrieved else None,
    }
    make_inside(context.data)
    ahead.write(context.data, ahead.Schedule(tuple(found), options, files))
    for one in found:
        context.say(f"  build {one.build} will be published at {one.at}, by `python -m etl lift`")
    if not blockers:
        return []
    remedy = "Remedy: look at the delivery; if it is right, `python -m etl build --accept SOURCE`."
    return ["\n".join(["the end of an embargo would change too much.", *(f"  - {one}" for one in blockers), remedy])]


def _let_through(data: Path) -> dict[str, str]:
    """Source → SHA-256 of its figures in the published internal build: these have been weighed."""
    pointer = publishing.read_pointer(data / INSIDE)
    told = manifest.read(data / INSIDE / pointer["file"]) if pointer else None
    return {id_: given.sha256 for id_, given in told.inputs.items()} if told else {}


def kept() -> int:
    """How many builds stay, from ATLAS_KEEP; raises AtlasError."""
    text = KEEP.value()
    if not text.isdecimal() or int(text) < 1:
        raise AtlasError(f"{KEEP.name}={text}: say how many builds to keep, 1 or more")
    return int(text)


def _expect_sources(catalogue: Catalogue, ids: Iterable[str]) -> None:
    if unknown := [id_ for id_ in ids if id_ not in catalogue.sources]:
        raise AtlasError(f"there is no source '{unknown[0]}'; there are {', '.join(catalogue.sources)}")


def _report_ways(public: Seen, inside: Seen, absent: list[str], say: Say) -> None:
    say("2/4 figures")
    for number, (id_, figures) in enumerate(inside.gathered.items(), 1):
        where = f"{figures.way} of {figures.retrieved}"
        shown = public.gathered.get(id_)
        more = "" if shown and shown.sha256 == figures.sha256 else ", not all of it public"
        say(f"  {number:>2}/{len(inside.gathered)} {id_}: {where}, {figures.rows.height:,} observations{more}")
    for id_ in absent:
        say(f"  left out: {id_} has neither a delivery nor figures, or no indicator uses it")


def _refusal(blockers: Iterable[str], id_: str, audience: Audience, now: str) -> str:
    option = "" if audience is Audience.PUBLIC else f" --audience {audience}"
    return "\n".join(
        [
            f"too much of what readers see would go or jump; nothing was published ({audience}).",
            *(f"  - {blocker}" for blocker in blockers),
            f"Build {now} keeps serving. The new one lies sealed as {id_}.",
            f"Remedy: `python -m etl diff{option} {id_}` shows every cell; if it is right, "
            f"`python -m etl publish{option} {id_}`, or `python -m etl build --accept SOURCE` for the source named "
            "above. If not, see what the publisher did.",
        ]
    )


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def check_published(context: Context) -> int:
    """`etl check`: is the ledger in order, and the published build the one that was sealed and fit to be published?"""
    context.say(f"{read_ledger(context.data / LEDGER, *desk.ledgers(context.data))}: in order")
    sealed = _published(context.place)
    connection = duckdb.connect(str(sealed.path), read_only=True)
    try:
        count = check(connection, figures=False)
    finally:
        connection.close()
    context.say(f"build {sealed.id}: unchanged since it was sealed, {count} checks passed")
    return Exit.DONE


def verify(context: Context) -> int:
    """`etl verify [BUILD]`: prove a build file against its manifest, and the pointer against both."""
    data = context.place
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
    data, arguments = context.place, context.arguments
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
        context.say(f"from build {old.id} to {new.id}: {summary(cells)}\n")
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
    data, arguments = context.place, context.arguments
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
    data, say = context.place, context.say
    with lock(context.data, "etl publish"):
        sealed = publishing.verify(_file(data, context.arguments.build))
        told = manifest.read(sealed.path)
        if told is not None:
            try:
                catalogue = load(context.root)
                weighed = gate.renewed(catalogue, {id_: given.way for id_, given in told.inputs.items()})
                for blocker in weigh(catalogue, serving(data, say), sealed, weighed, say):
                    say(f"  in spite of: {blocker}")
            except CatalogueError as error:  # who mends a wrong publication must not have to mend the catalogue first
                say(f"  warning: not weighed: {error}")
        changed = publishing.publish(data, sealed)
        scopes.retire(context.data)
    say(f"{'published' if changed else 'already published'}: build {sealed.id}")
    _tell_what_waits(context, sealed.id)
    return Exit.DONE


def rollback(context: Context) -> int:
    """`etl rollback`: point readers to the build before."""
    with lock(context.data, "etl rollback"):
        sealed = publishing.rollback(context.place)
        scopes.retire(context.data)
    context.say(f"published: build {sealed.id}")
    _tell_what_waits(context, sealed.id)
    return Exit.DONE


def keep(context: Context) -> int:
    """`etl keep BUILD`: pruning never removes it, since somebody cites it; `--let-go` undoes that."""
    data, id_ = context.place, context.arguments.build
    with lock(context.data, "etl keep"):
        if context.arguments.let_go:
            changed = publications.keep(data, id_, "")
            context.say(f"build {id_} {'is pruned like others' if changed else 'was not kept'}")
            return Exit.DONE
        sealed = publishing.verify(_file(data, id_))
        pointer = publishing.read_pointer(data) or {}
        shown = {build for _, build in publications.publications(data)} | {
            pointer.get("build"),
            pointer.get("previous"),
        }
        publications.keep(data, sealed.id, datetime.now(UTC).date().isoformat())
    context.say(f"build {sealed.id} is kept for good")
    if sealed.id not in shown:
        context.say("warning: it was never published, so no address shows it")
    return Exit.DONE


def _tell_what_waits(context: Context, published: str) -> None:
    """A build that lies ready for an embargo follows the one it was made with, and no other."""
    waiting = ahead.read(context.data).ready
    if context.place == context.data and waiting and not ahead.follows(waiting[:1], published):
        context.say(
            f"warning: what lies ready for {waiting[0].at} was made to follow build {waiting[0].after} and will not be "
            "published by itself now; `python -m etl build` makes it anew"
        )


def moment(text: str) -> datetime:
    """The end of a day (UTC), of '2026-11-24'; raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d").replace(hour=23, minute=59, second=59, microsecond=999999, tzinfo=UTC)
