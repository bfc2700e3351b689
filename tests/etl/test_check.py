"""Every check is broken once: a check that cannot fail protects nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tiny_project import REPOSITORY, Project

from etl import catalogue
from etl.check import FOLDER, check
from etl.figures import from_delivery
from etl.ledger import read as read_ledger
from etl.load import fill, load_tables
from etl.model import CatalogueError, CheckError, Exit
from etl.snapshot import find_deliveries

#: Check → statement that breaks the loaded figures.
FIGURES = {
    "figure_unknown_region": "update figure set region = 'DE99' where region = 'DE1' and period = '2024'",
    "figure_duplicate_key": "insert into figure from figure limit 1",
    "figure_period": "update figure set period = '2024-13' where region = 'DE1'",
    "figure_status": "update figure set value = null where region = 'DE1'",
    "figure_share_range": "update figure set value = 100.5 where region = 'DE1' and indicator = 'adoption_share_pct'",
    "figure_negative": "update figure set value = -1 where region = 'DE1' and indicator = 'context_people_persons'",
    "figure_member": "update figure set dimension = 'sex', member = 'x' where region = 'DE1'",
}
#: More ways to break them that must be seen too.
MORE_FIGURES = [
    ("figure_share_range", "update figure set value = -0.1 where region = 'DE1' and indicator = 'adoption_share_pct'"),
    ("figure_negative", "update figure set n = -5 where region = 'DE1'"),
    ("figure_status", "update figure set status = 'm' where region = 'DE1'"),
    ("figure_status", "update figure set status = 'x' where region = 'DE1'"),
    ("figure_period", "update figure set period = '24' where region = 'DE1'"),
    ("figure_member", "update figure set member = 'f' where region = 'DE1'"),
]
#: Check → statement that breaks the finished tables (without their constraints, so that the check must see it).
TABLES = {
    "source_and_delivery": "update observation set delivery = 'nowhere' where region = 'DE1'",
    "observation_key": "insert into observation from observation limit 1",
    "missing_unit": "delete from observation where region = 'DE7' and period = '2024'",
    "status": "update observation set value = null, status = '' where region = 'DE1'",
    "derived_share": "update observation set value = 'infinity' where region = 'DE1'",
    "interval": "update observation set ci_low = value + 1 where region = 'DE1'",
    "reason": "update observation set reason = 'nobody_wrote_this' where region = 'DE1'",
    "ranking": "update ranking set rank_low = rank + 1 where region = 'DE1'",
    "words": "delete from indicator_words where lang = 'fr' and indicator = 'adoption_share_pct'",
    "ledger_reference": "delete from organisation where id = 'sap'",
    "ledger_place": "update location set nuts3 = 'DEA' where programme = 'zakid'",
    "ledger_progress": "update progress set promised_max = 530 where programme = 'zakid' and measure = 'jobs'",
    "ledger_event": "update event set announced = 5 where programme = 'summit-2025'",
}
MORE_TABLES = [
    ("ledger_reference", "update claim set part_of = 'nobody' where programme = 'zakid'"),
    ("ledger_reference", "update programme set parent = 'nobody' where id = 'zakid'"),
    ("ledger_place", "delete from programme_region where programme = 'snia'"),
    ("ledger_progress", "delete from progress where programme = 'zakid' and measure = 'jobs'"),
    ("source_and_delivery", "delete from source"),
    ("observation_key", "update observation set level = 3 where region = 'DE1'"),
    ("missing_unit", "delete from observation where region = 'FRY3' and indicator = 'adoption_share_gap_pp'"),
    ("status", "update observation set status = 'c' where region = 'DE1'"),
    ("interval", "update observation set ci_high = null where region = 'DE1' and ci_low is not null"),
    ("ranking", "delete from ranking where region = 'DE1'"),
    ("words", "update observation set value = null, status = 'c' where indicator = 'context_people_persons'"),
]


#: The real one: its checks are broken on it.
LEDGER = read_ledger(REPOSITORY / "data" / "ledger")


@pytest.fixture
def loaded(tiny: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tiny project's figures, loaded and not yet transformed."""
    found = catalogue.load(tiny.root)
    delivery = find_deliveries(tiny.delivery, [found.sources["office_survey"].source])["office_survey"]
    connection = duckdb.connect()
    load_tables(connection, found, {"office_survey": from_delivery(found, delivery, "delivery")})
    yield connection
    connection.close()


@pytest.fixture
def finished(tiny: Project, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tiny project's finished tables, copied without their constraints."""
    found = catalogue.load(tiny.root)
    delivery = find_deliveries(tiny.delivery, [found.sources["office_survey"].source])["office_survey"]
    fill(
        tmp_path / "a.duckdb",
        found,
        {"office_survey": from_delivery(found, delivery, "delivery")},
        print,
        ledger=LEDGER,
    )
    connection = duckdb.connect(str(tmp_path / "a.duckdb"))
    for statement in (
        "create or replace table observation as from observation",
        "create or replace table indicator_words as from indicator_words",
        "create or replace table organisation as from organisation",
    ):
        connection.execute(statement)
    yield connection
    connection.close()


def test_good_figures_pass_all_checks(loaded: duckdb.DuckDBPyConnection, finished: duckdb.DuckDBPyConnection) -> None:
    assert check(loaded, figures=True) == len(FIGURES)
    assert check(finished, figures=False) == len(TABLES)


def test_every_check_is_broken_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == {*FIGURES, *TABLES}


@pytest.mark.parametrize(("name", "statement"), [*FIGURES.items(), *MORE_FIGURES])
def test_a_broken_figure_is_found(loaded: duckdb.DuckDBPyConnection, name: str, statement: str) -> None:
    loaded.execute(statement)
    with pytest.raises(CheckError, match=f"(?m)^{name}: [0-9]+ rows") as caught:
        check(loaded, figures=True)
    assert caught.value.exit_code == Exit.CHECK


@pytest.mark.parametrize(("name", "statement"), [*TABLES.items(), *MORE_TABLES])
def test_a_broken_table_is_found(finished: duckdb.DuckDBPyConnection, name: str, statement: str) -> None:
    finished.execute(statement)
    with pytest.raises(CheckError, match=f"(?m)^{name}: [0-9]+ rows"):
        check(finished, figures=False)


def test_the_message_counts_all_rows_and_shows_five(loaded: duckdb.DuckDBPyConnection) -> None:
    loaded.execute("update figure set value = 150 where indicator = 'adoption_share_pct' and period = '2024'")
    with pytest.raises(CheckError) as caught:
        check(loaded, figures=True)
    lines = str(caught.value).splitlines()
    assert lines[1].startswith("figure_share_range: 36 rows. A share is below 0 or above 100. Remedy:")
    assert "indicator=adoption_share_pct, region=DE, period=2024" in lines[2]
    assert "file=survey.csv" in lines[2]
    assert lines[-1].strip() == "… and 31 more"
    assert len(lines) == 8


def test_a_check_without_a_message_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bare.sql").write_text("select 1\n")
    with pytest.raises(CatalogueError, match=r"bare\.sql"):
        check(duckdb.connect(), figures=False, folder=tmp_path)
