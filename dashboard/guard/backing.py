"""Where is counted: in the Valkey that machines share, else in the file that the processes of this machine share.

A Valkey that is not there, hangs or refuses costs readers nothing: it is asked again in the background, and until it
answers each machine counts for itself. Where even that fails, requests pass. Both are logged once, and when they end.
"""

from __future__ import annotations

import logging
import math
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.storage.base import Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from dashboard.guard.counts import Counts

log = logging.getLogger("atlas")
#: Seconds until a Valkey that does not answer is given up, and until one that is gone is asked again.
_ANSWER: Final = 0.25
AGAIN: Final = 5.0
_PREFIX: Final = "atlas"


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass; how many more may now, and the seconds until there is room for a further one."""

    passes: bool
    left: int
    seconds: int


class Backing:
    """One way of counting, with what happens while it fails. Thread-safe."""

    def __init__(self, name: str, storage: Storage) -> None:
        self.name, self.storage = name, storage
        self.works = True
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._told = False
        self._lock = threading.Lock()
        bases = storage.base_exceptions
        self._errors: tuple[type[Exception], ...] = (*(bases if isinstance(bases, tuple) else (bases,)), OSError)

    def hit(self, item: RateLimitItem, place: str) -> Verdict | None:
        """Count one request; None where it cannot be counted here."""
        if not self.works:
            return None
        try:
            passes = self._limiter.hit(item, place)
            stats = self._limiter.get_window_stats(item, place)
        except self._errors as error:
            self._broke(error)
            return None
        return Verdict(passes, stats.remaining, max(1, math.ceil(stats.reset_time - time.time())))

    def _broke(self, error: Exception) -> None:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return  # too many at the same moment: this one passes
        with self._lock:
            if not self.works:
                return
            self.works = False
            if not self._told:
                self._told = True
                log.warning("%s cannot count requests: %.200r; asked again in the background", self.name, error)
        self.watch()

    def watch(self) -> None:
        """Ask until it answers, in a thread of its own."""
        threading.Thread(target=self._ask, name=f"atlas-{self.name}", daemon=True).start()

    def _ask(self) -> None:
        while True:
            try:
                self._mend()
                break
            except self._errors as error:
                if not self._told:
                    self._told = True
                    log.warning("%s cannot count requests: %.200r; asked again in the background", self.name, error)
            time.sleep(AGAIN)
        with self._lock:
            if self._told:
                log.warning("%s counts requests again", self.name)
            self._told, self.works = False, True

    def _mend(self) -> None:
        if isinstance(self.storage, Counts):
            self.storage.renew()
        if not self.storage.check():
            raise OSError("no answer")


def of_machine(path: Path) -> Backing:
    """The file that the processes of this machine share."""
    return Backing("the file of limits", Counts(path=path))


def of_all(address: str) -> Backing:
    """The Valkey at an address of ATLAS_SHARED; it counts as soon as it has answered."""
    scheme, _, rest = address.partition("://")
    uri = {"redis": "valkey", "rediss": "valkeys"}.get(scheme, scheme) + "://" + rest
    storage = RedisStorage(uri, key_prefix=_PREFIX, socket_timeout=_ANSWER, socket_connect_timeout=_ANSWER)
    backing = Backing("Valkey", storage)
    backing.works = False
    backing.watch()
    return backing


def per_minute(amount: int, kind: str) -> RateLimitItem:
    """The rule of a kind of request."""
    return RateLimitItemPerMinute(amount, namespace=kind)
