"""How often somebody may try to sign in: a growing wait after failures, per account and per address, and a rate.

An attempt is written down before the password is looked at and taken back when it was right, so that a hundred guesses
at the same moment count as a hundred. The rules are pure; the moments lie in `records.py`, for all workers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.desk.records import Records, note
from dashboard.guard.address import network


@dataclass(frozen=True)
class Wait:
    """After `free` failures in `memory` seconds wait `first` seconds, doubling with each further, `most` at most."""

    free: int
    first: float
    most: float
    memory: float

    def left(self, past: Sequence[float], now: float) -> float:
        """Seconds until the next attempt; past: moments of failures, the latest last."""
        if len(past) < self.free:
            return 0.0
        return past[-1] + min(self.first * 2.0 ** min(len(past) - self.free, 30), self.most) - now


@dataclass(frozen=True)
class Rate:
    """At most `most` attempts in `memory` seconds, right or wrong."""

    most: int
    memory: float

    def left(self, past: Sequence[float], now: float) -> float:
        """Seconds until there is room again."""
        return past[-self.most] + self.memory - now if len(past) >= self.most else 0.0


HOUR = 3600.0
DAY = 24 * HOUR
#: Of one account, wherever guesses come from: a stranger holds somebody off for a quarter of an hour at most.
ACCOUNT = Wait(free=5, first=30.0, most=900.0, memory=DAY)
#: Of one address, whatever the account: an office behind one address has twenty mistakes a day free.
ADDRESS = Wait(free=20, first=60.0, most=3600.0, memory=DAY)
#: Attempts of one address, and visits to the provider.
ATTEMPTS = Rate(most=20, memory=60.0)
VISITS = Rate(most=30, memory=60.0)


class TooManyError(Exception):
    """Wait first. seconds: how long."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(f"{self.seconds} s")


class Throttle:
    """The rules on the records."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def attempt(self, account: str, address: str) -> float:
        """Count an attempt on an account as failed; its moment. Raises TooManyError; then it does not count."""
        place = network(address)
        return self._count({f"account {account}": ACCOUNT, f"failed {place}": ADDRESS, f"tried {place}": ATTEMPTS})

    def succeeded(self, account: str, address: str, at: float) -> None:
        """The attempt of this moment was right: the account starts afresh, the address keeps its other failures."""
        self.records.forget(f"account {account}")
        self.records.forget(f"failed {network(address)}", at)

    def visit(self, address: str) -> None:
        """Count a visit to the provider. Raises TooManyError."""
        self._count({f"visit {network(address)}": VISITS})

    def upload(self, key: str, most: int) -> None:
        """Count a file that a person hands in, of `most` in an hour. Raises TooManyError."""
        self._count({f"upload {key}": Rate(most, HOUR)})

    def _count(self, rules: Mapping[str, Wait | Rate]) -> float:
        since = {place: time.time() - rule.memory for place, rule in rules.items()}
        with self.records.attempts(since) as (past, file):
            now = time.time()  # after waiting for the others, so that theirs lie before
            left = max(rule.left(past[place], now) for place, rule in rules.items())
            if left > 0:
                raise TooManyError(left)
            for place in rules:
                note(file, place, now)
        return now
