"""The real ledger, broken in every way: each mistake is named with file, line, column, value and remedy."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from tiny_project import REPOSITORY, Project

from etl.ledger import LedgerError, read
from etl.ledger_tables import KINDS, TABLES, UNITS
from etl.model import Exit

REAL = REPOSITORY / "data" / "ledger"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real ledger."""
    return Path(shutil.copytree(REAL, tmp_path / "ledger"))


def rows(folder: Path, table: str) -> list[list[str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def put(folder: Path, table: str, lines: list[list[str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def change(folder: Path, table: str, key: str, **cells: str) -> int:
    """Write into the row whose first filled cell is `key`; returns its line."""
    lines = rows(folder, table)
    number = next(n for n, row in enumerate(lines) if key in row[:2])
    for column, text in cells.items():
        lines[number][lines[0].index(column)] = text
    put(folder, table, lines)
    return number + 1


def problems(folder: Path) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        read(folder)
    assert caught.value.exit_code == Exit.CATALOGUE
    return [str(one) for one in caught.value.problems]


#: (table, row, what is written into it, the column that is named, what is said)
CELLS = [
    ("programme", "zakid", {"kind": "zentrum"}, "kind", "not one of the known words"),
    ("programme", "zakid", {"id": "ZaKI.D"}, "id", "not an id"),
    ("programme", "zakid", {"name": ""}, "name", "empty"),
    ("programme", "zakid", {"status": " active"}, "status", "spaces around it"),
    ("programme", "zakid", {"start": "2024-13"}, "start", "not a year, month or day"),
    ("programme", "zakid", {"start": "30.04.2024"}, "start", "not a year, month or day"),
    ("programme", "zakid", {"end": "2023"}, "end", "it ends before it starts"),
    ("programme", "zakid", {"parent": "nobody"}, "parent", "there is no such programme"),
    ("programme", "zakid", {"parent": "zakid"}, "parent", "it leads back to itself"),
    ("programme", "zakid", {"regions": ""}, "regions", "empty"),
    ("programme", "zakid", {"regions": "DEA|DEA"}, "regions", "an empty or doubled part"),
    ("programme", "zakid", {"regions": "DEG0F"}, "regions", "NUTS"),
    ("programme", "zakid", {"regions": "dea"}, "regions", "not written as NUTS 2024 writes it"),
    ("programme", "zakid", {"source_url": "www.zakid.de"}, "source_url", "not a whole web address"),
    ("programme", "zakid", {"source_url": "https://rp-online.de/...aid-34754977"}, "source_url", "not a whole web"),
    ("programme", "zakid", {"source_url": ""}, "source_url", "empty"),
    ("programme", "zakid", {"url": "javascript:alert(1)"}, "url", "not a whole web address"),
    ("programme", "zakid", {"note": "=HYPERLINK(A1)"}, "note", "it begins like a formula"),
    ("programme", "zakid", {"note": "<b>new</b>"}, "note", "a line break, a tag"),
    ("programme", "zakid", {"note": "two\nlines"}, "note", "a line break, a tag"),
    ("programme", "zakid", {"note": "according to Dr. Muster"}, "note", "names a person"),
    ("programme", "zakid", {"note": "says Ministerin Muster"}, "note", "names a person"),
    ("programme", "zakid", {"note": "long" * 500}, "note", "2,000 characters"),
    ("programme", "zakid", {"audience": "everybody"}, "audience", "not one of the known words"),
    ("programme", "zakid", {"embargo_until": "2026-12-01 09:00"}, "embargo_until", ""),
    ("claim", "zakid-jobs-1", {"programme": "zaki"}, "programme", "there is no such programme"),
    ("claim", "zakid-jobs-1", {"measure": "work"}, "measure", "not one of the known words"),
    ("claim", "zakid-jobs-1", {"kind": "envelope"}, "kind", "not a kind of jobs"),
    ("claim", "zakid-jobs-1", {"unit": "EUR"}, "unit", "not a unit of jobs"),
    ("claim", "zakid-money-1", {"unit": "m EUR"}, "unit", "not a unit of money"),
    ("claim", "zakid-money-1", {"amount_min": "16,46"}, "amount_min", "not a plain number"),
    ("claim", "zakid-money-1", {"amount_min": "1e9"}, "amount_min", "not a plain number"),
    ("claim", "zakid-money-1", {"amount_min": "17000000"}, "amount_min", "larger than amount_max"),
    ("claim", "zakid-money-1", {"amount_min": "-1"}, "amount_min", "a promise below zero"),
    ("claim", "zakid-jobs-1", {"amount_min": "", "amount_max": "", "note": ""}, "amount_min", "no amount"),
    ("claim", "zakid-jobs-1", {"state": "realised"}, "state", "not one of the known words"),
    ("claim", "zakid-jobs-1", {"due_on": "2022"}, "due_on", "due before it was stated"),
    ("claim", "zakid-jobs-1", {"by": ""}, "by", "empty"),
    ("claim", "zakid-jobs-1", {"quote_lang": ""}, "quote_lang", "empty"),
    ("claim", "zakid-jobs-1", {"verified": "yes"}, "verified", "neither true nor false"),
    ("claim", "zakid-jobs-1", {"source_url": "cited:a letter", "verified": "true"}, "verified", "nobody can open"),
    ("claim", "zakid-jobs-1", {"overlaps": "zakid-jobs-1"}, "overlaps", "it overlaps itself"),
    ("claim", "zakid-jobs-1", {"overlaps": "zakid-jobs-9"}, "overlaps", "there is no such claim"),
    ("claim", "zakid-jobs-1", {"part_of": "zakid-money-1"}, "part_of", "money cannot hold jobs"),
    ("claim", "zakid-jobs-2", {"part_of": "zakid-jobs-1"}, "part_of", "the part is larger than the whole"),
    ("organisation", "sap", {"country": "Germany"}, "country", "not a country"),
    ("organisation", "sap", {"kind": "firm"}, "kind", "not one of the known words"),
    ("membership", "zakid", {"organisation": "nobody"}, "organisation", "there is no such organisation"),
    ("membership", "zakid", {"role": "boss"}, "role", "not one of the known words"),
    ("membership", "zakid", {"basis": ""}, "basis", "empty"),
    ("location", "zakid", {"nuts3": "DEA1"}, "nuts3", "is no Kreis or département"),
    ("location", "zakid", {"nuts3": "DEA99"}, "nuts3", "DEA99"),
    ("location", "zakid", {"organisation": "sap"}, "programme", "a place belongs to one programme"),
    ("partnership", "sap-mistral", {"event": "zakid"}, "event", "not an event"),
    ("partnership", "sap-mistral", {"programme": "zakid"}, "programme", "its members stand in membership.csv already"),
    ("partnership", "sap-mistral", {"state": "signed"}, "state", "not one of the known words"),
    ("partnership_member", "sap-mistral", {"partnership": "nothing"}, "partnership", "there is no such partnership"),
]


@pytest.mark.parametrize(("table", "key", "cells", "column", "said"), CELLS)
def test_a_wrong_cell_is_named(
    folder: Path, table: str, key: str, cells: dict[str, str], column: str, said: str
) -> None:
    line = change(folder, table, key, **cells)
    found = [one for one in problems(folder) if one.startswith(f"{table}.csv, line {line}, column '{column}'")]
    assert found, problems(folder)
    assert said in found[0]
    assert "Remedy: " in found[0]
    text = cells.get(column, "")
    assert text.strip()[:60] in found[0]


def test_a_doubled_row_is_named(folder: Path) -> None:
    lines = rows(folder, "programme")
    put(folder, "programme", [*lines, lines[1]])
    assert f"programme.csv, line {len(lines) + 1}, column 'id'" in problems(folder)[0]
    assert "the same id as in line 2" in problems(folder)[0]


def test_a_cell_too_many_another_header_and_an_open_quotation_are_named(folder: Path) -> None:
    path = folder / "organisation.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("SAP,", "SAP,,", 1), encoding="utf-8")
    assert "9 cells instead of 8" in "".join(problems(folder))
    path.write_text(good.replace("country", "land", 1), encoding="utf-8")
    assert "organisation.csv, line 1: other columns than the table has" in problems(folder)[0]
    path.write_text(good + '"open', encoding="utf-8")
    assert "not readable as CSV" in "".join(problems(folder))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda text: text.encode("latin-1", "replace"), "not UTF-8"),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "a byte order mark or Windows line ends"),
        (lambda text: text.replace("\n", "\r\n").encode(), "a byte order mark or Windows line ends"),
    ],
)
def test_another_encoding_is_named(folder: Path, broken, said: str) -> None:  # type: ignore[no-untyped-def]
    path = folder / "programme.csv"
    path.write_bytes(broken(path.read_text(encoding="utf-8")))
    assert said in problems(folder)[0]


def test_a_missing_and_an_unknown_table_are_named(folder: Path) -> None:
    (folder / "location.csv").rename(folder / "places.csv")
    said = "".join(problems(folder))
    assert "location.csv: the file is missing" in said
    assert "places.csv: a table that nobody reads" in said


def test_a_partnership_needs_two(folder: Path) -> None:
    put(folder, "partnership_member", [row for row in rows(folder, "partnership_member") if row[1] != "mistral"])
    assert [one for one in problems(folder) if "column 'id' 'sap-mistral'): 1 members" in one or "1 members" in one]


def test_a_circle_of_three_is_named(folder: Path) -> None:
    change(folder, "programme", "5standorte", parent="kinrw")
    change(folder, "programme", "kinrw", parent="zakid")
    assert sum("it leads back to itself" in one for one in problems(folder)) == 3


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    change(folder, "programme", "zakid", kind="x", start="y")
    change(folder, "claim", "zakid-jobs-1", unit="z")
    change(folder, "location", "zakid", nuts3="DEA")
    found = problems(folder)
    assert len(found) == 4
    assert [one.split(".csv")[0] for one in found] == ["programme", "programme", "claim", "location"]


def test_the_same_rows_in_another_order_are_the_same_ledger(folder: Path) -> None:
    before = read(folder).sha256
    for table in TABLES:
        header, *lines = rows(folder, table)
        put(folder, table, [header, *reversed(lines)])
    assert read(folder).sha256 == before
    change(folder, "claim", "zakid-jobs-1", amount_max="31")
    assert read(folder).sha256 != before


def test_no_folder_is_an_empty_ledger(tmp_path: Path) -> None:
    assert read(tmp_path / "none").sha256 == ""


def test_every_measure_has_kinds_and_units() -> None:
    assert set(KINDS) == set(UNITS) == set(TABLES["claim"].column("measure").choices)


# ── In a build ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_changed_claim_makes_another_build_and_an_unchanged_ledger_none(tiny: Project, run) -> None:  # type: ignore[no-untyped-def]
    """Without calculating a figure again, and `etl diff` tells of it."""
    ledger = Path(shutil.copytree(REAL, tiny.data / "ledger"))
    first = run("build", "--from", tiny.delivery)
    assert first.returncode == 0, first.stderr
    assert "same inputs and code" in run("build", "--from", tiny.delivery).stdout
    change(ledger, "claim", "zakid-jobs-1", amount_max="35")
    second = run("build", "--from", tiny.delivery)
    assert second.returncode == 0, second.stderr
    assert "4/4 published" in second.stdout
    assert "0 of 6 indicators to calculate" in second.stdout
    told = run("diff")
    assert told.returncode == 0
    assert "ledger: claim 1 row changed" in told.stdout
    assert run("check").returncode == run("verify").returncode == 0


def test_a_broken_ledger_stops_build_and_check_with_exit_code_13(tiny: Project, run) -> None:  # type: ignore[no-untyped-def]
    ledger = Path(shutil.copytree(REAL, tiny.data / "ledger"))
    assert run("build", "--from", tiny.delivery).returncode == 0
    line = change(ledger, "claim", "zakid-jobs-1", unit="heads")
    for command in (("build", "--from", tiny.delivery), ("check",)):
        done = run(*command)
        assert done.returncode == Exit.CATALOGUE
        assert f"claim.csv, line {line}, column 'unit' 'heads'" in done.stderr
        assert "Traceback" not in done.stderr
