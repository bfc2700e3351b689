"""Deliveries under embargo, through the real command line: two builds, what lies ready, the lift, and what stops it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import tiny_project
from tiny_project import MAIN, REPOSITORY, Project

from etl import scopes

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def published(tiny: Project, run: Run) -> Project:
    """The tiny project with its delivery shipped and published, before anything is on terms."""
    assert run("ship", "--from", tiny.delivery, "--retrieved", "2026-01-02").returncode == 0
    assert run("build").returncode == 0
    return tiny


def deliver(tiny: Project, end: datetime | None, *, announce: bool = False, shift: float = 1) -> Path:
    """Another edition: Germany's first share is larger. end: of its embargo; None: internal."""
    rows = tiny_project.survey_rows()
    rows[1][2] = str(float(rows[1][2]) + shift)
    tiny_project.write_csv(tiny.delivery / "office_survey" / "survey.csv", rows)
    terms = f'embargo_until = "{end.isoformat()}"\n' if end else 'audience = "internal"\n'
    (tiny.delivery / "office_survey" / "embargo.toml").write_text(terms + "announce = true\n" * announce)
    return tiny.delivery


def pointer(data: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((data / "current.json").read_text())
    return found


def share(data: Path) -> float:
    """Germany's first share in the published build of a data folder."""
    with duckdb.connect(str(data / pointer(data)["file"]), read_only=True) as connection:
        rows = connection.execute(
            "select value from observation where indicator = 'adoption_share_pct' and region = 'DE' and period = '2023'"
        ).fetchall()
    return float(rows[0][0])


def announced(data: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / pointer(data)["file"]), read_only=True) as connection:
        return connection.execute("select source, title_de from announcement").fetchall()


def deliver_for_soon(tiny: Project, run: Run) -> datetime:
    """Build with an embargo that ends a little after the build is done; returns when. Machines differ in speed."""
    began = time.monotonic()
    assert run("build", "--from", deliver(tiny, later(3600))).returncode == 0
    end = later(2 * (time.monotonic() - began) + 5)
    done = run("build", "--from", deliver(tiny, end))
    assert done.returncode == 0, done.stderr
    return end


def end_now(data: Path) -> None:
    """Let what lies ready be due, as if the hours had passed."""
    path = data / "internal" / "schedule.json"
    content = json.loads(path.read_text())
    for one in content["ready"]:
        one["at"] = later(-1).isoformat()
    path.write_text(json.dumps(content))


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_delivery_under_embargo_is_inside_only_until_it_is_lifted(published: Project, run: Run) -> None:
    data, before = published.data, pointer(published.data)
    done = run("build", "--from", deliver(published, later(3600)))
    assert done.returncode == 0, done.stderr
    assert "not all of it public" in done.stdout
    assert pointer(data) == before, "the public build is the same, to the last byte of its pointer"
    assert (share(data), share(data / "internal")) == (5.0, 6.0)
    assert announced(data) == []
    assert [source for source, _ in announced(data / "internal")] == ["office_survey"]
    assert (data / "internal").stat().st_mode & 0o007 == 0
    assert run("build").returncode == 0, "without the folder: what is on terms was kept"
    assert share(data / "internal") == 6.0
    assert "adoption_share" not in json.dumps(json.loads((data / "status.json").read_text()))
    ready = json.loads(run("status", "--json").stdout)["ready"]
    assert len(ready) == 1
    done = run("lift")
    assert (done.returncode, pointer(data)) == (0, before), "too early: nothing happens"
    assert not list((data / "builds").glob(f"{ready[0]['build']}.*")), "what lies ready lies inside"


def test_what_lay_ready_is_what_a_build_after_the_embargo_would_be(published: Project, run: Run) -> None:
    data, before = published.data, pointer(published.data)
    end = deliver_for_soon(published, run)
    ready = json.loads(run("status", "--json").stdout)["ready"][0]["build"]
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()))
    done = run("lift")
    assert done.returncode == 0, done.stderr
    assert f"published {ready}" in done.stdout
    assert (pointer(data)["build"], pointer(data)["previous"]) == (ready, before["build"])
    assert share(data) == 6.0
    assert run("verify").returncode == 0
    assert list((data / "changes").glob(f"*-{before['build']}-{ready}.parquet")), "the feeds tell it"
    assert run("build").returncode == 0
    assert pointer(data)["build"] == ready, "the same inputs, the same id"
    assert not (data / "internal" / "current.json").exists(), "nothing is withheld any more"
    assert run("rollback").returncode == 0
    assert pointer(data)["build"] == before["build"]


def test_people_of_a_part_see_it_before_its_end_in_a_build_of_their_own_and_with_everybody_after(
    published: Project, run: Run
) -> None:
    """The lift takes the build for the part away, as it holds nothing more than the public one by then."""
    data, of_both = published.data, scopes.home(published.data, ("DE", "FR"))
    parts = scopes.listed(data)
    parts.parent.mkdir(parents=True)
    parts.write_text(json.dumps({"format": 1, "scopes": [["DE", "FR"], ["DED"]]}))
    end = deliver_for_soon(published, run)
    assert (share(data), share(of_both)) == (5.0, 6.0)
    assert not scopes.home(data, ("DED",)).exists(), "what is withheld is not theirs alone"
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()))
    done = run("lift")
    assert done.returncode == 0, done.stderr
    assert share(data) == 6.0
    assert not of_both.exists()


def test_only_an_embargo_that_says_so_is_announced(published: Project, run: Run) -> None:
    assert run("build", "--from", deliver(published, later(3600), announce=True)).returncode == 0
    assert announced(published.data) == [("office_survey", "Erhebung")]
    assert share(published.data) == 5.0


def test_an_embargo_that_was_made_longer_holds(published: Project, run: Run) -> None:
    """Whoever edits the terms a minute before need not know of any schedule."""
    data = published.data
    assert run("build", "--from", deliver(published, later(1800))).returncode == 0
    end_now(data)
    assert run("ship", "--from", deliver(published, later(3600)), "--retrieved", "2026-01-03").returncode == 0
    done = run("lift")
    assert done.returncode == 0, done.stderr
    assert "building anew" in done.stdout
    assert share(data) == 5.0
    assert json.loads(run("status", "--json").stdout)["ready"][0]["at"] > later(3000).isoformat()


def test_after_a_rollback_nothing_is_published_by_itself(published: Project, run: Run, tiny: Project) -> None:
    (tiny.delivery / "office_survey" / "people.csv").unlink()
    assert run("build", "--from", tiny.delivery).returncode == 0, "another public build, to go back from"
    assert run("build", "--from", deliver(published, later(1800))).returncode == 0
    done = run("rollback")
    assert "will not be published by itself" in done.stdout
    before = pointer(published.data)
    end_now(published.data)
    done = run("lift")
    assert (done.returncode, pointer(published.data)) == (12, before)
    assert "python -m etl build" in done.stderr


def test_what_would_change_too_much_is_said_when_it_is_delivered_and_not_when_it_is_due(
    published: Project, run: Run
) -> None:
    data, before = published.data, pointer(published.data)
    rows = tiny_project.survey_rows()
    rows[1:] = [[region, year, f"{float(value) * 1.9:.1f}", firms] for region, year, value, firms in rows[1:]]
    folder = deliver(published, later(3600))
    tiny_project.write_csv(folder / "office_survey" / "survey.csv", rows)
    done = run("build", "--from", folder)
    assert done.returncode == 12
    assert "when the embargo ends on" in done.stderr
    assert pointer(data) == before
    assert json.loads(run("status", "--json").stdout)["ready"] == []
    assert run("build", "--accept", "office_survey").returncode == 0
    assert len(json.loads(run("status", "--json").stdout)["ready"]) == 1
    assert run("build").returncode == 0, "what was let through once is let through the next night"
    assert len(json.loads(run("status", "--json").stdout)["ready"]) == 1


def test_what_is_internal_never_lies_ready_and_goes_when_it_is_shipped(published: Project, run: Run) -> None:
    data = published.data
    assert run("build", "--from", deliver(published, None)).returncode == 0
    assert (share(data), share(data / "internal")) == (5.0, 6.0)
    assert json.loads(run("status", "--json").stdout)["ready"] == []
    for command in (("diff",), ("verify",), ("check",)):
        assert run(*command, "--audience", "internal").returncode in (0, 12), command
    (published.delivery / "office_survey" / "embargo.toml").unlink()
    assert run("ship", "--from", published.delivery, "--retrieved", "2026-01-04").returncode == 0
    assert not list((data / "internal" / "figures").iterdir())
    assert run("build").returncode == 0
    assert share(data) == 6.0


def test_the_watch_lifts_in_time_survives_a_kill_and_ends_cleanly(published: Project, run: Run) -> None:
    data, end = published.data, deliver_for_soon(published, run)

    def watch() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", MAIN, str(published.root), "lift", "--watch"],
            cwd=REPOSITORY,
            env={**os.environ, "ATLAS_DATA": str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    first = watch()
    assert "watching" in (first.stdout.readline() if first.stdout else "")
    first.kill()
    first.communicate()
    second = watch()
    try:
        while share(data) == 5.0:
            assert datetime.now(UTC) < end + timedelta(seconds=60)
            time.sleep(0.2)
        assert datetime.now(UTC) >= end
        while json.loads((data / "internal" / "schedule.json").read_text())["ready"]:
            time.sleep(0.1)  # it tidies up
    finally:
        second.send_signal(signal.SIGTERM)
        told = second.communicate(timeout=60)[0]
    assert second.returncode == 0, told
    assert "the embargo of" in told
    assert "stopped watching" in told
