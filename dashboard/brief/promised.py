"""What was promised and what came of it, as the rows of a brief: what is overdue first, then what is reported."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from dashboard.brief import model
from dashboard.brief.model import Promise
from dashboard.components import ledger as said
from dashboard.components import programme_words as speak
from dashboard.components.here import COUNTS
from dashboard.components.programme_claims import MEASURES
from dashboard.i18n import Words
from dashboard.ledger_model import Programme, Progress
from dashboard.settings import INTERNAL
from dashboard.store import Build


def rows(
    t: Words, found: Iterable[Programme], day: date, *, named: bool = True, counts: bool = False
) -> tuple[tuple[Promise, ...], int]:
    """(rows, how many promises are left out). named: with the programme they are of; counts: also of mere counts."""
    kept = [one for one in found if counts or one.kind not in COUNTS]
    groups = [(one, group) for one in kept for group in one.progress if group.promises]
    groups.sort(key=lambda pair: _order(pair[0], pair[1], day))
    made = [_row(t, one, group, day, named=named) for one, group in groups[: model.PROMISES]]
    return tuple(made), max(0, len(groups) - len(made))


def _order(one: Programme, group: Progress, day: date) -> tuple[bool, bool, bool, int, float, str]:
    amount = group.latest[1] or group.latest[0]
    return (
        not group.overdue(day),
        not group.reports,
        amount is None,
        MEASURES.index(group.measure),
        -(amount or 0.0),
        one.id + group.kind + group.unit,
    )


def _row(t: Words, one: Programme, group: Progress, day: date, *, named: bool) -> Promise:
    return Promise(
        programme=model.cell(one.name(t.lang)) if named else "",
        what=speak.counted(t, group.measure, group.kind),
        promised=model.cell(speak.promised(t, group)),
        standing=model.cell(speak.standing(t, one, group, day)),
        overdue=group.overdue(day),
    )


def amounts(t: Words, one: Programme) -> list[tuple[str, str, tuple[str, ...]]]:
    """(what, how much, facts) of what was promised last, in the order a ministry asks for it.

    facts: state and day, and where other figures are named, all of them.
    """
    groups = [group for group in one.progress if group.promises and group.latest != (None, None)]
    groups.sort(key=lambda group: (MEASURES.index(group.measure), group.kind, group.unit))
    return [
        (
            speak.counted(t, group.measure, group.kind),
            said.amount(t, *group.latest, group.unit),
            (
                f"{said.state(t, group.latest_state)}, {said.day(t, group.latest_on)}",
                *([speak.promised(t, group)] if group.promised != group.latest else []),
            ),
        )
        for group in groups
    ]


def internal(build: Build) -> bool:
    """Whether the build has figures that are not for everyone."""
    return build.audience == INTERNAL
