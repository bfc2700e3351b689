"""Files of a repository: the figures shown name the recorded commit, a fetch asks for the newest one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from publisher import page, publishing

from etl import catalogue
from etl.fetch import fetch_all
from etl.http import Settings
from etl.model import File, Licence, Source
from etl.snapshot import snapshot

FIGURES = Path(__file__).parents[2] / "data" / "figures"
FILES = [(id_, file) for id_, found in catalogue.load().sources.items() for file in found.source.files]
GITHUB = [(id_, file) for id_, file in FILES if "github" in file.url]


@pytest.mark.parametrize(("id_", "file"), GITHUB, ids=[f"{id_}-{file.key}" for id_, file in GITHUB])
def test_an_address_in_a_repository_names_a_commit_and_the_bytes(id_: str, file: File) -> None:
    assert re.search(r"/[0-9a-f]{40}/", file.url), "a branch would be something else tomorrow"
    assert "/blob/" not in file.url + file.latest, "that is a page for people"
    commit = re.search(r"/([0-9a-f]{40})/", file.url)
    assert commit
    assert file.latest in ("", file.url.replace(commit[1], "HEAD"))


@pytest.mark.parametrize("id_", sorted({id_ for id_, _ in GITHUB if (FIGURES / f"{id_}.json").exists()}))
def test_shipped_figures_name_the_declared_addresses(id_: str) -> None:
    shipped = {raw["url"] for raw in json.loads((FIGURES / f"{id_}.json").read_text(encoding="utf-8"))["deliveries"]}
    assert shipped <= {file.url for other, file in FILES if other == id_}


def test_a_fetch_follows_the_newest_edition_and_says_where_it_was(tmp_path: Path) -> None:
    with publishing() as publisher:
        old = publisher.on("/0123/table.csv", page(b"a\n1\n"))
        new = publisher.on("/HEAD/table.csv", page(b"a\n2\n"))
        files = (File("table", ("table.csv",), old, latest=new),)
        source = Source("office", "O", {"en": "S"}, Licence("L", "", ""), "https://example.org", files, pause_seconds=0)
        results = [fetch_all(tmp_path, [source], Settings(connect=2, read=2, answer=5), print, None)[0] for _ in "ab"]
    assert [result.state for result in results] == ["new", "unchanged"]
    found = snapshot(tmp_path, source)
    assert found is not None
    assert found.path("table").read_bytes() == b"a\n2\n"
    assert found.files["table"].url == new
