"""`etl status`: state, age, next due and last error of a source, its exit code, its metrics, and `status.json`."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tiny_project import Make, Project

from etl import catalogue, status
from etl.model import Exit, Source
from etl.snapshot import Check, Record, keep, write_check

Run = Callable[..., subprocess.CompletedProcess[str]]
TODAY = datetime.now(UTC).date()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def source(tiny: Project) -> Source:
    """The tiny project's source, renewed every 30 days."""
    path = tiny.root / "sources" / "office_survey.py"
    path.write_text(path.read_text(encoding="utf-8").replace('rhythm="yearly"', 'rhythm="monthly", every_days=30'))
    return catalogue.load(tiny.root).sources["office_survey"].source


def check(outcome: str, succeeded: datetime | None, problem: str = "", key: str = "table") -> Check:
    return Check("office_survey", key, "https://example.org/survey.csv", outcome, NOON, problem, succeeded)


def fetched(data: Path, tmp_path: Path, when: datetime, key: str = "table") -> None:
    """A snapshot of one file, as the fetcher keeps it."""
    path = tmp_path / "came.csv"
    path.write_text("region,year\n")
    keep(data, "office_survey", {Record("office_survey", key, "survey.csv", "https://x", "ab12", 12, when): path})


def test_a_source_without_anything_is_empty_and_owes_nothing(tmp_path: Path, source: Source) -> None:
    found = status.standing(tmp_path, source, None, TODAY)
    assert (found["state"], found["last_success"], found["age_days"], found["next_due"]) == ("empty", None, None, None)
    assert (found["overdue"], found["observations"], found["last_error"]) == (False, 0, None)


@pytest.mark.parametrize(("days", "state"), [(0, "current"), (30, "current"), (31, "overdue"), (400, "overdue")])
def test_age_is_weighed_against_the_rhythm(tmp_path: Path, source: Source, days: int, state: str) -> None:
    built = (TODAY - timedelta(days=days), 7)
    found = status.standing(tmp_path, source, built, TODAY)
    assert (found["state"], found["overdue"], found["age_days"]) == (state, state == "overdue", days)
    assert found["next_due"] == (TODAY - timedelta(days=days - 30)).isoformat()
    assert found["observations"] == 7


def test_a_source_without_rhythm_is_never_overdue(tmp_path: Path, source: Source) -> None:
    from dataclasses import replace

    found = status.standing(tmp_path, replace(source, every_days=0), (date(1999, 1, 1), 1), TODAY)
    assert (found["state"], found["next_due"]) == ("current", None)


def test_nothing_new_at_the_publisher_is_a_success(tmp_path: Path, source: Source) -> None:
    """Old figures that the publisher still has are fresh; the optional file was not asked for."""
    fetched(tmp_path, tmp_path, datetime(2025, 1, 1, tzinfo=UTC))
    assert status.standing(tmp_path, source, None, NOON.date())["state"] == "overdue"
    write_check(tmp_path, check("unchanged", NOON))
    found = status.standing(tmp_path, source, None, NOON.date())
    assert (found["state"], found["fetched"], found["last_success"]) == ("current", "2025-01-01", "2026-03-01")
    assert found["checked"] == "2026-03-01T12:00:00+00:00"


def test_a_failed_fetch_is_told_with_its_sentence_and_keeps_the_last_success(tmp_path: Path, source: Source) -> None:
    before = NOON - timedelta(days=3)
    fetched(tmp_path, tmp_path, before)
    write_check(tmp_path, check("failed", before, "the server answers 503"))
    found = status.standing(tmp_path, source, None, NOON.date())
    assert (found["state"], found["last_success"], found["overdue"]) == ("failed", before.date().isoformat(), False)
    assert found["last_error"] == {
        "file": "table",
        "outcome": "failed",
        "checked": "2026-03-01T12:00:00+00:00",
        "problem": "the server answers 503",
    }


def test_an_account_that_is_not_set_up_is_no_failure(tmp_path: Path, source: Source) -> None:
    write_check(tmp_path, check("not set up", None, "ATLAS_X is not set"))
    assert status.standing(tmp_path, source, None, TODAY)["state"] == "empty"


def test_a_snapshot_without_a_required_file_is_no_success(tmp_path: Path, source: Source) -> None:
    fetched(tmp_path, tmp_path, NOON, key="people")
    assert status.standing(tmp_path, source, None, NOON.date())["state"] == "empty"


def test_a_broken_record_is_a_failure_of_that_source_alone(tmp_path: Path, source: Source) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "office_survey.json").write_text("{")
    found = status.standing(tmp_path, source, (TODAY, 5), TODAY)
    assert (found["state"], found["last_error"]["outcome"]) == ("failed", "damaged")
    assert "office_survey.json" in found["last_error"]["problem"]


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────


def written(data: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((data / "status.json").read_text(encoding="utf-8"))
    return content


def test_every_class_has_its_exit_code_and_the_worst_wins(run: Run, tiny: Project, source: Source) -> None:
    assert run("status").returncode == Exit.PUBLISH, "nothing is published"
    old = (TODAY - timedelta(days=90)).isoformat()
    assert run("build", "--from", tiny.delivery, "--retrieved", old).returncode == 0
    assert run("status").returncode == Exit.OVERDUE
    write_check(tiny.data, check("rejected", None, "column 'share' is gone"))
    done = run("status")
    assert done.returncode == Exit.DELIVERY, "overdue as well, but failed is worse"
    assert "office_survey, rejected 2026-03-01T12:00:00+00:00: column 'share' is gone" in done.stdout
    write_check(tiny.data, check("unchanged", datetime.now(UTC)))
    assert run("status").returncode == Exit.DONE


def test_the_table_says_state_day_due_age_and_rows(run: Run, tiny: Project, source: Source) -> None:
    run("build", "--from", tiny.delivery, "--retrieved", "2026-01-02")
    line = next(line for line in run("status").stdout.splitlines() if line.startswith("office_survey"))
    age = (TODAY - date(2026, 1, 2)).days
    rows = json.loads(run("status", "--json").stdout)["sources"]["office_survey"]["observations"]
    cells = ["office_survey", "overdue", "2026-01-02", "2026-02-01", "monthly", str(age), "30", f"{rows:,}"]
    assert line.split() == cells
    assert rows > 100


def test_each_command_that_moves_something_renews_status_json(run: Run, tiny: Project, source: Source) -> None:
    run("ship", "--from", tiny.delivery, "--retrieved", "2026-01-02")
    shipped = written(tiny.data)
    assert (shipped["current"], shipped["sources"]["office_survey"]["shipped"]) == (None, "2026-01-02")  # type: ignore[index]
    run("build")
    built = written(tiny.data)
    assert built["current"] == json.loads((tiny.data / "current.json").read_text())
    told = json.loads(run("status", "--json").stdout)
    assert {**told, "written": ""} == {**built, "written": ""}, "the command and the file say the same"


def test_a_failed_command_renews_it_too(run: Run, tiny: Project, source: Source) -> None:
    """A build that was refused leaves the standing of the sources up to date; the build keeps serving."""
    run("build", "--from", tiny.delivery)
    (tiny.data / "status.json").unlink()
    (tiny.delivery / "office_survey" / "survey.csv").write_text("nonsense\n")
    assert run("build", "--from", tiny.delivery).returncode == Exit.DELIVERY
    assert written(tiny.data)["current"] is not None


def test_a_status_that_cannot_be_written_is_said_and_stops_nothing(run: Run, tiny: Project, source: Source) -> None:
    (tiny.data / "status.json").mkdir(parents=True)
    done = run("build", "--from", tiny.delivery)
    assert done.returncode == 0
    assert "warning: status.json was not renewed" in done.stderr
    assert (tiny.data / "current.json").exists()


def test_a_usage_error_leaves_no_folder_behind(run: Run, tiny: Project, source: Source) -> None:
    assert run("fetch", "nobody").returncode == Exit.USAGE
    assert not tiny.data.exists()


#: One sample of Prometheus' text format: name, labels, value.
SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"\\\n]*"\})? (-?\d+(?:\.\d+)?)')


def test_the_metrics_are_prometheus_text_and_agree_with_the_json(make: Make, tiny: Project, source: Source) -> None:
    sealed = make()
    content = status.collect(catalogue.load(tiny.root), tiny.data, datetime.now(UTC))
    lines = status.prometheus(content).splitlines()
    samples = {
        (m[1], m[2]): float(m[3]) for line in lines if not line.startswith("#") and (m := SAMPLE.fullmatch(line))
    }
    assert len(samples) == sum(not line.startswith("#") for line in lines)
    one = content["sources"]["office_survey"]
    label = '{source="office_survey"}'
    assert samples["atlas_build_info", f'{{build="{sealed.id}"}}'] == 1
    assert samples["atlas_source_age_days", label] == one["age_days"]
    assert samples["atlas_source_every_days", label] == 30
    assert samples["atlas_source_observations", label] == one["observations"] == samples["atlas_observations", None]
    assert (samples["atlas_source_failed", label], samples["atlas_source_overdue", label]) == (0, 0)
    moment = datetime.fromtimestamp(samples["atlas_source_last_success_timestamp_seconds", label], UTC)
    assert moment.date().isoformat() == one["last_success"]
    for name in {name for name, _ in samples}:
        assert sum(line == f"# TYPE {name} gauge" for line in lines) == 1


def test_every_source_with_a_yearly_or_faster_rhythm_says_it_in_days() -> None:
    """The words and the number do not contradict each other."""
    wanted = {"daily": 92, "monthly": 31, "yearly": 365, "every two years": 731}
    for id_, module in catalogue.load().sources.items():
        one = module.source
        expected = next((days for word, days in wanted.items() if one.rhythm.startswith(word)), None)
        if expected and "closed" not in one.rhythm:
            assert one.every_days == expected, id_
        if re.search(r"^(one |ended|irregular$)|closed", one.rhythm):
            assert one.every_days == 0, id_
