"""The command line, `python -m etl COMMAND`: arguments, errors, and the commands that are not in etl/release.py.

Exit codes are model.Exit; 130 after Ctrl-C. An error is one readable message on stderr, never a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, NoReturn

import duckdb

from etl import arcs, backup, lift, neighbours, release, shapes, status
from etl.audience import Audience, delivery_terms
from etl.catalogue import ROOT, load
from etl.command import Context, Say
from etl.fetch import REMEDY, fetch_all, judge_with, summary
from etl.figures import from_delivery, ship
from etl.http import settings_from
from etl.interruption import is_interruption
from etl.lock import lock
from etl.model import AtlasError, DeliveryError, Exit
from etl.remote import mirror, push
from etl.settings import DATA, PUBLISH_TO
from etl.skeleton import KINDS, write_skeleton
from etl.snapshot import find_deliveries

INTERRUPTED: Final = 130
_INTERRUPT: Final = "interrupted; nothing was published, the last build keeps serving"


def main(argv: list[str], say: Say, root: Path = ROOT) -> int:
    """Run one command and return its exit code; data lies in $ATLAS_DATA (default `data`)."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        arguments = command_line().parse_args(argv)
        context = Context(Path(DATA.value()), root, arguments, say)
        return _run(context)
    except AtlasError as error:
        return _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, duckdb.InterruptException, RuntimeError) as error:
        if is_interruption(error):
            return _fail(_INTERRUPT, INTERRUPTED)
        raise
    except BrokenPipeError:  # `… | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except OSError as error:
        return _fail(f"{error.filename or 'system'}: {error.strerror or error}", Exit.PUBLISH)


def _run(context: Context) -> int:
    """One command, and then where the sources stand, for the dashboard; also after one that failed."""
    command = context.arguments.command
    problem = ""
    try:
        code = int(_COMMANDS[command](context))
    finally:
        if command in _MOVING and not isinstance(sys.exception(), KeyboardInterrupt):
            if problem := status.renew(context):
                sys.stderr.write(f"warning: {problem}\n")
            problem = _push(context)
    return _fail(problem, Exit.PUBLISH) if problem else code


def _push(context: Context) -> str:
    """Bring what is published to ATLAS_PUBLISH_TO, too; returns what hindered it."""
    try:
        push.follow(context.data, context.say)
    except (AtlasError, OSError) as error:
        return f"not brought to {PUBLISH_TO.name}: {error} The next command tries again, or `python -m etl push`."
    return ""


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"error: {message}\n")
    return code


def _interrupt(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def command_line() -> argparse.ArgumentParser:
    """The parser of all commands; docs/reference.py shows what it takes."""
    parser = argparse.ArgumentParser(
        prog="python -m etl",
        description="From publishers' deliveries to a sealed build.",
        epilog="Exit codes: 0 done, 2 usage, 10 delivery, 11 check, 12 publish, 13 catalogue, 14 overdue, "
        "130 interrupted.",
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
    commands.choices["build"].add_argument(
        "--accept", action="append", default=[], metavar="SOURCE", help="let this source go or jump as it likes"
    )
    _add_aggregate(add)
    _add_looking(add)
    _add_publishing(add)
    for name in _OF_AN_AUDIENCE:
        commands.choices[name].add_argument(
            "--audience", choices=tuple(Audience), default=Audience.PUBLIC.value, help="whose builds (default: public)"
        )
    add("lift", "publish what lies ready for embargoes that have ended").add_argument(
        "--watch", action="store_true", help="wait for the next one, and publish it then; until stopped"
    )
    add("fetch", "fetch sources from their addresses").add_argument(
        "source", nargs="*", help="source ids (default: all)"
    )
    command = add("shapes", "build shapes/ and the table of neighbours from the official boundary files")
    command.add_argument(
        "--from",
        dest="folder",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="holds bkg_vg5000/ and ign_admin_express/ as published",
    )
    command = add(
        "new", "write the one file of a source, indicator or page, and a test that fails until it is filled in"
    )
    command.add_argument("kind", choices=KINDS, help="what to start")
    command.add_argument("id", help="lower-case words joined by '_', like eurostat_isoc_eb_ai; the file's name")
    return parser


def _add_aggregate(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    command = add("aggregate", "microdata to safe figures: reduce, protect and write a delivery")
    command.add_argument("recipe", type=Path, help="a recipe, like etl/microdata/recipes/job_ads_ai.toml")
    command.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where figures and report are written"
    )
    command.add_argument(
        "--input", action="append", default=[], metavar="PATTERN", help="files, in place of the recipe's"
    )
    command.add_argument(
        "--engine",
        default="duckdb",
        help="duckdb (default), or Spark: local-cluster[2,1,1024], spark://…, yarn, sc://…",
    )
    command.add_argument("--memory", default="2GB", metavar="SIZE", help="what DuckDB may take (default: 2GB)")
    command.add_argument("--spill", type=Path, metavar="FOLDER", help="for what does not fit (default: the system's)")
    command.add_argument("--most-spill", metavar="SIZE", help="how large that may get (default: what the disk has)")
    command.add_argument("--threads", type=int, metavar="N", help="of DuckDB (default: all cores)")


def _add_publishing(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands that decide by hand which build readers see."""
    add("publish", "point readers to a sealed build, whatever it changes").add_argument(
        "build", help="id of a build in data/builds"
    )
    add("rollback", "point readers to the build before")
    _add_backup(add)
    command = add("keep", "keep a build that somebody cites: it is never removed, and `asof=` in addresses shows it")
    command.add_argument("build", help="id of a build in data/builds")
    command.add_argument("--let-go", action="store_true", help="no longer: it may be removed like others")
    command = add("push", "bring what is published to a bucket or shared folder, for machines that mirror it")
    command.add_argument("--to", metavar="ADDRESS", help=f"like s3://bucket/prefix (default: {PUBLISH_TO.name})")
    command.add_argument("--again", action="store_true", help="upload also what seems to be there")
    command.add_argument("--take-over", action="store_true", help="publish from here what another machine did so far")
    command = add("mirror", "bring what is published at a bucket or shared folder to this machine's data folder")
    command.add_argument("address", metavar="ADDRESS", help="like s3://bucket/prefix")
    command.add_argument("--watch", action="store_true", help="follow it until stopped")
    command.add_argument("--every", type=_seconds, default=0.5, metavar="SECONDS", help="how often (default: 0.5)")


def _add_backup(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    command = add("backup", "write the whole data folder, as it stands at one moment, into one file")
    command.add_argument("file", type=Path, metavar="FILE", help="like /backup/atlas.tar.zst; must not be there yet")
    command.add_argument(
        "--wait", type=float, default=900.0, metavar="SECONDS", help="for a build that is running (default: 900)"
    )
    add("restore", "put the data folder back as a backup has it").add_argument(
        "file", type=Path, metavar="FILE", help="what `backup` wrote"
    )


def _add_looking(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands that only look."""
    add("check", "run the checks on the published build and see that it is unchanged")
    command = add("verify", "prove a build against its manifest, table by table")
    command.add_argument("build", nargs="?", help="id of a build in data/builds (default: the published one)")
    command = add("status", "show the published build and where each source stands; the exit code says how well")
    command.add_argument("--json", action="store_true", help="the same as JSON")
    command.add_argument("--prometheus", action="store_true", help="as metrics, for a textfile collector")
    command = add("diff", "show what a build changes against the published one, cell by cell")
    command.add_argument(
        "build", nargs="?", help="its id (default: what the published one changed against the one before)"
    )
    command.add_argument("--json", action="store_true", help="all cells, as JSON")
    command.add_argument("--markdown", action="store_true", help="the same as Markdown")
    command.add_argument("--limit", type=_count, default=20, metavar="N", help="how many cells to show (default: 20)")
    command = add("asof", "show what was published on a day, of sources whose publisher rewrites history")
    command.add_argument("day", type=_moment, metavar="DAY", help="like 2026-11-24; its end, UTC")
    for name in ("source", "indicator", "region"):
        command.add_argument(f"--{name}", metavar="ID", help=f"only this {name}")
    command.add_argument("--json", action="store_true", help="the same as JSON")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day like 2026-11-21") from None


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of cells")
    return int(text)


def _seconds(text: str) -> float:
    try:
        if 0.1 <= (found := float(text)) <= 3600:
            return found
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds, 0.1 to 3600")


def _moment(text: str) -> datetime:
    try:
        return release.moment(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day like 2026-11-24") from None


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────


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
        terms = delivery_terms(arguments.folder / name for name in (id_, *delivery.source.folders))
        figures = replace(from_delivery(catalogue, delivery, "delivery"), terms=terms)
        context.say(f"  {number}/{len(deliveries)} {id_}: {figures.rows.height:,} observations")
        ready.append(figures)
    # Nothing is written before every delivery was read: a half-shipped set would mix two states.
    with lock(data, "etl ship"):
        for figures in ready:
            changed = ship(catalogue, data, figures)
            context.say(f"  {figures.source}: {'written' if changed else 'unchanged'}")
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


def _aggregate(context: Context) -> int:
    try:
        command = importlib.import_module("etl.microdata.command")
    except ImportError as error:
        raise AtlasError(
            f"aggregate needs the extra 'microdata' ({error.name} is not installed). "
            "Remedy: .venv/bin/python -m pip install --require-hashes -r lock/microdata.txt"
        ) from None
    return int(command.run(context))


def _shapes(context: Context) -> int:
    folder = context.arguments.folder
    out = context.root.parent / "shapes"
    shapes.build(folder / "bkg_vg5000", folder / "ign_admin_express", out, context.say)
    context.say(f"written: {out}, {neighbours.write(out, context.root / 'regions')}")
    context.say(f"common borders: {', '.join(path.name for path in arcs.write(out))}")
    return Exit.DONE


def _new(context: Context) -> int:
    path, test = write_skeleton(context.root, context.arguments.kind, context.arguments.id)
    context.say(f"written: {path}\nwritten: {test}\nFill in both; until then this fails and says what is missing:")
    context.say(f"  {sys.executable} -m pytest -q {test}")
    return Exit.DONE


#: After these, a source may stand elsewhere.
#: These work on the builds of either audience; they only name one.
_OF_AN_AUDIENCE: Final = ("check", "verify", "diff", "asof", "publish", "rollback", "keep")
_MOVING: Final = ("build", "ship", "publish", "rollback", "keep", "fetch")
_COMMANDS: Final[dict[str, Callable[[Context], int]]] = {
    "aggregate": _aggregate,
    "build": release.build,
    "ship": _ship,
    "check": release.check_published,
    "verify": release.verify,
    "status": status.show,
    "diff": release.diff,
    "asof": release.as_of,
    "publish": release.publish,
    "rollback": release.rollback,
    "backup": backup.backup,
    "restore": backup.restore,
    "keep": release.keep,
    "push": push.run,
    "mirror": mirror.run,
    "lift": lift.lift,
    "fetch": _fetch,
    "shapes": _shapes,
    "new": _new,
}
