"""The shipped ledger has every row of the research it was made from, says nothing more, and names no person."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from etl.ledger import read
from etl.ledger_tables import TABLES

ROOT = Path(__file__).parents[2]
LEDGER = read(ROOT / "data" / "ledger")
RESEARCH = ROOT.parent / "shared" / "sources" / "programmes"
Row = dict[str, object]
Database = duckdb.DuckDBPyConnection


def table(name: str) -> list[Row]:
    return LEDGER.frames[name].to_dicts()


CLAIMS = {str(row["id"]): row for row in table("claim")}
PROGRAMMES = {str(row["id"]): row for row in table("programme")}
PARTNERSHIPS = {str(row["id"]): row for row in table("partnership")}
#: Partnerships of the summit lost the beginning of their id; the twelve that nobody names are a number, no row.
UNNAMED = "summit-rest"


def research(name: str) -> list[dict[str, str]]:
    if not RESEARCH.is_dir():
        pytest.skip("the research lies beside the project only where it is developed")
    with (RESEARCH / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_origin() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in CLAIMS.values():
        found.setdefault(str(row["origin"]), []).append(row)
    return found


# ── No row lost ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_35_job_figures_and_91_budgets_are_claims() -> None:
    """Counted without the research at hand: the origins are gapless."""
    origins = set(by_origin())
    assert {f"programme_job_figures:{n}" for n in range(1, 36)} <= origins
    assert {f"land_region_ai_budgets:{n}" for n in range(1, 92)} <= origins
    assert not {"programme_job_figures:36", "land_region_ai_budgets:92"} & origins
    assert all(len(rows) == 1 for origin, rows in by_origin().items() if re.fullmatch(r"[a-z_]+:\d+", origin))


def test_every_programme_of_the_research_is_in_the_ledger() -> None:
    ids = {row["id"] for row in research("programmes.csv")}
    assert len(ids) == 87
    here = set(PROGRAMMES) | set(PARTNERSHIPS) | {f"summit-{id_}" for id_ in PARTNERSHIPS}
    assert ids - here == {UNNAMED}


def amounts(row: Row) -> set[float]:
    return {float(str(row[name])) for name in ("amount_min", "amount_max") if row[name] is not None}


@pytest.mark.parametrize(
    ("file", "low", "high", "unit"),
    [
        ("land_region_ai_budgets", "amount_min", "amount_max", "unit"),
        ("programme_job_figures", "jobs_min", "jobs_max", ""),
    ],
)
def test_a_claim_says_what_its_row_of_the_research_says(file: str, low: str, high: str, unit: str) -> None:
    """Amount, unit of money and address; a bound may have become open ('over 400', 'up to 350 m')."""
    rows = research(f"{file}.csv")
    for number, row in enumerate(rows, 1):
        (claim,) = by_origin()[f"{file}:{number}"]
        said = {float(row[name]) for name in (low, high) if row[name]}
        assert amounts(claim) <= said, claim["id"]
        assert bool(amounts(claim)) == bool(said), claim["id"]
        assert claim["source_url"] == [row["source_url"].replace("[", "%5B").replace("]", "%5D")], claim["id"]
        if unit:
            assert str(claim["unit"]).partition("/")[0] == row[unit].split("/")[0].split(" ")[0], claim["id"]


def test_every_amount_of_a_programme_is_a_claim() -> None:
    said = by_origin()
    for row in research("programmes.csv"):
        if not row["funding_eur"]:
            continue
        mine = [claim for origin, rows in said.items() if origin.split(":")[1] == row["id"] for claim in rows]
        amount = float(row["funding_eur"])
        told = {value for claim in mine for value in amounts(claim)}
        if row["id"] == "zakid":  # derived by the research: 17 m and 0.8 m are what was said
            assert {17e6, 0.8e6, 18e6, 16.46e6} <= told
        else:
            assert amount in told, row["id"]


def test_every_city_of_the_research_is_a_place() -> None:
    places = table("location")
    of_programme = {(row["programme"], row["city"], row["nuts3"]) for row in places}
    of_member = {
        (member["partnership"], place["city"], place["nuts3"], place["basis"])
        for member in table("partnership_member")
        for place in places
        if place["organisation"] == member["organisation"]
    }
    cities = research("programme_locations.csv")
    assert len(cities) == 73
    for row in cities:
        if (row["programme_id"], row["city"], row["nuts3_2024"]) in of_programme:
            continue
        key = row["programme_id"].removeprefix("summit-")
        assert (key, row["city"], row["nuts3_2024"], row["city_basis"]) in of_member, row


def test_figures_of_start_ups_and_venture_capital_are_not_claims() -> None:
    addresses = {row["source"] for row in research("startup_vc_figures.csv")}
    assert len(addresses) > 10
    assert not [row["id"] for row in CLAIMS.values() if "EY " in str(row["by"]) or "Startup-Barometer" in str(row)]


# ── What must be in it ───────────────────────────────────────────────────────────────────────────────────────────


def test_zakid_is_complete() -> None:
    said = [row for row in CLAIMS.values() if row["programme"] == "zakid"]
    jobs = {
        (row["kind"], row["amount_min"], row["amount_max"], row["state"]) for row in said if row["measure"] == "jobs"
    }
    assert jobs == {("direct", 30.0, 30.0, "announced"), ("indirect", 500.0, 500.0, "announced")}
    money = {(row["amount_min"], row["state"]) for row in said if row["measure"] == "money"}
    assert money == {(16.46e6, "applied"), (17e6, "granted"), (0.8e6, "granted"), (18e6, "granted")}
    stars = [row for row in said if row["measure"] == "assessment"]
    assert [(row["amount_min"], row["unit"], row["by"]) for row in stars] == [
        (3.0, "stars", "Strukturstärkungsrat (Rheinische Post)")
    ]
    assert not [row for row in said if row["state"] in ("reported", "verified") and row["measure"] != "assessment"]
    partners = {row["organisation"] for row in table("membership") if row["programme"] == "zakid"}
    assert {"stadt-duisburg", "fraunhofer-ims", "ude", "krohne", "bafa", "land-nw"} == partners
    assert PROGRAMMES["zakid"]["parent"] == "5standorte"


def test_six_of_the_eighteen_partnerships_of_the_summit_are_named(database: Database) -> None:
    """Derived: the claim of 18 with its sources, and the partnerships announced there."""
    row = database.execute("select announced, claim, named from event where programme = 'summit-2025'").fetchone()
    assert row == (18.0, "summit-2025-partnerships-1", 6)
    claim = CLAIMS["summit-2025-partnerships-1"]
    assert "18 neue strategische Partnerschaften" in str(claim["quote"])
    assert len(list(claim["source_url"])) == 2  # type: ignore[call-overload]


def members(partnership: str, database: Database) -> set[str]:
    rows = database.execute("select organisation from partnership_member where partnership = ?", [partnership])
    return {organisation for (organisation,) in rows.fetchall()}


def test_partnerships_are_what_was_announced(database: Database) -> None:
    assert members("charite-gr-owkin", database) == {"charite", "gustave-roussy", "owkin"}
    assert members("inria-dfki", database) == {"inria", "dfki"}
    assert len(members("estia", database)) == 12
    assert len(members("kikz", database)) == 6
    assert members("bw-fr-network", database) == {
        *("diz", "allianz-industrie-40", "bw-i", "cyberforum", "fzi", "steinbeis")
    }
    country = {row["id"]: row["country"] for row in table("organisation")}
    for inside in ("allianz-parloa", "mercedes-bfl"):
        assert {country[one] for one in members(inside, database)} == {"DE"}
    assert {country[one] for one in members("bw-fr-network", database)} == {"DE"}, "no French region is named"


def test_families_are_whole() -> None:
    families = Counter(row["family"] for row in PROGRAMMES.values())
    assert families["IA-Cluster"] == 9
    assert families["KI-Kompetenzzentrum"] == 6
    assert families["EDIH"] == 8
    awards = [row for row in CLAIMS.values() if str(row["programme"]).startswith("iac-") and row["kind"] == "grant"]
    assert sum(float(str(row["amount_min"])) for row in awards) == 360e6, "the sum the research checked"


def test_nobody_has_opened_an_address_yet() -> None:
    """A claim is verified by a person who opened its address; the research could not."""
    assert not [id_ for id_, row in CLAIMS.items() if row["verified"]]
    assert not [id_ for id_, row in PARTNERSHIPS.items() if row["verified"]]


def test_seats_from_memory_are_marked() -> None:
    basis = {row["organisation"]: row["basis"] for row in table("location") if row["organisation"]}
    assert [basis[one] for one in ("sap", "mistral", "allianz", "owkin")] == ["memory"] * 4
    assert [basis[one] for one in ("helsing", "charite", "dfki")] == ["read"] * 3


# ── Nothing that must not be in it ───────────────────────────────────────────────────────────────────────────────

#: SHA-256, first 12 digits, of family names in the seeds and the research, in small letters without accents: the names
#: themselves belong into no file of the project.
PERSONS = {
    *("02306135386b", "059780e4fe65", "05ec826eaff3", "0cd01a13062a", "0fd685b4f921", "1232cfcb86e6"),
    *("18c326394a5e", "248d0aa0f146", "27bceccd1f06", "322f965a2919", "334716d9f60e", "44dfeccef0cc"),
    *("4bdecf0b75b2", "4e9e2743b060", "5057cf18ab03", "538efbc19a86", "60d57a6edb56", "6cf4a733d040"),
    *("6faa9a489beb", "7e66434f36f5", "8046249c76c0", "80f70afeef3c", "855496210f10", "855497aa0d41"),
    *("93dbfb11695a", "98a0d79add94", "9e5b452824a6", "a6e2b316ebc3", "a95dc4e899ac", "abfec51357f8"),
    *("ad64e56f214e", "b54a1af8b666", "ba86077be401", "bce6e56d30ad", "bd8fa67ee09b", "c5f975b35c72"),
    *("cb827bd5e55b", "cdc6b897bca0", "d1d9e4be0f16", "e0550f209134", "e9f56e86c1e5", "eb0035ca0697"),
    *("eb5274e0f6a6", "ee1129296aac", "f72ffe2e4f06"),
}


def words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return set(re.findall(r"[a-z]{4,}", plain))


def hashed(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()[:12]


def test_no_person_is_named() -> None:
    """In no cell but the addresses, which are the publishers'."""
    assert hashed("mustermann") not in PERSONS
    for name, shape in TABLES.items():
        columns = [column.name for column in shape.columns if column.form in ("text", "id")]
        for row in table(name):
            for column in columns:
                found = {word for word in words(str(row[column])) if hashed(word) in PERSONS}
                assert not found, (name, column, row[shape.key[0]])


def test_every_note_is_a_whole_sentence_in_each_language() -> None:
    for row in (*CLAIMS.values(), *PROGRAMMES.values(), *PARTNERSHIPS.values()):
        for note in (row["note"], row["note_de"], row["note_fr"]):
            assert not note or re.search(r"[.!?»“”)]$", str(note)), row["id"]
        assert len({bool(row[name]) for name in ("note", "note_de", "note_fr")}) == 1, f"{row['id']}: a language lacks"


# ── In the build ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_build_holds_the_ledger_row_by_row(database: Database) -> None:
    for name, shape in TABLES.items():
        here = database.execute("select count(*) from " + name).fetchone()
        if name != "partnership_member":
            assert here == (LEDGER.frames[name].height,), name
        assert shape.key


def test_nothing_is_added_across_kinds_or_claims(database: Database) -> None:
    """Every figure of the summary is a figure that somebody stated for just this kind and unit."""
    rows = database.execute("""
        select programme, measure, kind, unit, unnest([promised_min, promised_max, latest_min, latest_max,
               reported_min, reported_max]) as figure from progress
    """).fetchall()
    stated: dict[tuple[object, ...], set[float]] = {}
    for row in CLAIMS.values():
        stated.setdefault((row["programme"], row["measure"], row["kind"], row["unit"]), set()).update(amounts(row))
    figures = [row for row in rows if row[-1] is not None]
    assert len(figures) > 400
    assert not [row for row in figures if row[-1] not in stated[row[:-1]]]
    assert {row[:-1] for row in rows} == set(stated)


def test_a_part_is_never_beside_its_whole(database: Database) -> None:
    """ZaKI.D's 17 m and 0.8 m are parts of the 18 m of the headlines: the range is of the whole ones."""
    row = database.execute("""
        select promised_min, promised_max, latest_min, latest_max, reports, state from progress
        where programme = 'zakid' and measure = 'money'
    """).fetchone()
    assert row == (16.46e6, 18e6, 18e6, 18e6, 0, "granted")


def test_no_report_is_no_row_of_zero(database: Database) -> None:
    silent = (
        "select count(*) from progress where reports = 0 and (reported_min is not null or reported_max is not null)"
    )
    assert database.execute(silent).fetchone() == (0,)
    reported = database.execute("select count(*) from progress where reports > 0").fetchone()
    assert reported is not None
    assert reported[0] > 20


def test_a_programme_touches_the_regions_of_its_places_and_all_above(database: Database) -> None:
    rows = database.execute("select distinct region from programme_region where programme = 'zakid'").fetchall()
    assert {region for (region,) in rows} == {"DEA12", "DEA1", "DEA", "DE"}
    unknown = "select distinct region from programme_region anti join region on region.code = programme_region.region"
    assert database.execute(unknown).fetchall() == []
