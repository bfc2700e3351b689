"""`etl lift [--watch]`: publish what lies ready for the end of an embargo (etl/ahead.py), watching: in its second.

Nothing is published from a schedule whose files are others now: then everything is built anew, on today's terms.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from etl import ahead, release, scopes, status
from etl import publish as publishing
from etl.ahead import Schedule
from etl.audience import Audience, View
from etl.catalogue import load
from etl.command import Context
from etl.interruption import is_interruption
from etl.lock import lock
from etl.model import AtlasError, Exit, PublishError
from etl.remote import push
from etl.stock import take

#: At most so long does the watch sleep, so that a clock that was set, or an upload, is noticed.
TICK_SECONDS: Final = 5.0
#: A place that does not answer must not delay what is due: nothing is pushed so shortly before.
PUSH_SECONDS: Final = 30.0
#: So long it waits where another command holds the lock, or after an error.
RETRY_SECONDS: Final = 2.0


def lift(context: Context) -> int:
    """`etl lift`: once, or with --watch until it is stopped."""
    if context.arguments.watch:
        return _watch(context)
    _step(context, set())
    return Exit.DONE


def _watch(context: Context) -> int:
    """Look at the schedule again and again; an error is said once, and what lies ready stays ready."""
    tried: set[str] = set()
    told = problem = ""
    context.say("watching; stop with Ctrl-C or SIGTERM")
    try:
        while True:
            wait = RETRY_SECONDS
            try:
                wait, state = _step(context, tried)
                told, problem = _tell(context, state, told), ""
            except (AtlasError, OSError) as error:
                problem = _tell(context, f"error: {error}", problem)
            time.sleep(wait)
    except BaseException as error:
        if not is_interruption(error):
            raise
        context.say("stopped watching; what lies ready waits for the next start")
        return Exit.DONE


def _tell(context: Context, text: str, before: str) -> str:
    if text != before:
        context.say(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC  {text}")
    return text


def _step(context: Context, tried: set[str]) -> tuple[float, str]:
    """Build anew where files changed, then publish what is due; returns seconds to sleep, and what is waited for.

    tried: the states of the files from which a build was tried, and need not be again.
    """
    data = context.data
    schedule = ahead.read(data)
    files = ahead.inputs(data)
    state = repr(files)
    if _is_news(schedule, files) and state not in tried:
        tried.add(state)
        context.say("what is on terms has changed: building anew")
        release.build(_as_before(context, schedule))
        _renew_status(context)
        schedule = ahead.read(data)
    now = datetime.now(UTC)
    if [one for one in schedule.ready if one.moment <= now]:
        _publish(context, now)
        schedule = ahead.read(data)
    if all((one.moment - now).total_seconds() > PUSH_SECONDS for one in schedule.ready):
        push.follow(data, context.say)
    if not schedule.ready:
        return TICK_SECONDS, "no embargo is waited for"
    one = schedule.ready[0]
    left = (one.moment - datetime.now(UTC)).total_seconds()
    return min(max(left, 0.01), TICK_SECONDS), f"build {one.build} waits for {one.at}"


def _is_news(schedule: Schedule, files: dict[str, list[int]]) -> bool:
    """Whether files are not those that the last build read; without a schedule, whether any lie inside."""
    if schedule.inputs:
        return {name: list(told) for name, told in schedule.inputs.items()} != files
    return any(not name.startswith("ledger/") for name in files)


def _as_before(context: Context, schedule: Schedule) -> Context:
    """`etl build` with the deliveries of the build that wrote the schedule."""
    folder, retrieved = schedule.options.get("folder"), schedule.options.get("retrieved")
    arguments = argparse.Namespace(
        command="build",
        folder=Path(folder) if folder and Path(folder).is_dir() else None,
        retrieved=date.fromisoformat(retrieved) if retrieved else None,
        accept=[],
    )
    return replace(context, arguments=arguments)


def _publish(context: Context, now: datetime) -> None:
    """Publish the last build that is due; raises PublishError where it does not follow the published one."""
    data = context.data
    with lock(data, "etl lift"):
        schedule = ahead.read(data)  # once more: another command may have written it before we had the lock
        due = tuple(one for one in schedule.ready if one.moment <= now)
        if not due:
            return
        if ahead.stale(schedule, data):
            raise PublishError(
                f"the terms have changed since build {due[-1].build} was made; run `python -m etl build`"
            )
        published = str((publishing.read_pointer(data) or {}).get("build", ""))
        if not ahead.follows(due, published):
            raise PublishError(
                f"build {due[-1].build} was made to follow {due[0].after}, but {published or 'nothing'} is published. "
                "Remedy: `python -m etl build` builds anew with all that is public by now."
            )
        sealed = ahead.move(data, due[-1].build)
        publishing.publish(data, sealed)
        told = f"the embargo of {due[-1].at} is over: published {sealed.id}"
        context.say(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC  {told}")
        ahead.write(data, replace(schedule, ready=tuple(one for one in schedule.ready if one.moment > now)))
        publishing.prune(data, release.kept())
        _renew_scopes(context, schedule, now)
    _renew_status(context)


def _renew_scopes(context: Context, schedule: Schedule, now: datetime) -> None:
    """People with scopes see what is public now, too; what hinders that does not hinder the publication."""
    if not scopes.wanted(context.data):
        return
    try:
        again = _as_before(context, schedule).arguments
        stock = take(load(context.root), context.data, again.folder, again.retrieved)
        scopes.renew(context.data, stock, stock.seen(View(Audience.PUBLIC, now)), now, context.say)
    except (AtlasError, OSError) as error:
        context.say(f"warning: the builds for people with scopes were not renewed ({error})")


def _renew_status(context: Context) -> None:
    """As after any command; but a signal ends the watch, and is not taken for a file that could not be written."""
    try:
        status.write(context.root, context.data)
    except (AtlasError, OSError) as error:
        context.say(f"warning: status.json was not renewed ({error})")
