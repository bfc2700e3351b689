"""The command line as scripts and people use it: in a process of its own, with exit codes and one-line errors."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tiny_project import MAIN, REPOSITORY, Project, survey_rows, write_csv

Run = Callable[..., subprocess.CompletedProcess[str]]


def pointer(data: Path) -> dict[str, object]:
    """What current.json says, after opening the file it names."""
    content: dict[str, object] = json.loads((data / "current.json").read_text(encoding="utf-8"))
    connection = duckdb.connect(str(data / str(content["file"])), read_only=True)
    assert connection.execute("select count(*) from observation").fetchall() == [(content["observations"],)]
    connection.close()
    return content


def test_build_prints_progress_ways_and_an_aligned_coverage_table(run: Run, tiny: Project) -> None:
    done = run("build", "--from", tiny.delivery)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1/1 office_survey: delivery of " in done.stdout
    table = done.stdout.split("\n\n")[1].splitlines()
    assert table[0].split() == ["indicator", "country", "level", "years", "regions", "observed", "missing"]
    row = next(line for line in table if line.startswith("adoption_share_pct") and " land " in line)
    assert row.split() == ["adoption_share_pct", "DE", "land", "2023–2024", "16/16", "32", "0"]
    assert {len(line) for line in table[1:-1]} == {len(table[1])}
    assert pointer(tiny.data)["observations"] == int(table[-1].split()[1])


def test_ship_then_build_without_a_delivery(run: Run, tiny: Project) -> None:
    assert run("ship", "--from", tiny.delivery, "--retrieved", "2026-01-02").returncode == 0
    done = run("build")
    assert done.returncode == 0
    assert "office_survey: shipped of 2026-01-02" in done.stdout
    assert "unchanged" in run("ship", "--from", tiny.delivery, "--retrieved", "2026-01-02").stdout


def test_status_diff_rollback_publish_and_check(run: Run, tiny: Project) -> None:
    run("build", "--from", tiny.delivery)
    first = pointer(tiny.data)
    rows = survey_rows()
    rows[1][2] = "6.0"
    write_csv(tiny.delivery / "office_survey" / "survey.csv", rows)
    run("build", "--from", tiny.delivery)
    second = pointer(tiny.data)
    assert second["previous"] == first["build"] != second["build"]

    status = json.loads(run("status", "--json").stdout)
    assert status["current"] == second
    assert set(status["builds"]) == {first["build"], second["build"]}
    assert status["sources"]["office_survey"]["shipped"] is None
    assert second["build"] in run("status").stdout

    diff = json.loads(run("diff", "--json").stdout)
    assert (diff["old"], diff["new"]) == (first["build"], second["build"])
    revised = {row["indicator"]: row["revised"] for row in diff["differences"]}
    assert (revised["adoption_share_pct"], revised["adoption_share_gap_pp"]) == (1, 16)
    assert "adoption_share_pct" in run("diff", str(first["build"])).stdout

    assert run("rollback").returncode == 0
    assert pointer(tiny.data)["build"] == first["build"]
    assert run("publish", str(second["build"])).returncode == 0
    assert pointer(tiny.data)["build"] == second["build"]
    assert "checks passed" in run("check").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["build", "--from", "no/such/folder"], 2, "there is no such folder"),
        (["build", "--from", "{empty}"], 2, "Looked for the folders office_survey, survey"),
        (["build"], 10, "no figures of any source"),
        (["fetch", "office_servey"], 2, "there is no source 'office_servey'"),
        (["fetch"], 10, "nothing was lost"),
        (["check"], 12, "nothing is published"),
        (["verify"], 12, "nothing is published"),
        (["verify", "abc"], 12, "there is no build"),
        (["diff"], 12, "nothing is published"),
        (["diff", "--limit", "some"], 2, "not a number of cells"),
        (["asof", "yesterday"], 2, "not a day like 2026-11-24"),
        (["asof", "2026-11-24"], 12, "no published source keeps its history"),
        (["build", "--accept", "office_servey"], 2, "there is no source 'office_servey'"),
        (["rollback"], 12, "no earlier build"),
        (["publish", "abc"], 12, "there is no build"),
        (["new", "source", "Not-An-Id"], 2, "an id is lower-case words"),
        (["new", "source", "office_survey"], 2, "is there already"),
        (["ship", "--from", "x", "--retrieved", "yesterday"], 2, "not a day like 2026-11-21"),
        (["nonsense"], 2, "invalid choice"),
        ([], 2, "required"),
    ],
)
def test_errors_are_one_readable_message_with_the_promised_code(
    run: Run, tiny: Project, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    source = tiny.root / "sources" / "office_survey.py"
    # An address that refuses at once: the test must not depend on a network, nor wait for one.
    source.write_text(source.read_text("utf-8").replace("https://example.org/", "http://127.0.0.1:9/"), "utf-8")
    done = run(*[text.format(empty=tmp_path / "empty") for text in arguments])
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_catalogue_error_is_13_and_a_failing_check_11(run: Run, tiny: Project) -> None:
    assert run("build", "--from", tiny.delivery).returncode == 0
    before = pointer(tiny.data)
    path = tiny.root / "sources" / "office_survey.py"
    good = path.read_text(encoding="utf-8")
    path.write_text(
        good.replace('tidy.expect_range(frame, "share"', 'tidy.expect_range(frame, "firms"').replace(
            "0, 100,", "0, None,"
        )
    )
    rows = survey_rows()
    rows[3][2] = "-4"
    write_csv(tiny.delivery / "office_survey" / "survey.csv", rows)
    done = run("build", "--from", tiny.delivery)
    assert done.returncode == 11, done.stderr
    assert "figure_share_range: 1 rows" in done.stderr
    assert "region=FR, period=2023" in done.stderr
    (tiny.root / "indicators" / "adoption_share_pct.toml").write_text("theme = 1")
    assert run("build", "--from", tiny.delivery).returncode == 13
    assert pointer(tiny.data) == before
    assert not list((tiny.data / "builds").glob(".*"))


def test_a_parser_that_stumbles_is_a_delivery_error_without_traceback(run: Run, tiny: Project) -> None:
    path = tiny.root / "sources" / "office_survey.py"
    path.write_text(path.read_text(encoding="utf-8").replace('path = delivery.path("table")', '{}["year"]'))
    done = run("build", "--from", tiny.delivery)
    assert done.returncode == 10
    assert "sources/office_survey.py could not read the delivery (KeyError: 'year')" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_leaves_the_last_build_serving(run: Run, tiny: Project) -> None:
    assert run("build", "--from", tiny.delivery).returncode == 0
    before = pointer(tiny.data)
    rows = survey_rows()
    rows[1][2] = "6.0"
    write_csv(tiny.delivery / "office_survey" / "survey.csv", rows)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    done = run("build", "--from", tiny.delivery, preexec_fn=small_files)
    assert done.returncode == 12, done.stderr
    assert "The last build keeps serving" in done.stderr
    assert pointer(tiny.data) == before
    assert not list((tiny.data / "builds").glob(".*"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_half_state(tiny: Project, how: signal.Signals) -> None:
    """The signal comes while the transforms run, as their progress lines tell."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, str(tiny.root), "build", "--from", str(tiny.delivery)],
        cwd=REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(tiny.data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "transform 1/" in line:
            process.send_signal(how)
            break
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    assert not (tiny.data / "current.json").exists()
    assert list((tiny.data / "builds").iterdir()) == []


def test_leftovers_of_a_killed_build_are_removed_by_the_next(run: Run, tiny: Project) -> None:
    folder = tiny.data / "builds"
    folder.mkdir(parents=True)
    (folder / ".0123456789ab.duckdb").write_bytes(b"half")
    (folder / "0123456789ab.json").write_bytes(b"{}")
    assert run("build", "--from", tiny.delivery).returncode == 0
    assert sorted(path.suffix for path in folder.iterdir()) == [".duckdb", ".json"]
    assert not list(folder.glob(".*"))


def test_the_module_answers_help_from_a_clone() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "etl", "--help"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    looking = ("check", "verify", "status", "diff", "asof")
    for command in ("build", "ship", "publish", "rollback", "fetch", "shapes", "new", *looking):
        assert f"\n    {command} " in done.stdout
    assert "Exit codes: 0 done" in done.stdout
