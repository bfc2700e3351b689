"""Of what is withheld, people of the internal atlas see what lies within their scopes, and of nothing else a trace.

The canaries are Saxony's. A real server is asked by somebody from Saxony and by somebody from Thuringia; with the
filter switched off the same questions find them in Thuringia, too.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import desking
import httpx
import pytest
from canaries import IDS, INDICATOR, PROGRAMME, REGION, TEXTS, copy_of, plant
from desking import BEHIND, PASSWORD, Atlas
from exits import Crawl, addresses
from handing import CLAIM, FIGURE, as_csv, checked, entered, refused
from serving import free_port, serving
from test_leak import FAR, contents, leaks, run, shown, without_echo

from dashboard.desk import passwords
from dashboard.desk.roles import load
from dashboard.desk.scoped import Scoped, settled
from dashboard.store import Store

PEOPLE = {
    "anna": ("contributor", ["DED", "DED2"]),
    "gerd": ("contributor", ["DEG"]),
    "gisa": ("releaser", ["DEG"]),
    "paul": ("reader", [PROGRAMME]),
    "rita": ("releaser", ["*"]),
}
FIGURES = {"label", "member", "note", "publisher", "value, desk"}
LEDGER = {"programme", "claim", "organisation"}
#: What an answer says back where it was asked for, or rounds; builds are searched for these, too.
OF_FIGURES = {"id of indicator", "id of source", "file"}
OF_LEDGER = {"id of programme", "id of organisation", "value, claim"}
ENTRY = ["/de/desk", "/de/desk/audit"]
UPLOAD = "Laternenfischliste"
_OFF = """
import sys
from etl.audience import View
from etl.cli import main
View.covers = lambda self, regions, programme="": bool(self.scopes)
sys.exit(main(["build"], print))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """An internal atlas with Saxony's canaries; its desk has said for whom builds are to be made."""
    folder = tmp_path_factory.mktemp("scopes")
    data, port = copy_of(Path(__file__).parents[2] / "data", folder), free_port()
    plant(data, datetime.now(UTC) + FAR)
    more = desking.pilot(data, f"http://127.0.0.1:{port}") | BEHIND | {"ATLAS_WORKERS": "1"}
    people = [desking.person("account", name, role, scopes) for name, (role, scopes) in PEOPLE.items()]
    roles = desking.roles(data, *people)
    for name in PEOPLE:
        passwords.change(Path(more["ATLAS_PASSWORDS"]), name, PASSWORD)
    Scoped(data, data / "internal" / "desk").expect(load(roles))
    run(data, "-m", "etl", "build")
    with serving(data, folder / "log", more=more, port=port) as address:
        yield Atlas(address, data, folder / "log", environment=tuple(more.items()))


@contextmanager
def asking(house: Atlas, name: str) -> Iterator[Crawl]:
    """A crawl by somebody who signed in."""
    with entered(house, name) as client:
        crawl = Crawl(house.address)
        crawl.client = client
        client.follow_redirects = True
        yield crawl


def exits(house: Atlas) -> list[str]:
    """What is asked: every page and route that names a canary or nothing at all, and the desk's own."""
    about = (*IDS, REGION, "/data", "/status", "/partnerships", "/feeds/")
    plain = [one for one in addresses() if one.startswith("/de/") and "?" not in one and any(x in one for x in about)]
    named = [
        f"/de/{page}?indicator={INDICATOR}&region=DED2&level=nuts2&q=Nackt" for page in ("map", "find", "programmes")
    ]
    ids = [path.parent.name for path in (house.data / "internal/desk/uploads").glob("*/upload.json")]
    desk = [f"/de/desk/draft/{id_}{more}" for id_ in ids for more in ("", "/refused.csv")]
    return [*plain, *named, *desk, "/de/desk/upload", *ENTRY]


def traces(house: Atlas, name: str, wanted: list[str] | None = None) -> set[str]:
    """The canaries that somebody finds, in whatever answer."""
    with asking(house, name) as crawl:
        for address in wanted or exits(house):
            crawl.get(address)
    assert sum(b"Kein Zugang" in one for one in crawl.answers.values()) == 0
    answers = {where: without_echo(content) for where, content in crawl.answers.items()}
    found: set[str] = set().union(*leaks(answers).values())
    mine = {where for where, content in answers.items() if UPLOAD.encode() in content}
    return found | ({"upload"} if mine else set())


def test_a_land_sees_its_own_and_no_trace_of_another(house: Atlas) -> None:
    with entered(house, "anna") as anna:
        claim = CLAIM | {"programme": PROGRAMME, "quote": TEXTS["claim"], "id": "x", "amount_min": "zwei"}
        checked(anna, "claim", as_csv(claim), f"{UPLOAD}.csv")
    saxon = traces(house, "anna")
    assert saxon >= FIGURES | LEDGER | {"upload"}
    assert "value, official" not in saxon, "a delivery on terms for all of Germany is not a Land's"
    assert traces(house, "gerd") == set()
    assert traces(house, "gisa", ENTRY) == set(), "nor the audit log"
    with httpx.Client(base_url=house.address) as stranger:
        seen = {where: stranger.get(where).content for where in ("/health/ready", "/de/desk/sign-in", "/de/map")}
    assert leaks(seen) == {}


def test_a_programme_is_a_scope_and_everything_is_one(house: Atlas) -> None:
    few = [f"/de/programme/{PROGRAMME}", f"/de/indicator/{INDICATOR}", "/de/data", "/de/programmes"]
    assert traces(house, "paul", few) >= {"programme", "claim", "organisation"}
    assert not traces(house, "paul", few) & FIGURES
    assert traces(house, "rita", [*few, *ENTRY]) >= {"programme", "claim", "label", "publisher", "upload"}


def test_no_hint_of_the_check_names_what_is_another_lands(house: Atlas) -> None:
    with entered(house, "gerd") as gerd:
        near = CLAIM | {"programme": f"{PROGRAMME}s", "id": "x-1"}
        theirs = CLAIM | {"programme": PROGRAMME, "id": "x-2"}
        for row, kind in ((near, "claim"), (theirs, "claim"), (FIGURE | {"region": "DED2"}, "figure")):
            address, page = checked(gerd, kind, as_csv(row))
            told = json.dumps([one["problems"] for one in refused(house, address)])
            assert "programme" in told or "region" in told
            assert PROGRAMME not in told.replace(row.get("programme", "-"), ""), told
            assert "before" not in page.casefold() or "31" not in page


def test_the_builds_hold_no_more_than_that_and_the_search_finds_what_is_there(house: Atlas, tmp_path: Path) -> None:
    def inside(data: Path, *scopes: str) -> set[str]:
        folder = Scoped(data, data)._home(settled(scopes))
        if not (folder / "current.json").exists():
            return set()
        files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".duckdb")
        return set().union(*leaks({"tables": contents(shown(folder)), "files": files}).values())

    assert inside(house.data, "DED", "DED2") == FIGURES | OF_FIGURES | LEDGER | OF_LEDGER
    assert inside(house.data, "DEG") == set(), "nothing withheld there: no build at all"
    assert inside(house.data, PROGRAMME) == LEDGER | OF_LEDGER
    data = tmp_path / "data"
    shutil.copytree(house.data, data, symlinks=True)
    run(data, "-c", _OFF)
    assert inside(data, "DEG") >= FIGURES | OF_FIGURES | LEDGER, "with the filter off, the same search finds all of it"


def test_another_role_counts_from_the_next_request_on_and_its_build_is_asked_for(house: Atlas) -> None:
    path = house.data / "internal" / "roles.toml"
    before, page = path.read_text(), f"/de/programme/{PROGRAMME}"
    with entered(house, "gerd") as gerd:
        assert gerd.get(page).status_code == 404
        try:
            path.write_text(before.replace('"DEG"', f'"{PROGRAMME}"'))
            assert TEXTS["programme"] in gerd.get(page).text
            path.write_text(before.replace('"DEG"', '"DED4"'))
            assert gerd.get(page).status_code == 404, "a part of a Land is not the Land, and has no build yet"
        finally:
            path.write_text(before)
        listed = json.loads((house.data / "internal/desk/scopes.json").read_text())["scopes"]
        assert ["DED4"] in listed, "the next build has one"
        assert gerd.get(page).status_code == 404


def test_every_door_to_a_build_knows_who_asks() -> None:
    doors = {name for name in vars(Store) if not name.startswith("_")}
    assert doors <= set(vars(Scoped)), "a way to a build that Scoped does not decide on"
    assert settled(["DED2", "DED", "zaki-d", "DED"]) == ("DED", "zaki-d")
    assert settled(["DED", "*"]) == ("*",)
