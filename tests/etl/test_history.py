"""What we showed on a day, of a publisher who rewrites history: real values of Indeed, in two vintages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from tiny_project import REPOSITORY, Make, Project

from etl import catalogue, history
from etl.figures import gather
from etl.lock import lock
from etl.model import PublishError
from etl.publish import Sealed, build, publish, remember, rollback
from etl.release import moment
from tests.golden.test_indeed_ai_postings import published

SOURCE = "indeed_ai_postings"
FIRST, SECOND, THIRD = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (10, 20, 24))


@pytest.fixture
def indeed(tmp_path: Path) -> Callable[[str, datetime], Sealed]:
    """Build and publish, with the real catalogue, a delivery of Indeed that says this."""

    def vintage(text: str, at: datetime) -> Sealed:
        path = tmp_path / "from" / SOURCE / "AI_posting.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        found = catalogue.load()
        with lock(tmp_path / "data"):
            sealed = build(found, tmp_path / "data", gather(found, tmp_path / "data", tmp_path / "from")[0], print)
            publish(tmp_path / "data", sealed, at)
        return sealed

    return vintage


def rewritten(text: str) -> str:
    """A later vintage: every German day of the past says one tenth of a point more, and nothing else is different."""
    return re.sub(r",DE,([\d.]+)", lambda found: f",DE,{float(found[1]) + 0.1}", text)


def asof(data: Path, day: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "etl", "asof", day, *more],
        cwd=REPOSITORY,
        env={"ATLAS_DATA": str(data), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def german(data: Path, at: datetime) -> float:
    """February 2019 in Germany, as shown at a moment."""
    _, rows = history.as_of(data, SOURCE, at)
    return float(rows.filter((pl.col("region") == "DE") & (pl.col("period") == "2019-02"))["value"].item())


def test_history_rewritten_by_the_publisher_leaves_the_earlier_answer_intact(
    indeed: Callable[[str, datetime], Sealed], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first, second = indeed(published(), FIRST), indeed(rewritten(published()), SECOND)
    assert first.id != second.id
    # The means of the golden file, and a tenth more.
    assert german(data, FIRST) == pytest.approx(1.9990369751348596, abs=1e-12)
    assert german(data, moment("2026-11-19")) == german(data, FIRST)
    assert german(data, SECOND) == pytest.approx(2.0990369751348596, abs=1e-12)

    for path in (data / "builds").iterdir():  # builds come and go
        if path.stem == first.id:
            path.unlink()
    told = asof(data, "2026-11-19", "--region", "DE", "--json")
    assert told.returncode == 0, told.stderr
    (shown,) = json.loads(told.stdout)["shown"]
    assert (shown["source"], shown["since"]) == (SOURCE, FIRST.isoformat())
    assert [(row["period"], row["value"]) for row in shown["observations"]] == [("2019-02", german(data, FIRST))]
    lines = asof(data, "2026-11-20", "--source", SOURCE, "--indicator", "jobs_ai_postings_pct").stdout.splitlines()
    assert lines[0] == f"{SOURCE}: published 2026-11-20 12:00 UTC"
    assert any(line.split() == ["jobs_ai_postings_pct", "DE", "2019-02", "2.09904"] for line in lines), lines
    before = asof(data, "2026-11-09")
    assert before.returncode == 12
    assert "nothing kept from 2026-11-09 or before; the first state kept is of 2026-11-10 12:00 UTC" in before.stderr


def test_going_back_is_shown_too_and_the_same_state_is_kept_once(
    indeed: Callable[[str, datetime], Sealed], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first, second = indeed(published(), FIRST), indeed(rewritten(published()), SECOND)
    with lock(data):
        publish(data, first, THIRD)
        remember(data)
    states = sorted((data / "history" / SOURCE).iterdir())
    assert len(states) == 3
    assert german(data, SECOND) > german(data, FIRST) == german(data, THIRD)
    assert states[0].name.split("-")[1] == states[2].name.split("-")[1] != states[1].name.split("-")[1]
    with lock(data):
        assert rollback(data).id == second.id


def test_a_publication_killed_before_its_state_was_kept_is_made_up_for(
    indeed: Callable[[str, datetime], Sealed], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    indeed(published(), FIRST)
    (state,) = (data / "history" / SOURCE).iterdir()
    content = state.read_bytes()
    state.unlink()
    assert asof(data, "2026-11-10").returncode == 0  # by the next question
    assert state.read_bytes() == content
    state.unlink()
    indeed(rewritten(published()), SECOND)  # or by the next publication
    assert state.read_bytes() == content
    assert len(list(state.parent.iterdir())) == 2


def test_a_clock_set_back_does_not_turn_the_order_of_publications(
    indeed: Callable[[str, datetime], Sealed], tmp_path: Path
) -> None:
    indeed(published(), SECOND)
    indeed(rewritten(published()), FIRST)
    assert german(tmp_path / "data", moment("2026-11-20")) == pytest.approx(2.0990369751348596, abs=1e-12)
    assert german(tmp_path / "data", SECOND) == pytest.approx(1.9990369751348596, abs=1e-12)


def test_a_source_that_is_gone_is_kept_as_shown_with_nothing_and_others_are_not_kept(make: Make, tiny: Project) -> None:
    make()
    assert not (tiny.data / "history").exists()
    module = tiny.root / "sources" / "office_survey.py"
    module.write_text(module.read_text().replace('rhythm="yearly"', 'rhythm="yearly", keeps_history=True'))
    make(1)
    _, rows = history.as_of(tiny.data, "office_survey", datetime.now(UTC))
    assert rows.height > 300
    (state,) = (tiny.data / "history" / "office_survey").iterdir()
    long_ago = tiny.data / "history" / "gone" / f"20200101T000000.000000Z-{state.stem.split('-')[1]}.parquet"
    long_ago.parent.mkdir()
    long_ago.write_bytes(state.read_bytes())
    make(2)
    assert history.as_of(tiny.data, "gone", datetime(2020, 1, 2, tzinfo=UTC))[1].equals(rows)
    assert history.as_of(tiny.data, "gone", datetime.now(UTC))[1].is_empty()


def test_a_kept_state_that_was_changed_is_refused(make: Make, tiny: Project) -> None:
    module = tiny.root / "sources" / "office_survey.py"
    module.write_text(module.read_text().replace('rhythm="yearly"', 'rhythm="yearly", keeps_history=True'))
    make()
    (state,) = (tiny.data / "history" / "office_survey").iterdir()
    rows = pl.read_parquet(state)
    rows.with_columns(pl.col("value") + 1).write_parquet(state)
    with pytest.raises(PublishError, match="was changed after it was kept"):
        history.as_of(tiny.data, "office_survey", datetime.now(UTC))
    state.write_bytes(b"PAR1")
    with pytest.raises(PublishError, match="is not readable"):
        history.as_of(tiny.data, "office_survey", datetime.now(UTC))
