"""The process beside the worker: what it gives back, and what becomes of jobs that fail, hang or kill it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from export_jobs import dying, hungry, observations, printing, refusing, waiting

from dashboard import urls
from dashboard.exports.pool import BrokenError, BusyError, Pool
from dashboard.exports.worker import MEMORY
from dashboard.store import Build


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(waiting=1, wait=0.6, job=3)
    yield made
    made.close()


def test_a_job_reads_the_build_in_another_process_of_lower_priority(pool: Pool, opened: Build) -> None:
    build, count, process, nice = pool.made(opened, observations, 2).decode().split()
    assert build == opened.id
    assert int(count) == 2 * len(opened.rows("regions"))
    assert int(process) != os.getpid()
    assert int(nice) > os.nice(0)
    assert pool.made(opened, observations, 2).decode().split()[2] == process  # kept for the next


def test_what_a_library_prints_does_no_harm(pool: Pool, opened: Build) -> None:
    assert pool.made(opened, printing) == b"fine"


def test_a_refusal_arrives_whole(pool: Pool, opened: Build) -> None:
    with pytest.raises(urls.NotFoundError) as refused:
        pool.made(opened, refusing)
    assert (refused.value.about, refused.value.text, refused.value.status) == ("evil", "No.", 403)


def test_a_job_that_ends_its_process_costs_that_job_only(pool: Pool, opened: Build) -> None:
    with pytest.raises(BrokenError):
        pool.made(opened, dying)
    assert pool.made(opened, printing) == b"fine"


def test_a_process_that_has_grown_large_is_replaced(pool: Pool, opened: Build) -> None:
    large = bytearray(b"x") * MEMORY  # what the web worker has is not the process's
    pool.close()
    before = pool.made(opened, observations, 1).split()[2]
    assert pool.made(opened, observations, 1).split()[2] == before
    del large
    assert pool.made(opened, hungry) == b"."
    assert pool.made(opened, observations, 1).split()[2] != before


def test_a_job_that_hangs_is_given_up(opened: Build) -> None:
    short = Pool(job=0.5)
    with pytest.raises(BrokenError):
        short.made(opened, waiting, 60.0)
    short.close()


def test_who_comes_when_too_many_wait_is_sent_away_at_once(pool: Pool, opened: Build) -> None:
    results: list[object] = []

    def ask() -> None:
        try:
            results.append(pool.made(opened, waiting, 1.5))
        except BusyError as busy:
            results.append(busy)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert results.count(b"late") == 1  # the second place waited longer than allowed, the others found none
    assert sum(isinstance(one, BusyError) for one in results) == 3
