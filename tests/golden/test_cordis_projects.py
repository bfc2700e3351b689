"""CORDIS: from two zips to the exact tidy table, the rule for AI, head offices, what is refused.

The files are constructed in the exact published format (headers, quoting and decimal marks as published); bodies and
places are real, projects and amounts are made up. No figure of them is shipped.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import codes
from etl.model import Delivery, DeliveryError
from etl.sources import cordis_projects
from tests.golden.delivered import written

Row = list[str]
Tables = dict[str, list[Row]]

#: 2026: with the column `nature`, which the dump of 2025 did not have.
PROJECT = """id acronym status title startDate endDate totalCost ecMaxContribution legalBasis topics ecSignatureDate
frameworkProgramme masterCall subCall fundingScheme nature objective contentUpdateDate rcn grantDoi"""
ORGANIZATION = """projectID projectAcronym organisationID vatNumber name shortName SME activityType street postCode city
country nutsCode geolocation organizationURL contactForm contentUpdateDate rcn order role ecContribution
netEcContribution totalCost endOfParticipation active"""
SCIVOC = ["projectID", "euroSciVocCode", "euroSciVocPath", "euroSciVocTitle", "euroSciVocDescription"]
TOPICS = ["projectID", "topic", "title"]
AI = "/23/47/297"
MPG = "MAX-PLANCK-GESELLSCHAFT ZUR FORDERUNG DER WISSENSCHAFTEN EV"


def project(number: int, signed: str, maximum: str, objective: str = "We study learning; and more.") -> Row:
    before = [str(number), "ACRO", "SIGNED", "A title", "2030-01-01", "2033-12-31", "0", maximum, "HORIZON.1.1", "T-1"]
    return [*before, signed, "HORIZON", "C", "C", "RIA", "", objective, "2025-02-24 17:23:14", "7", f"10.3030/{number}"]


def body(number: int, name: str, country: str, nuts: str, net: str, pic: str = "1", role: str = "participant") -> Row:
    gross = "" if role == "associatedPartner" else "0.0" if role == "thirdParty" else net
    before = [str(number), "ACRO", pic, "", name, "", "false", "REC", "A STREET 1", "1", "Anywhere", country, nuts]
    after = ["48.1,11.5", "", "", "2025-02-24 17:23:14", "3", "1", role, gross, net, "214236,79", "false", ""]
    return [*before, *after]


def horizon() -> Tables:
    return {
        "project.csv": [
            PROJECT.split(),
            project(101000001, "2022-05-01", "1000000,5"),
            project(101000002, "2023-01-10", "100000", "first line\nsecond line; with a semicolon"),
            project(101000003, "2023-01-10", "3000000,25"),
            project(101000004, "2023-01-10", "50000", '"The action ""X"" works"'),
            project(101000005, "2021-12-31", "60000"),
        ],
        "organization.csv": [
            ORGANIZATION.split(),
            body(101000001, MPG, "DE", "DE212", "400000.5", "999990267", "coordinator"),
            body(101000001, "TECHNISCHE UNIVERSITAET MUENCHEN", "DE", "DE212", "200000"),
            body(101000001, "UNIVERSITE DE TOULOUSE", "FR", "FRJ23", "199999.75"),
            body(101000001, "FONDATION EUROPEENNE DE LA SCIENCE", "FR", "FR", "100000.25", role="thirdParty"),
            body(101000001, "UNIVERSITY OF OXFORD", "UK", "UKJ14", "", role="associatedPartner"),
            body(101000001, "NATIONAL TECHNICAL UNIVERSITY OF ATHENS", "EL", "EL303", "100000"),
            body(101000002, "TECHNISCHE UNIVERSITAET ILMENAU", "DE", "DEG0F", "50000"),
            body(101000002, "A FIRM IN ARNSTADT", "DE", "DEG0T", "25000"),
            body(101000002, "INSTITUT NATIONAL DE RECHERCHE EN INFORMATIQUE ET AUTOMATIQUE", "FR", "FR103", "25000"),
            body(101000003, "TECHNISCHE UNIVERSITAET BERLIN", "DE", "DE300", "3000000.25"),
            body(101000005, "UNIVERSITE DE LA REUNION", "FR", "FRY40", "60000"),
        ],
        "euroSciVoc.csv": [
            [*SCIVOC],
            ["101000001", f"{AI}/30014", "/natural sciences/…/machine learning", "machine learning", ""],
            ["101000001", "/23/43/251", "/natural sciences/physical sciences/optics", "optics", ""],
            ["101000002", AI, "/natural sciences/…/artificial intelligence", "artificial intelligence", ""],
            ["101000003", "/23/47/2970", "/natural sciences/computer and information sciences/other", "other", ""],
            ["101000005", f"{AI}/1/2", "/natural sciences/…", "computer vision", ""],
        ],
        "topics.csv": [
            TOPICS,
            *([str(101000000 + n), "T-1", "A topic"] for n in range(1, 6)),
            ["101000001", "T-2", "Another"],
        ],
        "information.csv": [["note"], ["not read"]],
    }


def h2020() -> Tables:
    return {
        "project.csv": [
            PROJECT.split(),
            project(800001, "2016-03-03", "200000"),
            project(800002, "2021-01-15", "30000,00"),
        ],
        "organization.csv": [
            ORGANIZATION.split(),
            body(800001, "CENTRE NATIONAL DE LA RECHERCHE SCIENTIFIQUE CNRS", "FR", "FR101", "120000", "999997930"),
            body(800001, "UNIVERSITE D'AIX MARSEILLE", "FR", "FR824", "80000"),
            body(800002, "CHARITE", "DE", "DE30", "30000"),
        ],
        "euroSciVoc.csv": [SCIVOC[:4], ["800001", AI, "/…", "ai"], ["800002", AI, "/…", "ai"]],
        "topics.csv": [TOPICS, ["800001", "ICT-1", "x"], ["800002", "ICT-1", "x"]],
    }


def packed(tables: Tables, raw: dict[str, bytes] | None = None) -> bytes:
    """A zip of CSVs as CORDIS writes them: every field quoted, quotes doubled – but not those around a whole text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            lines = [";".join(f'"{cell}"' for cell in row) for row in rows]
            archive.writestr(name, (raw or {}).get(name) or ("\n".join(lines) + "\n").encode())
    return out.getvalue()


def delivery(folder: Path, he: Tables | bytes | None = None, old: Tables | bytes | None = None) -> Delivery:
    he, old = he if he is not None else horizon(), old if old is not None else h2020()
    zips = [tables if isinstance(tables, bytes) else packed(tables) for tables in (he, old)]
    found = written(folder, cordis_projects.SOURCE, horizon=zips[0], h2020=zips[1])
    dated = {key: replace(raw, retrieved=date(2023, 6, 1)) for key, raw in found.files.items()}
    return replace(found, files=dated)


def placed(tidy: pl.DataFrame, measure: str) -> list[tuple[object, ...]]:
    some = tidy.filter(pl.col("value") > 0, pl.col("region").str.len_chars() == 5, measure=measure)
    return some.select("region", "period", "value", "status", "reason", "file").rows()


def test_the_zips_become_exactly_these_rows(tmp_path: Path) -> None:
    tidy = cordis_projects.parse(delivery(tmp_path))
    assert placed(tidy, "ai_net") == [
        ("DE212", "2022", 600000.5, "", "", "horizon"),
        ("DE300", "2021", 30000, "", "", "h2020"),
        ("DEG0T", "2023", 75000, "p", "year_running", "horizon"),
        ("FR101", "2016", 120000, "", "", "h2020"),
        ("FR103", "2023", 25000, "p", "year_running", "horizon"),
        ("FRJ23", "2022", 199999.75, "", "", "horizon"),
        ("FRL04", "2016", 80000, "", "", "h2020"),
        ("FRY40", "2021", 60000, "", "", "horizon"),
    ]
    assert placed(tidy, "ai_projects") == [
        ("DE212", "2022", 1, "", "", "horizon"),
        ("DE300", "2021", 1, "", "", "h2020"),
        ("DEG0T", "2023", 1, "p", "year_running", "horizon"),
        ("FR101", "2016", 1, "", "", "h2020"),
        ("FR103", "2023", 1, "p", "year_running", "horizon"),
        ("FRJ23", "2022", 1, "", "", "horizon"),
        ("FRL04", "2016", 1, "", "", "h2020"),
        ("FRY40", "2021", 1, "", "", "horizon"),
    ]
    every = {code for level in codes.MAP_LEVELS for code in codes.units(level)}
    assert tidy.height == 4 * 8 * len(every)  # four measures, 2016 to 2023


def find(tidy: pl.DataFrame, measure: str, region: str, year: int) -> tuple[object, ...]:
    found = tidy.filter(measure=measure, region=region, period=str(year))
    assert found.height == 1
    return found.select("value", "status", "reason").row(0)


def test_money_is_summed_upwards_and_a_country_only_code_counts_for_the_country(tmp_path: Path) -> None:
    tidy = cordis_projects.parse(delivery(tmp_path))
    assert find(tidy, "ai_net", "FR", 2022) == (300000, "", "own_sum_unplaced")
    assert find(tidy, "ai_net", "FRJ", 2022) == (199999.75, "", "own_sum")
    assert find(tidy, "ai_net", "FR101", 2022) == (0, "u", "none_placed")
    assert find(tidy, "ai_net", "DE300", 2022) == (0, "", "")
    assert find(tidy, "ai_net", "DE", 2022) == (600000.5, "", "own_sum")
    assert find(tidy, "ai_participations", "DE", 2022)[0] == 2
    assert find(tidy, "ai_projects", "DE", 2022)[0] == 1
    assert find(tidy, "ai_participations", "DEG0T", 2023)[0] == 2
    assert find(tidy, "ai_net", "FRY4", 2021) == (60000, "", "own_sum")


def test_head_offices_are_left_out_of_the_second_measure(tmp_path: Path) -> None:
    tidy = cordis_projects.parse(delivery(tmp_path))
    without = "ai_net_without_hq"
    assert find(tidy, without, "DE212", 2022)[0] == 200000  # Max Planck is gone, the university stays
    assert find(tidy, without, "FR103", 2023) == (0, "p", "year_running")  # Inria
    assert find(tidy, without, "FR", 2016)[0] == 80000  # CNRS
    assert find(tidy, without, "FRJ23", 2022) == find(tidy, "ai_net", "FRJ23", 2022)


def test_the_rule_for_ai_is_a_field_and_what_lies_below_it(tmp_path: Path) -> None:
    """/23/47/2970 only begins with the same digits; a project without any field is no AI project."""
    tidy = cordis_projects.parse(delivery(tmp_path))
    assert tidy.filter(measure="ai_net", region="DE300", period="2023")["value"].item() == 0
    assert cordis_projects.AI_FIELD == AI


def test_no_name_of_a_participant_leaves_the_parser(tmp_path: Path) -> None:
    tables = horizon()
    tables["organization.csv"].append(body(101000002, "ERIKA MUSTERMANN", "DE", "DE212", "0"))
    text = cordis_projects.parse(delivery(tmp_path, tables)).write_csv()
    assert "MUSTERMANN" not in text
    assert "UNIVERSITAET" not in text


def test_columns_may_stand_in_another_order_or_be_new(tmp_path: Path) -> None:
    before = cordis_projects.parse(delivery(tmp_path))
    tables = horizon()
    for name in ("project.csv", "organization.csv", "euroSciVoc.csv"):
        header, *rows = tables[name]
        first, *rest = header  # the identifier begins each record
        order = [first, *reversed(rest)]
        tables[name] = [[*order, "newColumn"], *([*(row[header.index(key)] for key in order), "x"] for row in rows)]
    assert cordis_projects.parse(delivery(tmp_path, tables)).equals(before)


def change(member: str, line: int, column: str, text: str) -> Callable[[Tables], Tables]:
    def apply(tables: Tables) -> Tables:
        header = tables[member][0]
        tables[member][line - 1][header.index(column)] = text
        return tables

    return apply


def without_row(member: str, line: int) -> Callable[[Tables], Tables]:
    def apply(tables: Tables) -> Tables:
        del tables[member][line - 1]
        return tables

    return apply


def every(member: str, column: str, new: Callable[[str], str]) -> Callable[[Tables], Tables]:
    def apply(tables: Tables) -> Tables:
        at = tables[member][0].index(column)
        for row in tables[member][1:]:
            row[at] = new(row[at])
        return tables

    return apply


def renamed(member: str, column: str, name: str) -> Callable[[Tables], Tables]:
    return change(member, 1, column, name)


def no_member(name: str) -> Callable[[Tables], Tables]:
    return lambda tables: {key: rows for key, rows in tables.items() if key != name}


def twice(member: str, line: int) -> Callable[[Tables], Tables]:
    def apply(tables: Tables) -> Tables:
        tables[member].append(tables[member][line - 1])
        return tables

    return apply


ZIP = r"cordis-HORIZONprojects-csv\.zip"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (no_member("organization.csv"), rf"{ZIP}: the archive lacks 'organization\.csv'"),
        (no_member("topics.csv"), rf"{ZIP}: the archive lacks 'topics\.csv'"),
        (without_row("project.csv", 4), r"project\.csv: 4 projects, but topics\.csv is about 5"),
        (without_row("topics.csv", 4), r"project\.csv: 5 projects, but topics\.csv is about 4"),
        (twice("project.csv", 2), r"project\.csv, line 8, column 'id': two rows have the same key"),
        (
            renamed("organization.csv", "netEcContribution", "netContribution"),
            r"organization\.csv, line 1, column 'netEcContribution': the column is missing; new in the file:.*netContr",
        ),
        (renamed("organization.csv", "vatNumber", "country"), r"column 'country': the column stands twice"),
        (
            change("organization.csv", 2, "netEcContribution", "400000,5"),
            r"organization\.csv, line 2, column 'netEcContribution': '400000,5' is not a number .*a decimal comma\?",
        ),
        (
            change("project.csv", 2, "ecMaxContribution", "1000000.5"),
            r"project\.csv, line 2, column 'ecMaxContribution': '1000000\.5' is not a number",
        ),
        (change("organization.csv", 3, "netEcContribution", "-1"), "line 3, column 'netEcContribution': contrib"),
        (change("organization.csv", 3, "netEcContribution", "9e11"), "line 3, column 'netEcContribution': contrib"),
        (every("organization.csv", "netEcContribution", lambda text: text.replace(".", "")), "participants of AI"),
        (every("organization.csv", "netEcContribution", lambda _: ""), "participants of AI projects get 0 EUR"),
        (without_row("organization.csv", 2), "participants of AI projects get .*rows were lost"),
        (change("organization.csv", 2, "nutsCode", "DEX99"), "line 2, column 'nutsCode': 'DEX99' is no region"),
        (change("project.csv", 2, "ecSignatureDate", ""), "line 2, column 'ecSignatureDate': '' is no date"),
        (change("project.csv", 3, "ecSignatureDate", "10.01.2023"), r"line 3, column 'ecSignatureDate': '10\.01"),
        (every("euroSciVoc.csv", "euroSciVocCode", lambda code: "/99" + code), "0 projects have the field /23/47/297"),
        (change("euroSciVoc.csv", 2, "projectID", "999"), "3 projects have the field .*2 of them"),
        (
            lambda tables: {**tables, "project.csv": [PROJECT.split()]},
            r"project\.csv, line 1: the file has a header and no",
        ),
    ],
)
def test_a_changed_delivery_is_refused(tmp_path: Path, changed: Callable[[Tables], Tables], message: str) -> None:
    with pytest.raises(DeliveryError, match=message) as caught:
        cordis_projects.parse(delivery(tmp_path, changed(horizon())))
    assert "cordis-HORIZONprojects-csv.zip" in str(caught.value)
    assert "Remedy:" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed(horizon())[:-300], rf"{ZIP}: the zip file is damaged or cut short"),
        (packed(horizon())[:1000], rf"{ZIP}: the zip file is damaged or cut short"),
        (b"<!DOCTYPE html><html>Service unavailable</html>", rf"{ZIP}: this is a web page, not the zip file"),
        (packed(horizon(), {"organization.csv": b"<html>moved</html>"}), r"organization\.csv, line 1: this is a web"),
        (packed(horizon(), {"project.csv": '"id"\n"é"\n'.encode("latin-1")}), r"project\.csv, line 2: byte 6 is not"),
        (packed(horizon(), {"project.csv": b'"id";"acr'}), r"project\.csv, line 1: a cell is not quoted"),
        (packed(horizon(), {"project.csv": b"0" * 30_000_000}), r"project\.csv: .* this looks like a zip bomb"),
        (packed({**horizon(), "../project.csv": [PROJECT.split()]}), r"'\.\./project\.csv' would be written outside"),
    ],
)
def test_a_broken_zip_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        cordis_projects.parse(delivery(tmp_path, content))


def test_one_programme_alone_is_no_delivery(tmp_path: Path) -> None:
    """Without Horizon 2020 the years up to 2021 would be too low."""
    with pytest.raises(DeliveryError, match=r"lacks a required file.*cordis-h2020projects-csv\.zip"):
        written(tmp_path, cordis_projects.SOURCE, horizon=packed(horizon()))


def test_a_participation_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"organization\.csv, line 13, .*two rows have the same key"):
        cordis_projects.parse(delivery(tmp_path, twice("organization.csv", 10)(horizon())))


def test_an_empty_amount_is_nothing_for_an_associated_partner_and_unknown_for_others(tmp_path: Path) -> None:
    """A participant without an amount has one that we do not know; only associated partners pay for themselves."""
    tables = horizon()
    tables["organization.csv"].append(body(101000002, "UNIVERSITE DE LILLE", "FR", "FRE11", "", role="participant"))
    tables["organization.csv"].append(body(101000002, "A PARTNER", "FR", "FRH01", "", role="associatedPartner"))
    tidy = cordis_projects.parse(delivery(tmp_path, tables))
    assert find(tidy, "ai_net", "FRE11", 2023) == (None, "m", "amounts_missing")
    assert find(tidy, "ai_net", "FRH01", 2023) == (0, "p", "year_running")


def test_a_signature_in_the_future_is_refused(tmp_path: Path) -> None:
    """It would give every region counted zeros for years that are not there yet."""
    future = change("project.csv", 2, "ecSignatureDate", "2032-05-01")(horizon())
    with pytest.raises(DeliveryError, match=r"line 2, column 'ecSignatureDate': '2032' is no year from 2013 to 2023"):
        cordis_projects.parse(delivery(tmp_path, future))
