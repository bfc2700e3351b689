"""What the desk keeps in SQLite, so that all workers of a machine know it: sessions, flows of sign-in, attempts.

Only this file opens it. Identifiers are kept as hashes: who reads the file cannot take over a session.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from dashboard.desk.roles import Identity
from dashboard.guard.prepared import prepare

FILE = "sign-in.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY, key TEXT NOT NULL, who TEXT NOT NULL, provider_session TEXT NOT NULL, id_token TEXT NOT NULL,
  created REAL NOT NULL, seen REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_key ON session (key);
CREATE TABLE IF NOT EXISTS flow (
  state TEXT PRIMARY KEY, browser TEXT NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL, wanted TEXT NOT NULL,
  lang TEXT NOT NULL, started REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempt (place TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS attempt_place ON attempt (place, at);
"""


@dataclass(frozen=True)
class Session:
    """A session as kept. created, seen: seconds since 1970. id_token: what the provider said, for signing out there."""

    who: Identity
    id_token: str
    created: float
    seen: float


@dataclass(frozen=True)
class Flow:
    """A sign-in under way at the provider: what its answer must fit to, and where the reader wanted to go."""

    nonce: str
    verifier: str
    wanted: str
    lang: str


class Records:
    """The file in the desk's folder; made where it is missing, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / FILE
        prepare(self.path, _SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction that no other writer comes between."""
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            try:
                yield file
            except BaseException:
                file.execute("ROLLBACK")
                raise
            file.execute("COMMIT")

    # ── sessions ──

    def begin(self, id_: str, who: Identity, now: float, *, provider_session: str = "", id_token: str = "") -> None:
        """Keep a new session."""
        row = (_hashed(id_), who.key, json.dumps(asdict(who)), provider_session, id_token, now, now)
        with self._change() as file:
            file.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def session(self, id_: str) -> Session | None:
        """The session of this id, unless it was ended."""
        with self._open() as file:
            row = file.execute(
                "SELECT who, id_token, created, seen FROM session WHERE id = ?", (_hashed(id_),)
            ).fetchone()
        if row is None:
            return None
        who = json.loads(row[0])
        return Session(Identity(**{**who, "groups": tuple(who["groups"])}), *row[1:])

    def touch(self, id_: str, now: float) -> None:
        """The session was used."""
        with self._change() as file:
            file.execute("UPDATE session SET seen = ? WHERE id = ?", (now, _hashed(id_)))

    def end(self, id_: str) -> None:
        """End one session."""
        with self._change() as file:
            file.execute("DELETE FROM session WHERE id = ?", (_hashed(id_),))

    def end_all(self, key: str) -> int:
        """End all sessions of a person; how many there were."""
        with self._change() as file:
            return file.execute("DELETE FROM session WHERE key = ?", (key,)).rowcount

    def end_at_provider(self, key: str, provider_session: str) -> int:
        """End what the provider ended: the session it names, or all of the person where it names none."""
        with self._change() as file:
            return file.execute(
                "DELETE FROM session WHERE (? = '' OR key = ?) AND (? = '' OR provider_session = ?) "
                "AND (? <> '' OR ? <> '')",
                (key, key, provider_session, provider_session, key, provider_session),
            ).rowcount

    def people(self) -> dict[str, Identity]:
        """key → identity of everybody with a session."""
        with self._open() as file:
            rows = file.execute("SELECT key, who FROM session ORDER BY created").fetchall()
        return {key: Identity(**{**json.loads(who), "groups": tuple(json.loads(who)["groups"])}) for key, who in rows}

    def prune(self, *, sessions: float, flows: float, attempts: float) -> None:
        """Forget what is over: sessions created, flows started and attempts made before these moments."""
        with self._change() as file:
            file.execute("DELETE FROM session WHERE created < ?", (sessions,))
            file.execute("DELETE FROM flow WHERE started < ?", (flows,))
            file.execute("DELETE FROM attempt WHERE at < ?", (attempts,))

    # ── flows ──

    def start(self, state: str, browser: str, flow: Flow, now: float) -> None:
        """Keep a sign-in that goes to the provider. browser: a secret only this browser's cookie holds."""
        row = (_hashed(state), _hashed(browser), flow.nonce, flow.verifier, flow.wanted, flow.lang, now)
        with self._change() as file:
            file.execute("INSERT INTO flow VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def take(self, state: str, browser: str, since: float) -> Flow | None:
        """The flow of this state, once: a second answer with it, or one in another browser, finds nothing."""
        with self._change() as file:
            row = file.execute(
                "DELETE FROM flow WHERE state = ? AND browser = ? AND started >= ? "
                "RETURNING nonce, verifier, wanted, lang",
                (_hashed(state), _hashed(browser), since),
            ).fetchone()
        return Flow(*row) if row else None

    # ── attempts ──

    @contextmanager
    def attempts(self, places: Mapping[str, float]) -> Iterator[tuple[dict[str, list[float]], sqlite3.Connection]]:
        """place → the moments of its attempts since the given one, with no other attempt in between."""
        with self._change() as file:
            yield (
                {
                    place: [
                        at
                        for (at,) in file.execute(
                            "SELECT at FROM attempt WHERE place = ? AND at >= ? ORDER BY at", (place, since)
                        )
                    ]
                    for place, since in places.items()
                },
                file,
            )

    def forget(self, place: str, at: float | None = None) -> None:
        """Take back the attempts of a place: all, or the one of a moment."""
        with self._change() as file:
            file.execute("DELETE FROM attempt WHERE place = ? AND (? IS NULL OR at = ?)", (place, at, at))


def note(file: sqlite3.Connection, place: str, now: float) -> None:
    """Write down an attempt, inside `Records.attempts`."""
    file.execute("INSERT INTO attempt VALUES (?, ?)", (place, now))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
