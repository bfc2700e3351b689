"""What disturbs a server in a soak: kills, publications, slow clients, broken posts, exports; each in its own thread.

All of it goes to one loopback address, in bounded number; what each was answered is kept for `bench.endurance`.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from bench import processes
from bench.figures import ROOT
from bench.readers import Answer, Reader, Site

#: Bytes that a slow client sends or takes at a time, and seconds between two of them.
SLOW_BYTES, SLOW_PAUSE = 1, 0.02
TAKEN_BYTES = 4096
#: Seconds between two kills at least: a worker that ends within 5.5 s of its start is a crash loop to granian, which
#: then ends the server, for systemd or compose to start anew.
KILL_SECONDS = 8.0
#: Seconds that an end of a connection is waited for.
PATIENCE = 90.0


@dataclass
class Events:
    """What happened when, in seconds of the monotonic clock; over: when everybody is to go."""

    over: float
    kills: list[float] = field(default_factory=list)
    publications: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def wait(self, seconds: float) -> bool:
        """Sleep, but not beyond the end; whether there is time left."""
        time.sleep(max(0.0, min(seconds, self.over - time.monotonic())))
        return time.monotonic() < self.over


def kill(events: Events, root: int, every: float, until: float, chance: random.Random) -> None:
    """SIGKILL one worker of the server now and then, until a moment, and once more shortly before the end."""
    while events.wait(every) and time.monotonic() < until:
        _kill_one(events, root, chance)
    if events.wait(events.over - time.monotonic() - every):
        _kill_one(events, root, chance)


def _kill_one(events: Events, root: int, chance: random.Random) -> None:
    workers = [one for one in processes.family(root) if one.parent == root and "-m dashboard" in one.name]
    if len(workers) > 1:  # with one left, a reader would have nobody
        events.kills.append(time.monotonic())
        os.kill(chance.choice(workers).pid, signal.SIGKILL)


def publish(events: Events, data: Path, builds: list[str], every: float) -> None:
    """Point readers to another build again and again, as an operator does it."""
    turn = 0
    while events.wait(every):
        command = [sys.executable, "-m", "etl", "publish", builds[turn % len(builds)]]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | {"ATLAS_DATA": str(data)}, capture_output=True, text=True, check=False
        )
        events.publications.append(time.monotonic())
        if done.returncode:
            events.failed.append(f"etl publish: exit {done.returncode}: {done.stderr[-200:]}")
        turn += 1


def take_along(events: Events, base: str, site: Site, every: float, chance: random.Random) -> None:
    """Pictures, workbooks and decks of views that nobody asked for before."""
    reader = Reader(base, PATIENCE)
    while events.wait(every):
        code, lang = chance.choice(site.regions["nuts3"]), chance.choice(("de", "fr", "en"))
        form = chance.choice(("svg", "png", "pdf", "xlsx", "pptx"))
        answer = reader.get(
            "export", f"/{lang}/region/{code}.{form}" if form != "svg" else f"/{lang}/map.svg?region={code}"
        )
        events.answers.append(answer)
    reader.close()


def dawdle(events: Events, base: str, paths: list[str], turn: int) -> None:
    """A client on a bad line: sends its request byte by byte, or takes the answer in sips."""
    while events.wait(0.1):
        path = paths[turn % len(paths)]
        events.answers.append(_slowly(base, path, sends_slowly=bool(turn % 2), over=events.over))
        turn += 1


def _slowly(base: str, path: str, *, sends_slowly: bool, over: float) -> Answer:
    kind, began, taken = "slow request" if sends_slowly else "slow reading", time.monotonic(), b""
    host, port = urlsplit(base).netloc.split(":")
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n".encode()
    try:
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as line:
            for start in range(0, len(request), SLOW_BYTES if sends_slowly else len(request)):
                line.sendall(request[start : start + (SLOW_BYTES if sends_slowly else len(request))])
                time.sleep(SLOW_PAUSE if sends_slowly else 0)
            while part := line.recv(TAKEN_BYTES):
                taken += part
                if not sends_slowly and time.monotonic() < over:
                    time.sleep(SLOW_PAUSE)
        status, size = _read(taken)
        return Answer(kind, path, began, time.monotonic() - began, status, size)
    except (OSError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"[:120]
        return Answer(kind, path, began, time.monotonic() - began, 0, error=said)


def _read(taken: bytes) -> tuple[int, int]:
    """Status and length of a whole answer; raises ValueError where it is cut off."""
    head, _, body = taken.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    lengths = [int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")]
    if not head or (lengths and len(body) != lengths[0]):
        raise ValueError(f"{len(body)} bytes of {lengths[0] if lengths else 'an answer'}")
    return int(lines[0].split()[1]), len(body)


def molest(events: Events, base: str, every: float) -> None:
    """Posts to Dash's address and requests that are none; each must be refused (4xx), or the line be closed."""
    host, port = urlsplit(base).netloc.split(":")
    turn, shapes = 0, list(_malformed())
    while events.wait(every):
        name, raw, refused = shapes[turn % len(shapes)]
        began, taken, error = time.monotonic(), b"", ""
        try:
            with socket.create_connection((host, int(port)), timeout=PATIENCE) as line:
                line.sendall(raw)
                taken = line.recv(4096)
        except OSError as failed:
            error = f"{type(failed).__name__}: {failed}"[:120]
        status = int(taken.split(b" ")[1]) if taken.startswith(b"HTTP/1.") else 0
        kind = "malformed, refused" if refused else "not HTTP"
        events.answers.append(Answer(kind, name, began, time.monotonic() - began, status, len(taken), error))
        turn += 1


def _malformed() -> Iterator[tuple[str, bytes, bool]]:
    """(name, bytes, whether it is HTTP, so that an answer is due)."""
    bodies: dict[str, bytes] = {
        "not JSON": b"{",
        "a number": b"17",
        "a list": b"[]",
        "nothing in it": b"{}",
        "an unknown output": b'{"output":"x.y","outputs":{"id":"x","property":"y"},"inputs":[],"changedPropIds":[]}',
        "inputs of the wrong kind": b'{"output":"chart.children","outputs":7,"inputs":{"a":1},"changedPropIds":3}',
        "deep": b"[" * 20_000,
        "not UTF-8": b'{"output":"\xff\xfe"}',
        "a megabyte": b'{"output":"' + b"x" * 1_000_000 + b'"}',
    }
    for name, body in bodies.items():
        head = (
            "POST /_dash-update-component HTTP/1.1\r\nHost: atlas\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        yield name, head.encode() + body, True
    yield "no such page", b"GET /de/region/%3Cscript%3E HTTP/1.1\r\nHost: atlas\r\nConnection: close\r\n\r\n", True
    yield "garbage", bytes(range(256)) * 4 + b"\r\n\r\n", False
    yield "two lengths", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", False


def threads(
    events: Events, base: str, root: int, data: Path, site: Site, builds: list[str]
) -> list[tuple[str, Callable[[], None]]]:
    """(name, what to run) of all who disturb, scaled to the time there is."""
    left = events.over - time.monotonic()
    wide = [f"/{lang}/map?level=nuts3&region={code}" for lang in ("de", "fr") for code in site.regions["nuts3"][::40]]
    calm, every = time.monotonic() + 0.4 * left, max(KILL_SECONDS, left / 25)
    return [
        ("kill", partial(kill, events, root, every, calm, random.Random(7))),
        ("publish", partial(publish, events, data, builds, max(3.0, left / 30))),
        ("malformed", partial(molest, events, base, 0.25)),
        *((f"export {i}", partial(take_along, events, base, site, 1.0, random.Random(i))) for i in range(2)),
        *((f"slow {i}", partial(dawdle, events, base, wide[i:], i)) for i in range(4)),
    ]
