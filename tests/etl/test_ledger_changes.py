"""What a publication changed in the ledger is kept: which rows are new, gone or changed, in which cells."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import polars as pl
import pytest
import tiny_project
from tiny_project import Project

from etl import catalogue
from etl.figures import gather
from etl.ledger import read
from etl.lock import lock
from etl.publish import build, publish, rollback

REAL = tiny_project.REPOSITORY / "data" / "ledger"


def publication(tiny: Project, ledger: Path) -> None:
    tiny_project.write_csv(tiny.delivery / "office_survey" / "survey.csv", tiny_project.survey_rows())
    found = catalogue.load(tiny.root)
    with lock(tiny.data):
        sealed = build(found, tiny.data, gather(found, tiny.data, tiny.delivery)[0], print, ledger=read(ledger))
        publish(tiny.data, sealed)


def kept(data: Path) -> list[pl.DataFrame]:
    return [pl.read_parquet(path) for path in sorted((data / "changes" / "ledger").glob("*.parquet"))]


@pytest.fixture
def changed(tiny: Project, tmp_path: Path) -> Project:
    """Two publications: of ZaKI.D one claim was opened and read, one is new; a claim of another programme is gone."""
    ledger = Path(shutil.copytree(REAL, tmp_path / "ledger"))
    publication(tiny, ledger)
    assert kept(tiny.data) == [], "the first has nothing to be compared with"
    path = ledger / "claim.csv"
    with path.open(encoding="utf-8", newline="") as file:
        claims = {row["id"]: row for row in csv.DictReader(file)}
    claims["zakid-jobs-9"] = claims["zakid-jobs-1"] | {"id": "zakid-jobs-9", "state": "reported"}
    claims["zakid-jobs-1"] = claims["zakid-jobs-1"] | {"verified": "true", "amount_max": "35"}
    del claims["osez-lia-places-1"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(claims["zakid-jobs-9"]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(claims.values())
    publication(tiny, ledger)
    return tiny


def test_new_gone_and_changed_rows_are_told_cell_by_cell(changed: Project) -> None:
    [frame] = kept(changed.data)
    assert frame.rows() == [
        ("gone", "claim", "osez-lia", "osez-lia-places-1", "", "", ""),
        ("changed", "claim", "zakid", "zakid-jobs-1", "amount_max", "30", "35"),
        ("changed", "claim", "zakid", "zakid-jobs-1", "verified", "False", "True"),
        ("new", "claim", "zakid", "zakid-jobs-9", "", "", ""),
    ]
    assert not list((changed.data / "changes").glob("*.parquet")), "no figure has changed"


def test_going_back_is_told_the_other_way_round(changed: Project) -> None:
    rollback(changed.data)
    there, back = kept(changed.data)
    assert back.select("old", "new").rows() == there.select("new", "old").rows()
    assert sorted(back["change"]) == sorted(there["change"].replace({"new": "gone", "gone": "new"}))
