"""The command line: `python -m etl build · ship · check · status · diff · publish · rollback · fetch · shapes · new`.

Exit codes are model.Exit; 130 after Ctrl-C. An error is one readable message on stderr, never a traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn

import duckdb

from etl import publish as publishing
from etl import shapes
from etl.catalogue import ROOT, load
from etl.check import check
from etl.coverage import coverage_table, table
from etl.diff import KINDS, changes, counted
from etl.fetch import REMEDY, fetch_all, judge_with, summary
from etl.figures import Figures, from_delivery, gather, read_shipped, ship
from etl.http import settings_from
from etl.model import AtlasError, DeliveryError, Exit, PublishError
from etl.skeleton import write_skeleton
from etl.snapshot import find_deliveries, latest, snapshot

INTERRUPTED: Final = 130
_INTERRUPT: Final = "interrupted; nothing was published, the last build keeps serving"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Context:
    """What every command needs: where data lies, where the catalogue lies, the arguments, where to write lines."""

    data: Path
    root: Path
    arguments: argparse.Namespace
    say: Say


def main(argv: list[str], say: Say, root: Path = ROOT) -> int:
    """Run one command and return its exit code; data lies in $ATLAS_DATA (default `data`)."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        arguments = _parser().parse_args(argv)
        context = Context(Path(os.environ.get("ATLAS_DATA") or "data"), root, arguments, say)
        return int(_COMMANDS[arguments.command](context))
    except AtlasError as error:
        return _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, duckdb.InterruptException):
        return _fail(_INTERRUPT, INTERRUPTED)
    except RuntimeError as error:
        # Within a query DuckDB turns Ctrl-C into a RuntimeError that only its cause tells from others.
        if isinstance(error.__cause__, KeyboardInterrupt):
            return _fail(_INTERRUPT, INTERRUPTED)
        raise
    except BrokenPipeError:  # `… | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except OSError as error:
        return _fail(f"{error.filename or 'system'}: {error.strerror or error}", Exit.PUBLISH)


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"error: {message}\n")
    return code


def _interrupt(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m etl",
        description="From publishers' deliveries to a sealed build.",
        epilog="Exit codes: 0 done, 2 usage, 10 delivery, 11 check, 12 publish, 13 catalogue, 130 interrupted.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text)

    for name, text, needed in (
        ("build", "make, check and publish a build", False),
        ("ship", "write the figures of a folder's deliveries to data/figures", True),
    ):
        command = add(name, text)
        command.add_argument(
            "--from", dest="folder", type=Path, required=needed, metavar="FOLDER", help="deliveries: FOLDER/<source>/…"
        )
        command.add_argument(
            "--retrieved", type=_day, metavar="YYYY-MM-DD", help="the day the deliveries were taken from the publishers"
        )
    add("check", "run the checks on the published build and verify that it is unchanged")
    add("status", "show the published build and where each source stands").add_argument("--json", action="store_true")
    command = add("diff", "compare the published build with another one")
    command.add_argument("build", nargs="?", help="id of the other build (default: the one before)")
    command.add_argument("--json", action="store_true")
    add("publish", "point readers to a build").add_argument("build", help="id of a build in data/builds")
    add("rollback", "point readers to the build before")
    add("fetch", "fetch sources from their addresses").add_argument(
        "source", nargs="*", help="source ids (default: all)"
    )
    command = add("shapes", "build shapes/ from the official boundary files")
    command.add_argument(
        "--from",
        dest="folder",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="holds bkg_vg5000/ and ign_admin_express/ as published",
    )
    command = add("new", "write a commented file to start from")
    command.add_argument("kind", choices=("source", "indicator"))
    command.add_argument("id")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day like 2026-11-21") from None


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _build(context: Context) -> int:
    say, data = context.say, context.data
    with publishing.lock(data):
        catalogue = load(context.root)
        say(f"1/4 catalogue: {len(catalogue.sources)} sources, {len(catalogue.indicators)} indicators")
        gathered, absent = gather(catalogue, data, context.arguments.folder, context.arguments.retrieved)
        _report_ways(gathered, absent, say)
        if not gathered:
            raise DeliveryError("no figures of any source", remedy="deliver some with `--from FOLDER`, or fetch them.")
        say("3/4 build")
        sealed = publishing.build(catalogue, data, gathered, say)
        changed = publishing.publish(data, sealed)
        for id_ in publishing.prune(data):
            say(f"  removed old build {id_}")
    say(f"4/4 {'published' if changed else 'already published'}: build {sealed.id}, content {sealed.content[:12]}\n")
    say(coverage_table(sealed.path))
    return Exit.DONE


def _report_ways(gathered: dict[str, Figures], absent: list[str], say: Say) -> None:
    say("2/4 figures")
    for number, (id_, figures) in enumerate(gathered.items(), 1):
        where = f"{figures.way} of {figures.retrieved}"
        say(f"  {number:>2}/{len(gathered)} {id_}: {where}, {figures.rows.height:,} observations")
    for id_ in absent:
        say(f"  left out: {id_} has neither a delivery nor figures, or no indicator uses it")


def _ship(context: Context) -> int:
    catalogue, data, arguments = load(context.root), context.data, context.arguments
    deliveries = find_deliveries(
        arguments.folder, [module.source for module in catalogue.sources.values()], arguments.retrieved
    )
    ready = []
    for number, (id_, delivery) in enumerate(deliveries.items(), 1):
        if not catalogue.of_source(id_):
            context.say(f"  {number}/{len(deliveries)} {id_}: no indicator uses it")
            continue
        figures = from_delivery(catalogue, delivery, "delivery")
        context.say(f"  {number}/{len(deliveries)} {id_}: {figures.rows.height:,} observations")
        ready.append(figures)
    # Nothing is written before every delivery was read: a half-shipped set would mix two states.
    with publishing.lock(data):
        for figures in ready:
            changed = ship(catalogue, data, figures)
            context.say(f"  {figures.source}: {'written' if changed else 'unchanged'}")
    return Exit.DONE


def _check(context: Context) -> int:
    sealed = _published(context.data)
    connection = duckdb.connect(str(sealed.path), read_only=True)
    try:
        count = check(connection, figures=False)
    finally:
        connection.close()
    context.say(f"build {sealed.id}: unchanged since it was sealed, {count} checks passed")
    return Exit.DONE


def _published(data: Path) -> publishing.Sealed:
    pointer = publishing.read_pointer(data)
    if pointer is None:
        raise PublishError(f"nothing is published in {data}; run `python -m etl build`")
    return publishing.verify(data / pointer["file"])


def _status(context: Context) -> int:
    catalogue, data = load(context.root), context.data
    sources: dict[str, dict[str, Any]] = {}
    for id_, module in catalogue.sources.items():
        shipped, fetched = read_shipped(data, id_), latest(data, module.source)
        complete = snapshot(data, module.source) is not None
        sources[id_] = {
            "shipped": shipped.retrieved.isoformat() if shipped else None,
            "fetched": max(r.retrieved for r in fetched.values()).isoformat() if fetched and complete else None,
            "observations": shipped.rows.height if shipped else 0,
            "rhythm": module.source.rhythm,
        }
    pointer = publishing.read_pointer(data)
    if context.arguments.json:
        builds = sorted(path.stem for path in (data / "builds").glob("*.duckdb"))
        content = {"current": pointer, "builds": builds, "sources": sources}
        context.say(json.dumps(content, indent=1, ensure_ascii=False))
        return Exit.DONE
    context.say(f"published: {pointer['build']}" if pointer else "published: nothing yet; run `python -m etl build`")
    rows = [
        (id_, s["shipped"] or "–", s["fetched"] or "–", s["rhythm"], s["observations"]) for id_, s in sources.items()
    ]
    context.say(table(("source", "shipped", "fetched", "renewed", "observations"), rows, numbers=1))
    return Exit.DONE


def _diff(context: Context) -> int:
    data, arguments = context.data, context.arguments
    new = _published(data)
    other = arguments.build or (publishing.read_pointer(data) or {}).get("previous")
    if not other:
        raise PublishError("there is no earlier build to compare with; name one: `python -m etl diff BUILD`")
    old = publishing.verify(data / "builds" / f"{Path(other).name}.duckdb")
    rows = counted(changes(old.path, new.path))
    if arguments.json:
        context.say(json.dumps({"old": old.id, "new": new.id, "differences": rows}, indent=1))
    elif rows:
        context.say(f"from build {old.id} to {new.id}")
        header = ("indicator", "country", *KINDS)
        context.say(table(header, [tuple(row[name] for name in header) for row in rows], numbers=len(KINDS)))
    else:
        context.say(f"builds {old.id} and {new.id} have the same observations")
    return Exit.DONE


def _publish(context: Context) -> int:
    data = context.data
    with publishing.lock(data):
        sealed = publishing.verify(data / "builds" / f"{Path(context.arguments.build).name}.duckdb")
        changed = publishing.publish(data, sealed)
    context.say(f"{'published' if changed else 'already published'}: build {sealed.id}")
    return Exit.DONE


def _rollback(context: Context) -> int:
    with publishing.lock(context.data):
        sealed = publishing.rollback(context.data)
    context.say(f"published: build {sealed.id}")
    return Exit.DONE


def _fetch(context: Context) -> int:
    catalogue = load(context.root)
    wanted = context.arguments.source or list(catalogue.sources)
    unknown = [id_ for id_ in wanted if id_ not in catalogue.sources]
    if unknown:
        raise AtlasError(f"there is no source '{unknown[0]}'; there are {', '.join(catalogue.sources)}")
    settings = settings_from(os.environ, progress=sys.stderr.isatty())
    sources = [catalogue.sources[id_].source for id_ in dict.fromkeys(wanted)]
    results = fetch_all(context.data, sources, settings, context.say, judge_with(catalogue))
    context.say("\n" + summary(results))
    if problems := [problem for result in results for problem in result.problems]:
        raise DeliveryError("\n".join(["not everything was fetched:", *problems, REMEDY]))
    return Exit.DONE


def _shapes(context: Context) -> int:
    folder = context.arguments.folder
    out = context.root.parent / "shapes"
    shapes.build(folder / "bkg_vg5000", folder / "ign_admin_express", out, context.say)
    context.say(f"written: {out}")
    return Exit.DONE


def _new(context: Context) -> int:
    path = write_skeleton(context.root, context.arguments.kind, context.arguments.id)
    context.say(f"written: {path}; what each part means stands in it, the rest in docs/architecture.md")
    return Exit.DONE


_COMMANDS: Final[dict[str, Callable[[Context], int]]] = {
    "build": _build,
    "ship": _ship,
    "check": _check,
    "status": _status,
    "diff": _diff,
    "publish": _publish,
    "rollback": _rollback,
    "fetch": _fetch,
    "shapes": _shapes,
    "new": _new,
}
