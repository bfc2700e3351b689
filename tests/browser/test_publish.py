"""A new build is published while readers read: the server follows, and no page mixes two builds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import httpx
import pytest
from serving import serving
from visits import Visit

Visits = Callable[..., Visit]
WEB = "adoption_firms_ai_web_pct"
OTHER = "0123456789ab"


@pytest.fixture
def followed(build: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server of its own on a copy of the build; its address and data folder."""
    pointer = json.loads((build / "current.json").read_text())
    (tmp_path / "builds").mkdir()
    shutil.copyfile(build / pointer["file"], tmp_path / pointer["file"])
    (tmp_path / "current.json").write_text(json.dumps(pointer))
    with serving(tmp_path, tmp_path / "log") as address:
        yield address, tmp_path


def publish_another(data: Path, id_: str = OTHER) -> None:
    """Another build, with every value of one indicator 10 points higher, takes the pointer in one step."""
    pointer = json.loads((data / "current.json").read_text())
    path = data / f"builds/{id_}.duckdb"
    shutil.copyfile(data / pointer["file"], path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update observation set value = value + 10 where indicator = ?", [WEB])
        connection.execute("update build set id = ?", [id_])
    fresh = data / "next.json"
    changes = {"build": id_, "file": f"builds/{id_}.duckdb", "previous": pointer["build"]}
    fresh.write_text(json.dumps(pointer | changes))
    fresh.replace(data / "current.json")


def wait_for_build(address: str, build: str) -> None:
    for _ in range(200):
        if httpx.get(f"{address}/health/ready").json()["build"] == build:
            return
    pytest.fail(f"the server does not follow to {build}")


def test_publishing_under_a_reader(visit: Visits, followed: tuple[str, Path]) -> None:
    at, data = followed
    old = httpx.get(f"{at}/health/ready").json()
    query = f"/de/map?indicator={WEB}&period=2024"
    v = visit(query, at=at).settled()
    before = v.shown()
    publish_another(data)
    wait_for_build(at, OTHER)
    assert httpx.get(f"{at}/health/ready").json()["observations"] == old["observations"]
    served = visit(query, at=at, java_script_enabled=False).shown()
    assert served["table"] != before["table"], "a page opened now shows the new build"
    v.region("DED")
    v.slide(5)
    v.at_state(period="2021")
    assert v.page.locator("#announce.failed").count() == 0, "the page opened before still works"
    v.slide(8)
    v.at_state(period="2024")
    assert v.shown()["table"] == before["table"], "with the figures it came with"
    fresh = visit(query, at=at).ready().shown()
    assert fresh["table"] == served["table"]


@pytest.mark.parametrize("later", [[OTHER], [OTHER, "ba9876543210"]], ids=["one", "two"])
def test_a_page_opened_before_never_mixes_two_builds(
    visit: Visits, followed: tuple[str, Path], later: list[str]
) -> None:
    """It drills after one publication, or two: everything shown comes from one build, whichever."""
    at, data = followed
    v = visit(f"/de/map?indicator={WEB}&region=DED&period=2024", at=at).settled()
    for build in later:
        publish_another(data, build)
        wait_for_build(at, build)
    v.page.locator("#card a[data-drill]").click()
    v.at_state(within="DED", level="nuts2")
    v.ready()
    v.page.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 3")
    shown = v.shown()
    seen = {row[0]: row[3].split()[0] for row in shown["table"]} | {"DED": shown["big"].split()[0]}
    said = []
    for path in (data / "builds").glob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "select region, value from observation where indicator = ? and period = '2024' and region like 'DED%'",
                [WEB],
            ).fetchall()
        values = {code: f"{value:.1f}".replace(".", ",") for code, value in rows}
        said.append({code: values[code] for code in seen})
    assert seen in said


def test_a_broken_publication_leaves_the_last_good_build(visit: Visits, followed: tuple[str, Path]) -> None:
    at, data = followed
    old = httpx.get(f"{at}/health/ready").json()["build"]
    for text in ("", "{", '{"build": "x", "file": "builds/none.duckdb"}', '{"build": "y", "file": "current.json"}'):
        (data / "current.json").write_text(text)
        for _ in range(3):
            assert httpx.get(f"{at}/health/ready").json()["build"] == old
    assert visit("/fr/map", at=at).ready().status == 200
