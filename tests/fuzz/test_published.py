"""Fuzzed bad deliveries through the real command line: each is refused, the published build stays as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import tiny_project
from hypothesis import HealthCheck, given, settings

from etl import catalogue
from etl.model import AtlasError, Exit
from tests.fuzz import forms
from tests.fuzz.goldens import Golden
from tests.fuzz.mutators import Mutant, mutants
from tests.fuzz.reading import Reader

SURVEY = "survey.csv"


def bad_deliveries(root: Path, folder: Path, golden: Golden) -> list[Mutant]:
    """Of each kind of change the first that the tiny project's source refuses."""
    reader = Reader(catalogue.load(root), "office_survey", folder)
    reader.read({name: file.bytes() for name, file in golden.files.items()})
    found: dict[str, Mutant] = {}

    @settings(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(mutants(golden))
    def draw(mutant: Mutant) -> None:
        try:
            reader.read({mutant.file: mutant.content})
        except AtlasError:
            found.setdefault(mutant.how, mutant)

    draw()
    return list(found.values())


def etl(root: Path, data: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line on the tiny project."""
    return subprocess.run(
        [sys.executable, "-c", tiny_project.MAIN, str(root), *map(str, arguments)],
        cwd=tiny_project.REPOSITORY,
        env={**os.environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_no_bad_delivery_changes_what_is_published(tmp_path: Path) -> None:
    root, data = tiny_project.write_project(tmp_path), tmp_path / "data"
    rows = tiny_project.survey_rows()
    table = forms.Table(tuple(rows[0]), tuple(map(tuple, rows[1:])))
    bad = bad_deliveries(root, tmp_path, Golden({SURVEY: forms.File({"": table}, forms.csv_writer())}))
    assert len(bad) >= 10, f"only {[one.how for one in bad]}"
    good = etl(root, data, "build", "--from", tiny_project.write_delivery(tmp_path / "good"))
    assert good.returncode == 0, good.stderr
    pointer, builds = (data / "current.json").read_bytes(), sorted((data / "builds").iterdir())
    seal = [path.read_bytes() for path in builds]
    for number, mutant in enumerate(bad):
        folder = tiny_project.write_delivery(tmp_path / f"bad{number}")
        (folder / "office_survey" / mutant.file).write_bytes(mutant.content)
        done = etl(root, data, "build", "--from", folder)
        assert done.returncode == Exit.DELIVERY, f"{mutant.how}: {done.stdout}{done.stderr}"
        assert SURVEY in done.stderr, mutant.how
        assert "Remedy:" in done.stderr, mutant.how
        assert "Traceback" not in done.stderr, mutant.how
        assert (data / "current.json").read_bytes() == pointer, mutant.how
    assert sorted((data / "builds").iterdir()) == builds
    assert [path.read_bytes() for path in builds] == seal
    with duckdb.connect(str(builds[0]), read_only=True) as connection:
        shown = connection.execute(
            "select count(*) from observation where indicator = 'adoption_share_pct' and value is not null"
        ).fetchall()
    assert shown == [(len(rows) - 1,)]
