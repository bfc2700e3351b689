"""Readers under load while thirty builds are published: no error, no mixed answer, also where files are pruned."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
import time

import pytest
from tiny_project import REPOSITORY, Make, Project, survey_rows, write_csv

from dashboard import store as stores
from dashboard.store import Store
from etl.publish import read_pointer

READERS = 6
#: The real command line for each line of arguments, in one process, so that thirty publications take seconds.
DRIVER = """
__file__ = "driver"  # else DuckDB takes it for a console and draws progress bars into the answers
import json, sys
from pathlib import Path
from etl.cli import main
for line in sys.stdin:
    print(main(json.loads(line), lambda line: None, Path(sys.argv[1])), flush=True)
"""


class Reader(threading.Thread):
    """Reads as a page does: everything from the build it was handed, again and again."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store, self.stop = store, threading.Event()
        self.reads, self.wrong = 0, []  # type: ignore[var-annotated]
        self.seen: dict[str, set[float]] = {}

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.read()
            except Exception as error:  # the test counts every kind of failure
                self.wrong.append(repr(error))
            self.reads += 1
            self.stop.wait(0.05)  # the publisher has to get a turn on two cores

    def read(self) -> None:
        build = self.store.current()
        country, land, gap = (
            {
                row["region"]: row["value"]
                for row in build.rows("slice", indicator=indicator, level=level, member="")
                if row["period"] == "2023"
            }
            for indicator, level in (
                ("adoption_share_pct", "country"),
                ("adoption_share_pct", "land"),
                ("adoption_share_gap_pp", "land"),
            )
        )
        told = [row["id"] for row in build.rows("build")]
        if told != [build.id]:
            self.wrong.append(f"{build.id} says it is {told}")
        for region, value in gap.items():
            nation = country[region[:2]]
            if abs(land[region] - nation - value) > 0.01:  # all are published to one decimal
                self.wrong.append(f"{build.id}: {region} is {land[region]}, its country {nation}, the gap {value}")
        self.seen.setdefault(build.id, set()).add(country["DE"])


def test_thirty_publications_under_six_readers_give_no_error_and_mix_nothing(
    make: Make, tiny: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "POINTER_SECONDS", 0.0)
    expected = {make(shift).id: 5 + shift for shift in (0, 0.1, 0.2)}  # DE in 2023
    named = list(expected)[:-1]
    store = Store(tiny.data)
    readers = [Reader(store) for _ in range(READERS)]
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tiny.root)],
        cwd=REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(tiny.data), "ATLAS_KEEP": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert driver.stdin is not None
    assert driver.stdout is not None
    for reader in readers:
        reader.start()
    published = []
    try:
        for turn in range(30):
            # Six of them are new builds, and each removes all but the last two files.
            if turn % 5 == 4:
                rows = survey_rows()
                rows[1][2] = f"{5 + turn / 10}"
                write_csv(tiny.delivery / "office_survey" / "survey.csv", rows)
                arguments = ["build", "--from", str(tiny.delivery)]
            else:
                named.append(str((read_pointer(tiny.data) or {})["build"]))
                arguments = ["publish", named.pop(0)]
            driver.stdin.write(json.dumps(arguments) + "\n")
            driver.stdin.flush()
            assert driver.stdout.readline() == "0\n", (turn, arguments)
            pointer = read_pointer(tiny.data) or {}
            if arguments[0] == "build":
                expected[pointer["build"]] = 5 + turn / 10
                named = [pointer["previous"]]
            published.append(pointer["build"])
            until, deadline = [reader.reads + 1 for reader in readers], time.monotonic() + 30
            while any(r.reads < n for r, n in zip(readers, until, strict=True)) and time.monotonic() < deadline:
                time.sleep(0.005)
    finally:
        for reader in readers:
            reader.stop.set()
        for reader in readers:
            reader.join(30)
        driver.communicate(timeout=30)
    assert [wrong for reader in readers for wrong in reader.wrong] == []
    assert sum(one != other for one, other in itertools.pairwise(published)) == 29
    for reader in readers:
        assert len(reader.seen) >= 5, reader.seen
        for id_, values in reader.seen.items():
            assert [*values] == [pytest.approx(expected[id_])], id_
