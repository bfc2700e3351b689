"""A wish to stop is told from a failure, also in the middle of a real query."""

from __future__ import annotations

import signal

import duckdb
import pytest

from etl.interruption import is_interruption


def test_a_signal_within_a_query_is_an_interruption_and_a_failure_is_none() -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(BaseException) as raised:  # noqa: PT011 (whatever DuckDB makes of it)
            duckdb.sql("select sum(a.range * b.range) from range(10000000) a, range(100000) b").fetchall()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert is_interruption(raised.value)
    assert is_interruption(KeyboardInterrupt())
    assert not is_interruption(RuntimeError("something else"))
