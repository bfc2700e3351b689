"""The ledger as each audience sees it: what goes with a withheld programme, and what comes back with it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl import ledger
from etl.audience import Audience, View
from etl.ledger_tables import TABLES
from etl.ledger_view import moments, seen

END = datetime(2026, 12, 2, 8, tzinfo=UTC)
BEFORE, AFTER = (
    View(Audience.PUBLIC, datetime(2026, 12, 2, 7, 59, 59, tzinfo=UTC)),
    View(Audience.PUBLIC, END),
)
INSIDE = View(Audience.INTERNAL, END)
WEB = "https://example.org/x"
EMBARGO = {"embargo_until": "2026-12-02T09:00 Europe/Berlin"}


def programme(id_: str, **more: str) -> dict[str, str]:
    plain = {"name": id_, "kind": "project", "status": "active", "scope": "land", "regions": "DED", "source_url": WEB}
    return {"id": id_, **plain, **more}


def claim(id_: str, of: str, **more: str) -> dict[str, str]:
    amount = {"measure": "jobs", "kind": "direct", "amount_min": "3", "amount_max": "3", "unit": "jobs"}
    return {
        **{
            "id": id_,
            "programme": of,
            **amount,
            "state": "announced",
            "by": "x",
            "source_url": WEB,
            "verified": "false",
        },
        **more,
    }


def write(folder: Path, *, whole: bool = False, **rows: list[dict[str, str]]) -> Path:
    """Tables of a ledger; `whole`: all of them, as in data/ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES if whole else rows:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            columns = [column.name for column in TABLES[name].columns]
            writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows.get(name, []))
    return folder


def company(id_: str) -> dict[str, str]:
    return {"id": id_, "name": id_, "kind": "company", "country": "DE"}


def member(of: str, organisation: str) -> dict[str, str]:
    return {"programme": of, "organisation": organisation, "role": "partner", "basis": "read"}


def place(city: str, **of: str) -> dict[str, str]:
    return {"city": city, "nuts3": "DED21", "role": "site", "basis": "read", **of}


def partnership(id_: str, of: str) -> dict[str, str]:
    plain = {"name": id_, "kind": "consortium", "state": "active", "source_url": WEB, "verified": "false"}
    return {"id": id_, "programme": of, **plain}


@pytest.fixture
def told(tmp_path: Path) -> ledger.Ledger:
    """A public programme, one under embargo beside it, and an internal one in the other folder."""
    public = write(
        tmp_path / "ledger",
        whole=True,
        programme=[programme("known"), programme("new", **EMBARGO), programme("child", parent="new")],
        claim=[
            claim("known-1", "known", overlaps="new-1|known-2"),
            claim("known-2", "known"),
            claim("known-3", "known", audience="internal"),
            claim("new-1", "new"),
        ],
        organisation=[company("both"), company("newcomer"), company("unnamed")],
        membership=[member("known", "both"), member("new", "both"), member("new", "newcomer")],
        location=[place("Dresden", programme="new"), place("Leipzig", organisation="newcomer")],
        partnership=[partnership("p", "new")],
    )
    inside = write(
        tmp_path / "internal",
        programme=[programme("secret"), programme("soon", **EMBARGO)],
        claim=[claim("known-9", "known")],
        organisation=[company("spy"), company("guest")],
        membership=[member("known", "spy"), member("secret", "both"), member("soon", "guest")],
        location=[place("Chemnitz", programme="known"), place("Plauen", organisation="guest")],
    )
    return ledger.read(public, inside)


def keys(found: ledger.Ledger, name: str) -> set[str]:
    column = {"membership": "organisation", "location": "city"}.get(name, "id")
    return set(found.frames[name][column])


def test_before_the_end_nothing_leads_to_what_is_withheld(told: ledger.Ledger) -> None:
    public = seen(told, BEFORE)
    assert {name: keys(public, name) for name in ("programme", "claim", "organisation", "membership", "location")} == {
        "programme": {"known", "child"},
        "claim": {"known-1", "known-2"},
        "organisation": {"both", "unnamed"},
        "membership": {"both"},
        "location": set(),
    }
    assert public.frames["partnership"].is_empty()
    rows = {row["id"]: row for name in ("programme", "claim") for row in public.frames[name].iter_rows(named=True)}
    assert (rows["child"]["parent"], rows["known-1"]["overlaps"]) == ("", ["known-2"])


def test_at_the_end_it_is_there_with_all_that_belongs_to_it(told: ledger.Ledger) -> None:
    public = seen(told, AFTER)
    assert keys(public, "programme") == {"known", "child", "new", "soon"}
    assert keys(public, "claim") == {"known-1", "known-2", "new-1"}
    assert keys(public, "organisation") == {"both", "unnamed", "newcomer", "guest"}
    assert keys(public, "location") == {"Dresden", "Leipzig", "Plauen"}
    assert keys(public, "partnership") == {"p"}
    assert moments(told) == {END}


def test_inside_everything_is_there(told: ledger.Ledger) -> None:
    assert seen(told, INSIDE) is told
    assert keys(told, "programme") >= {"secret", "soon", "new"}
    assert keys(told, "claim") >= {"known-9", "known-3"}


def test_what_is_withheld_leaves_no_trace_in_the_hash(tmp_path: Path) -> None:
    public = write(tmp_path / "ledger", whole=True, programme=[programme("known")])
    inside = write(tmp_path / "internal", programme=[programme("secret")], organisation=[company("spy")])
    assert seen(ledger.read(public, inside), BEFORE).sha256 == ledger.read(public).sha256
    assert seen(ledger.read(tmp_path / "nowhere", inside), BEFORE).sha256 == ""


def test_an_id_of_the_other_folder_is_refused(tmp_path: Path) -> None:
    public = write(tmp_path / "ledger", whole=True, programme=[programme("known")])
    inside = write(tmp_path / "internal", programme=[programme("known")])
    with pytest.raises(ledger.LedgerError, match="another folder"):
        ledger.read(public, inside)
