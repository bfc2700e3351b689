"""What a soak found: which answers nobody asked for, whether memory and handles stayed flat, as table and curve."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import linear_regression, mean, median

from bench.disturbers import Events
from bench.processes import Process
from bench.readers import Answer

#: "Come again": too many exports at once, or a query that took two seconds. Of exports as many as it likes, else few.
TOO_BUSY = 503
#: Seconds after a kill in which a request under way may show it: what the client hears of it, and when.
AFTER_A_KILL = 1.0
#: Part of the run in which memory and handles are judged: the last kill but one is at 0.4, the new worker warm by then.
FROM, TO = 0.6, 0.95
#: A run shorter than this says nothing of leaks: caches are still filling.
LONG_ENOUGH = 300.0
#: What counts as flat over that part: a rise of at most so many MB, or of such a share of the mean.
FLAT_MB, FLAT_SHARE = 25.0, 0.10
#: Share of readers who may be told to come again (503: a query took two seconds) when others use the machine, too.
SENT_AWAY = 0.01
#: File handles that may come and go with connections.
FLAT_HANDLES = 40


@dataclass(frozen=True)
class Sample:
    """All processes of the server at a moment of the monotonic clock."""

    at: float
    processes: list[Process]


@dataclass(frozen=True)
class Course:
    """One process that lived through the judged part: its memory (MB) and handles there."""

    name: str
    memory: list[tuple[float, float]]
    handles: list[int]
    builds: int

    @property
    def rise(self) -> float:
        """MB that the straight line through its memory rises from the first sample to the last."""
        times, sizes = [at for at, _ in self.memory], [size for _, size in self.memory]
        return linear_regression(times, sizes).slope * (times[-1] - times[0])

    @property
    def level(self) -> float:
        """Mean memory, MB."""
        return mean(size for _, size in self.memory)

    @property
    def flat(self) -> bool:
        """Whether memory and handles stayed where they were."""
        ends = len(self.handles) // 3
        grown = median(self.handles[-ends:]) - median(self.handles[:ends])
        return self.rise <= max(FLAT_MB, FLAT_SHARE * self.level) and grown <= FLAT_HANDLES


def asked_for(answer: Answer, kills: Iterable[float]) -> bool:
    """Whether an answer is what its client asked for, or is owed to a kill while it was under way."""
    if answer.kind == "not HTTP":  # the line may be closed without a word
        return answer.status < 500
    if answer.kind.startswith("malformed"):
        good = 400 <= answer.status < 500 or answer.status == TOO_BUSY
    else:
        good = answer.status in (200, TOO_BUSY)
    ended = answer.began + answer.took
    # a request that was cut off in a worker that was killed; an export of it may be asked of the process beside it
    return good or any(answer.began - AFTER_A_KILL <= at <= ended for at in kills)


def courses(samples: Sequence[Sample], began: float, seconds: float) -> list[Course]:
    """The processes that were there from the first to the last sample of the judged part."""
    judged = [one for one in samples if FROM <= (one.at - began) / seconds <= TO]
    lives: dict[tuple[int, int], list[tuple[float, Process]]] = defaultdict(list)
    for sample in judged:
        for process in sample.processes:
            lives[process.pid, process.began].append((sample.at, process))
    whole = [life for life in lives.values() if len(life) == len(judged) >= 6]
    return [
        Course(
            _role(life[0][1]),
            [(at, process.memory) for at, process in life],
            [process.handles for _, process in life],
            max(len(process.builds) for _, process in life),
        )
        for life in whole
    ]


def _role(process: Process) -> str:
    if "exports.worker" in process.name:
        return "export process"
    return "web worker" if process.parent != os.getpid() else "main process"  # which the bench has started


def faults(
    answers: Sequence[Answer], events: Events, samples: Sequence[Sample], began: float, seconds: float, left: list[str]
) -> list[str]:
    """Everything that breaks a promise, as sentences; empty where all are kept."""
    found = [*events.failed, *[f"still running after the end: {name}" for name in left]]
    for answer in answers:
        if not asked_for(answer, events.kills):
            when = answer.began - began
            found.append(f"{answer.kind} {answer.path}: {answer.status} {answer.error} after {when:.1f} s")
    for process in {p.pid: p for sample in samples for p in sample.processes}.values():
        # the published build and the one before: the mirror of what the store keeps
        if len(process.builds) > 2 or any("deleted" in name for name in process.builds):
            found.append(f"{_role(process)} has open: {', '.join(sorted(process.builds))}")
    if seconds >= LONG_ENOUGH:
        others = [one for one in answers if one.kind != "export"]
        away = sum(one.status == TOO_BUSY for one in others)
        if away > SENT_AWAY * len(others):
            found.append(f"{away} of {len(others)} were told to come again")
        found += [f"{one.name} grew by {one.rise:.0f} MB" for one in courses(samples, began, seconds) if not one.flat]
    return found


def table(answers: Sequence[Answer], events: Events) -> str:
    """What was asked, what was answered, what a kill explains."""
    kinds: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        kinds[answer.kind].append(answer)
    lines = ["| | requests | answers | cut off by a kill | sent again on a new line | median, ms | p99, ms |"]
    lines.append("|---|--:|---|--:|--:|--:|--:|")
    for kind, some in sorted(kinds.items()):
        counts = Counter(str(one.status or "none") for one in some)
        told = ", ".join(f"{count:,} × {status}" for status, count in sorted(counts.items()))
        cut = sum(not asked_for(one, ()) and asked_for(one, events.kills) for one in some)
        took = sorted(1000 * one.took for one in some)
        again = sum(one.reopened for one in some)
        lines.append(
            f"| {kind} | {len(some):,} | {told} | {cut} | {again} | {median(took):,.0f} "
            f"| {took[int(0.99 * (len(took) - 1))]:,.0f} |"
        )
    return "\n".join(lines)


def memory_table(found: Sequence[Course]) -> str:
    """The processes that lived through the judged part."""
    lines = ["| | memory, mean, MB | rise, MB | handles, least · most | builds open, most |", "|---|--:|--:|--:|--:|"]
    for one in sorted(found, key=lambda course: -course.level):
        handles = f"{min(one.handles)} · {max(one.handles)}"
        lines.append(f"| {one.name} | {one.level:,.0f} | {one.rise:+.1f} | {handles} | {one.builds} |")
    return "\n".join(lines)


def curve(samples: Sequence[Sample], events: Events, began: float, seconds: float) -> str:
    """Memory of each process over time as an SVG, with a mark for each kill and each publication."""
    width, height, left, bottom = 880, 320, 60, 40
    top = 1.1 * max(p.memory for sample in samples for p in sample.processes)

    def x(at: float) -> float:
        return left + (at - began) / seconds * (width - left - 20)

    def y(size: float) -> float:
        return height - bottom - size / top * (height - bottom - 20)

    lives: dict[tuple[int, int], list[str]] = defaultdict(list)
    roles: dict[tuple[int, int], str] = {}
    for sample in samples:
        for p in sample.processes:
            lives[p.pid, p.began].append(f"{x(sample.at):.1f},{y(p.memory):.1f}")
            roles[p.pid, p.began] = _role(p)
    colour = {"web worker": "#1d4e89", "export process": "#c2410c"}
    parts = [
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour.get(roles[key], "#5b7583")}" '
        'stroke-width="1.5"/>'
        for key, points in lives.items()
    ]
    parts += [f'<path d="M{x(at):.1f} 8v12" stroke="#b00020" stroke-width="2"/>' for at in events.kills]
    parts += [f'<path d="M{x(at):.1f} 22v6" stroke="#59636b"/>' for at in events.publications]
    step = next(size for size in (20, 50, 100, 200, 500, 1000, 2000) if top / size <= 8)
    for size in range(0, int(top) + 1, step):
        parts.append(f'<path d="M{left} {y(size):.1f}H{width - 20}" stroke="#ddd" stroke-width=".7"/>')
        parts.append(f'<text x="{left - 6}" y="{y(size) + 4:.1f}" text-anchor="end">{size}</text>')
    for sixth in range(7):
        at = began + seconds * sixth / 6
        parts.append(f'<text x="{x(at):.1f}" y="{height - 22}" text-anchor="middle">{seconds * sixth / 360:.1f}</text>')
    said = (
        "MB by minute: blue web workers, orange export processes, grey the main process; "
        "red a worker killed, short grey a publication"
    )
    parts.append(f'<text x="{left}" y="{height - 6}">{said}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
    body = f'<title>{said}</title><rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}'
    return f'{head} font-size="11">{body}</svg>\n'
