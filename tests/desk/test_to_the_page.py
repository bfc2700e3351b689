"""From the file in somebody's hand to the page in somebody else's: every kind, over the real server and pipeline."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from os import environ
from pathlib import Path

import desking
import pytest
from desking import BEHIND, PASSWORD, Atlas
from handing import CLAIM, FIGURE, INDICATOR, as_csv, checked, entered, release_token, step
from serving import ROOT, free_port, serving

from dashboard.desk import passwords
from dashboard.desk.schemas import schema

PROMISE, PROGRAMME = "zakid-jobs-1", "zakid"
REPORT = {one.name: one.example for one in schema("report").fields} | {"promise": PROMISE, "amount": "37"}
WORDS = INDICATOR | {"region": "DEA", "title_en": "Machines that ask back", "short_en": "Machines that ask"}
VALUE = FIGURE | {"indicator": WORDS["id"], "region": "DEA12", "value": "27.3"}
PEOPLE = {
    "carla": ("contributor", ["DEA"]),
    "ralf": ("releaser", ["DEA"]),
    "lena": ("reader", ["DEA"]),
    "max": ("reader", ["DED"]),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """An internal atlas with the shipped figures and the ledger, built by the pipeline."""
    data, port = tmp_path_factory.mktemp("page"), free_port()
    for name in ("figures", "ledger"):
        (data / name).symlink_to(ROOT / "data" / name)
    more = desking.pilot(data, f"http://127.0.0.1:{port}") | BEHIND | {"ATLAS_WORKERS": "1"}
    desking.roles(data, *(desking.person("account", name, *given) for name, given in PEOPLE.items()))
    for name in PEOPLE:
        passwords.change(Path(more["ATLAS_PASSWORDS"]), name, PASSWORD)
    etl(data, "build")
    with serving(data, data / "log", more=more, port=port) as address:
        yield Atlas(address, data, data / "log", environment=tuple(more.items()))


def etl(data: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "etl", *command],
        cwd=ROOT,
        env={**environ, "ATLAS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr
    return done.stdout


def released(house: Atlas, kind: str, *rows: dict[str, str]) -> str:
    """Handed in by one person, looked at, made a draft, released by another; the address."""
    with entered(house, "carla") as carla, entered(house, "ralf") as ralf:
        where, page = checked(carla, kind, as_csv(*rows))
        assert ", 0 refused" in page, re.sub("<[^>]+>", " ", page)
        assert step(carla, where, "accept", mode="all").status_code == 303
        assert step(ralf, where, "release", token=release_token(ralf.get(where).text)).status_code == 303
    return where


def test_a_report_a_promise_and_an_indicator_reach_their_pages_with_the_next_build(house: Atlas) -> None:
    with entered(house, "lena") as lena:
        before = lena.get(f"/en/programme/{PROGRAMME}").text
        assert "Machines" not in lena.get("/en/region/DEA12").text
    report = released(house, "report", REPORT)
    claim = released(house, "claim", CLAIM | {"id": "zakid-jobs-77", "programme": PROGRAMME, "amount_min": "77",
                                              "amount_max": "77"})  # fmt: skip
    words = released(house, "indicator", WORDS)
    figures = released(house, "figure", VALUE)
    with entered(house, "carla") as carla:
        assert [carla.get(one).text.count("waits for the next build") for one in (report, claim, figures)] == [1, 1, 1]
        assert "waits for its first figures" in carla.get(words).text
    etl(house.data, "build")
    with entered(house, "carla") as carla:
        assert ["in build " in carla.get(one).text for one in (report, claim, words, figures)] == [True] * 4
    with entered(house, "lena") as lena, entered(house, "max") as stranger:
        page, theirs = (one.get(f"/en/programme/{PROGRAMME}").text for one in (lena, stranger))
        region, elsewhere = (one.get("/en/region/DEA12").text for one in (lena, stranger))
        indicator = lena.get(f"/en/indicator/{WORDS['id']}").text
        map_page = lena.get(f"/en/map?indicator={WORDS['id']}&level=nuts3").text
        assert stranger.get(f"/en/indicator/{WORDS['id']}").status_code == 404
    numbers = [re.findall(r"\b(?:37|77)\b[^<]{0,20}", re.sub(r"<[^>]+>", " ", text)) for text in (before, page, theirs)]
    assert len(numbers[1]) > len(numbers[0]) == len(numbers[2]), "the report and the promise, for those of that Land"
    assert WORDS["title_en"] in indicator
    assert "27.3" in region
    assert "27.3" in map_page
    assert WORDS["short_en"] in region
    assert WORDS["short_en"] not in elsewhere


def test_a_report_that_fits_no_promise_is_refused_with_the_nearest_one(house: Atlas) -> None:
    with entered(house, "carla") as carla:
        _, page = checked(carla, "report", as_csv(REPORT | {"promise": "zakid-job-1"}, REPORT | {"unit": "EUR"}))
    text = re.sub("<[^>]+>", " ", page)
    assert f"“{PROMISE}”" in text or PROMISE in text
    assert "jobs" in text.split("EUR")[1]
